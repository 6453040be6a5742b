"""What a gateway is: the one file that knows a provider. Everything else knows only these names."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


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
        super().__init__(f"{failure.value} ({code})")
        self.failure = failure
        self.code = code


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
    """A message to send. `sender` is the number of ours the person wrote to."""

    number: str
    sender: str
    text: str


@dataclass(frozen=True)
class Report:
    """What a provider says became of a message.

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
    """A webhook call as a gateway sees it: the path with its query as called, and the form, each value once or more."""

    path: str
    form: tuple[tuple[str, str], ...]
    signature: str


class Gateway(Protocol):
    """The five things a provider can do. Sends may run in many threads at once."""

    name: str

    def inbound(self, request: Request) -> Inbound:
        """The text a webhook call brings. Raises :class:`Forged` or :class:`BadRequest`."""

    def report(self, request: Request) -> Report | None:
        """The delivery report a call brings, None if it tells nothing. Raises as :meth:`inbound`."""

    def send(self, message: Outgoing) -> str:
        """Hands a message to the provider and returns the provider's id. Raises :class:`SendError`."""

    def find(self, message: Outgoing, since: float) -> str | None:
        """The id of this message if the provider accepted it after `since` (s), else None. Raises SendError."""

    def probe(self) -> str:
        """One line on whether the provider can be reached with these credentials. Raises :class:`SendError`."""
