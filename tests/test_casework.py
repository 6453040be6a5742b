"""Workers, their patients and each other, over a real store: who is told what, once, and never the wrong one."""

from datetime import datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from sms_triage.cli import main
from sms_triage.gateways.base import Inbound
from sms_triage.gateways.simulator import SimulatorGateway
from sms_triage.service.operator import hand_over
from sms_triage.service.service import Service
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.codes import near, spaced

AMINA, BARAKA, CHIEF, CLINIC, STRANGER = (f"+25470000000{place}" for place in range(1, 6))
START = datetime(2030, 11, 26, 10, 0, tzinfo=ZoneInfo("UTC")).timestamp()
DAY = 86_400.0
ids = count()


@pytest.fixture
def ward(service: Service) -> Service:
    """Two workers under one supervisor, and a clinic in their area."""
    for number, role, name in (
        (AMINA, "chw", "Amina"), (BARAKA, "chw", "Baraka"), (CHIEF, "supervisor", "Chief"), (CLINIC, "facility", "Clinic")
    ):  # fmt: skip
        supervisor = CHIEF if role == "chw" else ""
        worker = Chw(role, name, service.vault.person(number)[:4].upper(), "East", supervisor)
        service.registry.add_chw(number, worker, "")
    return service


def text(service: Service, number: str, *texts: str, now: float = START) -> list[str]:
    """Texts from a number; what is said to it in answer to the last."""
    for words in texts:
        before = len(received(service, number))
        inbound = Inbound("simulator", f"SM{next(ids)}", number, "22384", words)
        assert service.receive(inbound, now) == "ok"
    return received(service, number)[before:]


def received(service: Service, number: str) -> list[str]:
    service.drain()
    gateway = service.gateways["simulator"]
    assert isinstance(gateway, SimulatorGateway)
    return [message.text for message in gateway.received(number, "-")]


def code_of(service: Service, number: str, place: int = 0) -> str:
    return service.patients.caseload(service.vault.person(number))[place]


def new_patient(service: Service, number: str, shorthand: str, now: float = START) -> str:
    """A patient by one SMS; gives her number."""
    known = set(service.patients.caseload(service.vault.person(number)))
    text(service, number, shorthand, "1", now=now)
    return next(iter(set(service.patients.caseload(service.vault.person(number))) - known))


def test_a_facility_closes_the_loop_and_the_worker_is_told(ward: Service) -> None:
    code = new_patient(ward, AMINA, "D5 P1 L2 A1 F1 S3 B7")
    said = text(ward, CLINIC, f"SEEN {spaced(code)} 1")
    assert said == [f"Noted for {spaced(code)}: Seen and treated."]
    clinic = ward.vault.person(CLINIC)[:4].upper()
    assert received(ward, AMINA)[-1] == f"{spaced(code)}: Seen and treated. Reported by {clinic}."
    patient, _ = ward.patients.referred(code)
    assert patient is not None
    assert patient.referral is not None
    assert patient.referral.outcome == "treated"
    assert text(ward, AMINA, "menu", "2", now=START + 9 * DAY) == ["No visits are due."]


def test_a_facility_is_asked_what_came_of_it_if_it_does_not_say(ward: Service) -> None:
    code = new_patient(ward, AMINA, "D5 P1 L2 A1 F1 S3 B7")
    assert text(ward, CLINIC, f"seen {code}")[0].startswith("What came of it?")
    assert text(ward, CLINIC, "2") == [f"Noted for {spaced(code)}: Seen, sent on."]


def test_a_stranger_is_told_what_to_do_and_changes_nothing(ward: Service) -> None:
    code = new_patient(ward, AMINA, "D5 P1 L2 A1 F1 S3 B7")
    assert text(ward, STRANGER, f"SEEN {code} 1")[0].startswith("Only registered health workers can report.")
    patient, _ = ward.patients.referred(code)
    assert patient is not None
    assert patient.referral is not None
    assert patient.referral.outcome == ""


def test_a_death_is_told_the_supervisor_at_once(ward: Service) -> None:
    code = new_patient(ward, AMINA, "D5 P1 L2 A1 F1 S3 B7")
    text(ward, AMINA, f"SEEN {code} 6")
    assert received(ward, CHIEF)[-1].startswith(f"{spaced(code)}, patient of ")


def test_a_mistyped_number_never_leads_to_anybody(ward: Service) -> None:
    code = new_patient(ward, AMINA, "D5 P1 L2 A1 F1 S3 B7")
    mistyped = code[:4] + ("0" if code[4] != "0" else "1") + code[5:]
    assert text(ward, AMINA, "menu", "4", mistyped)[0].startswith(
        f"{spaced(mistyped)} has a mistake in it. Do you mean:"
    )
    assert text(ward, CLINIC, f"SEEN {mistyped} 1") == [f"{spaced(mistyped)} is no patient of yours."]
    assert near(mistyped, [code]) == [code]


