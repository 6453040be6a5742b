"""What keeps a talk hers on a phone that others hold: the PIN, her notes behind it, and erasing everything."""

from dataclasses import replace

from sms_triage import text as sms
from sms_triage.events import DiaryAsked, Erased, Event, PinTried
from sms_triage.triage.content.question_ids import PIN_ASK
from sms_triage.triage.conversation.talk import Next, Talk
from sms_triage.triage.conversation.turn import Reply, Turn
from sms_triage.triage.people.case import DAY
from sms_triage.triage.people.session import Person, Session

DIARY = "diary"
"""What a PIN leads to, beside a question: her notes."""

PIN_DIGITS = 4
MOST_WRONG_PINS = 3
"""Within a day, after which none is heard before the day is over: whoever holds the phone must not try all 10,000."""


def ask_pin(talk: Talk, session: Session, then: str, event: Event) -> Next | Turn:
    """The question for the PIN, which leads to `then`."""
    if _locked(talk):
        return _refused(talk)
    return Next(talk, replace(session, asking=PIN_ASK, then=then), events=(event,))


def hear_pin(talk: Talk, session: Session, digits: str) -> Next | Turn:
    """The PIN before what is private; wrong too often, and the conversation ends."""
    if _locked(talk):
        return _refused(talk)
    if digits == talk.case.pin:
        talk, then = talk.knowing(case=replace(talk.case, wrong_pins=())), session.then
        session = replace(session, asking="", then="")
        return diary(talk, session) if then == DIARY else Next(talk, replace(session, asking=then))
    talk = talk.knowing(case=replace(talk.case, wrong_pins=(*_wrong_of_late(talk), talk.now)))
    if _locked(talk):
        return _refused(talk)
    return talk.say(session, talk.locale.phrase("pin_wrong", {}), events=(PinTried("wrong"),))


def _refused(talk: Talk) -> Turn:
    return talk.close(talk.locale.phrase("later", {}), PinTried("refused"))


def _locked(talk: Talk) -> bool:
    return len(_wrong_of_late(talk)) >= MOST_WRONG_PINS


def _wrong_of_late(talk: Talk) -> tuple[float, ...]:
    return tuple(at for at in talk.case.wrong_pins if at > talk.now - DAY)


def ask_for_diary(talk: Talk, session: Session) -> Next | Turn:
    """Her notes, behind the PIN if she has one."""
    return ask_pin(talk, session, DIARY, DiaryAsked()) if talk.case.pin else diary(talk, session)


def diary(talk: Talk, session: Session) -> Turn:
    """Her episodes as a short text to show: when, how much, what signs, how often. The latest, as far as they fit."""
    case = talk.case
    locale = talk.locales.of(talk.person.language, talk.channel, case.topic)
    episodes = case.about(case.topic).episodes
    if not episodes:
        return talk.aside(session, locale.phrase("diary_empty", {}), events=(DiaryAsked(),))
    window = locale.protocol.diary_days * DAY
    times = sum(episode.times for episode in episodes if episode.at > talk.now - window)
    head, total = locale.phrase("diary", {}), locale.phrase("diary_more", {}, times=times)
    labels, notes = locale.public_labels, ""
    for episode in reversed(episodes):
        told = [labels[name].own for name in (episode.amount, *episode.signs) if name in labels]
        note = f"{talk.person.calendar.local(episode.at):%d/%m} {', '.join(told)}".strip()
        longer = locale.plain("\n".join(filter(None, [note, notes])))
        if notes and not sms.fits(f"{head}\n{longer}\n{total}", locale.content.budget.result):
            break
        notes = longer
    return talk.aside(session, f"{head}\n{notes}\n{total}", events=(DiaryAsked(),))


def erased(talk: Talk) -> Turn:
    """Nothing of her is kept. It is said once. Her place in the registry is not hers to erase, nor are her patients."""
    said = Reply(talk.locale.phrase("deleted", {}), despite_stop=True)
    nobody = Person(calendar=talk.person.calendar, chw=talk.person.chw, desk=talk.person.desk)
    return Turn(nobody, (said,), (Erased(),), ends=True, erase=True)
