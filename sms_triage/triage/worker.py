"""Community health workers and their patients: who they are, and numbers that cannot be mistyped into another's."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from sms_triage.triage.case import Case, load_case

ROLES = ("chw", "supervisor", "facility")

_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
"""Damm's quasigroup of order 10: its check digit tells every single wrong digit and every swap of two neighbours
(H. M. Damm, Total anti-symmetrische Quasigruppen, 2004)."""

SERIAL_DIGITS = 6
NO_CASE = Case()


@dataclass(frozen=True)
class Worker:
    """Somebody in the registry. `code` is what a referral slip names; `supervisor` is a number or ""."""

    role: str
    name: str
    code: str
    area: str = ""
    supervisor: str = ""

    def dump(self) -> bytes:
        return json.dumps(asdict(self), separators=(",", ":")).encode()


def load_worker(data: bytes) -> Worker:
    return Worker(**json.loads(data))


@dataclass(frozen=True)
class Patient:
    """A patient of a worker. `owner` is the worker's person id; `label` is the worker's own word for her; `agreed_at`
    is when she agreed to be asked (s since the epoch)."""

    code: str
    owner: str
    agreed_at: float
    label: str = ""
    case: Case = NO_CASE

    @property
    def order(self) -> float:
        """Where she stands in the caseload: the most urgent first, and of these the newest."""
        last = self.case.episodes[-1] if self.case.episodes else None
        rank = URGENCY.index(last.disposition) if last and last.disposition in URGENCY else len(URGENCY)
        return rank * 1e11 - (last.at if last else self.agreed_at)

    def dump(self) -> bytes:
        raw = {"code": self.code, "owner": self.owner, "agreed_at": self.agreed_at, "label": self.label}
        return json.dumps({**raw, "case": self.case.dump().hex()}, separators=(",", ":")).encode()


URGENCY = ("emergency_now", "same_day", "within_week", "routine_visit", "self_care_watch")


def load_patient(data: bytes) -> Patient:
    raw = json.loads(data)
    return replace(Patient(**{**raw, "case": NO_CASE}), case=load_case(bytes.fromhex(raw["case"])))


class Desk(Protocol):
    """A worker's own patients."""

    def new_code(self) -> str:
        """A number for a patient, not given before as far as is known."""

    def patient(self, code: str) -> Patient | None:
        """The patient of this number, if she is this worker's."""

    def codes(self) -> Sequence[str]:
        """The numbers of all patients, the most urgent and newest first."""


def check_digit(digits: str) -> str:
    """Damm's check digit of a number.

    >>> check_digit("572")
    '4'
    """
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def patient_code(partition: int, serial: int) -> str:
    """A patient's number: where she is kept (two digits), a serial, and the check digit."""
    digits = f"{partition:02}{serial:0{SERIAL_DIGITS}}"
    return digits + check_digit(digits)


def is_sound(code: str) -> bool:
    """Whether a number can be a patient's: the right length, and its check digit right."""
    return len(code) == SERIAL_DIGITS + 3 and code.isdecimal() and check_digit(code[:-1]) == code[-1]


def spaced(code: str) -> str:
    """A number as people read it out: in threes."""
    return " ".join(code[place : place + 3] for place in range(0, len(code), 3))


def near(code: str, codes: Iterable[str], most: int = 4) -> list[str]:
    """Which of `codes` a mistyped one may be: one digit wrong, left out or too much, or two neighbours swapped."""
    return [other for other in codes if _one_slip(code, other)][:most]


def _one_slip(a: str, b: str) -> bool:
    if len(a) == len(b):
        wrong = [place for place in range(len(a)) if a[place] != b[place]]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return len(wrong) == 1 or (swapped and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]])
    long, short = (a, b) if len(a) > len(b) else (b, a)
    return len(long) == len(short) + 1 and any(long[:place] + long[place + 1 :] == short for place in range(len(long)))
