"""What follows a result: the episode is noted, check-ins are offered, agreed to and answered, notes are shown.

Each function takes the conversation it is part of and gives the turn.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sms_triage import text as sms
from sms_triage.triage.content.model import Option, Rule
from sms_triage.triage.content.question_ids import EPISODE, PIN, PIN_ASK, TIME
from sms_triage.triage.conversation.standing import asked, facts
from sms_triage.triage.conversation.turn import Reply, Turn
from sms_triage.triage.people import recurrence
from sms_triage.triage.people.case import DAY, Case, Episode, Plan
from sms_triage.triage.people.followup import begin, proceed, tomorrow
from sms_triage.triage.people.session import Person, Session
from sms_triage.triage.wording.locale import Locale

if TYPE_CHECKING:
    from sms_triage.triage.conversation.conversation import Conversation

DIARY = "diary"
PIN_DIGITS = 4
MOST_WRONG_PINS = 3
"""Within a day, after which none is heard before the day is over: whoever holds the phone must not try all 10,000."""

RECURRENCE = "recurrence"


def noted(talk: "Conversation", session: Session, rule: Rule) -> Session:
    """The session once its result is an episode of the person's case. A triage for somebody else is not."""
    known = facts(talk.locale, session)
    if talk.locale.content.for_helper(known):
        return session
    case = talk.person.case or Case()
    counts, roles = talk.locale.protocol.recurrence.counts, talk.locale.content.roles
    episode = Episode(
        at=talk.now,
        amount=known.get(roles.amount, ""),
        signs=signs_in(talk.locale, known),
        times=1 if session.again else counts.get(session.known.get(roles.frequency, ""), 1),
        disposition=rule.at_least.id,
    )
    case = replace(case.with_episode(episode, session.episode), answers=session.answers)
    if case.time:
        schedule = RECURRENCE if session.again else rule.at_least.id
        case = replace(case, plan=_begun(talk, schedule, case.time))
    talk.person = replace(talk.person, case=case)
    return replace(session, episode=talk.now)


def signs_in(locale: Locale, known: Mapping[str, str]) -> tuple[str, ...]:
    """The dangers and signs among what is known."""
    findings = (finding for id in locale.content.roles.signs for finding in locale.content.question(id).findings)
    return tuple(finding for finding in findings if known.get(finding) == "yes")


def may_offer(talk: "Conversation", session: Session) -> bool:
    """Whether check-ins may be offered: to the person herself, once."""
    case = talk.person.case
    return session.episode is not None and case is not None and not case.time


def agree(talk: "Conversation", session: Session) -> Turn:
    """She wants to be checked in on: when may it be?"""
    return talk.ask(replace(session, asking=TIME, misses=0), event="followup:wanted")


def report(talk: "Conversation", before: str) -> Turn:
    """It happened again, or got worse: what is asked anew is little, all else is as it was told the last time."""
    case = talk.person.case
    if case is None or not case.answers:
        return talk.begin()
    rules, roles = talk.locale.protocol.recurrence, talk.locale.content.roles
    frequency = recurrence.frequency(rules, case, talk.now) or ("first" if case.seen_at else "again")
    counted = talk.locale.content.question_of(roles.frequency).id
    asked_anew = {*roles.asked_anew, counted}
    kept = tuple(entry for entry in case.answers if entry[0] not in asked_anew)
    session = replace(talk.fresh(), answers=(*kept, (counted, {roles.frequency: frequency})), again=True)
    return talk.ask(session, before=before, event="again")


def asking_together(locale: Locale, session: Session) -> Session:
    """The session of who reports an episode, asked on one screen what a triage asks on several."""
    question = asked(locale, session)
    together = session.again and question is not None and question.id in locale.content.roles.together
    return replace(session, asking=EPISODE) if together else session


