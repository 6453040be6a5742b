"""People as they are kept, and the one atomic step that a turn is. What tells of a person is sealed.

Of each person: a hash with her number, where she is answered, whether she wants messages, her language and the version
that each step raises; her session, her USSD dialog, her case; and in two sorted sets of her partition, when she is to
be told what she is owed and when a check-in is due.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, cast

from sms_triage.events import Erased, Event, Stopped
from sms_triage.gateways.base import Inbound
from sms_triage.gateways.ussd import Dialog
from sms_triage.keys import ALL_KEYS, Keys, keys_of
from sms_triage.storage.database import Database
from sms_triage.storage.effects import Effects
from sms_triage.storage.messages import AWAKE_SECONDS, PERSON_SECONDS, Messages
from sms_triage.storage.patients import NOBODY, Patients
from sms_triage.storage.snapshot import ERASED, STOPPED, Address, Snapshot
from sms_triage.storage.step import Step
from sms_triage.triage.conversation.engine import SESSION_SECONDS
from sms_triage.triage.conversation.turn import Turn
from sms_triage.triage.people.case import Case
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.session import Person, Session

SEEN_SECONDS = 2 * 24 * 3600
"""How long a message id is remembered; providers repeat for minutes to hours."""
CASE_SECONDS = 190 * 24 * 3600
"""How long a person's episodes are kept after her last text: the content counts them over six months."""
ERASED_SECONDS = 3600
"""How long the number of a person who had herself erased is kept, so that she can be told that it was done."""
DIALOG_SECONDS = 10 * 60
"""How long a USSD dialog is remembered; no network keeps one for longer than three minutes."""

Status = Literal["ok", "duplicate", "conflict"]


