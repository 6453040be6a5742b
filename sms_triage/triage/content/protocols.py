"""What the content says of follow-up and of health workers: ``followup.yaml`` and ``chw.yaml`` as data."""

from collections.abc import Mapping
from dataclasses import dataclass

RECURRENCE = "recurrence"
"""The schedule that follows an episode that was reported as one; the others follow a disposition."""


@dataclass(frozen=True)
class Schedule:
    """Days after the result at which a check-in is due, and the question it asks."""

    id: str
    days: tuple[int, ...]
    asks: str


@dataclass(frozen=True)
class FollowUpProtocol:
    """The content's protocol of follow-up; see ``content/followup.yaml`` for each field."""

    times: tuple[str, ...]
    useful_hours: float
    closing_hours: float
    most_unanswered: int
    most_later: int
    stopped_closes: int
    diary_days: float
    schedules: Mapping[str, Schedule]
    greeting: str
    barrier: str
    check_ins: tuple[str, ...]
    discreet: tuple[str, ...]
    revealing: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ChwProtocol:
    """What the content says of caseloads; see ``content/chw.yaml``. Words are in normal form."""

    visits: Mapping[str, tuple[int, ...]]
    acknowledge_minutes: Mapping[str, float]
    still_open: tuple[str, ...]
    seen: tuple[str, ...]
    join_words: tuple[str, ...]
    seen_words: tuple[str, ...]
