"""Numbers of patients that cannot be mistyped into another's."""

import re
from collections.abc import Iterable

from rapidfuzz.distance import OSA
from stdnum import damm

SERIAL_DIGITS = 6
_SPACED = re.compile(r"(?<!\d)\d(?: ?\d){8}(?! ?\d)")


def patient_code(partition: int, serial: int) -> str:
    """A patient's number: where she is kept (two digits), a serial, and Damm's check digit, which tells every single
    wrong digit and every swap of two neighbours."""
    digits = f"{partition:02}{serial:0{SERIAL_DIGITS}}"
    return digits + damm.calc_check_digit(digits)


def is_sound(code: str) -> bool:
    """Whether a number can be a patient's: the right length, and its check digit right."""
    return len(code) == SERIAL_DIGITS + 3 and code.isdecimal() and damm.is_valid(code)


def named_in(body: str) -> str:
    """The number of a patient that a text in normal form names, however it is spaced ("my patient 047 133 883"); "" for
    none."""
    for found in _SPACED.finditer(body):
        if is_sound(code := found[0].replace(" ", "")):
            return code
    return ""


def spaced(code: str) -> str:
    """A number as people read it out: in threes."""
    return " ".join(code[place : place + 3] for place in range(0, len(code), 3))


def near(code: str, codes: Iterable[str], most: int = 4) -> list[str]:
    """Which of `codes` a mistyped one may be: one digit wrong, left out or too much, or two neighbours swapped."""
    return [other for other in codes if OSA.distance(code, other, score_cutoff=1) == 1][:most]
