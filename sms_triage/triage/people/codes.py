"""Numbers of patients that cannot be mistyped into another's."""

from collections.abc import Iterable

from rapidfuzz.distance import OSA
from stdnum import damm

SERIAL_DIGITS = 6


def patient_code(partition: int, serial: int) -> str:
    """A patient's number: where she is kept (two digits), a serial, and Damm's check digit, which tells every single
    wrong digit and every swap of two neighbours."""
    digits = f"{partition:02}{serial:0{SERIAL_DIGITS}}"
    return digits + damm.calc_check_digit(digits)


def is_sound(code: str) -> bool:
    """Whether a number can be a patient's: the right length, and its check digit right."""
    return len(code) == SERIAL_DIGITS + 3 and code.isdecimal() and damm.is_valid(code)


def spaced(code: str) -> str:
    """A number as people read it out: in threes."""
    return " ".join(code[place : place + 3] for place in range(0, len(code), 3))


def near(code: str, codes: Iterable[str], most: int = 4) -> list[str]:
    """Which of `codes` a mistyped one may be: one digit wrong, left out or too much, or two neighbours swapped."""
    return [other for other in codes if OSA.distance(code, other, score_cutoff=1) == 1][:most]
