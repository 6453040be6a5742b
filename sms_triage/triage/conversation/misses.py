"""How the question on the screen is put, and put again to a text that is no answer to it."""

from dataclasses import replace

from sms_triage.events import Looped, Missed
from sms_triage.triage.content.question_ids import CONFIRM, PIN, PIN_ASK
from sms_triage.triage.conversation import caseload, results
from sms_triage.triage.conversation.standing import asked, concluded, screen_of
from sms_triage.triage.conversation.talk import Talk
from sms_triage.triage.conversation.turn import Turn
from sms_triage.triage.people.session import Session
from sms_triage.triage.understanding.answers import IsItSevere, Miss
from sms_triage.triage.wording.locale import Locale

HELP_AFTER_MISSES = 2
SILENT_AFTER_MISSES = 10
"""Texts not understood in a row, after which only something understood is answered: two machines texting each other
must not go on for ever (and a person had help and the emergency line offered eight times). On USSD nobody does."""


def question_words(talk: Talk, session: Session) -> str:
    """The question the session is at, as it is sent."""
    locale = talk.about(session)
    if session.asking == CONFIRM:
        return f"{caseload.echo(talk, session)}\n{locale.asks[CONFIRM].helper}"
    return locale.put(screen_of(locale, session), session.known)


def missed(talk: Talk, session: Session, why: Miss | IsItSevere) -> Turn:
    """The question again with a hint; after some, with a way out; and at last nothing, on SMS."""
    session = replace(session, misses=session.misses + 1)
    if session.misses > SILENT_AFTER_MISSES and talk.channel == "sms":
        return talk.say(session, events=(Looped(),))
    locale = talk.about(session)
    hint = _hint(locale, session, why)
    if session.misses >= HELP_AFTER_MISSES:
        hint = locale.phrase("hint_again", session.known)
    if session.asking in (PIN_ASK, locale.protocol.greeting):
        # Another may read: whom to call and what to send, and nothing of what it is about.
        neutral = locale.phrase("neutral_pin" if session.asking == PIN_ASK else "neutral_check_in", {})
        return talk.say(talk.shown(session), neutral, events=(Missed(),))
    if concluded(locale, session):
        return talk.aside(talk.shown(session), f"{hint}\n{results.below(talk, session)}", events=(Missed(),))
    words = "\n".join(filter(None, [hint, question_words(talk, session)]))
    return talk.say(talk.shown(session), words, events=(Missed(),))


def _hint(locale: Locale, session: Session, why: Miss | IsItSevere) -> str:
    """What to send instead."""
    question, known = asked(locale, session), session.known
    if question.id == PIN:
        return locale.phrase("danger_line", known)
    if isinstance(why, IsItSevere):
        return locale.phrase("hint_severe", known, number=why.number)
    if why == "whose":
        return locale.phrase("hint_whose", known)
    if why == "picture":
        return locale.phrase("hint_picture", known)
    if why == "unsure":
        return locale.phrase("hint_unsure", known)
    several = "hint_several" if question.several else "hint_one"
    return locale.phrase("hint_none" if why == "none_and_more" else several, known, last=question.last)
