"""The atomic step: what must still be so, and what is written if it is. Built with named calls, done by one script.

A step touches one partition. It is sent as a list of plain Redis commands, so what it does can be read off the call; a
guard is a command and the answer that it must still give.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | bytes | int | float


@dataclass(frozen=True)
class Done:
    """How a step went: ``ok``, or the name of the first guard that did not hold, and nothing was written. `wake` tells
    that the caller must start a drain."""

    status: str
    wake: bool = False

    @property
    def ok(self) -> bool:
        return self.status == "ok"


@dataclass
class Step:
    """A step in the making. All guards are checked before anything is written, in whatever order they were named."""

    keys: dict[str, int] = field(default_factory=dict)
    guards: list[Value] = field(default_factory=list)
    writes: list[Value] = field(default_factory=list)

    def expect_absent(self, otherwise: str, key: str) -> None:
        """There must be nothing under `key`; if there is, the step ends as `otherwise`."""
        self._guard(otherwise, 0, "EXISTS", key)

    def expect_present(self, otherwise: str, key: str) -> None:
        self._guard(otherwise, 1, "EXISTS", key)

    def expect(self, otherwise: str, key: str, name: str, value: Value) -> None:
        """A field of a hash must be `value`; "" for not being there."""
        self._guard(otherwise, value, "HGET", key, name)

    def expect_value(self, otherwise: str, key: str, value: Value) -> None:
        """What stands under `key` must be `value`; "" for nothing."""
        self._guard(otherwise, value, "GET", key)

    def put(self, key: str, value: Value, seconds: int | None = None) -> None:
        """Keeps a value, for so long or for good."""
        self._write("SET", key, value, *(() if seconds is None else ("EX", seconds)))

    def change(self, key: str, value: Value) -> None:
        """Keeps another value for as long as the one before."""
        self._write("SET", key, value, "KEEPTTL")

    def mark(self, key: str, seconds: int) -> None:
        """Notes for so long that something was done."""
        self._write("SET", key, "", "EX", seconds)

    def last(self, key: str, seconds: int | None) -> None:
        """What stands under `key` lasts so long from now on; None: for good."""
        if seconds is None:
            self._write("PERSIST", key)
        else:
            self._write("EXPIRE", key, seconds)

    def last_at_most(self, key: str, seconds: int) -> None:
        """What has no end lasts so long from now on."""
        self._write("EXPIRE", key, seconds, "NX")

    def drop(self, key: str) -> None:
        self._write("DEL", key)

    def note(self, key: str, fields: Mapping[str, Value]) -> None:
        """Keeps fields of a hash."""
        if fields:
            self._write("HSET", key, *(word for pair in fields.items() for word in pair))

    def strike(self, key: str, *names: str) -> None:
        """Drops fields of a hash."""
        self._write("HDEL", key, *names)

    def count(self, key: str, name: str) -> None:
        """One more."""
        self._write("HINCRBY", key, name, 1)

    def due(self, sorted_set: str, member: str, at: float | None) -> None:
        """`member` is due then; None: never."""
        if at is None:
            self._write("ZREM", sorted_set, member)
        else:
            self._write("ZADD", sorted_set, at, member)

    def postpone(self, sorted_set: str, member: str, at: float) -> None:
        """If `member` is due at all, it is not before then."""
        self._write("ZADD", sorted_set, "XX", "GT", at, member)

    def append(self, stream: str, fields: Mapping[str, Value]) -> None:
        self._write("XADD", stream, "*", *(word for pair in fields.items() for word in pair))

    def remove(self, stream: str, id: str) -> None:
        self._write("XDEL", stream, id)

    def wake(self, awake: str, seconds: int) -> None:
        """A drain must start, unless one is known to be on its way."""
        self.writes += ["wake", "", "SET", self._number(awake), 4, "", "NX", "EX", seconds]

    def _guard(self, otherwise: str, answer: Value, command: str, key: str, *words: Value) -> None:
        self.guards += [otherwise, answer, command, self._number(key), len(words), *words]

    def _write(self, command: str, key: str, *words: Value) -> None:
        self.writes += ["write", "", command, self._number(key), len(words), *words]

    def _number(self, key: str) -> int:
        return self.keys.setdefault(key, len(self.keys) + 1)
