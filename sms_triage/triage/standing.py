"""Where a person stands, derived from what she told: the screen she is at, the question, what she is owed so far."""

from sms_triage.triage.content import Question, Rule
from sms_triage.triage.face import Face
from sms_triage.triage.menu import Screen
from sms_triage.triage.session import Session


def owed(face: Face, session: Session) -> Rule:
    """The leading rule of everything told so far: in answers, in alarms, and by the episodes before. It never gets less
    urgent."""
    known = session.known
    if not session.alarms and not session.counted:
        return face.content.leading_rule(known)
    told = {**known, **stated(face, session)}
    ways = (known, told, {**told, **counted(session)})
    return min((face.content.leading_rule(way) for way in ways), key=lambda rule: rule.urgency)


def facts(face: Face, session: Session) -> dict[str, str]:
    """All that is known of a session, as the advice needs it."""
    told = {**session.known, **stated(face, session)}
    more = {**told, **counted(session)}
    return min((told, more), key=lambda way: face.content.leading_rule(way).urgency)


def asked(face: Face, session: Session) -> Question | None:
    """The question the person is at; None when there is a result."""
    screen = screen_of(face, session)
    return face.questions[screen.asks] if screen.asks else None


def stated(face: Face, session: Session) -> dict[str, str]:
    """What the alarms of a session make known."""
    alarms = (alarm for alarm in face.alarms.alarms if alarm.id in session.alarms)
    return {finding: value for alarm in alarms for finding, value in alarm.findings.items()}


def counted(session: Session) -> dict[str, str]:
    """The frequency by the episodes that were told before, of the person herself or of a worker's patient."""
    own = session.known.get("for_whom") == "self" or session.patient
    return {"frequency": session.counted} if own and session.counted else {}


def screen_of(face: Face, session: Session) -> Screen:
    """Where the walk through the menu stands with these answers."""
    known = session.known
    if session.asking in face.asks:
        return Screen(session.asking, face.asks[session.asking], asks=session.asking)
    if session.asking:
        return next(screen for screen in face.menu.screens.values() if screen.asks == session.asking)
    rule = face.content.gravest_rule(known)
    if rule is not None:
        # Nothing can be more urgent: told at once, wherever the walk is.
        return next(s for s in face.menu.screens.values() if s.result and s.result.rule == rule.id)
    return face.menu.walk(face.content, known)
