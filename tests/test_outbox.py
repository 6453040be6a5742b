"""Sending: in order, urgent first, within the rate, again when it may help, and once even after a crash."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from sms_triage.clock import Clock
from sms_triage.gateways.base import DeliveryReport, Inbound
from sms_triage.gateways.twilio import TwilioGateway, TwilioSettings
from sms_triage.keys import ALL_KEYS, keys_of
from sms_triage.outbox.drainer import Drainer
from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.triage.conversation.turn import Priority, Reply, Turn
from sms_triage.triage.people.session import Person
from tests.servers import ACCOUNT, TOKEN, TwilioApi, serving


@pytest.fixture
def api() -> TwilioApi:
    return TwilioApi()


@pytest.fixture
def twilio_settings(settings: Settings, api: TwilioApi) -> Iterator[Settings]:
    with serving(api.app()) as address:
        yield replace(
            settings, public_url="https://sms.example.org",
            gateways={"twilio": TwilioSettings(ACCOUNT, TOKEN, api_url=address)},
        )  # fmt: skip


@pytest.fixture
def sending(twilio_settings: Settings) -> Iterator[Service]:
    service = open_service(twilio_settings)
    service.redis.flushall()
    yield service
    service.redis.close()


def put(
    service: Service, number: str, *texts: str, priority: Priority = Priority.ANSWER, now: float | None = None
) -> None:
    """Puts replies to a person into the outbox, as a turn does."""
    person = service.vault.person(number)
    state = service.store.load(person)
    turn = Turn(Person(), tuple(Reply(text, priority) for text in texts))
    inbound = Inbound("twilio", uuid4().hex, number, "22384", "")
    assert service.store.commit(state, inbound, turn, time.time() if now is None else now)[0] == "ok"


def drain(service: Service, rate: float = 1000, backoff: tuple[float, ...] = (0.05,)) -> int:
    return Drainer(service.store, service.gateways, lambda _: rate, backoff=backoff).run()


def number(place: int) -> str:
    return f"+2547{place:08}"


def test_a_message_goes_to_twilio_as_it_should(sending: Service, api: TwilioApi) -> None:
    put(sending, number(1), "hello")
    assert drain(sending) == 1
    message = api.accepted[0]
    assert (message["To"], message["From"], message["Body"]) == (number(1), "22384", "hello")
    assert message["StatusCallback"] == "https://sms.example.org/sms/twilio/status"
    assert sending.messages.waiting(time.time()) == (0, 0.0)


def test_a_messaging_service_sends_instead_of_a_number(twilio_settings: Settings, api: TwilioApi) -> None:
    own = twilio_settings.gateways["twilio"]
    assert isinstance(own, TwilioSettings)
    own = replace(own, messaging_service_sid="MG1")
    service = open_service(replace(twilio_settings, gateways={"twilio": own}))
    service.redis.flushall()
    put(service, number(1), "hello")
    drain(service)
    assert api.accepted[0]["MessagingServiceSid"] == "MG1"
    assert "From" not in api.accepted[0]


def test_replies_to_one_person_leave_in_order_while_many_are_in_flight(sending: Service, api: TwilioApi) -> None:
    api.seconds = 0.05
    for step in range(4):
        for place in range(40):
            put(sending, number(place), f"{step}")
    assert drain(sending) == 160
    for place in range(40):
        assert api.said_to(number(place)) == ["0", "1", "2", "3"]
    assert api.most_at_once > 10


def test_urgent_ones_go_first_but_not_before_what_their_own_person_waits_for(sending: Service, api: TwilioApi) -> None:
    for place in range(10):
        put(sending, number(place), "reminder", priority=Priority.REMINDER)
    for place in range(10, 20):
        put(sending, number(place), "answer")
    put(sending, number(30), "question")
    put(sending, number(30), "EMERGENCY", priority=Priority.URGENT)
    drain(sending, rate=40)
    order = [message["Body"] for message in api.accepted]
    assert set(order[:2]) <= {"question", "EMERGENCY", "answer"}
    assert order.index("question") < order.index("EMERGENCY") <= 12
    assert max(place for place, body in enumerate(order) if body == "answer") < order.index("reminder")


def test_never_faster_than_the_sender_may(sending: Service, api: TwilioApi) -> None:
    for place in range(30):
        put(sending, number(place), "hello")
    drain(sending, rate=20)
    times = sorted(float(message["at"]) for message in api.accepted)
    # 30 messages at 20 a second, of which a quarter of a second's worth (5) may go at once.
    assert times[-1] - times[0] >= (30 - 5) / 20 * 0.9


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (500, 20500), (400, 30003), (400, 30008), (503, 0)])
def test_what_may_work_later_is_tried_again(sending: Service, api: TwilioApi, status: int, code: int) -> None:
    api.refuse[number(1)] = [(status, code)] * 2
    put(sending, number(1), "first", "second")
    put(sending, number(2), "other")
    assert drain(sending) == 3
    assert api.said_to(number(1)) == ["first", "second"]


def test_who_told_the_provider_to_stop_has_opted_out(sending: Service, api: TwilioApi) -> None:
    api.refuse[number(1)] = [(400, 21610)]
    put(sending, number(1), "first", "second")
    assert drain(sending) == 0
    person = sending.vault.person(number(1))
    assert sending.store.load(person).person.opted_out
    assert sending.messages.waiting(time.time())[0] == 0


@pytest.mark.parametrize("code", [21211, 21614, 30005, 30006])
def test_a_number_that_cannot_be_reached_is_given_up(sending: Service, api: TwilioApi, code: int) -> None:
    api.refuse[number(1)] = [(400, code)]
    put(sending, number(1), "first")
    assert drain(sending) == 0
    assert sending.messages.waiting(time.time())[0] == 0
    assert sending.store.counts()[f"send:never:{code}"] == 1
    person = sending.vault.person(number(1))
    assert sending.redis.hget(keys_of(person).person(person), "unreachable") == str(code).encode()


def test_a_matter_for_the_operator_keeps_the_message(sending: Service, api: TwilioApi) -> None:
    api.refuse[number(1)] = [(401, 20003)]
    put(sending, number(1), "first")
    assert drain(sending, backoff=(600,)) == 0
    assert sending.messages.waiting(time.time())[0] == 1
    assert sending.store.counts()["send:later:20003"] == 1


def test_a_reply_past_its_use_is_dropped(sending: Service, api: TwilioApi) -> None:
    put(sending, number(1), "stale", now=time.time() - 5 * 3600)
    assert drain(sending) == 0
    assert api.accepted == []
    assert sending.store.counts()["send:expired"] == 1


def test_a_lost_answer_is_looked_up_and_not_sent_twice(sending: Service, api: TwilioApi) -> None:
    api.break_after.add(number(1))
    put(sending, number(1), "hello")
    assert drain(sending) == 1
    assert api.said_to(number(1)) == ["hello"]


def test_a_retry_that_is_far_off_is_left_to_a_later_drain(sending: Service, api: TwilioApi) -> None:
    api.refuse[number(1)] = [(429, 20429)]
    put(sending, number(1), "hello")
    assert drain(sending, backoff=(3600,)) == 0
    assert drain(sending) == 0
    later = Drainer(sending.store, sending.gateways, lambda _: 1000, clock=Clock(lambda: time.time() + 3700))
    assert later.run() == 1


def test_two_drainers_send_each_once(sending: Service, api: TwilioApi) -> None:
    from concurrent.futures import ThreadPoolExecutor

    api.seconds = 0.01
    for place in range(100):
        put(sending, number(place), "hello")
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _: drain(sending), range(3))) == 100
    assert len(api.accepted) == 100


WORKER = """
import os, sys
from dataclasses import replace
from sms_triage.outbox.drainer import Drainer
from sms_triage.service.service import open_service
from sms_triage.gateways import read_settings
service = open_service(read_settings(os.environ))
Drainer(service.store, service.gateways, lambda _: 1000, lease_seconds=1).run()
"""


@pytest.mark.parametrize("after", [0.0, 0.3, 0.45, 0.6, 0.9])
def test_a_worker_killed_at_any_moment_loses_and_repeats_nothing(
    sending: Service, api: TwilioApi, after: float
) -> None:
    api.seconds = 0.15
    people = 300
    for place in range(people):
        put(sending, number(place), "one", "two")
    settings, own = sending.settings, sending.settings.gateways["twilio"]
    assert isinstance(own, TwilioSettings)
    environment = {
        **os.environ, "REDIS_URL": settings.redis_url, "SECRET_KEY": settings.secret_key, "GATEWAY": "twilio",
        "SENDER": "22384", "PUBLIC_URL": settings.public_url, "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_API_URL": own.api_url,
    }  # fmt: skip
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
    deadline = time.monotonic() + 20
    while not any(sending.redis.exists(keys.lease) for keys in ALL_KEYS) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(after)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    while any(sending.redis.exists(keys.lease) for keys in ALL_KEYS):
        time.sleep(0.05)
    drain(sending)
    for place in range(people):
        assert api.said_to(number(place)) == ["one", "two"]
    assert sending.messages.waiting(time.time())[0] == 0


def test_what_twilio_reports_undelivered_for_now_is_sent_again(sending: Service, api: TwilioApi) -> None:
    gateway = sending.gateways["twilio"]
    assert isinstance(gateway, TwilioGateway)
    put(sending, number(1), "hello")
    drain(sending)
    sid = api.accepted[0]["sid"]

    def report(rank: int, status: str, retry_at: float | None) -> str:
        return sending.messages.report("twilio", DeliveryReport(sid, number(1), rank, status, None), retry_at)

    assert report(rank=3, status="sent", retry_at=None) == "noted"
    assert report(rank=2, status="sending", retry_at=None) == "old"
    assert report(rank=5, status="undelivered", retry_at=time.time()) == "retry"
    assert report(rank=5, status="undelivered", retry_at=time.time()) == "old"
    assert drain(sending) == 1
    assert api.said_to(number(1)) == ["hello", "hello"]
    person = sending.vault.person(number(1))
    assert sending.redis.hget(keys_of(person).sent("twilio", sid), "body") is None
