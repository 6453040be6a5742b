"""A worker's patients as the engine sees them, out of the store."""

import secrets
from collections.abc import Sequence
from functools import cached_property

from sms_triage.store import Store, keys_of
from sms_triage.triage.worker import SERIAL_DIGITS, Patient, patient_code


class StoredDesk:
    """The patients of one worker. Each is read when she is asked for."""

    def __init__(self, store: Store, worker: str) -> None:
        self._store = store
        self._worker = worker

    def new_code(self) -> str:
        keys = keys_of(self._worker)
        while True:
            code = patient_code(keys.partition, secrets.randbelow(10**SERIAL_DIGITS))
            if not self._store.redis.exists(keys.patient(code)):
                return code

    def patient(self, code: str) -> Patient | None:
        return self._store.patient(self._worker, code)

    def codes(self) -> Sequence[str]:
        return self._codes

    @cached_property
    def _codes(self) -> list[str]:
        return self._store.caseload(self._worker)
