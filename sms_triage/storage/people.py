"""What is kept of people in Redis, and the one atomic step that changes it. Values that tell of a person are sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from redis import Redis

from sms_triage.gateways.base import Inbound, Report
from sms_triage.gateways.ussd import Dialog
from sms_triage.keys import ALL_KEYS, keys_of
from sms_triage.storage.entry import Records
from sms_triage.storage.scripts import script
from sms_triage.triage.conversation.engine import SESSION_SECONDS
from sms_triage.triage.conversation.turn import Priority, Turn
from sms_triage.triage.people.case import Case
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.referral import Patient
from sms_triage.triage.people.session import Person, Session
from sms_triage.vault import Vault

SEEN_SECONDS = 2 * 24 * 3600
"""How long a message id is remembered; providers repeat for minutes to hours."""
PERSON_SECONDS = 90 * 24 * 3600
"""How long a person who does not write is kept (an opt-out is kept for good)."""
CASE_SECONDS = 190 * 24 * 3600
"""How long a person's episodes are kept after her last text: the content counts them over six months."""
ERASED_SECONDS = 3600
"""How long the number of a person who had herself erased is kept, so that she can be told that it was done."""
DIALOG_SECONDS = 10 * 60
"""How long a USSD dialog is remembered; no network keeps one for longer than three minutes."""
SENT_SECONDS = 2 * 24 * 3600
"""How long a sent message waits for its delivery reports."""
MOST_REPORTED_FAILURES = 3
"""After how many sends that the provider took and then reported undelivered a message is given up."""
AWAKE_SECONDS = 15
"""How long a started drain is trusted to be on its way."""
EXPIRES_SECONDS = {Priority.URGENT: 12 * 3600, Priority.ANSWER: 4 * 3600, Priority.REMINDER: 4 * 3600}
"""Past this a reply is of no more use and is dropped."""


@dataclass(frozen=True)
class Address:
    """Where a person is answered: the gateway and the number of ours that she wrote to."""

    gateway: str
    sender: str


@dataclass(frozen=True)
class Snapshot:
    """What a step starts from: the person and what is kept of her USSD dialog. `version` changes with every step;
    `seen` tells that this message was taken before; `patients` are those that were read, as they were."""

    id: str
    version: str
    person: Person
    address: Address | None = None
    dialog: Dialog | None = None
    seen: bool = False
    patients: Mapping[str, bytes] = field(default_factory=dict)


def dates(patient: Patient) -> tuple[float | str, float | str]:
    """When a visit is due and by when the health worker has to confirm, "" for neither."""
    referral = patient.referral
    due = "" if referral is None or referral.due is None else referral.due
    confirm_by = "" if referral is None or referral.confirm_by is None else referral.confirm_by
    return due, confirm_by


