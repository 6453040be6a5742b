"""The content of one topic as data: what is known, asked, decided and said. Read from YAML by ``reader``.

One :class:`Content` is everything the compiler, the engine and the proofs know of one topic. Its texts are templates:
``{name}`` is filled from the deployment's settings and a part in ``[square brackets]`` is left out when its name is
not set.
"""

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sms_triage import text as sms
from sms_triage.triage.content.conditions import ALWAYS, Answers, Condition

CHANNELS = ("sms", "ussd")


@dataclass(frozen=True)
class Text:
    """The same words to the person herself and to someone who helps her."""

    own: str
    helper: str

    def to(self, helper: bool) -> str:
        """The words for whoever holds the phone."""
        return self.helper if helper else self.own

    def both(self) -> tuple[str, str]:
        return self.own, self.helper


@dataclass(frozen=True)
class Option:
    """One numbered line of a question. `finding` gets `value` when it is chosen; `words` mean the same, and so do ages
    of so many `years`; what is said `if_severe` only does of somebody else, of herself she is asked back."""

    finding: str
    value: str
    label: Text
    words: tuple[str, ...]
    years: range = range(0)
    if_severe: tuple[str, ...] = ()


@dataclass(frozen=True)
class Between:
    """What decides between options that an age of so many years or more leaves open."""

    from_years: int
    question: "Question"


@dataclass(frozen=True)
class Question:
    """One screen's worth of asking.

    A `one_of` question (``several`` false) asks one finding and takes one option. A `several` question asks yes/no
    findings together and takes any of its options, or `none` as the last number. It is asked on its `channels`. `zero`
    is what 0 means, if it is not back. `between` is asked when an age is told that leaves options open.
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
    between: "Between | None" = None

    @cached_property
    def findings(self) -> tuple[str, ...]:
        """The findings this question settles."""
        return tuple(dict.fromkeys(option.finding for option in self.options))

    @cached_property
    def stamp(self) -> str:
        """The question and what its numbers mean, in short: equal only if an answer means the same."""
        meanings = ",".join(f"{option.finding}={option.value}" for option in self.options)
        return f"{self.id}/{zlib.crc32(meanings.encode()):08x}"

    def told_by(self, numbers: Collection[int]) -> dict[str, str]:
        """The findings that an answer tells: its options, by number."""
        if not self.several:
            option = self.options[min(numbers) - 1]
            return {option.finding: option.value}
        return {option.finding: "yes" if at in numbers else "no" for at, option in enumerate(self.options, 1)}

    def number_of(self, value: str) -> int:
        """What to send for the option of this value."""
        return 1 + next(place for place, option in enumerate(self.options) if option.value == value)

    @property
    def lines(self) -> Iterator[tuple[int, str]]:
        """Each option as it stands in a message, with its number; none of these as the last."""
        labels = [option.label for option in self.options] + ([self.none] if self.none else [])
        for number, label in enumerate(labels, 1):
            yield from ((number, f"{number} {words}") for words in label.both())

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
    """How soon to be seen. `rank` 0 is the most urgent. Where it is given no other advice is said than what it
    `advises_only`, if it names any."""

    id: str
    rank: int
    text: Text
    if_worse: Text
    advises_only: tuple[str, ...] = ()


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
    """What must hold of every answer set where `when` does, or of those with one of the dispositions `given`.

    It is `never_below` an urgency; `only` is given nowhere else; `told_after` names the question right after which the
    result is told; this advice it always `says`, that it `never_says`.
    """

    id: str
    when: Condition
    given: tuple[str, ...]
    says: tuple[str, ...]
    never_says: tuple[str, ...]
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
class ResultOption:
    """One line below a result. `given` and `unless` are conditions, or "" for none."""

    value: str
    label: Text
    given: str
    unless: str

    def holds(self, offered: Iterable[str]) -> bool:
        """Whether it is offered where these conditions hold."""
        return (not self.given or self.given in offered) and self.unless not in offered


@dataclass(frozen=True)
class Wording:
    """What tells who holds the phone: a finding, and its values for the person herself and for who helps her."""

    finding: str
    own: str
    helper: str


@dataclass(frozen=True)
class Roles:
    """Which of a topic's questions and findings play a part for the service. What a topic lacks, and what needs it, is
    left out: without a frequency there is no recurrence.

    `danger` is the question asked at once when a danger may have been told, and its answer decides over what alarms
    make known of the `confirmed`; `frequency` and `amount` are findings noted
    of an episode, as are those of the questions `signs`; `consent_sms` is the finding and value that allow an SMS after
    a USSD session dropped; what is `private` is told to nobody without the person's wish.
    """

    wording: Wording | None = None
    danger: str = ""
    confirmed: tuple[str, ...] = ()
    frequency: str = ""
    amount: str = ""
    consent_sms: tuple[str, str] | None = None
    signs: tuple[str, ...] = ()
    private: tuple[str, ...] = ()


@dataclass(frozen=True)
class Becomes:
    """So many times within so many days are what a triage calls `frequency`."""

    episodes: int
    within_days: float
    frequency: str


@dataclass(frozen=True)
class AfterSeen:
    """What an episode is called so many days after the person was seen, and the text said of it."""

    days: float
    frequency: str
    says: str


@dataclass(frozen=True)
class Recurrence:
    """A topic's rules of recurrence, applied in ``people.recurrence``; none where a topic has no frequency.

    `counts` are how many times an answer stands for, `uncounted` what a report is called before which nothing was
    counted; `asked_anew` are the questions asked of who reports an episode, `together` those of them on one screen.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    uncounted: str = ""
    becomes: tuple[Becomes, ...] = ()
    after_seen: AfterSeen | None = None
    asked_anew: tuple[str, ...] = ()
    together: tuple[str, ...] = ()


@dataclass(frozen=True)
class Content:
    """Everything known of one topic; `hash` names this very version.

    `names` fill ``{say}``, ``{complaint}`` and such in the service's own texts; `alarms` are what each alarm
    makes known; `episode` asks together what the rules of recurrence say; `shorthand` is the letter of each question.
    """

    topic: str
    title: Text
    names: Mapping[str, Text]
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
    roles: Roles
    alarms: Mapping[str, Answers]
    recurrence: Recurrence
    episode: Question | None
    shorthand: Mapping[str, str]
    below_results: tuple[ResultOption, ...]

    def for_helper(self, answers: Answers) -> bool:
        """Whether what is said is read by somebody who helps her."""
        wording = self.roles.wording
        return wording is not None and answers.get(wording.finding) == wording.helper

    def for_herself(self, answers: Answers) -> bool:
        """Whether it is known that she herself is meant; where the topic does not ask, she is."""
        wording = self.roles.wording
        return wording is None or answers.get(wording.finding) == wording.own

    def answers_of(self, helper: bool) -> Answers:
        """The answers that settle who reads."""
        wording = self.roles.wording
        return {wording.finding: wording.helper if helper else wording.own} if wording else {}

    def said_to(self, helper: bool) -> tuple[tuple[str, Answers], ...]:
        """The answer, by question, that settles who reads; none where the topic does not ask."""
        answers = self.answers_of(helper)
        return tuple((self.question_of(finding).id, answers) for finding in answers)

    def question_of(self, finding: str) -> Question:
        """The question that settles a finding."""
        return next(question for question in self.questions if finding in question.findings)

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
        yield "title", self.title
        yield from ((f"name {name}", text) for name, text in self.names.items())
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
