"""The desk that the tests of the engine use gives the same answers as the one in the database."""

from dataclasses import replace
from typing import Protocol

import pytest

from sms_triage.gateways.base import Inbound
from sms_triage.service.service import Service
from sms_triage.storage.desk import StoredDesk
from sms_triage.triage.conversation.turn import Turn
from sms_triage.triage.people.case import Case, Episode
from sms_triage.triage.people.chw import Desk
from sms_triage.triage.people.codes import is_sound
from sms_triage.triage.people.referral import Patient, Referral
from sms_triage.triage.people.session import Person
from tests.talk import Drawer

NOW = 1_900_000_000.0
DAY = 86_400.0


class Hers(Protocol):
    """A worker as far as her desk goes. `keep` is a turn of hers that changes a patient, of her own or of another."""

    def desk(self) -> Desk: ...

    def keep(self, patient: Patient) -> None: ...


class InADrawer:
    def __init__(self, worker: str, partition: int, cabinet: dict[str, Patient]) -> None:
        self.drawer = Drawer(worker, partition, cabinet)

    def desk(self) -> Desk:
        return self.drawer

    def keep(self, patient: Patient) -> None:
        self.drawer.keep(patient)


class Stored:
    def __init__(self, service: Service, number: str) -> None:
        self.service, self.number, self.turns = service, number, 0

    def desk(self) -> Desk:
        return StoredDesk(self.service.patients, self.service.vault.person(self.number))

    def keep(self, patient: Patient) -> None:
        known = self.service.store.load(self.service.vault.person(self.number))
        desk = StoredDesk(self.service.patients, known.id)
        desk.patient(patient.code)
        if patient.owner not in ("", known.id):
            assert self.service.patients.keep(patient, self.service.patients.referred(patient.code))
            return
        self.turns += 1
        inbound = Inbound("simulator", f"SM{self.number}{self.turns}", self.number, "22384", "")
        kept, _ = self.service.store.commit(
            replace(known, patients=desk.read), inbound, Turn(Person(desk=desk), patient=patient), NOW
        )
        assert kept == "ok"


@pytest.fixture(params=["in a drawer", "stored"])
def two(request: pytest.FixtureRequest) -> tuple[Hers, Hers]:
    """Two workers of one deployment."""
    if request.param == "in a drawer":
        cabinet: dict[str, Patient] = {}
        return InADrawer("first", 3, cabinet), InADrawer("second", 7, cabinet)
    service: Service = request.getfixturevalue("service")
    return Stored(service, "+254700000001"), Stored(service, "+254700000002")


URGENCY = ("emergency_now", "same_day", "within_week", "routine_visit", "self_care_watch")


def patient(
    code: str, disposition: str = "", at: float = NOW, due: float | None = None, outcome: str = "", label: str = ""
) -> Patient:
    case = (
        Case((Episode(at, "spots", ("fever_unwell",), 1, disposition, rank=URGENCY.index(disposition)),))
        if disposition
        else Case()
    )
    referral = Referral(disposition, at, due=due, outcome=outcome) if disposition else None
    return Patient(code, "", NOW, label, case, referral)


def kept(hers: Hers, *more: object, **facts: object) -> str:
    """A new patient of a worker; gives her number."""
    code = hers.desk().new_code()
    hers.keep(patient(code, *more, **facts))  # type: ignore[arg-type]
    return code


def test_a_new_number_is_sound_and_nobodys(two: tuple[Hers, Hers]) -> None:
    first, second = two
    codes = [one.desk().new_code() for one in (first, first, second)]
    assert all(map(is_sound, codes))
    assert len(set(codes)) == 3
    for code in codes:
        for one in two:
            assert (one.desk().patient(code), one.desk().referred(code)) == (None, None)


def test_nothing_is_there_before_there_is_a_patient(two: tuple[Hers, Hers]) -> None:
    for one in two:
        assert (list(one.desk().codes()), list(one.desk().due(NOW))) == ([], [])


def test_a_patient_is_read_as_she_was_kept(two: tuple[Hers, Hers]) -> None:
    first, _ = two
    code = kept(first, "same_day", at=NOW - 0.25, due=NOW + DAY, label="red scarf")
    read = first.desk().patient(code)
    assert read is not None
    assert (read.code, read.label, read.agreed_at) == (code, "red scarf", NOW)
    assert read.case == patient(code, "same_day", at=NOW - 0.25).case
    assert read.referral == Referral("same_day", NOW - 0.25, due=NOW + DAY)
    assert read.owner


def test_she_is_her_own_workers_and_known_to_who_reports(two: tuple[Hers, Hers]) -> None:
    first, second = two
    code = kept(first, "same_day", due=NOW)
    assert second.desk().patient(code) is None
    assert list(second.desk().codes()) == []
    assert list(second.desk().due(NOW + DAY)) == []
    assert second.desk().referred(code) == first.desk().patient(code) == first.desk().referred(code)


def test_what_another_reports_is_kept_and_she_stays_her_workers(two: tuple[Hers, Hers]) -> None:
    first, second = two
    code = kept(first, "same_day", due=NOW)
    read = second.desk().referred(code)
    assert read is not None
    second.keep(Patient(read.code, read.owner, NOW, read.label, read.case, Referral("same_day", NOW, outcome="moved")))
    changed = first.desk().patient(code)
    assert changed is not None
    assert changed.referral == Referral("same_day", NOW, outcome="moved")
    assert list(first.desk().codes()) == [code]
    assert list(first.desk().due(NOW + DAY)) == []
    assert list(second.desk().codes()) == []


def test_the_most_urgent_and_newest_come_first_and_who_has_no_result_last(two: tuple[Hers, Hers]) -> None:
    first, _ = two
    watched = kept(first, "self_care_watch", at=NOW + 5)
    old_emergency = kept(first, "emergency_now", at=NOW)
    unfinished = kept(first)
    emergency = kept(first, "emergency_now", at=NOW + 0.5)
    today = kept(first, "same_day", at=NOW + 9)
    assert list(first.desk().codes()) == [emergency, old_emergency, today, watched, unfinished]


def test_of_one_moment_the_lower_number_comes_first(two: tuple[Hers, Hers]) -> None:
    first, _ = two
    codes = [first.desk().new_code() for _ in range(4)]
    for code in sorted(codes, reverse=True):
        first.keep(patient(code, "same_day", due=NOW))
    assert list(first.desk().codes()) == sorted(codes)
    assert list(first.desk().due(NOW)) == sorted(codes)


def test_a_changed_patient_moves_to_her_new_place(two: tuple[Hers, Hers]) -> None:
    first, _ = two
    moved, stays = kept(first, "self_care_watch"), kept(first, "same_day")
    first.keep(patient(moved, "emergency_now"))
    assert list(first.desk().codes()) == [moved, stays]


def test_the_longest_due_come_first_from_the_moment_they_are_due(two: tuple[Hers, Hers]) -> None:
    first, _ = two
    later = kept(first, "emergency_now", due=NOW + DAY)
    sooner = kept(first, "within_week", due=NOW)
    kept(first, "self_care_watch")
    kept(first, "same_day", outcome="treated")
    assert list(first.desk().due(NOW - 0.001)) == []
    assert list(first.desk().due(NOW)) == [sooner]
    assert list(first.desk().due(NOW + DAY)) == [sooner, later]


def test_a_number_that_is_none_is_nobodys(two: tuple[Hers, Hers]) -> None:
    first, _ = two
    kept(first, "same_day")
    assert (first.desk().patient("000000000"), first.desk().referred("000000000")) == (None, None)
