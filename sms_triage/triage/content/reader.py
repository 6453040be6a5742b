"""The clinical content, read from YAML and checked for sense."""

import hashlib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from sms_triage.triage.content.conditions import Atom, Condition
from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.model import (
    CHANNELS,
    Budget,
    Content,
    Disposition,
    Finding,
    Invariant,
    Option,
    Question,
    ResultOption,
    Roles,
    Rule,
    Text,
    Wording,
)
from sms_triage.triage.content.templates import placeholders
from sms_triage.triage.content.translations import SOURCE, Translation
from sms_triage.triage.content.yaml_file import read_yaml


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
        return _Reader(raw, read_yaml(directory / "service.yaml"), translation, channel).content(_digest(directory))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ContentError(f"postcoital_bleeding.yaml is malformed: {type(error).__name__} {error}") from error


def _digest(directory: Path) -> str:
    """The version of a content folder: changes with any of its files."""
    files = [*sorted(directory.glob("*.yaml")), *sorted(directory.glob("locale/*.po"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def read_text(raw: str | Mapping[str, str], where: str, translation: Translation = SOURCE) -> Text:
    """A text of the content: one string for all, or one each for her ``own`` eyes and for a ``helper``."""
    if isinstance(raw, str):
        return Text(*[translation.of(raw, where)] * 2)
    if isinstance(raw, dict) and raw.keys() == {"own", "helper"}:
        return Text(translation.of(raw["own"], where), translation.of(raw["helper"], f"{where}, to a helper"))
    raise ContentError(f"{raw!r} is not a text: quote it, or give one for own and one for helper")


class _Reader:
    """Turns the parsed YAML into :class:`Content`, and says what it names that does not exist."""

    def __init__(
        self, raw: dict[str, Any], service: dict[str, Any], translation: Translation, channel: str | None
    ) -> None:
        self.raw = raw
        self.service = service
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
            roles=_roles(raw["roles"]),
            below_results=self._below_results(),
        )
        for where, text in content.texts():
            _known(where, sorted(placeholders(text.own) | placeholders(text.helper)), content.deployment)
        return content

    def _below_results(self) -> tuple[ResultOption, ...]:
        """The options below every result on this channel (on all, without one), in their order."""
        return tuple(
            ResultOption(
                value,
                self.text(entry["label"], f"result, option {value}"),
                entry.get("if", ""),
                entry.get("unless", ""),
            )
            for value, entry in self.service["results"].items()
            if self.channel in (None, *entry.get("channels", CHANNELS))
        )

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


def _roles(raw: Mapping[str, Any]) -> Roles:
    return Roles(
        wording=Wording(**raw["wording"]) if "wording" in raw else None,
        danger=raw.get("danger", ""),
        frequency=raw.get("frequency", ""),
        amount=raw.get("amount", ""),
        consent_sms=next(iter(raw.get("consent_sms", {}).items()), None),
        **{name: tuple(raw.get(name, ())) for name in ("signs", "private", "asked_anew", "together")},
    )


def _known(where: str, names: Any, known: Mapping[str, object]) -> None:
    for name in names:
        if name not in known:
            raise ContentError(f"{where} names {name!r}, which does not exist")
