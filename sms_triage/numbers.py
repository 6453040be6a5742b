"""Telephone numbers: one form for each, and the time zone it is in, so that nobody is texted in her night."""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException
from phonenumbers import timezone as zones

UNKNOWN = "Etc/Unknown"


def canonical_number(number: str) -> str:
    """A number in one form: providers differ in blanks and in the leading plus."""
    number = number.replace(" ", "")
    return f"+{number}" if number.isdecimal() and len(number) > 6 else number


def zone_of(number: str, default: str) -> str:
    """The time zone of a number in international form. Where it tells no zone, or several and `default` is one of them,
    `default`."""
    # The beginning of a number tells its zone; few beginnings are ever seen, so each is looked up once.
    found = _zones(number[:-5] + "00000") if len(number) > 9 else ()
    return default if not found or default in found else found[0]


@lru_cache(maxsize=4096)
def _zones(number: str) -> tuple[str, ...]:
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return ()
    return tuple(zone for zone in zones.time_zones_for_number(parsed) if zone != UNKNOWN)
