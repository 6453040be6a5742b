"""The connection to Redis."""

import time
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from redis import Redis
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
)
from redis.sentinel import Sentinel

from sms_triage.logs import log_warning
from sms_triage.settings import SettingsError

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between two looks whether Redis is there."""


def wait_for(redis: "Redis", patience: float) -> None:
    """Waits so many seconds until Redis answers, with one line in the log when it does not and one when it does again.
    Raises ``RedisError`` when they are over, :class:`SettingsError` for a password that is wrong."""
    until, pause, told = time.monotonic() + patience, FIRST_PAUSE, False
    while True:
        try:
            redis.ping()
        except (AuthenticationError, AuthorizationError) as error:
            raise SettingsError(f"Redis refuses the user or the password in REDIS_URL: {error}") from None
        except RedisError as error:
            if time.monotonic() >= until:
                raise
            if not told:
                log_warning(f"waiting for Redis: {explain(error)}")
                told = True
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            if told:
                log_warning("Redis is there again")
            return


def explain(error: RedisError) -> str:
    """What keeps Redis from serving, in the words of an operator: full, only read, or not reached. What it said itself
    is quoted; it names nobody."""
    said = str(error)
    if isinstance(error, OutOfMemoryError):
        return f"its memory is full ({said})"
    if "MISCONF" in said or "NOSPACE" in said.upper() or "No space" in said:
        return f"it cannot write to its disk ({said})"
    if isinstance(error, ReadOnlyError):
        return f"it is a replica that takes no writes ({said})"
    if isinstance(error, BusyLoadingError):
        return "it is still reading its data"
    return f"it cannot be reached ({said})"


def connect(url: str) -> "Redis":
    """A client for ``redis://``, ``rediss://``, ``unix://`` or ``redis+sentinel://host:port,host:port/service``."""
    parts = urlsplit(url)
    options: dict[str, Any] = {"socket_timeout": 20, "socket_connect_timeout": 5, "health_check_interval": 30}
    if parts.scheme != "redis+sentinel":
        return Redis.from_url(url, **options)
    _, _, hosts = parts.netloc.rpartition("@")
    pairs = [host.partition(":") for host in hosts.split(",")]
    sentinels = [(host, int(port or 26379)) for host, _, port in pairs]
    database = int(parse_qs(parts.query).get("db", ["0"])[0])
    options |= {"db": database, "password": parts.password, "username": parts.username or None}
    sentinel: Any = Sentinel(sentinels, socket_timeout=5)  # type: ignore[no-untyped-call]
    return cast("Redis", sentinel.master_for(parts.path.strip("/"), **options))
