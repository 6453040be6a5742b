"""``words``: how free texts are heard, as the first words of a stranger: which dangers are told what to do, which are
asked, which are met with silence, and which harmless texts raise a false emergency."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.yaml_file import read_yaml
from sms_triage.triage.conversation import heard
from sms_triage.triage.conversation.heard import understand
from sms_triage.triage.conversation.talk import Talk
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.locale import Locales

Outcome = Literal["told", "asked", "silent"]


class Labelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text, the language it is in, what kind it is, and whether it states a danger; where opinions differ
    (`judgement`) it is not counted."""

    text: str
    language: str
    kind: str
    danger: bool
    judgement: bool = False


def read_labelled(path: Path) -> list[Labelled]:
    """The texts in a file. Raises :class:`ContentError` if one is malformed."""
    try:
        return msgspec.convert(read_yaml(path), list[Labelled])
    except msgspec.ValidationError as error:
        raise ContentError(f"{path}: {error}") from None


def outcome(locales: Locales, text: str) -> Outcome:
    """What becomes of a stranger's first text: guidance, the danger question, or neither."""
    what = understand(Talk(locales, Person(), "sms", 0.0), text)
    match what:
        case heard.Stated(alarms, _, _) if alarms:
            return "told"
        case heard.Doubt() | heard.Stated(doubt=True) | heard.Asked(doubt=True):
            return "asked"
    return "silent"


@dataclass(frozen=True)
class Result:
    """The outcomes of the texts of one language and kind, or of all kinds (``""``)."""

    language: str
    kind: str
    danger: bool
    outcomes: Mapping[Outcome, int]

    @property
    def texts(self) -> int:
        return sum(self.outcomes.values())

    def share(self, *outcomes: Outcome) -> float:
        """How many of the texts (0 to 1) had one of these outcomes."""
        return sum(self.outcomes.get(one, 0) for one in outcomes) / self.texts


def results(locales: Locales, texts: Iterable[Labelled]) -> tuple[list[Result], list[tuple[str, Labelled]]]:
    """How each language and kind fared, each language as a whole last; and what went wrong: ``silent`` dangers and
    ``false`` emergencies."""
    counts: dict[tuple[str, str, bool], Counter[Outcome]] = {}
    wrong: list[tuple[str, Labelled]] = []
    for one in texts:
        if one.judgement:
            continue
        came = outcome(locales, one.text)
        for kind in (one.kind, ""):
            counts.setdefault((one.language, kind, one.danger), Counter())[came] += 1
        if one.danger and came == "silent":
            wrong.append(("silent", one))
        if not one.danger and came == "told":
            wrong.append(("false", one))
    kinds = sorted(counts, key=lambda key: (key[0], not key[1], key[1], not key[2]))
    return [Result(*key, counts[key]) for key in kinds], wrong


def lines(found: list[Result], wrong: list[tuple[str, Labelled]]) -> Iterator[str]:
    """The results for a reader."""
    for one in found:
        shares = ", ".join(f"{name} {one.outcomes.get(name, 0)}" for name in ("told", "asked", "silent"))
        what = "dangers" if one.danger else "harmless"
        yield f"{one.language} {one.kind or 'all'}: {one.texts} {what}: {shares}"
    for why, text in wrong:
        yield f"{why}: {text.language} {text.kind}: {text.text!r}"
