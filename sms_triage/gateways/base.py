"""What a gateway is: the one file that knows a provider. Everything else knows only these names."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol, runtime_checkable

LONGEST_FIELD = 128
"""Characters of an id, a number or a sender. No provider writes longer ones."""

LONGEST_CODE = 40


class Failure(Enum):
    """How a provider said no.

    LATER: try again with backoff. UNKNOWN: it may have been accepted (the line broke); look it up, then try again.
    NEVER: this number will not work. OPTED_OUT: the person told the provider to stop. OPERATOR: somebody has to act
    (credit, credentials) before it can work. FILTERED: the carrier does not let this text through, and would not again;
    the operator has to know.
    """

    LATER = "later"
    UNKNOWN = "unknown"
    NEVER = "never"
    OPTED_OUT = "opted_out"
    OPERATOR = "operator"
    FILTERED = "filtered"


class SendError(Exception):
    """A send that did not succeed. `code` is the provider's, for counts and logs; it names no person."""

    def __init__(self, failure: Failure, code: str) -> None:
        self.failure = failure
        self.code = label(code)
        super().__init__(f"{failure.value} ({self.code})")


def label(code: object) -> str:
    """A provider's code as it is counted: a few letters and digits, whatever a call makes of it."""
    return re.sub(r"[^A-Za-z0-9_. -]", "", str(code))[:LONGEST_CODE]


class BadRequest(Exception):
    """A webhook call that is not one: something the provider always sends is missing."""


class Forged(Exception):
    """A webhook call that does not prove it comes from the provider."""


@dataclass(frozen=True)
class Inbound:
    """A text as it came in: who wrote what to which of our numbers, through which gateway, under which id."""

    gateway: str
    message_id: str
    number: str
    sender: str
    text: str


@dataclass(frozen=True)
class Outgoing:
    """A message to send. `sender` is the number of ours the person wrote to. `reference` is our own id of it, the same
    at every try, for providers that take one."""

    number: str
    sender: str
    text: str
    reference: str = ""


@dataclass(frozen=True)
class DeliveryReport:
    """What a provider says became of a message, or (with no `provider_id`) of a number.

    `rank` orders states: queued 1, sending 2, sent 3, failed or undelivered 5, delivered 6. `failure` is set when it
    did not arrive, and `code` then is the provider's reason.
    """

    provider_id: str
    number: str
    rank: int
    status: str
    failure: Failure | None
    code: str = ""


@dataclass(frozen=True)
class Request:
    """A webhook call as a gateway sees it.

    `path` holds the query as it was called (nothing decoded); `form` and `query` have each value once or more;
    `headers` are by lower-case name; `caller` is the address it came from.
    """

    path: str
    form: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    caller: str = ""


@dataclass(frozen=True)
class Answer:
    """What a provider wants to hear for a call that was taken."""

    body: str = ""
    mimetype: str = "text/plain"
    status: int = 200


class Gateway(Protocol):
    """The five things a provider can do. Sends may run in many threads at once.

    A gateway's class also has ``read_settings(environment)``, which gives the settings that are its own; it is made of
    the shared settings, its own, and the connection to Redis.

    `address` is the last part of its webhooks' address, ``/sms/<address>``; `taken` is its answer to a text, and
    `refused` what a call gets that is forged or makes no sense (None: the HTTP status that says so).
    """

    name: str
    address: str
    taken: Answer
    refused: Answer | None

    def inbound(self, request: Request) -> Inbound:
        """The text a webhook call brings. Raises :class:`Forged` or :class:`BadRequest`."""

    def report(self, request: Request) -> DeliveryReport | None:
        """The delivery report a call brings, None if it tells nothing. Raises as :meth:`inbound`."""

    def send(self, message: Outgoing) -> str:
        """Hands a message to the provider and returns the provider's id. Raises :class:`SendError`."""

    def find(self, message: Outgoing, since: float) -> str | None:
        """The id of this message if the provider accepted it after `since` (s), else None. Raises SendError."""

    def probe(self) -> str:
        """One line on whether the provider can be reached with these credentials. Raises :class:`SendError`."""


@runtime_checkable
class Timed(Protocol):
    """A gateway whose clock can be ahead of the wall's, for trying what happens weeks later."""

    def ahead(self) -> float:
        """By how much (s)."""

    def set_ahead(self, seconds: float) -> None:
        """From now on by so much (s)."""


def required(fields: Mapping[str, str], *names: str) -> list[str]:
    """The values of fields that a call must have. Raises :class:`BadRequest` that names the first that is missing or
    longer than any provider writes it."""
    for name in names:
        if name not in fields:
            raise BadRequest(f"{name} is missing")
        if len(fields[name]) > LONGEST_FIELD:
            raise BadRequest(f"{name} is too long")
    return [fields[name] for name in names]


def check_caller(request: Request, secret: str, networks: tuple[str, ...]) -> None:
    """For providers that sign nothing: the call must carry the secret as ``?key=`` and, if `networks` (CIDR) are given,
    come from one of them. Raises :class:`Forged`."""
    key = dict(request.query).get("key", "")
    if not secret or not hmac.compare_digest(key.encode(), secret.encode()):
        raise Forged
    if networks and not any(_address(request.caller) in ip_network(network) for network in networks):
        raise Forged


def _address(caller: str) -> IPv4Address | IPv6Address:
    """Who calls; a server that listens on IPv6 writes those on IPv4 in its own way. Raises :class:`Forged` if nobody
    knows (behind a socket without an address)."""
    try:
        address = ip_address(caller)
    except ValueError:
        raise Forged from None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address
