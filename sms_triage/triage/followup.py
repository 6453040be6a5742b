"""When a person is checked in on: schedules from the content, her own time of day, quiet hours, her time zone.

Pure: the clock and the zone are passed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sms_triage.triage.case import Becomes, Plan, Recurrence
from sms_triage.triage.errors import ContentError
from sms_triage.triage.yaml_file import read_yaml

SOON = timedelta(hours=2)
"""How long after a result the earliest check-in may come."""

SPREAD_MINUTES = 30
"""Check-ins for one time of day leave within so many minutes of it, each person's always at the same one, so that not
everybody's leave in the same second."""


@dataclass(frozen=True)
class Schedule:
    """Days after the result at which a check-in is due, and the question it asks."""

    id: str
    days: tuple[int, ...]
    asks: str


@dataclass(frozen=True)
class Protocol:
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


def load_protocol(directory: Path) -> Protocol:
    """The protocol of a content folder. Raises :class:`ContentError` if it is malformed."""
    raw: dict[str, Any] = read_yaml(directory / "followup.yaml")
    try:
        recurrence = raw["recurrence"]
        return Protocol(
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
                becomes=tuple(Becomes(**rule) for rule in recurrence["becomes"]),
                after_seen_days=recurrence["after_seen"]["days"],
                after_seen_frequency=recurrence["after_seen"]["frequency"],
                after_seen_says=recurrence["after_seen"]["says"],
                asks=tuple(recurrence["asks"]),
                together=tuple(recurrence["together"]["questions"]),
            ),
            discreet=tuple(raw["discreet"]),
            revealing={language: tuple(words) for language, words in raw["revealing"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(f"followup.yaml is malformed: {type(error).__name__} {error}") from error


@dataclass(frozen=True)
class Calendar:
    """Where and when a person is: her time zone, and the hours in which nobody is texted unasked."""

    zone: str = "UTC"
    quiet: tuple[str, str] = ("20:00", "09:00")
    minute: int = 0

    def local(self, at: float) -> datetime:
        """The moment `at` (s since the epoch) on her clock."""
        return datetime.fromtimestamp(at, ZoneInfo(self.zone))

    def is_quiet(self, at: float) -> bool:
        return in_quiet_hours(self.local(at).time(), self.quiet)

    def at(self, day: datetime, hour: str) -> datetime:
        """That day at the chosen hour, and the minute that is this person's."""
        chosen = time.fromisoformat(hour)
        return day.replace(hour=chosen.hour, minute=chosen.minute, second=0, microsecond=0) + timedelta(
            minutes=self.minute
        )

    def next(self, after: datetime, hour: str) -> datetime:
        """The first chosen hour later than `after`."""
        same_day = self.at(after, hour)
        return same_day if same_day > after else self.at(after + timedelta(days=1), hour)


def in_quiet_hours(moment: time, quiet: tuple[str, str]) -> bool:
    """Whether it is quiet at `moment`; quiet hours may go over midnight."""
    start, end = (time.fromisoformat(edge) for edge in quiet)
    if start <= end:
        return start <= moment < end
    return moment >= start or moment < end


def begin(schedule: Schedule, calendar: Calendar, hour: str, now: float) -> Plan:
    """A follow-up that begins now."""
    return _scheduled(Plan(schedule.id, now, now), schedule, calendar, hour, now)


def proceed(plan: Plan, protocol: Protocol, calendar: Calendar, hour: str, now: float) -> Plan | None:
    """The plan once what was due at its step is over with; None: that was the last."""
    schedule, following = protocol.schedules[plan.schedule], replace(plan, step=plan.step + 1)
    if following.step >= len(schedule.days):
        return None
    return _scheduled(following, schedule, calendar, hour, now)


def skip_stale(plan: Plan, protocol: Protocol, calendar: Calendar, hour: str, now: float) -> Plan | None:
    """The plan after a downtime: at its first step that is still of use; None: none is."""
    following = proceed(plan, protocol, calendar, hour, now)
    while following is not None:
        day = calendar.local(following.begun) + timedelta(days=protocol.schedules[plan.schedule].days[following.step])
        if now - calendar.at(day, hour).timestamp() <= protocol.useful_hours * 3600:
            return following
        following = proceed(following, protocol, calendar, hour, now)
    return None


def tomorrow(plan: Plan, calendar: Calendar, hour: str, now: float) -> Plan:
    """The plan with the same check-in put off to another day."""
    return replace(plan, due=calendar.next(_end_of_day(calendar.local(now)), hour).timestamp())


def _scheduled(plan: Plan, schedule: Schedule, calendar: Calendar, hour: str, now: float) -> Plan:
    """The plan with its step due on its day at her hour, or if that is past, at her hour of another day than today."""
    local, days = calendar.local(now), schedule.days[plan.step]
    if days == 0:
        return replace(plan, due=calendar.next(local + SOON, hour).timestamp())
    planned = calendar.at(calendar.local(plan.begun) + timedelta(days=days), hour)
    return replace(plan, due=max(planned, calendar.next(_end_of_day(local), hour)).timestamp())


def _end_of_day(local: datetime) -> datetime:
    return local.replace(hour=23, minute=59, second=59, microsecond=0)
