"""One turn of a conversation: (locales, person, text, now) -> what is known now, what is said, what happened.

Pure: no I/O, no clock. Four things lead to a turn: a text, dialling in, silence, and a check-in that is due.
"""

from dataclasses import replace

from sms_triage.events import CheckInSent, Dialled, FollowUp, JoinRefused, JoinWished, SilenceTold
from sms_triage.triage.content.question_ids import RESUME
from sms_triage.triage.conversation.checkins import greeted
from sms_triage.triage.conversation.conversation import hear, show
from sms_triage.triage.conversation.standing import concluded, floors, owed
from sms_triage.triage.conversation.talk import Next, Talk, begin
from sms_triage.triage.conversation.turn import Priority, Reply, Turn, priority_of
from sms_triage.triage.people.case import Case, Plan
from sms_triage.triage.people.codes import spaced
from sms_triage.triage.people.effects import Effect, Join, Notify
from sms_triage.triage.people.followup import proceed, skip_stale, tomorrow
from sms_triage.triage.people.session import Person, Session
from sms_triage.triage.understanding.words import normal
from sms_triage.triage.wording.locale import Locale, Locales

SESSION_SECONDS = 24 * 3600
"""How long a session is kept after the person last wrote."""

RESUME_SECONDS = 3600
"""How long after her last word a person who dials is offered to go on. Later somebody else may hold the phone."""

LIVE_SECONDS = 3600
"""How long after her last word a person is left in peace by check-ins."""

SILENCE_SECONDS = {"sms": 30 * 60, "ussd": 4 * 60}
"""After how long without a word a person is told what her answers so far already justify. No network keeps a USSD
session for longer than three minutes, so after four it has dropped."""


def take_turn(locales: Locales, person: Person, text: str, now: float, channel: str = "sms") -> Turn:
    """The turn for a text from a person. An old session (past :data:`SESSION_SECONDS`) counts as none."""
    if person.session and now - person.session.heard > SESSION_SECONDS:
        person = replace(person, session=None)
    if person.session is None and person.case and person.case.plan and person.case.plan.waiting:
        # A check-in may be answered days later.
        person = replace(person, session=greeted(locales.of(person.language, "sms"), person.case.plan, now))
    if wish := _wish_to_join(locales, person, text) if channel == "sms" else None:
        return wish
    turn = hear(Talk(locales, person, channel, now), text)
    return replace(turn, silence_at=silence_at(locales, turn.person))


def _wish_to_join(locales: Locales, person: Person, text: str) -> Turn | None:
    """The turn for who asks to join as a health worker ("JOIN 123456 Amina"); None for every other text.

    Whether the code is good is found out once, when the wish is carried out; the answer comes from there.
    """
    locale, words = locales.of(person.language, "sms"), normal(text).split()
    if person.chw or not words or words[0] not in locale.caseload.join_words:
        return None
    code = "".join(word for word in words[1:] if word.isdecimal())
    name = " ".join(word for word in text.split()[1:] if not any(map(str.isdecimal, word)))
    nobody = replace(person, session=None)
    if not code:
        return Turn(nobody, (Reply(locale.phrase("join_help", {})),), (JoinRefused(),))
    return Turn(nobody, events=(JoinWished(),), effects=(Join(code, name),))


def dial(locales: Locales, person: Person, now: float) -> Turn:
    """The turn for a person who dials in: the first question, or the offer to go on where she was cut off."""
    session = person.session
    if session is None or not session.begun or now - session.heard > RESUME_SECONDS:
        turn = show(begin(Talk(locales, replace(person, session=None), "ussd", now)))
    else:
        talk = Talk(locales, person, "ussd", now)
        resuming = replace(talk.current(), asking=RESUME, misses=0, reading="")
        turn = show(Next(talk, resuming, events=(Dialled(),)))
    return replace(turn, silence_at=silence_at(locales, turn.person))