def test_two_workers_never_see_each_others_patients(ward: Service) -> None:
    hers = new_patient(ward, AMINA, "D5 P1 L2 A1 F1 S3 B7")
    new_patient(ward, BARAKA, "D1 P1")
    assert text(ward, BARAKA, "menu", "4", hers)[0].startswith(f"{spaced(hers)} is no patient of yours.")
    assert spaced(hers) not in text(ward, BARAKA, "menu", "3")[0]


def test_one_woman_with_two_workers_is_two_patients_that_do_not_mix(ward: Service) -> None:
    first = new_patient(ward, AMINA, "D5 P1 L2 A1 F1 S3 B7")
    second = new_patient(ward, BARAKA, "D5 P1 L2 A1 F1 S4")
    text(ward, CLINIC, f"SEEN {first} 1")
    one, other = (ward.patients.referred(code)[0] for code in (first, second))
    assert one is not None
    assert other is not None
    assert one.referral is not None
    assert other.referral is not None
    assert (one.referral.outcome, other.referral.outcome) == ("treated", "")


@pytest.mark.parametrize(("shorthand", "minutes"), [("D1 P1", 30), ("D5 P1 L2 A1 F1 S4", 240)])
def test_an_urgent_case_that_nobody_confirms_goes_up(ward: Service, shorthand: str, minutes: int) -> None:
    code = new_patient(ward, AMINA, shorthand)
    ward.sweep(START + minutes * 60 - 1)
    assert received(ward, CHIEF) == []
    for _ in range(2):
        ward.sweep(START + minutes * 60)
    said = received(ward, CHIEF)
    assert len(said) == 1
    assert f"has not confirmed {spaced(code)}" in said[0]
    assert received(ward, CLINIC) == []
    ward.sweep(START + 2 * minutes * 60)
    assert len(received(ward, CLINIC)) == 1
    ward.sweep(START + 20 * minutes * 60)
    assert (len(received(ward, CHIEF)), len(received(ward, CLINIC))) == (1, 1)


def test_one_digit_confirms_it(ward: Service) -> None:
    new_patient(ward, AMINA, "D1 P1")
    assert text(ward, AMINA, "3") == ["Thank you. It is noted that you act on it."]
    ward.sweep(START + DAY)
    assert received(ward, CHIEF) == []


def test_the_supervisor_hears_once_a_week_what_is_overdue(ward: Service) -> None:
    new_patient(ward, AMINA, "D5 P1 L2 A1 F1 S3 B7")
    new_patient(ward, BARAKA, "D5 P1 L2 A1 F2 S6 B7")
    monday = datetime(2030, 12, 2, 9, 30, tzinfo=ZoneInfo("UTC")).timestamp()
    for _ in range(3):
        ward.sweep(monday)
    overdue = [said for said in received(ward, CHIEF) if said.startswith("Visits overdue")]
    assert overdue == [f"Visits overdue: {ward.vault.person(AMINA)[:4].upper()} 1."]


def test_on_leave_her_patients_are_another_workers(ward: Service) -> None:
    code = new_patient(ward, AMINA, "D5 P1 L2 A1 F1 S3 B7")
    assert hand_over(ward, AMINA, BARAKA) == 1
    assert hand_over(ward, AMINA, BARAKA) == 0
    assert text(ward, AMINA, "menu", "3") == ["No patients yet."]
    assert spaced(code) in text(ward, BARAKA, "menu", "3")[0]
    text(ward, BARAKA, "1", "1", "5", "1", "2", "1", "1", "4")
    text(ward, CLINIC, f"SEEN {code} 1")
    assert received(ward, BARAKA)[-1].startswith(f"{spaced(code)}: Seen and treated.")


def test_a_worker_removed_in_the_middle_is_a_person_like_any_other(ward: Service) -> None:
    new_patient(ward, AMINA, "D5 P1 L2 A1 F1 S3 B7")
    text(ward, AMINA, "menu", "1")
    assert ward.registry.remove_chw(AMINA)
    assert text(ward, AMINA, "1")[0].startswith("Free private check")
    assert text(ward, AMINA, "D5 P1")[0].startswith("Please send one number")


def test_a_report_while_the_worker_writes_is_not_lost(ward: Service) -> None:
    code = new_patient(ward, AMINA, "D1 P1")
    amina = ward.vault.person(AMINA)
    was = ward.patients.patient(amina, code)
    text(ward, CLINIC, f"SEEN {code} 1")
    assert was.patient is not None
    assert ward.patients.keep(was.patient, was) is False
    patient, _ = ward.patients.patient(amina, code)
    assert patient is not None
    assert patient.referral is not None
    assert patient.referral.outcome == "treated"


def test_a_patients_own_phone_is_asked_neutrally_and_silence_is_told_the_worker(ward: Service) -> None:
    code = new_patient(ward, AMINA, "D5 P1 L2 A1 F1 S3 B7")
    text(ward, AMINA, "menu", "3", "1", "4")
    assert text(ward, AMINA, STRANGER) == ["We will text her. She can stop it at any time."]
    for day in range(20):
        ward.sweep(START + day * DAY + 3600 * 3)
    said = received(ward, STRANGER)
    assert len(said) == 2
    assert all(words.startswith("Hello, your check-in from 22384.") for words in said)
    assert received(ward, AMINA)[-1] == f"{spaced(code)} did not answer two texts. Please visit her."
    assert not any("did not answer" in words for words in received(ward, CHIEF))


