"""Every name that one place of the content uses and another defines: each is defined, and what must be there is.

A fault is one line: file, place, what is wrong and the nearest name there is.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from sms_triage.triage.content.errors import nearest
from sms_triage.triage.content.folder import ALARMS, ASKED, CHW, COMMON_WORDS, FOLLOW_UP, SERVICE, Folder
from sms_triage.triage.content.protocols import RECURRENCE
from sms_triage.triage.content.question_ids import OUTCOME, OWN, RESERVED, TIME
from sms_triage.triage.content.results import CONDITIONS
from sms_triage.triage.content.schema import (
    ByLanguage,
    QuestionEntry,
    RecurrenceEntry,
    ServiceFile,
    TopicFile,
    When,
    Worded,
    Words,
)
from sms_triage.triage.content.templates import placeholders
from sms_triage.triage.content.texts import NAMES, TEXTS, URGENCY, USSD_ONLY

Faults = Iterator[str]


def faults(folder: Folder) -> Faults:
    """Everything in a content folder that names what does not exist, or lacks what must be there."""
    for id, topic in folder.topics.items():
        yield from _Topic(folder, topic, f"topics/{id}.yaml").faults()
    titles = [str(topic.title) for topic in folder.topics.values()]
    yield from _once("topics", "title", titles)
    yield from _service(folder)
    yield from _follow_up(folder)
    yield from _chw(folder)
    yield from _alarms(folder)
    yield from _own_questions(folder)
    yield from _own_texts(folder)
    yield from _asked(folder)


def files_faults(service: ServiceFile, topics: Collection[str], languages: Collection[str]) -> Faults:
    """The files of topics are those that are offered, and every translation is into a language that has a name."""
    place = f"{SERVICE}: topics"
    if not service.topics:
        yield f"{place}: there is none"
    yield from _once(place, "topic", service.topics)
    for id in service.topics:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", id):
            yield f"{place}: {id!r} is to be small letters, digits and _"
        elif f"{id}.yaml" not in topics:
            yield f"{place}: names the topic {id!r}, but there is no topics/{id}.yaml{nearest(f'{id}.yaml', topics)}"
    offered = [f"{id}.yaml" for id in service.topics]
    yield from (
        f"topics/{name}: is no topic that {SERVICE} names under topics" for name in topics if name not in offered
    )
    for id in languages:
        if id not in service.languages:
            yield f"locale/{id}.po: {SERVICE} names no language {id!r}{nearest(id, service.languages)}"


def _known(place: str, kind: str, names: Iterable[str], known: Collection[str]) -> Faults:
    """Each of `names` is one of the `known`."""
    for name in names:
        if name not in known:
            yield f"{place}: names the {kind} {name!r}, which does not exist{nearest(name, known)}"


def _same(place: str, kind: str, names: Collection[str], wanted: Collection[str]) -> Faults:
    """`names` are all of those `wanted`, and no others."""
    yield from _known(place, kind, names, wanted)
    yield from (f"{place}: the {kind} {name!r} is missing" for name in wanted if name not in names)


def _once(place: str, kind: str, names: Iterable[str]) -> Faults:
    yield from (f"{place}: the {kind} {name!r} stands twice" for name, times in Counter(names).items() if times > 1)


def _filled(place: str, words: Words | None, known: Collection[str]) -> Faults:
    """What a text asks for is there to be filled in."""
    yield from _known(place, "placeholder", sorted(set().union(*map(placeholders, _both(words)))), known)


def _both(words: Words | None) -> tuple[str, ...]:
    return (words.own, words.helper) if isinstance(words, Worded) else (words or "",)


class _Topic:
    """The checks of one topic."""

    def __init__(self, folder: Folder, topic: TopicFile, file: str) -> None:
        self.folder, self.topic, self.file = folder, topic, file
        self.values: dict[str, tuple[str, ...]] = {}
        """By finding."""
        for question in topic.questions:
            if question.several:
                self.values |= {option.finding: ("no", "yes") for option in question.options}
            else:
                self.values[question.one_of] = tuple(option.value for option in question.options)
        self.questions = {question.id: question for question in topic.questions}
        self.dispositions = [entry.id for entry in topic.dispositions]

    def faults(self) -> Faults:
        topic, folder = self.topic, self.folder
        for question in topic.questions:
            yield from self._question(question, self._at("questions", question.id))
        findings = [f for q in topic.questions for f in ([o.finding for o in q.options] if q.several else [q.one_of])]
        between = [question.between.id for question in topic.questions if question.between]
        yield from _once(self._at("questions"), "question", (*(question.id for question in topic.questions), *between))
        yield from _once(self._at("questions"), "finding", findings)
        yield from _known(self._at("dispositions"), "disposition", self.dispositions, folder.service.dispositions)
        ranked = [id for id in folder.service.dispositions if id in self.dispositions]
        if ranked != self.dispositions:
            yield f"{self._at('dispositions')}: stand in another order than in {SERVICE}, or twice"
        yield from self._rules()
        yield from self._roles()
        for alarm, known in topic.alarms.items():
            yield from _known(self._at("alarms"), "alarm", [alarm], [entry.id for entry in folder.alarms.alarms])
            yield from self._answers(self._at("alarms", alarm), known)
        for number, statement in enumerate(topic.statements, 1):
            place = self._at("statements", str(number))
            yield from self._answers(place, statement.tells)
            yield from _phrases(folder, place, statement.patterns, folder.alarms.concepts)
        if topic.recurrence:
            yield from self._recurrence(topic.recurrence)
        yield from _known(self._at("shorthand"), "question", topic.shorthand, self.questions)
        languages = folder.service.languages
        yield from _same(self._at("forbidden_phrases"), "language", topic.forbidden_phrases, languages)
        yield from self._texts()

    def _at(self, *place: str) -> str:
        return f"{self.file}: {', '.join(place)}"

    def _question(self, question: QuestionEntry, place: str) -> Faults:
        if question.id in (*OWN, *RESERVED, *self.folder.own_questions):
            yield f"{place}: is the name of a question of the service's own"
        yield from self._when(f"{place}, only_if", question.only_if)
        if question.several:
            yield from _entries(place, question, ("none",), ("one_of", "baseline", "worse", "as_urgent"))
            for option in question.options:
                yield from _entries(place, option, ("finding",), ("value",))
            return
        yield from _entries(place, question, ("one_of", "baseline"), ("none",))
        for option in question.options:
            yield from _entries(place, option, ("value",), ("finding",))
        if question.one_of != question.id:
            yield f"{place}: asks the finding {question.one_of!r}, which must bear the question's name"
        values = self.values[question.one_of]
        yield from _once(place, "value", values)
        yield from _years(place, question)
        yield from _known(f"{place}, baseline", "value", [question.baseline], values)
        yield from _known(f"{place}, worse", "value", (value for chain in question.worse for value in chain), values)
        yield from _known(f"{place}, as_urgent", "value", (*question.as_urgent, *question.as_urgent.values()), values)
        if question.between:
            yield from _known(f"{place}, between", "value", question.between.options, values)

    def _rules(self) -> Faults:
        topic = self.topic
        yield from _once(self._at("rules"), "rule", (rule.id for rule in topic.rules))
        for rule in topic.rules:
            place = self._at("rules", rule.id)
            yield from self._when(f"{place}, when", rule.when)
            yield from _known(place, "disposition", [rule.at_least], self.dispositions)
            yield from _known(place, "meaning", [rule.may_mean], topic.meanings)
            yield from _known(place, "advice", (*rule.advice, *rule.without), topic.advice)
            yield from _known(place, "source", rule.sources, topic.sources)
        for disposition in topic.dispositions:
            yield from _known(
                self._at("dispositions", disposition.id), "advice", disposition.advises_only, topic.advice
            )
        if all(rule.when for rule in topic.rules):
            yield f"{self._at('rules')}: no rule holds always: some answers would have no outcome"
        for invariant in topic.invariants:
            place = self._at("invariants", invariant.id)
            named = [id for id in (invariant.never_below, invariant.only, *invariant.given) if id]
            yield from _known(place, "advice", (*invariant.says, *invariant.never_says), topic.advice)
            yield from self._when(f"{place}, when", invariant.when)
            yield from _known(place, "disposition", named, self.dispositions)
            yield from _known(place, "question", [invariant.told_after] if invariant.told_after else [], self.questions)

    def _roles(self) -> Faults:
        roles = self.topic.roles
        several = [id for id, question in self.questions.items() if question.several]
        if wording := roles.wording:
            who = {wording.finding: [wording.own, wording.helper]}
            yield from self._values(self._at("roles", "wording"), who)
        for part, id in (("frequency", roles.frequency), ("amount", roles.amount)):
            yield from _known(self._at("roles", part), "finding", [id] if id else [], self.values)
        yield from _known(
            self._at("roles", "danger"), "question", [roles.danger] if roles.danger else [], self.questions
        )
        yield from _known(self._at("roles", "signs"), "question with several answers", roles.signs, several)
        yield from self._answers(self._at("roles", "consent_sms"), roles.consent_sms)
        yield from _known(self._at("roles", "private"), "finding", roles.private, self.values)
        asked = (
            [option.finding for option in self.questions[roles.danger].options]
            if roles.danger in self.questions
            else []
        )
        yield from _known(self._at("roles", "confirmed"), "finding of the danger question", roles.confirmed, asked)

    def _recurrence(self, rules: RecurrenceEntry) -> Faults:
        place, values = self._at("recurrence"), self.values.get(self.topic.roles.frequency, ())
        if not self.topic.roles.frequency:
            yield f"{place}: needs a frequency among the roles"
        yield from _same(f"{place}, counts", "frequency", rules.counts, values)
        named = [rules.uncounted, *(rule.frequency for rule in rules.becomes)]
        if seen := rules.after_seen:
            named.append(seen.frequency)
            yield from _known(f"{place}, after_seen", "text", [seen.says], self.folder.own_texts())
        yield from _known(place, "frequency", named, values)
        if any(more.episodes <= fewer.episodes for more, fewer in pairwise(rules.becomes)):
            yield f"{place}, becomes: the rule with more episodes must stand first"
        yield from _known(f"{place}, asked_anew", "question", rules.asked_anew, self.questions)
        if together := rules.together:
            yield from _known(f"{place}, together", "question asked anew", together.questions, rules.asked_anew)

    def _texts(self) -> Faults:
        topic, known = self.topic, self.folder.service.deployment
        for section, texts in (("meanings", topic.meanings), ("advice", topic.advice)):
            for id, text in texts.items():
                yield from _filled(self._at(section, id), text, known)
        for number, text in enumerate(topic.causes, 1):
            yield from _filled(self._at("causes", str(number)), text, known)
        for entry in topic.dispositions:
            for text in (entry.text, entry.if_worse):
                yield from _filled(self._at("dispositions", entry.id), text, known)
        others = [topic.title, *(getattr(topic.names, name) for name in NAMES)]
        for text in others:
            yield from _filled(self._at("names"), text, ())

    def _answers(self, place: str, answers: Mapping[str, str]) -> Faults:
        yield from self._values(place, {finding: [value] for finding, value in answers.items()})

    def _when(self, place: str, when: When) -> Faults:
        if not all(isinstance(choice, dict) for choice in when.get("any", ())):
            yield f"{place}, any: a list of conditions is expected"
            return
        for part in ({key: value for key, value in when.items() if key != "any"}, *when.get("any", ())):
            yield from self._values(
                place, {id: value if isinstance(value, list) else [value] for id, value in part.items()}
            )

    def _values(self, place: str, values: Mapping[str, list[Any]]) -> Faults:
        for finding, named in values.items():
            yield from _known(place, "finding", [finding], self.values)
            yield from _known(place, f"value of {finding}", map(str, named), self.values.get(finding, named))


def _entries(place: str, entry: QuestionEntry | Any, needed: Iterable[str], unwanted: Iterable[str]) -> Faults:
    """A question of one kind has these keys and not those of the other."""
    yield from (f"{place}: the key {name!r} is missing" for name in needed if not getattr(entry, name))
    yield from (f"{place}: the key {name!r} has no sense here" for name in unwanted if getattr(entry, name))


def _years(place: str, question: QuestionEntry) -> Faults:
    """Ages are told from one year to another, and each is one option's at the most."""
    spans = []
    for option in question.options:
        if (option.from_years is None) != (option.to_years is None):
            yield f"{place}, {option.value}: from_years and to_years stand together"
        elif option.from_years is not None and option.to_years is not None:
            spans.append((option.from_years, option.to_years))
    spans.sort()
    if any(last < first for first, last in spans) or any(one[1] >= other[0] for one, other in pairwise(spans)):
        yield f"{place}: the years of an option go back, or are another's too"


