"""Everything said in one language over one channel, made ready once so that a turn only looks things up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sms_triage import text as sms
from sms_triage.triage import worker
from sms_triage.triage.alarms import Alarms, read_alarms
from sms_triage.triage.answers import Lexicon, Reader, read_lexicon
from sms_triage.triage.conditions import Answers
from sms_triage.triage.content import (
    CHANNELS,
    Content,
    Option,
    Question,
    Rule,
    Text,
    content_dir,
    load_content,
    read_text,
)
from sms_triage.triage.errors import ContentError
from sms_triage.triage.followup import Protocol, load_protocol
from sms_triage.triage.menu import Menu, Screen, load_menu, menu_path, menus_dir, question_text, result_text
from sms_triage.triage.templates import fill, placeholders
from sms_triage.triage.translations import Collector, Translation, languages_of, load_translation
from sms_triage.triage.words import normal
from sms_triage.triage.yaml_file import read_yaml

RESUME = "resume"
LANGUAGE = "language"
TIME = "time"
PIN = "pin"
PIN_ASK = "pin_ask"
EPISODE = "episode"
HOME, CONSENT, LABEL, PATIENT, CONFIRM, FIND = "home", "consent", "label", "patient", "confirm", "find"
OUTCOME, PHONE = "outcome", "phone"
"""Questions of the service's own; what is chosen in them is no finding."""


@dataclass(frozen=True)
class Face:
    """What the engine needs to talk: the menu to walk, the words to understand, and every text, filled in.

    `questions` are all that may be asked, the service's own among them, and `asks` how they are put where the menu has
    no screen for them. `caseload` is what the content says of workers. `texts` are those of the service (help, hints,
    ...); `values` the deployment's settings they were filled with.
    """

    content: Content
    menu: Menu
    lexicon: Lexicon
    alarms: Alarms
    questions: Mapping[str, Question]
    asks: Mapping[str, Text]
    readers: Mapping[str, Reader]
    texts: Mapping[str, Text]
    values: Mapping[str, str]
    results: Mapping[str, Text]
    protocol: Protocol
    caseload: worker.Protocol

    @property
    def language(self) -> str:
        return self.menu.language

    @property
    def channel(self) -> str:
        return self.menu.channel

    @staticmethod
    def plain(words: str) -> str:
        """Words put together in a turn, in the cheapest characters."""
        return sms.plain(words)

    def put(self, screen: Screen, answers: Answers) -> str:
        """A question with its options, as it is sent."""
        return self.asks.get(screen.asks, screen.text).to(answers)

    def label(self, finding: str, value: str) -> str:
        """A value as the options name it to a helper."""
        labels = (
            option.label.patient
            for question in self.content.questions
            for option in question.options
            if option.finding == finding and option.value == value
        )
        return next(labels, "")

    def say(self, text: Text, answers: Answers) -> str:
        """A text of the content to whoever holds the phone, filled in and in the cheapest characters."""
        return sms.plain(fill(text.to(answers), self.values))

    def phrase(self, name: str, answers: Answers, **names: object) -> str:
        """One of the service's own texts, with the names that the turn fills in."""
        filled = self.texts[name].to(answers)
        return filled.format(**names) if names else filled

    def result(self, leading: Rule, answers: Answers) -> str:
        """A result: how soon, what if it gets worse, what it may mean, then the advice that fits."""
        body = self.results[leading.id].to(answers)
        if self.channel == "ussd":
            return f"{body}\n{self.phrase('after_result', answers)}"
        for line in self.tips(answers):
            longer = f"{body} {line}"
            if not sms.fits(f"{longer}\n{self.phrase('after_result', answers)}", self.content.budget.result):
                break
            body = longer
        for nav in ("after_result", "after_result_short"):
            whole = f"{body}\n{self.phrase(nav, answers)}"
            if sms.fits(whole, self.content.budget.result):
                break
        return whole

    def tips(self, answers: Answers) -> list[str]:
        """The advice of every rule that holds, the most urgent rule's first, each once."""
        rules = self.content.rules_that_hold(answers)
        names = dict.fromkeys(name for rule in rules for name in rule.advice)
        unsaid = {name for rule in rules for name in rule.without}
        lines = (self.say(self.content.advice[name], answers) for name in names if name not in unsaid)
        return [line for line in lines if line]

    def causes(self, answers: Answers) -> list[str]:
        """What it may be, by the rules that hold, and then what it often is."""
        rules = self.content.rules_that_hold(answers)
        meanings = dict.fromkeys(rule.may_mean for rule in rules)
        lines = [self.say(self.content.meanings[meaning], answers) for meaning in meanings]
        return [*lines, *(self.say(cause, answers) for cause in self.content.causes)]

    def pages(self, lines: Iterable[str], answers: Answers) -> list[str]:
        """Lines as messages within the result budget, nothing left out; all but the last offer more.

        On USSD they are one text, which is paged as every other.
        """
        if self.channel == "ussd":
            return ["\n".join([*lines, self.phrase("after_result", answers)])]
        more, end = self.phrase("more", answers), self.phrase("that_is_all", answers)
        longest = max(more, end, key=len)
        pages: list[str] = []
        page = ""
        for line in lines:
            longer = f"{page}\n{line}" if page else line
            if page and not sms.fits(f"{longer}\n{longest}", self.content.budget.result):
                pages.append(f"{page}\n{more}")
                longer = line
            page = longer
        return [*pages, f"{page}\n{end}"]


