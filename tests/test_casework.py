"""What goes between workers: who is told what, once, and never the wrong one."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis import Redis

from sms_triage.service.service import open_service
from sms_triage.web.app import create_app
from tests.outside import Outside
from tests.servers import Relay, serving
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
    PEOPLE,
    STRANGER,
    TODAY,
    WEST_CHIEF,
    WEST_CLINIC,
    WOMAN,
    Ward,
    spaced,
)  # fmt: skip

UNCONFIRMED, OVERDUE = "has not confirmed", "Visits overdue"


def told(ward: Ward, words: str) -> list[str]:
    """To whom something was delivered that holds these words, in order of their numbers."""
    return sorted(message["To"] for message in ward.outside.provider.accepted if words in message["Body"])


def test_a_facility_closes_the_loop_and_only_her_worker_is_told(ward: Ward) -> None:
    code = ward.new_patient(AMINA, IN_A_WEEK)
    assert ward.text(CLINIC, f"SEEN {spaced(code)} 1") == [f"Noted for {spaced(code)}: Seen and treated."]
    assert ward.received(AMINA)[-1] == f"{spaced(code)}: Seen and treated. Reported by {ward.signs[CLINIC]}."
    assert told(ward, "Reported by") == [AMINA]
    ward.outside.later(9 * DAY)
    assert ward.due(AMINA) == []


def test_a_facility_is_asked_what_came_of_it_if_it_does_not_say(ward: Ward) -> None:
    code = ward.new_patient(AMINA, IN_A_WEEK)
    assert ward.text(CLINIC, f"seen {code}")[0].startswith("What came of it?")
    assert ward.text(CLINIC, "2") == [f"Noted for {spaced(code)}: Seen, sent on."]


def test_her_own_worker_is_not_written_to_about_what_she_reports(ward: Ward) -> None:
    code = ward.new_patient(AMINA, IN_A_WEEK)
    ward.text(AMINA, f"SEEN {code} 1")
    assert told(ward, "Reported by") == []


def nothing_changed(ward: Ward, code: str) -> None:
    """Her emergency is still unconfirmed and her visit due, and her worker heard nothing."""
    assert told(ward, "Reported by") == []
    ward.outside.later(31 * MINUTE)
    assert told(ward, UNCONFIRMED) == [CHIEF]
    ward.outside.later(2 * DAY)
    assert ward.due(AMINA) == [code]


def test_an_unknown_number_reports_nothing(ward: Ward) -> None:
    code = ward.new_patient(AMINA, EMERGENCY)
    assert ward.text(STRANGER, f"SEEN {code} 1")[0].startswith("Only registered health workers can report.")
    nothing_changed(ward, code)


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="numbers: who may report on a referral")
def test_a_facility_of_another_area_reports_nothing(ward: Ward) -> None:
    code = ward.new_patient(AMINA, EMERGENCY)
    ward.text(WEST_CLINIC, f"SEEN {code} 1")
    nothing_changed(ward, code)


def test_a_report_about_a_stranger_creates_nothing(ward: Ward) -> None:
    """A number that is sound, and nobody's."""
    here = ward.new_patient(AMINA, IN_A_WEEK)
    ward.begin_anew()
    for reporter in (CLINIC, BARAKA):
        assert ward.text(reporter, f"SEEN {here} 6") == [f"{spaced(here)} is no patient of yours."]
        assert ward.text(reporter, f"SEEN {here}") == [f"{spaced(here)} is no patient of yours."]
        ward.text(reporter, "1", "3")
    ward.outside.later(9 * DAY)
    assert told(ward, spaced(here) + ":") == []
    for worker in (AMINA, BARAKA, CLINIC):
        assert (ward.patients(worker), ward.due(worker)) == ([], [])
        assert ward.patient(worker, here)[0].startswith(f"{spaced(here)} is no patient of yours.")


def test_a_death_is_told_the_supervisor(ward: Ward) -> None:
    code = ward.new_patient(AMINA, IN_A_WEEK)
    ward.text(AMINA, f"SEEN {code} 6")
    assert ward.received(CHIEF) == [f"{spaced(code)}, patient of {ward.signs[AMINA]}, has died. Please call."]
    assert told(ward, "has died") == [CHIEF]


