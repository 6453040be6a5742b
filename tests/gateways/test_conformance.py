"""What every gateway does alike, whatever its provider: one suite for all."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest

from sms_triage.clock import Clock
from sms_triage.gateways import open_gateways
from sms_triage.gateways.base import Failure, Outgoing, SendError
from sms_triage.service.operator import known
from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.web.app import create_app
from tests.gateways.providers import PROVIDERS, AfricasTalking, Kannel, Provider, Sent, Twilio
from tests.outside import Time, counted, metric
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
    time: Time

    def text(self, words: str, id: str = "", number: str = ANA, sender: str = SHORTCODE) -> int:
        return self.provider.text(self.address, words, number, sender, id).status_code

    def sent(self, number: str = ANA) -> list[Sent]:
        return self.provider.sent(self.service, number)

    def drain(self) -> None:
        self.service.drain()

    def later(self, seconds: float) -> None:
        self.time.at += seconds
        self.drain()

    def waiting(self) -> int:
        return metric(self.address, "sms_triage_outbox_messages")


@pytest.fixture(params=PROVIDERS, ids=lambda provider: provider.__name__)
def deployment(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Deployment]:
    provider, time = request.param(), Time()
    with provider.configured(settings) as configured:
        service = open_service(configured, Clock(time.now, time.sleep))
        service.redis.flushall()
        with serving(create_app(service)) as address:
            yield Deployment(provider, service, address, time)
        service.redis.close()


def test_a_whole_triage(deployment: Deployment) -> None:
    for words in ("hi", "1", "5", "1", "3", "1", "1", "7", "7"):
        assert deployment.text(words) == 200
        deployment.drain()
    said = deployment.sent()
    assert len(said) == 10
    assert said[-2].text.startswith("Light spotting once is common")
    assert said[-1].text.startswith("Delete these messages if someone else may see this phone. Shall we")


def test_a_person_is_answered_from_the_number_she_wrote_to(deployment: Deployment) -> None:
    deployment.text("hi", sender="40404")
    deployment.drain()
    assert deployment.sent()[-1].sender == "40404"
    deployment.text("hi", sender="40405")
    deployment.drain()
    assert deployment.sent()[-1].sender == "40405"


def test_the_same_message_twice_gets_one_reply(deployment: Deployment) -> None:
    for _ in range(3):
        assert deployment.text("hi", id="the same") == 200
    deployment.drain()
    assert len(deployment.sent()) == 1


def test_a_message_without_words_is_told_that_only_texts_are_read(deployment: Deployment) -> None:
    deployment.text("hi")
    assert deployment.text("") == 200
    deployment.drain()
    assert deployment.sent()[-1].text.startswith("We can read only texts. Please write.\nFree private")


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
    deployment.service.gateways[deployment.provider.name].send(Outgoing(ANA, SHORTCODE, text.strip(), "1"))
    assert [message.text for message in deployment.sent()] == [text.strip()]


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
    assert counted(deployment.address, "report:delivered") == 1


def test_what_did_not_arrive_for_now_is_sent_again(deployment: Deployment) -> None:
    deployment.text("hi")
    deployment.drain()
    assert deployment.provider.failed(deployment.address, deployment.sent()[0]).status_code == 200
    deployment.drain()
    assert len(deployment.sent()) == 1
    deployment.later(70)
    assert len(deployment.sent()) == 2


@pytest.mark.parametrize(("deployment", "failure"), REFUSALS, indirect=["deployment"])
def test_each_way_of_saying_no(deployment: Deployment, failure: Failure) -> None:
    deployment.provider.refuse(ANA, failure)
    deployment.text("hi")
    deployment.drain()
    assert deployment.sent() == []
    again = failure in (Failure.LATER, Failure.OPERATOR)
    assert deployment.waiting() == again
    deployment.later(6)
    assert len(deployment.sent()) == again
    assert deployment.waiting() == 0
    told = known(deployment.service, ANA)
    assert ("opted out" in told) == (failure is Failure.OPTED_OUT)
    assert any(line.startswith("cannot be reached") for line in told) == (failure is Failure.NEVER)


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
