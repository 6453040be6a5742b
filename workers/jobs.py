"""The jobs. Each opens the service once per process and is safe to run twice, late, or beside itself."""

import os
from collections.abc import Callable
from functools import lru_cache

from sms_triage.gateways import read_settings
from sms_triage.logs import log_error
from sms_triage.service.service import Service, start_service


@lru_cache(maxsize=1)
def service() -> Service:
    """This process's service, by the environment."""
    return start_service(read_settings(os.environ), patience=float("inf"))


class JobFailed(Exception):
    """A job failed. RQ keeps a failed job's error, so it says nothing but where to look."""


def drain() -> None:
    """Sends what waits in the outbox."""
    _quietly("drain", lambda: service().drain())


def sweep() -> None:
    """Tells those who fell silent what they are owed, checks in on those who are due, starts a drain nobody started."""
    _quietly("sweep", lambda: service().sweep(service().clock()))


def _quietly(name: str, job: Callable[[], object]) -> None:
    """Runs a job; of an error only what names nobody is kept."""
    try:
        job()
    except Exception as error:
        log_error(f"job {name} failed", error)
        raise JobFailed(f"{name}: see the worker's log") from None
