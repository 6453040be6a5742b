"""Twilio: signed form webhooks in, the official client out.

Facts from docs.twilio.com: "Webhooks security", "Messages resource", "Error and warning dictionary".
"""

import base64
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from requests import RequestException
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from sms_triage.gateways.base import (
    Answer,
    DeliveryReport,
    Failure,
    Forged,
    Inbound,
    Outgoing,
    Request,
    SendError,
    label,
    required,
)
from sms_triage.settings import Environment, Settings, SettingsError

IN_FLIGHT = 200
"""Connections kept to the API: one for every send that may be in flight."""

TIMEOUT = 20.0
"""Seconds to wait for the API."""

_FAILURES = {
    Failure.LATER: {
        30001, 30003, 30008, 30017, 30020, 30021, 30022, 30023, 30027, 30410, 20429, 21611, 63018, 63038, 14107, 20500,
        20503,
    },
    Failure.NEVER: {30005, 30006, 21211, 21214, 21217, 21612, 21614, 21635, 21408, 21265, 30036},
    Failure.OPTED_OUT: {21610},
    Failure.FILTERED: {30004, 30007},
    Failure.OPERATOR: {
        14108, 20003, 20005, 20006, 20008, 20404, 21210, 21212, 21603, 21606, 21608, 21616, 21659, 21660, 21701, 21702,
        21703, 21704, 21705, 21709, 30002, 30010, 30018, 30024, 30032, 30034, 90010,
    },
}  # fmt: skip
_BY_CODE = {code: failure for failure, codes in _FAILURES.items() for code in codes}

TAKEN = Answer('<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml")
"""An empty answer: replies are sent by the worker."""

RANKS = {"accepted": 1, "scheduled": 1, "queued": 1, "sending": 2, "sent": 3, "partially_delivered": 4}
RANKS |= {"canceled": 5, "failed": 5, "undelivered": 5, "delivered": 6, "read": 7}


@dataclass(frozen=True)
class TwilioSettings:
    """An account; a Messaging Service to send from instead of a number; another base address of the API."""

    account_sid: str
    auth_token: str = field(repr=False)
    messaging_service_sid: str = ""
    api_url: str = ""


class TwilioGateway:
    """A Twilio account, sending from a Messaging Service or a number."""

    name = address = "twilio"
    taken = TAKEN
    refused = None

    def __init__(self, settings: Settings, own: TwilioSettings, _: object = None) -> None:
        self._settings = settings
        self._own = own
        self._validator = RequestValidator(own.auth_token)
        http = TwilioHttpClient(pool_connections=True, timeout=TIMEOUT)
        for scheme in ("https://", "http://"):
            http.session.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=IN_FLIGHT))
        self._client = Client(own.account_sid, own.auth_token, http_client=http)
        if own.api_url:
            self._client.api.base_url = own.api_url

    @staticmethod
    def read_settings(environment: Environment) -> TwilioSettings:
        own = TwilioSettings(
            account_sid=environment.need("TWILIO_ACCOUNT_SID", "the one in the Twilio console"),
            auth_token=environment.need("TWILIO_AUTH_TOKEN", "the one in the Twilio console"),
            messaging_service_sid=environment.get("TWILIO_MESSAGING_SERVICE_SID"),
            api_url=environment.address("TWILIO_API_URL"),
        )
        environment.need("PUBLIC_URL", "the address Twilio calls, such as https://sms.example.org")
        if not environment.get("SENDER") and not own.messaging_service_sid:
            raise SettingsError("SENDER or TWILIO_MESSAGING_SERVICE_SID is missing: what number do replies come from?")
        return own

    def inbound(self, request: Request) -> Inbound:
        form = self._signed(request)
        return read_inbound(self.name, form)

    def report(self, request: Request) -> DeliveryReport | None:
        form = self._signed(request)
        return read_report(form)

    def send(self, message: Outgoing) -> str:
        service = self._own.messaging_service_sid
        origin = {"messaging_service_sid": service} if service else {"from_": message.sender or self._settings.sender}
        try:
            sent = self._client.messages.create(
                to=message.number,
                body=message.text,
                status_callback=f"{self._settings.public_url}/sms/twilio/status",
                **origin,
            )
        except TwilioRestException as error:
            raise _send_error(error) from None
        except ConnectTimeout:
            raise SendError(Failure.LATER, "no connection") from None
        except RequestException as error:
            raise SendError(Failure.UNKNOWN, type(error).__name__) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise SendError(Failure.UNKNOWN, "no answer") from None
        if not sent.sid:
            raise SendError(Failure.UNKNOWN, "no id")
        return str(sent.sid)

    def find(self, message: Outgoing, since: float) -> str | None:
        try:
            # The day is as fine as the API filters sent messages reliably; a clock a little off is allowed for.
            after = datetime.fromtimestamp(since, UTC) - timedelta(minutes=2)
            for sent in self._client.messages.list(to=message.number, date_sent_after=after, limit=50):
                if sent.body == message.text and str(sent.direction or "outbound-api").startswith("outbound"):
                    return str(sent.sid)
        except TwilioRestException as error:
            raise _send_error(error) from None
        except (TwilioException, ValueError, KeyError, TypeError, AttributeError):
            # The SDK trips over an answer that is no page of messages.
            raise SendError(Failure.LATER, "no answer") from None
        except RequestException as error:
            raise SendError(Failure.LATER, type(error).__name__) from None
        return None

    def probe(self) -> str:
        try:
            account = self._client.api.accounts(self._own.account_sid).fetch()
        except TwilioRestException as error:
            raise _send_error(error) from None
        except RequestException as error:
            raise SendError(Failure.LATER, type(error).__name__) from None
        return f"Twilio account is {account.status}"

    def _signed(self, request: Request) -> dict[str, str]:
        """The fields, once their signature is proven over the address as Twilio sees it (`PUBLIC_URL`).

        A webhook set to GET has them in its query, and signs the address alone.
        """
        form: dict[str, list[str]] = {}
        for name, value in request.form:
            form.setdefault(name, []).append(value)
        whole = f"{self._settings.public_url}{request.path}"
        for url in (form for written in _spellings(whole, request) for form in _with_and_without_port(written)):
            signature = self._validator.compute_signature(url, _MultiDict(form))
            if hmac.compare_digest(signature.encode(), request.headers.get("x-twilio-signature", "").encode()):
                fields = {name: values[0] for name, values in form.items()} or dict(request.query)
                if fields.get("AccountSid", self._own.account_sid) != self._own.account_sid:
                    raise Forged
                return fields
        raise Forged


