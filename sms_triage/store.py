"""What is kept in Redis, and the one atomic step that changes it. Every key is built here.

Every person belongs to one of 16 partitions (a hash of her id), and all keys a step touches carry that partition's
hash tag, so the same scripts run on a cluster. Values that tell of a person are sealed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidTag
from redis import Redis
from redis.sentinel import Sentinel

from sms_triage.gateways.base import Inbound, Report
from sms_triage.scripts import script
from sms_triage.triage.engine import SESSION_SECONDS, Lane, Turn
from sms_triage.triage.session import Session, load_session
from sms_triage.vault import Vault

PARTITIONS = 16
SEEN_SECONDS = 2 * 24 * 3600
"""How long a message id is remembered; providers repeat for minutes to hours."""
PERSON_SECONDS = 90 * 24 * 3600
"""How long a person who does not write is kept (an opt-out is kept for good)."""
SENT_SECONDS = 2 * 24 * 3600
"""How long a sent message waits for its delivery reports."""
MOST_REPORTED_FAILURES = 3
"""After how many sends that the provider took and then reported undelivered a message is given up."""
AWAKE_SECONDS = 15
"""How long a started drain is trusted to be on its way."""
EXPIRES_SECONDS = {Lane.URGENT: 12 * 3600, Lane.ANSWER: 4 * 3600, Lane.REMINDER: 4 * 3600}
"""Past this a reply is of no more use and is dropped."""


@dataclass(frozen=True)
class Person:
    """What a turn starts from. `version` changes with every step; `seen` tells that this message was taken before."""

    id: str
    version: str
    opted_out: bool
    session: Session | None
    seen: bool


@dataclass(frozen=True)
class Keys:
    """The keys of one partition."""

    partition: int

    def _key(self, *parts: str) -> str:
        return ":".join((f"{{p{self.partition:02}}}", *parts))

    def seen(self, gateway: str, message_id: str) -> str:
        return self._key("seen", gateway, message_id)

    def person(self, person: str) -> str:
        return self._key("person", person)

    def session(self, person: str) -> str:
        return self._key("session", person)

    def sent(self, gateway: str, provider_id: str) -> str:
        return self._key("sent", gateway, provider_id)

    def phone(self, person: str) -> str:
        return self._key("phone", person)

    @property
    def outbox(self) -> str:
        return self._key("outbox")

    @property
    def attempts(self) -> str:
        return self._key("attempts")

    @property
    def lease(self) -> str:
        return self._key("lease")

    @property
    def awake(self) -> str:
        return self._key("awake")

    @property
    def silences(self) -> str:
        return self._key("silences")

    @property
    def counts(self) -> str:
        return self._key("counts")


def keys_of(person: str) -> Keys:
    """The keys of the partition a person belongs to."""
    return Keys(int(person[:8], 16) % PARTITIONS)


ALL_KEYS = tuple(Keys(partition) for partition in range(PARTITIONS))


def connect(url: str) -> "Redis":
    """A client for ``redis://``, ``rediss://``, ``unix://`` or ``redis+sentinel://host:port,host:port/service``."""
    parts = urlsplit(url)
    options: dict[str, Any] = {"socket_timeout": 20, "socket_connect_timeout": 5, "health_check_interval": 30}
    if parts.scheme != "redis+sentinel":
        return Redis.from_url(url, **options)
    _, _, hosts = parts.netloc.rpartition("@")
    pairs = [host.partition(":") for host in hosts.split(",")]
    sentinels = [(host, int(port or 26379)) for host, _, port in pairs]
    database = int(parse_qs(parts.query).get("db", ["0"])[0])
    options |= {"db": database, "password": parts.password, "username": parts.username or None}
    sentinel: Any = Sentinel(sentinels, socket_timeout=5)  # type: ignore[no-untyped-call]
    return cast("Redis", sentinel.master_for(parts.path.strip("/"), **options))