def test_a_death_and_an_unconfirmed_emergency_are_urgent(ward: Ward) -> None:
    """They still leave after five hours in which the provider is down, when an ordinary notification is of no more use."""
    dies, unconfirmed, moves = (ward.new_patient(AMINA, sms) for sms in (IN_A_WEEK, EMERGENCY, IN_A_WEEK))
    ward.outside.provider.refuse |= {number: [(503, 0)] * 9 for number in (AMINA, CHIEF)}
    ward.outside.text(AMINA, f"SEEN {dies} 6")
    ward.outside.text(CLINIC, f"SEEN {moves} 4")
    ward.outside.later(31 * MINUTE)
    ward.outside.provider.behave()
    ward.outside.later(5 * HOUR)
    assert len(ward.received(CHIEF, f"{spaced(dies)}, patient of")) == 1
    assert len(ward.received(CHIEF, f"has not confirmed {spaced(unconfirmed)}")) == 1
    assert told(ward, "Reported by") == []


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="numbers: a death goes to the owner's supervisor")
def test_a_death_that_a_facility_reports_is_told_her_workers_supervisor(ward: Ward) -> None:
    code = ward.new_patient(AMINA, IN_A_WEEK)
    ward.text(CLINIC, f"SEEN {code} 6")
    assert told(ward, "has died") == [CHIEF]


@pytest.mark.parametrize(
    ("shorthand", "before", "after"),
    [(EMERGENCY, 29 * MINUTE, 31 * MINUTE), (TODAY, 3 * HOUR + 59 * MINUTE, 4 * HOUR + MINUTE)],
    ids=["emergency", "today"],
)
def test_what_nobody_confirms_goes_up_step_by_step_and_no_further(
    ward: Ward, shorthand: str, before: float, after: float
) -> None:
    """The supervisor first; after as long again the facilities of the area; nobody else, and each once."""
    code = ward.new_patient(AMINA, shorthand)
    ward.outside.later(before)
    assert told(ward, UNCONFIRMED) == []
    ward.outside.later(after - before)
    ward.outside.settle()
    assert told(ward, UNCONFIRMED) == [CHIEF]
    assert ward.received(CHIEF)[0].startswith(f"{ward.signs[AMINA]} has not confirmed {spaced(code)}: ")
    ward.outside.later(before)
    assert told(ward, UNCONFIRMED) == [CHIEF]
    ward.outside.later(after - before)
    assert told(ward, UNCONFIRMED) == [CHIEF, CLINIC, HOSPITAL]
    for _ in range(5):
        ward.outside.later(5 * HOUR)
    assert told(ward, UNCONFIRMED) == [CHIEF, CLINIC, HOSPITAL]


@pytest.mark.parametrize("outcome", ["1", "3"])
def test_whoever_reports_an_outcome_confirms_it_too(ward: Ward, outcome: str) -> None:
    code = ward.new_patient(AMINA, EMERGENCY)
    ward.text(CLINIC, f"SEEN {code} {outcome}")
    ward.outside.later(31 * MINUTE)
    assert told(ward, UNCONFIRMED) == []


def test_one_digit_confirms_it(ward: Ward) -> None:
    ward.new_patient(AMINA, EMERGENCY)
    assert ward.text(AMINA, "3") == ["Thank you. It is noted that you act on it."]
    for _ in range(6):
        ward.outside.later(5 * HOUR)
    assert told(ward, UNCONFIRMED) == []


def test_a_supervisor_who_said_stop_hears_nothing_and_the_facilities_do(ward: Ward) -> None:
    ward.text(CHIEF, "STOP")
    code = ward.new_patient(AMINA, EMERGENCY)
    ward.outside.later(31 * MINUTE)
    ward.outside.later(31 * MINUTE)
    ward.text(AMINA, f"SEEN {code} 6")
    assert ward.received(CHIEF) == ["STOP is done: no more texts, also none for your work. To come back, text START."]
    assert told(ward, UNCONFIRMED) == [CLINIC, HOSPITAL]