def _service(folder: Folder) -> Faults:
    service, languages = folder.service, folder.service.languages
    yield from _once(f"{SERVICE}: dispositions", "disposition", service.dispositions)
    for id, language in languages.items():
        yield from _known(f"{SERVICE}: languages, {id}", "limits", [language.limits], service.limits)
        words = [word.upper() for word in service.keywords.language.get(id, ())]
        yield from _known(f"{SERVICE}: languages, {id}, choose", "keyword", [language.choose], words)
    tables = {
        **{name: getattr(service.keywords, name) for name in service.keywords.__struct_fields__},
        **{name: getattr(service.answers, name) for name in ("yes", "no", "numbers", "age", "greetings", "thanks")},
        "stopping, phrases": service.stopping.phrases,
        "stopping, beside": service.stopping.beside,
        "reactions": service.reactions,
    }
    for name, words in tables.items():
        yield from _known(f"{SERVICE}: {name}", "language", words, languages)
    for name in service.keywords.__struct_fields__:
        yield from _same(f"{SERVICE}: keywords, {name}", "language", getattr(service.keywords, name), languages)
    yield from _commands(service)
    for id, option in service.results.items():
        conditions = [name for name in (option.given, option.unless) if name]
        yield from _known(f"{SERVICE}: results, {id}", "condition", conditions, CONDITIONS)


