"""Makes a locale ready: content, translation and menu read, texts filled in, words to understand them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sms_triage import text as sms
from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.model import CHANNELS, Content, Option, Question, ResultOption, Text
from sms_triage.triage.content.opening import open_folder
from sms_triage.triage.content.protocols import ChwProtocol, FollowUpProtocol, Schedule
from sms_triage.triage.content.question_ids import EPISODE, FIND, LANGUAGE, PHONE, PIN_ASK, TOPIC
from sms_triage.triage.content.reader import content_dir, load_content, read_text
from sms_triage.triage.content.results import MORE, result_questions
from sms_triage.triage.content.schema import ChwFile, FollowUpFile, OwnQuestionEntry
from sms_triage.triage.content.templates import fill, placeholders
from sms_triage.triage.content.translations import Collector, Translation, languages_of, load_translation
from sms_triage.triage.menu.menu import load_menu, menu_path, menus_dir, question_text, result_text
from sms_triage.triage.understanding.alarms import read_alarms
from sms_triage.triage.understanding.answers import Reader, read_lexicon
from sms_triage.triage.understanding.questions import read_questions
from sms_triage.triage.understanding.statements import read_statements
from sms_triage.triage.understanding.words import normal
from sms_triage.triage.wording.locale import Locale, Locales


def load_locale(
    language: str,
    channel: str,
    values: Mapping[str, str],
    topic: str = "",
    *,
    directory: Path | None = None,
    menus: Path | None = None,
) -> Locale:
    """The locale of a topic of this installation (the first by default), with the deployment's `values` (emergency
    numbers and lines) filled in.

    Raises :class:`ContentError` if the content, its translation or the menu is missing or malformed, or a value is
    unknown or longer than the content allows.
    """
    directory = directory or content_dir()
    folder, translation = open_folder(directory), load_translation(directory, language)
    content = load_content(directory, translation, channel, topic)
    menu = load_menu(menu_path(menus or menus_dir(), content.topic, language, channel))
    for name, value in values.items():
        longest = content.deployment.get(name)
        if longest is None:
            raise ContentError(f"the content has no place for {name!r}")
        if (sms.septets(value) or longest + 1) > longest:
            raise ContentError(f"{name} is longer than the {longest} characters the content allows")
    lexicon = read_lexicon(folder.service)
    texts = {
        name: _named(read_text(words, f"text {name}", translation), content)
        for name, words in folder.own_texts(channel).items()
    }
    own_questions = {id: _own_question(id, entry, translation) for id, entry in folder.own_questions.items()}
    for id in (PIN_ASK, FIND, PHONE):
        own_questions[id] = Question(id, texts[id], (), several=False, none=None)
    if content.episode:
        own_questions[EPISODE] = content.episode
    own_questions |= result_questions(content.below_results)
    own_questions |= {one.between.question.id: one.between.question for one in content.questions if one.between}
    questions = {question.id: question for question in content.questions} | own_questions
    alarms = read_alarms(folder.alarms, folder.common_words, translation)
    guidance = {id: replace(said, text=_named(said.text, content)) for id, said in alarms.guidance.items()}

    asked = read_questions(folder.topics[content.topic], folder.asked, folder.alarms, folder.common_words, translation)

    def ready(text: Text) -> Text:
        return Text(*(sms.plain(_fill_known(words, values, content)) for words in text.both()))

    return Locale(
        content=content,
        menu=menu,
        lexicon=lexicon,
        alarms=replace(alarms, guidance=guidance),
        statements=read_statements(folder.topics[content.topic], folder.alarms, folder.common_words),
        asked=replace(asked, answers=tuple(replace(one, text=_named(one.text, content)) for one in asked.answers)),
        questions=questions,
        asks={id: ready(question_text(question)) for id, question in own_questions.items()},
        readers={id: Reader(question, lexicon) for id, question in questions.items()},
        texts={name: ready(_with_options(text, content.below_results)) for name, text in texts.items()},
        values=values,
        results={rule.id: ready(result_text(content, rule.id)) for rule in content.rules},
        protocol=_follow_up(folder.follow_up),
        caseload=_caseload(folder.chw),
    )


def _follow_up(file: FollowUpFile) -> FollowUpProtocol:
    return FollowUpProtocol(
        times=file.times,
        useful_hours=file.useful_hours,
        closing_hours=file.closing_hours,
        most_unanswered=file.most_unanswered,
        most_later=file.most_later,
        stopped_closes=file.stopped_closes,
        diary_days=file.diary_days,
        schedules={id: Schedule(id, entry.days, entry.asks) for id, entry in file.schedules.items()},
        greeting=file.greeting,
        barrier=file.barrier,
        check_ins=file.check_ins,
        discreet=file.discreet,
        revealing=file.revealing,
    )


def _caseload(file: ChwFile) -> ChwProtocol:
    return ChwProtocol(
        visits=file.visits,
        acknowledge_minutes=file.acknowledge_minutes,
        still_open=file.still_open,
        seen=file.seen,
        join_words=tuple(map(normal, file.join_words)),
        seen_words=tuple(map(normal, file.seen_words)),
    )


def _own_question(id: str, entry: OwnQuestionEntry, translation: Translation) -> Question:
    """A question of the service's own. Its option ``zero`` is chosen by 0, which elsewhere is back."""
    return Question(
        id=id,
        text=read_text(entry.text, f"question {id}", translation),
        options=tuple(
            Option(
                id, value, read_text(label, f"question {id}, option {value}", translation), entry.words.get(value, ())
            )
            for value, label in entry.options.items()
        ),
        several=False,
        none=None,
        zero=read_text(entry.zero, f"question {id}, option 0", translation) if entry.zero else None,
    )


