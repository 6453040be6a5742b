"""Makes a locale ready: content, translation and menu read, texts filled in, words to understand them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sms_triage import text as sms
from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.model import CHANNELS, Content, Option, Question, ResultOption, Text
from sms_triage.triage.content.protocols import ChwProtocol, load_protocol
from sms_triage.triage.content.question_ids import EPISODE, FIND, LANGUAGE, PHONE, PIN_ASK
from sms_triage.triage.content.reader import content_dir, load_content, read_text
from sms_triage.triage.content.results import MORE, result_questions
from sms_triage.triage.content.templates import fill, placeholders
from sms_triage.triage.content.translations import Collector, Translation, languages_of, load_translation
from sms_triage.triage.content.yaml_file import read_yaml
from sms_triage.triage.menu.menu import load_menu, menu_path, menus_dir, question_text, result_text
from sms_triage.triage.understanding.alarms import read_alarms
from sms_triage.triage.understanding.answers import Reader, read_lexicon
from sms_triage.triage.understanding.words import normal
from sms_triage.triage.wording.locale import Locale, Locales


def load_locale(
    language: str,
    channel: str,
    values: Mapping[str, str],
    *,
    directory: Path | None = None,
    menus: Path | None = None,
) -> Locale:
    """The locale of this installation, with the deployment's `values` (emergency numbers and lines) filled in.

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
    caseload = read_yaml(directory / "chw.yaml")
    lexicon = read_lexicon(raw)
    own_texts = _merged("texts", raw, more, caseload) | (raw["ussd_texts"] if channel == "ussd" else {})
    service_texts = {name: read_text(text, f"text {name}", translation) for name, text in own_texts.items()}
    own_questions = {
        id: _own_question(id, entry, translation) for id, entry in _merged("questions", raw, more, caseload).items()
    }
    for id in (PIN_ASK, FIND, PHONE):
        own_questions[id] = Question(id, service_texts[id], (), several=False, none=None)
    own_questions[EPISODE] = _episode_question(content, more["recurrence"]["together"], translation)
    own_questions |= result_questions(content.below_results)
    questions = {question.id: question for question in content.questions} | own_questions

    def ready(text: Text) -> Text:
        return Text(*(sms.plain(_fill_known(words, values, content)) for words in text.both()))

    return Locale(
        content=content,
        menu=menu,
        lexicon=lexicon,
        alarms=read_alarms(read_yaml(directory / "alarms.yaml"), translation),
        questions=questions,
        asks={id: ready(question_text(question)) for id, question in own_questions.items()},
        readers={id: Reader(question, lexicon) for id, question in questions.items()},
        texts={name: ready(_with_options(text, content.below_results)) for name, text in service_texts.items()},
        values=values,
        results={rule.id: ready(result_text(content, rule.id)) for rule in content.rules},
        protocol=load_protocol(directory),
        caseload=_caseload_protocol(caseload),
    )


def _caseload_protocol(raw: Mapping[str, Any]) -> ChwProtocol:
    """Raises :class:`ContentError` if it is malformed."""
    try:
        return ChwProtocol(
            visits={id: tuple(days) for id, days in raw["visits"].items()},
            acknowledge_minutes=raw["acknowledge_minutes"],
            still_open=tuple(raw["still_open"]),
            seen=tuple(raw["seen"]),
            join_words=tuple(normal(word) for word in raw["join_words"]),
            seen_words=tuple(normal(word) for word in raw["seen_words"]),
            shorthand=raw["shorthand"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(f"chw.yaml is malformed: {type(error).__name__} {error}") from error


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
    for id in content.roles.together:
        for option in content.question(id).options:
            finding = content.findings[option.finding]
            if option.value != finding.baseline and option.value not in dict(finding.as_urgent):
                options.append(option)
    text, none = (read_text(entry[name], f"question {EPISODE}, {name}", translation) for name in ("text", "none"))
    return Question(EPISODE, text, tuple(options), several=True, none=none)


def offering(locale: Locale, languages: Mapping[str, tuple[str, str]]) -> Locale:
    """`locale` where a person may choose her language: the other `languages` (id -> own name, name in GSM-7
    letters) stand below the first question, and the question of the language is known."""
    if len(languages) < 2:
        return locale
    first = locale.content.questions[0]
    longer = replace(
        first,
        options=(
            *first.options,
            *(
                Option(LANGUAGE, id, Text(plain, plain), ())
                for id, (_, plain) in languages.items()
                if id != locale.language
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
        locale,
        questions={**locale.questions, **asked},
        asks={**locale.asks, **{id: question_text(question) for id, question in asked.items()}},
        readers={**locale.readers, **{id: Reader(question, locale.lexicon) for id, question in asked.items()}},
    )


def load_locales(
    languages: tuple[str, ...],
    default: str,
    values: Mapping[str, str],
    *,
    directory: Path | None = None,
    menus: Path | None = None,
) -> Locales:
    """The locales in `languages`. Raises as :func:`load_locale`, and if the default is not among them."""
    names = language_names(directory or content_dir())
    for language in dict.fromkeys((*languages, default)):
        if language not in names or language not in languages:
            raise ContentError(f"language {language!r} is not among those of the content and of LANGUAGES")
    offered = {language: names[language] for language in languages}
    made = {
        (language, channel): offering(load_locale(language, channel, values, directory=directory, menus=menus), offered)
        for language in languages
        for channel in CHANNELS
    }
    topic = made[default, CHANNELS[0]].content.topic
    return Locales(default, languages, (topic,), {(*key, topic): locale for key, locale in made.items()})


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
    raw, more, caseload = (read_yaml(directory / f"{name}.yaml") for name in ("service", "followup", "chw"))
    for id, entry in _merged("questions", raw, more, caseload).items():
        _own_question(id, entry, collector)
    _episode_question(load_content(directory), more["recurrence"]["together"], collector)
    for name, text in (*_merged("texts", raw, more, caseload).items(), *raw["ussd_texts"].items()):
        read_text(text, f"text {name}", collector)
    return collector.places


def longest_values(content: Content) -> dict[str, str]:
    """For each thing a deployment may fill in, a value of the greatest length: what the budgets are proven with."""
    return {name: "0" * longest for name, longest in content.deployment.items()}


def _with_options(text: Text, below: tuple[ResultOption, ...]) -> Text:
    """A text with the options below every result written in: ``{options}``; the number of more to read: ``{more}``."""
    always = [option for option in below if option.holds(())]
    reading = [option.value for option in below if option.holds((MORE,))]

    def fill_in(words: str, labels: list[str]) -> str:
        options = ", ".join(f"{number} {label}" for number, label in enumerate(labels, 1))
        more = str(reading.index(MORE) + 1) if MORE in reading else ""
        return words.replace("{options}", options).replace("{more}", more)

    own, helper = ([label.to(who) for label in (option.label for option in always)] for who in (False, True))
    return Text(fill_in(text.own, own), fill_in(text.helper, helper))


def _fill_known(template: str, values: Mapping[str, str], content: Content) -> str:
    """Fills what the deployment sets; names that a turn fills (like ``{last}``) stay."""
    own = {name: f"{{{name}}}" for name in placeholders(template) if name not in content.deployment}
    return fill(template, {**own, **values})
