"""Who may call the webhooks: whoever carries the secret, from the networks that are allowed, or signs as Twilio does."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator

from sms_triage.gateways.africastalking import AfricasTalkingSettings
from sms_triage.gateways.kannel import KannelSettings
from sms_triage.gateways.ussd import Call
from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.web.app import create_app
from tests.outside import PUBLIC, USSD_KEY, Outside
from tests.servers import TOKEN

ANA = "+254700000001"
SECRET = "Long word 4 callers"
INSIDE, OUTSIDE = "196.12.30.7", "196.12.31.7"

CALLS = {
    "a text, Africa's Talking": ("/sms/africastalking", {"from": ANA, "id": "1", "text": "hi", "to": "22384"}),
    "a report, Africa's Talking": ("/sms/africastalking/delivery", {"id": "1", "phoneNumber": ANA, "status": "Rejected"}),
    "an opt-out, Africa's Talking": ("/sms/africastalking/optout", {"phoneNumber": ANA, "senderId": "22384"}),
    "a text, Kannel": ("/sms/kannel", {"id": "1", "from": ANA, "text": "hi", "to": "22384"}),
    "a report, Kannel": ("/sms/kannel/delivery", {"id": "1", "to": ANA, "status": "16"}),
    "a USSD page": ("/ussd/africastalking", {"sessionId": "2", "phoneNumber": ANA, "text": ""}),
    "the end of a USSD dialog": ("/ussd/africastalking/end", {"sessionId": "1", "phoneNumber": ANA, "status": "Failed"}),
    "a USSD page, last answer only": (
        "/ussd/hubtel", {"SessionId": "2", "Mobile": ANA, "Message": "*384#", "Type": "Initiation"},
    ),
}  # fmt: skip
GIVEN = pytest.mark.parametrize("call", CALLS)


@dataclass
class Door:
    """A deployment whose providers sign nothing, as those see it who call."""

    client: FlaskClient
    service: Service

    def hears(self, call: str, key: str | None = SECRET, caller: str = INSIDE, forwarded: str = "") -> bool:
        """Whether such a call changes anything, for somebody in the middle of a dialog. Who is not heard gets 403, but
        from Kannel, which would text any status but 200 to the person."""
        path, fields = CALLS[call]
        fields_in = "query_string" if "kannel" in path else "json" if path == "/ussd/hubtel" else "data"
        self.service.redis.flushall()
        self.service.dialled(Call("1", ANA, "*384#", "1*5*1*3", True, False), "africastalking", time.time())
        before = self._kept()
        query = {} if key is None else {"key": key}
        status = self.client.open(
            path,
            method="GET" if "kannel" in path else "POST",
            **({"query_string": query} | {fields_in: fields | (query if "kannel" in path else {})}),
            headers={"X-Forwarded-For": forwarded} if forwarded else {},
            environ_base={"REMOTE_ADDR": caller},
        ).status_code
        heard = self._kept() != before
        assert status == 200 if heard or "kannel" in path else status in (403, 404)
        return heard

    def _kept(self) -> dict[bytes, bytes]:
        redis: Any = self.service.redis
        return {key: redis.dump(key) for key in redis.scan_iter()}


Opens = Callable[..., Door]


@pytest.fixture
def opens(settings: Settings) -> Iterator[Opens]:
    """Opens a door, with other settings than the usual."""
    opened: list[Service] = []

    def door(**other: Any) -> Door:
        gateways = {
            "africastalking": AfricasTalkingSettings("sandbox", "k"),
            "kannel": KannelSettings("http://127.0.0.1:1/", "triage", "a password"),
        }
        usual = replace(settings, gateways=gateways, public_url=PUBLIC, webhook_secret=SECRET)
        opened.append(open_service(replace(usual, **other)))
        opened[-1].redis.flushall()
        return Door(create_app(opened[-1]).test_client(), opened[-1])

    yield door
    for service in opened:
        service.redis.close()


@GIVEN
def test_only_the_whole_secret_opens(opens: Opens, call: str) -> None:
    door = opens()
    for key in (None, "", "guessed", SECRET[:-1], SECRET + "x", SECRET.lower(), f" {SECRET}", "Long wörd 4 callers"):
        assert not door.hears(call, key), f"opened by {key!r}"
    assert door.hears(call)


@GIVEN
def test_without_a_secret_nothing_opens(opens: Opens, call: str) -> None:
    door = opens(webhook_secret="")
    assert not any(door.hears(call, key) for key in (None, "", SECRET))


@GIVEN
def test_only_who_calls_from_an_allowed_network_is_heard(opens: Opens, call: str) -> None:
    door = opens(webhook_networks=("196.12.30.0/24", "2001:db8::/32"))
    for caller in (INSIDE, "196.12.30.0", "196.12.30.255", "2001:db8::7", f"::ffff:{INSIDE}"):
        assert door.hears(call, caller=caller), f"{caller} is inside"
    for caller in (OUTSIDE, "196.12.29.255", "2001:db9::7", f"::ffff:{OUTSIDE}", ""):
        assert not door.hears(call, caller=caller), f"{caller} is outside"
    assert not door.hears(call, key="guessed")


@GIVEN
def test_where_a_call_comes_from_is_told_by_the_proxy_that_the_operator_named_and_by_nobody_else(
    opens: Opens, call: str
) -> None:
    allowed = ("196.12.30.0/24",)
    door = opens(webhook_networks=allowed)
    assert not door.hears(call, caller=OUTSIDE, forwarded=INSIDE)
    assert door.hears(call, caller=INSIDE, forwarded=OUTSIDE)
    behind = opens(webhook_networks=allowed, proxies=1)
    assert behind.hears(call, caller="10.0.0.1", forwarded=INSIDE)
    assert not behind.hears(call, caller="10.0.0.1", forwarded=f"{INSIDE}, {OUTSIDE}")


FORM = {"MessageSid": "SM1", "From": ANA, "To": "22384", "Body": "hi", "NumMedia": "0"}


@pytest.mark.parametrize("path", ["/sms/twilio", "/sms/twilio/status"])
@pytest.mark.parametrize(
    ("changed", "query"),
    [
        ({"Body": "STOP"}, ""),
        ({"From": "+254700000002"}, ""),
        ({"Body": None}, ""),
        ({"Extra": "1"}, ""),
        ({"body": "STOP"}, ""),
        ({}, "?Body=STOP"),
    ],
    ids=["other words", "another number", "a field less", "a field more", "a field of another spelling", "a query"],
)
def test_a_signature_is_over_exactly_what_is_called(
    outside: Outside, path: str, changed: dict[str, str | None], query: str
) -> None:
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, FORM | {"MessageStatus": "sent"})
    form = {name: value for name, value in {**FORM, "MessageStatus": "sent", **changed}.items() if value is not None}
    headers = {"X-Twilio-Signature": signature}
    status = requests.post(outside.address + path + query, data=form, headers=headers, timeout=10).status_code
    assert (status, outside.service.redis.dbsize()) == (403, 0)


def test_twilio_does_not_ask_for_the_secret_nor_take_it_for_a_signature(outside: Outside) -> None:
    path = f"/sms/twilio?key={USSD_KEY}"
    for key in ("", "another"):
        signature = RequestValidator(key).compute_signature(PUBLIC + path, FORM)
        headers = {"X-Twilio-Signature": signature} if key else {}
        assert requests.post(outside.address + path, data=FORM, headers=headers, timeout=10).status_code == 403
    assert outside.text(ANA, "hi") == 200
