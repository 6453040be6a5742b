"""What a turn does to others than the person herself.

Each says what happened, not what to store: it is written down in the person's own step, and carried out once, on the
others' records as they then are.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Notify:
    """A message to the health worker of a patient (by her number), or to a telephone number, or to the facilities of an
    area.

    `text` names a text of the service and `names` what it is filled with; it is said in her own language.
    """

    text: str
    names: Mapping[str, str]
    patient: str = ""
    number: str = ""
    area: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class OutcomeReported:
    """Somebody else than her health worker tells what came of a patient's referral, at a time (s since the epoch). `by`
    is the code of who tells."""

    code: str
    outcome: str
    at: float
    by: str


@dataclass(frozen=True)
class Enrol:
    """A patient of the health worker who says so wants to be asked on her own phone how she is."""

    number: str
    code: str


@dataclass(frozen=True)
class Join:
    """Somebody who was given a code wishes to join the registry."""

    code: str
    name: str


@dataclass(frozen=True)
class TakenOver:
    """All patients of one health worker are another's from now on (person ids)."""

    giver: str
    taker: str


Effect = Notify | OutcomeReported | Enrol | Join | TakenOver
