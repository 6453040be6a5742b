"""Sending: in order, urgent first, within the rate, again when it may help, and once even after a crash.

What must hold on bad days in any order is in ``properties/test_delivery.py``.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from sms_triage.gateways.twilio import TwilioSettings
from sms_triage.keys import keys_of
from sms_triage.settings import Settings
from tests.outside import PUBLIC, SHORTCODE, Outside, counted, deployed
from tests.servers import ACCOUNT, TOKEN

EMERGENCY = "bleeding heavily, I fainted"
HI, FIRST = "Free private check", "Any of these NOW?"


def number(place: int) -> str:
    return f"+2547{place:08}"


PEOPLE = [number(place) for place in range(40)]
ANA, BO = PEOPLE[:2]


def test_a_message_goes_to_twilio_as_it_should(outside: Outside) -> None:
    outside.text(ANA, "hi")
    assert outside.drain() == 1
    (message,) = outside.messages(ANA)
    assert message["From"] == SHORTCODE
    assert message["Body"].startswith(HI)
    assert message["StatusCallback"] == f"{PUBLIC}/sms/twilio/status"
    assert outside.waiting() == 0


def test_a_messaging_service_sends_instead_of_a_number(settings: Settings) -> None:
    with deployed(settings, messaging_service="MG1") as outside:
        outside.text(ANA, "hi")
        outside.drain()
        (message,) = outside.messages(ANA)
        assert message["MessagingServiceSid"] == "MG1"
        assert "From" not in message


def test_replies_to_one_person_leave_in_order_while_many_are_in_flight(outside: Outside) -> None:
    for person in PEOPLE:
        outside.text(person, "hi", "1", "5")
    outside.provider.crowd = len(PEOPLE)
    assert outside.drain() == 3 * len(PEOPLE)
    for person in PEOPLE:
        assert [body[:9] for body in outside.delivered(person)] == ["Free priv", "Any of th", "Are you p"]


def slow(settings: Settings) -> Settings:
    """So slow a sender that no drain sends more than one message."""
    return replace(settings, messages_per_second=0.01)


def drain_slowly(outside: Outside) -> None:
    """One message after the other."""
    while outside.waiting():
        assert outside.drain() == 1
        outside.idle(200)


def test_urgent_ones_go_first_but_not_before_what_their_own_person_waits_for(settings: Settings) -> None:
    with deployed(slow(settings)) as outside:
        for person in PEOPLE[:4]:
            outside.text(person, "hi")
        outside.text(PEOPLE[9], "hi", EMERGENCY)
        drain_slowly(outside)
        order = [(message["To"], message["Body"][:9]) for message in outside.provider.accepted]
        assert order[:2] == [(PEOPLE[9], "Free priv"), (PEOPLE[9], "EMERGENCY")]
        assert [person for person, _ in order[2:6]] == PEOPLE[:4]


def test_reminders_go_last(settings: Settings) -> None:
    """A check-in that nobody waits for, and the answer to a text that came after it."""
    with deployed(slow(settings)) as outside:
        outside.text(ANA, "he forced me last night", "1", "4", "1", "1", "6", "3", "1", "1")
        drain_slowly(outside)
        before = len(outside.provider.accepted)
        outside.time.at += 24 * 3600
        outside.sweep()
        assert outside.waiting() == 1, "her check-in"
        outside.text(BO, "hi")
        drain_slowly(outside)
        assert [message["To"] for message in outside.provider.accepted[before:]] == [BO, ANA]


@pytest.mark.parametrize(("rate", "at_one_go"), [(8, 2), (0.01, 1)])
def test_never_faster_than_the_sender_may_over_all_workers(settings: Settings, rate: float, at_one_go: int) -> None:
    """Counted in messages, over the time that passed on the server, however long that is."""
    with deployed(replace(settings, messages_per_second=rate)) as outside:
        for person in PEOPLE:
            outside.text(person, "hi")
        seconds = server_clock(outside)
        sent = sum(outside.drain() for _ in range(3))
        assert at_one_go <= sent <= at_one_go + rate * (seconds() + 1e-3)


def server_clock(outside: Outside) -> Callable[[], float]:
    """Gives how long it is ago by the server's clock (s)."""

    def now() -> float:
        seconds, microseconds = outside.service.redis.time()
        return float(seconds) + float(microseconds) / 1e6

    start = now()
    return lambda: now() - start


@pytest.mark.parametrize(
    ("status", "code"), [(429, 20429), (500, 20500), (400, 30003), (400, 30008), (503, 0), (401, 20003)]
)
def test_what_may_work_later_is_tried_again(outside: Outside, status: int, code: int) -> None:
    """Also what only the operator can mend: the message is kept for when it is."""
    outside.provider.refuse[ANA] = [(status, code)] * 2
    outside.text(ANA, "hi", "1")
    outside.text(BO, "hi")
    assert outside.drain() == 1, "nobody else waits"
    outside.later(6)
    outside.later(16)
    assert [body[:9] for body in outside.delivered(ANA)] == ["Free priv", "Any of th"]


def test_who_told_the_provider_to_stop_has_opted_out(outside: Outside) -> None:
    outside.provider.refuse[ANA] = [(400, 21610)]
    outside.text(ANA, "hi", "1")
    outside.settle()
    outside.later(3600)
    assert outside.delivered(ANA) == []
    assert outside.waiting() == 0
    assert "\nopted out\n" in outside.command("person", "show", ANA).output


@pytest.mark.parametrize("code", [21211, 21614, 30005, 30006])
def test_a_number_that_cannot_be_reached_is_given_up(outside: Outside, code: int) -> None:
    outside.provider.refuse[ANA] = [(400, code)]
    outside.text(ANA, "hi")
    outside.settle()
    outside.later(3600)
    assert outside.delivered(ANA) == []
    assert outside.waiting() == 0
    assert f"cannot be reached ({code})" in outside.command("person", "show", ANA).output


