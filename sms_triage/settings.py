"""The settings of a deployment that all its parts share, read once from the environment and checked before anything
starts. What a provider needs beside them, its gateway declares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phonenumbers import SUPPORTED_REGIONS

LINES = ("EMERGENCY_NUMBER", "VIOLENCE_HELPLINE", "YOUTH_HELPLINE", "CRISIS_LINE", "CLINIC_LINE")
"""Telephone lines named in the messages. One that is not set is left out of the words."""


class SettingsError(Exception):
    """A setting is missing or malformed; the message names it and says what to do."""


@dataclass(frozen=True)
class Environment:
    """The environment, read by name."""

    values: Mapping[str, str]

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def need(self, name: str, hint: str) -> str:
        """A value that cannot be done without; `hint` says what to set it to."""
        if not (value := self.get(name)):
            raise SettingsError(f"{name} is missing: set it to {hint}")
        return value

    def several(self, name: str, default: str = "") -> tuple[str, ...]:
        """The values of a list with commas."""
        return tuple(part.strip() for part in self.get(name, default).split(",") if part.strip())

    def number(self, name: str, least: float, most: float) -> float | None:
        """A number; None if it is not set."""
        if not (raw := self.get(name)):
            return None
        try:
            value = float(raw)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise SettingsError(f"{name} is {raw!r}: it must be a number from {least:g} to {most:g}")
        return value

    def address(self, name: str) -> str:
        """The base address of something on the web, without a slash at its end."""
        return self.get(name).rstrip("/")


@dataclass(frozen=True)
class Settings:
    """What the environment says to all. See the README's table for each.

    `gateways` are those of the deployment by name, each with the settings that are its own (``gateways/``);
    `messages_per_second` is per sender (None: by what the sender is); `languages` are those offered (none named: all);
    `lines` maps a content placeholder to a number, for those that are set; `proxies` is how many stand before the web
    process; `quiet_hours` are local times of day, in which nobody is texted unasked; `country`
    (ISO 3166) is where a number without a country code is dialled.
    """

    redis_url: str
    secret_key: str = field(repr=False)
    gateways: Mapping[str, object] = field(default_factory=dict)
    public_url: str = ""
    sender: str = ""
    webhook_secret: str = field(default="", repr=False)
    webhook_networks: tuple[str, ...] = ()
    proxies: int = 0
    messages_per_second: float | None = None
    default_language: str = "en"
    languages: tuple[str, ...] = ()
    lines: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    quiet_hours: tuple[str, str] = ("20:00", "09:00")
    country: str = ""

    def rate(self, sender: str) -> float:
        """How many messages a second may leave from `sender`: a shortcode takes many more than a long number."""
        if self.messages_per_second is not None:
            return self.messages_per_second
        return 100.0 if re.fullmatch(r"\d{3,6}", sender) else 1.0


def read_shared(environment: Environment) -> Settings:
    """What all gateways share; ``gateways.read_settings`` adds theirs. Raises :class:`SettingsError` for the first that
    is missing or malformed."""
    redis_url = environment.need("REDIS_URL", "such as redis://localhost:6379/0")
    if urlsplit(redis_url).scheme not in ("redis", "rediss", "unix", "redis+sentinel"):
        raise SettingsError("REDIS_URL must start with redis://, rediss://, unix:// or redis+sentinel://")
    secret_key = environment.need("SECRET_KEY", "at least 32 characters no one can guess")
    if len(secret_key) < 32:
        raise SettingsError("SECRET_KEY is too short: give at least 32 characters no one can guess")
    public_url = environment.address("PUBLIC_URL")
    if public_url and urlsplit(public_url).scheme not in ("http", "https"):
        raise SettingsError("PUBLIC_URL must start with http:// or https://, as the provider sees it")
    networks = environment.several("WEBHOOK_NETWORKS")
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise SettingsError(f"WEBHOOK_NETWORKS has {network!r}: give addresses like 203.0.113.0/24") from None
    return Settings(
        redis_url=redis_url,
        secret_key=secret_key,
        public_url=public_url,
        sender=environment.get("SENDER"),
        webhook_secret=environment.get("WEBHOOK_SECRET"),
        webhook_networks=networks,
        proxies=int(environment.number("PROXIES", 0, 10) or 0),
        messages_per_second=environment.number("MESSAGES_PER_SECOND", 0.01, 10_000),
        default_language=environment.get("DEFAULT_LANGUAGE", "en"),
        languages=environment.several("LANGUAGES"),
        lines={name.lower(): value for name in LINES if (value := environment.get(name))},
        timezone=_zone(environment.get("TIMEZONE", "UTC")),
        quiet_hours=_hours(environment.get("QUIET_HOURS", "20:00-09:00")),
        country=_country(environment.get("COUNTRY").upper()),
    )


def _country(code: str) -> str:
    if code and code not in SUPPORTED_REGIONS:
        raise SettingsError(f"COUNTRY is {code!r}: it must be two letters like KE")
    return code


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(f"TIMEZONE is {name!r}: it must be a zone like Africa/Nairobi") from None
    return name


def _hours(raw: str) -> tuple[str, str]:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", raw)
    if not match:
        raise SettingsError(f"QUIET_HOURS is {raw!r}: it must be like 20:00-09:00")
    start, end = raw.split("-")
    return start, end
