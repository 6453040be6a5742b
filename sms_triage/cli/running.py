"""The settings of the deployment that an operator's command is about."""

import json
from collections.abc import Mapping
from pathlib import Path

from sms_triage.gateways import read_settings
from sms_triage.settings import Settings


def running_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`, completed by what ``sms-triage run`` noted in ./data if it is running there.

    Raises :class:`sms_triage.settings.SettingsError`.
    """
    running, secret = Path("data/running.json"), Path("data/secret.key")
    known = {}
    if running.exists() and secret.exists():
        known = {"REDIS_URL": json.loads(running.read_text())["redis_url"], "SECRET_KEY": secret.read_text().strip()}
    return read_settings({**known, **environment})
