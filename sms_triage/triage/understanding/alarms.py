"""Danger in a person's own words, in any language, at any moment. A denial ("no heavy bleeding") is no alarm; what is
only asked or supposed ("if I faint") or long ago ("last year") is no emergency now."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sms_triage.triage.content.model import Text
from sms_triage.triage.content.reader import read_text
from sms_triage.triage.content.schema import AlarmsFile, CommonWordsFile, GrammarEntry
from sms_triage.triage.content.translations import SOURCE, Translation
from sms_triage.triage.understanding.concepts import Concepts, Place, Reading, concept_in, parts_of
from sms_triage.triage.understanding.spelling import BOUNDARY

DENIAL_REACH = 4
"""Over how many words that are passed over ("any", "really") a denial finds what it denies."""

SUPPOSED_REACH = 4
"""How many words behind an "if" a danger is only supposed."""

STRANGE_FROM = 3
"""A text of fewer words, numbers apart, that nothing understands is a slip, or an answer to somebody else."""

LEAST_SPOKEN = 2
"""How many words tell a language."""

DOUBT = -1
"""The rank of what is no alarm, but may be one."""


@dataclass(frozen=True)
class Alarm:
    """One kind of danger, and which guidance answers it, `whenever`: even if it was long ago. What it makes known, each
    topic says."""

    id: str
    guidance: str
    whenever: bool


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
    """Concepts that must all stand within a window of words, in any order; each part is a choice of some. `rank` is
    that of the alarm, or :data:`DOUBT`."""

    rank: int
    language: str
    window: int
    parts: tuple[tuple[str, ...], ...]

    def find(self, spoken: Mapping[str, Sequence[Place]]) -> Iterator[list[int]]:
        """The places where the pattern stands, as the numbers of its words."""
        if not all(any(concept in spoken for concept in part) for part in self.parts):
            return
        first, *others = ([place for concept in part for place in spoken.get(concept, ())] for part in self.parts)
        for place in first:
            chosen = list(place.words)
            for places in others:
                near = [
                    (distance, other.words)
                    for other in places
                    if not set(other.words) & set(chosen) and (distance := _distance(place, other)) < self.window
                ]
                if not near:
                    break
                chosen += min(near)[1]
            else:
                yield chosen


def _distance(one: Place, other: Place) -> int:
    return max(min(other.words) - max(one.words), min(one.words) - max(other.words), 1)


class Patterns:
    """Many patterns, of which those that may stand in a text are found without trying every one."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._by_first: dict[tuple[str, str], list[Pattern]] = defaultdict(list)
        for pattern in patterns:
            for concept in pattern.parts[0]:
                self._by_first[pattern.language, concept].append(pattern)

    def standing(self, reading: Reading) -> Iterator[tuple[Pattern, list[int]]]:
        """The patterns that stand in a text, each with the numbers of its words."""
        for language, spoken in reading.places.items():
            for concept in spoken:
                for pattern in self._by_first.get((language, concept), ()):
                    for words in pattern.find(spoken):
                        yield pattern, words


