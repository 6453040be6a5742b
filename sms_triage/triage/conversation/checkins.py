"""Check-ins: offered after a result, agreed to, answered now or later, and what each answer leads to."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sms_triage.events import BarrierTold, Began, CheckInAnswered, Event, FollowUp
from sms_triage.triage.content.protocols import RECURRENCE, FollowUpProtocol
from sms_triage.triage.content.question_ids import PIN, TIME
from sms_triage.triage.conversation.episodes import report
from sms_triage.triage.conversation.privacy import ask_pin
from sms_triage.triage.conversation.talk import ANY, Handler, Handlers, Next, Talk
from sms_triage.triage.conversation.turn import Turn
from sms_triage.triage.people.case import Case, Plan
from sms_triage.triage.people.followup import begin_follow_up, proceed, tomorrow
from sms_triage.triage.people.session import Session
from sms_triage.triage.wording.locale import Locale


def may_offer(talk: Talk, session: Session) -> bool:
    """Whether check-ins may be offered: to the person herself, once."""
    return session.episode is not None and not session.patient and talk.person.case is not None and not talk.case.time


def greeted(locale: Locale, plan: Plan, now: float) -> Session:
    """The session of a person who was greeted and has not answered yet."""
    greeting = locale.protocol.greeting
    return Session(now, topic=plan.topic, asking=greeting, shown=locale.questions[greeting].stamp)


def _at_this_time(talk: Talk, session: Session, hour: str) -> Next:
    """When she may be texted; a PIN keeps the talk hers."""
    return Next(talk, replace(session, asking=PIN, then=hour, misses=0))


def _without_pin(talk: Talk, session: Session, _: str) -> Turn:
    return with_pin(talk, session, "")


def with_pin(talk: Talk, session: Session, pin: str) -> Turn:
    """All is said: check-ins begin."""
    locale, case, hour = talk.about(session), talk.case, session.then
    last = case.episodes[-1].disposition if case.episodes else ""
    schedule = locale.protocol.schedules[RECURRENCE if session.again else last]
    plan = begin_follow_up(schedule, talk.person.calendar, hour, talk.now, session.topic)
    # Who said STOP and now asks to be texted has changed her mind.
    talk = talk.knowing(opted_out=False, case=replace(case, time=hour, pin=pin, plan=plan))
    date = talk.person.calendar.local(plan.due).strftime("%d/%m")
    session = talk.shown(replace(session, asking="", then="", misses=0, offered=()))
    return talk.aside(session, locale.phrase("agreed", session.known, date=date), events=(FollowUp("agreed"),))


Answered = Callable[[Talk, Session, Case, Plan, Event], Next | Turn]


def _answer(to: Answered) -> Handler:
    """A handler of an answer to a greeting or a check-in, for whom a follow-up is under way."""

    def answer(talk: Talk, session: Session, value: str) -> Next | Turn:
        case = talk.case
        if case.plan is None:
            return Next(talk, talk.fresh(), events=(Began(),))
        return to(talk, session, case, case.plan, CheckInAnswered(value))

    return answer


def _talk(talk: Talk, session: Session, case: Case, plan: Plan, event: Event) -> Next | Turn:
    talk = talk.knowing(case=replace(case, plan=replace(plan, unanswered=0, laters=0)))
    question = talk.locale.protocol.schedules[plan.schedule].asks
    if case.pin:
        return ask_pin(talk, session, question, event)
    return Next(talk, replace(session, asking=question, misses=0), events=(event,))


def _later(talk: Talk, session: Session, case: Case, plan: Plan, event: Event) -> Turn:
    laters = plan.laters + 1
    again = replace(tomorrow(plan, talk.person.calendar, case.time, talk.now), waiting=False, laters=laters)
    after = again if laters <= talk.locale.protocol.most_later else _next(talk, plan)
    return _kept(talk, case, after).close(talk.locale.phrase("later", {}), event)


def _stop(talk: Talk, session: Session, case: Case, plan: Plan, event: Event) -> Turn:
    # Whoever said stop is asked before there is a next time.
    return _kept(talk, replace(case, time=""), None).close(talk.locale.phrase("closed", {}), event)


def _seen(talk: Talk, session: Session, case: Case, plan: Plan, event: Event) -> Turn:
    return _kept(talk, replace(case, seen_at=talk.now), None).close(talk.locale.phrase("seen", {}), event)


def _not_yet(talk: Talk, session: Session, case: Case, plan: Plan, event: Event) -> Next | Turn:
    said, barrier = talk.locale.phrase("not_yet", {}), talk.locale.protocol.barrier
    asked_before, talk = plan.helped, _kept(talk, case, _next(talk, replace(plan, helped=True)))
    if asked_before:
        return talk.close(said, event)
    return Next(talk, replace(session, asking=barrier, misses=0), before=said, events=(event,))


def _stopped(talk: Talk, session: Session, case: Case, plan: Plan, event: Event) -> Turn:
    stops = plan.stops + 1
    over = stops >= talk.locale.protocol.stopped_closes
    after = None if over else _next(talk, replace(plan, stops=stops))
    return _kept(talk, case, after).close(talk.locale.phrase("it_stopped", {}), event)


def _not_again(talk: Talk, session: Session, case: Case, plan: Plan, event: Event) -> Turn:
    return _kept(talk, case, _next(talk, plan)).close(talk.locale.phrase("not_again", {}), event)


def _again(talk: Talk, session: Session, case: Case, plan: Plan, event: Event) -> Next:
    """It happened again, or got worse."""
    return report(_kept(talk, case, None), talk.locale.phrase("noted", {}))


def _kept(talk: Talk, case: Case, plan: Plan | None) -> Talk:
    return talk.knowing(case=replace(case, plan=plan))


def _next(talk: Talk, plan: Plan) -> Plan | None:
    answered = replace(plan, waiting=False, unanswered=0, laters=0)
    return proceed(answered, talk.locale.protocol, talk.person.calendar, talk.case.time, talk.now)


def _hard_to_go(talk: Talk, session: Session, why: str) -> Turn:
    """One practical line for what makes it hard to go."""
    return talk.close(talk.locale.phrase(why, {}), BarrierTold(why))


GREETING: dict[str, Handler] = {"talk": _answer(_talk), "later": _answer(_later), "stop": _answer(_stop)}
"""What an answer to the greeting leads to."""

CHECK_IN: dict[str, Handler] = {
    "seen": _answer(_seen), "not_yet": _answer(_not_yet), "stopped": _answer(_stopped), "worse": _answer(_again),
    "again": _answer(_again), "not_again": _answer(_not_again),
}  # fmt: skip
"""What an answer to a check-in may lead to."""


def handlers(protocol: FollowUpProtocol, question: str) -> Mapping[str, Handler]:
    """What each answer to a question about check-ins leads to; which questions these are the content says."""
    if question == protocol.greeting:
        return GREETING
    if question == protocol.barrier:
        return {ANY: _hard_to_go}
    return CHECK_IN if question in protocol.check_ins else HANDLERS.get(question, {})


HANDLERS: Handlers = {TIME: {ANY: _at_this_time}, PIN: {"none": _without_pin}}
