"""What providers were seen to say, and what it means: rows of their documentation and of other services' tests."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator

from sms_triage.gateways.africastalking import AfricasTalkingGateway, AfricasTalkingSettings
from sms_triage.gateways.base import BadRequest, Failure, Forged, Outgoing, Request, SendError, label
from sms_triage.gateways.kannel import KannelGateway, KannelSettings
from sms_triage.gateways.twilio import TwilioGateway, TwilioSettings, read_inbound, read_report
from sms_triage.settings import Settings
from tests.servers import ACCOUNT, TOKEN, serving

MESSAGE = Outgoing("+254700000001", "22384", "hello", "r1")
ACCOUNTS = (21212, 21608, 21701, 20404, 30024, 30032, 14108, 20006, 20008, 21210, 21616, 21702, 21709, 21660)
CARRIERS = (30017, 30020, 30021, 30023, 30027, 30410, 63018)


def answering(status: int, body: str, mimetype: str = "application/json") -> Flask:
    """A provider that says this to everything."""
    app = Flask("provider")

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def say(path: str) -> Response:
        return Response(body, status, {"Location": request.host_url} if status == 302 else None, mimetype=mimetype)

    return app


def fate(gateway: TwilioGateway | AfricasTalkingGateway | KannelGateway) -> Failure | str:
    """What became of a message: its id, or how it failed."""
    try:
        return gateway.send(MESSAGE)
    except SendError as error:
        return error.failure


@pytest.mark.parametrize(
    ("status", "body", "became"),
    [
        *[(400, f'{{"code": {code}, "message": "no", "status": 400}}', Failure.OPERATOR) for code in ACCOUNTS],
        *[(400, f'{{"code": {code}, "message": "no", "status": 400}}', Failure.LATER) for code in CARRIERS],
        (400, '{"code": 99999, "message": "new", "status": 400}', Failure.OPERATOR),
        (408, '{"code": null, "message": "slow", "status": 408}', Failure.LATER),
        (200, "", Failure.UNKNOWN),
        (201, '{"status": "queued"}', Failure.UNKNOWN),
        (201, '{"sid": "SM1", "status": "queued"}', "SM1"),
    ],
)
def test_what_twilio_says_of_a_message(settings: Settings, status: int, body: str, became: Failure | str) -> None:
    with serving(answering(status, body)) as url:
        assert fate(TwilioGateway(settings, TwilioSettings(ACCOUNT, TOKEN, api_url=url))) == became


@pytest.mark.parametrize(("status", "body"), [(200, ""), (200, "[]"), (200, "<html>"), (500, "no")])
def test_a_look_up_raises_nothing_but_a_send_error(settings: Settings, status: int, body: str) -> None:
    with serving(answering(status, body)) as url, pytest.raises(SendError):
        TwilioGateway(settings, TwilioSettings(ACCOUNT, TOKEN, api_url=url)).find(MESSAGE, 0.0)


@pytest.mark.parametrize(
    ("code", "failure"),
    [("21608", Failure.OPERATOR), ("30017", Failure.LATER), ("99999", Failure.LATER), ("30005", Failure.NEVER)],
)
def test_a_report_of_a_failure(code: str, failure: Failure) -> None:
    report = read_report({"SmsSid": "SM1", "To": "+254700000001", "SmsStatus": "undelivered", "ErrorCode": code})
    assert report is not None
    assert (report.provider_id, report.failure) == ("SM1", failure)


def test_a_long_text_in_base64_is_read() -> None:
    words = "I bled a lot after sex yesterday, and today it hurts when I walk."
    form = {"MessageSid": "SM1", "From": "+254700000001", "To": "22384"}
    for body, read in ((base64.b64encode(words.encode()).decode(), words), (words, words), ("1234" * 4, "1234" * 4)):
        assert read_inbound("twilio", {**form, "Body": body}).text == read


def test_a_call_of_another_account_is_refused(settings: Settings) -> None:
    gateway = TwilioGateway(replace(settings, public_url="https://x.example"), TwilioSettings(ACCOUNT, TOKEN))
    form = {"MessageSid": "SM1", "From": "+254700000001", "To": "22384", "AccountSid": "AC" + "1" * 32}
    signature = RequestValidator(TOKEN).compute_signature("https://x.example/sms/twilio", form)
    with pytest.raises(Forged):
        gateway.inbound(Request("/sms/twilio", tuple(form.items()), headers={"x-twilio-signature": signature}))


@pytest.mark.parametrize("name", ["MessageSid", "From", "To"])
def test_a_field_longer_than_any_provider_writes_is_refused(name: str) -> None:
    form = {"MessageSid": "SM1", "From": "+254700000001", "To": "22384", "Body": "hi", name: "1" * 129}
    with pytest.raises(BadRequest, match=f"{name} is too long"):
        read_inbound("twilio", form)


def recipients(text: str) -> str:
    return f'{{"SMSMessageData": {{"Message": "Sent", "Recipients": [{text}]}}}}'


@pytest.mark.parametrize(
    ("body", "became"),
    [
        (recipients('{"status": "Success", "messageId": "AT1", "number": "+254700000001"}'), "AT1"),
        (recipients('{"statusCode": 101, "status": "Success", "messageId": "AT1"}'), "AT1"),
        (recipients('{"statusCode": "101", "status": "Success", "messageId": "AT1"}'), "AT1"),
        (recipients('{"statusCode": 101, "status": "Success"}'), Failure.UNKNOWN),
        (recipients('{"statusCode": "abc", "status": "who knows"}'), Failure.OPERATOR),
        (recipients('{"statusCode": 401, "status": "RiskHold"}'), Failure.OPERATOR),
        (recipients('{"statusCode": 403, "status": "InvalidPhoneNumber"}'), Failure.NEVER),
        (recipients('{"status": "UserInBlacklist"}'), Failure.OPTED_OUT),
        (recipients('{"status": "UserInBlackList"}'), Failure.OPTED_OUT),
        (recipients('{"status": "User In Blacklist"}'), Failure.OPTED_OUT),
        (recipients("null"), Failure.OPERATOR),
        ('{"SMSMessageData": null}', Failure.OPERATOR),
        ('{"SMSMessageData": {"Recipients": null}}', Failure.OPERATOR),
    ],
)
def test_what_africas_talking_says_of_a_message(settings: Settings, body: str, became: Failure | str) -> None:
    with serving(answering(201, body)) as url:
        assert fate(AfricasTalkingGateway(settings, AfricasTalkingSettings("triage", "a key", url))) == became


@pytest.mark.parametrize(
    ("fields", "failure"),
    [
        ({"status": "Expired"}, Failure.NEVER),
        ({"status": "Failed", "failureReason": "UserInBlacklist"}, Failure.OPTED_OUT),
        ({"status": "Failed", "failureReason": "AbsentSubscriber"}, Failure.LATER),
    ],
)
def test_what_africas_talking_reports(settings: Settings, fields: Mapping[str, str], failure: Failure) -> None:
    gateway = AfricasTalkingGateway(replace(settings, webhook_secret="s"), AfricasTalkingSettings("triage", "a key"))
    form = {"id": "AT1", "phoneNumber": "+254700000001", **fields}
    report = gateway.report(Request("/", tuple(form.items()), (("key", "s"),)))
    assert report is not None
    assert report.failure is failure


@pytest.mark.parametrize(
    ("status", "body", "became"),
    [
        (202, "0: Accepted for delivery", "r1"),
        (202, "3: Queued for later delivery", "r1"),
        (302, "moved", Failure.OPERATOR),
        (400, "Empty receiver number not allowed, rejected", Failure.NEVER),
        (403, "Not routable. Do not try again.", Failure.NEVER),
        (403, "Authorization failed for sendsms", Failure.OPERATOR),
        (408, "slow", Failure.LATER),
        (429, "too fast", Failure.LATER),
        (503, "Temporal failure, try again later.", Failure.LATER),
    ],
)
@pytest.mark.parametrize("query", ["", "?smsc=one"])
def test_what_kannel_says_of_a_message(
    settings: Settings, status: int, body: str, became: Failure | str, query: str
) -> None:
    with serving(answering(status, body, "text/plain")) as url:
        assert fate(KannelGateway(settings, KannelSettings(f"{url}/cgi-bin/sendsms{query}", "u", "p"))) == became


def test_kannels_text_in_two_octets_a_letter_needs_no_charset(settings: Settings) -> None:
    gateway = KannelGateway(replace(settings, webhook_secret="s"), KannelSettings("http://x", "u", "p"))
    path = "/sms/kannel?key=s&id=1&from=%2B254700000001&to=22384&coding=2&text=%09%39%09%3E%09%01"
    assert gateway.inbound(Request(path, query=(("key", "s"),))).text == "हाँ"


def test_kannels_unknown_is_final(settings: Settings) -> None:
    gateway = KannelGateway(replace(settings, webhook_secret="s"), KannelSettings("http://x", "u", "p"))
    report = gateway.report(Request("/x?key=s&id=1&to=%2B254700000001&status=66", query=(("key", "s"),)))
    assert report is not None
    assert report.failure is Failure.NEVER


def test_a_code_is_bounded_before_it_is_counted() -> None:
    assert label("30003") == "30003"
    assert label("+254 <b>" + "x" * 100 + "\n") == ("254 b" + "x" * 100)[:40]


@pytest.mark.parametrize("body", ["it's me", "a@b.c", "at 10:30", "1 2+3", "हाँ"])
@pytest.mark.parametrize("safe", ["", "'@:"])
def test_a_signed_get_verifies_however_its_query_is_written(settings: Settings, body: str, safe: str) -> None:
    gateway = TwilioGateway(replace(settings, public_url="https://x.example"), TwilioSettings(ACCOUNT, TOKEN))
    query = (("MessageSid", "SM1"), ("From", "+254700000001"), ("To", "22384"), ("Body", body))
    signed = RequestValidator(TOKEN).compute_signature(
        f"https://x.example/sms/twilio?{urlencode(query, safe=safe)}", {}
    )
    called = f"/sms/twilio?{urlencode(query, quote_via=quote)}"
    assert gateway.inbound(Request(called, (), query, {"x-twilio-signature": signed})).text == body


def test_an_address_that_ends_in_a_question_mark_verifies(settings: Settings) -> None:
    gateway = TwilioGateway(replace(settings, public_url="https://x.example"), TwilioSettings(ACCOUNT, TOKEN))
    form = {"MessageSid": "SM1", "From": "+254700000001", "To": "22384", "Body": "hi"}
    signature = RequestValidator(TOKEN).compute_signature("https://x.example/sms/twilio?", form)
    call = Request("/sms/twilio", tuple(form.items()), headers={"x-twilio-signature": signature})
    assert gateway.inbound(call).text == "hi"
