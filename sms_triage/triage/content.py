"""The clinical content, read from YAML and checked for sense.

One :class:`Content` is everything the compiler, the engine and the proofs know of one topic. Its texts are templates:
``{name}`` is filled from the deployment's settings and a part in ``[square brackets]`` is left out when its name is
not set.
"""

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from sms_triage import text as sms
from sms_triage.triage.conditions import ALWAYS, Answers, Atom, Condition
from sms_triage.triage.errors import ContentError
from sms_triage.triage.templates import placeholders
from sms_triage.triage.translations import SOURCE, Translation
from sms_triage.triage.yaml_file import read_yaml

CHANNELS = ("sms", "ussd")


@dataclass(frozen=True)
class Text:
    """The same words to the person herself and to someone who helps her."""

    self: str
    patient: str

    def to(self, answers: Answers) -> str:
        """The words for whoever holds the phone, by the finding ``for_whom``."""
        return self.patient if answers.get("for_whom") == "patient" else self.self

    def both(self) -> tuple[str, str]:
        return self.self, self.patient


@dataclass(frozen=True)
class Option:
    """One numbered line of a question. `finding` gets `value` when it is chosen; `words` mean the same."""

    finding: str
    value: str
    label: Text
    words: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One screen's worth of asking.

    A `one_of` question (``several`` false) asks one finding and takes one option. A `several` question asks yes/no
    findings together and takes any of its options, or `none` as the last number. It is asked on its `channels`. `zero`
    is what 0 means, if it is not back.
    """

    id: str
    text: Text
    options: tuple[Option, ...]
    several: bool
    none: Text | None
    only_if: Condition = ALWAYS
    always: bool = False
    channels: tuple[str, ...] = CHANNELS
    zero: Text | None = None

    @cached_property
    def findings(self) -> tuple[str, ...]:
        """The findings this question settles."""
        return tuple(dict.fromkeys(option.finding for option in self.options))

    @cached_property
    def stamp(self) -> str:
        """The question and what its numbers mean, in short: equal only if an answer means the same."""
        meanings = ",".join(f"{option.finding}={option.value}" for option in self.options)
        return f"{self.id}/{zlib.crc32(meanings.encode()):08x}"

    @property
    def last(self) -> int:
        """The highest number a person may send."""
        return len(self.options) + (1 if self.several else 0)


@dataclass(frozen=True)
class Finding:
    """A fact with a closed set of values. `worse` are chains along which urgency never falls."""

    id: str
    values: tuple[str, ...]
    baseline: str
    worse: tuple[tuple[str, ...], ...]
    as_urgent: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Disposition:
    """How soon to be seen. `rank` 0 is the most urgent."""

    id: str
    rank: int
    text: Text
    if_worse: Text


@dataclass(frozen=True)
class Rule:
    """These findings -> at least this disposition, with this meaning, advice and sources.

    `without` is advice of other rules that is left unsaid where this one holds.
    """

    id: str
    order: int
    when: Condition
    at_least: Disposition
    may_mean: str
    advice: tuple[str, ...]
    without: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def urgency(self) -> tuple[int, int]:
        """Sort key: most urgent first, then as listed in the content."""
        return self.at_least.rank, self.order


@dataclass(frozen=True)
class Invariant:
    """A safety floor. `never_below` holds whenever `when` does; `only` is given nowhere but where `when` holds;
    `told_after` names the question right after which the result is told."""

    id: str
    when: Condition
    never_below: str | None
    only: str | None
    told_after: str | None


@dataclass(frozen=True)
class Budget:
    """The most segments a message may take: a question, one with a hint or a list of languages, a result, a line.

    `encoding` is what the language is written in: where that is GSM-7, no text may turn out UCS-2.
    """

    encoding: sms.Encoding
    question: int
    longer_question: int
    result: int
    line: int


@dataclass(frozen=True)
class Content:
    """Everything known of one topic; `hash` names this very version."""

    topic: str
    title: str
    review: str
    hash: str
    deployment: Mapping[str, int]
    budget: Budget
    walk_questions: int
    sources: Mapping[str, str]
    questions: tuple[Question, ...]
    findings: Mapping[str, Finding]
    dispositions: tuple[Disposition, ...]
    rules: tuple[Rule, ...]
    meanings: Mapping[str, Text]
    advice: Mapping[str, Text]
    causes: tuple[Text, ...]
    invariants: tuple[Invariant, ...]
    forbidden_phrases: Mapping[str, tuple[str, ...]]

    def question(self, id: str) -> Question:
        return self._questions[id]

    def rule(self, id: str) -> Rule:
        return self._rules[id]

    def disposition(self, id: str) -> Disposition:
        return self._dispositions[id]

    def rules_that_hold(self, answers: Answers) -> list[Rule]:
        """The rules certain from `answers`, most urgent first. Fewer answers never give a more urgent first rule."""
        return sorted((rule for rule in self.rules if rule.when.holds(answers)), key=lambda rule: rule.urgency)

    def leading_rule(self, answers: Answers) -> Rule:
        """The rule that gives the disposition and the meaning."""
        for rule in self._by_urgency:
            if rule.when.holds(answers):
                return rule
        raise AssertionError("a rule without conditions always holds")

    def gravest_rule(self, answers: Answers) -> Rule | None:
        """The leading rule if nothing can be more urgent."""
        for rule in self._gravest:
            if rule.when.holds(answers):
                return rule
        return None

    def baseline(self) -> dict[str, str]:
        return {finding.id: finding.baseline for finding in self.findings.values()}

    def texts(self) -> Iterator[tuple[str, Text]]:
        """Every text a person may read, with where it stands."""
        for question in self.questions:
            yield f"question {question.id}", question.text
            for option in question.options:
                yield f"question {question.id}, option {option.value}", option.label
            if question.none:
                yield f"question {question.id}, none", question.none
        for disposition in self.dispositions:
            yield f"disposition {disposition.id}", disposition.text
            yield f"disposition {disposition.id}, if_worse", disposition.if_worse
        yield from ((f"meaning {id}", text) for id, text in self.meanings.items())
        yield from ((f"advice {id}", text) for id, text in self.advice.items())
        yield from ((f"cause {number}", text) for number, text in enumerate(self.causes, 1))

    @cached_property
    def _questions(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}

    @cached_property
    def _rules(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def _dispositions(self) -> dict[str, Disposition]:
        return {disposition.id: disposition for disposition in self.dispositions}

    @cached_property
    def _gravest(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self._by_urgency if rule.at_least.rank == 0)

    @cached_property
    def _by_urgency(self) -> tuple[Rule, ...]:
        return tuple(sorted(self.rules, key=lambda rule: rule.urgency))


def content_dir() -> Path:
    """Where the content of this installation lies."""
    return Path(str(resources.files("sms_triage") / "content"))


def load_content(
    directory: Path | None = None, translation: Translation = SOURCE, channel: str | None = None
) -> Content:
    """The content of `directory` (this installation's own by default), in the language of `translation`, with the
    questions of `channel` (all of them by default).

    Raises :class:`ContentError` if a file is missing, is not YAML, names what does not exist, or is not translated.
    """
    directory = directory or content_dir()
    raw = read_yaml(directory / "postcoital_bleeding.yaml")
    try:
        return _Reader(raw, translation, channel).content(_digest(directory))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ContentError(f"postcoital_bleeding.yaml is malformed: {type(error).__name__} {error}") from error


def _digest(directory: Path) -> str:
    """The version of a content folder: changes with any of its files."""
    files = [*sorted(directory.glob("*.yaml")), *sorted(directory.glob("locale/*.po"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def read_text(raw: str | Mapping[str, str], where: str, translation: Translation = SOURCE) -> Text:
    """A text of the content: one string for all, or one each for ``self`` and ``patient``."""
    if isinstance(raw, str):
        return Text(*[translation.of(raw, where)] * 2)
    if isinstance(raw, dict) and raw.keys() == {"self", "patient"}:
        return Text(translation.of(raw["self"], where), translation.of(raw["patient"], f"{where}, to a helper"))
    raise ContentError(f"{raw!r} is not a text: quote it, or give one for self and one for patient")


class _Reader:
    """Turns the parsed YAML into :class:`Content`, and says what it names that does not exist."""

    def __init__(self, raw: dict[str, Any], translation: Translation, channel: str | None) -> None:
        self.raw = raw
        self.translation = translation
        self.channel = channel
        self.findings: dict[str, Finding] = {}

    def text(self, raw: str | Mapping[str, str], where: str) -> Text:
        return read_text(raw, where, self.translation)

    def content(self, digest: str) -> Content:
        raw = self.raw
        questions = tuple(
            self._question(entry)
            for entry in raw["questions"]
            if self.channel in (None, *entry.get("channels", CHANNELS))
        )
        dispositions = tuple(self._disposition(rank, entry) for rank, entry in enumerate(raw["dispositions"]))
        by_id = {disposition.id: disposition for disposition in dispositions}
        meanings = {id: self.text(text, f"meaning {id}") for id, text in raw["meanings"].items()}
        advice = {id: self.text(text, f"advice {id}") for id, text in raw["advice"].items()}
        rules = tuple(self._rule(order, entry, by_id) for order, entry in enumerate(raw["rules"]))
        for rule in rules:
            _known(f"rule {rule.id}", [rule.may_mean], meanings)
            _known(f"rule {rule.id}", (*rule.advice, *rule.without), advice)
            _known(f"rule {rule.id}", rule.sources, {**raw["sources"], "clinical": ""})
        if not any(not rule.when.clauses for rule in rules):
            raise ContentError("no rule holds always: some answers would have no outcome")
        content = Content(
            topic=raw["topic"],
            title=raw["title"],
            review=raw["review"],
            hash=digest,
            deployment=raw["deployment"],
            budget=Budget(**raw["limits"][raw["limits"]["languages"].get(self.translation.language, "gsm7")]),
            walk_questions=raw["limits"]["walk_questions"],
            sources=raw["sources"],
            questions=questions,
            findings=self.findings,
            dispositions=dispositions,
            rules=rules,
            meanings=meanings,
            advice=advice,
            causes=tuple(self.text(text, f"cause {number}") for number, text in enumerate(raw["causes"], 1)),
            invariants=tuple(self._invariant(entry, by_id) for entry in raw["invariants"]),
            forbidden_phrases={id: tuple(phrases) for id, phrases in raw["forbidden_phrases"].items()},
        )
        for where, text in content.texts():
            _known(where, sorted(placeholders(text.self) | placeholders(text.patient)), content.deployment)
        return content

    def _disposition(self, rank: int, entry: dict[str, Any]) -> Disposition:
        where = f"disposition {entry['id']}"
        return Disposition(
            entry["id"], rank, self.text(entry["text"], where), self.text(entry["if_worse"], f"{where}, if worse")
        )

    def _question(self, entry: dict[str, Any]) -> Question:
        several = bool(entry.get("several"))
        where = f"question {entry['id']}"
        options = tuple(
            self._option(where, entry, option, "yes" if several else option["value"]) for option in entry["options"]
        )
        only_if = self.condition(entry.get("only_if", {}))
        if several:
            for option in options:
                self.findings[option.finding] = Finding(option.finding, ("no", "yes"), "no", (("no", "yes"),), ())
        else:
            finding = Finding(
                id=entry["one_of"],
                values=tuple(option.value for option in options),
                baseline=entry["baseline"],
                worse=tuple(tuple(chain) for chain in entry.get("worse", ())),
                as_urgent=tuple(entry.get("as_urgent", {}).items()),
            )
            named = [finding.baseline, *sum(finding.worse, ()), *sum(finding.as_urgent, ())]
            _known(f"question {entry['id']}", named, dict.fromkeys(finding.values))
            self.findings[finding.id] = finding
        return Question(
            id=entry["id"],
            text=self._asking(where, entry),
            options=options,
            several=several,
            none=self.text(entry["none"]["label"], f"{where}, none of these") if several else None,
            only_if=only_if,
            always=bool(entry.get("always")),
            channels=tuple(entry.get("channels", CHANNELS)),
        )

    def _asking(self, where: str, entry: dict[str, Any]) -> Text:
        """How a question is asked on this channel (a translator is shown both)."""
        text = self.text(entry["text"], where)
        if "ussd_text" not in entry or self.channel == "sms":
            return text
        on_ussd = self.text(entry["ussd_text"], f"{where}, on USSD")
        return on_ussd if self.channel == "ussd" else text

    def _option(self, where: str, entry: dict[str, Any], option: dict[str, Any], value: str) -> Option:
        """An option; its further words are understood in English too, whatever the language."""
        finding = option["finding"] if entry.get("several") else entry["one_of"]
        where = f"{where}, option {finding if entry.get('several') else value}"
        words = tuple(option.get("words", ()))
        translated = self.translation.of(", ".join(words), f"{where}, other words for it")
        own = tuple(word.strip() for word in translated.split(",") if word.strip())
        return Option(finding, value, self.text(option["label"], where), tuple(dict.fromkeys((*own, *words))))

    def _rule(self, order: int, entry: dict[str, Any], dispositions: Mapping[str, Disposition]) -> Rule:
        _known(f"rule {entry['id']}", [entry["at_least"]], dispositions)
        return Rule(
            id=entry["id"],
            order=order,
            when=self.condition(entry["when"]),
            at_least=dispositions[entry["at_least"]],
            may_mean=entry["may_mean"],
            advice=tuple(entry["advice"]),
            without=tuple(entry.get("without", ())),
            sources=tuple(entry["sources"]),
        )

    def _invariant(self, entry: dict[str, Any], dispositions: Mapping[str, Disposition]) -> Invariant:
        named = [entry[key] for key in ("never_below", "only") if key in entry]
        _known(f"invariant {entry['id']}", named, dispositions)
        return Invariant(
            id=entry["id"],
            when=self.condition(entry["when"]),
            never_below=entry.get("never_below"),
            only=entry.get("only"),
            told_after=entry.get("told_after"),
        )

    def condition(self, raw: Mapping[str, Any]) -> Condition:
        clauses = []
        for key, value in raw.items():
            if key == "any":
                clauses.append(tuple(self._atom(*pair) for choice in value for pair in choice.items()))
            else:
                clauses.append((self._atom(key, value),))
        return Condition(tuple(clauses))

    def _atom(self, finding: str, raw: Any) -> Atom:
        _known("a condition", [finding], self.findings)
        values = frozenset(raw if isinstance(raw, list) else [raw])
        _known(f"a condition on {finding}", values, dict.fromkeys(self.findings[finding].values))
        return Atom(finding, values)


def _known(where: str, names: Any, known: Mapping[str, object]) -> None:
    for name in names:
        if name not in known:
            raise ContentError(f"{where} names {name!r}, which does not exist")