def _commands(service: ServiceFile) -> Faults:
    """A word means one thing at any time: one command, or one language."""
    meanings: dict[str, str] = {}
    named = {id: {id: (entry.name, entry.plain, *entry.words)} for id, entry in service.languages.items()}
    commands = {name: getattr(service.keywords, name) for name in service.keywords.__struct_fields__}
    for kind, table in (("keywords", commands), ("languages", named)):
        for name, languages in table.items():
            for word in (word for words in languages.values() for word in words):
                meant = f"{kind}, {name}"
                if meanings.setdefault(word.casefold(), meant) != meant:
                    yield f"{SERVICE}: {meant}: {word!r} stands under {meanings[word.casefold()]} too"


def _follow_up(folder: Folder) -> Faults:
    file, questions, texts = folder.follow_up, folder.own_questions, folder.own_texts()
    yield from _same(
        f"{FOLLOW_UP}: schedules", "disposition", file.schedules, (*folder.service.dispositions, RECURRENCE)
    )
    for id, schedule in file.schedules.items():
        place = f"{FOLLOW_UP}: schedules, {id}"
        yield from _known(place, "check-in", [schedule.asks], file.check_ins)
        if not schedule.days:
            yield f"{place}: no check-in"
        if any(later <= earlier for earlier, later in pairwise(schedule.days)):
            yield f"{place}: more than one check-in a day, or days that go back"
    for part, ids in (("greeting", [file.greeting]), ("check_ins", file.check_ins), ("barrier", [file.barrier])):
        yield from _known(f"{FOLLOW_UP}: {part}", "question", ids, file.questions)
    if TIME in questions and tuple(questions[TIME].options) != file.times:
        offered = ", ".join(questions[TIME].options)
        yield f"{FOLLOW_UP}: questions, {TIME}: the times offered are {offered}, not {', '.join(file.times)}"
    if file.barrier in questions:
        yield from _known(f"{FOLLOW_UP}: questions, {file.barrier}", "text", questions[file.barrier].options, texts)
    for name in file.discreet:
        kind, _, id = name.partition(" ")
        named: Mapping[str, Collection[str]] = {"question": questions, "text": texts}
        yield from _known(f"{FOLLOW_UP}: discreet", "kind", [kind], named)
        yield from _known(f"{FOLLOW_UP}: discreet", kind, [id], named.get(kind, [id]))
    yield from _same(f"{FOLLOW_UP}: revealing", "language", file.revealing, folder.service.languages)


