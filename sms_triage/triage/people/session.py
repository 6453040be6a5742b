"""What is known of a person and of her conversation, not where it is: the screen is derived by walking the menu."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sms_triage.triage.people.case import Case
from sms_triage.triage.people.chw import Chw, Desk
from sms_triage.triage.people.followup import Calendar


@dataclass(frozen=True)
class Session:
    """One conversation in progress, or just completed.

    `heard` is when the person last wrote (seconds since the epoch), `channel` how, `topic` what it is about ("" until
    she chose one of several). `answers` are (question id, {finding: value}) in the order given: Back removes the last.
    `asking` is set only when a question is asked out of its turn; `shown` is the stamp of the question last put to the
    person, so that after a change of the content an answer is never read as one to another question. `alarms` are the
    dangers stated in free text, `misses` the texts in a row that were not understood, `reading` what is being read
    after the result ("", "tips:2", "causes:1"), `told` whether a broken-off conversation was told what it is owed.
    `again` tells that an episode is reported instead of a whole triage, `counted` what the frequency is by the episodes
    before, `episode` when this conversation was noted as one, `offered` what is offered below its result besides what
    always is, `then` what a PIN leads to; `patient` is the number of the patient it is about. On USSD, `aside` tells
    that something else stands on the screen than the question or the result that it is at, `pages` are those of the
    last answer if it has more than one, and `page` the one on the screen.
    """

    heard: float
    channel: str = "sms"
    topic: str = ""
    answers: tuple[tuple[str, Mapping[str, str]], ...] = ()
    asking: str = ""
    shown: str = ""
    alarms: tuple[str, ...] = ()
    misses: int = 0
    reading: str = ""
    told: bool = False
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
        """Every finding told so far; a later answer to the same question counts."""
        return {finding: value for _, values in self.answers for finding, value in values.items()}

    @property
    def begun(self) -> bool:
        """Whether the person has told anything yet."""
        return bool(self.answers or self.alarms)


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