def told_together(locale: Locale, session: Session, numbers: frozenset[int]) -> Session:
    """The session with what was told on one screen, as if each question had been asked; the rest is mildest."""
    content, options = locale.content, locale.questions[EPISODE].options
    told = [option for number, option in enumerate(options, 1) if number in numbers]
    answers = session.answers
    for id in content.roles.together:
        values = {finding: content.findings[finding].baseline for finding in content.question(id).findings}
        for option in told:
            if option.finding in values:
                # Options of one finding stand from mild to severe: of two, the more severe counts.
                values[option.finding] = option.value
        answers = (*answers, (id, values))
    return replace(session, answers=answers, asking="", misses=0)


def chosen(talk: "Conversation", session: Session, option: Option) -> Turn:
    """An answer to a question about check-ins."""
    protocol = talk.locale.protocol
    if option.finding == TIME:
        session = replace(session, asking=PIN, then=option.value)
        return talk.ask(session)
    if option.finding == PIN:
        return with_pin(talk, session, "")
    if option.finding == protocol.barrier:
        return talk.close(talk.locale.phrase(option.value, {}), f"barrier:{option.value}")
    return _answered(talk, session, option.value)


def with_pin(talk: "Conversation", session: Session, pin: str) -> Turn:
    """All is said: check-ins begin."""
    case = talk.person.case or Case()
    last = case.episodes[-1].disposition if case.episodes else ""
    schedule = RECURRENCE if session.again else last
    plan = _begun(talk, schedule, session.then)
    # Who said STOP and now asks to be texted has changed her mind.
    talk.person = replace(talk.person, opted_out=False, case=replace(case, time=session.then, pin=pin, plan=plan))
    date = talk.person.calendar.local(plan.due).strftime("%d/%m")
    return talk.turn(
        replace(session, asking="", then="", misses=0),
        talk.locale.phrase("agreed", session.known, date=date),
        events=("followup:agreed",),
    )


def hear_pin(talk: "Conversation", session: Session, digits: str) -> Turn:
    """The PIN before what is private; wrong too often, and the conversation ends."""
    case = talk.person.case or Case()
    if _locked(talk):
        return _refused(talk)
    if digits == case.pin:
        talk.person = replace(talk.person, case=replace(case, wrong_pins=()))
        then = session.then
        session = replace(session, asking="", then="")
        return diary(talk, session) if then == DIARY else talk.ask(replace(session, asking=then))
    talk.person = replace(talk.person, case=replace(case, wrong_pins=(*_wrong_of_late(talk), talk.now)))
    if _locked(talk):
        return _refused(talk)
    return talk.turn(session, talk.locale.phrase("pin_wrong", {}), events=("pin:wrong",))


def _ask_pin(talk: "Conversation", session: Session, then: str, event: str) -> Turn:
    """The question for the PIN, which leads to `then`."""
    if _locked(talk):
        return _refused(talk)
    return talk.ask(replace(session, asking=PIN_ASK, then=then), event=event)


def _refused(talk: "Conversation") -> Turn:
    return talk.close(talk.locale.phrase("later", {}), "pin:refused")


def _locked(talk: "Conversation") -> bool:
    return len(_wrong_of_late(talk)) >= MOST_WRONG_PINS


def _wrong_of_late(talk: "Conversation") -> tuple[float, ...]:
    wrong = talk.person.case.wrong_pins if talk.person.case else ()
    return tuple(at for at in wrong if at > talk.now - DAY)


