"""A way to Redis that can be closed: what would change something waits before it, so that a turn stands still in its
middle, everything read and nothing kept."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_CHANGES = re.compile(rb"\r\n(EVALSHA|EVAL|FCALL|MULTI|SET|HSET|XADD|ZADD|DEL)\r\n")


@dataclass
class Gate:
    """Open until :meth:`hold`; `url` is Redis' address through it."""

    url: str
    _open: threading.Event = field(default_factory=threading.Event)
    _somebody_waits: threading.Event = field(default_factory=threading.Event)

    def hold(self) -> None:
        self._somebody_waits.clear()
        self._open.clear()

    def until_somebody_waits(self) -> None:
        assert self._somebody_waits.wait(10), "nobody came to the gate"

    def let_go(self) -> None:
        self._open.set()

    def pass_on(self, sent: bytes) -> None:
        if not self._open.is_set() and _CHANGES.search(sent):
            self._somebody_waits.set()
            assert self._open.wait(30)


@contextmanager
def gate_to(redis_url: str) -> Iterator[Gate]:
    """A gate before this Redis."""
    parts = urlsplit(redis_url)
    listener = socket.create_server(("127.0.0.1", 0))
    gate = Gate(f"redis://127.0.0.1:{listener.getsockname()[1]}{parts.path}")
    gate.let_go()

    def carry(source: socket.socket, target: socket.socket, through: bool) -> None:
        try:
            while sent := source.recv(1 << 16):
                if through:
                    gate.pass_on(sent)
                target.sendall(sent)
        except OSError:
            pass  # the other side has gone
        for end in (source, target):
            end.close()

    def welcome() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection((parts.hostname, parts.port or 6379))
            for ends in ((client, server, True), (server, client, False)):
                threading.Thread(target=carry, args=ends, daemon=True).start()

    threading.Thread(target=welcome, daemon=True).start()
    try:
        yield gate
    finally:
        gate.let_go()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
