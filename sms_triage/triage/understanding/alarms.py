"""Danger in a person's own words: heavy bleeding, fainting, severe pain, forced sex, bleeding while pregnant, a wish
to die. Works on any text at any moment, tolerates misspelling, and does not take a denial for an alarm."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

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

MOST_REACH = 5
"""How many words behind a danger word "never ... so much" still makes the most of it."""

FUZZY_FROM = 5
"""Words shorter than this must be spelt right: one letter off would be another word."""

_CLAUSE_END = re.compile(r"[.,;:!?\n]+")
_BOUNDARY = "|"


@dataclass(frozen=True)
class Alarm:
    """One kind of danger: which guidance answers it, and the patterns of words that state it, each with its language.
    What it makes known, each topic says. Of one that is `only_now`, what was long ago is no alarm."""

    id: str
    guidance: str
    patterns: tuple[tuple[str, "Pattern"], ...]
    only_now: bool = False


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

    choices: tuple[frozenset[str], ...]

    def find(self, said: Sequence[frozenset[str]], window: int) -> Iterator[list[int]]:
        """The places where the pattern stands, as one index for each of its words; `said` is what each token spells."""
        hits = [[place for place, words in enumerate(said) if words & choice] for choice in self.choices]
        if not all(hits):
            return
        for first in hits[0]:
            chosen = [first]
            for places in hits[1:]:
                near = [place for place in places if place not in chosen and abs(place - first) < window]
                if not near:
                    break
                chosen.append(min(near, key=lambda place: abs(place - first)))
            else:
                yield chosen


class Vocabulary:
    """All words of patterns, ready to say which of them a token spells. A `common` word is never another misspelt."""

    def __init__(self, words: Iterable[str], common: frozenset[str]) -> None:
        self._exact = frozenset(word for word in words if not word.endswith("*"))
        self._stems = {word.rstrip("*"): word for word in words if word.endswith("*")}
        self._long: dict[str, list[str]] = {}
        for word in sorted((*self._exact, *self._stems.values())):
            if len(word.rstrip("*")) >= FUZZY_FROM:
                self._long.setdefault(word[0], []).append(word)
        self._common = common
        self.spelt = lru_cache(maxsize=REMEMBERED)(self._spelt)

    def is_taken_for_another(self, token: str) -> bool:
        """Whether a token, if it were no common word, would be taken for another word misspelt."""
        return any(_is_near(token, word) and not _begins(token, word) for word in self._long.get(token[:1], ()))

    def _spelt(self, token: str) -> frozenset[str]:
        """The words that a token is, begins with, or is with one slip behind its first letter."""
        found = {token} & self._exact
        found |= {self._stems[token[:end]] for end in range(1, len(token) + 1) if token[:end] in self._stems}
        if token not in self._common:
            found |= {word for word in self._long.get(token[:1], ()) if _is_near(token, word)}
        return frozenset(found)


REMEMBERED = 10_000
"""Tokens of which it is remembered what they spell: words, of nobody in particular."""


def _begins(token: str, word: str) -> bool:
    return token.startswith(word.rstrip("*")) if word.endswith("*") else token == word


def _is_near(token: str, word: str) -> bool:
    stem = word.rstrip("*")
    lengths = range(len(stem) - 1, len(stem) + 2) if word.endswith("*") else [len(token)]
    return any(OSA.distance(token[:length], stem, score_cutoff=1) <= 1 for length in lengths)


@dataclass(frozen=True)
class Alarms:
    """All alarms, the gravest first, and the words that turn what is stated into something else: `denials` (over
    `links` and the danger's own words only), those that make the most of it after "never" (`most`), what is only
    supposed (`supposed`), and what is over (`past`)."""

    window: int
    alarms: tuple[Alarm, ...]
    guidance: Mapping[str, Guidance]
    denials: frozenset[str]
    denials_after: frozenset[str]
    links: frozenset[str]
    most: frozenset[str]
    supposed: frozenset[str]
    past: tuple[str, ...]
    doubts: frozenset[str]
    vocabulary: Vocabulary

    def heard(self, text: str) -> tuple[Heard, ...]:
        """The alarms that `text` states and does not deny, the gravest first."""
        tokens = _tokens(text)
        said = [self.vocabulary.spelt(token) for token in tokens]
        if not any(said):
            return ()
        is_past = self._is_past(tokens)
        found = (self._stated(alarm, tokens, said) for alarm in self.alarms if not (is_past and alarm.only_now))
        return tuple(heard for heard in found if heard)

    def doubtful(self, text: str) -> bool:
        """Whether `text` speaks of something that may be a danger, so that the danger question should be asked."""
        tokens = _tokens(text)
        said = [self.vocabulary.spelt(token) for token in tokens]
        return any(words & self.doubts and not self._denied(tokens, said, [place]) for place, words in enumerate(said))

    def _stated(self, alarm: Alarm, tokens: Sequence[str], said: Sequence[frozenset[str]]) -> Heard | None:
        for language, pattern in alarm.patterns:
            for places in pattern.find(said, self.window):
                if not self._denied(tokens, said, places) and not self._supposed(tokens, places):
                    return Heard(alarm, language)
        return None

    def _is_past(self, tokens: Sequence[str]) -> bool:
        text = f" {' '.join(tokens)} "
        return any(f" {words} " in text for words in self.past)

    def _supposed(self, tokens: Sequence[str], places: list[int]) -> bool:
        """Whether it is said with an "if" before it."""
        first = min(places)
        before = tokens[max(0, first - DENIAL_REACH) : first]
        return not self.supposed.isdisjoint(before[_last(before, _BOUNDARY) + 1 :])

    def _denied(self, tokens: Sequence[str], said: Sequence[frozenset[str]], places: list[int]) -> bool:
        return any(
            self._denied_before(tokens, said, places, place) or self._denied_after(tokens, places, place)
            for place in places
        )

    def _denied_before(
        self, tokens: Sequence[str], said: Sequence[frozenset[str]], places: list[int], place: int
    ) -> bool:
        """A denial reaches a danger word over linking words and the words of dangers: "no heavy bleeding", but not
        "no money, bleeding"; and "never bled so much" is none."""
        for before in range(place - 1, max(-1, place - 1 - DENIAL_REACH), -1):
            token = tokens[before]
            if token in self.denials and before not in places:
                return self.most.isdisjoint(tokens[before + 1 : place + 1 + MOST_REACH])
            if token == _BOUNDARY or (not said[before] and token not in self.links):
                return False
        return False

    def _denied_after(self, tokens: Sequence[str], places: list[int], place: int) -> bool:
        for after in range(place + 1, min(len(tokens), place + 1 + DENIAL_REACH_BACK)):
            if tokens[after] == _BOUNDARY:
                return False
            if tokens[after] in self.denials_after and after not in places:
                return True
        return False


def read_alarms(file: AlarmsFile, common: CommonWordsFile, translation: Translation = SOURCE) -> Alarms:
    """The alarms from the content."""
    alarms = tuple(
        Alarm(
            id=entry.id,
            guidance=entry.guidance,
            patterns=tuple(
                (language, Pattern(tuple(frozenset(word.split("|")) for word in fold(line).split())))
                for language, lines in entry.patterns.items()
                for line in lines
            ),
            only_now=entry.only_now,
        )
        for entry in file.alarms
    )
    doubts = frozenset(map(fold, file.doubt))
    stated = {
        word for alarm in alarms for _, pattern in alarm.patterns for choice in pattern.choices for word in choice
    }
    return Alarms(
        window=file.window,
        alarms=alarms,
        guidance={
            id: Guidance(
                entry.disposition,
                read_text(entry.text, f"guidance {id}", translation),
                Text(entry.floor.own, entry.floor.helper) if entry.floor else None,
            )
            for id, entry in file.guidance.items()
        },
        denials=frozenset(map(fold, file.denials)),
        denials_after=frozenset(map(fold, file.denials_after)),
        links=frozenset(map(fold, file.links)),
        most=frozenset(map(fold, file.most)),
        supposed=frozenset(map(fold, file.supposed)),
        past=tuple(map(fold, file.past)),
        doubts=doubts,
        vocabulary=Vocabulary(
            doubts | stated, frozenset(fold(word) for words in common.never_misspelt.values() for word in words)
        ),
    )


def _tokens(text: str) -> list[str]:
    clauses = (normal(clause) for clause in _CLAUSE_END.split(fold(text)))
    return f" {_BOUNDARY} ".join(clause for clause in clauses if clause).split()


def _last(tokens: Sequence[str], token: str) -> int:
    """The last place of a token; -1 if it is not there."""
    return max((place for place, one in enumerate(tokens) if one == token), default=-1)