def test_a_supervisor_who_comes_back_hears_again(ward: Ward) -> None:
    ward.text(CHIEF, "STOP", "START")
    ward.new_patient(AMINA, EMERGENCY)
    ward.outside.later(31 * MINUTE)
    assert told(ward, UNCONFIRMED) == [CHIEF]


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="operators: an escalation that finds nobody goes on")
def test_an_emergency_goes_on_at_once_past_a_supervisor_who_said_stop(ward: Ward) -> None:
    ward.text(CHIEF, "STOP")
    ward.new_patient(AMINA, EMERGENCY)
    ward.outside.later(31 * MINUTE)
    assert told(ward, UNCONFIRMED) == [CLINIC, HOSPITAL]


def test_a_supervisor_hears_on_monday_at_nine_what_is_overdue_and_once(ward: Ward) -> None:
    """On the clock of Nairobi, where the deployment is; it begins on a Tuesday at noon. A visit is overdue a day after
    it was due."""
    ward.outside.time.at += DAY
    late = ward.new_patient(AMINA, IN_A_WEEK)
    ward.new_patient(AMINA, IN_A_WEEK)
    ward.new_patient(BARAKA, IN_TWO_WEEKS)
    ward.new_patient(DORA, IN_A_WEEK)
    ward.outside.later(5 * DAY)
    ward.outside.later(20 * HOUR + 59 * MINUTE)
    assert told(ward, OVERDUE) == []
    ward.outside.later(MINUTE)
    assert ward.received(CHIEF) == [f"Visits overdue: {ward.signs[AMINA]} 2."]
    assert ward.received(WEST_CHIEF) == [f"Visits overdue: {ward.signs[DORA]} 1."]
    ward.text(AMINA, f"SEEN {late} 1")
    for _ in range(13):
        ward.outside.later(12 * HOUR)
    assert told(ward, OVERDUE) == [CHIEF, WEST_CHIEF]
    ward.outside.later(12 * HOUR)
    assert ward.received(CHIEF)[1:] == [f"Visits overdue: {ward.signs[AMINA]} 1."]


def test_an_unconfirmed_emergency_is_not_lost_in_a_handover(ward: Ward) -> None:
    code = ward.new_patient(AMINA, EMERGENCY)
    ward.outside.command("chw", "handover", AMINA, DORA)
    ward.text(AMINA, "3")
    ward.outside.later(31 * MINUTE)
    assert ward.received(WEST_CHIEF)[0].startswith(f"{ward.signs[DORA]} has not confirmed {spaced(code)}: EMERGENCY")
    ward.outside.later(31 * MINUTE)
    assert told(ward, UNCONFIRMED) == [WEST_CHIEF, WEST_CLINIC]


def test_a_worker_removed_in_the_middle_is_a_person_like_any_other(ward: Ward) -> None:
    code = ward.new_patient(AMINA, IN_A_WEEK)
    ward.text(AMINA, "MENU", "1")
    assert ward.outside.command("chw", "remove", AMINA).output == "removed; her patients are kept\n"
    assert ward.text(AMINA, "1")[0].startswith("Free private check")
    assert ward.text(AMINA, IN_A_WEEK)[0].startswith("Please send one number")
    assert ward.text(AMINA, f"SEEN {code} 1")[0].startswith("Only registered health workers can report.")


def test_the_patients_of_a_removed_worker_are_hers_when_she_comes_back_and_nobodys_meanwhile(ward: Ward) -> None:
    first, second = ward.new_patient(AMINA, IN_A_WEEK), ward.new_patient(AMINA, IN_A_WEEK)
    ward.outside.command("chw", "remove", AMINA)
    assert ward.patients(BARAKA) == []
    assert ward.text(CLINIC, f"SEEN {first} 1") == [f"Noted for {spaced(first)}: Seen and treated."]
    assert told(ward, "Reported by") == []
    ward.outside.command("chw", "add", AMINA, "--name", "Amina", "--area", "East", "--supervisor", CHIEF)
    ward.outside.later(4 * DAY)
    assert len(ward.patients(AMINA)) == 2
    assert ward.due(AMINA) == [second]


