"""How everything stored is written: one codec, with a version, sealed and bound to what it is about.

A record is a frozen dataclass (or a text). It is packed as one byte that names the format, then MessagePack of its
fields by name: a field that is not known (any more) is left out, one that is missing takes its default.
"""

import zlib
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidTag

from sms_triage.vault import Vault

PLAIN, DEFLATED = 1, 2
"""The formats: MessagePack, and the same compressed. A case takes two thirds of the room so, in 10 microseconds."""

WORTH_DEFLATING = 128
"""Bytes. What is shorter hardly shrinks."""

Record = TypeVar("Record")


class Unreadable(Exception):
    """What is stored cannot be read: another secret sealed it, it is about something else, or its form is not known."""


def pack(record: object) -> bytes:
    """A record as it is stored (before it is sealed)."""
    plain = msgspec.msgpack.encode(record)
    if len(plain) > WORTH_DEFLATING:
        deflated = zlib.compress(plain)
        if len(deflated) < len(plain):
            return bytes([DEFLATED]) + deflated
    return bytes([PLAIN]) + plain


def unpack(data: bytes, kind: type[Record]) -> Record:
    """The record that was packed. Raises :class:`Unreadable`."""
    form, body = data[:1], data[1:]
    try:
        if form == bytes([DEFLATED]):
            body = zlib.decompress(body)
        elif form != bytes([PLAIN]):
            raise Unreadable(f"{kind.__name__} of format {form.hex()}")
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.MsgspecError, zlib.error) as error:
        raise Unreadable(kind.__name__) from error


class Records:
    """Seals records and opens them. Moved elsewhere a record does not open: it is bound to what it is `about`."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    def seal(self, record: object, about: str) -> bytes:
        return self.vault.seal(pack(record), about)

    def open(self, sealed: bytes, kind: type[Record], about: str) -> Record:
        """The record. Raises :class:`Unreadable`."""
        try:
            return unpack(self.vault.open(sealed, about), kind)
        except (InvalidTag, ValueError) as error:
            raise Unreadable(kind.__name__) from error

    def read(self, sealed: bytes | None, kind: type[Record], about: str) -> Record | None:
        """The record, None if there is none. What cannot be read counts as nothing, so that nobody is stuck."""
        try:
            return self.open(sealed, kind, about) if sealed else None
        except Unreadable:
            return None
