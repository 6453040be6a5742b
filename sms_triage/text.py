"""What a text costs on the wire, and how it is cut: GSM-7, UCS-2, segments.

The GSM 7-bit default alphabet and its extension table are from 3GPP TS 23.038, 6.2.1 and 6.2.1.1; the sizes of
concatenated parts from 3GPP TS 23.040, 9.2.3.24.1. A *septet* is one 7-bit code (an extension character costs two);
a *unit* is one UTF-16 code unit (an emoji costs two). A *segment* is one SMS as the operator bills it.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import regex

GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = "\f^{}\\[~]|€"

SINGLE_SEPTETS, PART_SEPTETS = 160, 153
SINGLE_UNITS, PART_UNITS = 70, 67
USSD_SEPTETS, USSD_UNITS = 160, 70
"""What every network and handset shows on one USSD page. A USSD string has 160 octets (3GPP TS 24.080, 4.5.2), which is
182 septets or 80 units, but some stacks add a language prefix and others count octets as characters."""

_COST = dict.fromkeys(GSM_BASIC, 1) | dict.fromkeys(GSM_EXTENSION, 2)

# One character outside the alphabet turns the whole message into UCS-2 and more than doubles its price, so characters
# that only look nicer are sent in their plain form.
_PLAIN = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "`": "'", "\u00b4": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\u2026": "...", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ", "\u200b": "", "\ufeff": "",
        "\u2022": "-",
    }
)  # fmt: skip

Encoding = Literal["gsm7", "ucs2"]


@dataclass(frozen=True)
class Cost:
    """What sending a text takes: `size` in septets (gsm7) or UTF-16 units (ucs2), and whole `segments`."""

    encoding: Encoding
    size: int
    segments: int


def septets(text: str) -> int | None:
    """The length of `text` in septets, or None if a character is outside GSM-7."""
    total = 0
    for character in text:
        cost = _COST.get(character)
        if cost is None:
            return None
        total += cost
    return total


def units(text: str) -> int:
    """The length of `text` in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def plain(text: str) -> str:
    """`text` with each character GSM-7 lacks replaced by its plain form, where that makes the whole text GSM-7.

    Smart quotes, dashes and special spaces are always made plain. Accents are dropped only when the result then is
    GSM-7: a text in another script keeps all its marks.
    """
    text = text.translate(_PLAIN)
    if septets(text) is not None:
        return text
    bare = "".join(
        character if character in _COST else unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
        for character in text
        if character in _COST or not unicodedata.combining(character)
    )
    lossless = all(character in _COST or unicodedata.normalize("NFKD", character)[0].isascii() for character in text)
    return bare if lossless and septets(bare) is not None else text


def cost(text: str) -> Cost:
    """What `text` costs to send as one (maybe concatenated) SMS. An empty text is one segment, as operators bill it."""
    return Cost(encoding(text), _size(text), len(split(text)))


def encoding(text: str) -> Encoding:
    """Which alphabet `text` is sent in."""
    return "ucs2" if septets(text) is None else "gsm7"


def split(text: str) -> list[str]:
    """`text` as the parts a network would carry, filled to the brim: a pair of codes is never torn apart."""
    gsm = septets(text) is not None
    single, part = (SINGLE_SEPTETS, PART_SEPTETS) if gsm else (SINGLE_UNITS, PART_UNITS)
    if _size(text) <= single:
        return [text]
    parts, start, used = [], 0, 0
    for index, character in enumerate(text):
        size = _COST[character] if gsm else 1 + (character > "\uffff")
        if used + size > part:
            parts.append(text[start:index])
            start, used = index, 0
        used += size
    return [*parts, text[start:]]


def fits_ussd(text: str) -> bool:
    """Whether `text` can be shown on one USSD page."""
    return _size(text) <= (USSD_UNITS if septets(text) is None else USSD_SEPTETS)


def ussd_pages(text: str, first_keys: str, keys: str, more: str) -> list[str]:
    """`text` as USSD pages with nothing left out, each ending with a line that says what its keys do.

    `first_keys` (maybe empty) stand on the first page, `keys` on those after it, and `more` on all but the last. Pages
    end between words, but not within an option; only what is longer than a page is cut, between graphemes (what a
    reader sees as one letter).
    """

    def whole(body: str, first: bool, last: bool) -> str:
        navigation = " ".join(filter(None, [first_keys if first else keys, "" if last else more]))
        return "\n".join(filter(None, [body, navigation]))

    if fits_ussd(whole(text, True, True)):
        return [whole(text, True, True)]
    bodies: list[str] = []
    body = ""
    for separator, piece in _pieces(
        text, lambda words: all(fits_ussd(whole(words, at, False)) for at in (True, False))
    ):
        longer = f"{body}{separator}{piece}" if body else piece
        if body and not fits_ussd(whole(longer, not bodies, False)):
            bodies.append(body)
            longer = piece
        body = longer
    bodies.append(body)
    last = len(bodies) - 1
    return [whole(body, place == 0, place == last) for place, body in enumerate(bodies)]


def _pieces(text: str, fits_page: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """What may not be torn apart, each with what joins it to the piece before: an option (a line that begins with its
    number), a word of any other line, or a grapheme of what is longer than a page."""
    for line in text.split("\n"):
        if line[:1].isdecimal() and fits_page(line):
            yield "\n", line
            continue
        joint = "\n"
        for word in line.split(" "):
            if fits_page(word):
                yield joint, word
            else:
                for place, grapheme in enumerate(regex.findall(r"\X", word)):
                    yield joint if place == 0 else "", grapheme
            joint = " "


def fits(text: str, segments: int) -> bool:
    """Whether `text` can be sent in at most this many segments."""
    return cost(text).segments <= segments


def _size(text: str) -> int:
    count = septets(text)
    return units(text) if count is None else count