def test_the_patients_of_a_removed_worker_can_be_handed_over(ward: Ward) -> None:
    code = ward.new_patient(AMINA, EMERGENCY)
    ward.outside.command("chw", "remove", AMINA)
    assert ward.outside.command("chw", "handover", AMINA, BARAKA).output == "1 patients handed over\n"
    assert ward.patients(BARAKA) == [f"{code} EMERGENCY NOW 18/03"]
    ward.outside.later(31 * MINUTE)
    assert told(ward, UNCONFIRMED) == [CHIEF]


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="operators: an escalation that finds nobody goes on")
def test_an_unconfirmed_emergency_of_a_removed_worker_reaches_somebody(ward: Ward) -> None:
    ward.new_patient(AMINA, EMERGENCY)
    ward.outside.command("chw", "remove", AMINA)
    for _ in range(3):
        ward.outside.later(31 * MINUTE)
    assert told(ward, UNCONFIRMED) != []


def meanwhile(ward: Ward, number: str, text: str, another: Callable[[], bool]) -> Iterator[None]:
    """A text while which something else happens: before each request to the database in turn that the text leads to."""
    settings = ward.outside.service.settings
    database, begun = urlsplit(settings.redis_url), ward.as_it_is()
    relay = Relay(database.hostname or "", database.port or 0, 0, another)
    with relay.open() as port:
        service = open_service(replace(settings, redis_url=f"redis://127.0.0.1:{port}/0"), ward.outside.service.wall)
        with serving(create_app(service)) as address:
            for before in count():
                ward.begin_anew(begun)
                relay.before, relay.passed = before, 0
                replace(ward.outside, address=address).text(number, text)
                if relay.passed <= before:
                    break
                yield
        service.redis.close()


def test_what_a_facility_reports_while_her_worker_writes_is_kept(ward: Ward) -> None:
    """The worker confirms an emergency just when the clinic reports it treated: no visit is due then."""
    code = ward.new_patient(AMINA, EMERGENCY)

    def another() -> bool:
        return ward.outside.text(CLINIC, f"SEEN {code} 1") == 200

    for _ in meanwhile(ward, AMINA, "3", another):
        ward.outside.later(2 * DAY)
        assert ward.due(AMINA) == []


def test_what_a_worker_tells_while_a_facility_reports_is_kept(ward: Ward) -> None:
    """She tells of an emergency just when the clinic reports what was before it."""
    code = ward.new_patient(AMINA, IN_A_WEEK)
    ward.text(AMINA, "MENU", "4", code, "1")

    def another() -> bool:
        return ward.outside.text(AMINA, "1") == 200

    for _ in meanwhile(ward, CLINIC, f"SEEN {code} 1", another):
        ward.outside.drain()
        assert ward.patients(AMINA) == [f"{code} EMERGENCY NOW 18/03"]
        assert told(ward, "Reported by") == [AMINA]


def test_joining_by_sms(ward: Ward) -> None:
    invited = ward.outside.command("chw", "invite", "--area", "East", "--supervisor", CHIEF).output.split()
    join = invited[invited.index("JOIN") + 1]
    assert ward.text(STRANGER, "JOIN")[0].startswith("To join as a health worker")
    assert ward.text(STRANGER, f"join {'0' * 8 if join != '0' * 8 else '1' * 8} Eve")[0].startswith("To join")
    assert ward.text(STRANGER, f"Join {join} Faith")[0].startswith("Welcome.")
    assert ward.text(STRANGER, "menu")[0].startswith("Whom is it for?")
    assert f"{STRANGER}  chw  Faith, East  0 patients" in ward.outside.command("chw", "list").output
    assert ward.text(WOMAN, f"JOIN {join} Eve")[0].startswith("To join as a health worker")


def readings(value: bytes) -> Iterator[bytes]:
    """A stored value as whoever has the database can read it: as it is, and unpacked."""
    yield value
    for place in range(len(value)):
        if value[place] & 0x0F == 8:
            unpacked = zlib.decompressobj()
            try:
                yield unpacked.decompress(value[place:])
            except zlib.error:
                continue


