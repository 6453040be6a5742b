"""Talking to the engine as a person does, without HTTP or Redis: what is texted or keyed in, and what is said."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sms_triage.storage.entry import pack, unpack
from sms_triage.triage.content.model import Question
from sms_triage.triage.conversation.engine import check_in, fall_silent, silence_at, take_turn
from sms_triage.triage.conversation.standing import asked
from sms_triage.triage.conversation.turn import Turn
from sms_triage.triage.conversation.ussd import dial_in, press
from sms_triage.triage.people.case import Case
from sms_triage.triage.people.codes import patient_code
from sms_triage.triage.people.referral import Patient
from sms_triage.triage.people.session import Person, Session
from sms_triage.triage.wording.locale import Locales


@dataclass
class Drawer:
    """A worker's desk without a database."""

    partition: int = 3
    patients: dict[str, Patient] = field(default_factory=dict)

    def new_code(self) -> str:
        return patient_code(self.partition, 100_000 + len(self.patients))

    def patient(self, code: str) -> Patient | None:
        return self.patients.get(code)

    def referred(self, code: str) -> Patient | None:
        return self.patients.get(code)

    def codes(self) -> list[str]:
        return sorted(self.patients, key=lambda code: self.patients[code].order)

    def due(self, now: float) -> list[str]:
        due = {code: one.referral.due for code, one in self.patients.items() if one.referral and one.referral.due}
        return sorted((code for code, at in due.items() if at <= now), key=lambda code: due[code])


@dataclass
class Talk:
    """One person talking to the service. Her session goes through its stored form after every turn."""

    locales: Locales
    person: Person = field(default_factory=Person)
    now: float = 0.0
    channel: str = "sms"

    @property
    def session(self) -> Session:
        assert self.person.session is not None
        return self.person.session

    @property
    def question(self) -> Question | None:
        return asked(self.locales.of(self.person.language, self.channel), self.session)

    def text(self, words: str) -> list[str]:
        """A text by SMS."""
        self.channel = "sms"
        return self._kept(take_turn(self.locales, self.person, words, self.now))

    def dial(self, *inputs: str) -> list[str]:
        """Dials the code, with what is keyed in along with it."""
        self.channel = "ussd"
        return self._kept(dial_in(self.locales, self.person, inputs, self.now))

    def press(self, keys: str) -> list[str]:
        """Keys in an answer in a USSD dialog."""
        return self._kept(press(self.locales, self.person, keys, self.now))

    def wait(self, seconds: float) -> list[str]:
        """Lets time pass, in which a silent person may be told something or checked in on."""
        return [text for _, text in self.pass_time(seconds)]

    def pass_time(self, seconds: float) -> list[tuple[datetime, str]]:
        """Lets time pass, and gives what is said in it with the moment on the person's clock."""
        until, said = self.now + seconds, []
        while True:
            case = self.person.case
            due = [case.plan.due if case and case.plan else None, silence_at(self.locales, self.person)]
            events = [at for at in due if at is not None and at <= until]
            if not events:
                break
            self.now = max(self.now, min(events))
            for turn in (fall_silent, check_in):
                said += [
                    (self.person.calendar.local(self.now), text)
                    for text in self._kept(turn(self.locales, self.person, self.now))
                ]
        self.now = until
        return said

    def hang_up(self) -> list[str]:
        """The USSD session drops, and the network tells."""
        return self._kept(fall_silent(self.locales, self.person, self.now, hung_up=True))

    def _kept(self, turn: Turn) -> list[str]:
        session = turn.person.session
        if turn.patient:
            assert isinstance(self.person.desk, Drawer)
            self.person.desk.patients[turn.patient.code] = unpack(pack(turn.patient), Patient)
        case = turn.person.case
        self.person = replace(
            turn.person, session=session and unpack(pack(session), Session), case=case and unpack(pack(case), Case)
        )
        return [reply.text for reply in turn.replies]
