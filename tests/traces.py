"""What is left of somebody: every key and value in Redis, RQ's too, whatever it is for, and nothing opened."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from redis import Redis

SEALED_BYTES = 28
"""The least length of what is sealed: a nonce and a tag."""


@dataclass(frozen=True)
class Record:
    """One key: all that stands in it, what of it is `packed` also as it was before, and in how many seconds it ends by
    itself (None: never)."""

    key: str
    words: tuple[bytes, ...]
    packed: tuple[bytes, ...]
    ends: float | None

    def names(self, number: str, id: str) -> bool:
        """Whether it tells of the person with this number, in any spelling, or this id."""
        line = number[-9:].encode()
        return any(id.encode() in each or line in each for each in (self.key.encode(), *self.words, *self.packed))

    @property
    def sealed(self) -> list[bytes]:
        """What stands in it that only the service can read."""
        return [word for word in self.words if len(word) >= SEALED_BYTES and not word.isascii() and not _unpacked(word)]


def everything(redis: "Redis") -> Iterator[Record]:
    """All of it."""
    for key in redis.scan_iter(count=1000):
        words = tuple(_flat(_content(redis, key)))
        left = redis.pttl(key)
        packed = tuple(filter(None, map(_unpacked, words)))
        yield Record(key.decode(errors="replace"), words, packed, left / 1000 if left >= 0 else None)


def _content(redis: "Redis", key: bytes) -> Any:
    match redis.type(key):
        case b"string":
            return redis.get(key)
        case b"hash":
            return redis.hgetall(key)
        case b"stream":
            return redis.xrange(key)
        case b"set":
            return redis.smembers(key)
        case b"zset":
            return redis.zrange(key, 0, -1)
        case b"list":
            return redis.lrange(key, 0, -1)
    return b""  # it ended in this instant


def _flat(content: Any) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, dict):
        yield from _flat([*content.keys(), *content.values()])
    elif isinstance(content, Iterable):
        for each in content:
            yield from _flat(each)


def _unpacked(word: bytes) -> bytes:
    """What RQ keeps of a job is packed."""
    try:
        return zlib.decompress(word)
    except zlib.error:
        return b""