class _MultiDict(dict[str, list[str]]):
    """A form as the SDK's validator reads it."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def read_inbound(gateway: str, form: dict[str, str]) -> Inbound:
    """A message webhook's form. A message without words (a picture) is an empty text."""
    id, number, sender = required(form, "MessageSid", "From", "To")
    return Inbound(gateway, id, number, sender, _plain(form.get("Body", "")))


def _plain(body: str) -> str:
    """A long text that came joined as a picture message is in base64."""
    if len(body) < 60 or len(body) % 4:
        return body
    try:
        text = base64.b64decode(body, validate=True).decode()
    except ValueError:
        return body
    return text if sum(letter.isascii() for letter in text) > len(text) / 2 else body


def read_report(form: dict[str, str]) -> DeliveryReport | None:
    """A status callback's form; None for a status that says nothing about sending."""
    form = {"MessageSid": form.get("SmsSid", ""), "MessageStatus": form.get("SmsStatus", ""), **form}
    form = {name: value for name, value in form.items() if value}
    id, number, status = required(form, "MessageSid", "To", "MessageStatus")
    rank = RANKS.get(status)
    if rank is None:
        return None
    if rank != 5:
        return DeliveryReport(id, number, rank, status, None)
    code = form.get("ErrorCode", "")
    # A code that is not listed says nothing about her number.
    failure = _BY_CODE.get(int(code) if code.isdecimal() else 0, Failure.LATER)
    return DeliveryReport(id, number, rank, status, failure, label(code))


def _send_error(error: TwilioRestException) -> SendError:
    failure = _BY_CODE.get(error.code or 0)
    if failure is None:
        # A code that is not listed says nothing about her number: somebody has to look.
        later = error.status in (408, 429) or error.status >= 500
        failure = Failure.LATER if later else Failure.OPERATOR
    return SendError(failure, str(error.code or error.status))


def _spellings(url: str, request: Request) -> list[str]:
    """The address as it was called, and as it may have been written when it was signed: what stands between encodes a
    query anew, or drops a question mark that nothing follows."""
    base = url.partition("?")[0]
    if not request.query:
        return [url, f"{base}?"]
    queries = [
        urlencode(request.query, safe=safe, quote_via=way) for safe in ("", "'@:") for way in (quote_plus, quote)
    ]
    return list(dict.fromkeys([url, *(f"{base}?{query}" for query in queries)]))


def _with_and_without_port(url: str) -> list[str]:
    """The address as given, with its scheme's port, and without: providers and proxies differ in which they sign.

    The SDK's own version of this loses user and password.
    """
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    bare = host.rsplit(":", 1)[0] if parts.port else host
    default = 443 if parts.scheme == "https" else 80
    hosts = dict.fromkeys([host, bare, f"{bare}:{parts.port or default}"])
    # Not put together anew: that loses a question mark at the end.
    return [url.replace(parts.netloc, f"{user}{at}{one}", 1) for one in hosts]
