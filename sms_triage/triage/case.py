"""What is kept of a person beyond a conversation: her episodes, her wishes, and the follow-up that is under way."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Episode:
    """One time that a triage or a report was about: when (s since the epoch), the amount and signs told, how many
    times it stands for, and the disposition it was given."""

    at: float
    amount: str
    signs: tuple[str, ...]
    times: int
    disposition: str


@dataclass(frozen=True)
class Plan:
    """A follow-up under way: the schedule, when it began, which check-in comes next (from 0), and when something is due
    (s since the epoch).

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


@dataclass(frozen=True)
class Case:
    """A person's case. `answers` are those of her last triage, by question; `seen_at` is when she last said that she
    was seen; `time` ("10:00") and `pin` are her wishes for check-ins; `wrong_pins` are when a wrong one was tried of
    late; `patient` is her number as a worker's patient, if that worker had her asked how she is."""

    episodes: tuple[Episode, ...] = ()
    answers: tuple[tuple[str, Mapping[str, str]], ...] = ()
    seen_at: float | None = None
    plan: Plan | None = None
    time: str = ""
    pin: str = ""
    wrong_pins: tuple[float, ...] = ()
    patient: str = ""

    def dump(self) -> bytes:
        """The case as it is stored (sealed). Packed: there may be a million of them, kept for months."""
        return zlib.compress(json.dumps(asdict(self), separators=(",", ":")).encode())

    def with_episode(self, episode: Episode, instead_of: float | None = None) -> "Case":
        """The case with one more episode, or with one told anew (`instead_of`: when it was told first)."""
        kept = tuple(other for other in self.episodes if other.at != instead_of)
        return replace(self, episodes=(*kept, episode))


def load_case(data: bytes) -> Case:
    try:
        raw = json.loads(zlib.decompress(data))
    except zlib.error as error:
        raise ValueError("this is no case") from error
    return Case(
        episodes=tuple(Episode(**{**episode, "signs": tuple(episode["signs"])}) for episode in raw["episodes"]),
        answers=tuple((question, values) for question, values in raw["answers"]),
        seen_at=raw["seen_at"],
        plan=Plan(**raw["plan"]) if raw["plan"] else None,
        time=raw["time"],
        pin=raw["pin"],
        wrong_pins=tuple(raw["wrong_pins"]),
        patient=raw["patient"],
    )


@dataclass(frozen=True)
class Becomes:
    """So many times within so many days are what a triage calls `frequency`."""

    episodes: int
    within_days: float
    frequency: str


@dataclass(frozen=True)
class Recurrence:
    """The content's rules of recurrence: `counts` are how many times an answer stands for, `asks` what is asked anew of
    who reports an episode, `together` what of it on one screen."""

    counts: Mapping[str, int]
    becomes: tuple[Becomes, ...]
    after_seen_days: float
    after_seen_frequency: str
    after_seen_says: str
    asks: tuple[str, ...]
    together: tuple[str, ...]

    def frequency(self, case: Case, now: float) -> str | None:
        """What the frequency is with one more episode now, by the times since the person was seen; None: the first."""
        since = case.seen_at or 0.0
        for rule in self.becomes:
            earliest = max(since, now - rule.within_days * DAY)
            if 1 + sum(episode.times for episode in case.episodes if episode.at > earliest) >= rule.episodes:
                return rule.frequency
        return self.after_seen_frequency if self.returned(case, now) else None

    def returned(self, case: Case, now: float) -> bool:
        """Whether an episode now comes so long after the person was seen that she should go back."""
        return case.seen_at is not None and now - case.seen_at > self.after_seen_days * DAY


DAY = 86_400.0
