"""What is counted: one class for each kind of event, with what tells its kinds apart. None has a field for a person, a
number, or words.

An event is counted under its name and its fields, joined by colons: ``str(Sent("later", "20003"))`` is
``send:later:20003``.
"""

from dataclasses import dataclass, fields
from typing import ClassVar


@dataclass(frozen=True)
class Event:
    """Something that happened."""

    name: ClassVar[str] = ""

    def __init_subclass__(cls, name: str = "") -> None:
        cls.name = name

    def __str__(self) -> str:
        values = (str(getattr(self, field.name)) for field in fields(self))
        return ":".join([self.name, *filter(None, values)])


# What comes in.


@dataclass(frozen=True)
class NoPerson(Event, name="no_person"):
    """A text that nobody sent who could be answered: its sender is ``empty``, ``our_own``, a ``short_code`` or
    ``alphanumeric``."""

    why: str


# A conversation.


@dataclass(frozen=True)
class Began(Event, name="start"):
    """A conversation began, or somebody came back to hers by START."""


@dataclass(frozen=True)
class Restarted(Event, name="restart"):
    """Somebody began anew."""


@dataclass(frozen=True)
class Dialled(Event, name="dial"):
    """Who dialled in was offered to go on."""


@dataclass(frozen=True)
class Resumed(Event, name="resume"):
    """She went on where she was."""


@dataclass(frozen=True)
class WentBack(Event, name="back"):
    """An answer was taken back."""


@dataclass(frozen=True)
class PageTurned(Event, name="page"):
    """Another page of a USSD dialog."""


@dataclass(frozen=True)
class HelpAsked(Event, name="help"):
    """HELP."""


@dataclass(frozen=True)
class LanguageAsked(Event, name="language"):
    """The languages were listed, or one was chosen."""

    chosen: str = ""


@dataclass(frozen=True)
class TopicChosen(Event, name="topic"):
    """What it is about was chosen."""

    topic: str


@dataclass(frozen=True)
class Stopped(Event, name="stop"):
    """STOP, by text or told by the provider."""


@dataclass(frozen=True)
class Erased(Event, name="erased"):
    """A person and all that was kept of her."""


@dataclass(frozen=True)
class Missed(Event, name="missed"):
    """A text that was not understood."""


@dataclass(frozen=True)
class Looped(Event, name="loop"):
    """A text that was not answered since too many before it were not understood."""


@dataclass(frozen=True)
class StatementHeard(Event, name="statement"):
    """Something told in somebody's own words that is no danger by itself."""


@dataclass(frozen=True)
class AlarmHeard(Event, name="alarm"):
    """A danger in somebody's own words."""

    alarm: str


@dataclass(frozen=True)
class Doubted(Event, name="doubt"):
    """Words that may be a danger: the danger question was asked."""


@dataclass(frozen=True)
class Completed(Event, name="completed"):
    """A result was given."""

    disposition: str


@dataclass(frozen=True)
class ReadOn(Event, name="read"):
    """Tips or causes were read after a result."""

    what: str


@dataclass(frozen=True)
class SentBySms(Event, name="sent_by_sms"):
    """The result of a USSD conversation was asked for by SMS."""


@dataclass(frozen=True)
class SilenceTold(Event, name="silence"):
    """Who broke off was told what she is owed."""

    disposition: str


# Follow-up.


@dataclass(frozen=True)
class FollowUp(Event, name="followup"):
    """A follow-up was ``wanted``, ``agreed``, or what was due was not sent: ``opted_out``, ``unanswered``, ``put_off``,
    ``quiet``, ``stale``."""

    what: str


@dataclass(frozen=True)
class CheckInSent(Event, name="followup"):
    """A check-in left; `step` counts from 1."""

    schedule: str
    step: int


@dataclass(frozen=True)
class CheckInAnswered(Event, name="check_in"):
    """An answer to a check-in."""

    answer: str


@dataclass(frozen=True)
class BarrierTold(Event, name="barrier"):
    """What makes it hard to be seen."""

    barrier: str


@dataclass(frozen=True)
class EpisodeReported(Event, name="again"):
    """It happened again."""


@dataclass(frozen=True)
class DiaryAsked(Event, name="diary"):
    """DIARY."""


@dataclass(frozen=True)
class PinTried(Event, name="pin"):
    """A PIN was ``wrong``, or none was heard any more (``refused``)."""

    how: str


# Health workers.


@dataclass(frozen=True)
class HomeShown(Event, name="home"):
    """The first screen of a health worker."""


@dataclass(frozen=True)
class PatientBegun(Event, name="patient"):
    """Questions about a patient began."""


@dataclass(frozen=True)
class PatientsListed(Event, name="patients"):
    """A list of patients."""


@dataclass(frozen=True)
class VisitsListed(Event, name="due"):
    """That no visit is due."""


@dataclass(frozen=True)
class ConsentRefused(Event, name="consent:refused"):
    """A patient did not agree to be asked."""


@dataclass(frozen=True)
class ShorthandRead(Event, name="shorthand"):
    """A triage in one SMS."""


@dataclass(frozen=True)
class SlipShown(Event, name="slip"):
    """A referral slip, once more."""


@dataclass(frozen=True)
class Acknowledged(Event, name="acknowledged"):
    """An urgent result was confirmed."""


@dataclass(frozen=True)
class OutcomeTold(Event, name="outcome"):
    """What came of a referral (``unknown``: of nobody that she may tell it of)."""

    outcome: str


@dataclass(frozen=True)
class StrangerReported(Event, name="seen:unregistered"):
    """Somebody who is not in the registry told what came of a referral."""


@dataclass(frozen=True)
class PhoneNoted(Event, name="phone"):
    """A patient's own number was given."""


@dataclass(frozen=True)
class JoinWished(Event, name="join_wished"):
    """JOIN with a code."""


@dataclass(frozen=True)
class JoinRefused(Event, name="join_refused"):
    """JOIN without a code, or with one that is none."""


@dataclass(frozen=True)
class Joined(Event, name="joined"):
    """Somebody is in the registry by her code."""


@dataclass(frozen=True)
class Enrolled(Event, name="enrolled"):
    """A patient's follow-up on her own phone began."""


@dataclass(frozen=True)
class EffectFailed(Event, name="effect:later"):
    """Something could not be done to others just now; it is tried again."""

    error: str


# Sending.


@dataclass(frozen=True)
class Written(Event, name="notification"):
    """A message to somebody who did not write."""


@dataclass(frozen=True)
class Sent(Event, name="send"):
    """What became of a message in one attempt, with the provider's code."""

    outcome: str
    code: str = ""


@dataclass(frozen=True)
class Reported(Event, name="report"):
    """What the provider reported of a message that it took, with its code."""

    what: str
    code: str = ""


@dataclass(frozen=True)
class GivenUp(Event, name="given_up"):
    """A message that the provider took and reported undelivered too often (counted in ``report.lua``)."""