@dataclass(frozen=True)
class LanguageName:
    """A language's own name, the same in GSM-7 letters, and the word of it that asks for another language."""

    own: str
    plain: str
    choose: str


def offering(locale: Locale, languages: Mapping[str, LanguageName], topics: Mapping[str, Text]) -> Locale:
    """`locale` where a person may choose what it is about and her language.

    Of several `topics` (id -> title) it is asked first which. Below the first question stand the other `languages` on
    USSD, where nothing else can be keyed in; by SMS a line of their words that ask for them, for who cannot read the
    rest. The question of the language is known.
    """
    first, asked, asks = locale.content.questions[0], dict[str, Question](), dict[str, Text]()
    if len(topics) > 1:
        options = tuple(Option(TOPIC, id, title, ()) for id, title in topics.items())
        first = asked[TOPIC] = Question(TOPIC, locale.texts[TOPIC], options, several=False, none=None)
    if len(languages) > 1:
        others = {id: name for id, name in languages.items() if id != locale.language}
        if locale.channel == "ussd":
            options = tuple(Option(LANGUAGE, id, Text(name.plain, name.plain), ()) for id, name in others.items())
            asked[first.id] = replace(first, options=(*first.options, *options))
        else:
            words = " ".join(dict.fromkeys(name.choose for name in others.values()))
            put = question_text(first)
            asks[first.id] = Text(f"{put.own}\n{words}", f"{put.helper}\n{words}")
        names = tuple(Option(LANGUAGE, id, Text(name.own, name.own), (name.plain,)) for id, name in languages.items())
        asked[LANGUAGE] = Question(LANGUAGE, Text("", ""), names, several=False, none=None)
    return replace(
        locale,
        questions={**locale.questions, **asked},
        asks={**locale.asks, **{id: question_text(question) for id, question in asked.items()}, **asks},
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
    """The locales in `languages`, of every topic. Raises as :func:`load_locale`, and if the default is not among
    them."""
    directory = directory or content_dir()
    names = language_names(directory)
    for language in dict.fromkeys((*languages, default)):
        if language not in names or language not in languages:
            raise ContentError(f"language {language!r} is not among those of the content and of LANGUAGES")
    offered = {language: names[language] for language in languages}
    topics = tuple(open_folder(directory).topics)
    locales = {}
    for language in languages:
        titles = topic_titles(directory, language)
        for channel in CHANNELS:
            for topic in topics:
                locale = load_locale(language, channel, values, topic, directory=directory, menus=menus)
                locales[language, channel, topic] = offering(locale, offered, titles)
    return Locales(default, languages, topics, locales)


def topic_titles(directory: Path, language: str) -> dict[str, Text]:
    """What the topics of a content folder are called in a language, by id."""
    folder, translation = open_folder(directory), load_translation(directory, language)
    return {id: read_text(topic.title, "title", translation) for id, topic in folder.topics.items()}


def language_names(directory: Path) -> dict[str, LanguageName]:
    """The languages of a content folder that have a translation, by id."""
    named = open_folder(directory).service.languages
    return {
        id: LanguageName(entry.name, entry.plain, entry.choose)
        for id, entry in named.items()
        if id in languages_of(directory)
    }


def collect_texts(directory: Path) -> dict[str, str]:
    """Every text of a content folder that has to be translated, with the place where it stands."""
    collector, folder = Collector(), open_folder(directory)
    for topic in folder.topics:
        load_content(directory, collector, topic=topic)
    read_alarms(folder.alarms, folder.common_words, collector)
    for file in folder.topics.values():
        read_questions(file, folder.asked, folder.alarms, folder.common_words, collector)
    for id, entry in folder.own_questions.items():
        _own_question(id, entry, collector)
    for channel in CHANNELS:
        for name, words in folder.own_texts(channel).items():
            read_text(words, f"text {name}", collector)
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


def _named(text: Text, content: Content) -> Text:
    """A text of the service's own that names what the topic is about."""

    def fill_in(words: str, helper: bool) -> str:
        for name, called in content.names.items():
            words = words.replace(f"{{{name}}}", called.to(helper))
        return words

    return Text(fill_in(text.own, helper=False), fill_in(text.helper, helper=True))


def _fill_known(template: str, values: Mapping[str, str], content: Content) -> str:
    """Fills what the deployment sets; names that a turn fills (like ``{last}``) stay."""
    own = {name: f"{{{name}}}" for name in placeholders(template) if name not in content.deployment}
    return fill(template, {**own, **values})
