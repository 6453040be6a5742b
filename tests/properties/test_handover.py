"""A handover gives the patients of one worker to another: every patient is then hers as she was the giver's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.servers import Relay
from tests.ward import (
    AMINA,
    BARAKA,
    CHIEF,
    CLINIC,
    DAY,
    DORA,
    EMERGENCY,
    HOSPITAL,
    HOUR,
    IN_A_WEEK,
    IN_TWO_WEEKS,
    MINUTE,
    TODAY,
    WATCH,
    WEST_CHIEF,
    WEST_CLINIC,
    Ward,
    spaced,
)

WORKERS = (AMINA, BARAKA, DORA)
SUPERVISORS = {AMINA: CHIEF, BARAKA: CHIEF, DORA: WEST_CHIEF}
FACILITIES = {AMINA: (CLINIC, HOSPITAL), BARAKA: (CLINIC, HOSPITAL), DORA: (WEST_CLINIC,)}
OUTCOMES = {1: "Seen and treated", 3: "Did not go", 5: "Does not want to go"}
DID_NOT_GO = 3
MOST_HANDOVERS = 1
"""Before the last; a command takes a tenth of a second."""


@dataclass(frozen=True)
class Kind:
    """What is promised of a patient of one urgency: days until her visits, and minutes until her worker has to
    confirm."""

    sms: str
    words: str
    visits: tuple[int, ...] = ()
    minutes: int = 0


KINDS = (
    Kind(EMERGENCY, "EMERGENCY NOW", (1,), 30),
    Kind(TODAY, "SEE TODAY", (1,), 240),
    Kind(IN_A_WEEK, "SEE WITHIN 7 DAYS", (3, 8)),
    Kind(IN_TWO_WEEKS, "SEE WITHIN 2 WEEKS", (16,)),
    Kind(WATCH, "WATCH"),
)
"""The most urgent first."""


@dataclass
class Expected:
    """A patient as she should be: told at a moment, hers whose she is, a visit due, who is to be told next and when."""

    code: str
    kind: Kind
    at: float
    owner: str
    due: float | None
    confirm_by: float | None
    supervisor_knows: bool = False


def test_a_handover_at_any_moment_changes_nothing_but_whose_patients_they_are(ward: Ward) -> None:
    """Patients of all urgencies, confirmed, reported, visited or not, handed over at any moment, twice and back."""

    class Handovers(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            ward.begin_anew()
            self.patients: list[Expected] = []
            self.at_result: dict[str, Expected] = {}
            self.asked: dict[str, Expected] = {}
            self.notified: list[tuple[str, str]] = []
            self.handovers = 0

        @initialize(worker=st.sampled_from(WORKERS))
        def an_emergency_is_told(self, worker: str) -> None:
            self.a_patient_is_told(worker=worker, kind=KINDS[0])

        @rule(worker=st.sampled_from(WORKERS), kind=st.sampled_from(KINDS))
        def a_patient_is_told(self, worker: str, kind: Kind) -> None:
            at = self.tick()
            code = ward.new_patient(worker, kind.sms)
            due = at + kind.visits[0] * DAY if kind.visits else None
            confirm_by = at + kind.minutes * MINUTE if kind.minutes else None
            self.patients.append(Expected(code, kind, at, worker, due, confirm_by))
            self.at_result[worker] = self.patients[-1]

        @precondition(lambda self: self.at_result)
        @rule(data=st.data())
        def what_is_on_the_screen_is_confirmed(self, data: st.DataObject) -> None:
            """By who told it, who may have given the patient away since."""
            self.tick()
            worker = data.draw(st.sampled_from(sorted(self.at_result)))
            patient = self.at_result.pop(worker)
            ward.outside.text(worker, "3")
            if patient.owner == worker:
                patient.confirm_by = None

        @precondition(lambda self: self.patients)
        @rule(data=st.data(), outcome=st.sampled_from(sorted(OUTCOMES)), by=st.sampled_from(["owner", "facility"]))
        def an_outcome_is_told(self, data: st.DataObject, outcome: int, by: str) -> None:
            self.tick()
            patient = data.draw(st.sampled_from(self.patients))
            reporter = patient.owner if by == "owner" else FACILITIES[patient.owner][0]
            self.at_result.pop(reporter, None)
            ward.outside.text(reporter, f"SEEN {patient.code} {outcome}")
            self.reported(patient, outcome, reporter)

        @precondition(lambda self: self.patients)
        @rule(data=st.data())
        def a_facility_is_asked_what_came_of_it(self, data: st.DataObject) -> None:
            self.tick()
            patient = data.draw(st.sampled_from(self.patients))
            facility = FACILITIES[patient.owner][-1]
            self.asked[facility] = patient
            ward.outside.text(facility, f"SEEN {patient.code}")

        @precondition(lambda self: self.asked)
        @rule(data=st.data(), outcome=st.sampled_from(sorted(OUTCOMES)))
        def and_tells_it(self, data: st.DataObject, outcome: int) -> None:
            self.tick()
            facility = data.draw(st.sampled_from(sorted(self.asked)))
            ward.outside.text(facility, str(outcome))
            self.reported(self.asked.pop(facility), outcome, facility)

        @rule(seconds=st.sampled_from([29 * MINUTE, 31 * MINUTE, 3 * HOUR, 26 * HOUR, 50 * HOUR]))
        def time_passes(self, seconds: float) -> None:
            ward.outside.drain()
            ward.outside.later(seconds)
            if seconds >= 24 * HOUR:
                self.at_result.clear()
                self.asked.clear()
            for patient in self.patients:
                if patient.confirm_by is not None and patient.confirm_by <= ward.outside.time.at:
                    self.goes_up(patient)

        @precondition(lambda self: self.handovers < MOST_HANDOVERS)
        @rule(pair=st.permutations(WORKERS))
        def one_gives_hers_to_another(self, pair: tuple[str, ...]) -> None:
            giver, taker, _ = pair
            self.tick()
            self.handovers += 1
            given = [patient for patient in self.patients if patient.owner == giver]
            said = ward.outside.command("chw", "handover", giver, taker).output
            assert said == f"{len(given)} patients handed over\n"
            for patient in given:
                patient.owner = taker

        def teardown(self) -> None:
            """Whatever was, there is a last handover, with one patient who has gone up and one who has not yet; and all is
            waited for that may still come of it."""
            self.a_patient_is_told(worker=AMINA, kind=KINDS[0])
            self.time_passes(seconds=31 * MINUTE)
            self.a_patient_is_told(worker=AMINA, kind=KINDS[1])
            given = [patient.code for patient in self.patients if patient.owner == AMINA]
            self.one_gives_hers_to_another(pair=WORKERS)
            for code in given[:2]:
                assert ward.patient(AMINA, code)[0].startswith(f"{spaced(code)} is no patient of yours.")
            self.what_everybody_sees()
            for seconds in (31 * MINUTE, 31 * MINUTE, 4 * HOUR, 4 * HOUR, 26 * HOUR):
                self.time_passes(seconds=seconds)
            self.what_everybody_sees()

        def what_everybody_sees(self) -> None:
            now = ward.outside.time.at
            self.at_result.clear()
            for worker in WORKERS:
                hers = [patient for patient in self.patients if patient.owner == worker]
                listed = [line.rpartition(" ")[0] for line in ward.patients(worker)]
                hers.sort(key=lambda patient: (KINDS.index(patient.kind), -patient.at))
                assert listed == [f"{patient.code} {patient.kind.words}" for patient in hers]
                due = [patient for patient in hers if patient.due is not None and patient.due <= now]
                assert ward.due(worker) == [p.code for p in sorted(due, key=lambda patient: patient.due or 0.0)]
            heads = ("has not confirmed", "Reported by")
            sent = [(message["To"], message["Body"]) for message in ward.outside.provider.accepted]
            assert sorted(one for one in sent if any(head in one[1] for head in heads)) == sorted(self.notified)

        def tick(self) -> float:
            """No two things happen in the same second, so that orders are certain."""
            ward.outside.time.at += 1
            return ward.outside.time.at

        def reported(self, patient: Expected, outcome: int, reporter: str) -> None:
            now = ward.outside.time.at
            patient.confirm_by = patient.due = None
            if outcome == DID_NOT_GO:
                visits = (patient.at + day * DAY for day in patient.kind.visits)
                patient.due = next((at for at in visits if at > now), now + DAY)
            if reporter != patient.owner:
                words = f"{spaced(patient.code)}: {OUTCOMES[outcome]}. Reported by {ward.signs[reporter]}."
                self.notified.append((patient.owner, words))

        def goes_up(self, patient: Expected) -> None:
            """Her supervisor is told, and after as long again the facilities of her area."""
            sign, words = ward.signs[patient.owner], patient.kind.words
            notified = f"{sign} has not confirmed {spaced(patient.code)}: {words}. Please call now."
            if patient.supervisor_knows:
                self.notified += [(facility, notified) for facility in FACILITIES[patient.owner]]
                patient.confirm_by = None
            else:
                self.notified.append((SUPERVISORS[patient.owner], notified))
                patient.confirm_by = ward.outside.time.at + patient.kind.minutes * MINUTE
                patient.supervisor_knows = True

    run_state_machine_as_test(
        Handovers,
        settings=settings(
            max_examples=10,
            stateful_step_count=12,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def interrupted(ward: Ward, happens: Callable[[str], bool]) -> Iterator[str]:
    """A handover from Amina to Baraka of one emergency, before each request of which to the database once `happens`
    happens; it tells whether the handover can go on. Gives her patient's number after each."""
    code = ward.new_patient(AMINA, EMERGENCY)
    told, database = ward.as_it_is(), urlsplit(ward.outside.service.settings.redis_url)
    for before in count():
        ward.begin_anew(told)
        relay = Relay(database.hostname or "", database.port or 0, before, lambda: happens(code))
        with relay.open() as port:
            ward.outside.command("chw", "handover", AMINA, BARAKA, redis_url=f"redis://127.0.0.1:{port}/0")
        if relay.passed <= before:
            return
        ward.outside.settle()
        yield code


