"""Where in a text which concepts stand, in the words of which language.

A concept is what one or more words mean ("heavy": *lots*, *pouring*, *through my clothes*); the content names them.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from sms_triage.triage.understanding.spelling import BOUNDARY, Speller, spelling, tokens_of

PHRASE_GAP = 2
"""How many other words may stand between two words of a phrase."""

_NUMBERS = re.compile(r"#(\d+)-(\d+)")
"""In a phrase: any number from one to another."""

Choice = frozenset[str]
"""Words of which one must stand there."""


class Place(NamedTuple):
    """Words of a text, by their number in it, that together say one thing."""

    words: tuple[int, ...]


class Spoken(NamedTuple):
    """A concept in one language."""

    language: str
    concept: str


@dataclass(frozen=True)
class Reading:
    """A text taken apart: its words, and in each language where each concept stands."""

    tokens: Sequence[str]
    places: Mapping[str, Mapping[str, Sequence[Place]]]

    def of(self, language: str, concepts: Iterable[str]) -> list[Place]:
        """Where any of these concepts stands."""
        places = self.places.get(language, {})
        return [place for concept in concepts for place in places.get(concept, ())]

    def without(self, words: Collection[int]) -> "Reading":
        """The text as if these words meant nothing."""
        left = {
            language: {
                concept: kept
                for concept, places in spoken.items()
                if (kept := [place for place in places if not any(word in words for word in place.words)])
            }
            for language, spoken in self.places.items()
        }
        return Reading(self.tokens, left)


def parts_of(phrase: str) -> list[list[str]]:
    """The parts of a phrase, each the alternatives that stand there: words, or names of concepts in ``<>``."""
    return [spelling(part).split("|") for part in phrase.split()]


def concept_in(alternative: str) -> str:
    """The concept that an alternative names; "" if it is a word."""
    return alternative[1:-1] if alternative.startswith("<") and alternative.endswith(">") else ""


class Concepts:
    """Every concept with its words, ready to be found. `written` is by concept and language; a phrase may name a
    concept that is written above its own. `common` are words that are never taken for a misspelling."""

    def __init__(self, written: Mapping[str, Mapping[str, Iterable[str]]], common: Iterable[str]) -> None:
        self._begun_by: dict[str, list[tuple[Spoken, tuple[Choice, ...]]]] = defaultdict(list)
        phrases: dict[Spoken, list[tuple[Choice, ...]]] = {}
        known: set[str] = set()
        for concept, languages in written.items():
            for language, lines in languages.items():
                spoken = Spoken(language, concept)
                phrases[spoken] = [one for line in lines for one in _said(line, language, phrases)]
                for phrase in phrases[spoken]:
                    known |= frozenset.union(*phrase)
                    for word in phrase[0]:
                        self._begun_by[word].append((spoken, phrase[1:]))
        numbers = [found for word in known if (found := _NUMBERS.fullmatch(word))]
        self._numbers = {found[0]: range(int(found[1]), int(found[2]) + 1) for found in numbers}
        self.speller = Speller(known - self._numbers.keys(), common)

    def read(self, text: str) -> Reading:
        """`text`, taken apart."""
        tokens = [word for token in tokens_of(text) for word in self.speller.split(token)]
        spelt = [self._number(token) if token.isdecimal() else self.speller.spelt(token) for token in tokens]
        places: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
        for at, words in enumerate(spelt):
            for word in words:
                for (language, concept), rest in self._begun_by.get(word, ()):
                    found = _rest(tokens, spelt, at, rest)
                    if found and found not in places[language][concept]:
                        places[language][concept].append(found)
        return Reading(tokens, places)

    def _number(self, token: str) -> Choice:
        return frozenset(word for word, numbers in self._numbers.items() if int(token) in numbers) | {token}


def _said(
    line: str, language: str, phrases: Mapping[Spoken, Sequence[tuple[Choice, ...]]]
) -> Iterator[tuple[Choice, ...]]:
    """The phrases that a line stands for: one for each way to say the concepts that it names."""
    parts: list[list[tuple[Choice, ...]]] = []
    for part in parts_of(line):
        words = frozenset(alternative for alternative in part if not concept_in(alternative))
        ways: list[tuple[Choice, ...]] = [(words,)] if words else []
        for name in filter(None, map(concept_in, part)):
            said = phrases.get(Spoken(language, name), ())
            single = frozenset[str]().union(*(phrase[0] for phrase in said if len(phrase) == 1))
            ways += [(single,)] if single else []
            ways += [phrase for phrase in said if len(phrase) > 1]
        parts.append(ways)
    yield from (tuple(choice for way in ways for choice in way) for ways in product(*parts))


def _rest(tokens: Sequence[str], spelt: Sequence[Choice], first: int, rest: tuple[Choice, ...]) -> Place | None:
    """Where the whole phrase stands that begins at `first`, if it does."""
    words = [first]
    for choice in rest:
        for at in range(words[-1] + 1, min(len(tokens), words[-1] + 2 + PHRASE_GAP)):
            if tokens[at] == BOUNDARY:
                return None
            if spelt[at] & choice:
                words.append(at)
                break
        else:
            return None
    return Place(tuple(words))
