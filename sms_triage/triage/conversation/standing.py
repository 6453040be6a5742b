"""Where a person stands, derived from what she told: the screen she is at, the question, what she is owed so far."""

from sms_triage.triage.content.model import Question, Rule
from sms_triage.triage.menu.menu import Screen
from sms_triage.triage.people.session import Session
from sms_triage.triage.wording.locale import Locale


def owed(locale: Locale, session: Session) -> Rule:
    """The leading rule of everything told so far: in answers, in alarms, and by the episodes before. It never gets less
    urgent."""
    known = session.known
    if not session.alarms and not session.counted:
        return locale.content.leading_rule(known)
    told = {**known, **stated(locale, session)}
    ways = (known, told, {**told, **counted(locale, session)})
    return min((locale.content.leading_rule(way) for way in ways), key=lambda rule: rule.urgency)


def facts(locale: Locale, session: Session) -> dict[str, str]:
    """All that is known of a session, as the advice needs it."""
    told = {**session.known, **stated(locale, session)}
    more = {**told, **counted(locale, session)}
    return min((told, more), key=lambda way: locale.content.leading_rule(way).urgency)


def asked(locale: Locale, session: Session) -> Question:
    """The question the person is at; below a result it is what to read or do next."""
    screen = screen_of(locale, session)
    return locale.questions[screen.asks] if screen.asks else locale.after_result(session.offered)


def concluded(locale: Locale, session: Session) -> bool:
    """Whether the session is at its result."""
    return screen_of(locale, session).result is not None


def is_gone(locale: Locale, session: Session) -> bool:
    """Whether the session is at a question that a new version of the content does not have any more."""
    return bool(session.asking) and session.asking not in locale.questions


def stamp_of(locale: Locale, session: Session) -> str:
    """What the numbers mean that the person is shown, in short."""
    return asked(locale, session).stamp


def stated(locale: Locale, session: Session) -> dict[str, str]:
    """What the alarms of a session make known."""
    alarms = (alarm.id for alarm in locale.alarms.alarms if alarm.id in session.alarms)
    return {finding: value for id in alarms for finding, value in locale.content.alarms.get(id, {}).items()}


def counted(locale: Locale, session: Session) -> dict[str, str]:
    """The frequency by the episodes that were told before, of the person herself or of a health worker's patient."""
    own = session.patient or locale.content.for_herself(session.known)
    return {locale.content.roles.frequency: session.counted} if own and session.counted else {}


def screen_of(locale: Locale, session: Session) -> Screen:
    """Where the walk through the menu stands with these answers."""
    known = session.known
    if session.asking in locale.asks:
        return Screen(session.asking, locale.asks[session.asking], asks=session.asking)
    if session.asking:
        return next(screen for screen in locale.menu.screens.values() if screen.asks == session.asking)
    rule = locale.content.gravest_rule(known)
    if rule is not None:
        # Nothing can be more urgent: told at once, wherever the walk is.
        return next(s for s in locale.menu.screens.values() if s.result and s.result.rule == rule.id)
    return locale.menu.walk(locale.content, known)
