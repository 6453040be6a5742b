"""When a person is checked in on: schedules from the content, her own time of day, quiet hours, her time zone.

Pure: the clock and the zone are passed in.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sms_triage.triage.content.protocols import FollowUpProtocol, Schedule
from sms_triage.triage.people.case import Plan

SOON = timedelta(hours=2)
"""How long after a result the earliest check-in may come."""

SPREAD_MINUTES = 30
"""Check-ins for one time of day leave within so many minutes of it, each person's always at the same one, so that not
everybody's leave in the same second."""


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


def times_in_quiet_hours(times: Iterable[str], quiet: tuple[str, str]) -> Iterator[str]:
    """The times of day that the content offers and that lie in a deployment's quiet hours."""
    for hour in times:
        earliest = datetime.fromisoformat(f"2000-01-01 {hour}")
        for moment in (earliest, earliest + timedelta(minutes=SPREAD_MINUTES)):
            if in_quiet_hours(moment.time(), quiet):
                yield f"follow-up at {hour} lies in the quiet hours {quiet[0]}-{quiet[1]}"


def begin_follow_up(schedule: Schedule, calendar: Calendar, hour: str, now: float, topic: str) -> Plan:
    """A follow-up that begins now."""
    return _scheduled(Plan(schedule.id, now, now, topic=topic), schedule, calendar, hour, now)


def proceed(plan: Plan, protocol: FollowUpProtocol, calendar: Calendar, hour: str, now: float) -> Plan | None:
    """The plan once what was due at its step is over with; None: that was the last."""
    schedule, following = protocol.schedules[plan.schedule], replace(plan, step=plan.step + 1)
    if following.step >= len(schedule.days):
        return None
    return _scheduled(following, schedule, calendar, hour, now)


def skip_stale(plan: Plan, protocol: FollowUpProtocol, calendar: Calendar, hour: str, now: float) -> Plan | None:
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
