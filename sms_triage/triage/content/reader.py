"""The clinical content of a topic, read from a content folder into the model, in one language."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from sms_triage.triage.content.conditions import Atom, Condition
from sms_triage.triage.content.folder import Folder
from sms_triage.triage.content.model import (
    AfterSeen,
    Becomes,
    Between,
    Budget,
    Content,
    Disposition,
    Finding,
    Invariant,
    Option,
    Question,
    Recurrence,
    ResultOption,
    Roles,
    Rule,
    Text,
    Wording,
)
from sms_triage.triage.content.opening import open_folder
from sms_triage.triage.content.question_ids import EPISODE
from sms_triage.triage.content.schema import (
    InvariantEntry,
    OptionEntry,
    QuestionEntry,
    RecurrenceEntry,
    RolesEntry,
    RuleEntry,
    TogetherEntry,
    When,
    Worded,
    Words,
)
from sms_triage.triage.content.translations import SOURCE, Translation


def content_dir() -> Path:
    """Where the content of this installation lies."""
    return Path(str(resources.files("sms_triage") / "content"))


def load_content(
    directory: Path | None = None,
    translation: Translation = SOURCE,
    channel: str | None = None,
    topic: str = "",
) -> Content:
    """The content of a topic of `directory` (the first of this installation's own by default), in the language of
    `translation`, with the questions of `channel` (all of them by default).

    Raises :class:`ContentError` if a file is missing, is not YAML, names what does not exist, or is not translated.
    """
    return _Reader(open_folder(directory or content_dir()), topic, translation, channel).content()


def read_text(words: Words, where: str, translation: Translation = SOURCE) -> Text:
    """A text of the content: one string for all, or one each for her ``own`` eyes and for a ``helper``."""
    if isinstance(words, Worded):
        return Text(translation.of(words.own, where), translation.of(words.helper, f"{where}, to a helper"))
    return Text(*[translation.of(words, where)] * 2)


def read_condition(when: When) -> Condition:
    """``{finding: value, any: [...]}`` as the clauses it stands for."""
    clauses = []
    for key, value in when.items():
        atoms = [pair for choice in value for pair in choice.items()] if key == "any" else [(key, value)]
        clauses.append(tuple(_atom(finding, values) for finding, values in atoms))
    return Condition(tuple(clauses))


def _atom(finding: str, values: Any) -> Atom:
    return Atom(finding, frozenset(values if isinstance(values, list) else [values]))


class _Reader:
    """Turns the YAML of a topic into :class:`Content`."""

    def __init__(self, folder: Folder, topic: str, translation: Translation, channel: str | None) -> None:
        self.folder = folder
        self.id, self.topic = folder.topic(topic)
        self.translation = translation
        self.channel = channel

    def text(self, words: Words, where: str) -> Text:
        return read_text(words, where, self.translation)

    def content(self) -> Content:
        topic, service = self.topic, self.folder.service
        limits = service.limits[service.languages[self.translation.language].limits]
        questions = tuple(self._question(entry) for entry in topic.questions if self.channel in (None, *entry.channels))
        findings = {finding.id: finding for entry in topic.questions for finding in _findings(entry)}
        dispositions = tuple(
            Disposition(
                id=entry.id,
                rank=service.dispositions.index(entry.id),
                text=self.text(entry.text, f"disposition {entry.id}"),
                if_worse=self.text(entry.if_worse, f"disposition {entry.id}, if worse"),
                advises_only=entry.advises_only,
            )
            for entry in topic.dispositions
        )
        by_id = {disposition.id: disposition for disposition in dispositions}
        names = {name: getattr(topic.names, name) for name in topic.names.__struct_fields__}
        recurrence = _recurrence(topic.recurrence)
        together = topic.recurrence.together if topic.recurrence else None
        return Content(
            topic=self.id,
            title=self.text(topic.title, "title"),
            names={name: self.text(text, f"name {name}") for name, text in names.items()},
            review=topic.review,
            hash=self.folder.hash,
            deployment=service.deployment,
            budget=Budget(limits.encoding, limits.question, limits.longer_question, limits.result, limits.line),
            walk_questions=topic.walk_questions,
            sources=topic.sources,
            questions=questions,
            findings=findings,
            dispositions=dispositions,
            rules=tuple(_rule(order, entry, by_id) for order, entry in enumerate(topic.rules)),
            meanings={id: self.text(text, f"meaning {id}") for id, text in topic.meanings.items()},
            advice={id: self.text(text, f"advice {id}") for id, text in topic.advice.items()},
            causes=tuple(self.text(text, f"cause {number}") for number, text in enumerate(topic.causes, 1)),
            invariants=tuple(_invariant(entry) for entry in topic.invariants),
            forbidden_phrases=topic.forbidden_phrases,
            roles=_roles(topic.roles),
            alarms=topic.alarms,
            recurrence=recurrence,
            episode=self._episode(together, questions, findings) if together else None,
            shorthand=topic.shorthand,
            below_results=tuple(
                ResultOption(value, self.text(entry.label, f"result, option {value}"), entry.given, entry.unless)
                for value, entry in service.results.items()
                if self.channel in (None, *entry.channels)
            ),
        )

    def _question(self, entry: QuestionEntry) -> Question:
        where = f"question {entry.id}"
        return Question(
            id=entry.id,
            text=self._asking(where, entry),
            options=tuple(self._option(where, entry, option) for option in entry.options),
            several=entry.several,
            none=self.text(entry.none.label, f"{where}, none of these") if entry.none else None,
            only_if=read_condition(entry.only_if),
            always=entry.always,
            channels=entry.channels,
            between=self._between(entry),
        )

    def _between(self, entry: QuestionEntry) -> Between | None:
        if entry.between is None:
            return None
        where = f"question {entry.between.id}"
        options = tuple(
            Option(entry.one_of, value, self.text(label, f"{where}, option {value}"), ())
            for value, label in entry.between.options.items()
        )
        text = self.text(entry.between.text, where)
        return Between(entry.between.from_years, Question(entry.between.id, text, options, several=False, none=None))

    def _asking(self, where: str, entry: QuestionEntry) -> Text:
        """How a question is asked on this channel (a translator is shown both)."""
        text = self.text(entry.text, where)
        if entry.ussd_text is None or self.channel == "sms":
            return text
        on_ussd = self.text(entry.ussd_text, f"{where}, on USSD")
        return on_ussd if self.channel == "ussd" else text

    def _option(self, where: str, entry: QuestionEntry, option: OptionEntry) -> Option:
        """An option; its further words are understood in English too, whatever the language."""
        where = f"{where}, option {option.finding if entry.several else option.value}"
        return Option(
            finding=option.finding if entry.several else entry.one_of,
            value="yes" if entry.several else option.value,
            label=self.text(option.label, where),
            words=self._words(option.words, f"{where}, other words for it"),
            years=range(option.from_years or 0, -1 if option.to_years is None else option.to_years + 1),
            if_severe=self._words(option.if_severe, f"{where}, words for it if it is severe"),
        )

    def _words(self, words: tuple[str, ...], where: str) -> tuple[str, ...]:
        translated = self.translation.of(", ".join(words), where)
        own = tuple(word.strip() for word in translated.split(",") if word.strip())
        return tuple(dict.fromkeys((*own, *words)))

    def _episode(
        self, entry: TogetherEntry, questions: tuple[Question, ...], findings: Mapping[str, Finding]
    ) -> Question:
        """Several questions on one screen: every option but the mildest, and but those that only stand for another."""
        options = []
        for question in questions:
            for option in question.options if question.id in entry.questions else ():
                finding = findings[option.finding]
                if option.value != finding.baseline and option.value not in dict(finding.as_urgent):
                    options.append(option)
        text = self.text(entry.text, f"question {EPISODE}, text")
        none = self.text(entry.none, f"question {EPISODE}, none")
        return Question(EPISODE, text, tuple(options), several=True, none=none)


def _findings(entry: QuestionEntry) -> list[Finding]:
    if entry.several:
        return [Finding(option.finding, ("no", "yes"), "no", (("no", "yes"),), ()) for option in entry.options]
    values = tuple(option.value for option in entry.options)
    return [Finding(entry.one_of, values, entry.baseline, entry.worse, tuple(entry.as_urgent.items()))]


def _rule(order: int, entry: RuleEntry, dispositions: Mapping[str, Disposition]) -> Rule:
    return Rule(
        id=entry.id,
        order=order,
        when=read_condition(entry.when),
        at_least=dispositions[entry.at_least],
        may_mean=entry.may_mean,
        advice=entry.advice,
        without=entry.without,
        sources=entry.sources,
    )


def _invariant(entry: InvariantEntry) -> Invariant:
    return Invariant(
        entry.id,
        read_condition(entry.when),
        entry.given,
        entry.says,
        entry.never_says,
        entry.never_below,
        entry.only,
        entry.told_after,
    )


def _roles(entry: RolesEntry) -> Roles:
    wording = entry.wording
    return Roles(
        wording=Wording(wording.finding, wording.own, wording.helper) if wording else None,
        danger=entry.danger,
        confirmed=entry.confirmed,
        frequency=entry.frequency,
        amount=entry.amount,
        consent_sms=next(iter(entry.consent_sms.items()), None),
        signs=entry.signs,
        private=entry.private,
    )


def _recurrence(entry: RecurrenceEntry | None) -> Recurrence:
    if entry is None:
        return Recurrence()
    seen = entry.after_seen
    return Recurrence(
        counts=entry.counts,
        uncounted=entry.uncounted,
        becomes=tuple(Becomes(rule.episodes, rule.within_days, rule.frequency) for rule in entry.becomes),
        after_seen=AfterSeen(seen.days, seen.frequency, seen.says) if seen else None,
        asked_anew=entry.asked_anew,
        together=entry.together.questions if entry.together else (),
    )
