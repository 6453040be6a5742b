"""Numbers of patients that cannot be mistyped into another's."""

from collections.abc import Iterable

_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
"""Damm's quasigroup of order 10: its check digit tells every single wrong digit and every swap of two neighbours
(H. M. Damm, Total anti-symmetrische Quasigruppen, 2004)."""

SERIAL_DIGITS = 6


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
