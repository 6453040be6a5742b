"""The deployment's settings, read once from the environment and checked before anything starts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

GATEWAYS = ("twilio", "africastalking", "kannel", "simulator")

LINES = ("EMERGENCY_NUMBER", "VIOLENCE_HELPLINE", "YOUTH_HELPLINE", "CRISIS_LINE", "CLINIC_LINE")
"""Telephone lines named in the messages. One that is not set is left out of the words."""

_NEEDS = {
    "twilio": {
        "TWILIO_ACCOUNT_SID": "the one in the Twilio console",
        "TWILIO_AUTH_TOKEN": "the one in the Twilio console",
        "PUBLIC_URL": "the address Twilio calls, such as https://sms.example.org",
    },
    "africastalking": {
        "AFRICASTALKING_USERNAME": "your application's name, or sandbox",
        "AFRICASTALKING_API_KEY": "the key of your application",
        "WEBHOOK_SECRET": "a long random word, and call back with ?key= and that word",
    },
    "kannel": {
        "KANNEL_URL": "smsbox's sendsms address, such as http://localhost:13013/cgi-bin/sendsms",
        "KANNEL_USERNAME": "the name of a sendsms-user",
        "KANNEL_PASSWORD": "the password of the sendsms-user",
        "PUBLIC_URL": "the address Kannel calls, such as http://localhost:8000",
        "WEBHOOK_SECRET": "a long random word, and call back with key= and that word",
        "SENDER": "the shortcode or number that messages come from",
    },
    "simulator": {},
}
"""What each gateway cannot do without, and what to set it to."""


class SettingsError(Exception):
    """A setting is missing or malformed; the message names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    """What the environment says. See the README's table for each.

    `messages_per_second` is per sender (None: by what the sender is); `languages` are those offered (none named: all);
    `lines` maps a content placeholder to a number, for those that are set; `proxies` is how many stand before the web
    process; `quiet_hours` are local times of day, in which nobody is texted unasked.
    """

    redis_url: str
    secret_key: str = field(repr=False)
    public_url: str = ""
    gateways: tuple[str, ...] = ("simulator",)
    sender: str = "22384"
    twilio_account_sid: str = ""
    twilio_auth_token: str = field(default="", repr=False)
    twilio_messaging_service_sid: str = ""
    twilio_api_url: str = ""
    africastalking_username: str = ""
    africastalking_api_key: str = field(default="", repr=False)
    africastalking_api_url: str = ""
    kannel_url: str = ""
    kannel_username: str = ""
    kannel_password: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    webhook_networks: tuple[str, ...] = ()
    proxies: int = 0
    messages_per_second: float | None = None
    default_language: str = "en"
    languages: tuple[str, ...] = ()
    lines: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    quiet_hours: tuple[str, str] = ("20:00", "09:00")

    @property
    def simulated(self) -> bool:
        return "simulator" in self.gateways

    def rate(self, sender: str) -> float:
        """How many messages a second may leave from `sender`: a shortcode takes many more than a long number."""
        if self.messages_per_second is not None:
            return self.messages_per_second
        return 100.0 if re.fullmatch(r"\d{3,6}", sender) else 1.0


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`. Raises :class:`SettingsError` for the first that is missing or malformed."""

    def get(name: str, default: str = "") -> str:
        return environment.get(name, "").strip() or default

    def several(name: str, default: str = "") -> tuple[str, ...]:
        return tuple(part.strip() for part in get(name, default).split(",") if part.strip())

    gateways = several("GATEWAY", "twilio" if get("TWILIO_ACCOUNT_SID") else "simulator")
    for gateway in gateways:
        if gateway not in GATEWAYS:
            raise SettingsError(f"GATEWAY is {gateway!r}: it must be {', '.join(GATEWAYS)}, or several with commas")
    if {"simulator", "twilio"} <= set(gateways):
        raise SettingsError("GATEWAY names simulator and twilio: they have the same address, so take one of them")
    redis_url = _need(environment, "REDIS_URL", "such as redis://localhost:6379/0")
    if urlsplit(redis_url).scheme not in ("redis", "rediss", "unix", "redis+sentinel"):
        raise SettingsError("REDIS_URL must start with redis://, rediss://, unix:// or redis+sentinel://")
    secret_key = _need(environment, "SECRET_KEY", "at least 32 characters no one can guess")
    if len(secret_key) < 32:
        raise SettingsError("SECRET_KEY is too short: give at least 32 characters no one can guess")
    public_url = get("PUBLIC_URL").rstrip("/")
    if public_url and urlsplit(public_url).scheme not in ("http", "https"):
        raise SettingsError("PUBLIC_URL must start with http:// or https://, as the provider sees it")
    for gateway in gateways:
        for name, hint in _NEEDS[gateway].items():
            _need(environment, name, hint)
    sender = get("SENDER", "22384" if "simulator" in gateways else "")
    if "twilio" in gateways and not sender and not get("TWILIO_MESSAGING_SERVICE_SID"):
        raise SettingsError("SENDER or TWILIO_MESSAGING_SERVICE_SID is missing: what number do replies come from?")
    networks = several("WEBHOOK_NETWORKS")
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise SettingsError(f"WEBHOOK_NETWORKS has {network!r}: give addresses like 203.0.113.0/24") from None
    return Settings(
        redis_url=redis_url,
        secret_key=secret_key,
        public_url=public_url,
        gateways=gateways,
        sender=sender,
        twilio_account_sid=get("TWILIO_ACCOUNT_SID"),
        twilio_auth_token=get("TWILIO_AUTH_TOKEN"),
        twilio_messaging_service_sid=get("TWILIO_MESSAGING_SERVICE_SID"),
        twilio_api_url=get("TWILIO_API_URL").rstrip("/"),
        africastalking_username=get("AFRICASTALKING_USERNAME"),
        africastalking_api_key=get("AFRICASTALKING_API_KEY"),
        africastalking_api_url=get("AFRICASTALKING_API_URL").rstrip("/"),
        kannel_url=get("KANNEL_URL"),
        kannel_username=get("KANNEL_USERNAME"),
        kannel_password=get("KANNEL_PASSWORD"),
        webhook_secret=get("WEBHOOK_SECRET"),
        webhook_networks=networks,
        proxies=int(_number("PROXIES", get("PROXIES", "0"), 0, 10)),
        messages_per_second=_number("MESSAGES_PER_SECOND", rate, 0.01, 10_000)
        if (rate := get("MESSAGES_PER_SECOND"))
        else None,
        default_language=get("DEFAULT_LANGUAGE", "en"),
        languages=several("LANGUAGES"),
        lines={name.lower(): value for name in LINES if (value := get(name))},
        timezone=_zone(get("TIMEZONE", "UTC")),
        quiet_hours=_hours(get("QUIET_HOURS", "20:00-09:00")),
    )


def _need(environment: Mapping[str, str], name: str, hint: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is missing: set it to {hint}")
    return value


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


def _number(name: str, raw: str, least: float, most: float) -> float:
    try:
        value = float(raw)
    except ValueError:
        value = -1.0
    if not least <= value <= most:
        raise SettingsError(f"{name} is {raw!r}: it must be a number from {least:g} to {most:g}")
    return value
