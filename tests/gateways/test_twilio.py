"""Twilio's webhooks over real HTTP: signatures, duplicates, odd fields, reports."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlencode

import pytest
import requests
from twilio.request_validator import RequestValidator

from sms_triage.cli.doctor import examine
from sms_triage.gateways.base import Request
from sms_triage.gateways.twilio import TwilioGateway, TwilioSettings
from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.web.app import create_app
from tests.servers import ACCOUNT, TOKEN, TwilioApi, serving

PUBLIC = "https://sms.example.org/hook"
ANA = "+254700000001"


class Twilio:
    """Twilio, as it calls us: to PUBLIC_URL, which a proxy leads to the service."""

    def __init__(self, address: str, public: str = PUBLIC) -> None:
        self.address, self.public = address, public

    def post(
        self, path: str, form: dict[str, str], signature: str | None = None, signed_as: str = ""
    ) -> requests.Response:
        if signature is None:
            signature = RequestValidator(TOKEN).compute_signature((signed_as or self.public) + path, form)
        return requests.post(self.address + path, data=form, headers={"X-Twilio-Signature": signature}, timeout=10)

    def text(self, body: str, sid: str, **more: str) -> requests.Response:
        return self.post("/sms/twilio", message(body, sid, **more))


def message(body: str, sid: str, **more: str) -> dict[str, str]:
    return {
        "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": ACCOUNT, "From": ANA, "To": "22384",
        "Body": body, "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received", "ApiVersion": "2010-04-01",
        "FromCountry": "KE", "ToCountry": "KE", **more,
    }  # fmt: skip


@pytest.fixture
def api() -> TwilioApi:
    return TwilioApi()


@pytest.fixture
def deployed(settings: Settings, api: TwilioApi) -> Iterator[Service]:
    with serving(api.app()) as address:
        service = open_service(replace(
            settings, public_url=PUBLIC, gateways={"twilio": TwilioSettings(ACCOUNT, TOKEN, api_url=address)},
        ))  # fmt: skip
        service.redis.flushall()
        yield service
        service.redis.close()


@pytest.fixture
def twilio(deployed: Service) -> Iterator[Twilio]:
    with serving(create_app(deployed)) as address:
        yield Twilio(address)


def test_a_whole_triage_by_signed_webhooks(twilio: Twilio, deployed: Service, api: TwilioApi) -> None:
    for place, words in enumerate(["hi", "1", "5", "1", "3", "1", "1", "7", "7"]):
        answer = twilio.text(words, f"SM{place}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
        assert answer.text.endswith("<Response/>")
        deployed.drain()
    said = api.said_to(ANA)
    assert len(said) == 10
    assert said[-2].startswith("Light spotting once is common")


@pytest.mark.parametrize("signature", ["", "wrong", "RSOYDt4T1cUTdK1PDd93/VVr8B8="])
def test_a_forged_message_gets_403_and_changes_nothing(twilio: Twilio, deployed: Service, signature: str) -> None:
    assert twilio.post("/sms/twilio", message("hi", "SM1"), signature).status_code == 403
    assert twilio.post("/sms/twilio/status", message("hi", "SM1"), signature).status_code == 403
    assert deployed.redis.dbsize() == 0


@pytest.mark.parametrize(
    ("public", "signed_as"),
    [
        ("https://sms.example.org", "https://sms.example.org:443"),
        ("https://sms.example.org:443", "https://sms.example.org"),
        ("https://sms.example.org:8443", "https://sms.example.org"),
        ("https://user:pw@sms.example.org:8443", "https://user:pw@sms.example.org:8443"),
        ("http://sms.example.org", "http://sms.example.org:80"),
        ("https://sms.example.org/deep/path", "https://sms.example.org/deep/path"),
    ],
)
def test_ports_and_proxies_do_not_break_the_signature(settings: Settings, public: str, signed_as: str) -> None:
    gateway = TwilioGateway(replace(settings, public_url=public), TwilioSettings(ACCOUNT, TOKEN))
    form = message(" 1 ", "SM1")
    validator = RequestValidator(TOKEN)
    for path in ("/sms/twilio", "/sms/twilio?from=a%20b&x=1"):
        signature = validator.compute_signature(signed_as + path, form)
        inbound = gateway.inbound(Request(path, tuple(form.items()), headers={"x-twilio-signature": signature}))
        assert inbound.text == " 1 "


def test_the_signature_is_that_of_twilios_documentation(settings: Settings) -> None:
    gateway = TwilioGateway(replace(settings, public_url="https://mycompany.com"), TwilioSettings(ACCOUNT, "12345"))
    form = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309",
        "To": "+18005551212", "MessageSid": "SM1",
    }  # fmt: skip
    del form["MessageSid"]
    signature = {"x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    request = Request("/myapp.php?foo=1&bar=2", tuple(form.items()), headers=signature)
    # The signature holds; what is missing then is a message.
    with pytest.raises(Exception, match="MessageSid is missing"):
        gateway.inbound(request)


def test_a_webhook_set_to_get_is_understood_too(twilio: Twilio, deployed: Service, api: TwilioApi) -> None:
    path = f"/sms/twilio?{urlencode(message('hi', 'SM1'))}"
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, {})
    answer = requests.get(twilio.address + path, headers={"X-Twilio-Signature": signature}, timeout=10)
    assert answer.status_code == 200
    deployed.drain()
    assert api.said_to(ANA)[0].startswith("Free private check")


def test_repeated_and_unknown_fields_are_signed_over_too(twilio: Twilio) -> None:
    assert twilio.text("hi", "SM1", NewField="x", AddOns='{"a": 1}').status_code == 200


def test_the_same_message_on_many_threads_gets_one_reply(twilio: Twilio, deployed: Service, api: TwilioApi) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: twilio.text("hi", "SM1"), range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    deployed.drain()
    assert len(api.said_to(ANA)) == 1


def test_a_picture_without_words_is_told_that_only_texts_are_read(
    twilio: Twilio, deployed: Service, api: TwilioApi
) -> None:
    twilio.text("hi", "SM1")
    assert twilio.text("", "SM2", NumMedia="1").status_code == 200
    deployed.drain()
    assert api.said_to(ANA)[-1].startswith("We can read only texts. Please write.\nFree private")


def test_a_call_that_is_no_message_gets_400(twilio: Twilio) -> None:
    answer = twilio.post("/sms/twilio", {"From": ANA, "To": "22384"})
    assert (answer.status_code, answer.text) == (400, "MessageSid is missing\n")


def test_without_redis_twilio_is_told_to_come_again(settings: Settings) -> None:
    service = open_service(replace(
        settings, redis_url="redis://127.0.0.1:1/0", public_url=PUBLIC,
        gateways={"twilio": TwilioSettings(ACCOUNT, TOKEN)},
    ))  # fmt: skip
    with serving(create_app(service)) as address:
        answer = Twilio(address).text("hi", "SM1")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert requests.get(f"{address}/healthz", timeout=5).status_code == 200
        assert requests.get(f"{address}/readyz", timeout=5).status_code == 503


def test_reports_are_applied_by_rank_and_a_passing_failure_sends_again(
    twilio: Twilio, deployed: Service, api: TwilioApi
) -> None:
    twilio.text("hi", "SM1")
    deployed.drain()
    sid = api.accepted[0]["sid"]

    def report(status: str, **more: str) -> int:
        form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "To": ANA, "From": "22384", **more}
        return twilio.post("/sms/twilio/status", form).status_code

    assert report("sent") == 200
    assert report("queued") == 200
    for _ in range(2):
        assert report("undelivered", ErrorCode="30003", RawDlrDoneDate="2611241200") == 200
    assert deployed.messages.waiting(time.time())[0] == 1
    assert report("delivered") == 200
    assert report("who knows") == 200
    assert deployed.store.counts()["report:later:30003"] == 1


def test_a_filtered_message_is_not_sent_again_and_the_operator_is_told(
    twilio: Twilio, deployed: Service, api: TwilioApi
) -> None:
    twilio.text("hi", "SM1")
    deployed.drain()
    form = {"MessageSid": api.accepted[0]["sid"], "MessageStatus": "undelivered", "To": ANA, "ErrorCode": "30007"}
    assert twilio.post("/sms/twilio/status", form).status_code == 200
    assert deployed.messages.waiting(time.time())[0] == 0
    faults = [check.what for check in examine(deployed) if check.ok is False]
    assert "1 messages were filtered or blocked (30007): see your provider's console" in faults


def test_metrics_name_no_one(twilio: Twilio) -> None:
    twilio.text("hi", "SM1")
    metrics = requests.get(f"{twilio.address}/metrics", timeout=5).text
    assert 'sms_triage_events_total{event="start"} 1.0' in metrics
    assert "sms_triage_outbox_messages 1.0" in metrics
    assert "2547" not in metrics


def test_logs_of_a_failure_name_no_one(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = open_service(settings)

    def broken(*_: object) -> None:
        raise ValueError(f"{ANA} said bleeding")

    monkeypatch.setattr("sms_triage.service.service.take_turn", broken)
    with serving(create_app(service)) as address:
        answer = requests.post(f"{address}/sms/twilio", data=message("bleeding", "SM1"), timeout=5)
    assert answer.status_code == 500
    assert "ValueError at" in caplog.text
    assert "+2547" not in caplog.text + answer.text
    assert "bleeding" not in caplog.text + answer.text


def test_the_phone_is_only_there_with_the_simulator(twilio: Twilio) -> None:
    assert requests.get(f"{twilio.address}/phone", timeout=5).status_code == 404