class Store:
    """Loads people and commits turns."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.redis = database.redis
        self.vault = database.vault
        self.records = database.records
        self.patients = Patients(database)
        self.messages = Messages(database)
        self.effects = Effects(database)

    def load(self, id: str, seen: str | None = None) -> Snapshot:
        """What is known of a person, in one round trip. `seen` is the key of the message at hand, if it has one."""
        keys, read = keys_of(id), self.records.read
        pipeline = self.redis.pipeline(transaction=False)
        # The version is read before the session: if a step comes between, the commit notices.
        names = ("version", "number", "gateway", "sender", "opted_out", "unreachable", "language")
        pipeline.hmget(keys.person(id), *names)
        pipeline.mget(keys.session(id), keys.dialog(id), keys.case(id), keys.chw(id), *([seen] if seen else []))
        contact, (session, dialog, case, chw, *marks) = pipeline.execute()
        version, number, gateway, sender, opted_out, unreachable, language = contact
        return Snapshot(
            id=id,
            version=(version or b"").decode(),
            person=Person(
                session=read(session, Session, f"session {id}"),
                opted_out=opted_out == STOPPED,
                language=read(language, str, f"language {id}") or "",
                case=read(case, Case, f"case {id}"),
                chw=read(chw, Chw, f"chw {id}"),
            ),
            number=read(number, str, f"number {id}"),
            address=Address(gateway.decode(), sender.decode()) if gateway is not None else None,
            opted_out=opted_out or b"",
            unreachable=(unreachable or b"").decode(),
            dialog=read(dialog, Dialog, f"dialog {id}"),
            seen=marks not in ([], [None]),
        )

    def commit(
        self,
        known: Snapshot,
        inbound: Inbound,
        turn: Turn,
        now: float,
        dialog: Dialog | None = None,
        *,
        unasked: bool = False,
    ) -> tuple[Status, bool]:
        """The atomic step: the message taken, the turn kept, its replies in the outbox, its effects written down.

        With a `dialog` the turn was on USSD: only what goes by SMS is put into the outbox, and a repetition is told by
        the dialog instead of a message id. Of an `unasked` turn she said nothing, so she is kept no longer for it.
        Returns how it went and whether the caller must start a drain. A
        ``conflict`` changed nothing: load again.
        """
        id, keys, step = known.id, keys_of(known.id), Step()
        if dialog is None:
            seen = keys.seen(inbound.gateway, inbound.message_id)
            step.expect_absent("duplicate", seen)
            step.mark(seen, SEEN_SECONDS)
        step.expect("conflict", keys.person(id), "version", known.version)
        step.count(keys.person(id), "version")
        self._contact(step, keys, known, inbound, turn)
        if turn.erase:
            _erase(step, keys, id)
        else:
            self._records(step, keys, known, turn, dialog)
        if not unasked:
            self._heard(step, keys, known, turn)
        if turn.patient:
            patient = replace(turn.patient, owner=id)
            self.patients.write(step, patient, known.patients.get(patient.code, NOBODY))
        address = Address(inbound.gateway, inbound.sender)
        replies = [reply for reply in turn.replies if reply.by_sms or not dialog]
        for reply in replies:
            self.messages.reply(step, id, address, reply, now)
        for effect in turn.effects:
            self.effects.append(step, id, effect, address, now)
        for event in turn.events:
            step.count(keys.counts, str(event))
        if replies or turn.effects:
            step.wake(keys.awake, AWAKE_SECONDS)
        done = self.database.run(step)
        return cast(Status, done.status), done.wake

    def _contact(self, step: Step, keys: Keys, known: Snapshot, inbound: Inbound, turn: Turn) -> None:
        """How she is reached."""
        id, person, fields = known.id, turn.person, {}
        if known.number is None:
            fields["number"] = self.records.seal(inbound.number, f"number {id}")
        if known.address != Address(inbound.gateway, inbound.sender):
            fields |= {"gateway": inbound.gateway.encode(), "sender": inbound.sender.encode()}
        stopped = ERASED if turn.erase else STOPPED if person.opted_out else b"0"
        if stopped != (known.opted_out or b"0"):
            fields["opted_out"] = stopped
        if person.language != known.person.language and person.language:
            fields["language"] = self.records.seal(person.language, f"language {id}")
        step.note(keys.person(id), fields)

    def _records(self, step: Step, keys: Keys, known: Snapshot, turn: Turn, dialog: Dialog | None) -> None:
        """Her session, dialog and case, and when something is due, as far as they changed. What is not there, also
        because it could not be read, is left alone until there is another."""
        id, before, after = known.id, known.person, turn.person
        if after.session is None and before.session is not None:
            step.drop(keys.session(id))
        elif after.session != before.session:
            step.put(keys.session(id), self.records.seal(after.session, f"session {id}"), SESSION_SECONDS)
        if after.case is None and before.case is not None:
            step.drop(keys.case(id))
        elif after.case != before.case:
            step.change(keys.case(id), self.records.seal(after.case, f"case {id}"))
            step.last_at_most(keys.case(id), CASE_SECONDS)
        if dialog:
            step.put(keys.dialog(id), self.records.seal(dialog, f"dialog {id}"), DIALOG_SECONDS)
        step.due(keys.silences, id, turn.silence_at)
        if (due := _check_in(after.case)) != _check_in(before.case):
            step.due(keys.followups, id, due)

    def _heard(self, step: Step, keys: Keys, known: Snapshot, turn: Turn) -> None:
        """She said something, so she can be reached, and what is kept of her lasts so long from now on."""
        id, person = known.id, turn.person
        if known.unreachable:
            step.strike(keys.person(id), "unreachable")
        if turn.erase:
            step.last(keys.person(id), ERASED_SECONDS)
            return
        idle = CASE_SECONDS if person.case else PERSON_SECONDS
        step.last(keys.person(id), None if person.opted_out else idle)
        if person.session and person.session == known.person.session:
            step.last(keys.session(id), SESSION_SECONDS)
        if person.case:
            step.last(keys.case(id), CASE_SECONDS)

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

    def forget(self, known: Snapshot) -> None:
        """Nothing is to be told to somebody who is not known any more."""
        id, keys, step = known.id, keys_of(known.id), Step()
        step.expect("conflict", keys.person(id), "version", known.version)
        step.due(keys.silences, id, None)
        step.due(keys.followups, id, None)
        self.database.run(step)

    def opt_out(self, id: str) -> None:
        """The person told her provider that she wants no more messages. A turn of hers that is under way conflicts
        and is made again."""
        keys, known = keys_of(id), self.load(id)
        step = Step()
        if known.opted_out == ERASED:
            # The mark is all that is kept of her.
            step.strike(keys.person(id), "number", "gateway", "sender")
        step.note(keys.person(id), {"opted_out": STOPPED})
        step.count(keys.person(id), "version")
        step.last(keys.person(id), None)
        step.drop(keys.session(id))
        step.due(keys.silences, id, None)
        step.due(keys.followups, id, None)
        step.count(keys.counts, str(Stopped()))
        self.database.run(step)

    def flag_unreachable(self, id: str, code: str) -> None:
        """Notes that a known person cannot be reached, with the provider's reason, until she writes again."""
        step = Step()
        step.expect_present("unknown", keys_of(id).person(id))
        step.note(keys_of(id).person(id), {"unreachable": code})
        self.database.run(step)

    def erase(self, id: str) -> bool:
        """Erases a person; False if there is none. What waits in the outbox for her is dropped when its turn comes: she
        has no number any more."""
        keys, step = keys_of(id), Step()
        step.expect_present("unknown", keys.person(id))
        _erase(step, keys, id)
        step.drop(keys.person(id))
        step.count(keys.counts, str(Erased()))
        return self.database.run(step).ok

    def count(self, id: str, event: Event) -> None:
        """Counts what happened apart from any turn."""
        self.redis.hincrby(keys_of(id).counts, str(event), 1)

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


def _erase(step: Step, keys: Keys, id: str) -> None:
    """In this step all is dropped that a person told. What she told of others stays theirs."""
    for key in (keys.session(id), keys.dialog(id), keys.case(id)):
        step.drop(key)
    step.strike(keys.person(id), "language", "unreachable")
    step.due(keys.silences, id, None)
    step.due(keys.followups, id, None)


def _check_in(case: Case | None) -> float | None:
    """When a check-in is due."""
    return case.plan.due if case and case.plan else None