def _answered(talk: "Conversation", session: Session, answer: str) -> Turn:
    """An answer to a greeting or a check-in."""
    case, locale, now = talk.person.case, talk.locale, talk.now
    if case is None or case.plan is None:
        return talk.ask(talk.fresh(), event="start")
    plan, protocol, calendar = case.plan, locale.protocol, talk.person.calendar
    event = f"check_in:{answer}"
    match answer:
        case "talk":
            talk.person = replace(talk.person, case=replace(case, plan=replace(plan, unanswered=0, laters=0)))
            question = protocol.schedules[plan.schedule].asks
            if case.pin:
                return _ask_pin(talk, session, question, event)
            return talk.ask(replace(session, asking=question), event=event)
        case "later":
            laters = plan.laters + 1
            again = replace(tomorrow(plan, calendar, case.time, now), waiting=False, laters=laters)
            _keep(talk, case, again if laters <= protocol.most_later else _next(talk, plan, case.time))
            return talk.close(locale.phrase("later", {}), event)
        case "stop":
            # Whoever said stop is asked before there is a next time.
            _keep(talk, replace(case, time=""), None)
            return talk.close(locale.phrase("closed", {}), event)
        case "seen":
            _keep(talk, replace(case, seen_at=now), None)
            return talk.close(locale.phrase("seen", {}), event)
        case "not_yet":
            _keep(talk, case, _next(talk, replace(plan, helped=True), case.time))
            if plan.helped:
                return talk.close(locale.phrase("not_yet", {}), event)
            return talk.ask(replace(session, asking=protocol.barrier), before=locale.phrase("not_yet", {}), event=event)
        case "stopped":
            stops = plan.stops + 1
            over = stops >= protocol.stopped_closes
            _keep(talk, case, None if over else _next(talk, replace(plan, stops=stops), case.time))
            return talk.close(locale.phrase("it_stopped", {}), event)
        case "not_again":
            _keep(talk, case, _next(talk, plan, case.time))
            return talk.close(locale.phrase("not_again", {}), event)
    _keep(talk, case, None)
    return report(talk, locale.phrase("noted", {}))


def _keep(talk: "Conversation", case: Case, plan: Plan | None) -> None:
    talk.person = replace(talk.person, case=replace(case, plan=plan))


def _begun(talk: "Conversation", schedule: str, hour: str) -> Plan:
    return begin(talk.locale.protocol.schedules[schedule], talk.person.calendar, hour, talk.now)


def _next(talk: "Conversation", plan: Plan, hour: str) -> Plan | None:
    answered = replace(plan, waiting=False, unanswered=0, laters=0)
    return proceed(answered, talk.locale.protocol, talk.person.calendar, hour, talk.now)


def ask_for_diary(talk: "Conversation", session: Session) -> Turn:
    """Her notes, behind the PIN if she has one."""
    if talk.person.case and talk.person.case.pin:
        return _ask_pin(talk, session, DIARY, DIARY)
    return diary(talk, session)


def diary(talk: "Conversation", session: Session) -> Turn:
    """Her episodes as a short text to show: when, how much, what signs, how often. The latest, as far as they fit."""
    case, locale = talk.person.case, talk.locale
    if case is None or not case.episodes:
        return talk.turn(session, locale.phrase("diary_empty", {}), events=(DIARY,))
    roles = locale.content.roles
    labels = {option.value: option.label.own for option in locale.content.question_of(roles.amount).options}
    for id in roles.signs:
        labels |= {option.finding: option.label.own for option in locale.content.question(id).options}
    labels = {name: label for name, label in labels.items() if name not in roles.private}
    window = locale.protocol.recurrence.becomes[0].within_days * DAY
    times = sum(episode.times for episode in case.episodes if episode.at > talk.now - window)
    head, total = locale.phrase("diary", {}), locale.phrase("diary_more", {}, times=times)
    notes = ""
    for episode in reversed(case.episodes):
        told = [labels[name] for name in (episode.amount, *episode.signs) if name in labels]
        note = f"{talk.person.calendar.local(episode.at):%d/%m} {', '.join(told)}".strip()
        longer = locale.plain("\n".join(filter(None, [note, notes])))
        if notes and not sms.fits(f"{head}\n{longer}\n{total}", locale.content.budget.result):
            break
        notes = longer
    return talk.turn(session, f"{head}\n{notes}\n{total}", events=(DIARY,))


def erased(talk: "Conversation") -> Turn:
    """Nothing of her is kept. It is said once. Her place in the registry is not hers to erase, nor are her patients."""
    said = Reply(talk.locale.phrase("deleted", {}), despite_stop=True)
    nobody = Person(calendar=talk.person.calendar, chw=talk.person.chw, desk=talk.person.desk)
    return Turn(nobody, (said,), ("erased",), ends=True, erase=True)
