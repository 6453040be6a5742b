"""What is kept of a person beyond a conversation: her episodes, her wishes, and the follow-up that is under way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

DAY = 86_400.0
"""Seconds."""


@dataclass(frozen=True)
class Episode:
    """One time that a triage or a report was about: when (s since the epoch), the amount and signs told, how many
    times it stands for, the disposition it was given with its place in the scale (0: the most urgent), and its
    topic."""

    at: float
    amount: str
    signs: tuple[str, ...]
    times: int
    disposition: str
    rank: int = 0
    topic: str = ""


@dataclass(frozen=True)
class Plan:
    """A follow-up under way: the schedule, when it began, which check-in comes next (from 0), when something is due (s
    since the epoch), and what it is about.

    `waiting` tells that the check-in was sent and not answered; `unanswered` counts those in a row before it, `laters`
    how often in a row it was put off, `stops` how often the person said that it stopped; `helped` that she was asked
    what makes it hard to go.
    """

    schedule: str
    begun: float
    due: float
    step: int = 0
    waiting: bool = False
    unanswered: int = 0
    laters: int = 0
    stops: int = 0
    helped: bool = False
    topic: str = ""


@dataclass(frozen=True)
class Case:
    """A person's case. `answers` are those of her last triage, by question, and `topic` what it was about; `seen_at` is
    when she last said that she was seen; `time` ("10:00") and `pin` are her wishes for check-ins; `wrong_pins` are when
    a wrong one was tried of late; `patient` is her number as a health worker's patient, if that one had her asked how
    she is."""

    episodes: tuple[Episode, ...] = ()
    answers: tuple[tuple[str, Mapping[str, str]], ...] = ()
    seen_at: float | None = None
    plan: Plan | None = None
    time: str = ""
    pin: str = ""
    wrong_pins: tuple[float, ...] = ()
    patient: str = ""
    topic: str = ""

    def about(self, topic: str) -> "Case":
        """The case with the episodes of one topic alone."""
        return replace(self, episodes=tuple(episode for episode in self.episodes if episode.topic == topic))

    def with_episode(self, episode: Episode, instead_of: float | None = None) -> "Case":
        """The case with one more episode, or with one told anew (`instead_of`: when it was told first)."""
        kept = tuple(other for other in self.episodes if other.at != instead_of)
        return replace(self, episodes=(*kept, episode))