class Store:
    """Loads people and commits turns."""

    def __init__(self, redis: "Redis", vault: Vault) -> None:
        self.redis = redis
        self.vault = vault
        self._commit = redis.register_script(script("commit"))
        self._report = redis.register_script(script("report"))

    def load(self, person: str, seen: str) -> Person:
        """What is known of a person, in one round trip. `seen` is the key of the message at hand."""
        keys = keys_of(person)
        pipeline = self.redis.pipeline(transaction=False)
        # The version is read before the session: if a step comes between, the commit notices.
        pipeline.hmget(keys.person(person), "version", "opted_out")
        pipeline.get(keys.session(person))
        pipeline.exists(seen)
        (version, opted_out), sealed, known = pipeline.execute()
        session = self._session(person, sealed) if sealed else None
        return Person(person, (version or b"0").decode(), opted_out == b"1", session, bool(known))

    def _session(self, person: str, sealed: bytes) -> Session | None:
        """The session, or None if it cannot be read any more: then the conversation starts anew, and is not stuck."""
        try:
            return load_session(self.vault.open(sealed, f"session {person}"))
        except (InvalidTag, ValueError, TypeError, KeyError):
            return None

    def commit(
        self, person: Person, inbound: Inbound, turn: Turn, now: float
    ) -> tuple[Literal["ok", "duplicate", "conflict"], bool]:
        """The atomic step: the message taken, the turn kept, its replies in the outbox.

        Returns how it went and whether the caller must start a drain. A ``conflict`` changed nothing: load again.
        """
        keys = keys_of(person.id)
        session = turn.session and self.vault.seal(turn.session.dump(), f"session {person.id}")
        arguments: list[Any] = [
            person.version,
            session or "",
            SESSION_SECONDS,
            self.vault.seal(inbound.number.encode(), f"number {person.id}"),
            inbound.gateway,
            inbound.sender,
            int(turn.opted_out),
            "" if turn.silence_at is None else turn.silence_at,
            person.id,
            SEEN_SECONDS,
            PERSON_SECONDS,
            AWAKE_SECONDS,
            len(turn.replies),
        ]
        for reply in turn.replies:
            body = self.vault.seal(reply.text.encode(), f"body {person.id}")
            arguments += [int(reply.lane), body, now, now + EXPIRES_SECONDS[reply.lane], int(reply.despite_stop)]
        status, wake = self._commit(
            keys=[
                keys.seen(inbound.gateway, inbound.message_id),
                keys.person(person.id),
                keys.session(person.id),
                keys.outbox,
                keys.silences,
                keys.awake,
                keys.counts,
            ],
            args=[*arguments, *turn.events],
        )
        return cast(Literal["ok", "duplicate", "conflict"], status.decode()), bool(wake)

    def silent_people(self, now: float, most: int = 500) -> list[str]:
        """Who has been silent long enough to be told what her answers justify."""
        pipeline = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            pipeline.zrangebyscore(keys.silences, "-inf", now, start=0, num=most)
        return [person.decode() for people in pipeline.execute() for person in people]

    def forget_silence(self, person: str) -> None:
        self.redis.zrem(keys_of(person).silences, person)

    def address(self, person: str) -> tuple[str, str, str] | None:
        """A person's number and the gateway and sender she last wrote to."""
        fields: Any = self.redis.hmget(keys_of(person).person(person), "number", "gateway", "sender")
        number, gateway, sender = fields
        if number is None:
            return None
        return self.vault.open(number, f"number {person}").decode(), gateway.decode(), sender.decode()

    def report(self, gateway: str, report: Report, retry_at: float | None) -> str:
        """Applies a delivery report by its rank (see ``report.lua``); `retry_at` (s) puts the message back."""
        keys = keys_of(self.vault.person(report.number))
        what = report.failure.value if report.failure else report.status
        event = f"report:{what}:{report.code}" if report.code else f"report:{what}"
        retry = "" if retry_at is None else retry_at
        result: bytes = self._report(
            keys=[keys.sent(gateway, report.provider_id), keys.outbox, keys.attempts, keys.counts],
            args=[report.rank, report.status, retry, SENT_SECONDS, MOST_REPORTED_FAILURES, event],
        )
        return result.decode()

    def flag_unreachable(self, number: str, code: str) -> None:
        """Notes that a known number cannot be reached, with the provider's reason, until the person writes again."""
        person = self.vault.person(number)
        key = keys_of(person).person(person)
        if self.redis.exists(key):
            self.redis.hset(key, "unreachable", code)

    def counts(self) -> Mapping[str, int]:
        """How often each event happened, over all partitions."""
        pipeline = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            pipeline.hgetall(keys.counts)
        totals: dict[str, int] = {}
        for counts in pipeline.execute():
            for event, count in counts.items():
                totals[event.decode()] = totals.get(event.decode(), 0) + int(count)
        return totals

    def waiting(self, now: float) -> tuple[int, float]:
        """How many replies wait in the outbox, and the age (s) of the oldest."""
        pipeline = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            pipeline.xlen(keys.outbox)
            pipeline.xrange(keys.outbox, count=1)
        answers: Sequence[Any] = pipeline.execute()
        oldest = [int(entries[0][0].split(b"-")[0]) / 1000 for entries in answers[1::2] if entries]
        return sum(answers[0::2]), max(0.0, now - min(oldest)) if oldest else 0.0
