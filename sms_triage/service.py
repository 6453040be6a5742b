"""The service of one deployment: what webhooks and workers share. One message in, one atomic step, a drain woken."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

from sms_triage.gateways import open_gateways
from sms_triage.gateways.base import Failure, Gateway, Inbound, Report
from sms_triage.logs import log_error
from sms_triage.outbox import BACKOFF, Drainer
from sms_triage.settings import Settings
from sms_triage.store import Store, connect, keys_of
from sms_triage.triage.engine import Turn, fall_silent, take_turn
from sms_triage.triage.face import Face, load_face
from sms_triage.vault import Vault

DRAIN_QUEUE = "outbox"
HOUSEKEEPING_QUEUE = "housekeeping"
DRAIN_SECONDS = 10
"""How long one drain goes on before it makes room for other jobs and starts the next."""

MOST_CONFLICTS = 50
LONGEST_TEXT = 1600
"""What is read of a text, in characters: ten segments. No answer and no cry for help is longer."""

Taken = Literal["ok", "duplicate"]


class Busy(Exception):
    """So many messages of one person came at once that this one could not be taken; the provider should try again."""


@dataclass(frozen=True)
class Service:
    """One deployment, in one process. `face` is what it says."""

    settings: Settings
    redis: "Redis"
    vault: Vault
    store: Store
    face: Face
    gateways: Mapping[str, Gateway]

    @cached_property
    def drains(self) -> Queue:
        return Queue(DRAIN_QUEUE, connection=self.redis)

    def receive(self, inbound: Inbound, now: float) -> Taken:
        """Takes a text: its turn is committed and its replies are on their way, exactly once.

        Raises :class:`Busy`, or ``redis.RedisError`` when nothing could be kept (and nothing was).
        """
        text = inbound.text[:LONGEST_TEXT]
        return self._step(inbound, lambda face, session, out: take_turn(face, session, out, text, now), now)

    def sweep(self, now: float) -> int:
        """Tells those who fell silent what they are owed, and starts a drain if replies wait. Returns how many."""
        told = 0
        for person in self.store.silent_people(now):
            address = self.store.address(person)
            if address is None:
                self.store.forget_silence(person)
                continue
            number, gateway, sender = address
            keys = keys_of(person)
            state = self.store.load(person, keys.seen("silence", person))
            # The version makes it once per state of the conversation, however many sweepers there are.
            inbound = Inbound(gateway, f"silence-{person}-{state.version}", number, sender, "")
            turn = fall_silent(self.face, state.session, state.opted_out, now)
            status, _ = self.store.commit(state, inbound, turn, now)
            told += status == "ok" and bool(turn.replies)
        if self.store.waiting(now)[0]:
            self.wake()
        return told

    def reported(self, report: Report, gateway: str, now: float) -> str:
        """Applies a delivery report; a message that may still arrive is put back for later."""
        retry = report.failure in (Failure.LATER, Failure.UNKNOWN)
        if report.failure is Failure.NEVER:
            self.store.flag_unreachable(report.number, report.code)
        return self.store.report(gateway, report, now + BACKOFF[2] if retry else None)

    def drain(self) -> int:
        """Sends what waits in the outbox, for a while; what is left is the next drain's. Returns how many it sent."""
        drainer = Drainer(self.store, self.gateways, lambda sender: self.settings.messages_per_second)
        sent = drainer.run(DRAIN_SECONDS)
        if sent and self.store.waiting(clock())[0]:
            self.wake()
        return sent

    def wake(self) -> None:
        """Starts a drain. If that fails it is only late: the next sweep starts it."""
        try:
            # In a pipeline of ours, RQ needs one round trip instead of two.
            with self.redis.pipeline() as pipeline:
                self.drains.enqueue(
                    "workers.jobs.drain",
                    job_timeout=DRAIN_SECONDS + 120,
                    result_ttl=0,
                    failure_ttl=3600,
                    pipeline=pipeline,
                )
                pipeline.execute()
        except RedisError as error:
            log_error("cannot start a drain; the next sweep will", error)

    def _step(self, inbound: Inbound, turn_of: Callable[..., Turn], now: float) -> Taken:
        person = self.vault.person(inbound.number)
        seen = keys_of(person).seen(inbound.gateway, inbound.message_id)
        for _ in range(MOST_CONFLICTS):
            state = self.store.load(person, seen)
            if state.seen:
                return "duplicate"
            turn = turn_of(self.face, state.session, state.opted_out)
            status, wake = self.store.commit(state, inbound, turn, now)
            if wake:
                self.wake()
            if status != "conflict":
                return status
        raise Busy


def open_service(settings: Settings) -> Service:
    """The service that `settings` describe. Nothing is asked of Redis yet.

    Raises :class:`sms_triage.triage.errors.ContentError` if content or menus are not sound.
    """
    redis = connect(settings.redis_url)
    vault = Vault(settings.secret_key)
    face = load_face(settings.default_language, "sms", settings.lines)
    return Service(settings, redis, vault, Store(redis, vault), face, open_gateways(settings, redis, vault))


def canonical(inbound: Inbound) -> Inbound:
    """The same text with its sender's number in one form: providers differ in blanks and in the leading plus."""
    number = inbound.number.replace(" ", "")
    return replace(inbound, number=f"+{number}" if number.isdecimal() and len(number) > 6 else number)


def clock() -> float:
    """The wall clock, in seconds since the epoch."""
    return time.time()
