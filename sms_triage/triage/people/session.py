"""What is known of a person and of her conversation, not where it is: the screen is derived by walking the menu."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from sms_triage.triage.people.case import Case
from sms_triage.triage.people.chw import Chw, Desk
from sms_triage.triage.people.followup import Calendar


@dataclass(frozen=True)
class Told:
    """What one text told: the answer to a `question`, or ("") a statement in her own words. `values` are by finding,
    `alarms` the dangers stated; what is `beside` was told too, but what was known before is worse, and stays known."""

    question: str
    values: Mapping[str, str]
    alarms: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)

    def without(self, findings: Collection[str]) -> "Told":
        """The same without what it told of these findings."""
        kept = ({f: v for f, v in values.items() if f not in findings} for values in (self.values, self.beside))
        values, beside = kept
        return replace(self, values=values, beside=beside)


@dataclass(frozen=True)
class Session:
    """One conversation in progress, or just completed.

    `heard` is when the person last wrote (seconds since the epoch), `channel` how, `topic` what it is about ("" until
    she chose one of several). `told` is what she told, in that order: Back takes back the last. `asking` is set only
    when a question is asked out of its turn; `shown` is the stamp of the question last put to the person, so that after
    a change of the content an answer is never read as one to another question. `misses` are the texts in a row that
    were not understood, `reading` what is being read after the result ("", "tips:2", "causes:1"), `netted` whether a
    text that nothing understood was answered with the danger question, `silence_told` whether a broken-off conversation
    was told what it is owed. `corrects` is the question whose answer was taken back, `again` tells that an episode is
    reported instead of a whole triage, `counted` what the frequency is by the episodes before, `episode` when this
    conversation was noted as one, `offered` what is offered below its result besides what always is, `then` what a PIN
    leads to; `patient` is the number of the patient it is about. On USSD, `aside` tells that something else stands on
    the screen than the question or the result that it is at, `pages` are those of the last answer if it has more than
    one, and `page` the one on the screen.
    """

    heard: float
    channel: str = "sms"
    topic: str = ""
    told: tuple[Told, ...] = ()
    asking: str = ""
    shown: str = ""
    misses: int = 0
    reading: str = ""
    netted: bool = False
    silence_told: bool = False
    corrects: str = ""
    again: bool = False
    counted: str = ""
    episode: float | None = None
    offered: tuple[str, ...] = ()
    then: str = ""
    patient: str = ""
    aside: bool = False
    pages: tuple[str, ...] = ()
    page: int = 0

    @property
    def known(self) -> dict[str, str]:
        """Every finding told so far; what was told later counts."""
        return {finding: value for told in self.told for finding, value in told.values.items()}

    @property
    def alarms(self) -> tuple[str, ...]:
        """The dangers that were stated."""
        return tuple(dict.fromkeys(alarm for told in self.told for alarm in told.alarms))

    @property
    def begun(self) -> bool:
        """Whether the person has told anything yet."""
        return bool(self.told)

    def telling(self, told: Told) -> "Session":
        """The session with this told now; an answer stands instead of an earlier one to the same question, and one that
        corrects, instead of what was stated of it."""
        others = tuple(before for before in self.told if not told.question or before.question != told.question)
        if told.question and told.question == self.corrects:
            others = tuple(before.without(told.values) for before in others)
        return replace(self, told=(*others, told), corrects="", misses=0)


def answers(*told: tuple[str, Mapping[str, str]]) -> tuple[Told, ...]:
    """Answers by question, as told."""
    return tuple(Told(question, values) for question, values in told)


@dataclass(frozen=True)
class Person:
    """What is known of a person from one message to the next. `language` is "" until she chose it or her words told;
    `calendar` is where and when she is, by her number. Who is in the registry is a `health worker`, with her patients
    at hand on the `desk`."""

    session: Session | None = None
    opted_out: bool = False
    language: str = ""
    case: Case | None = None
    calendar: Calendar = field(default=Calendar(), compare=False)
    chw: Chw | None = None
    desk: Desk | None = field(default=None, compare=False)
