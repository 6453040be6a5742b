"""What a person may mean by what she typed in answer to a question. Never guesses between two options."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import asdict

from sms_triage.triage.content.model import Question
from sms_triage.triage.content.schema import ServiceFile
from sms_triage.triage.understanding.stop import Stopping, read_stopping
from sms_triage.triage.understanding.words import fold, normal, normal_set, spoken

Miss = Literal["unknown", "unsure", "none_and_more", "between", "picture", "whose"]
"""Why an answer was not taken: not an answer, could be several, "none" together with something, an age that leaves
options open, no words at all, or a danger of nobody knows whom."""


@dataclass(frozen=True)
class IsItSevere:
    """A word that is the option of this number only if it is severe; said of somebody else, it is the option."""

    number: int


FEWEST_YEARS = 10
"""A bare number below may be the number of an option."""

MOST_YEARS = 110
"""A greater number is no age."""


@dataclass(frozen=True)
class Lexicon:
    """The words the service understands, in every language, in normal form.

    `fillers` say nothing beside an answer, `age` words say that a number is an age, `polite` ones are never STOP to who
    speaks their language (*acha* is "good" in Hindi and "stop" in Swahili), `reactions` stand before a message
    of ours that a phone sends back. `languages` are words that choose a language; `speaks` tells which language a
    stranger's word is of, for words that are of one language only.
    """

    commands: Mapping[str, str]
    languages: Mapping[str, str]
    speaks: Mapping[str, str]
    carrier_words: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    numbers: Mapping[str, int]
    fillers: frozenset[str]
    age: frozenset[str]
    polite: Mapping[str, frozenset[str]]
    greetings: frozenset[str]
    thanks: frozenset[str]
    stopping: Stopping
    reactions: frozenset[str]


def read_lexicon(service: ServiceFile) -> Lexicon:
    """The lexicon from the service's content (``keywords``, ``answers`` and ``languages``)."""
    answers, keywords = service.answers, asdict(service.keywords)
    names = {id: (entry.name, entry.plain, *entry.words) for id, entry in service.languages.items()}
    return Lexicon(
        languages={normal(word): id for id, words in names.items() for word in words},
        speaks=_of_one_language(
            *keywords.values(),
            answers.yes,
            answers.no,
            answers.greetings,
            answers.thanks,
            service.stopping.phrases,
        ),
        commands={
            word: command
            for command, languages in keywords.items()
            for words in languages.values()
            for word in normal_set(words)
        },
        carrier_words=normal_set(service.carrier_words),
        yes=_in_every_language(answers.yes),
        no=_in_every_language(answers.no),
        numbers={
            normal(word): number
            for rows in answers.numbers.values()
            for number, words in enumerate(rows, 1)
            for word in words
        },
        fillers=normal_set(answers.fillers),
        age=_in_every_language(answers.age),
        polite=_by_language(answers.yes, answers.no, answers.greetings, answers.thanks),
        greetings=_in_every_language(answers.greetings),
        thanks=_in_every_language(answers.thanks),
        stopping=read_stopping(service),
        reactions=_in_every_language(service.reactions),
    )


def _in_every_language(words: Mapping[str, Iterable[str]]) -> frozenset[str]:
    return normal_set(word for of_one in words.values() for word in of_one)


