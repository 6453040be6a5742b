"""A health worker's patients as the engine sees them, out of what is kept."""

import secrets
from collections.abc import Sequence
from functools import cached_property

from sms_triage.keys import keys_of
from sms_triage.storage.patients import Patients
from sms_triage.storage.snapshot import Read
from sms_triage.triage.people.codes import SERIAL_DIGITS, patient_code
from sms_triage.triage.people.referral import Patient


class StoredDesk:
    """The patients of one health worker. Each is read when she is asked for; `read` is how she was read, by number,
    so that a step can tell whether she changed meanwhile."""

    def __init__(self, patients: Patients, chw: str) -> None:
        self._patients = patients
        self._chw = chw
        self.read: dict[str, Read] = {}

    def new_code(self) -> str:
        return patient_code(keys_of(self._chw).partition, secrets.randbelow(10**SERIAL_DIGITS))

    def patient(self, code: str) -> Patient | None:
        self.read[code] = self._patients.patient(self._chw, code)
        return self.read[code].patient

    def referred(self, code: str) -> Patient | None:
        return self._patients.referred(code).patient

    def due(self, now: float) -> Sequence[str]:
        return self._patients.visits_due(self._chw, now)

    def codes(self) -> Sequence[str]:
        return self._codes

    @cached_property
    def _codes(self) -> list[str]:
        return self._patients.caseload(self._chw)
