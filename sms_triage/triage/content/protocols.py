"""What the content says of follow-up and of health workers: ``followup.yaml`` and ``chw.yaml`` as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.yaml_file import read_yaml


@dataclass(frozen=True)
class Becomes:
    """So many times within so many days are what a triage calls `frequency`."""

    episodes: int
    within_days: float
    frequency: str


@dataclass(frozen=True)
class Recurrence:
    """The content's rules of recurrence, applied in ``people.recurrence``: `counts` are how many times an answer
    stands for, `uncounted` what a report is called before which nothing was counted."""

    counts: Mapping[str, int]
    uncounted: str
    becomes: tuple[Becomes, ...]
    after_seen_days: float
    after_seen_frequency: str
    after_seen_says: str


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
    schedules: Mapping[str, Schedule]
    greeting: str
    barrier: str
    check_ins: tuple[str, ...]
    recurrence: Recurrence
    discreet: tuple[str, ...]
    revealing: Mapping[str, tuple[str, ...]]


def load_protocol(directory: Path) -> FollowUpProtocol:
    """The protocol of a content folder. Raises :class:`ContentError` if it is malformed."""
    raw: dict[str, Any] = read_yaml(directory / "followup.yaml")
    try:
        recurrence = raw["recurrence"]
        return FollowUpProtocol(
            times=tuple(raw["times"]),
            useful_hours=raw["useful_hours"],
            closing_hours=raw["closing_hours"],
            most_unanswered=raw["most_unanswered"],
            most_later=raw["most_later"],
            stopped_closes=raw["stopped_closes"],
            schedules={id: Schedule(id, tuple(entry["days"]), entry["asks"]) for id, entry in raw["schedules"].items()},
            greeting=raw["greeting"],
            barrier=raw["barrier"],
            check_ins=tuple(raw["check_ins"]),
            recurrence=Recurrence(
                counts=recurrence["counts"],
                uncounted=recurrence["uncounted"],
                becomes=tuple(Becomes(**rule) for rule in recurrence["becomes"]),
                after_seen_days=recurrence["after_seen"]["days"],
                after_seen_frequency=recurrence["after_seen"]["frequency"],
                after_seen_says=recurrence["after_seen"]["says"],
            ),
            discreet=tuple(raw["discreet"]),
            revealing={language: tuple(words) for language, words in raw["revealing"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(f"followup.yaml is malformed: {type(error).__name__} {error}") from error


@dataclass(frozen=True)
class ChwProtocol:
    """What the content says of caseloads; see ``content/chw.yaml``."""

    visits: Mapping[str, tuple[int, ...]]
    acknowledge_minutes: Mapping[str, float]
    still_open: tuple[str, ...]
    seen: tuple[str, ...]
    join_words: tuple[str, ...]
    seen_words: tuple[str, ...]
    shorthand: Mapping[str, str]
