"""Talking to the engine as a person does, without HTTP or Redis: what is texted or keyed in, and what is said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from sms_triage.service.referrals import notification_text
from sms_triage.storage.entry import pack, unpack
from sms_triage.triage.content.model import Question
from sms_triage.triage.conversation.engine import check_in, fall_silent, silence_at, take_turn
from sms_triage.triage.conversation.standing import asked, concluded
from sms_triage.triage.conversation.turn import Priority, Turn
from sms_triage.triage.conversation.ussd import dial_in, press
from sms_triage.triage.people.case import Case
from sms_triage.triage.people.codes import patient_code, spaced
from sms_triage.triage.people.effects import Notify, OutcomeReported
from sms_triage.triage.people.referral import Patient, with_outcome
from sms_triage.triage.people.session import Person, Session
from sms_triage.triage.wording.locale import Locales


@dataclass
class Drawer:
    """A health worker's desk without a database. Those whose drawers are in one `cabinet` know of each other's patients what
    a report needs."""

    chw: str = "a chw"
    partition: int = 3
    cabinet: dict[str, Patient] = field(default_factory=dict)
    serials: Iterator[int] = field(default_factory=lambda: count(100_000))

    def new_code(self) -> str:
        return patient_code(self.partition, next(self.serials))

    def patient(self, code: str) -> Patient | None:
        patient = self.cabinet.get(code)
        return patient if patient and patient.owner == self.chw else None

    def referred(self, code: str) -> Patient | None:
        return self.cabinet.get(code)

    def codes(self) -> list[str]:
        return [code for _, code in sorted((patient.order, patient.code) for patient in self._own())]

    def due(self, now: float) -> list[str]:
        dates = sorted((one.referral.due, one.code) for one in self._own() if one.referral and one.referral.due)
        return [code for at, code in dates if at <= now]

    def keep(self, patient: Patient) -> None:
        """Her health worker, or somebody who reported on her, changed a patient; a new one is this one's."""
        kept = unpack(pack(patient), Patient)
        self.cabinet[patient.code] = replace(kept, owner=kept.owner or self.chw)

    def _own(self) -> Iterator[Patient]:
        return (patient for patient in self.cabinet.values() if patient.owner == self.chw)


@dataclass(frozen=True)
class Told:
    """What reaches somebody: by SMS, or `shown` on the screen of a USSD dialog. `to` is "" for the person herself;
    `despite_stop` tells that it would reach her after STOP too; `at` is the moment on her clock."""

    text: str
    priority: Priority = Priority.ANSWER
    despite_stop: bool = False
    shown: bool = False
    to: str = ""
    at: datetime | None = None


@dataclass
class Talk:
    """One person talking to the service. Her session goes through its stored form after every turn, and what is said is
    what the outbox would let pass. What the last thing she did led to stands in `told` and `counted`."""

    locales: Locales
    person: Person = field(default_factory=Person)
    now: float = 0.0
    channel: str = "sms"
    told: list[Told] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)

    @property
    def session(self) -> Session:
        assert self.person.session is not None
        return self.person.session

    @property
    def question(self) -> Question | None:
        """The question she is at; None at a result."""
        locale = self.locales.of(self.person.language, self.channel, self.session.topic)
        return None if concluded(locale, self.session) else asked(locale, self.session)

    def text(self, words: str) -> list[str]:
        """A text by SMS."""
        self.channel = "sms"
        return self._kept(take_turn(self.locales, self.person, words, self.now))

    def dial(self, *inputs: str) -> list[str]:
        """Dials the code, with what is keyed in along with it."""
        self.channel = "ussd"
        return self._kept(dial_in(self.locales, self.person, inputs, self.now), shown=True)

    def press(self, keys: str) -> list[str]:
        """Keys in an answer in a USSD dialog."""
        return self._kept(press(self.locales, self.person, keys, self.now), shown=True)

    def wait(self, seconds: float) -> list[str]:
        """Lets time pass, in which a silent person may be told something or checked in on."""
        until, told, counted = self.now + seconds, list[Told](), list[str]()
        while True:
            case = self.person.case
            due = [case.plan.due if case and case.plan else None, silence_at(self.locales, self.person)]
            events = [at for at in due if at is not None and at <= until]
            if not events:
                break
            self.now = max(self.now, min(events))
            for turn in (fall_silent, check_in):
                self._kept(turn(self.locales, self.person, self.now))
                told += self.told
                counted += self.counted
        self.now, self.told, self.counted = until, told, counted
        return self._heard()

    def hang_up(self) -> list[str]:
        """The USSD session drops, and the network tells."""
        return self._kept(fall_silent(self.locales, self.person, self.now, hung_up=True))

    def _kept(self, turn: Turn, shown: bool = False) -> list[str]:
        session = turn.person.session
        if turn.patient:
            assert isinstance(self.person.desk, Drawer)
            self.person.desk.keep(turn.patient)
        case = turn.person.case
        self.person = replace(
            turn.person, session=session and unpack(pack(session), Session), case=case and unpack(pack(case), Case)
        )
        self.told = [*self._passed(turn, shown), *self._carried_out(turn)]
        self.counted = [str(event) for event in turn.events]
        return self._heard()

    def _heard(self) -> list[str]:
        return [told.text for told in self.told if not told.to]

    def _passed(self, turn: Turn, shown: bool) -> Iterable[Told]:
        """What is shown, and of what is sent what the outbox lets pass: after STOP only what is marked so."""
        at = self.person.calendar.local(self.now)
        for reply in turn.replies:
            on_screen = shown and not reply.by_sms
            if on_screen or reply.despite_stop or not self.person.opted_out:
                yield Told(reply.text, reply.priority, reply.despite_stop, on_screen, at=at)

    def _carried_out(self, turn: Turn) -> Iterable[Told]:
        """What the turn does to others, and what they are told."""
        locale = self.locales.of("", "sms")
        for effect in turn.effects:
            match effect:
                case OutcomeReported(code, outcome, at, by):
                    assert isinstance(self.person.desk, Drawer)
                    patient = self.person.desk.cabinet[code]
                    self.person.desk.keep(with_outcome(locale.caseload, patient, outcome, at))
                    told = Notify("notify_outcome", {"code": spaced(code), "outcome": f"outcome:{outcome}", "chw": by})
                case Notify():
                    told = effect
                case _:
                    continue
            to = told.number or told.area or "chw"
            yield Told(notification_text(locale, told), Priority.URGENT if told.urgent else Priority.ANSWER, to=to)
