"""What one turn of a conversation leads to: replies, what is kept of the person, what is counted."""

from dataclasses import dataclass
from enum import IntEnum

from sms_triage.triage.content import Rule
from sms_triage.triage.session import Person
from sms_triage.triage.worker import Enrolment, Letter, Patient


class Lane(IntEnum):
    """How urgent a reply is to send."""

    URGENT = 0
    ANSWER = 1
    REMINDER = 2


def lane_of(rule: Rule) -> Lane:
    """How urgent it is to send what a rule says."""
    return Lane.URGENT if rule.at_least.rank == 0 else Lane.ANSWER


@dataclass(frozen=True)
class Reply:
    """A message to the person. `despite_stop` ones are sent although she opted out (they answer what she just sent);
    `by_sms` ones go by SMS although the conversation is on USSD."""

    text: str
    lane: Lane = Lane.ANSWER
    despite_stop: bool = False
    by_sms: bool = False


@dataclass(frozen=True)
class Turn:
    """What a text led to.

    `person` is what is kept; `silence_at` is when (seconds since the epoch) a silent person is to be told what she is
    owed; `events` are counted, and name no person; `ends` tells that a USSD dialog is over; `erase` that nothing of the
    person may be kept; `patient` is one to keep, `letters` go to
    others, `enrolment` is a patient's own phone.
    """

    person: Person
    replies: tuple[Reply, ...] = ()
    events: tuple[str, ...] = ()
    silence_at: float | None = None
    ends: bool = False
    erase: bool = False
    patient: Patient | None = None
    letters: tuple[Letter, ...] = ()
    enrolment: Enrolment | None = None
