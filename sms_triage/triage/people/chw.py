"""Community health workers: who they are, and how they see their own patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sms_triage.triage.people.referral import Patient

ROLES = ("chw", "supervisor", "facility")


@dataclass(frozen=True)
class Chw:
    """Somebody in the registry. `code` is what a referral slip names; `supervisor` is a number or ""."""

    role: str
    name: str
    code: str
    area: str = ""
    supervisor: str = ""


class Desk(Protocol):
    """A health worker's own patients."""

    def new_code(self) -> str:
        """A number for a patient, not given before as far as is known."""

    def patient(self, code: str) -> Patient | None:
        """The patient of this number, if she is this health worker's."""

    def referred(self, code: str) -> Patient | None:
        """The patient of this number, whoever's she is: for who reports what came of a referral."""

    def codes(self) -> Sequence[str]:
        """The numbers of all patients, the most urgent and newest first."""

    def due(self, now: float) -> Sequence[str]:
        """The numbers of those whom a visit is owed, the longest due first."""
