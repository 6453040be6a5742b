"""A worker's patients as the engine sees them, out of the store."""

import secrets
from collections.abc import Sequence
from functools import cached_property

from sms_triage.keys import keys_of
from sms_triage.registry import Registry
from sms_triage.triage.worker import SERIAL_DIGITS, Patient, patient_code


class StoredDesk:
    """The patients of one worker. Each is read when she is asked for; `read` is how she was read, by number, so that a
    step can tell whether she changed meanwhile."""

    def __init__(self, registry: Registry, worker: str) -> None:
        self._registry = registry
        self._worker = worker
        self.read: dict[str, bytes] = {}

    def new_code(self) -> str:
        return patient_code(keys_of(self._worker).partition, secrets.randbelow(10**SERIAL_DIGITS))

    def patient(self, code: str) -> Patient | None:
        patient, self.read[code] = self._registry.patient(self._worker, code)
        return patient

    def referred(self, code: str) -> Patient | None:
        patient, self.read[code] = self._registry.referred(code)
        return patient

    def due(self, now: float) -> Sequence[str]:
        return self._registry.visits_due(self._worker, now)

    def codes(self) -> Sequence[str]:
        return self._codes

    @cached_property
    def _codes(self) -> list[str]:
        return self._registry.caseload(self._worker)
