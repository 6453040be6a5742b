"""Danger in a person's own words: heavy bleeding, fainting, severe pain, forced sex, bleeding while pregnant, a wish
to die. Works on any text at any moment, tolerates misspelling, and does not take a denial for an alarm."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from sms_triage.triage.content.model import Text
from sms_triage.triage.content.reader import read_text
from sms_triage.triage.content.schema import AlarmsFile, CommonWordsFile
from sms_triage.triage.content.translations import SOURCE, Translation
from sms_triage.triage.understanding.words import fold, normal

DENIAL_REACH = 3
"""How many words before a danger word a denial still covers."""

DENIAL_REACH_BACK = 2
"""How many words behind a danger word a denial still covers, in languages that deny there."""

FUZZY_FROM = 5
"""Words shorter than this must be spelt right: one letter off would be another word."""

_CLAUSE_END = re.compile(r"[.,;:!?\n]+")
# Words that open a new thought, past which a denial does not reach ("I am not ok, he forced me").
_OPENERS = frozenset(["but", "because", "and", "so", "he", "she", "i", "they", "then", "now", "still", "im", "ive"])
_BOUNDARY = "|"


@dataclass(frozen=True)
class Alarm:
    """One kind of danger: which guidance answers it, and the patterns of words that state it, each with its language.
    What it makes known, each topic says."""

    id: str
    guidance: str
    patterns: tuple[tuple[str, "Pattern"], ...]


@dataclass(frozen=True)
class Heard:
    """An alarm and the language it was stated in."""

    alarm: Alarm
    language: str


@dataclass(frozen=True)
class Guidance:
    """What is said at once to an alarm, and the disposition it is owed; `floor` (for her own eyes, to a helper) is what
    is then owed at least whatever else is told, and what is said leads the result too."""

    disposition: str
    text: Text
    floor: Text | None = None


@dataclass(frozen=True)
class Pattern:
    """Words that must stand near each other, in any order; each is a choice of spellings, ``*`` ending a stem."""

    choices: tuple[tuple[str, ...], ...]

    def find(self, tokens: Sequence[str], window: int, common: Container[str] = ()) -> Iterator[list[int]]:
        """The places where the pattern stands, as one token index for each of its words. A `common` word is never
        another one misspelt."""
        hits = [
            [place for place, token in enumerate(tokens) if _spells(token, words, token not in common)]
            for words in self.choices
        ]
        for first in hits[0]:
            chosen = [first]
            for places in hits[1:]:
                near = [place for place in places if place not in chosen and abs(place - first) < window]
                if not near:
                    break
                chosen.append(min(near, key=lambda place: abs(place - first)))
            else:
                yield chosen


@dataclass(frozen=True)
class Alarms:
    """All alarms, the most specific first."""

    window: int
    alarms: tuple[Alarm, ...]
    guidance: Mapping[str, Guidance]
    denials: frozenset[str]
    denials_after: frozenset[str]
    doubts: tuple[str, ...]
    common: frozenset[str]

    def heard(self, text: str) -> tuple[Heard, ...]:
        """The alarms that `text` states and does not deny, the gravest first."""
        tokens = _tokens(text)
        found = (self._stated(alarm, tokens) for alarm in self.alarms)
        return tuple(heard for heard in found if heard)

    def _stated(self, alarm: Alarm, tokens: Sequence[str]) -> Heard | None:
        for language, pattern in alarm.patterns:
            if any(not self._denied(tokens, places) for places in pattern.find(tokens, self.window, self.common)):
                return Heard(alarm, language)
        return None

    def doubtful(self, text: str) -> bool:
        """Whether `text` speaks of something that may be a danger, so that the danger question should be asked."""
        tokens = _tokens(text)
        return any(
            _spells(token, self.doubts, token not in self.common) and not self._denied(tokens, [place])
            for place, token in enumerate(tokens)
        )

    def _denied(self, tokens: Sequence[str], places: list[int]) -> bool:
        for place in places:
            for before in range(place - 1, max(-1, place - 1 - DENIAL_REACH), -1):
                if tokens[before] == _BOUNDARY or tokens[before] in _OPENERS:
                    break
                if tokens[before] in self.denials and before not in places:
                    return True
            for after in range(place + 1, min(len(tokens), place + 1 + DENIAL_REACH_BACK)):
                if tokens[after] == _BOUNDARY:
                    break
                if tokens[after] in self.denials_after and after not in places:
                    return True
        return False


def read_alarms(file: AlarmsFile, common: CommonWordsFile, translation: Translation = SOURCE) -> Alarms:
    """The alarms from the content."""
    return Alarms(
        window=file.window,
        alarms=tuple(
            Alarm(
                id=entry.id,
                guidance=entry.guidance,
                patterns=tuple(
                    (language, Pattern(tuple(tuple(word.split("|")) for word in fold(line).split())))
                    for language, lines in entry.patterns.items()
                    for line in lines
                ),
            )
            for entry in file.alarms
        ),
        guidance={
            id: Guidance(
                entry.disposition,
                read_text(entry.text, f"guidance {id}", translation),
                Text(entry.floor.own, entry.floor.helper) if entry.floor else None,
            )
            for id, entry in file.guidance.items()
        },
        denials=frozenset(file.denials),
        denials_after=frozenset(fold(word) for word in file.denials_after),
        doubts=tuple(fold(word) for word in file.doubt),
        common=frozenset(fold(word) for words in common.never_misspelt.values() for word in words),
    )


def _tokens(text: str) -> list[str]:
    clauses = (normal(clause) for clause in _CLAUSE_END.split(fold(text)))
    return f" {_BOUNDARY} ".join(clause for clause in clauses if clause).split()


def _spells(token: str, words: Sequence[str], misspelt: bool = True) -> bool:
    """Whether a token is one of these words, or one of them `misspelt` if that is allowed."""
    for word in words:
        stem = word.rstrip("*")
        if token == stem or (word.endswith("*") and token.startswith(stem)):
            return True
        if misspelt and len(stem) >= FUZZY_FROM and token[:1] == stem[:1]:
            lengths = range(len(stem) - 1, len(stem) + 2) if word.endswith("*") else [len(token)]
            if any(OSA.distance(token[:length], stem, score_cutoff=1) <= 1 for length in lengths):
                return True
    return False
