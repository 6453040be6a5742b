"""The messages in an outbox as the drainer reads them, and what became of one in an attempt."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sms_triage.keys import Keys

Outcome = Literal["sent", "later", "never", "filtered", "expired", "opted_out", "forgotten", "unreadable", "stalled"]


@dataclass(frozen=True)
class Entry:
    """One message in the outbox. `attempts` were made before; `posted` is when the first began whose fate is unknown,
    None if there is none; `not_before` is when it may be tried again (s since the epoch)."""

    id: str
    keys: Keys
    person: str
    gateway: str
    sender: str
    priority: int
    body: bytes
    created: float
    expires: float
    despite_stop: bool
    attempts: int = 0
    posted: float | None = None
    not_before: float = 0.0

    @property
    def reference(self) -> str:
        """Our own id of this message, for providers that take one."""
        return f"{self.keys.partition}-{self.id}"

    @property
    def order(self) -> tuple[int, ...]:
        milliseconds, number = self.id.split("-")
        return int(milliseconds), int(number)

    def open_since(self, began: float) -> float:
        """From when on to look it up if an attempt that begins now has an unknown end: the first that had one."""
        return began if self.posted is None else self.posted

    def attempt(self, began: float) -> list[str | int | float]:
        """What ``begin.lua`` notes of the attempt that begins now."""
        return [self.id, self.attempts + 1, self.open_since(began)]

    @property
    def sent(self) -> dict[str, Any]:
        """What is kept of it once it is sent until it is known to have arrived, should it have to be sent again."""
        return {
            "person": self.person,
            "gateway": self.gateway,
            "sender": self.sender,
            "priority": self.priority,
            "body": self.body,
            "created": self.created,
            "expires": self.expires,
            "despite_stop": int(self.despite_stop),
            "count": self.attempts + 1,
        }


@dataclass(frozen=True)
class Result:
    """What became of an entry in one attempt. `unknown_since` is when it was first handed to the provider (s since the
    epoch), if it is not known whether it was accepted."""

    entry: Entry
    outcome: Outcome
    provider_id: str = ""
    code: str = ""
    unknown_since: float | None = None


def read_entry(keys: Keys, id: str, fields: Mapping[bytes, bytes], attempt: bytes | None) -> Entry:
    """An entry, with what was noted of the attempts before."""
    entry = Entry(
        id=id,
        keys=keys,
        person=fields[b"person"].decode(),
        gateway=fields[b"gateway"].decode(),
        sender=fields[b"sender"].decode(),
        priority=int(fields[b"priority"]),
        body=fields[b"body"],
        created=float(fields[b"created"]),
        expires=float(fields[b"expires"]),
        despite_stop=fields[b"despite_stop"] == b"1",
    )
    if attempt is None:
        return entry
    state, count, *times = attempt.decode().split(":")
    entry = replace(entry, attempts=int(count))
    if state == "posted":
        return replace(entry, posted=float(times[0]))
    return replace(entry, not_before=float(times[0]), posted=float(times[1]) if state == "unknown" else None)


def postponed(result: Result, due: float) -> tuple[Entry, str]:
    """An entry that is to be tried again at `due`, and what is noted of it."""
    entry = result.entry
    posted = result.unknown_since
    later = replace(entry, attempts=entry.attempts + 1, posted=posted, not_before=due)
    state = f"later:{later.attempts}:{due}" if posted is None else f"unknown:{later.attempts}:{due}:{posted}"
    return later, state
