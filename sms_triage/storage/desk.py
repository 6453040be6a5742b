"""A health worker's patients as the engine sees them, out of the store."""

import secrets
from collections.abc import Sequence
from functools import cached_property

from sms_triage.keys import keys_of
from sms_triage.storage.chws import Registry
from sms_triage.triage.people.codes import SERIAL_DIGITS, patient_code
from sms_triage.triage.people.referral import Patient


class StoredDesk:
    """The patients of one health worker. Each is read when she is asked for; `read` is how she was read, by number,
    so that a step can tell whether she changed meanwhile."""

    def __init__(self, registry: Registry, chw: str) -> None:
        self._registry = registry
        self._chw = chw
        self.read: dict[str, bytes] = {}

    def new_code(self) -> str:
        return patient_code(keys_of(self._chw).partition, secrets.randbelow(10**SERIAL_DIGITS))

    def patient(self, code: str) -> Patient | None:
        patient, self.read[code] = self._registry.patient(self._chw, code)
        return patient

    def referred(self, code: str) -> Patient | None:
        patient, self.read[code] = self._registry.referred(code)
        return patient

    def due(self, now: float) -> Sequence[str]:
        return self._registry.visits_due(self._chw, now)

    def codes(self) -> Sequence[str]:
        return self._codes

    @cached_property
    def _codes(self) -> list[str]:
        return self._registry.caseload(self._chw)
