"""Whatever anybody texts: no error, no message lost, no session that cannot go on, and never a milder result."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from sms_triage.gateways.base import Inbound
from sms_triage.gateways.simulator import SimulatorGateway
from sms_triage.service.service import Service
from sms_triage.text import fits_ussd
from sms_triage.triage.conversation.engine import take_turn
from sms_triage.triage.conversation.misses import SILENT_AFTER_MISSES
from sms_triage.triage.conversation.standing import owed
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.locale import Locales
from tests.talk import Drawer, Talk

USUAL = [
    "hi",
    "9",
    "language",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "13",
    "0",
    "none",
    "yes",
    "no",
    "HELP",
    "MENU",
    "START",
    "skip",
]
RARE = [
    "STOP",
    "I am bleeding a lot",
    "he forced me",
    "i want to die",
    "pain",
    "not much blood",
    "pregnant and bleeding",
]
TEXTS = st.one_of(st.sampled_from(USUAL), st.sampled_from(USUAL + RARE), st.text(max_size=200))
WAYS = st.sampled_from(["sms", "sms", "dial", "ussd", "ussd"])
PEOPLE = [f"+25470000000{place}" for place in range(4)]


@settings(max_examples=100)
@given(st.lists(st.tuples(WAYS, TEXTS, st.integers(0, 90_000)), min_size=5, max_size=30))
def test_any_conversation_can_go_on(every_face: Locales, steps: list[tuple[str, str, int]]) -> None:
    talk = Talk(every_face)
    for way, text, pause in steps:
        talk.wait(pause)
        if way == "sms":
            replies = talk.text(text)
            silent = talk.person.opted_out or (talk.person.session and talk.session.misses > SILENT_AFTER_MISSES)
            assert replies or silent, f"{text!r} was not answered"
        else:
            replies = talk.dial() if way == "dial" or talk.person.session is None else talk.press(text)
            assert fits_ussd(replies[0])
        assert all(reply.strip() for reply in replies)
    if talk.person.opted_out:
        talk.text("START")
    talk.text("MENU")
    for _ in range(12):
        if talk.question is None:
            return
        talk.text(str(len(talk.question.options) + talk.question.several))
        if talk.question and talk.question.id == "for_whom":
            talk.text("1")
    raise AssertionError("no result after twelve answers")


WORK = st.sampled_from(
    ["menu", "1", "2", "3", "4", "5", "6", "7", "0", "9", "13", "none", "D5 P1 L3 A1 F1 S4 B7", "D1", "d9 p9",
     "SEEN 031000003 1", "seen 031000003", "031 000 003", "031000004", "+254711111111", "red scarf", "again", "STOP", "START",
     "bleeding a lot", "diary", "delete", "language"]
)  # fmt: skip


@settings(max_examples=100)
@given(st.lists(st.tuples(WAYS, st.one_of(WORK, WORK, TEXTS), st.integers(0, 200_000)), min_size=5, max_size=30))
def test_any_worker_can_go_on(every_face: Locales, steps: list[tuple[str, str, int]]) -> None:
    talk = Talk(every_face, Person(chw=Chw("chw", "Amina", "A12"), desk=Drawer()))
    for way, text, pause in steps:
        talk.wait(pause)
        if way == "sms":
            talk.text(text)
        else:
            replies = talk.dial() if way == "dial" or talk.person.session is None else talk.press(text)
            assert fits_ussd(replies[0])
    talk.text("START")
    assert talk.text("MENU")[0].startswith(every_face.of(talk.person.language, "sms").asks["home"].own)


@settings(max_examples=100)
@given(st.lists(st.integers(1, 7), min_size=3, max_size=10))
def test_what_a_person_is_owed_never_gets_milder_by_answering(locales: Locales, answers: list[int]) -> None:
    talk = Talk(locales)
    talk.text("hi")
    worst = 99
    for answer in answers:
        if talk.question is None:
            return
        talk.text(str(answer))
        rank = owed(locales.of("en", "sms"), talk.session).at_least.rank
        assert rank <= worst
        worst = rank


def test_any_people_at_any_time_lose_nothing(service: Service) -> None:
    """Several people, any texts, repeats and drains in any order: each text is taken once and answered in order."""

    class Everybody(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            service.redis.flushall()
            self.ids = itertools.count()
            self.now = 1_800_000_000.0
            self.taken: list[Inbound] = []
            self.people: dict[str, Person] = {}
            self.expected: dict[str, list[str]] = {}

        @rule(number=st.sampled_from(PEOPLE), text=TEXTS, pause=st.integers(0, 3000))
        def text(self, number: str, text: str, pause: int) -> None:
            self.now += pause
            inbound = Inbound("simulator", f"SM{next(self.ids)}", number, "22384", text)
            assert service.receive(inbound, self.now) == "ok"
            self.taken.append(inbound)
            person = self.people.get(number, Person())
            turn = take_turn(service.locales, person, text, self.now)
            self.people[number] = turn.person
            said = self.expected.setdefault(number, [])
            if turn.person.opted_out and not person.opted_out:
                said[self.delivered(number) :] = []
            said += [reply.text for reply in turn.replies]

        @rule(data=st.data())
        def repeat(self, data: st.DataObject) -> None:
            if self.taken:
                assert service.receive(data.draw(st.sampled_from(self.taken)), self.now) == "duplicate"

        @rule()
        def drain(self) -> None:
            service.drain()
            for number, said in self.expected.items():
                assert self.received(number) == said

        def received(self, number: str) -> list[str]:
            gateway = service.gateways["simulator"]
            assert isinstance(gateway, SimulatorGateway)
            return [message.text for message in gateway.received(number, "-")]

        def delivered(self, number: str) -> int:
            return len(self.received(number))

        @invariant()
        def people_are_kept(self) -> None:
            for number, person in self.people.items():
                assert service.store.load(service.vault.person(number)).person == person

    run_state_machine_as_test(Everybody, settings=settings(max_examples=15, stateful_step_count=25))


@pytest.mark.parametrize(
    "text", ["\x00", "\ud83d", "a" * 100_000, "\u202e1\u202c", "१" * 500, "\n\n\n", "'; DROP", "{last}"]
)
def test_odd_texts(service: Service, text: str) -> None:
    for place, words in enumerate(["hi", text, text]):
        assert service.receive(Inbound("simulator", f"SM{place}", PEOPLE[0], "22384", words), 1e9) == "ok"