@dataclass(frozen=True)
class Alarms:
    """All alarms, the gravest first, and what may be one. `common` are the most used words, by language."""

    concepts: Concepts
    common: Mapping[str, frozenset[str]]
    grammar: GrammarEntry
    alarms: tuple[Alarm, ...]
    patterns: Patterns
    guidance: Mapping[str, Guidance]

    def heard(self, text: str) -> tuple[Heard, ...]:
        """Every alarm that `text` states and does not deny, the gravest first."""
        reading = self._read(text)
        denied = self._denied(reading)
        stated: dict[int, list[str]] = {}
        for pattern, words in self.patterns.standing(reading):
            if pattern.rank != DOUBT and not _denies(denied, words) and not self._put_off(reading, pattern, words):
                stated.setdefault(pattern.rank, []).append(pattern.language)
        return tuple(Heard(self.alarms[rank], _most_spoken(reading, stated[rank])) for rank in sorted(stated))

    def speaks_of(self, text: str) -> tuple[Alarm, ...]:
        """Everything that `text` speaks of, denied or not, in their order."""
        ranks = {pattern.rank for pattern, _ in self.patterns.standing(self.concepts.read(text))}
        return tuple(self.alarms[rank] for rank in sorted(ranks - {DOUBT}))

    def doubtful(self, text: str) -> bool:
        """Whether `text` speaks of something that may be a danger, so that the danger question should be asked."""
        reading = self._read(text)
        denied = self._denied(reading)
        return any(
            not _denies(denied, words) and not (pattern.rank == DOUBT and self._put_off(reading, pattern, words))
            for pattern, words in self.patterns.standing(reading)
        )

    def strange(self, text: str) -> bool:
        """Whether `text` says at some length what nothing here understands: it may be a danger in words that nobody
        thought of."""
        reading = self.concepts.read(text)
        words = [token for token in reading.tokens if token != BOUNDARY and not any(map(str.isdecimal, token))]
        known = any(reading.of(language, self.grammar.everyday) for language in reading.places)
        return len(words) >= STRANGE_FROM and not known and not any(self.patterns.standing(reading))

    def spoken_in(self, text: str) -> str:
        """The language of which a text has the most words, of those known; "" where two have as many, or fewer than
        two words are known."""
        reading = self.concepts.read(text)
        words = {token for token in reading.tokens if token != BOUNDARY}
        spoken = Counter({language: len(words & common) for language, common in self.common.items()})
        for language in reading.places:
            at = {at for places in reading.places[language].values() for place in places for at in place.words}
            spoken[language] += len({reading.tokens[one] for one in at} - self.common.get(language, frozenset()))
        (first, most), (_, next_most) = [*spoken.most_common(2), ("", 0), ("", 0)][:2]
        return first if most >= LEAST_SPOKEN and most > next_most else ""

    def _read(self, text: str) -> Reading:
        """`text` taken apart, without what is only a manner of speaking."""
        reading = self.concepts.read(text)
        aside = {
            word
            for language in reading.places
            for place in reading.of(language, self.grammar.sets_aside)
            for word in place.words
        }
        return reading.without(aside) if aside else reading

    def _put_off(self, reading: Reading, pattern: Pattern, words: Sequence[int]) -> bool:
        """Whether it is only supposed, or long past."""
        first, last, language = min(words), max(words), pattern.language
        for place in reading.of(language, self.grammar.supposes):
            end = max(place.words)
            if end < first <= end + SUPPOSED_REACH and not self._turns(reading, language, end + 1, first):
                return True
        if self._whenever(pattern):
            return False
        if any(reading.of(spoken, self.grammar.over) for spoken in reading.places):
            return True
        for spoken in reading.places:
            for place in reading.of(spoken, self.grammar.long_ago):
                start, end = min(place.words), max(place.words)
                between = (end + 1, first) if end < first else (last + 1, start)
                if not self._turns(reading, spoken, *between):
                    return True
        return False

    def _whenever(self, pattern: Pattern) -> bool:
        return pattern.rank != DOUBT and self.alarms[pattern.rank].whenever

    def _turns(self, reading: Reading, language: str, start: int, end: int) -> bool:
        """Whether a new thought begins between two words."""
        turns = {place.words[0] for place in reading.of(language, self.grammar.turns)}
        return any(at in turns or reading.tokens[at] == BOUNDARY for at in range(start, end))

    def _denied(self, reading: Reading) -> "Denied":
        """What is denied in any language: many words are of more than one, and then the denial is of one of them."""
        denied: dict[int, list[Place]] = {}
        for language in reading.places:
            self._deny_in(reading, language, denied)
        return denied

    def _deny_in(self, reading: Reading, language: str, denied: dict[int, list[Place]]) -> None:
        grammar = self.grammar
        denials = sorted(reading.of(language, (*grammar.denies, *grammar.denies_back)))
        ends = reading.of(language, grammar.ends)
        if not denials and not ends:
            return
        binding = _Binding(reading, language, grammar)
        back = set(reading.of(language, grammar.denies_back))
        ahead = set(reading.of(language, grammar.denies))
        for place in denials:
            bound = binding.ahead(place) if place in ahead else set()
            if not bound and place in back:
                bound = binding.back(place)
            for word in bound:
                denied.setdefault(word, []).append(place)
        for place in ends:
            # What has not stopped is there.
            if not set(place.words) & denied.keys():
                for word in binding.back(place) or binding.ahead(place):
                    denied.setdefault(word, []).append(place)


Denied = Mapping[int, list[Place]]
"""By denied word: the denials of it."""


