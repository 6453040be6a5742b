"""The gateways of a deployment, by name."""

from collections.abc import Mapping
from importlib import import_module

from redis import Redis

from sms_triage.gateways.base import Gateway
from sms_triage.settings import Settings

_CLASSES = {
    "twilio": "TwilioGateway",
    "africastalking": "AfricasTalkingGateway",
    "kannel": "KannelGateway",
    "simulator": "SimulatorGateway",
}


def open_gateways(settings: Settings, redis: "Redis") -> Mapping[str, Gateway]:
    """The gateways that `settings` name, ready to use; the first is for people we have no address of. The
    simulator keeps its phones in `redis`.

    Each is imported only where it is used: a provider's SDK takes most of a second to load.
    """
    return {
        name: getattr(import_module(f"sms_triage.gateways.{name}"), _CLASSES[name])(settings, redis)
        for name in settings.gateways
    }
