"""Check-ins as they are really sent: once each, whoever sweeps, whatever the clock does, and nothing after STOP."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from sms_triage.gateways.base import Inbound
from sms_triage.gateways.simulator import SimulatorGateway
from sms_triage.keys import ALL_KEYS, keys_of
from sms_triage.numbers import zone_of
from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings, SettingsError
from sms_triage.triage.conversation.turn import Turn
from sms_triage.triage.people.case import Case, Plan
from sms_triage.triage.people.followup import in_quiet_hours
from sms_triage.triage.people.session import Person
from tests.outside import Outside

ANA, BEA = "+254711111111", "+254722222222"
NAIROBI = ZoneInfo("Africa/Nairobi")
START = datetime(2030, 11, 24, 12, 0, tzinfo=NAIROBI).timestamp()
DAY = 86_400.0
AGREES = ("hi", "1", "5", "1", "2", "1", "1", "6", "7", "3", "1", "1")
"""Light spotting, once; asked on day 14 and 42, at ten."""
ids = count()


def text(service: Service, *texts: str, number: str = ANA, now: float = START) -> None:
    for words in texts:
        inbound = Inbound("simulator", f"SM{next(ids)}", number, "22384", words)
        assert service.receive(inbound, now) == "ok"


def received(service: Service, number: str = ANA) -> list[str]:
    service.drain()
    gateway = service.gateways["simulator"]
    assert isinstance(gateway, SimulatorGateway)
    return [message.text for message in gateway.received(number, "-")]


def greetings(service: Service, number: str = ANA) -> int:
    return sum(said.startswith("Hello, your check-in") for said in received(service, number))


def case_of(service: Service, number: str = ANA) -> Case | None:
    return service.store.load(service.vault.person(number)).person.case


def due(service: Service, number: str = ANA) -> float:
    case = case_of(service, number)
    assert case is not None
    assert case.plan is not None
    return case.plan.due


def test_a_check_in_is_sent_when_it_is_due_and_not_before(service: Service) -> None:
    text(service, *AGREES)
    at = due(service)
    moment = datetime.fromtimestamp(at, NAIROBI)
    assert (moment.date().isoformat(), moment.hour) == ("2030-12-08", 10)
    assert service.sweep(at - 1) == 0
    assert service.sweep(at) == 1
    assert greetings(service) == 1


def test_two_sweepers_at_the_same_instant_send_it_once(service: Service) -> None:
    text(service, *AGREES)
    at, barrier = due(service), threading.Barrier(6)

    def sweep(_: int) -> int:
        barrier.wait()
        return service.sweep(at)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(sweep, range(6))) == 1
    assert greetings(service) == 1


MANY = 150
"""People, so that a sweep takes long enough to be killed in its middle."""


def test_a_sweeper_that_dies_in_the_middle_loses_and_repeats_nothing(service: Service) -> None:
    """The step is one script: killed before it nothing happened, killed after it everything did."""
    for place in range(MANY):
        text(service, *AGREES, number=f"+2547000{place:05}")
    at = max(due(service, f"+2547000{place:05}") for place in range(MANY))
    settings = service.settings
    sweeper = subprocess.Popen(
        [sys.executable, "-c", SWEEPER, settings.redis_url, settings.secret_key, str(at)], stdout=subprocess.PIPE
    )
    assert sweeper.stdout is not None
    assert sweeper.stdout.readline() == b"ready\n"
    deadline = time.monotonic() + 60
    while service.messages.waiting(at)[0] < MANY * (len(AGREES) + 1) + 5:
        assert time.monotonic() < deadline, "it swept nothing"
    sweeper.kill()
    sweeper.wait()
    sent = service.messages.waiting(at)[0] - MANY * (len(AGREES) + 1)
    service.sweep(at)
    service.sweep(at)
    assert sent < MANY, "it was killed too late to tell"
    assert [greetings(service, f"+2547000{place:05}") for place in range(MANY)] == [1] * MANY


SWEEPER = """
import sys
from sms_triage.service.service import open_service
from sms_triage.settings import Settings
url, secret, at = sys.argv[1:]
service = open_service(Settings(redis_url=url, secret_key=secret, languages=("en",), gateways={"simulator": None}))
service.store.load("0" * 32)
print("ready", flush=True)
service.sweep(float(at))
"""


def test_a_clock_that_jumps_sends_each_once(service: Service) -> None:
    text(service, *AGREES)
    at = due(service)
    assert service.sweep(at + 60) == 1
    assert service.sweep(at - 5 * DAY) == 0
    assert service.sweep(at + 120) == 0
    assert greetings(service) == 1


def test_after_a_week_of_downtime_what_is_stale_is_dropped_and_the_next_comes(service: Service) -> None:
    text(service, *AGREES)
    at = due(service)
    assert service.sweep(at + 7 * DAY) == 0
    assert service.store.counts()["followup:stale"] == 1
    assert datetime.fromtimestamp(due(service), NAIROBI).date().isoformat() == "2031-01-05"
    assert service.sweep(due(service)) == 1
    assert greetings(service) == 1


def test_downtime_over_the_whole_schedule_ends_it(service: Service) -> None:
    text(service, *AGREES)
    for _ in range(4):
        service.sweep(START + 100 * DAY)
    case = case_of(service)
    assert case is not None
    assert case.plan is None
    assert greetings(service) == 0


def test_nothing_comes_in_quiet_hours(service: Service) -> None:
    text(service, *AGREES)
    night = datetime.fromtimestamp(due(service), NAIROBI).replace(hour=22).timestamp()
    assert service.sweep(night) == 0
    morning = datetime.fromtimestamp(due(service), NAIROBI)
    assert (morning.date().isoformat(), morning.hour) == ("2030-12-09", 10)
    assert service.sweep(due(service)) == 1


def test_who_is_talking_is_not_interrupted(service: Service) -> None:
    text(service, *AGREES)
    at = due(service)
    text(service, "hi", now=at - 600)
    assert service.sweep(at) == 0
    assert service.sweep(due(service)) == 1
    assert due(service) > at + DAY / 2


def test_a_check_in_that_is_put_off_keeps_what_she_is_owed_when_she_falls_silent(outside: Outside) -> None:
    """She writes shortly before her check-in is due, tells of heavy bleeding, and writes no more."""
    outside.text(ANA, *AGREES)
    outside.drain()
    outside.later(14 * DAY - 2 * 3600 - 30)
    outside.text(ANA, "MENU", "1", "5", "1", "2", "3")
    for _ in range(40):
        outside.later(60)
    assert sum(said.startswith("You stopped part-way.") for said in outside.delivered(ANA)) == 1


def test_stop_ends_it_at_once_and_drops_what_waits_to_leave(service: Service) -> None:
    text(service, *AGREES)
    at = due(service)
    assert service.sweep(at) == 1
    text(service, "STOP", now=at + 1)
    assert greetings(service) == 0
    assert received(service)[-1].startswith("You will get no more messages")
    assert service.sweep(at + 60 * DAY) == 0
    assert not any(service.redis.zcard(keys.followups) for keys in ALL_KEYS)


def test_delete_leaves_counts_and_an_address_for_an_hour(service: Service) -> None:
    text(service, *AGREES)
    text(service, "delete", now=START + 60)
    person = service.vault.person(ANA)
    keys = keys_of(person)
    left = {key for key in service.redis.keys("*") if person.encode() in key}
    assert left == {keys.person(person).encode()}
    assert 0 < service.redis.ttl(keys.person(person)) <= 3600
    assert service.redis.hexists(keys.person(person), "language") is False
    assert received(service) == ["All you told us is erased. You will get no more messages."]
    assert service.sweep(START + 60 * DAY) == 0
    assert service.store.counts()["erased"] == 1
    text(service, "hi", now=START + 120)
    assert received(service)[-1].startswith("Free private check")


def test_people_have_their_own_night(settings: Settings) -> None:
    service = open_service(replace(settings, timezone="Asia/Kolkata"))
    service.redis.flushall()
    for number, hour in (("+254700000001", "10:00"), ("+525512345678", "10:00"), ("+999700000001", "10:00")):
        text(service, *AGREES, number=number)
        zone = {
            "+254700000001": "Africa/Nairobi",
            "+525512345678": "America/Mexico_City",
            "+999700000001": "Asia/Kolkata",
        }
        moment = datetime.fromtimestamp(due(service, number), ZoneInfo(zone[number]))
        assert f"{moment:%H}:00" == hour, number


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        ("+254712345678", "Africa/Nairobi"),
        ("+2348012345678", "Africa/Lagos"),
        ("+919876543210", "Asia/Calcutta"),
        ("+12125551234", "America/New_York"),
        ("+999", "UTC"),
        ("nonsense", "UTC"),
    ],
)
def test_the_zone_of_a_number(number: str, zone: str) -> None:
    assert zone_of(number, "UTC") == zone


def test_where_a_country_has_several_zones_the_deployments_own_counts() -> None:
    assert zone_of("+79161234567", "Europe/Moscow") == "Europe/Moscow"


@pytest.mark.parametrize(
    ("hour", "quiet", "is_quiet"),
    [
        ("20:00", ("20:00", "09:00"), True), ("08:59", ("20:00", "09:00"), True), ("09:00", ("20:00", "09:00"), False),
        ("19:59", ("20:00", "09:00"), False), ("13:00", ("12:00", "14:00"), True), ("14:00", ("12:00", "14:00"), False),
    ],
)  # fmt: skip
def test_quiet_hours_may_go_over_midnight(hour: str, quiet: tuple[str, str], is_quiet: bool) -> None:
    assert in_quiet_hours(datetime.fromisoformat(f"2026-01-01 {hour}").time(), quiet) is is_quiet


def test_quiet_hours_that_cover_a_time_on_offer_stop_the_start(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="follow-up at 17:00 lies in the quiet hours"):
        open_service(replace(settings, quiet_hours=("16:00", "09:00")))


def test_a_burst_is_spread_within_the_rate_and_never_delays_a_live_talk(settings: Settings) -> None:
    service = open_service(replace(settings, messages_per_second=2))
    service.redis.flushall()
    numbers = [f"+2547000{place:05}" for place in range(50)]
    for number in numbers:
        text(service, *AGREES, number=number)
    quick = open_service(settings)
    received(quick)
    at = max(due(service, number) for number in numbers)
    assert service.sweep(at, seconds=15) == 30, "as many as can leave until the next sweep"
    text(service, "hi", number=BEA, now=at)
    entries = [
        (int(fields[b"priority"]), fields[b"person"].decode())
        for keys in ALL_KEYS
        for _, fields in service.redis.xrange(keys.outbox)
    ]
    assert sorted(priority for priority, _ in entries) == [1] + [2] * 30
    assert service.sweep(at + 15) == 20


def plan_for(service: Service, place: int, at: float) -> None:
    """A pending check-in of somebody, put there by a step as any other."""
    number = f"+2547{place:08}"
    id = service.vault.person(number)
    case = Case(plan=Plan("self_care_watch", START, at), time="10:00")
    inbound = Inbound("simulator", f"x{place}", number, "22384", "")
    assert service.store.commit(service.store.load(id), inbound, Turn(Person(case=case)), START)[0] == "ok"


def test_the_sweep_costs_what_is_due_not_what_waits(service: Service, redis_commands: Callable[[], int]) -> None:
    def cost(waiting: int) -> int:
        service.redis.flushall()
        for place in range(waiting):
            plan_for(service, place, START + 50 * DAY)
        for place in range(5):
            plan_for(service, 90_000 + place, START + DAY)
        before = redis_commands()
        assert service.sweep(START + DAY) == 5
        return redis_commands() - before

    assert abs(cost(2000) - cost(20)) <= 5


@pytest.fixture
def redis_commands(service: Service) -> Callable[[], int]:
    """How many commands the server has done."""
    return lambda: int(service.redis.info("stats")["total_commands_processed"])
