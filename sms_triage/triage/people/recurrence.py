"""How often is often: what the episodes before make of one more, by the content's rules."""

from sms_triage.triage.content.model import Recurrence
from sms_triage.triage.people.case import DAY, Case


def frequency(rules: Recurrence, case: Case, now: float) -> str | None:
    """What the frequency is with one more episode now, by the times since the person was seen; None: the first."""
    since = case.seen_at or 0.0
    for rule in rules.becomes:
        earliest = max(since, now - rule.within_days * DAY)
        if 1 + sum(episode.times for episode in case.episodes if episode.at > earliest) >= rule.episodes:
            return rule.frequency
    return rules.after_seen.frequency if rules.after_seen and returned(rules, case, now) else None


def returned(rules: Recurrence, case: Case, now: float) -> bool:
    """Whether an episode now comes so long after the person was seen that she should go back."""
    if case.seen_at is None or rules.after_seen is None:
        return False
    return now - case.seen_at > rules.after_seen.days * DAY
