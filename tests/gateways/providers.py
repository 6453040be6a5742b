"""The providers as the tests see them: how each one calls us, what it was asked to send, how it says no."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import requests
from twilio.request_validator import RequestValidator

from sms_triage.gateways.africastalking import AfricasTalkingSettings
from sms_triage.gateways.base import Failure
from sms_triage.gateways.kannel import KannelSettings
from sms_triage.gateways.simulator import SimulatorGateway
from sms_triage.gateways.twilio import TwilioSettings
from sms_triage.service.service import Service
from sms_triage.settings import Settings
from tests.servers import ACCOUNT, TOKEN, AfricasTalkingApi, Smsbox, TwilioApi, serving

PUBLIC = "https://sms.example.org"
SECRET = "a webhook secret"


@dataclass(frozen=True)
class Sent:
    """A message that a provider accepted from us."""

    id: str
    number: str
    sender: str
    text: str


class Provider(Protocol):
    """One provider. `refusals` are the failures it can say, each with what makes it say so."""

    name: str
    refusals: Mapping[Failure, Any]

    def configured(self, settings: Settings) -> Any:
        """A context with its API running, giving the settings to use it."""

    def text(self, address: str, words: str, number: str, sender: str, id: str = "") -> requests.Response:
        """Calls us with a text."""

    def forge(self, address: str) -> requests.Response:
        """Somebody else calls us with a text."""

    def garble(self, address: str) -> requests.Response:
        """Calls us without what a text must have."""

    def sent(self, service: Service, number: str) -> list[Sent]: ...

    def refuse(self, number: str, failure: Failure) -> None:
        """Will say no to the next message to this number."""

    def delivered(self, address: str, message: Sent) -> requests.Response:
        """Reports that a message arrived."""

    def failed(self, address: str, message: Sent) -> requests.Response:
        """Reports that a message did not arrive, for now."""


def fresh(id: str) -> str:
    return id or uuid4().hex


@dataclass
class Twilio:
    name: str = "twilio"
    refusals: Mapping[Failure, Any] = field(
        default_factory=lambda: {
            Failure.LATER: (400, 30003), Failure.NEVER: (400, 21614), Failure.OPTED_OUT: (400, 21610),
            Failure.OPERATOR: (401, 20003), Failure.FILTERED: (400, 30007),
        }
    )  # fmt: skip
    api: TwilioApi = field(default_factory=TwilioApi)

    @contextmanager
    def configured(self, settings: Settings) -> Iterator[Settings]:
        with serving(self.api.app()) as url:
            yield replace(
                settings, public_url=PUBLIC, gateways={"twilio": TwilioSettings(ACCOUNT, TOKEN, api_url=url)},
            )  # fmt: skip

    def call(self, address: str, path: str, form: dict[str, str], token: str = TOKEN) -> requests.Response:
        signature = RequestValidator(token).compute_signature(PUBLIC + path, form)
        return requests.post(address + path, data=form, headers={"X-Twilio-Signature": signature}, timeout=10)

    def text(self, address: str, words: str, number: str, sender: str, id: str = "") -> requests.Response:
        form = {"MessageSid": fresh(id), "From": number, "To": sender, "Body": words, "NumMedia": "0"}
        return self.call(address, "/sms/twilio", form)

    def forge(self, address: str) -> requests.Response:
        form = {"MessageSid": "SM1", "From": "+254700000001", "To": "22384", "Body": "hi"}
        return self.call(address, "/sms/twilio", form, token="another")

    def garble(self, address: str) -> requests.Response:
        return self.call(address, "/sms/twilio", {"MessageSid": "SM1"})

    def sent(self, service: Service, number: str) -> list[Sent]:
        return [
            Sent(m["sid"], m["To"], m.get("From", ""), m["Body"]) for m in self.api.accepted if m["To"] == number
        ]  # fmt: skip

    def refuse(self, number: str, failure: Failure) -> None:
        self.api.refuse[number] = [self.refusals[failure]]

    def report(self, address: str, message: Sent, **fields: str) -> requests.Response:
        form = {"MessageSid": message.id, "To": message.number, "From": message.sender, **fields}
        return self.call(address, "/sms/twilio/status", form)

    def delivered(self, address: str, message: Sent) -> requests.Response:
        return self.report(address, message, MessageStatus="delivered")

    def failed(self, address: str, message: Sent) -> requests.Response:
        return self.report(address, message, MessageStatus="undelivered", ErrorCode="30003")


@dataclass
class Simulator:
    name: str = "simulator"
    refusals: Mapping[Failure, Any] = field(default_factory=dict)

    @contextmanager
    def configured(self, settings: Settings) -> Iterator[Settings]:
        yield settings

    def text(self, address: str, words: str, number: str, sender: str, id: str = "") -> requests.Response:
        form = {"MessageSid": fresh(id), "From": number, "To": sender, "Body": words}
        return requests.post(f"{address}/sms/twilio", data=form, timeout=10)

    def forge(self, address: str) -> requests.Response:
        raise AssertionError("anybody may call the simulator")

    def garble(self, address: str) -> requests.Response:
        return requests.post(f"{address}/sms/twilio", data={"MessageSid": "SM1"}, timeout=10)

    def sent(self, service: Service, number: str) -> list[Sent]:
        gateway = service.gateways["simulator"]
        assert isinstance(gateway, SimulatorGateway)
        return [Sent(m.id, number, m.sender, m.text) for m in gateway.received(number, "-")]

    def refuse(self, number: str, failure: Failure) -> None:
        raise AssertionError("the simulator takes everything")

    def report(self, address: str, message: Sent, **fields: str) -> requests.Response:
        form = {"MessageSid": message.id, "To": message.number, "From": message.sender, **fields}
        return requests.post(f"{address}/sms/twilio/status", data=form, timeout=10)

    def delivered(self, address: str, message: Sent) -> requests.Response:
        return self.report(address, message, MessageStatus="delivered")

    def failed(self, address: str, message: Sent) -> requests.Response:
        return self.report(address, message, MessageStatus="undelivered", ErrorCode="30003")


@dataclass
class AfricasTalking:
    name: str = "africastalking"
    refusals: Mapping[Failure, Any] = field(
        default_factory=lambda: {
            Failure.LATER: 501, Failure.NEVER: 403, Failure.OPTED_OUT: 406, Failure.OPERATOR: 405,
        }
    )  # fmt: skip
    api: AfricasTalkingApi = field(default_factory=AfricasTalkingApi)

    @contextmanager
    def configured(self, settings: Settings) -> Iterator[Settings]:
        with serving(self.api.app()) as url:
            yield replace(
                settings, webhook_secret=SECRET,
                gateways={"africastalking": AfricasTalkingSettings("triage", "a key", url)},
            )  # fmt: skip

    def call(self, address: str, path: str, form: dict[str, str], key: str = SECRET) -> requests.Response:
        return requests.post(f"{address}{path}", params={"key": key}, data=form, timeout=10)

    def text(self, address: str, words: str, number: str, sender: str, id: str = "") -> requests.Response:
        form = {
            "date": "2026-11-24T10:00:00Z", "from": number, "id": fresh(id), "linkId": "L1", "text": words,
            "to": sender, "networkCode": "63902",
        }  # fmt: skip
        return self.call(address, "/sms/africastalking", form)

    def forge(self, address: str) -> requests.Response:
        form = {"from": "+254700000001", "id": "1", "text": "hi", "to": "22384"}
        return self.call(address, "/sms/africastalking", form, key="guessed")

    def garble(self, address: str) -> requests.Response:
        return self.call(address, "/sms/africastalking", {"id": "1"})

    def sent(self, service: Service, number: str) -> list[Sent]:
        return [
            Sent(m["id"], m["to"], m.get("from", ""), m["message"]) for m in self.api.accepted if m["to"] == number
        ]  # fmt: skip

    def refuse(self, number: str, failure: Failure) -> None:
        self.api.refuse[number] = [self.refusals[failure]]

    def report(self, address: str, message: Sent, **fields: str) -> requests.Response:
        form = {"id": message.id, "phoneNumber": message.number, "networkCode": "63902", "retryCount": "0", **fields}
        return self.call(address, "/sms/africastalking/delivery", form)

    def delivered(self, address: str, message: Sent) -> requests.Response:
        return self.report(address, message, status="Success")

    def failed(self, address: str, message: Sent) -> requests.Response:
        return self.report(address, message, status="Failed", failureReason="AbsentSubscriber")


@dataclass
class Kannel:
    name: str = "kannel"
    refusals: Mapping[Failure, Any] = field(
        default_factory=lambda: {Failure.LATER: 503, Failure.NEVER: 400, Failure.OPERATOR: 403}
    )
    smsbox: Smsbox = field(default_factory=Smsbox)

    @contextmanager
    def configured(self, settings: Settings) -> Iterator[Settings]:
        with serving(self.smsbox.app()) as url:
            yield replace(
                settings, webhook_secret=SECRET, public_url=PUBLIC,
                gateways={"kannel": KannelSettings(f"{url}/cgi-bin/sendsms", "triage", "a password")},
            )  # fmt: skip

    def call(self, address: str, fields: dict[str, str | bytes], key: str = SECRET) -> requests.Response:
        return requests.get(f"{address}/sms/kannel?{urlencode({'key': key, **fields})}", timeout=10)

    def text(self, address: str, words: str, number: str, sender: str, id: str = "") -> requests.Response:
        plain = words.isascii()
        return self.call(address, {
            "id": fresh(id), "from": number, "to": sender, "smsc": "one", "coding": "0" if plain else "2",
            "charset": "UTF-8" if plain else "UTF-16BE", "text": words if plain else words.encode("utf-16-be"),
        })  # fmt: skip

    def forge(self, address: str) -> requests.Response:
        return self.call(address, {"id": "1", "from": "+254700000001", "to": "1", "text": "hi"}, key="guessed")

    def garble(self, address: str) -> requests.Response:
        return self.call(address, {"id": "1"})

    def sent(self, service: Service, number: str) -> list[Sent]:
        return [
            Sent(m["dlr-url"], m["to"], m["from"], m["text"]) for m in self.smsbox.accepted if m["to"] == number
        ]  # fmt: skip

    def refuse(self, number: str, failure: Failure) -> None:
        self.smsbox.refuse[number] = [self.refusals[failure]]

    def report(self, address: str, message: Sent, bits: int) -> requests.Response:
        """As Kannel does: it fills in and calls the address that it got with the message."""
        parts = urlsplit(message.id.replace("%d", str(bits)))
        return requests.get(f"{address}{parts.path}?{parts.query}", timeout=10)

    def delivered(self, address: str, message: Sent) -> requests.Response:
        return self.report(address, message, 1)

    def failed(self, address: str, message: Sent) -> requests.Response:
        return self.report(address, message, 34)


PROVIDERS = (AfricasTalking, Kannel, Simulator, Twilio)