def load_face(
    language: str,
    channel: str,
    values: Mapping[str, str],
    *,
    directory: Path | None = None,
    menus: Path | None = None,
) -> Face:
    """The face of this installation, with the deployment's `values` (emergency numbers and lines) filled in.

    Raises :class:`ContentError` if the content, its translation or the menu is missing or malformed, or a value is
    unknown or longer than the content allows.
    """
    directory = directory or content_dir()
    translation = load_translation(directory, language)
    content = load_content(directory, translation, channel)
    menu = load_menu(menu_path(menus or menus_dir(), content.topic, language, channel))
    for name, value in values.items():
        longest = content.deployment.get(name)
        if longest is None:
            raise ContentError(f"the content has no place for {name!r}")
        if (sms.septets(value) or longest + 1) > longest:
            raise ContentError(f"{name} is longer than the {longest} characters the content allows")
    raw = read_yaml(directory / "service.yaml")
    more = read_yaml(directory / "followup.yaml")
    caseload = read_yaml(directory / "caseload.yaml")
    lexicon = read_lexicon(raw)
    own_texts = _merged("texts", raw, more, caseload) | (raw["ussd_texts"] if channel == "ussd" else {})
    service_texts = {name: read_text(text, f"text {name}", translation) for name, text in own_texts.items()}
    own_questions = {
        id: _own_question(id, entry, translation) for id, entry in _merged("questions", raw, more, caseload).items()
    }
    for id in (PIN_ASK, FIND, PHONE):
        own_questions[id] = Question(id, service_texts[id], (), several=False, none=None)
    own_questions[EPISODE] = _episode_question(content, more["recurrence"]["together"], translation)
    questions = {question.id: question for question in content.questions} | own_questions

    def ready(text: Text) -> Text:
        return Text(*(sms.plain(_fill_known(words, values, content)) for words in text.both()))

    return Face(
        content=content,
        menu=menu,
        lexicon=lexicon,
        alarms=read_alarms(read_yaml(directory / "alarms.yaml"), translation),
        questions=questions,
        asks={id: ready(question_text(question)) for id, question in own_questions.items()},
        readers={id: Reader(question, lexicon) for id, question in questions.items()},
        texts={name: ready(text) for name, text in service_texts.items()},
        values=values,
        results={rule.id: ready(result_text(content, rule.id)) for rule in content.rules},
        protocol=load_protocol(directory),
        caseload=_caseload_protocol(caseload),
    )


