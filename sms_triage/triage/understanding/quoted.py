"""Her words, not ours: what a text quotes of our messages is taken out before it is understood.

A phone whose owner puts a heart on a message of ours sends it back whole ("Loved “1 Soaks a pad in 1 hour”"), a mail
program begins the lines it answers with ">", people copy what they ask about. Nothing of that states anything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sms_triage.triage.understanding.words import normal, normal_set

FEWEST_WORDS = 4
"""A shorter text of ours may be what she says herself."""

_CLOSING = {"“": "”", "„": "“", "«": "»", '"': '"'}
_REACTION = re.compile(rf"([^{''.join(_CLOSING)}]*)([{''.join(_CLOSING)}])(.*)", re.DOTALL)
_IN_QUOTES = re.compile(r"[“„«\"]([^“”„«»\"]*)[”“»\"]")


@dataclass(frozen=True)
class Quotations:
    """What is ours, in normal form: what stands before the quotation in a `reaction`, the numbered `lines` of options,
    and whole `messages`, or parts of them that say something, the longest first; `questions`, however short, are ours
    where a text is nothing else."""

    reactions: frozenset[str]
    lines: frozenset[str]
    messages: tuple[str, ...]
    questions: frozenset[str]

    def own_words(self, text: str) -> str:
        """A text without what it quotes; "" if it is a reaction, or a message of ours and nothing else. An option's own
        line alone is no quotation but an answer."""
        if (found := _REACTION.match(text)) and normal(found[1]) in self.reactions:
            return self.own_words(found[3].rpartition(_CLOSING[found[2]])[2] if _CLOSING[found[2]] in found[3] else "")
        text = self._without_messages(text)
        text = _if_any("\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">")), text)
        return _if_any(_IN_QUOTES.sub(lambda quote: "" if normal(quote[1]) in self.lines else quote[0], text), text)

    def _without_messages(self, text: str) -> str:
        body = f" {normal(text)} "
        if body.strip() in self.questions:
            return ""
        if body.count(" ") <= FEWEST_WORDS:
            return text
        for message in self.messages:
            if f" {message} " in body:
                text = body = body.replace(f" {message} ", " . ")
        return text if normal(text) else ""


def quotations(
    reactions: frozenset[str], lines: Iterable[str], messages: Iterable[str], questions: Iterable[str]
) -> Quotations:
    """What is ours, from `lines`, `messages` and `questions` as they are written."""
    parts = {part for part in map(normal, messages) if part.count(" ") >= FEWEST_WORDS - 1}
    longest_first = sorted(parts, key=lambda part: (-len(part), part))
    return Quotations(reactions, normal_set(lines), tuple(longest_first), normal_set(questions) - {""})


def _if_any(left: str, whole: str) -> str:
    """What is left, if there are words in it."""
    return left if normal(left) else whole