def test_several_drainers_at_once_send_each_message_once(outside: Outside) -> None:
    for person in PEOPLE:
        outside.text(person, "hi", "1")
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _: outside.drain(), range(3))) == 2 * len(PEOPLE)
    assert set(Counter(message["To"] for message in outside.provider.accepted).values()) == {2}


def test_what_one_drainer_has_under_way_is_not_sent_by_another(outside: Outside) -> None:
    outside.text(ANA, "hi")
    outside.provider.crowd = 2
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(outside.drain)
        outside.provider.until(lambda: outside.provider.at_hand == 1)
        assert outside.drain() == 0
        outside.provider.behave()
        assert first.result() == 1
    assert len(outside.delivered(ANA)) == 1


def stuck(outside: Outside) -> bool:
    """Whether the provider is asked for nothing more: of everybody a message hangs, or both are answered."""
    provider, tries = outside.provider, Counter(person for person, _ in outside.provider.tries)
    hang = provider.hanging
    return provider.at_hand == len(hang) and all(person in hang or tries[person] == 2 for person in PEOPLE)


@pytest.mark.parametrize("after", [0, 25])
def test_a_worker_killed_in_the_middle_loses_and_repeats_nothing(outside: Outside, after: int) -> None:
    """The real process: at its end some messages are settled, some taken by the provider and some lost on the way."""
    outside.time.at = time.time()
    for person in PEOPLE:
        outside.text(person, "hi", "1")
    outside.provider.hangs_after = after
    settings, own = outside.service.settings, outside.service.settings.gateways["twilio"]
    assert isinstance(own, TwilioSettings)
    environment = {
        **os.environ, "REDIS_URL": settings.redis_url, "SECRET_KEY": settings.secret_key, "GATEWAY": "twilio",
        "SENDER": SHORTCODE, "PUBLIC_URL": PUBLIC, "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": own.api_url, "MESSAGES_PER_SECOND": "1000", "LANGUAGES": "en",
    }  # fmt: skip
    worker = subprocess.Popen([sys.executable, "-m", "sms_triage", "worker"], env=environment)
    try:
        outside.provider.until(lambda: stuck(outside))
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert after < len(outside.provider.accepted) < len(outside.provider.tries)
    outside.provider.behave()
    outside.idle(60)
    outside.later(60)
    for person in PEOPLE:
        first, second = outside.delivered(person)
        assert first.startswith(HI)
        assert second.startswith(FIRST)
    assert outside.waiting() == 0


@pytest.mark.parametrize("spoilt", [{"body": b"not sealed"}, {"person": b"\xff"}, {"created": b"soon"}, {}])
def test_one_entry_that_cannot_be_read_is_counted_and_holds_up_nobody(
    outside: Outside, spoilt: dict[str, bytes]
) -> None:
    outside.text(ANA, "hi")
    keys = keys_of(outside.id_of(ANA))
    ((id, fields),) = outside.service.redis.xrange(keys.outbox)
    outside.service.redis.xdel(keys.outbox, id)
    wrong = {**fields, **{name.encode(): value for name, value in spoilt.items()}} if spoilt else {b"new": b"form"}
    outside.service.redis.xadd(keys.outbox, wrong)
    for person in PEOPLE[1:]:
        outside.text(person, "hi")
    outside.drain()
    assert [person for person in PEOPLE if outside.delivered(person)] == PEOPLE[1:]
    assert outside.waiting() == 0
    reason = "send:unreadable" if "body" in spoilt else "send:unreadable:entry"
    assert counted(outside.address, reason) == 1


def test_a_number_that_cannot_be_read_stops_only_its_own_messages(outside: Outside) -> None:
    outside.text(ANA, "hi")
    outside.text(BO, "hi")
    outside.service.redis.hset(keys_of(outside.id_of(ANA)).person(outside.id_of(ANA)), "number", "not sealed")
    outside.drain()
    assert outside.delivered(BO)
    assert (outside.waiting(), counted(outside.address, "send:unreadable")) == (0, 1)


def test_many_who_wait_for_a_slow_sender_do_not_hold_up_another_senders_person(settings: Settings) -> None:
    with deployed(replace(settings, messages_per_second=None)) as outside:
        long = "+12025550100"  # a long number sends one message a second
        crowd = [number(place) for place in range(300)]
        for person in crowd:
            outside.text(person, "hi", sender=long)
        outside.text(ANA, "hi")
        order: list[str] = []
        outside.provider.meanwhile = lambda message: order.append(message["To"])
        outside.drain()
        assert ANA in order[:3]


def test_a_send_that_hangs_delays_nobody_else(outside: Outside) -> None:
    """However long it hangs, also past the end of a drain's time."""
    outside.text(ANA, "hi")
    outside.provider.hangs_after = 0
    late = iter(PEOPLE[1:6])

    def meanwhile() -> None:
        if outside.provider.hanging and (person := next(late, None)):
            outside.provider.hangs_after = 10**9
            outside.text(person, "hi")
            outside.time.at += 3
        elif len(outside.provider.tries) >= 6:
            outside.provider.behave()

    outside.time.looked = quietly(meanwhile)
    outside.drain()
    outside.time.looked = lambda: None
    assert [person for person in PEOPLE[1:6] if outside.delivered(person)] == PEOPLE[1:6]


def quietly(happens: Callable[[], None]) -> Callable[[], None]:
    """What happens when the clock is looked at; what it does looks at the clock too."""
    busy = threading.Lock()

    def looked() -> None:
        if threading.current_thread() is threading.main_thread() and busy.acquire(blocking=False):
            try:
                happens()
            finally:
                busy.release()

    return looked