def _chw(folder: Folder) -> Faults:
    file, scale = folder.chw, folder.service.dispositions
    yield from _same(f"{CHW}: visits", "disposition", file.visits, scale)
    yield from _known(f"{CHW}: acknowledge_minutes", "disposition", file.acknowledge_minutes, scale)
    outcomes = file.questions[OUTCOME].options if OUTCOME in file.questions else {}
    for part, named in (("still_open", file.still_open), ("seen", file.seen)):
        yield from _known(f"{CHW}: {part}", "outcome", named, outcomes)


def _alarms(folder: Folder) -> Faults:
    file = folder.alarms
    yield from _once(f"{ALARMS}: alarms", "alarm", (alarm.id for alarm in file.alarms))
    for alarm in file.alarms:
        yield from _known(f"{ALARMS}: alarms, {alarm.id}", "guidance", [alarm.guidance], file.guidance)
        yield from _phrases(folder, f"{ALARMS}: alarms, {alarm.id}", alarm.patterns, file.concepts)
    yield from _phrases(folder, f"{ALARMS}: doubt", file.doubt, file.concepts)
    yield from _concepts(folder)
    given = [alarm.guidance for alarm in file.alarms]
    for id, guidance in file.guidance.items():
        place = f"{ALARMS}: guidance, {id}"
        if id not in given:
            yield f"{place}: is given to no alarm"
        floors = [guidance.floor.own, guidance.floor.helper] if guidance.floor else []
        yield from _known(place, "disposition", [guidance.disposition, *floors], folder.service.dispositions)
        yield from _filled(place, guidance.text, (*NAMES, *folder.service.deployment))