def whose(ward: Ward, code: str) -> list[str]:
    """On whose phones a patient is shown."""
    return [worker for worker in WORKERS for line in ward.patients(worker) if line.startswith(code)]


def test_a_handover_that_dies_leaves_every_patient_with_one_worker_who_is_told_what_became_of_her(ward: Ward) -> None:
    for code in interrupted(ward, lambda _: False):
        shown = whose(ward, code)
        assert len(shown) == 1
        ward.text(CLINIC, f"SEEN {code} 1")
        assert [worker for worker in WORKERS if ward.received(worker, "Reported by")] == shown


def test_of_two_handovers_at_once_one_gets_her(ward: Ward) -> None:
    def meanwhile(code: str) -> bool:
        return ward.outside.command("chw", "handover", AMINA, DORA).exit_code == 0

    for code in interrupted(ward, meanwhile):
        assert len(whose(ward, code)) == 1


def test_what_is_reported_during_a_handover_is_kept(ward: Ward) -> None:
    def meanwhile(code: str) -> bool:
        ward.outside.text(CLINIC, f"SEEN {code} 1")
        return True

    for code in interrupted(ward, meanwhile):
        ward.outside.later(2 * DAY)
        assert code not in [*ward.due(AMINA), *ward.due(BARAKA)]
        assert ward.received(CHIEF, "has not confirmed") == []


def test_a_handover_to_herself_or_to_nobody_leaves_all_as_it_is(ward: Ward) -> None:
    code = ward.new_patient(AMINA, IN_A_WEEK)
    for taker in (AMINA, "+254799999999"):
        assert ward.outside.command("chw", "handover", AMINA, taker).exit_code == 1
        assert whose(ward, code) == [AMINA]
    ward.outside.later(4 * DAY)
    assert ward.due(AMINA) == [code]
