"""The jobs. Each opens the service once per process and is safe to run twice, late, or beside itself."""

import os
from functools import lru_cache

from sms_triage.service import Service, clock, open_service
from sms_triage.settings import read_settings


@lru_cache(maxsize=1)
def service() -> Service:
    """This process's service, by the environment."""
    return open_service(read_settings(os.environ))


def drain() -> None:
    """Sends what waits in the outbox."""
    service().drain()


def sweep() -> None:
    """Tells those who fell silent what they are owed, and starts a drain that nobody started."""
    service().sweep(clock())