def _asked(folder: Folder) -> Faults:
    """Each question is answered once, and what its answer asks for is there to be filled in."""
    files = {ASKED: folder.asked.asked, **{f"topics/{id}.yaml": topic.asked for id, topic in folder.topics.items()}}
    for file, entries in files.items():
        own = [*entries, *(folder.asked.asked if file != ASKED else ())]
        yield from _once(f"{file}: asked", "question", (entry.id for entry in own))
        for entry in entries:
            place = f"{file}: asked, {entry.id}"
            yield from _phrases(folder, place, entry.patterns, folder.alarms.concepts)
            yield from _filled(place, entry.text, (*NAMES, *folder.service.deployment))


def _concepts(folder: Folder) -> Faults:
    """Concepts are made of those above them, and each is there for something."""
    file, above = folder.alarms, dict[str, ByLanguage]()
    named = {name for alarm in file.alarms for name in _named_in(alarm.patterns)} | {*_named_in(file.doubt)}
    named |= {name for entry in folder.asked.asked for name in _named_in(entry.patterns)}
    for topic in folder.topics.values():
        said = [entry.patterns for entry in topic.statements] + [entry.patterns for entry in topic.asked]
        named |= {name for patterns in said for name in _named_in(patterns)}
    for name in file.grammar.__struct_fields__:
        concepts = getattr(file.grammar, name)
        yield from _known(f"{ALARMS}: grammar, {name}", "concept", concepts, file.concepts)
        named |= {*concepts}
    for id, languages in file.concepts.items():
        yield from _phrases(folder, f"{ALARMS}: concepts, {id}", languages, above)
        above[id] = languages
        named |= {*_named_in(languages)}
    for id in file.concepts:
        if id not in named:
            yield f"{ALARMS}: concepts, {id}: is named by nobody{nearest(id, named)}"
    yield from _known(f"{COMMON_WORDS}: words", "language", folder.common_words.words, folder.service.languages)


