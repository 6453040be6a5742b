"""What every gateway does alike, whatever its provider: one suite for all."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest

from sms_triage.clock import Clock
from sms_triage.gateways import open_gateways
from sms_triage.gateways.base import Failure, Inbound, Outgoing, SendError
from sms_triage.keys import keys_of
from sms_triage.outbox.drainer import Drainer
from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.storage.people import Address
from sms_triage.triage.conversation.turn import Reply, Turn
from sms_triage.web.app import create_app
from tests.gateways.providers import PROVIDERS, AfricasTalking, Kannel, Provider, Sent, Twilio
from tests.servers import serving

of_real_providers = pytest.mark.parametrize(
    "deployment", [AfricasTalking, Kannel, Twilio], indirect=True, ids=lambda provider: provider.__name__
)
"""For what the simulator, which trusts everybody and takes everything, does not do."""

REFUSALS = [(provider, failure) for provider in PROVIDERS for failure in provider().refusals]

ANA, SHORTCODE = "+254700000001", "22384"


@dataclass
class Deployment:
    """A running service and the one provider it is connected to."""

    provider: Provider
    service: Service
    address: str

    def text(self, words: str, id: str = "", number: str = ANA, sender: str = SHORTCODE) -> int:
        return self.provider.text(self.address, words, number, sender, id).status_code

    def sent(self, number: str = ANA) -> list[Sent]:
        return self.provider.sent(self.service, number)

    def drain(self) -> int:
        return Drainer(self.service.store, self.service.gateways, lambda _: 1000, backoff=(0.05,)).run()

    def send(self, text: str) -> None:
        """Puts a message to a person who wrote before into the outbox."""
        id = self.service.vault.person(ANA)
        known = self.service.store.load(id)
        assert known.address is not None
        inbound = Inbound(known.address.gateway, f"test {time.monotonic()}", ANA, known.address.sender, "")
        turn = Turn(known.person, (Reply(text),))
        assert self.service.store.commit(known, inbound, turn, time.time())[0] == "ok"


@pytest.fixture(params=PROVIDERS, ids=lambda provider: provider.__name__)
def deployment(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Deployment]:
    provider = request.param()
    with provider.configured(settings) as configured:
        service = open_service(configured)
        service.redis.flushall()
        with serving(create_app(service)) as address:
            yield Deployment(provider, service, address)
        service.redis.close()


def test_a_whole_triage(deployment: Deployment) -> None:
    for words in ("hi", "1", "5", "1", "2", "1", "1", "6", "7"):
        assert deployment.text(words) == 200
        deployment.drain()
    said = deployment.sent()
    assert len(said) == 10
    assert said[-2].text.startswith("Light spotting once is common")
    assert said[-1].text.startswith("Shall we text you later")


def test_a_person_is_answered_from_the_number_she_wrote_to(deployment: Deployment) -> None:
    deployment.text("hi", sender="40404")
    deployment.drain()
    assert deployment.sent()[-1].sender == "40404"
    deployment.text("hi", sender="40405")
    deployment.drain()
    assert deployment.sent()[-1].sender == "40405"
    known = deployment.service.store.load(deployment.service.vault.person(ANA))
    assert known.address == Address(deployment.provider.name, "40405")


def test_the_same_message_twice_gets_one_reply(deployment: Deployment) -> None:
    for _ in range(3):
        assert deployment.text("hi", id="the same") == 200
    deployment.drain()
    assert len(deployment.sent()) == 1


def test_a_message_without_words_gets_the_question_again(deployment: Deployment) -> None:
    deployment.text("hi")
    assert deployment.text("") == 200
    deployment.drain()
    assert deployment.sent()[-1].text.startswith("Please send one number from 1 to 2.")


@of_real_providers
def test_a_forged_call_changes_nothing(deployment: Deployment) -> None:
    answer = deployment.provider.forge(deployment.address)
    assert deployment.service.redis.dbsize() == 0
    # Kannel would tell the person "Request Failed" for anything else.
    assert answer.status_code == (200 if deployment.provider.name == "kannel" else 403)


def test_a_call_that_is_no_message_changes_nothing(deployment: Deployment) -> None:
    answer = deployment.provider.garble(deployment.address)
    assert deployment.service.redis.dbsize() == 0
    assert answer.status_code == (200 if deployment.provider.name == "kannel" else 400)


@pytest.mark.parametrize(
    "text",
    [
        "Call 112 at 5€ [now] {yes} ~ ^ \\ |",
        "é è ñ ü Ç à",
        "आज ही स्वास्थ्य केंद्र जाएँ।",
        "emoji \U0001f600 here",
        "long " * 120,
    ],
    ids=["extension", "accents", "devanagari", "emoji", "long"],
)
def test_every_letter_arrives(deployment: Deployment, text: str) -> None:
    deployment.text("hi")
    deployment.drain()
    deployment.send(text.strip())
    deployment.drain()
    assert deployment.sent()[-1].text == text.strip()


def test_words_in_every_script_come_in(deployment: Deployment) -> None:
    deployment.text("hi")
    assert deployment.text("१") == 200
    deployment.drain()
    assert deployment.sent()[-1].text.startswith("Any of these NOW?")


def test_a_report_that_it_arrived_is_noted_once(deployment: Deployment) -> None:
    deployment.text("hi")
    deployment.drain()
    for _ in range(2):
        assert deployment.provider.delivered(deployment.address, deployment.sent()[0]).status_code == 200
    assert deployment.service.store.counts()["report:delivered"] == 1


def test_what_did_not_arrive_for_now_is_sent_again(deployment: Deployment) -> None:
    deployment.text("hi")
    deployment.drain()
    assert deployment.provider.failed(deployment.address, deployment.sent()[0]).status_code == 200
    assert deployment.service.messages.waiting(time.time())[0] == 1
    later = Drainer(
        deployment.service.store, deployment.service.gateways, lambda _: 1000, clock=Clock(lambda: time.time() + 120)
    )
    assert later.run() == 1
    assert len(deployment.sent()) == 2


@pytest.mark.parametrize(("deployment", "failure"), REFUSALS, indirect=["deployment"])
def test_each_way_of_saying_no(deployment: Deployment, failure: Failure) -> None:
    deployment.provider.refuse(ANA, failure)
    deployment.text("hi")
    deployment.drain()
    known = deployment.service.store.load(deployment.service.vault.person(ANA))
    counts = deployment.service.store.counts()
    if failure in (Failure.LATER, Failure.OPERATOR):
        assert len(deployment.sent()) == 1, "it is tried again"
        return
    assert deployment.sent() == []
    assert deployment.service.messages.waiting(time.time())[0] == 0
    assert known.person.opted_out == (failure is Failure.OPTED_OUT)
    key = keys_of(known.id).person(known.id)
    assert deployment.service.redis.hexists(key, "unreachable") == (failure is Failure.NEVER)
    assert any(event.startswith(f"send:{failure.value}:") for event in counts)


def test_the_doctor_can_ask_whether_it_works(deployment: Deployment) -> None:
    assert deployment.service.gateways[deployment.provider.name].probe()


@of_real_providers
def test_a_provider_that_is_not_there_is_a_matter_for_later(deployment: Deployment) -> None:
    name, settings = deployment.provider.name, deployment.service.settings
    own: Any = settings.gateways[name]
    address = next(field.name for field in fields(own) if field.name.endswith("url"))
    gone = replace(settings, gateways={name: replace(own, **{address: "http://127.0.0.1:1"})})
    gateway = open_gateways(gone, deployment.service.redis)[name]
    with pytest.raises(SendError) as caught:
        gateway.send(Outgoing(ANA, SHORTCODE, "hello", "1"))
    assert caught.value.failure in (Failure.LATER, Failure.UNKNOWN)
    with pytest.raises(SendError):
        gateway.probe()
