"""The gateways of a deployment, by name."""

from collections.abc import Mapping

from redis import Redis

from sms_triage.gateways.base import Gateway
from sms_triage.settings import Settings
from sms_triage.vault import Vault


def open_gateways(settings: Settings, redis: "Redis", vault: Vault) -> Mapping[str, Gateway]:
    """The gateway that `settings` name, ready to use."""
    if settings.gateway == "twilio":
        # Imported only where it is used: the SDK takes most of a second to load.
        from sms_triage.gateways.twilio import TwilioGateway  # noqa: PLC0415

        return {"twilio": TwilioGateway(settings)}
    from sms_triage.gateways.simulator import SimulatorGateway  # noqa: PLC0415

    return {"simulator": SimulatorGateway(redis, vault)}
