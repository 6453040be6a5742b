"""The connection to Redis."""

from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from redis import Redis
from redis.sentinel import Sentinel


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
