"""The service of one deployment: what webhooks and workers share. One message in, one atomic step, a drain woken."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

from sms_triage.clock import WALL, Clock
from sms_triage.events import NoPerson
from sms_triage.gateways import open_gateways
from sms_triage.gateways.base import DeliveryReport, Failure, Gateway, Inbound, Timed
from sms_triage.gateways.ussd import Call, Dialog, KeyedIn, listen
from sms_triage.keys import keys_of
from sms_triage.logs import log_error
from sms_triage.numbers import canonical_number, no_person, zone_of
from sms_triage.outbox.drainer import BACKOFF, Drainer
from sms_triage.service.referrals import Referrals
from sms_triage.service.sweep import Sweeper
from sms_triage.settings import Settings, SettingsError
from sms_triage.storage.chws import Registry
from sms_triage.storage.connection import connect
from sms_triage.storage.database import Database
from sms_triage.storage.desk import StoredDesk
from sms_triage.storage.messages import Messages
from sms_triage.storage.patients import Patients
from sms_triage.storage.people import Status, Store
from sms_triage.storage.snapshot import Address, Snapshot
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.conversation.engine import take_turn
from sms_triage.triage.conversation.turn import Turn
from sms_triage.triage.conversation.ussd import dial_in, press
from sms_triage.triage.people.followup import SPREAD_MINUTES, Calendar, times_in_quiet_hours
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.load import language_names, load_locales
from sms_triage.triage.wording.locale import Locales
from sms_triage.vault import Vault

DRAIN_QUEUE = "outbox"
HOUSEKEEPING_QUEUE = "housekeeping"
DRAIN_SECONDS = 10
"""How long one drain goes on before it makes room for other jobs and starts the next."""

SWEEP_SECONDS = 15
"""How often the regular work is done: who fell silent, who is due, what nobody sends."""

MOST_EVENTS = 1000
"""How many things may be due in one jump of a simulation's clock."""

MOST_CONFLICTS = 50
LONGEST_TEXT = 1600
"""What is read of a text, in characters: ten segments. No answer and no cry for help is longer."""


class Busy(Exception):
    """So many messages of one person came at once that this one could not be taken; the provider should try again."""


@dataclass(frozen=True)
class Page:
    """What a USSD dialog shows; `ends` whether it is over with it."""

    text: str
    ends: bool


