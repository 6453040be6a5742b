"""What turns do to others, waiting to be carried out.

A partition's effects are a stream beside its outbox: an effect is written in the step of the turn that led to it, and
stands there until it is carried out, however long that takes. What is done for it elsewhere is marked there as done for
this entry, in the step that does it: so it is done once, also if it is carried out twice, or by two at once.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

import msgspec

from sms_triage.keys import ALL_KEYS, Keys, keys_of
from sms_triage.storage.database import Database
from sms_triage.storage.entry import Unreadable
from sms_triage.storage.snapshot import Address
from sms_triage.storage.step import Step
from sms_triage.triage.people.effects import Effect, Enrol, Join, Notify, OutcomeReported, TakenOver

KINDS: Mapping[str, type[Effect]] = {
    "notify": Notify,
    "outcome_reported": OutcomeReported,
    "enrol": Enrol,
    "join": Join,
    "taken_over": TakenOver,
}
"""By the name under which they are stored."""

_NAMES = {kind: name for name, kind in KINDS.items()}
assert set(get_args(Effect)) == set(_NAMES)

DONE_SECONDS = 60 * 24 * 3600
"""How long it is remembered that something was done for an effect: longer than any is ever tried again."""


@dataclass(frozen=True)
class EffectEntry:
    """An effect that waits. `by` is the person whose step wrote it, at `address`, at a time `at` (s since the epoch);
    `tries` were made, and it may be tried again from `not_before` on. An `effect` that cannot be read is None: it stays
    until code comes that can."""

    stream_id: str
    keys: Keys
    by: str
    effect: Effect | None
    address: Address
    at: float
    tries: int = 0
    not_before: float = 0.0

    @property
    def id(self) -> str:
        """What it is known by everywhere."""
        return f"{self.keys.partition:02}-{self.stream_id}"


@dataclass(frozen=True)
class _Stored:
    kind: str
    effect: msgspec.Raw
    gateway: str
    sender: str
    at: float


def once(step: Step, keys: Keys, entry: str, what: str = "") -> None:
    """The step is done once for the effect `entry`; otherwise it ends as ``done``. `what` tells several apart; the
    mark, which outlives her, names nobody."""
    mark = keys.done(hashlib.blake2s(f"{entry}:{what}".encode(), digest_size=12).hexdigest())
    step.expect_absent("done", mark)
    step.mark(mark, DONE_SECONDS)


class Effects:
    """All effects that wait."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.redis = database.redis
        self.records = database.records

    def append(self, step: Step, by: str, effect: Effect, address: Address, now: float) -> None:
        """In this step of the person `by`, an effect is written down."""
        raw = msgspec.Raw(msgspec.msgpack.encode(effect))
        stored = _Stored(_NAMES[type(effect)], raw, address.gateway, address.sender, now)
        step.append(keys_of(by).effects, {"by": by, "sealed": self.records.seal(stored, f"effect {by}")})

    def after(self, places: Mapping[Keys, str], most: int) -> Iterator[EffectEntry]:
        """Those that came after the last that was read, by partition, oldest first."""
        pipeline = self.redis.pipeline(transaction=False)
        for keys, last in places.items():
            pipeline.xrange(keys.effects, min=f"({last}", count=most)
        found = [(keys, entries) for keys, entries in zip(places, pipeline.execute(), strict=True) if entries]
        if not found:
            return
        for keys, entries in found:
            pipeline.hmget(keys.efforts, [id for id, _ in entries])
        for (keys, entries), efforts in zip(found, pipeline.execute(), strict=True):
            for (id, fields), effort in zip(entries, efforts, strict=True):
                yield self._entry(keys, id.decode(), fields, effort)

    def done(self, entry: EffectEntry) -> None:
        """It is carried out."""
        step = Step()
        step.remove(entry.keys.effects, entry.stream_id)
        step.strike(entry.keys.efforts, entry.stream_id)
        self.database.run(step)

    def later(self, entry: EffectEntry, at: float, event: str) -> EffectEntry:
        """It could not be carried out, and is to be tried again at a time. Gives it as it is then."""
        step = Step()
        step.note(entry.keys.efforts, {entry.stream_id: f"{entry.tries + 1}:{at}"})
        step.count(entry.keys.counts, event)
        self.database.run(step)
        return replace(entry, tries=entry.tries + 1, not_before=at)

    def waiting(self) -> int:
        """How many wait."""
        pipeline = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            pipeline.xlen(keys.effects)
        return sum(pipeline.execute())

    def _entry(self, keys: Keys, id: str, fields: Mapping[bytes, bytes], effort: bytes | None) -> EffectEntry:
        by = fields.get(b"by", b"").decode(errors="replace")
        tries, _, not_before = (effort or b"0:0").decode().partition(":")
        effect, address, at = self._read(fields.get(b"sealed", b""), by)
        return EffectEntry(id, keys, by, effect, address, at, int(tries), float(not_before))

    def _read(self, sealed: bytes, by: str) -> tuple[Effect | None, Address, float]:
        try:
            stored = self.records.open(sealed, _Stored, f"effect {by}")
            effect: Any = msgspec.msgpack.decode(stored.effect, type=KINDS[stored.kind])
        except (Unreadable, KeyError, msgspec.MsgspecError):
            return None, Address("", ""), 0.0
        return effect, Address(stored.gateway, stored.sender), stored.at
