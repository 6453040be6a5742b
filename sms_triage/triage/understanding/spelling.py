"""Which of the words we know a typed word is: spelt right, begun right (``bleed*``), one letter off, two run together.

All that can be done once for all texts is done when the words are read.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from rapidfuzz.distance import OSA

from sms_triage.triage.understanding.words import fold, normal

FUZZY_FROM = 5
"""Words shorter than this must be spelt right: one letter off would be another word."""

RUN_ON_FROM = 7
"""A typed word shorter than this is not two that were run together."""

BOUNDARY = "|"
"""Stands between two thoughts."""

_CLAUSE_END = re.compile(r"[.,;:!?\n।]+")
_LONG_DRAWN = re.compile(r"([^\W\d])\1{2,}")
_NUMBER_AND_UNIT = re.compile(r"(\d)(?=[^\W\d_]{2})")
# Marks that some write in Hindi and some leave out, and what only joins letters.
_OPTIONAL_MARKS = str.maketrans({"\u093c": None, "\u0901": "\u0902", "\u200c": None, "\u200d": None})


def tokens_of(text: str) -> list[str]:
    """The words of a text as they are compared, a :data:`BOUNDARY` between its clauses."""
    clauses = (normal(clause) for clause in _CLAUSE_END.split(_NUMBER_AND_UNIT.sub(r"\1 ", spelling(text))))
    return f" {BOUNDARY} ".join(clause for clause in clauses if clause).split()


def spelling(text: str) -> str:
    """`text` without what people leave out or draw out when they type."""
    return _LONG_DRAWN.sub(r"\1", fold(text).translate(_OPTIONAL_MARKS))


class Speller:
    """Finds which `known` words a typed one spells. A `common` word of any language is never taken for another."""

    def __init__(self, known: Collection[str], common: Iterable[str]) -> None:
        self.exact = frozenset(word for word in known if not word.endswith("*"))
        self.stems = {word[:-1]: word for word in known if word.endswith("*")}
        self.common = frozenset(common)
        self._near = self._all_near()
        self._stem_lengths = sorted({len(stem) for stem in self.stems})
        self._fuzzy_lengths = sorted(
            {len(stem) + by for stem in self.stems if len(stem) >= FUZZY_FROM for by in (-1, 0, 1)}
        )

    def _all_near(self) -> dict[str, list[str]]:
        """Every long word with any one letter left out: two words a slip apart share one of these."""
        near: dict[str, list[str]] = defaultdict(list)
        for word in (*self.exact, *self.stems.values()):
            stem = word.rstrip("*")
            if len(stem) >= FUZZY_FROM:
                for shorter in {stem, *_without_a_letter(stem)}:
                    near[shorter].append(word)
        return dict(near)

    def split(self, token: str) -> tuple[str, ...]:
        """The one word that it is, or the two that were run together."""
        if len(token) < RUN_ON_FROM or token in self.common or token in self.exact:
            return (token,)
        begun = max((length for length in self._stem_lengths if token[:length] in self.stems), default=1)
        for at in range(len(token) - 2, begun, -1):
            if token[:at] in self.exact and token[at:] in self.exact and max(at, len(token) - at) > 3:
                return token[:at], token[at:]
        return (token,)

    def spelt(self, token: str) -> frozenset[str]:
        spelt = {self.stems[token[:length]] for length in self._stem_lengths if token[:length] in self.stems}
        if token in self.exact:
            spelt.add(token)
        if spelt or token in self.common or len(token) < FUZZY_FROM - 1:
            return frozenset(spelt)
        return frozenset(self._slips(token))

    def _slips(self, token: str) -> Iterator[str]:
        """The words from which it is one letter off, behind the first."""
        for part in {token, *(token[:length] for length in self._fuzzy_lengths)}:
            for shorter in (part, *_without_a_letter(part)):
                for word in self._near.get(shorter, ()):
                    stem = word.rstrip("*")
                    whole = word.endswith("*") or part == token
                    if whole and part[0] == stem[0] and OSA.distance(part, stem, score_cutoff=1) <= 1:
                        yield word


def _without_a_letter(word: str) -> Iterator[str]:
    # The first letter is always right.
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)))
