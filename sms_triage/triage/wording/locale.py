"""Everything said in one language over one channel, made ready once so that a turn only looks things up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sms_triage import text as sms
from sms_triage.triage.content.conditions import Answers
from sms_triage.triage.content.model import Content, Question, Rule, Text
from sms_triage.triage.content.protocols import ChwProtocol, FollowUpProtocol
from sms_triage.triage.content.results import MORE, result_id
from sms_triage.triage.content.templates import fill
from sms_triage.triage.menu.menu import Menu, Screen
from sms_triage.triage.understanding.alarms import Alarms
from sms_triage.triage.understanding.answers import Lexicon, Reader
from sms_triage.triage.understanding.questions import Questions
from sms_triage.triage.understanding.quoted import Quotations, quotations
from sms_triage.triage.understanding.statements import Statements


@dataclass(frozen=True)
class Locale:
    """What the engine needs to talk: the menu to walk, the words to understand, and every text, filled in.

    `questions` are all that may be asked, the service's own among them, and `asks` how they are put where the menu has
    no screen for them. `caseload` is what the content says of health workers. `texts` are those of the service (help,
    hints, ...); `values` the deployment's settings they were filled with.
    """

    content: Content
    menu: Menu
    lexicon: Lexicon
    alarms: Alarms
    statements: Statements
    asked: Questions
    questions: Mapping[str, Question]
    asks: Mapping[str, Text]
    readers: Mapping[str, Reader]
    texts: Mapping[str, Text]
    values: Mapping[str, str]
    results: Mapping[str, Text]
    protocol: FollowUpProtocol
    caseload: ChwProtocol

    @property
    def topic(self) -> str:
        return self.content.topic

    @property
    def language(self) -> str:
        return self.menu.language

    @property
    def channel(self) -> str:
        return self.menu.channel

    def to(self, text: Text, answers: Answers) -> str:
        """A text in the words for whoever holds the phone."""
        return text.to(self.content.for_helper(answers))

    @staticmethod
    def plain(words: str) -> str:
        """Words put together in a turn, in the cheapest characters."""
        return sms.plain(words)

    def put(self, screen: Screen, answers: Answers) -> str:
        """A question with its options, as it is sent."""
        return self.to(self.asks.get(screen.asks, screen.text), answers)

    def label(self, finding: str, value: str) -> str:
        """A value as the options name it to a helper."""
        labels = (
            option.label.helper
            for question in self.content.questions
            for option in question.options
            if option.finding == finding and option.value == value
        )
        return next(labels, "")

    def say(self, text: Text, answers: Answers) -> str:
        """A text of the content to whoever holds the phone, filled in and in the cheapest characters."""
        return sms.plain(fill(self.to(text, answers), self.values))

    def phrase(self, name: str, answers: Answers, **names: object) -> str:
        """One of the service's own texts, with the names that the turn fills in."""
        filled = self.to(self.texts[name], answers)
        return filled.format(**names) if names else filled

    @cached_property
    def quotations(self) -> Quotations:
        """What is ours, where she quotes it."""
        put = [screen.text for screen in self.menu.screens.values() if screen.asks]
        put += [*self.asks.values(), *self.texts.values()]
        said = [*self.content.meanings.values(), *self.content.advice.values()]
        said += [text for one in self.content.dispositions for text in (one.text, one.if_worse)]
        said += [guidance.text for guidance in self.alarms.guidance.values()]
        return quotations(
            self.lexicon.reactions,
            (line for question in self.questions.values() for _, line in question.lines),
            (
                *(words for text in put for words in text.both()),
                *(fill(words, self.values) for text in said for words in text.both()),
                *(words for question in self.questions.values() for words in question.text.both()),
            ),
            (words for question in self.questions.values() for words in question.text.both()),
        )

    @cached_property
    def public_labels(self) -> Mapping[str, Text]:
        """The words for what stands in notes and on slips, by value of the amount and by sign; nothing private."""
        roles, content = self.content.roles, self.content
        labels: dict[str, Text] = {}
        if roles.amount:
            labels |= {option.value: option.label for option in content.question_of(roles.amount).options}
        for id in roles.signs:
            labels |= {option.finding: option.label for option in content.question(id).options}
        return {name: label for name, label in labels.items() if name not in roles.private}

    def after_result(self, offered: Iterable[str]) -> Question:
        """What a digit below a result leads to, where these conditions hold."""
        return self.questions[result_id(offered)]

    def below(self, offered: Iterable[str], answers: Answers) -> str:
        """What stands below a result. By SMS the options that depend on something stand in messages of their own."""
        if self.channel == "ussd":
            return self.to(self.asks[result_id(offered)], answers)
        return self.phrase("more" if MORE in offered else "after_result", answers)

    def prompt(self, name: str, value: str, offered: Iterable[str], answers: Answers) -> str:
        """A text of the service that says what to send for an option below the result."""
        return self.phrase(name, answers, number=self.after_result(offered).number_of(value))

    def result(
        self, leading: Rule, answers: Answers, offered: Iterable[str] = (), last: str = "", *, apart: bool = False
    ) -> str:
        """A result: how soon, what if it gets worse, what it may mean, then the advice that fits, or by SMS these
        `last` words in its place, if they fit. It says what it is about if it stands `apart` from something graver that
        was answered before it."""
        body, below = self.to(self.results[leading.id], answers), self.below(offered, answers)
        if apart:
            body = f"{self.phrase('apart', answers)} {body}"
        if self.channel == "ussd":
            return f"{body}\n{below}"
        shortest = self.phrase("after_result_short", answers) if last else below
        for line in [last] if last else self.tips(answers):
            longer = f"{body} {line}"
            if not sms.fits(f"{longer}\n{shortest}", self.content.budget.result):
                break
            body = longer
        whole = f"{body}\n{below}"
        if sms.fits(whole, self.content.budget.result):
            return whole
        return f"{body}\n{self.phrase('after_result_short', answers)}"

    def tips(self, answers: Answers) -> list[str]:
        """The advice of every rule that holds, the most urgent rule's first, each once; in an emergency only what helps
        now."""
        rules = self.content.rules_that_hold(answers)
        names = dict.fromkeys(name for rule in rules for name in rule.advice)
        unsaid = {name for rule in rules for name in rule.without}
        if only := rules[0].at_least.advises_only:
            unsaid |= names.keys() - set(only)
        lines = (self.say(self.content.advice[name], answers) for name in names if name not in unsaid)
        return [line for line in lines if line]

    def causes(self, answers: Answers) -> list[str]:
        """What it may be, by the rules that hold, and then what it often is. In an emergency only what makes it one:
        nothing that reassures."""
        rules = self.content.rules_that_hold(answers)
        emergency = rules[0].at_least.rank == 0
        meanings = dict.fromkeys(rule.may_mean for rule in rules if not emergency or rule.at_least.rank == 0)
        often = () if emergency else self.content.causes
        return [self.say(text, answers) for text in (*(self.content.meanings[id] for id in meanings), *often)]

    def pages(self, lines: Iterable[str], answers: Answers, offered: Iterable[str] = ()) -> list[str]:
        """Lines as messages within the result budget, nothing left out; all but the last offer more.

        On USSD they are one text, which is paged as every other.
        """
        if self.channel == "ussd":
            return ["\n".join([*lines, self.below(offered, answers)])]
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


@dataclass(frozen=True)
class Locales:
    """The locales of one deployment: every language it offers, on every channel, of every topic."""

    default: str
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    locales: Mapping[tuple[str, str, str], Locale]

    def of(self, language: str, channel: str, topic: str = "") -> Locale:
        """The locale in `language` on `topic`; if one is not there (any more), the default one, the first."""
        language = language if language in self.languages else self.default
        return self.locales[language, channel, topic if topic in self.topics else self.topics[0]]

    def knowing(self, alarm: str) -> str:
        """The first topic to which an alarm makes something known; the first of all if there is none."""
        topics = (id for id in self.topics if alarm in self.of("", "sms", id).content.alarms)
        return next(topics, self.topics[0])

    def topic_names(self, language: str) -> dict[str, str]:
        """What the topics are called in a language, by id."""
        return {topic: self.of(language, "sms", topic).content.title.own for topic in self.topics}

    def about(self, topic: str) -> "Locales":
        """The same deployment if it had this topic alone."""
        return replace(self, topics=(topic,))