def _caseload_protocol(raw: Mapping[str, Any]) -> worker.Protocol:
    """Raises :class:`ContentError` if it is malformed."""
    try:
        return worker.Protocol(
            visits={id: tuple(days) for id, days in raw["visits"].items()},
            acknowledge_minutes=raw["acknowledge_minutes"],
            still_open=tuple(raw["still_open"]),
            private=tuple(raw["private"]),
            join_words=tuple(normal(word) for word in raw["join_words"]),
            seen_words=tuple(normal(word) for word in raw["seen_words"]),
            shorthand=raw["shorthand"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(f"caseload.yaml is malformed: {type(error).__name__} {error}") from error


def _merged(section: str, *files: Mapping[str, Any]) -> dict[str, Any]:
    """A section of several files; a name may stand in one of them only."""
    merged: dict[str, Any] = {}
    for file in files:
        for name in merged.keys() & file[section].keys():
            raise ContentError(f"{name!r} stands twice among the {section} of the content")
        merged |= file[section]
    return merged


def _own_question(id: str, entry: Mapping[str, Any], translation: Translation) -> Question:
    """A question of the service's own. Its option ``zero`` is chosen by 0, which elsewhere is back."""

    def option(value: str, label: str) -> Option:
        return Option(id, value, read_text(label, f"question {id}, option {value}", translation), ())

    return Question(
        id=id,
        text=read_text(entry["text"], f"question {id}", translation),
        options=tuple(option(value, label) for value, label in entry["options"].items()),
        several=False,
        none=None,
        zero=read_text(entry["zero"], f"question {id}, option 0", translation) if "zero" in entry else None,
    )


def _episode_question(content: Content, entry: Mapping[str, Any], translation: Translation) -> Question:
    """Several questions on one screen: every option but the mildest, and but those that only stand for another."""
    options = []
    for id in entry["questions"]:
        for option in content.question(id).options:
            finding = content.findings[option.finding]
            if option.value != finding.baseline and option.value not in dict(finding.as_urgent):
                options.append(option)
    text, none = (read_text(entry[name], f"question {EPISODE}, {name}", translation) for name in ("text", "none"))
    return Question(EPISODE, text, tuple(options), several=True, none=none)


def offering(face: Face, languages: Mapping[str, tuple[str, str]]) -> Face:
    """`face` where a person may choose her language: the other `languages` (id -> own name, name in GSM-7 letters)
    stand below the first question, and the question of the language is known."""
    if len(languages) < 2:
        return face
    first = face.content.questions[0]
    longer = replace(
        first,
        options=(
            *first.options,
            *(
                Option(LANGUAGE, id, Text(plain, plain), ())
                for id, (_, plain) in languages.items()
                if id != face.language
            ),
        ),
    )
    choice = Question(
        id=LANGUAGE,
        text=Text("", ""),
        options=tuple(Option(LANGUAGE, id, Text(name, name), (plain,)) for id, (name, plain) in languages.items()),
        several=False,
        none=None,
    )
    asked = {first.id: longer, LANGUAGE: choice}
    return replace(
        face,
        questions={**face.questions, **asked},
        asks={**face.asks, **{id: question_text(question) for id, question in asked.items()}},
        readers={**face.readers, **{id: Reader(question, face.lexicon) for id, question in asked.items()}},
    )


@dataclass(frozen=True)
class Faces:
    """The faces of one deployment: every language it offers, on every channel."""

    default: str
    languages: tuple[str, ...]
    faces: Mapping[tuple[str, str], Face]

    def of(self, language: str, channel: str) -> Face:
        """The face in `language`, or in the default one if it is not offered (any more)."""
        return self.faces[language if language in self.languages else self.default, channel]


def load_faces(
    languages: tuple[str, ...],
    default: str,
    values: Mapping[str, str],
    *,
    directory: Path | None = None,
    menus: Path | None = None,
) -> Faces:
    """The faces in `languages`. Raises as :func:`load_face`, and if the default is not among them."""
    names = language_names(directory or content_dir())
    for language in dict.fromkeys((*languages, default)):
        if language not in names or language not in languages:
            raise ContentError(f"language {language!r} is not among those of the content and of LANGUAGES")
    offered = {language: names[language] for language in languages}
    faces = {
        (language, channel): offering(load_face(language, channel, values, directory=directory, menus=menus), offered)
        for language in languages
        for channel in CHANNELS
    }
    return Faces(default, languages, faces)


def language_names(directory: Path) -> dict[str, tuple[str, str]]:
    """The languages of a content folder that have a translation: id -> own name, name in GSM-7 letters."""
    raw = read_yaml(directory / "service.yaml")["languages"]
    for id in languages_of(directory):
        if id not in raw:
            raise ContentError(f"service.yaml has no name for the language {id!r}")
    return {id: (entry["name"], entry["plain"]) for id, entry in raw.items() if id in languages_of(directory)}


def collect_texts(directory: Path) -> dict[str, str]:
    """Every text of a content folder that has to be translated, with the place where it stands."""
    collector = Collector()
    load_content(directory, collector)
    read_alarms(read_yaml(directory / "alarms.yaml"), collector)
    raw, more, caseload = (read_yaml(directory / f"{name}.yaml") for name in ("service", "followup", "caseload"))
    for id, entry in _merged("questions", raw, more, caseload).items():
        _own_question(id, entry, collector)
    _episode_question(load_content(directory), more["recurrence"]["together"], collector)
    for name, text in (*_merged("texts", raw, more, caseload).items(), *raw["ussd_texts"].items()):
        read_text(text, f"text {name}", collector)
    return collector.places


def longest_values(content: Content) -> dict[str, str]:
    """For each thing a deployment may fill in, a value of the greatest length: what the budgets are proven with."""
    return {name: "0" * longest for name, longest in content.deployment.items()}


def _fill_known(template: str, values: Mapping[str, str], content: Content) -> str:
    """Fills what the deployment sets; names that a turn fills (like ``{last}``) stay."""
    own = {name: f"{{{name}}}" for name in placeholders(template) if name not in content.deployment}
    return fill(template, {**own, **values})
