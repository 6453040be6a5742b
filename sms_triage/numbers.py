"""Telephone numbers: one spelling of each, which of them are one line, what cannot be texted, and the time zone each is
in, so that nobody is texted in her night.

A number that comes through WhatsApp keeps its prefix, so that replies go back there; the line behind it is the same.
"""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult
from phonenumbers import timezone as zones

UNKNOWN = "Etc/Unknown"
WHATSAPP = "whatsapp:"

_INTERNATIONAL = re.compile(r"\+?\d{7,15}")
_SPELLED = re.compile(r"\+?[\dOo]{7,}")
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)

_OLD_FORMS = (
    (re.compile(r"\+521(\d{10})"), r"+52\1"),  # Mexico dropped the 1 of mobile numbers in 2019
    (re.compile(r"\+549(\d{10})"), r"+54\1"),  # Argentina: some networks write the 9 of mobile numbers, some do not
    (re.compile(r"\+55([1-9]\d)([6-9]\d{7})"), r"+55\g<1>9\2"),  # Brazil's ninth digit, 2012 to 2016
    (re.compile(r"\+229(\d{8})"), r"+22901\1"),  # Benin, November 2024
    # Ivory Coast, January 2021: two digits in front, which tell the network by the second of the old ones.
    (re.compile(r"\+225(\d[1-3]\d{6})"), r"+22501\1"),
    (re.compile(r"\+225(\d[4-6]\d{6})"), r"+22505\1"),
    (re.compile(r"\+225(\d[07-9]\d{6})"), r"+22507\1"),
)


def canonical_number(number: str, country: str = "") -> str:
    """A number in E.164 as it is dialled in `country` (ISO 3166, "" where none is set: only international forms are
    understood then). What is no telephone number, a name or a short code, stays what it is."""
    prefix = WHATSAPP if number.strip().lower().startswith(WHATSAPP) else ""
    written = number.strip()[len(prefix) :]
    digits = _digits(written)
    if not _INTERNATIONAL.fullmatch(digits):
        return prefix + (digits if digits.isdecimal() else written)
    # No country's code begins with 0: a plus before one was put there by somebody who expected an international form.
    digits = digits.removeprefix("+") if digits.startswith("+0") else digits
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    found = [digits] if digits.startswith("+") else [digits, f"+{digits}"]
    parsed = [one for one in (_parsed(form, country) for form in found) if one]
    # Networks leave the plus out: what is a mobile number abroad is hardly a landline here.
    for fits in (_is_mobile, phonenumbers.is_valid_number):
        for one in parsed:
            if fits(one):
                return prefix + phonenumbers.format_number(one, PhoneNumberFormat.E164)
    return f"{prefix}+{digits.lstrip('+')}"


def one_line(number: str) -> str:
    """What all forms of one line have in common: the number as it is since its country changed it."""
    line = number.removeprefix(WHATSAPP)
    for old, new in _OLD_FORMS:
        if found := old.fullmatch(line):
            return found.expand(new)
    return line


def mobile_fault(number: str) -> str:
    """Why a canonical number cannot be texted; "" if it can."""
    digits = number.removeprefix(WHATSAPP)
    if not digits:
        return "it is empty"
    if not re.fullmatch(r"\+?\d+", digits):
        return "it is no telephone number"
    if len(digits) < 8:
        return "it is too short"
    parsed = _parsed(one_line(digits), "")
    if parsed is None:
        return "no country begins with these digits"
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason == ValidationResult.TOO_LONG:
        return "it is too long"
    if reason == ValidationResult.TOO_SHORT:
        return "it is too short"
    if not phonenumbers.is_valid_number(parsed):
        return "no such number is in use"
    kind = phonenumbers.number_type(parsed)
    # Mexico and Argentina: what tells a mobile from a landline there, `one_line` has taken out.
    if kind in _MOBILE or parsed.country_code == 54:
        return ""
    return "it is a landline, which takes no texts" if kind == PhoneNumberType.FIXED_LINE else "it is no mobile number"


def no_person(number: str, ours: str) -> str:
    """Why nobody is there who could be answered: ``empty``, ``our_own``, ``short_code``, ``alphanumeric``; "" for a
    person. `ours` is the number that we send from."""
    digits = number.removeprefix(WHATSAPP)
    if not digits:
        return "empty"
    if digits == ours.removeprefix(WHATSAPP):
        return "our_own"
    if _INTERNATIONAL.fullmatch(digits):
        return ""
    return "short_code" if digits.lstrip("+").isdecimal() else "alphanumeric"


def zone_of(number: str, default: str) -> str:
    """The time zone of a number in international form. Where it tells no zone, or several and `default` is one of them,
    `default`."""
    # The beginning of a number tells its zone; few beginnings are ever seen, so each is looked up once.
    found = _zones(number[:-5] + "00000") if len(number) > 9 else ()
    return default if not found or default in found else found[0]


@lru_cache(maxsize=4096)
def _zones(number: str) -> tuple[str, ...]:
    parsed = _parsed(number.removeprefix(WHATSAPP), "")
    found = zones.time_zones_for_number(parsed) if parsed else ()
    return tuple(zone for zone in found if zone != UNKNOWN)


def _digits(written: str) -> str:
    """The digits that are meant, with the plus if there is one; marks, blanks and what groups digits are left out."""
    bare = written.removeprefix("tel:").replace("(0)", "")
    kept = "".join(
        str(unicodedata.decimal(letter, letter))
        for letter in unicodedata.normalize("NFKC", bare)
        if unicodedata.category(letter) not in ("Cf", "Cc", "Zs", "Pd") and letter not in "().,/"
    )
    return re.sub("[Oo]", "0", kept) if _SPELLED.fullmatch(kept) else kept


def _is_mobile(number: PhoneNumber) -> bool:
    return phonenumbers.number_type(number) in _MOBILE


def _parsed(number: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(number, country or None)
    except NumberParseException:
        return None
