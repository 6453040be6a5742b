"""Reading what people type: one normal form for every script, keyboard and habit."""

import re
import unicodedata
from collections.abc import Iterable

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_LATIN_MARKS = re.compile("[\u0300-\u036f]")


def normal(text: str) -> str:
    """`text` in the form it is compared in: lower case, plain digits, no punctuation, single spaces.

    Digits of any script and full-width forms become ASCII; Latin accents go; marks of other scripts stay, because
    there they are letters.

    >>> normal(" (１). "), normal("፩፫"), normal("٣")
    ('1', '13', '3')
    >>> normal("Can't STOP")
    'cant stop'
    """
    return " ".join("".join(character if _is_word(character) else " " for character in fold(text)).split())


def fold(text: str) -> str:
    """`text` lower-cased, with plain digits and no Latin accents or apostrophes; punctuation is kept."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(str(unicodedata.digit(c)) if unicodedata.digit(c, None) is not None else c for c in text)
    text = _LATIN_MARKS.sub("", unicodedata.normalize("NFD", text.casefold()))
    return unicodedata.normalize("NFC", _APOSTROPHES.sub("", text))


def normal_set(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(normal(phrase) for phrase in phrases)


def _is_word(character: str) -> bool:
    # A letter, a digit, or a mark that is part of a letter. Enclosing marks (the box of a keycap emoji)
    # and variation selectors are dress, not letters.
    category = unicodedata.category(character)
    return category[0] in "LN" or (category in ("Mn", "Mc") and not 0xFE00 <= ord(character) <= 0xFE0F)