def stored(redis: "Redis") -> Iterator[tuple[bytes, bytes]]:
    """Everything in the database: key and value, with fields, members and entries as values of their own."""
    database: Any = redis
    for key in database.scan_iter():
        match database.type(key):
            case b"string":
                values = [database.get(key)]
            case b"hash":
                values = [part for pair in database.hgetall(key).items() for part in pair]
            case b"zset":
                values = database.zrange(key, 0, -1)
            case b"set":
                values = list(database.smembers(key))
            case b"list":
                values = database.lrange(key, 0, -1)
            case b"stream":
                values = [part for _, entry in database.xrange(key) for pair in entry.items() for part in pair]
            case other:
                raise AssertionError(f"{key!r} is a {other!r}")
        yield key, b""
        yield from ((key, value) for value in values)


SECRETS = (b"red scarf", b"Amina", b"soaking", AMINA[1:].encode(), WOMAN[1:].encode())


def told_in_clear(ward: Ward) -> list[bytes]:
    """The keys under which somebody who has the database reads a name, a number or what was told."""
    return [
        key
        for key, value in stored(ward.outside.service.redis)
        for text in (key, *readings(value))
        if any(secret in text or secret.hex().encode() in text for secret in SECRETS)
    ]


def test_nothing_stored_names_a_patient_or_a_worker(ward: Ward) -> None:
    ward.text(AMINA, "MENU", "1", "1", "red scarf", "1")
    enrolled = ward.text(AMINA, "MENU", "3", "1", "4", WOMAN)
    assert enrolled == ["We will text her. She can stop it at any time."]
    assert told_in_clear(ward) == []
    ward.outside.text(WOMAN, "hi")
    assert told_in_clear(ward) == []


def test_who_gave_a_patient_away_in_the_middle_of_her_check_is_told_so_with_the_result(ward: Ward) -> None:
    """It is not noted with somebody else's patient; the advice is told all the same."""
    code = ward.new_patient(AMINA, IN_A_WEEK)
    before = ward.patients(AMINA)
    ward.text(AMINA, "MENU", "4", code, "1", "5", "1", "2", "1", "1")
    assert ward.outside.command("chw", "handover", AMINA, BARAKA).output == "1 patients handed over\n"
    ward.outside.settle()
    result, told = ward.text(AMINA, "4")
    assert result.startswith("She must see a nurse or doctor TODAY.")
    assert told == f"{spaced(code)} is no patient of yours."
    assert ward.patients(BARAKA) == before


def test_nothing_stored_names_who_was_notified(ward: Ward) -> None:
    code = ward.new_patient(AMINA, IN_A_WEEK)
    ward.text(CLINIC, f"SEEN {code} 1")
    assert told_in_clear(ward) == []


def test_the_registry_on_the_command_line(ward: Ward) -> None:
    command = ward.outside.command
    added = command("chw", "add", "+254 711 000 001", "--name", "Faith", "--area", "West", "--supervisor", CHIEF)
    assert (added.exit_code, added.output[:24]) == (0, "Faith is in the registry")
    assert "+254711000001  chw  Faith, West  0 patients" in command("chw", "list").output
    assert ward.text("+254711000001", "menu")[0].startswith("Whom is it for?")
    assert command("chw", "remove", "+254711000001").output == "removed; her patients are kept\n"
    assert command("chw", "remove", "+254711000001").exit_code == 1


def test_a_file_of_workers_is_taken_whole_or_not_at_all(outside: Outside, tmp_path: Path) -> None:
    file = tmp_path / "workers.csv"
    file.write_text(
        "number,name,role\n+254711000001,Dora,chw\n0711,Eve,chw\n+254711000003,,nurse\n+254711000001,Fay,chw\n"
    )
    result = outside.command("chw", "import", str(file))
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "line 3: number '0711' cannot be texted: it is too short",
        "line 4: the name is missing",
        "line 5: +254711000001 stands twice",
        "nothing was added",
    ]
    assert outside.command("chw", "list").output == ""
    file.write_text(PEOPLE)
    assert outside.command("chw", "import", str(file)).output == "8 added\n"
    assert len(outside.command("chw", "list").output.splitlines()) == 8


def test_a_supervisors_number_is_one_however_it_is_written(ward: Ward) -> None:
    ward.outside.command("chw", "add", STRANGER, "--name", "Faith", "--supervisor", "254 700 000 011")
    ward.new_patient(STRANGER, EMERGENCY)
    ward.outside.later(31 * MINUTE)
    assert told(ward, UNCONFIRMED) == [CHIEF]