def _by_language(*tables: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    words: dict[str, frozenset[str]] = {}
    for table in tables:
        for language, said in table.items():
            words[spoken(language)] = words.get(spoken(language), frozenset()) | normal_set(said)
    return words


def _of_one_language(*tables: Mapping[str, Iterable[str]]) -> dict[str, str]:
    speaks: dict[str, set[str]] = {}
    for table in tables:
        for language, words in table.items():
            for word in words:
                speaks.setdefault(normal(word), set()).add(spoken(language))
    return {word: next(iter(languages)) for word, languages in speaks.items() if len(languages) == 1}


class Reader:
    """Understands the answers to one question, in the words of its options and of the lexicon."""

    def __init__(self, question: Question, lexicon: Lexicon) -> None:
        self.question = question
        self.lexicon = lexicon
        self.words: dict[str, set[int]] = {}
        self.if_severe: dict[str, int] = {}
        self._own: dict[str, set[int]] = {}
        for number, option in enumerate(question.options, 1):
            for phrase in (*option.words, *option.label.both()):
                self.words.setdefault(normal(phrase), set()).add(number)
                self._own.setdefault(normal(phrase), set()).add(number)
            self.if_severe |= {normal(phrase): number for phrase in option.if_severe}
            for meaning, phrases in (("yes", lexicon.yes), ("no", lexicon.no)):
                named = option.value == meaning or normal(option.label.own.partition(",")[0]) in phrases
                if not question.several and named:
                    for phrase in phrases:
                        self.words.setdefault(phrase, set()).add(number)
        if question.none:
            for phrase in (*question.none.both(), *lexicon.no):
                self.words.setdefault(normal(phrase), set()).add(question.last)
        for number, line in question.lines:
            self.words.setdefault(normal(line), set()).add(number)

    def read(self, text: str, *, helper: bool = False) -> frozenset[int] | Miss | IsItSevere:
        """The option numbers meant by who answers for herself or as a `helper`, or why none can be taken."""
        said = " ".join(token for token in normal(text).split() if token not in self.lexicon.fillers)
        if number := self.if_severe.get(said):
            return frozenset({number}) if helper else IsItSevere(number)
        text = _ORDINAL.sub("", _NUMBER_SIGN.sub(" ", text))
        body = normal(text)
        if self.question.several and (span := _SPAN.search(text)) and int(span[1]) + 1 < int(span[2]):
            return "unknown"
        asks = "?" in text
        meant = (
            self._phrase(body, asks)
            or self._both(body, asks)
            or self._numbers(body)
            or self._list(text)
            or set(filter(None, [self.of_years(text)]))
        )
        if not meant:
            return "between" if self._is_between(text) else "unknown"
        if not self.question.several:
            return frozenset(meant) if len(meant) == 1 else "unsure"
        if self.question.last in meant and len(meant) > 1:
            return "none_and_more"
        return frozenset(meant)

    def _phrase(self, body: str, asks: bool) -> set[int] | None:
        """An option's own words, a yes or no, or a number word; but for who asks something, also between fillers."""
        if body in self.words:
            return self.words[body]
        number = self.lexicon.numbers.get(body)
        if number:
            return {number} if number <= self.question.last else None
        tokens = [] if asks else body.split()
        longest = max((phrase.count(" ") + 1 for phrase in self.words), default=0)
        for start in range(len(tokens)):
            for end in range(min(start + longest, len(tokens)), start, -1):
                if " ".join(tokens[start:end]) in self.words and self._fill((*tokens[:start], *tokens[end:])):
                    return self.words[" ".join(tokens[start:end])]
            if tokens[start] not in self.lexicon.fillers:
                break
        return None

    def _both(self, body: str, asks: bool) -> set[int] | None:
        """An option by its number and in words ("2 my sister")."""
        head, _, rest = body.partition(" ")
        if not (head.isascii() and head.isdecimal()) or (named := self._phrase(rest, asks)) is None:
            return None
        both = {int(head), *named}
        return both if len(both) == 1 or not self.question.several else None

    def _fill(self, tokens: Iterable[str]) -> bool:
        return all(token in self.lexicon.fillers for token in tokens)

    def _numbers(self, body: str) -> set[int] | None:
        """Digits or number words, with nothing beside them that could change what they mean."""
        meant: set[int] = set()
        for token in body.split():
            if token.isascii() and token.isdecimal():
                digits = [int(digit) for digit in token.lstrip("0")] if self.question.several else [int(token)]
                meant.update(digits or [0])
            elif token in self.lexicon.numbers:
                meant.add(self.lexicon.numbers[token])
            elif token in self.lexicon.yes:
                meant.update(self.words.get(token, ()))
            elif token not in self.lexicon.fillers:
                return None
        return meant if meant and all(1 <= number <= self.question.last for number in meant) else None

    def named(self, body: str) -> int:
        """The option that a text names in several words of its own, or by an age that is said to be one; 0 for none."""
        said = " ".join(token for token in body.split() if token not in self.lexicon.fillers)
        found = set().union(*(self._own.get(phrase, ()) for phrase in (body, said) if " " in phrase))
        if len(found) == 1:
            return min(found)
        of_age = any(token in self.lexicon.age for token in body.split())
        return self.of_years(body) if of_age else 0

    def of_years(self, text: str) -> int:
        """The option that one age in years means, by number; 0 for none."""
        years = self._years(text)
        return next((number for number, option in enumerate(self.question.options, 1) if years in option.years), 0)

    def _is_between(self, text: str) -> bool:
        between, years = self.question.between, self._years(text)
        return between is not None and years is not None and between.from_years <= years <= MOST_YEARS

    def _years(self, text: str) -> int | None:
        """One age in years. A number of one digit needs a word that says so."""
        tokens = normal(_DIGITS_END.sub(" ", fold(text))).split()
        ages = [int(token) for token in tokens if token.isascii() and token.isdecimal()]
        words = [token for token in tokens if not token.isdecimal()]
        said = [word for word in words if word in self.lexicon.age]
        if len(ages) != 1 or _ABOUT.search(fold(text)) or not (said or ages[0] >= FEWEST_YEARS):
            return None
        if not self._fill(word for word in words if word not in said):
            return None
        return ages[0]

    def _list(self, text: str) -> set[int] | None:
        """Several options in words: "pain and fever"."""
        parts = [normal(part) for part in _LIST.split(fold(text))]
        parts = [part for part in parts if part]
        found = [self.words.get(part) for part in parts]
        if len(parts) < 2 or not all(found):
            return None
        return set().union(*(numbers for numbers in found if numbers))


_LIST = re.compile(r"[,;+&/\n]|\band\b")
_SPAN = re.compile(r"(\d)\s?[-‐‑–—]\s?(\d)")
_NUMBER_SIGN = re.compile(r"(?:\bn\s?[°º]|\bno\.(?=\d)|№)\s?(?=\d)", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|[ºª°])(?!\w)", re.IGNORECASE)
_DIGITS_END = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
_ABOUT = re.compile(r"[<>+~/=*]|\d\s*-|-\s*\d")
"""What makes of an age a span of ages."""