def fall_silent(locales: Locales, person: Person, now: float, hung_up: bool = False) -> Turn:
    """The turn for no text at all: what the answers so far justify, told once, by SMS.

    `hung_up` tells that a USSD session is known to have ended, so that there is nothing to wait for.
    """
    due = silence_at(locales, person)
    session = person.session
    if session is None or due is None or (due > now and not (hung_up and session.channel == "ussd")):
        return Turn(person, silence_at=due)
    locale = locales.of(person.language, "sms", session.topic)
    known = session.known
    rule = owed(locale, session)
    if person.case and person.case.pin and rule.at_least.rank > 0:
        # Who set a PIN said that others read here.
        waiting = replace(session, silence_told=True, asking=RESUME, shown=locale.questions[RESUME].stamp)
        neutral = Reply(locale.phrase("unfinished", {}), priority_of(rule), by_sms=True)
        return Turn(replace(person, session=waiting), (neutral,), (SilenceTold(rule.at_least.id),))
    words = " ".join(
        (
            *(locale.say(guidance.text, known) for guidance in floors(locale, session)),
            locale.phrase("so_far", known),
            locale.say(rule.at_least.text, known),
            locale.say(rule.at_least.if_worse, known),
        )
    )
    told = replace(person, session=replace(session, silence_told=True))
    return Turn(told, (Reply(words, priority_of(rule), by_sms=True),), (SilenceTold(rule.at_least.id),))


def check_in(locales: Locales, person: Person, now: float) -> Turn:
    """The turn for a check-in that is due: the greeting is sent, put off, or dropped, or the follow-up ends.

    Nothing is due on a person without a plan, or before its time. What she is owed if she is silent stays owed.
    """
    turn = _checked_in(locales, person, now)
    return replace(turn, silence_at=silence_at(locales, turn.person))


def _checked_in(locales: Locales, person: Person, now: float) -> Turn:
    if person.case is None or person.case.plan is None or person.case.plan.due > now:
        return Turn(person)
    case, plan, calendar = person.case, person.case.plan, person.calendar
    locale = locales.of(person.language, "sms")
    protocol = locale.protocol

    def kept(plan: Plan | None, what: str) -> Turn:
        return Turn(replace(person, case=replace(case, plan=plan)), events=(FollowUp(what),))

    if person.opted_out:
        return kept(None, "opted_out")
    if plan.waiting:
        unanswered = plan.unanswered + 1
        after = proceed(replace(plan, waiting=False, unanswered=unanswered), protocol, calendar, case.time, now)
        if unanswered >= protocol.most_unanswered or after is None:
            return replace(kept(None, "unanswered"), effects=_to_her_chw(case))
        plan = replace(after, due=plan.due)
    if person.session and now - person.session.heard < LIVE_SECONDS:
        return kept(tomorrow(plan, calendar, case.time, now), "put_off")
    if now - plan.due > protocol.useful_hours * 3600:
        return kept(skip_stale(plan, protocol, calendar, case.time, now), "stale")
    if calendar.is_quiet(now):
        return kept(tomorrow(plan, calendar, case.time, now), "quiet")
    after = proceed(plan, protocol, calendar, case.time, now)
    due = after.due if after else now + protocol.closing_hours * 3600
    greeting = locale.asks[protocol.greeting].own
    sent = replace(case, plan=replace(plan, waiting=True, due=due))
    met = replace(person, session=greeted(locale, plan, now), case=sent)
    return Turn(met, (Reply(greeting, Priority.REMINDER, by_sms=True),), (CheckInSent(plan.schedule, plan.step + 1),))


def _to_her_chw(case: Case) -> tuple[Effect, ...]:
    """That a health worker's patient does not answer is told whose she is, and nobody else."""
    if not case.patient:
        return ()
    return (Notify("notify_unanswered", {"code": spaced(case.patient)}, patient=case.patient),)


def _may_be_texted(locale: Locale, session: Session) -> bool:
    """Whether a USSD session that drops may be followed by an SMS: others may see it."""
    consent = locale.content.roles.consent_sms
    return consent is not None and session.known.get(consent[0]) == consent[1]


def silence_at(locales: Locales, person: Person) -> float | None:
    """When (s since the epoch) a person who says no more is to be told what she is owed; None: never."""
    session = person.session
    if session is None or session.silence_told or person.opted_out:
        return None
    locale = locales.of(person.language, session.channel, session.topic)
    if session.channel == "ussd" and not _may_be_texted(locale, session):
        return None
    if concluded(locale, replace(session, asking="")):
        return None
    mildest = locale.content.dispositions[-1]
    due = session.heard + SILENCE_SECONDS[session.channel]
    return due if owed(locale, session).at_least.rank < mildest.rank else None