def _phrases(folder: Folder, where: str, languages: ByLanguage, concepts: Mapping[str, ByLanguage]) -> Faults:
    """No alternative of a phrase is empty, and each concept that it names has words in its language."""
    yield from _known(where, "language", languages, folder.service.languages)
    for language, phrases in languages.items():
        place = f"{where}, {language}"
        spoken = [id for id, words in concepts.items() if words.get(language)]
        yield from _known(place, f"{language} concept", _named_in({language: phrases}), spoken)
        for phrase in phrases:
            if not phrase.strip() or not all(word.strip("<>") for part in phrase.split() for word in part.split("|")):
                yield f"{place}: an alternative of {phrase!r} is empty"
            if not all(re.fullmatch(r"[^#\"]*|#\d+-\d+", word) for part in phrase.split() for word in part.split("|")):
                yield f"{place}: an alternative of {phrase!r} is neither a word nor numbers (#3-15)"


def _named_in(languages: ByLanguage) -> Iterator[str]:
    """The concepts that phrases name."""
    return (name for phrases in languages.values() for phrase in phrases for name in re.findall("<([^>]*)>", phrase))


def _own_questions(folder: Folder) -> Faults:
    file = folder.follow_up
    wanted = {*OWN, file.greeting, file.barrier, *file.check_ins}
    written = [(name, id) for name, one in folder.own_files for id in one.questions]
    yield from _once(f"{SERVICE}, {FOLLOW_UP} and {CHW}", "question", (id for _, id in written))
    for name, id in written:
        place = f"{name}: questions, {id}"
        if id not in wanted:
            yield f"{place}: is asked by nobody{nearest(id, wanted)}"
        entry = folder.own_questions[id]
        yield from _known(f"{place}, words", "option", entry.words, entry.options)
        for text in (entry.text, entry.zero, *entry.options.values()):
            yield from _filled(place, text, (*NAMES, *folder.service.deployment))
    yield from _missing({id for _, id in written}, wanted, "question")


def _own_texts(folder: Folder) -> Faults:
    """The texts that are written are those that are said."""
    wanted = {*TEXTS, *(f"{URGENCY}{id}" for id in folder.service.dispositions), *_named_by_content(folder)}
    written = [(name, id) for name, one in folder.own_files for id in one.texts]
    yield from _once(f"{SERVICE}, {FOLLOW_UP} and {CHW}", "text", (id for _, id in written))
    on_ussd = [(SERVICE, id) for id in folder.service.ussd_texts]
    for (name, id), known in [(one, wanted) for one in written] + [(one, {*wanted, *USSD_ONLY}) for one in on_ussd]:
        if id not in known:
            yield f"{name}: texts, {id}: is said by nobody{nearest(id, known)}"
    for (name, id), text in _each(folder, written, on_ussd):
        known = {*NAMES, *TEXTS.get(id, ()), *folder.service.deployment}
        yield from _filled(f"{name}: texts, {id}", text, known)
        for words in _both(text):
            missing = [name for name in TEXTS.get(id, ()) if name not in placeholders(words)]
            yield from (f"{name}: texts, {id}: does not say {{{one}}}" for one in missing)
    yield from _missing({id for _, id in written}, wanted, "text")
    yield from _missing({id for _, id in on_ussd}, USSD_ONLY, "text on USSD")


def _each(
    folder: Folder, written: list[tuple[str, str]], on_ussd: list[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], Words]]:
    yield from ((one, folder.own_texts()[one[1]]) for one in written)
    yield from ((one, folder.service.ussd_texts[one[1]]) for one in on_ussd)


def _named_by_content(folder: Folder) -> Iterator[str]:
    barrier = folder.own_questions.get(folder.follow_up.barrier)
    yield from barrier.options if barrier else ()
    for topic in folder.topics.values():
        if topic.recurrence and topic.recurrence.after_seen:
            yield topic.recurrence.after_seen.says


def _missing(names: Collection[str], wanted: Collection[str], kind: str) -> Faults:
    place = f"{SERVICE}, {FOLLOW_UP} and {CHW}"
    yield from (
        f"{place}: there is no {kind} {name!r}{nearest(name, names)}" for name in sorted(wanted) if name not in names
    )
