"""What one turn of a conversation leads to: replies, what is kept of the person, what is counted."""

from dataclasses import dataclass
from enum import IntEnum

from sms_triage.events import Event
from sms_triage.triage.content.model import Rule
from sms_triage.triage.people.effects import Effect
from sms_triage.triage.people.referral import Patient
from sms_triage.triage.people.session import Person


class Priority(IntEnum):
    """How urgent a reply is to send."""

    URGENT = 0
    ANSWER = 1
    REMINDER = 2


def priority_of(rule: Rule) -> Priority:
    """How urgent it is to send what a rule says."""
    return Priority.URGENT if rule.at_least.rank == 0 else Priority.ANSWER


@dataclass(frozen=True)
class Reply:
    """A message to the person. `despite_stop` ones are sent although she opted out (they answer what she just sent);
    `by_sms` ones go by SMS although the conversation is on USSD."""

    text: str
    priority: Priority = Priority.ANSWER
    despite_stop: bool = False
    by_sms: bool = False


@dataclass(frozen=True)
class Turn:
    """What a text led to.

    `person` is what is kept; `silence_at` is when (seconds since the epoch) a silent person is to be told what she is
    owed; `events` are counted, and name no person; `ends` tells that a USSD dialog is over; `erase` that nothing of the
    person may be kept; `patient` is a patient of hers to keep; `effects` are what it does to others.
    """

    person: Person
    replies: tuple[Reply, ...] = ()
    events: tuple[Event, ...] = ()
    silence_at: float | None = None
    ends: bool = False
    erase: bool = False
    patient: Patient | None = None
    effects: tuple[Effect, ...] = ()
