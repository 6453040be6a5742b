"""The deployment's settings, read once from the environment and checked before anything starts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

GatewayName = Literal["twilio", "simulator"]

LINES = ("EMERGENCY_NUMBER", "VIOLENCE_HELPLINE", "YOUTH_HELPLINE", "CRISIS_LINE", "CLINIC_LINE")
"""Telephone lines named in the messages. One that is not set is left out of the words."""


class SettingsError(Exception):
    """A setting is missing or malformed; the message names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    """What the environment says. See the README's table for each.

    `messages_per_second` is per sender; `lines` maps a content placeholder to a number, for those that are set.
    """

    redis_url: str
    secret_key: str
    public_url: str = ""
    gateway: GatewayName = "simulator"
    sender: str = "22384"
    twilio_account_sid: str = ""
    twilio_auth_token: str = field(default="", repr=False)
    twilio_messaging_service_sid: str = ""
    twilio_api_url: str = ""
    messages_per_second: float = 100
    default_language: str = "en"
    lines: Mapping[str, str] = field(default_factory=dict)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`. Raises :class:`SettingsError` for the first that is missing or malformed."""
    get = environment.get
    gateway = get("GATEWAY") or ("twilio" if get("TWILIO_ACCOUNT_SID") else "simulator")
    if gateway not in ("twilio", "simulator"):
        raise SettingsError(f"GATEWAY is {gateway!r}: it must be twilio or simulator")
    redis_url = _need(environment, "REDIS_URL", "such as redis://localhost:6379/0")
    if urlsplit(redis_url).scheme not in ("redis", "rediss", "unix", "redis+sentinel"):
        raise SettingsError("REDIS_URL must start with redis://, rediss://, unix:// or redis+sentinel://")
    secret_key = _need(environment, "SECRET_KEY", "at least 32 characters no one can guess")
    if len(secret_key) < 32:
        raise SettingsError("SECRET_KEY is too short: give at least 32 characters no one can guess")
    public_url = get("PUBLIC_URL", "").rstrip("/")
    if public_url and urlsplit(public_url).scheme not in ("http", "https"):
        raise SettingsError("PUBLIC_URL must start with http:// or https://, as the provider sees it")
    sender = get("SENDER", "") or ("22384" if gateway == "simulator" else "")
    if gateway == "twilio":
        _need(environment, "TWILIO_ACCOUNT_SID", "from the Twilio console")
        _need(environment, "TWILIO_AUTH_TOKEN", "from the Twilio console")
        _need(environment, "PUBLIC_URL", "the address Twilio calls, such as https://sms.example.org")
        if not sender and not get("TWILIO_MESSAGING_SERVICE_SID"):
            raise SettingsError("SENDER or TWILIO_MESSAGING_SERVICE_SID is missing: what number do replies come from?")
    return Settings(
        redis_url=redis_url,
        secret_key=secret_key,
        public_url=public_url,
        gateway=gateway,  # type: ignore[arg-type]
        sender=sender,
        twilio_account_sid=get("TWILIO_ACCOUNT_SID", ""),
        twilio_auth_token=get("TWILIO_AUTH_TOKEN", ""),
        twilio_messaging_service_sid=get("TWILIO_MESSAGING_SERVICE_SID", ""),
        twilio_api_url=get("TWILIO_API_URL", "").rstrip("/"),
        messages_per_second=_rate(get("MESSAGES_PER_SECOND", ""), sender),
        default_language=get("DEFAULT_LANGUAGE", "") or "en",
        lines={name.lower(): value for name in LINES if (value := get(name, "").strip())},
    )


def _need(environment: Mapping[str, str], name: str, hint: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is missing: set it to {hint}")
    return value


def _rate(raw: str, sender: str) -> float:
    if not raw:
        return 100.0 if re.fullmatch(r"\d{3,6}", sender) else 1.0
    try:
        rate = float(raw)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 10_000:
        raise SettingsError(f"MESSAGES_PER_SECOND is {raw!r}: it must be a number above 0")
    return rate