class Store:
    """Loads people and commits turns."""

    def __init__(self, redis: "Redis", vault: Vault) -> None:
        self.redis = redis
        self.vault = vault
        self.records = Records(vault)
        self._commit = redis.register_script(script("commit"))
        self._report = redis.register_script(script("report"))

    def load(self, id: str, seen: str | None = None) -> Snapshot:
        """What is known of a person, in one round trip. `seen` is the key of the message at hand, if it has one."""
        keys = keys_of(id)
        pipeline = self.redis.pipeline(transaction=False)
        # The version is read before the session: if a step comes between, the commit notices.
        pipeline.hmget(keys.person(id), "version", "opted_out", "language", "gateway", "sender")
        sealed = (keys.session(id), keys.dialog(id), keys.case(id), keys.chw(id))
        pipeline.mget(*sealed, *([seen] if seen else []))
        (version, opted_out, language, gateway, sender), (session, dialog, case, chw, *marks) = pipeline.execute()
        person = Person(
            session=self.records.read(session, Session, f"session {id}"),
            opted_out=opted_out == b"1",
            language=self.records.read(language, str, f"language {id}") or "",
            case=self.records.read(case, Case, f"case {id}"),
            chw=self.records.read(chw, Chw, f"chw {id}"),
        )
        return Snapshot(
            id=id,
            version=(version or b"0").decode(),
            person=person,
            address=Address(gateway.decode(), sender.decode()) if gateway is not None else None,
            dialog=self.records.read(dialog, Dialog, f"dialog {id}"),
            seen=marks not in ([], [None]),
        )

    def commit(
        self, known: Snapshot, inbound: Inbound, turn: Turn, now: float, dialog: Dialog | None = None
    ) -> tuple[Literal["ok", "duplicate", "conflict"], bool]:
        """The atomic step: the message taken, the turn kept, its replies in the outbox.

        With a `dialog` the turn was on USSD: only what goes by SMS is put into the outbox, and a repetition is told by
        the dialog instead of a message id. Returns how it went and whether the caller must start a drain. A
        ``conflict`` changed nothing: load again.
        """
        id, person = known.id, turn.person
        keys = keys_of(id)
        session = person.session and self.records.seal(person.session, f"session {id}")
        replies = [reply for reply in turn.replies if reply.by_sms or not dialog]
        arguments: list[Any] = [
            known.version,
            session or "",
            SESSION_SECONDS,
            self.records.seal(inbound.number, f"number {id}"),
            inbound.gateway,
            inbound.sender,
            int(person.opted_out),
            "" if turn.silence_at is None else turn.silence_at,
            id,
            0 if dialog else SEEN_SECONDS,
            PERSON_SECONDS,
            AWAKE_SECONDS,
            self.records.seal(person.language, f"language {id}") if person.language else "",
            self.records.seal(dialog, f"dialog {id}") if dialog else "",
            DIALOG_SECONDS,
            self.records.seal(person.case, f"case {id}") if person.case else "",
            CASE_SECONDS,
            person.case.plan.due if person.case and person.case.plan else "",
            ERASED_SECONDS if turn.erase else "",
            *self._patient_arguments(known, turn.patient),
            len(replies),
        ]
        for reply in replies:
            body = self.records.seal(reply.text, f"body {id}")
            arguments += [
                int(reply.priority),
                body,
                now,
                now + EXPIRES_SECONDS[reply.priority],
                int(reply.despite_stop),
            ]
        status, wake = self._commit(
            keys=[
                keys.seen(inbound.gateway, inbound.message_id),
                keys.person(id),
                keys.session(id),
                keys.outbox,
                keys.silences,
                keys.awake,
                keys.counts,
                keys.dialog(id),
                keys.case(id),
                keys.followups,
                keys.patient(turn.patient.code if turn.patient else ""),
                keys.caseload(id),
                keys.visits(id),
                keys.confirmations,
                keys.owner(turn.patient.code if turn.patient else ""),
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

    def due_followups(self, now: float, most: int) -> list[str]:
        """Whose check-in is due, the longest due first; the cost depends on these alone, not on how many wait."""
        pipeline = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            pipeline.zrangebyscore(keys.followups, "-inf", now, start=0, num=most, withscores=True)
        due = sorted((at, person.decode()) for people in pipeline.execute() for person, at in people)
        return [person for _, person in due[:most]]

    def next_due(self) -> float | None:
        """When (s since the epoch) the next check-in or word to somebody silent is due."""
        pipeline = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            pipeline.zrange(keys.followups, 0, 0, withscores=True)
            pipeline.zrange(keys.silences, 0, 0, withscores=True)
        return min((at for found in pipeline.execute() for _, at in found), default=None)

    def forget(self, person: str) -> None:
        """Nothing is to be told to somebody who is not known any more."""
        keys = keys_of(person)
        self.redis.zrem(keys.silences, person)
        self.redis.zrem(keys.followups, person)

    def _patient_arguments(self, known: Snapshot, patient: Patient | None) -> list[Any]:
        """What the step needs to keep one of the health worker's own patients: the number, she sealed, her place,
        what she was, her visit, her confirmation."""
        if patient is None:
            return [""] * 6
        sealed = self.records.seal(replace(patient, owner=known.id), f"patient {known.id}")
        return [patient.code, sealed, patient.order, known.patients.get(patient.code, b""), *dates(patient)]

    def number(self, person: str) -> str | None:
        """A person's number, None if she is not known (any more)."""
        sealed: Any = self.redis.hget(keys_of(person).person(person), "number")
        return None if sealed is None else self.records.open(sealed, str, f"number {person}")

    def opt_out(self, number: str) -> None:
        """The person told her provider that she wants no more messages."""
        person = self.vault.person(number)
        keys = keys_of(person)
        pipeline = self.redis.pipeline()
        pipeline.hset(keys.person(person), "opted_out", 1)
        pipeline.hincrby(keys.person(person), "version", 1)
        pipeline.persist(keys.person(person))
        pipeline.delete(keys.session(person))
        pipeline.zrem(keys.silences, person)
        pipeline.zrem(keys.followups, person)
        pipeline.hincrby(keys.counts, "stop", 1)
        pipeline.execute()

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

    def unreachable(self, person: str) -> str:
        """Why a person's number cannot be reached, as the provider said; "" if nothing is known."""
        code: Any = self.redis.hget(keys_of(person).person(person), "unreachable")
        return code.decode() if code else ""

    def erase(self, person: str) -> bool:
        """Erases a person. What waits in the outbox for her is dropped when its turn comes: she has no number any
        more."""
        keys = keys_of(person)
        pipeline = self.redis.pipeline()
        pipeline.delete(keys.person(person), keys.session(person), keys.case(person), keys.dialog(person))
        pipeline.zrem(keys.silences, person)
        pipeline.zrem(keys.followups, person)
        pipeline.hincrby(keys.counts, "erased", 1)
        deleted: int = pipeline.execute()[0]
        return deleted > 0

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
