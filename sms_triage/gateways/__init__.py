"""The gateways of a deployment, by name; and its settings, with those that each gateway declares for itself.

Another provider is a file beside these and a row of :data:`PROVIDERS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from redis import Redis

from sms_triage.gateways.base import Gateway
from sms_triage.settings import Environment, Settings, SettingsError, read_shared


@dataclass(frozen=True)
class Provider:
    """A file of this folder: the class in it, the setting that tells that it is meant where ``GATEWAY`` is not set, and
    the sender where none is named."""

    gateway: str
    meant_by: str = ""
    sender: str = ""


PROVIDERS = {
    "twilio": Provider("TwilioGateway", meant_by="TWILIO_ACCOUNT_SID"),
    "africastalking": Provider("AfricasTalkingGateway"),
    "kannel": Provider("KannelGateway"),
    "simulator": Provider("SimulatorGateway", sender="22384"),
}

UNNAMED = "simulator"
"""The gateway where nothing tells which."""


def read_settings(values: Mapping[str, str]) -> Settings:
    """The settings in an environment. Raises :class:`SettingsError` for the first that is missing or malformed."""
    environment = Environment(values)
    meant = (name for name, provider in PROVIDERS.items() if provider.meant_by and environment.get(provider.meant_by))
    names = environment.several("GATEWAY", next(meant, UNNAMED))
    for name in names:
        if name not in PROVIDERS:
            raise SettingsError(f"GATEWAY is {name!r}: it must be {', '.join(PROVIDERS)}, or several with commas")
    shared = read_shared(environment)
    addresses: dict[str, str] = {}
    for name in sorted(names):
        if other := addresses.get(address(name)):
            raise SettingsError(f"GATEWAY names {other} and {name}: they have the same address, so take one of them")
        addresses[address(name)] = name
    own = {name: _class(name).read_settings(environment) for name in names}
    sender = shared.sender or next(filter(None, (PROVIDERS[name].sender for name in names)), "")
    return replace(shared, gateways=own, sender=sender)


def open_gateways(settings: Settings, redis: "Redis") -> Mapping[str, Gateway]:
    """The gateways that `settings` name, ready to use; the first is for people we have no address of. The
    simulator keeps its phones in `redis`.
    """
    return {name: _class(name)(settings, own, redis) for name, own in settings.gateways.items()}


def address(name: str) -> str:
    """The last part of the address of a gateway's webhooks."""
    return str(_class(name).address)


def is_simulated(settings: Settings) -> bool:
    """Whether this is for trying: phones that are not there, webhooks without a proof of who calls."""
    return "simulator" in settings.gateways


def _class(name: str) -> Any:
    # Only those in use are imported: a provider's SDK takes most of a second to load.
    return getattr(import_module(f"sms_triage.gateways.{name}"), PROVIDERS[name].gateway)
