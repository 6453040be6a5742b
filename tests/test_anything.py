"""Whatever anybody texts: no error, no message lost, no session that cannot go on, and never a milder result."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from sms_triage.gateways.base import Inbound
from sms_triage.gateways.simulator import SimulatorGateway
from sms_triage.service import Service
from sms_triage.triage.engine import SILENT_AFTER_MISSES, asked, fall_silent, owed, take_turn
from sms_triage.triage.face import Face
from sms_triage.triage.session import Session, load_session

USUAL = ["hi", "1", "2", "3", "4", "5", "6", "7", "13", "0", "none", "yes", "no", "HELP", "MENU", "START", "skip"]
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
PEOPLE = [f"+25470000000{place}" for place in range(4)]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, st.integers(0, 90_000)), max_size=40))
def test_any_conversation_can_go_on(face: Face, texts: list[tuple[str, int]]) -> None:
    session: Session | None = None
    opted_out, now = False, 0.0
    for text, pause in texts:
        silent = fall_silent(face, session, opted_out, now + pause)
        session, now = silent.session, now + pause
        turn = take_turn(face, session, opted_out, text, now)
        assert all(reply.text.strip() for reply in turn.replies)
        if not opted_out and not (turn.session and turn.session.misses > SILENT_AFTER_MISSES):
            assert turn.replies, f"{text!r} was not answered"
        session, opted_out = turn.session and load_session(turn.session.dump()), turn.opted_out
    if opted_out:
        session, opted_out = take_turn(face, session, opted_out, "START", now).session, False
    for _ in range(12):
        question = session and asked(face, session)
        if session is not None and question is None:
            return
        turn = take_turn(face, session, opted_out, str(question.last if question else "hi"), now)
        session = turn.session
    raise AssertionError("no result after twelve answers")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 7), max_size=10))
def test_what_a_person_is_owed_never_gets_milder_by_answering(face: Face, answers: list[int]) -> None:
    session = take_turn(face, None, False, "hi", 0.0).session
    worst = 99
    for answer in answers:
        assert session is not None
        if asked(face, session) is None:
            return
        session = take_turn(face, session, False, str(answer), 0.0).session
        assert session is not None
        rank = owed(face, session).at_least.rank
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
            self.sessions: dict[str, tuple[Session | None, bool]] = {}
            self.expected: dict[str, list[str]] = {}

        @rule(number=st.sampled_from(PEOPLE), text=TEXTS, pause=st.integers(0, 3000))
        def text(self, number: str, text: str, pause: int) -> None:
            self.now += pause
            inbound = Inbound("simulator", f"SM{next(self.ids)}", number, "22384", text)
            assert service.receive(inbound, self.now) == "ok"
            self.taken.append(inbound)
            session, opted_out = self.sessions.get(number, (None, False))
            turn = take_turn(service.face, session, opted_out, text, self.now)
            self.sessions[number] = turn.session, turn.opted_out
            said = self.expected.setdefault(number, [])
            if turn.opted_out and not opted_out:
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
        def sessions_are_kept(self) -> None:
            for number, (session, opted_out) in self.sessions.items():
                state = service.store.load(service.vault.person(number), "none")
                assert state.session == session
                assert state.opted_out == opted_out

    run_state_machine_as_test(
        Everybody,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.parametrize(
    "text", ["\x00", "\ud83d", "a" * 100_000, "\u202e1\u202c", "१" * 500, "\n\n\n", "'; DROP", "{last}"]
)
def test_odd_texts(service: Service, text: str) -> None:
    for place, words in enumerate(["hi", text, text]):
        assert service.receive(Inbound("simulator", f"SM{place}", PEOPLE[0], "22384", words), 1e9) == "ok"
