"""Clinical vignettes: a story, its findings, and the disposition clinicians expect, played through the real engine."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal

from sms_triage import text as sms
from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.model import Content, Question
from sms_triage.triage.content.yaml_file import read_yaml
from sms_triage.triage.conversation.engine import take_turn
from sms_triage.triage.conversation.standing import asked, concluded, owed
from sms_triage.triage.conversation.turn import Turn
from sms_triage.triage.conversation.ussd import MORE, dial_in, press
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.locale import Locales

Verdict = Literal["exact", "over", "under"]


@dataclass(frozen=True)
class Vignette:
    """One story. `expect` holds every disposition that is right; `never_below` is a safety floor, or empty."""

    id: str
    findings: Mapping[str, str]
    expect: tuple[str, ...]
    never_below: str


@dataclass(frozen=True)
class Line:
    """One message of a transcript, `sender` being ``person`` or ``service``."""

    sender: str
    text: str


@dataclass(frozen=True)
class Played:
    """How the conversation went. `turns` counts the person's messages, `segments` those of the service."""

    id: str
    expected: tuple[str, ...]
    got: str
    verdict: Verdict
    below_floor: bool
    turns: int
    segments: int
    asked: tuple[str, ...]
    transcript: tuple[Line, ...]


def read_vignettes(path: Path, content: Content) -> list[Vignette]:
    """The vignettes in a file.

    Raises :class:`ContentError` if one is malformed or names an unknown finding, value or disposition.
    """
    raw = read_yaml(path)
    if not isinstance(raw, list):
        raise ContentError(f"{path}: a list of vignettes is expected")
    return [_vignette(path, place, entry, content) for place, entry in enumerate(raw, 1)]


def topic_of(path: Path, locales: Locales) -> str:
    """What the vignettes of a file are about: the topic that has the most of the findings they name."""
    raw = read_yaml(path)
    entries = [entry for entry in raw if isinstance(entry, dict)] if isinstance(raw, list) else []
    named = {str(finding) for entry in entries for finding in entry.get("findings") or {}}

    def known(topic: str) -> int:
        return len(named & locales.of("", "sms", topic).content.findings.keys())

    return max(locales.topics, key=known)


def _vignette(path: Path, place: int, entry: Any, content: Content) -> Vignette:
    where = f"{path}: vignette {entry.get('id', place) if isinstance(entry, dict) else place}"
    try:
        findings = {str(finding): _value(value) for finding, value in (entry.get("findings") or {}).items()}
        expect = entry["expect"]
        expect = (expect,) if isinstance(expect, str) else tuple(expect)
        vignette = Vignette(str(entry["id"]), findings, expect, entry.get("never_below", ""))
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(f"{where} is malformed: {type(error).__name__} {error}") from error
    for finding, value in vignette.findings.items():
        if finding not in content.findings:
            raise ContentError(f"{where} names finding {finding!r}, which does not exist")
        if value not in content.findings[finding].values:
            raise ContentError(f"{where} names value {value!r} of {finding}, which does not exist")
    known = {disposition.id for disposition in content.dispositions}
    for disposition in (*vignette.expect, *filter(None, [vignette.never_below])):
        if disposition not in known:
            raise ContentError(f"{where} names disposition {disposition!r}, which does not exist")
    return vignette


def _value(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def play(locales: Locales, vignette: Vignette, language: str, channel: str) -> Played:
    """The whole conversation, from the first "hi" or dialling in to the result."""
    locale = locales.of(language, channel)
    answers = {**locale.content.baseline(), **vignette.findings}
    lines: list[Line] = []
    questions: list[str] = []
    person = Person(language=language)
    text = "hi" if channel == "sms" else ""
    while True:
        turn = take_turn(locales, person, text, 0.0) if channel == "sms" else _dialog_turn(locales, person, text)
        person = turn.person
        assert person.session is not None
        lines.append(Line("person", text))
        lines += [Line("service", reply.text) for reply in turn.replies]
        if person.session.page + 1 < len(person.session.pages):
            text = MORE
            continue
        if concluded(locale, person.session):
            break
        question = asked(locale, person.session)
        questions.append(question.id)
        text = _answer(question, answers)
    got = owed(locale, person.session).at_least
    said = [line for line in lines if line.sender == "service"]
    return Played(
        id=vignette.id,
        expected=vignette.expect,
        got=got.id,
        verdict=_verdict(locale.content, vignette, got.rank),
        below_floor=bool(vignette.never_below) and got.rank > locale.content.disposition(vignette.never_below).rank,
        turns=len(lines) - len(said),
        segments=sum(sms.cost(line.text).segments for line in said),
        asked=tuple(questions),
        transcript=tuple(lines),
    )


def _dialog_turn(locales: Locales, person: Person, text: str) -> Turn:
    return press(locales, person, text, 0.0) if person.session else dial_in(locales, person, (), 0.0)


def _answer(question: Question, answers: Mapping[str, str]) -> str:
    """What a person with these findings sends."""
    numbers = [
        number for number, option in enumerate(question.options, 1) if answers.get(option.finding) == option.value
    ]
    return "".join(map(str, numbers)) if numbers else str(question.last)


def _verdict(content: Content, vignette: Vignette, got: int) -> Verdict:
    ranks = [content.disposition(id).rank for id in vignette.expect]
    if got in ranks:
        return "exact"
    return "over" if got < max(ranks) else "under"


def report(played: list[Played]) -> dict[str, Any]:
    """What ``vignettes --json`` prints."""
    verdicts = [entry.verdict for entry in played]
    return {
        "vignettes": [_entry(entry) for entry in played],
        "summary": {
            "n": len(played),
            **{verdict: verdicts.count(verdict) for verdict in ("exact", "over", "under")},
            "median_turns": median([entry.turns for entry in played] or [0]),
            "median_segments": median([entry.segments for entry in played] or [0]),
        },
    }


def _entry(played: Played) -> dict[str, Any]:
    entry = asdict(played)
    entry["expected"] = played.expected[0] if len(played.expected) == 1 else list(played.expected)
    entry["asked"] = list(played.asked)
    entry["transcript"] = [{"from": line.sender, "text": line.text} for line in played.transcript]
    return entry