def test_joining_by_sms(ward: Service) -> None:
    ward.registry.invite("12345678", Chw("chw", "", "", "East", CHIEF))
    assert text(ward, STRANGER, "JOIN")[0].startswith("To join as a health worker")
    assert text(ward, STRANGER, "join 87654321 Eve")[0].startswith("To join as a health worker")
    assert text(ward, STRANGER, "Join 12345678 Dora")[0].startswith("Welcome.")
    assert text(ward, STRANGER, "menu")[0].startswith("Whom is it for?")
    assert "Dora" in [worker.name for _, worker, _ in ward.registry.chws()]
    assert text(ward, "+254700000009", "JOIN 12345678 Eve")[0].startswith("To join as a health worker")


def test_three_hundred_patients_are_paged_the_most_urgent_and_newest_first(ward: Service) -> None:
    for place in range(60):
        new_patient(ward, AMINA, "D5 P1 L2 A1 F2 S6 B7" if place % 10 else "D1 P1", now=START + place)
    first = text(ward, AMINA, "menu", "3")[0].splitlines()
    assert [line[0] for line in first] == ["1", "2", "3", "4", "5", "6", "7", "S"]
    assert all("EMERGENCY NOW" in line for line in first[:6])
    second = text(ward, AMINA, "7")[0].splitlines()
    assert "WITHIN 2 WEEKS" in second[0]
    assert set(first[:6]).isdisjoint(second[:6])


def test_visits_that_are_due_are_paged_too_the_longest_due_first(ward: Service) -> None:
    codes = [new_patient(ward, AMINA, "D5 P1 L2 A1 F1 S3 B7", now=START + place) for place in range(8)]
    first = text(ward, AMINA, "menu", "2", now=START + 4 * DAY)[0].splitlines()
    second = text(ward, AMINA, "7", now=START + 4 * DAY)[0].splitlines()
    assert [line[2:13] for line in (*first[:6], *second[:2])] == [spaced(code) for code in codes]


def test_a_result_shown_again_does_not_ask_for_another_confirmation(ward: Service) -> None:
    new_patient(ward, AMINA, "D1 P1")
    text(ward, AMINA, "3", "0", "1")
    ward.sweep(START + DAY)
    assert received(ward, CHIEF) == []


def test_nothing_in_redis_names_a_patient_or_a_worker(ward: Service) -> None:
    text(ward, AMINA, "menu", "1", "1", "red scarf", "1")
    for key in ward.redis.keys("{*"):
        kind = ward.redis.type(key)
        dump = repr(key) + repr(ward.redis.dump(key)) + kind.decode()
        for secret in ("red scarf", "Amina", AMINA[1:], "soaking"):
            assert secret not in dump


@pytest.fixture
def operator(ward: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("REDIS_URL", ward.settings.redis_url)
    monkeypatch.setenv("SECRET_KEY", ward.settings.secret_key)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def test_the_registry_on_the_command_line(operator: CliRunner, ward: Service) -> None:
    added = operator.invoke(
        main, ["chw", "add", "+254 711 000 001", "--name", "Dora", "--area", "West", "--language", "sw"]
    )
    assert (added.exit_code, added.output[:23]) == (0, "Dora is in the registry")
    assert "+254711000001  chw  Dora, West  0 patients" in operator.invoke(main, ["chw", "list"]).output
    assert text(ward, "+254711000001", "menu")[0].startswith(("Ni kwa ajili ya nani?", "Whom"))
    assert operator.invoke(main, ["chw", "remove", "+254711000001"]).output == "removed; her patients are kept\n"
    assert operator.invoke(main, ["chw", "remove", "+254711000001"]).exit_code == 1
    invited = operator.invoke(main, ["chw", "invite", "--area", "West"]).output
    assert "JOIN " in invited


def test_a_file_of_workers_is_taken_whole_or_not_at_all(operator: CliRunner, ward: Service, tmp_path: Path) -> None:
    file = tmp_path / "workers.csv"
    file.write_text(
        "number,name,role\n+254711000001,Dora,chw\n0711,Eve,chw\n+254711000003,,nurse\n+254711000001,Fay,chw\n"
    )
    result = operator.invoke(main, ["chw", "import", str(file)])
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "line 3: number '0711' is no number in international form, like +254700000001",
        "line 4: the name is missing",
        "line 5: +254711000001 stands twice",
        "nothing was added",
    ]
    assert len(list(ward.registry.chws())) == 4
    file.write_text("number,name,area,supervisor\n254711000001,Dora,West,254 722 000009\n+254711000002,Eve,West,\n")
    assert operator.invoke(main, ["chw", "import", str(file)]).output == "2 added\n"
    assert len(list(ward.registry.chws())) == 6
    added = {number: worker.supervisor for number, worker, _ in ward.registry.chws()}
    assert added["+254711000001"] == "+254722000009"
    assert added["+254711000002"] == ""
