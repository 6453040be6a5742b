"""Reading what people type: one normal form for every script, keyboard and habit."""

import re
import unicodedata
from collections.abc import Iterable

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_ZERO_WIDTH_SPACE = "\u200b"
_LATIN_MARKS = re.compile("[\u0300-\u036f]")


def normal(text: str) -> str:
    """`text` in the form it is compared in: lower case, plain digits, no punctuation, single spaces.

    Digits of any script and full-width forms become ASCII; Latin accents go; marks of other scripts stay, because
    there they are letters.

    >>> normal(" (１). "), normal("፩፫"), normal("٣")
    ('1', '13', '3')
    >>> normal("Can't ST\u200bOP")
    'cant stop'
    """
    return " ".join("".join(character if _is_word(character) else " " for character in fold(text)).split())


def fold(text: str) -> str:
    """`text` lower-cased, with plain digits and no Latin accents, apostrophes or format characters; punctuation is
    kept."""
    text = unicodedata.normalize("NFKC", "".join(c for c in text if not _is_format(c)))
    text = "".join(str(unicodedata.digit(c)) if unicodedata.digit(c, None) is not None else c for c in text)
    text = _LATIN_MARKS.sub("", unicodedata.normalize("NFD", text.casefold()))
    return unicodedata.normalize("NFC", _APOSTROPHES.sub("", text))


def spoken(language: str) -> str:
    """What is spoken in a language, whatever letters it is written in.

    >>> spoken("hi-Latn"), spoken("hi")
    ('hi', 'hi')
    """
    return language.partition("-")[0]


def readings(text: str) -> tuple[str, ...]:
    """What may be meant by the format characters in `text` (joiners, zero-width spaces, direction marks, soft hyphens),
    the likeliest first: they are no part of a word, or the only blank between two, which a zero-width space is more
    often than the others. A text without them has one reading.

    >>> readings("ST\u200bOP"), readings("STOP")
    (('STOP', 'ST OP'), ('STOP',))
    """
    if not any(map(_is_format, text)):
        return (text,)
    marks = "".join(set(filter(_is_format, text)))
    ways = ("", _ZERO_WIDTH_SPACE, marks)
    return tuple(
        dict.fromkeys("".join((" " if c in blank else "") if c in marks else c for c in text) for blank in ways)
    )


def normal_set(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(normal(phrase) for phrase in phrases)


def _is_format(character: str) -> bool:
    return unicodedata.category(character) == "Cf"


def _is_word(character: str) -> bool:
    # A letter, a digit, or a mark that is part of a letter. Enclosing marks (the box of a keycap emoji)
    # and variation selectors are dress, not letters.
    category = unicodedata.category(character)
    return category[0] in "LN" or (category in ("Mn", "Mc") and not 0xFE00 <= ord(character) <= 0xFE0F)
