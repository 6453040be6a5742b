"""Community health workers and their patients: who they are, and numbers that cannot be mistyped into another's."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol as Interface

from sms_triage.triage.case import DAY, Case, load_case

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
class Referral:
    """That a patient was sent to be seen: how urgent, since when (s since the epoch), whether her worker confirmed that
    she acts on it, who else was told (1 the supervisor, 2 the facilities too), when a visit is due, and what came of it
    ("" while it is open)."""

    disposition: str
    at: float
    due: float | None = None
    acknowledged: bool = False
    told: int = 0
    confirm_by: float | None = None
    outcome: str = ""


@dataclass(frozen=True)
class Protocol:
    """What the content says of caseloads; see ``content/caseload.yaml``."""

    visits: Mapping[str, tuple[int, ...]]
    acknowledge_minutes: Mapping[str, float]
    still_open: tuple[str, ...]
    private: tuple[str, ...]
    join_words: tuple[str, ...]
    seen_words: tuple[str, ...]
    shorthand: Mapping[str, str]

    def refer(self, disposition: str, at: float) -> Referral:
        """A referral that begins."""
        days = self.visits[disposition]
        minutes = self.acknowledge_minutes.get(disposition)
        return Referral(
            disposition,
            at,
            due=at + days[0] * DAY if days else None,
            confirm_by=at + minutes * 60 if minutes else None,
        )

    def reported(self, referral: Referral, outcome: str, now: float) -> Referral:
        """A referral once its outcome is told. One that leaves a visit due stays open until the next of its visits, or
        the next day."""
        confirmed = replace(referral, acknowledged=True, confirm_by=None)
        if outcome not in self.still_open:
            return replace(confirmed, outcome=outcome, due=None)
        visits = (referral.at + day * DAY for day in self.visits[referral.disposition])
        return replace(confirmed, due=next((at for at in visits if at > now), now + DAY))


@dataclass(frozen=True)
class Letter:
    """A message to another worker: to her whose patient this is (by her number), or to a telephone's number, or to the
    facilities of an area. `text` names a text of the service and `names` what it is filled with; it is said in her own
    language."""

    text: str
    names: Mapping[str, str]
    patient: str = ""
    number: str = ""
    area: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class Enrolment:
    """A patient's own phone, on which she wants to be asked how she is."""

    number: str
    patient: "Patient"


@dataclass(frozen=True)
class Patient:
    """A patient of a worker. `owner` is the worker's person id; `label` is the worker's own word for her; `agreed_at`
    is when she agreed to be asked (s since the epoch)."""

    code: str
    owner: str
    agreed_at: float
    label: str = ""
    case: Case = NO_CASE
    referral: Referral | None = None

    @property
    def order(self) -> float:
        """Where she stands in the caseload: the most urgent first, and of these the newest."""
        last = self.case.episodes[-1] if self.case.episodes else None
        rank = URGENCY.index(last.disposition) if last and last.disposition in URGENCY else len(URGENCY)
        return rank * 1e11 - (last.at if last else self.agreed_at)

    def dump(self) -> bytes:
        raw = {"code": self.code, "owner": self.owner, "agreed_at": self.agreed_at, "label": self.label}
        referral = asdict(self.referral) if self.referral else None
        return json.dumps({**raw, "case": self.case.dump().hex(), "referral": referral}, separators=(",", ":")).encode()


URGENCY = ("emergency_now", "same_day", "within_week", "routine_visit", "self_care_watch")


def load_patient(data: bytes) -> Patient:
    raw = json.loads(data)
    case, referral = load_case(bytes.fromhex(raw.pop("case"))), raw.pop("referral")
    return Patient(**raw, case=case, referral=Referral(**referral) if referral else None)


class Desk(Interface):
    """A worker's own patients."""

    def new_code(self) -> str:
        """A number for a patient, not given before as far as is known."""

    def patient(self, code: str) -> Patient | None:
        """The patient of this number, if she is this worker's."""

    def referred(self, code: str) -> Patient | None:
        """The patient of this number, whoever's she is: for who reports what came of a referral."""

    def codes(self) -> Sequence[str]:
        """The numbers of all patients, the most urgent and newest first."""

    def due(self, now: float) -> Sequence[str]:
        """The numbers of those whom a visit is owed, the longest due first."""


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
