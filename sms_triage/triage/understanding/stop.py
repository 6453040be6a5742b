"""STOP as people say it: with a thank you, a name or a number behind it, in a sentence, letter by letter, as a sign.

A sentence says it if every word of it is known to be about that. One other word, and it is about something else: what
"how do i stop the bleeding" asks for is help.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sms_triage.triage.content.schema import ServiceFile
from sms_triage.triage.understanding.words import fold, normal

Words = tuple[str, ...]

_SENTENCE_END = re.compile(r"[.!।|\n]+|\s[-~–—]+|--+")
_LETTER_AGAIN = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True)
class Stopping:
    """What says STOP: `words` in a text that says nothing else, those that are `carried` also in a first sentence and
    `phrases` in a last one too. What may stand `beside` it, and the signs for it. Each word or phrase as its words in
    normal form."""

    words: frozenset[Words]
    carried: frozenset[Words]
    phrases: frozenset[Words]
    beside: frozenset[Words]
    signs: frozenset[str]

    def wished(self, text: str) -> bool:
        """Whether a text says that she wants no more texts, by itself or beside something else."""
        written = "".join(f" {self._word} " if character in self.signs else character for character in text)
        first, *others = [part for part in _SENTENCE_END.split(fold(written)) if normal(part)] or [""]
        return (
            self._says(written, self.words | self.phrases)
            or self._says(first, self.carried | self.phrases)
            or (bool(others) and self._says(others[-1], self.phrases))
        )

    def _says(self, sentence: str, stops: frozenset[Words]) -> bool:
        """Whether a sentence is made of nothing but words that say STOP, at least one of them, and of what may stand
        beside them."""
        tokens = normal(sentence).split()
        if len(tokens) > 1 and all(len(token) == 1 for token in tokens):
            tokens = ["".join(tokens)]
        tokens = [token if token in self._vocabulary else _LETTER_AGAIN.sub(r"\1", token) for token in tokens]
        if not all(token in self._vocabulary or token.isdecimal() for token in tokens):
            return False
        # Where a word may begin, and whether something before it says STOP.
        reached = {(0, False)}
        for start in range(len(tokens)):
            for said in {said for place, said in reached if place == start}:
                if said and tokens[start].isdecimal():
                    reached.add((start + 1, True))
                for end in range(start + 1, min(start + self._longest, len(tokens)) + 1):
                    part = tuple(tokens[start:end])
                    if part in stops:
                        reached.add((end, True))
                    if part in self.beside:
                        reached.add((end, said))
        return (len(tokens), True) in reached

    @property
    def _word(self) -> str:
        return " ".join(min(self.words))

    @cached_property
    def _every(self) -> frozenset[Words]:
        return self.words | self.phrases | self.beside

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(word for part in self._every for word in part)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._every))


def read_stopping(service: ServiceFile) -> Stopping:
    """How people say STOP, from the service's content (``keywords`` and ``stopping``)."""
    told, words = service.stopping, _in_every_language(service.keywords.stop)
    return Stopping(
        words=words,
        carried=words & frozenset((word,) for word in service.carrier_words),
        phrases=_in_every_language(told.phrases),
        beside=_in_every_language(told.beside),
        signs=frozenset(told.signs),
    )


def _in_every_language(phrases: Mapping[str, Iterable[str]]) -> frozenset[Words]:
    return frozenset(tuple(normal(phrase).split()) for of_one in phrases.values() for phrase in of_one)
