"""One attempt to hand a message to its provider."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sms_triage.gateways.base import Failure, Gateway, Outgoing, SendError
from sms_triage.keys import Keys
from sms_triage.outbox.entries import Entry, Outcome, Result
from sms_triage.storage.entry import Records, Unreadable
from sms_triage.storage.snapshot import ERASED, STOPPED

_FINAL: Mapping[Failure, Outcome] = {
    Failure.NEVER: "never",
    Failure.FILTERED: "filtered",
    Failure.OPTED_OUT: "opted_out",
}


@dataclass(frozen=True)
class Recipient:
    """What is kept of the person a message is for, at the moment it is sent: her number (sealed), why she wants no
    messages, and whether the provider has reported on an earlier attempt of this one."""

    number: bytes | None
    opted_out: bytes | None
    reported: bool


@dataclass(frozen=True)
class Sending:
    """Hands messages to their providers. Many may be under way at once, each in a thread of its own.

    `hold` tells whether a partition is still this drainer's, `claimed` whether a message of a provider's is
    another entry's.
    """

    gateways: Mapping[str, Gateway]
    records: Records
    now: Callable[[], float]
    hold: Callable[[Keys, float], bool]
    claimed: Callable[[Entry, str], bool]

    def attempt(self, entry: Entry, to: Recipient, began: float) -> Result:
        """One try, that began at a time (s since the epoch). Never raises."""
        open_since = entry.open_since(began)
        if to.reported and entry.posted is not None:
            return Result(entry, "sent", provider_id=entry.reference)
        if to.number is None:
            return Result(entry, "forgotten")
        if to.opted_out in (STOPPED, ERASED) and not entry.despite_stop:
            return Result(entry, "opted_out", code="stopped")
        if entry.expires < self.now():
            return Result(entry, "expired")
        gateway = self.gateways.get(entry.gateway)
        if gateway is None:
            return Result(entry, "later", code="gateway not configured")
        try:
            message = Outgoing(
                number=self.records.open(to.number, str, f"number {entry.person}"),
                sender=entry.sender,
                text=self.records.open(entry.body, str, f"body {entry.person}"),
                reference=entry.reference,
            )
            found = None
            if entry.posted is not None:
                found = gateway.find(message, entry.posted, lambda id: self.claimed(entry, id))
            if not found and not self.hold(entry.keys, self.now()):
                # Another drainer may be at it.
                return Result(entry, "stalled", unknown_since=entry.posted)
            return Result(entry, "sent", provider_id=found or gateway.send(message))
        except SendError as error:
            if error.failure in (Failure.LATER, Failure.OPERATOR, Failure.UNKNOWN):
                still_unknown = entry.posted is not None and error.failure is Failure.LATER
                unknown = error.failure is Failure.UNKNOWN or still_unknown
                return Result(entry, "later", code=error.code, unknown_since=open_since if unknown else None)
            return Result(entry, _FINAL[error.failure], code=error.code)
        except Unreadable:
            return Result(entry, "unreadable")
        except Exception as error:
            # Nothing is known of what happened, so it is looked up before the next try.
            return Result(entry, "later", code=type(error).__name__, unknown_since=open_since)
