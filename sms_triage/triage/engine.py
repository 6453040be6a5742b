"""One turn of a conversation: (faces, person, text, now) -> what is known now, what is said, what happened.

Pure: no I/O, no clock. Four things lead to a turn: a text, dialling in, silence, and a check-in that is due.
"""

from dataclasses import replace

from sms_triage.triage.case import Case, Plan
from sms_triage.triage.conversation import Conversation
from sms_triage.triage.face import Face, Faces
from sms_triage.triage.followup import proceed, skip_stale, tomorrow
from sms_triage.triage.session import Person, Session
from sms_triage.triage.standing import asked, owed
from sms_triage.triage.turn import Lane, Reply, Turn, lane_of
from sms_triage.triage.words import normal
from sms_triage.triage.worker import Letter, spaced

SESSION_SECONDS = 24 * 3600
"""How long a session is kept after the person last wrote."""

RESUME_SECONDS = 3600
"""How long after her last word a person who dials is offered to go on. Later somebody else may hold the phone."""

LIVE_SECONDS = 3600
"""How long after her last word a person is left in peace by check-ins."""

SILENCE_SECONDS = {"sms": 30 * 60, "ussd": 4 * 60}
"""After how long without a word a person is told what her answers so far already justify. No network keeps a USSD
session for longer than three minutes, so after four it has dropped."""

BY_SMS = "by_sms"
"""The finding that says whether a USSD session that drops may be followed by an SMS: yes or no."""


def take_turn(faces: Faces, person: Person, text: str, now: float, channel: str = "sms") -> Turn:
    """The turn for a text from a person. An old session (past :data:`SESSION_SECONDS`) counts as none."""
    if person.session and now - person.session.heard > SESSION_SECONDS:
        person = replace(person, session=None)
    if person.session is None and person.case and person.case.plan and person.case.plan.waiting:
        # A check-in may be answered days later.
        person = replace(person, session=_greeted(faces.of(person.language, "sms"), now))
    turn = Conversation(faces, person, channel, now).hear(text)
    return replace(turn, silence_at=silence_at(faces, turn.person))


def wish_to_join(faces: Faces, person: Person, text: str) -> tuple[str, str] | None:
    """The code and the name in a wish to join as a worker; None if the text is none."""
    words = normal(text).split()
    if person.worker or not words or words[0] not in faces.of(person.language, "sms").caseload.join_words:
        return None
    digits = "".join(word for word in words[1:] if word.isdecimal())
    return digits, " ".join(word for word in text.split()[1:] if not any(map(str.isdecimal, word)))


def joined(faces: Faces, person: Person, now: float) -> Turn:
    """The turn for who wished to join: welcomed if she is a worker now, else told what to do."""
    face = faces.of(person.language, "sms")
    worker = person.worker
    words = face.phrase("joined", {}, worker=worker.code) if worker else face.phrase("join_help", {})
    return Turn(replace(person, session=None), (Reply(words),), ("joined" if worker else "join_refused",))


def dial(faces: Faces, person: Person, now: float) -> Turn:
    """The turn for a person who dials in: the first question, or the offer to go on where she was cut off."""
    session = person.session
    if session is None or not session.begun or now - session.heard > RESUME_SECONDS:
        turn = Conversation(faces, replace(person, session=None), "ussd", now).begin()
    else:
        turn = Conversation(faces, person, "ussd", now).offer_to_resume()
    return replace(turn, silence_at=silence_at(faces, turn.person))


def fall_silent(faces: Faces, person: Person, now: float, hung_up: bool = False) -> Turn:
    """The turn for no text at all: what the answers so far justify, told once, by SMS.

    `hung_up` tells that a USSD session is known to have ended, so that there is nothing to wait for.
    """
    due = silence_at(faces, person)
    session = person.session
    if session is None or due is None or (due > now and not (hung_up and session.channel == "ussd")):
        return Turn(person, silence_at=due)
    face = faces.of(person.language, "sms")
    known = session.known
    rule = owed(face, session)
    words = " ".join(
        (face.phrase("so_far", known), face.say(rule.at_least.text, known), face.say(rule.at_least.if_worse, known))
    )
    told = replace(person, session=replace(session, told=True))
    return Turn(told, (Reply(words, lane_of(rule), by_sms=True),), (f"silence:{rule.at_least.id}",))


def check_in(faces: Faces, person: Person, now: float) -> Turn:
    """The turn for a check-in that is due: the greeting is sent, put off, or dropped, or the follow-up ends.

    Nothing is due on a person without a plan, or before its time. What she is owed if she is silent stays owed.
    """
    turn = _checked_in(faces, person, now)
    return replace(turn, silence_at=silence_at(faces, turn.person))


def _checked_in(faces: Faces, person: Person, now: float) -> Turn:
    if person.case is None or person.case.plan is None or person.case.plan.due > now:
        return Turn(person)
    case, plan, calendar = person.case, person.case.plan, person.calendar
    face = faces.of(person.language, "sms")
    protocol = face.protocol

    def kept(plan: Plan | None, event: str) -> Turn:
        return Turn(replace(person, case=replace(case, plan=plan)), events=(f"followup:{event}",))

    if person.opted_out:
        return kept(None, "opted_out")
    if plan.waiting:
        unanswered = plan.unanswered + 1
        after = proceed(replace(plan, waiting=False, unanswered=unanswered), protocol, calendar, case.time, now)
        if unanswered >= protocol.most_unanswered or after is None:
            return replace(kept(None, "unanswered"), letters=_to_her_worker(case))
        plan = replace(after, due=plan.due)
    if person.session and now - person.session.heard < LIVE_SECONDS:
        return kept(tomorrow(plan, calendar, case.time, now), "put_off")
    if now - plan.due > protocol.useful_hours * 3600:
        return kept(skip_stale(plan, protocol, calendar, case.time, now), "stale")
    if calendar.is_quiet(now):
        return kept(tomorrow(plan, calendar, case.time, now), "quiet")
    after = proceed(plan, protocol, calendar, case.time, now)
    due = after.due if after else now + protocol.closing_hours * 3600
    greeting = face.asks[protocol.greeting].to({})
    sent = replace(case, plan=replace(plan, waiting=True, due=due))
    greeted = replace(person, session=_greeted(face, now), case=sent)
    return Turn(greeted, (Reply(greeting, Lane.REMINDER, by_sms=True),), (f"followup:{plan.schedule}:{plan.step + 1}",))


def _to_her_worker(case: Case) -> tuple[Letter, ...]:
    """That a worker's patient does not answer is told whose she is, and nobody else."""
    if not case.patient:
        return ()
    return (Letter("letter_unanswered", {"code": spaced(case.patient)}, patient=case.patient),)


def _greeted(face: Face, now: float) -> Session:
    """The session of a person who was greeted and has not answered yet."""
    greeting = face.protocol.greeting
    return Session(now, asking=greeting, shown=face.questions[greeting].stamp)


def silence_at(faces: Faces, person: Person) -> float | None:
    """When (s since the epoch) a person who says no more is to be told what she is owed; None: never."""
    session = person.session
    if session is None or session.told or person.opted_out:
        return None
    if session.channel == "ussd" and session.known.get(BY_SMS) != "yes":
        return None
    face = faces.of(person.language, session.channel)
    if asked(face, replace(session, asking="")) is None:
        return None
    mildest = face.content.dispositions[-1]
    due = session.heard + SILENCE_SECONDS[session.channel]
    return due if owed(face, session).at_least.rank < mildest.rank else None