def _denies(denied: Denied, words: Sequence[int]) -> bool:
    """Whether one of the words is denied, by what does not itself belong to what is said ("dont stop")."""
    return any(not set(place.words) & set(words) for word in words for place in denied.get(word, ()))


class _Binding:
    """What a denial in a text binds: the first thing that it can deny, over words that are passed over. A word of
    another kind ("no money, bleeding") takes the denial for itself."""

    def __init__(self, reading: Reading, language: str, grammar: GrammarEntry) -> None:
        def words(concepts: Sequence[str]) -> set[int]:
            return {word for place in reading.of(language, concepts) for word in place.words}

        self.tokens = reading.tokens
        self.passed, self.also = words(grammar.passed), words(grammar.also)
        self.stops = words((*grammar.turns, *grammar.subjects)) | words((*grammar.denies, *grammar.denies_back))
        own = {*grammar.passed, *grammar.also, *grammar.turns, *grammar.subjects, *grammar.denies, *grammar.denies_back}
        own |= {*grammar.sets_aside, *grammar.everyday}
        own |= {*grammar.supposes, *grammar.long_ago, *grammar.over}
        self.things = words([concept for concept in reading.places[language] if concept not in own])

    def ahead(self, denial: Place) -> set[int]:
        return self._bound(range(max(denial.words) + 1, len(self.tokens)), denial)

    def back(self, denial: Place) -> set[int]:
        return self._bound(range(min(denial.words) - 1, -1, -1), denial)

    def _bound(self, way: range, denial: Place) -> set[int]:
        bound: set[int] = set()
        passed, found = 0, False
        for at in way:
            if at in denial.words or (at in self.stops and at not in self.things) or self.tokens[at] == BOUNDARY:
                break
            if at in self.also:
                found = False
            elif found:
                break
            elif at in self.passed and passed < DENIAL_REACH:
                passed += 1
                bound.add(at)
            elif at in self.things:
                bound.add(at)
                found = True
            else:
                break
        return bound


def _most_spoken(reading: Reading, languages: Sequence[str]) -> str:
    """The language of which the text has the most words, of those in which an alarm was stated."""

    def spoken(language: str) -> int:
        return len({word for places in reading.places[language].values() for place in places for word in place.words})

    return max(languages, key=spoken)


def read_alarms(file: AlarmsFile, common: CommonWordsFile, translation: Translation = SOURCE) -> Alarms:
    """The alarms from the content. `common` are the most used words of each language."""
    concepts, patterns = _understood(file, common)
    return Alarms(
        concepts=concepts,
        common={language: frozenset(words.split()) for language, words in common.words.items()},
        grammar=file.grammar,
        alarms=tuple(Alarm(entry.id, entry.guidance, entry.whenever) for entry in file.alarms),
        patterns=patterns,
        guidance={
            id: Guidance(
                entry.disposition,
                read_text(entry.text, f"guidance {id}", translation),
                Text(entry.floor.own, entry.floor.helper) if entry.floor else None,
            )
            for id, entry in file.guidance.items()
        },
    )


@lru_cache(maxsize=4)
def _understood(file: AlarmsFile, common: CommonWordsFile) -> tuple[Concepts, Patterns]:
    """The concepts and patterns: the same whatever language the guidance is in."""
    written: dict[str, dict[str, tuple[str, ...]]] = dict(file.concepts)

    def patterns(rank: int, languages: Mapping[str, Sequence[str]], window: int = file.window) -> list[Pattern]:
        return [
            Pattern(rank, language, window, parts(language, line))
            for language, lines in languages.items()
            for line in lines
        ]

    def parts(language: str, line: str) -> tuple[tuple[str, ...], ...]:
        found = []
        for part in parts_of(line):
            concepts = [*filter(None, map(concept_in, part))]
            if words := tuple(alternative for alternative in part if not concept_in(alternative)):
                # Words that stand in a pattern itself are a concept that has no name.
                concepts.append(f"{'|'.join(words)}|")
                written.setdefault(concepts[-1], {})[language] = words
            found.append(tuple(concepts))
        return tuple(found)

    stated = [
        pattern
        for rank, entry in enumerate(file.alarms)
        for pattern in patterns(rank, entry.patterns, entry.window or file.window)
    ]
    known = Patterns((*stated, *patterns(DOUBT, file.doubt)))
    return Concepts(written, (word for words in common.words.values() for word in words.split())), known
