"""Kannel: its smsbox calls us by ``get-url`` and ``dlr-url`` and takes messages by ``sendsms``.

Facts from the Kannel user guide ("SMS push", "Parameters", "Delivery reports"); `docs/kannel.conf` is a configuration
that works. Long messages are left to Kannel to concatenate. It gives no id back, so ours is in the ``dlr-url``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from requests import RequestException
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, ReadTimeout

from sms_triage import text as sms
from sms_triage.gateways.base import (
    Answer,
    BadRequest,
    DeliveryReport,
    Failure,
    Inbound,
    Outgoing,
    Request,
    SendError,
    check_caller,
    required,
)
from sms_triage.settings import Environment, Settings

IN_FLIGHT = 200
"""Connections kept to smsbox: one for every send that may be in flight."""

TIMEOUT = 20.0
"""Seconds to wait for smsbox."""

DELIVERED, FAILED, BUFFERED, ACCEPTED, REJECTED = 1, 2, 4, 8, 16
"""Bits of a delivery report's type; 32 stands beside FAILED for expired messages."""

FAILED_UNKNOWN = 66
"""FAILED, and the network does not know of it."""


@dataclass(frozen=True)
class KannelSettings:
    """smsbox's address for sending, and a ``sendsms-user``."""

    url: str
    username: str
    password: str = field(repr=False)


class KannelGateway:
    """A Kannel smsbox.

    Anything but 200 makes Kannel send "Request Failed" to the person, so also a call that is refused gets 200.
    """

    name = address = "kannel"
    taken = Answer()
    refused = Answer()

    def __init__(self, settings: Settings, own: KannelSettings, _: object = None) -> None:
        self._settings = settings
        self._own = own
        self._http = requests.Session()
        self._http.mount("http://", HTTPAdapter(pool_connections=2, pool_maxsize=IN_FLIGHT))
        self._http.mount("https://", HTTPAdapter(pool_connections=2, pool_maxsize=IN_FLIGHT))

    @staticmethod
    def read_settings(environment: Environment) -> KannelSettings:
        own = KannelSettings(
            url=environment.need(
                "KANNEL_URL", "smsbox's sendsms address, such as http://localhost:13013/cgi-bin/sendsms"
            ),
            username=environment.need("KANNEL_USERNAME", "the name of a sendsms-user"),
            password=environment.need("KANNEL_PASSWORD", "the password of the sendsms-user"),
        )
        environment.need("PUBLIC_URL", "the address Kannel calls, such as http://localhost:8000")
        environment.need("WEBHOOK_SECRET", "a long random word, and call back with key= and that word")
        environment.need("SENDER", "the shortcode or number that messages come from")
        return own

    def inbound(self, request: Request) -> Inbound:
        fields = self._checked(request)
        id, number, sender = required(fields, "id", "from", "to")
        return Inbound(self.name, id, number, sender, fields.get("text", ""))

    def report(self, request: Request) -> DeliveryReport | None:
        fields = self._checked(request)
        id, number, status = required(fields, "id", "to", "status")
        if not status.isdecimal():
            raise BadRequest("status is not a number")
        bits = int(status)
        if bits & DELIVERED:
            return DeliveryReport(id, number, 6, "delivered", None)
        if bits & REJECTED or bits == FAILED_UNKNOWN:
            return DeliveryReport(id, number, 5, "rejected", Failure.NEVER, str(bits))
        if bits & FAILED:
            return DeliveryReport(id, number, 5, "failed", Failure.LATER, str(bits))
        return DeliveryReport(id, number, 3, "sent", None) if bits & (ACCEPTED | BUFFERED) else None

    def send(self, message: Outgoing) -> str:
        form: dict[str, str | bytes] = {
            "username": self._own.username,
            "password": self._own.password,
            "from": message.sender or self._settings.sender,
            "to": message.number,
            "dlr-mask": str(DELIVERED | FAILED | ACCEPTED | REJECTED),
            "dlr-url": self._report_address(message),
        }
        if sms.encoding(message.text) == "gsm7":
            form |= {"text": message.text, "charset": "UTF-8", "coding": "0"}
        else:
            # Already in the form it travels in, and no charset named: builds of Kannel without iconv refuse one.
            form |= {"text": message.text.encode("utf-16-be"), "coding": "2"}
        try:
            answer = self._http.get(self._address(form), timeout=TIMEOUT, allow_redirects=False)
        except (ConnectTimeout, NoConnection) as error:
            failure = Failure.UNKNOWN if "RemoteDisconnected" in repr(error) else Failure.LATER
            raise SendError(failure, "no connection") from None
        except ReadTimeout:
            raise SendError(Failure.UNKNOWN, "no answer") from None
        except RequestException as error:
            raise SendError(Failure.UNKNOWN, type(error).__name__) from None
        if 200 <= answer.status_code < 300:
            return message.reference
        raise SendError(_refused(answer), str(answer.status_code))

    def find(self, message: Outgoing, since: float) -> str | None:
        return None

    def probe(self) -> str:
        """Asks for nothing to be sent: smsbox refuses that only after it has checked the credentials."""
        form = {"username": self._own.username, "password": self._own.password}
        try:
            answer = self._http.get(self._address(form), timeout=TIMEOUT, allow_redirects=False)
        except RequestException as error:
            raise SendError(Failure.LATER, type(error).__name__) from None
        if answer.status_code in (401, 403, 404):
            raise SendError(Failure.OPERATOR, str(answer.status_code))
        return "Kannel takes the credentials"

    def _address(self, form: Mapping[str, str | bytes]) -> str:
        """smsbox's address with these fields; it may have a query of its own."""
        return f"{self._own.url}{'&' if '?' in self._own.url else '?'}{urlencode(form)}"

    def _report_address(self, message: Outgoing) -> str:
        settings = self._settings
        known = urlencode({"key": settings.webhook_secret, "id": message.reference, "to": message.number})
        return f"{settings.public_url}/sms/kannel/delivery?{known}&status=%d"

    def _checked(self, request: Request) -> dict[str, str]:
        """The fields of the query, in the character set that the call itself names (``charset=%C``)."""
        check_caller(request, self._settings.webhook_secret, self._settings.webhook_networks)
        query = urlsplit(request.path).query
        named = dict(parse_qsl(query))
        charset = named.get("charset") or ("utf-16-be" if named.get("coding") == "2" else "utf-8")
        fields = dict(parse_qsl(query, keep_blank_values=True, encoding="utf-8", errors="replace"))
        raw = dict(parse_qsl(query, keep_blank_values=True, encoding="latin-1"))
        try:
            return fields | {"text": raw.get("text", "").encode("latin-1").decode(charset)}
        except (LookupError, UnicodeDecodeError):
            return fields


def _refused(answer: requests.Response) -> Failure:
    status = answer.status_code
    if status == 403 and "not routable" in answer.text.lower():
        return Failure.NEVER
    if status < 400 or status in (401, 403, 404):
        return Failure.OPERATOR
    return Failure.LATER if status in (408, 429) or status >= 500 else Failure.NEVER
