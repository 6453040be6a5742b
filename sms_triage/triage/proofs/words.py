"""How well people are heard: labelled texts, each played as a stranger's first through the real engine."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from sms_triage.events import AlarmHeard, Doubted
from sms_triage.triage.content.errors import ContentError, nearest
from sms_triage.triage.content.schema import Shape
from sms_triage.triage.content.yaml_file import read_yaml
from sms_triage.triage.conversation.engine import take_turn
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.locale import Locales

Answer = Literal["told", "asked", "silent"]
"""The guidance for a danger came, the danger question came, or neither."""


class Labelled(Shape):
    """A text as somebody might send it. What clinicians judge differently is not counted."""

    text: str
    language: str
    kind: str
    danger: bool
    judgement: bool = False


@dataclass(frozen=True)
class Tally:
    """What came of some texts, each with the answer it got."""

    answered: Sequence[tuple[Labelled, Answer]]

    def of(self, *, danger: bool) -> "Tally":
        return Tally([one for one in self.answered if one[0].danger == danger])

    def texts(self, answer: Answer) -> list[str]:
        """The texts that got an answer."""
        return [labelled.text for labelled, got in self.answered if got == answer]

    def share(self, *answers: Answer) -> float:
        """How many of a hundred got one of these answers; none of none is 0."""
        return 100 * sum(got in answers for _, got in self.answered) / (len(self.answered) or 1)


def read_labelled(path: Path, languages: Collection[str]) -> list[Labelled]:
    """The texts of a file that count.

    Raises :class:`ContentError` if an entry is malformed or in no language that there is.
    """
    try:
        entries = msgspec.convert(read_yaml(path), list[Labelled])
    except msgspec.ValidationError as error:
        raise ContentError(f"{path}: {error}") from error
    for place, entry in enumerate(entries, 1):
        if entry.language not in languages:
            near = nearest(entry.language, languages)
            raise ContentError(f"{path}: {place}: names the language {entry.language!r}, which does not exist{near}")
    return [entry for entry in entries if not entry.judgement]


def hear_all(locales: Locales, texts: Sequence[Labelled]) -> Tally:
    """Every text, as the first of a stranger of whom no language is known."""
    return Tally([(labelled, _answer(locales, labelled.text)) for labelled in texts])


def _answer(locales: Locales, text: str) -> Answer:
    events = take_turn(locales, Person(), text, 0.0).events
    if any(isinstance(event, AlarmHeard) for event in events):
        return "told"
    return "asked" if any(isinstance(event, Doubted) for event in events) else "silent"


def by_language(tally: Tally) -> dict[str, Tally]:
    """The same, each language by itself."""
    return {language: Tally(some) for language, some in _grouped(tally, "language").items()}


def told_of(tally: Tally) -> Iterator[str]:
    """What ``words`` prints: each kind of text with those that went wrong, then every language in one line."""
    for language, spoken in by_language(tally).items():
        for kind, some in _grouped(spoken, "kind").items():
            yield from _kind(f"{language} {kind}", Tally(some))
    for language, spoken in by_language(tally).items():
        dangers, harmless = spoken.of(danger=True), spoken.of(danger=False)
        yield (
            f"{language}: {len(dangers.answered)} dangers: told {dangers.share('told'):.1f} %, "
            f"told or asked {dangers.share('told', 'asked'):.1f} %; "
            f"{len(harmless.answered)} harmless: false {harmless.share('told'):.1f} %, "
            f"asked {harmless.share('asked'):.1f} %"
        )


def _kind(name: str, some: Tally) -> Iterator[str]:
    dangers, harmless = some.of(danger=True), some.of(danger=False)
    counts = {
        "told": len(dangers.texts("told")),
        "asked": len(some.texts("asked")),
        "silent": len(some.texts("silent")),
        "false": len(harmless.texts("told")),
    }
    yield f"{name}: {', '.join(f'{answer} {count}' for answer, count in counts.items())}"
    yield from (f"  silent: {text}" for text in dangers.texts("silent"))
    yield from (f"  false: {text}" for text in harmless.texts("told"))


def _grouped(tally: Tally, by: str) -> dict[str, list[tuple[Labelled, Answer]]]:
    groups: dict[str, list[tuple[Labelled, Answer]]] = defaultdict(list)
    for one in tally.answered:
        groups[getattr(one[0], by)].append(one)
    return groups