@dataclass(frozen=True)
class Service:
    """One deployment, in one process. `locales` are what it says; `wall` is the clock on the wall."""

    settings: Settings
    database: Database
    locales: Locales
    gateways: Mapping[str, Gateway]
    wall: Clock

    @property
    def redis(self) -> "Redis":
        return self.database.redis

    @property
    def vault(self) -> Vault:
        return self.database.vault

    @cached_property
    def store(self) -> Store:
        return Store(self.database)

    @property
    def patients(self) -> Patients:
        return self.store.patients

    @property
    def messages(self) -> Messages:
        return self.store.messages

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.database)

    @cached_property
    def referrals(self) -> Referrals:
        return Referrals(self.settings, self.store, self.registry, self.locales, self.placed, self.clock)

    @cached_property
    def sweeper(self) -> Sweeper:
        return Sweeper(self.settings, self.store, self.registry, self.locales, self.gateways, self.placed, self.wake)

    @cached_property
    def drains(self) -> Queue:
        return Queue(DRAIN_QUEUE, connection=self.redis)

    def receive(self, inbound: Inbound, now: float) -> Literal["ok", "duplicate", "nobody"]:
        """Takes a text: its turn is committed and its replies are on their way, exactly once.

        Raises :class:`Busy`, or ``redis.RedisError`` when nothing could be kept (and nothing was).
        """
        inbound = replace(inbound, number=self.number(inbound.number))
        id = self.vault.person(inbound.number)
        if why := no_person(inbound.number, self.number(inbound.sender)) or no_person(
            inbound.number, self.number(self.settings.sender)
        ):
            self.store.count(id, NoPerson(why))
            return "nobody"
        seen = keys_of(id).seen(inbound.gateway, inbound.message_id)
        for _ in range(MOST_CONFLICTS):
            known = self.store.load(id, seen)
            if known.seen:
                return "duplicate"
            person = self.placed(known.person, inbound.number, id)
            turn = take_turn(self.locales, person, _whole(inbound.text), now)
            status = self._commit(known, inbound, turn, now)
            if status != "conflict":
                return status
        raise Busy

    def number(self, written: str) -> str:
        """A number in the one spelling of this deployment."""
        return canonical_number(written, self.settings.country)

    def dialled(self, call: Call, gateway: str, now: float) -> Page:
        """Takes a call of a USSD gateway and gives the page to show; the same call again gets the same page.

        `gateway` is where an SMS to this person leaves. Raises as :meth:`receive`.
        """
        number, call = self.number(call.number), replace(call, text=_whole(call.text))
        id = self.vault.person(number)
        for _ in range(MOST_CONFLICTS):
            known = self.store.load(id)
            keyed = listen(call, known.dialog, now)
            if keyed.repetition:
                assert known.dialog is not None
                return Page(known.dialog.said, known.dialog.ends)
            turn = self._dialog_turn(self.placed(known.person, number, id), keyed, now)
            page = next(reply.text for reply in turn.replies if not reply.by_sms)
            address = known.address or Address(gateway, self.settings.sender)
            inbound = Inbound(address.gateway, call.session, number, address.sender, call.text)
            dialog = Dialog(call.session, call.text, page, turn.ends, now)
            if self._commit(known, inbound, turn, now, dialog) == "ok":
                return Page(page, turn.ends)
        raise Busy

    def _dialog_turn(self, person: Person, keyed: KeyedIn, now: float) -> Turn:
        inputs = list(keyed.inputs)
        if keyed.dials or person.session is None:
            return dial_in(self.locales, person, inputs, now)
        return press(self.locales, person, inputs[0], now)

    def hung_up(self, number: str, now: float) -> bool:
        """A USSD dialog is over: the person is told what she is owed if she did not get to a result and wants it."""
        return self.sweeper.tell_silent(self.vault.person(self.number(number)), now, hung_up=True)

    def clock(self) -> float:
        """The time, in seconds since the epoch; in a simulation it can be ahead of the wall's."""
        simulator = self.gateways.get("simulator")
        return self.wall.now() + (simulator.ahead() if isinstance(simulator, Timed) else 0.0)

    def jump(self, seconds: float) -> float:
        """Lets time pass in a simulation, with all that is due in it. Returns the new time."""
        simulator = self.gateways["simulator"]
        assert isinstance(simulator, Timed)
        until = self.clock() + seconds
        for _ in range(MOST_EVENTS):
            due = self.store.next_due()
            if due is None or due > until:
                break
            simulator.set_ahead(max(due, self.clock()) - self.wall.now())
            self.sweep(self.clock())
        simulator.set_ahead(until - self.wall.now())
        return until

    def sweep(self, now: float, seconds: float = SWEEP_SECONDS) -> int:
        """Does the regular work. Returns how many people were told something; `seconds` are those until the next sweep:
        a burst of check-ins is spread, and the outbox stays short for those who are talking."""
        return self.sweeper.sweep(now, seconds)

    def placed(self, person: Person, number: str, id: str) -> Person:
        """The person with her calendar: her time zone by her number, and the minute that is hers for check-ins."""
        settings = self.settings
        calendar = Calendar(zone_of(number, settings.timezone), settings.quiet_hours, int(id[-6:], 16) % SPREAD_MINUTES)
        return replace(person, calendar=calendar, desk=StoredDesk(self.patients, id) if person.chw else None)

    def _commit(
        self, known: Snapshot, inbound: Inbound, turn: Turn, now: float, dialog: Dialog | None = None
    ) -> Status:
        desk = turn.person.desk
        if isinstance(desk, StoredDesk):
            known = replace(known, patients=desk.read)
        status, wake = self.store.commit(known, inbound, turn, now, dialog)
        if wake:
            self.wake()
        return status

    def reported(self, report: DeliveryReport, gateway: str, now: float) -> str:
        """Applies a delivery report; a message that may still arrive is put back for later."""
        report = replace(report, number=self.number(report.number))
        retry = report.failure in (Failure.LATER, Failure.UNKNOWN)
        if report.failure is Failure.NEVER:
            self.store.flag_unreachable(self.vault.person(report.number), report.code)
        if report.failure is Failure.OPTED_OUT:
            self.store.opt_out(self.vault.person(report.number))
        return self.messages.report(gateway, report, now + BACKOFF[2] if retry else None)

    def drain(self) -> int:
        """Carries out the effects that wait and sends what waits in the outbox, for a while; what is left is the next
        drain's. Returns how many messages it sent."""
        carry_out = self.referrals.carry_out
        drainer = Drainer(self.store, self.gateways, self.settings.rate, carry_out=carry_out, clock=self.wall)
        sent = drainer.run(DRAIN_SECONDS)
        if sent and self.messages.waiting(self.wall.now())[0]:
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


def _whole(text: str) -> str:
    """What is read of a text: no more than is of use, and no half of a letter (JSON can bring one)."""
    return text[:LONGEST_TEXT].encode(errors="replace").decode()


def open_service(settings: Settings, wall: Clock = WALL, redis: "Redis | None" = None) -> Service:
    """The service that `settings` describe. Nothing is asked of Redis yet (by default the one at their address).

    Raises :class:`sms_triage.triage.content.errors.ContentError` if content or menus are not sound.
    """
    redis = redis or connect(settings.redis_url)
    languages = settings.languages or tuple(language_names(content_dir()))
    values = {**settings.lines, **({"sender": settings.sender} if settings.sender else {})}
    locales = load_locales(languages, settings.default_language, values)
    for fault in times_in_quiet_hours(locales.of("", "sms").protocol.times, settings.quiet_hours):
        raise SettingsError(f"QUIET_HOURS: {fault}")
    database = Database(redis, Vault(settings.secret_key))
    return Service(settings, database, locales, open_gateways(settings, redis), wall)
