"""Sealing all that is kept anew, after a change of the secret. The service may run meanwhile."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag

from sms_triage.keys import ALL_KEYS, Keys
from sms_triage.storage.database import Database
from sms_triage.storage.identity import reseal_identity
from sms_triage.storage.step import Step


class Rotated(NamedTuple):
    """How many records were sealed anew, and how many are left under an old secret: what waits to leave or to be done,
    codes to join that nobody used, and what cannot be read at all."""

    resealed: int
    left: int


class _Place(NamedTuple):
    """Where something sealed stands, and what it is about; `field` is "" for a plain value."""

    key: str
    field: str
    about: str


def rotate(database: Database) -> Rotated:
    """Seals everything under the current secret that an old one sealed."""
    reseal_identity(database.redis, database.vault)
    resealed = left = 0
    for place in _places(database):
        sealed: Any = database.redis.hget(place.key, place.field) if place.field else database.redis.get(place.key)
        if sealed is None or database.vault.is_current(sealed, place.about):
            continue
        try:
            anew = database.vault.seal(database.vault.open(sealed, place.about), place.about)
        except (InvalidTag, ValueError):
            left += 1
            continue
        step = Step()
        if place.field:
            step.expect("changed", place.key, place.field, sealed)
            step.note(place.key, {place.field: anew})
        else:
            step.expect_value("changed", place.key, sealed)
            step.change(place.key, anew)
        # Whatever changed meanwhile was sealed under the current secret, by a process that knows it.
        resealed += database.run(step).ok
    return Rotated(resealed, left + sum(_left_in_streams(database)))


def _places(database: Database) -> Iterator[_Place]:
    for key in database.redis.scan_iter(match="{p*}:*", count=1000):
        name = key.decode()
        _, kind, *rest = name.split(":")
        if kind in ("session", "dialog", "case", "chw"):
            yield _Place(name, "", f"{kind} {rest[0]}")
        elif kind == "patient":
            yield _Place(name, "", f"patient {_owner(database, rest[0])}")
        elif kind == "invitation":
            yield _Place(name, "", "invitation whose code only its owner knows")
        elif kind == "person":
            yield from (_Place(name, field, f"{field} {rest[0]}") for field in ("number", "language"))
        elif kind in ("chws", "moving", "aside", "sent"):
            yield from _fields(database, name, kind, rest)


def _fields(database: Database, key: str, kind: str, rest: list[str]) -> Iterator[_Place]:
    if kind == "sent":
        person: Any = database.redis.hget(key, "person")
        if person:
            yield _Place(key, "body", f"body {person.decode()}")
        return
    names: Any = database.redis.hkeys(key)
    for field in (name.decode() for name in names):
        if kind == "chws":
            yield _Place(key, field, f"chw number {field}")
        elif kind == "moving":
            yield _Place(key, field, f"move {rest[0]}")
        else:
            yield _Place(key, field, f"{field.split()[0]} {rest[0]}")


def _owner(database: Database, sign: str) -> str:
    """Whose patient this is, by her sign: her number, which names the partition, is not known here."""
    pipeline = database.redis.pipeline(transaction=False)
    for keys in ALL_KEYS:
        pipeline.get(keys.owner(sign))
    return next((owner.decode() for owner in pipeline.execute() if owner), "")


def _left_in_streams(database: Database) -> Iterator[int]:
    for keys in ALL_KEYS:
        for stream, field, about, by in _streams(keys):
            entries: Any = database.redis.xrange(stream)
            for _, fields in entries:
                whom = fields.get(by, b"").decode(errors="replace")
                yield not database.vault.is_current(fields.get(field, b""), f"{about} {whom}")


def _streams(keys: Keys) -> tuple[tuple[str, bytes, str, bytes], ...]:
    return (keys.outbox, b"body", "body", b"person"), (keys.effects, b"sealed", "effect", b"by")
