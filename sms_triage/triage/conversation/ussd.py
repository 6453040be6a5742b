"""A conversation over USSD: the same turns, shown a page at a time.

What is said in a dialog is one page of at most :data:`sms_triage.text.USSD_SEPTETS` septets; 9 turns to the next page
of a longer text, 0 to the one before it, and on the first page 0 goes back in the conversation as everywhere.
"""

from collections.abc import Sequence
from dataclasses import replace

from sms_triage import text as sms
from sms_triage.events import PageTurned
from sms_triage.triage.content.question_ids import HOME, RESUME
from sms_triage.triage.conversation.engine import dial, silence_at, take_turn
from sms_triage.triage.conversation.turn import Reply, Turn
from sms_triage.triage.people.session import Person, Session
from sms_triage.triage.understanding.words import normal
from sms_triage.triage.wording.locale import Locale, Locales

MORE, BACK = "9", "0"
MOST_OPTIONS = 8
"""Options are numbered below :data:`MORE`."""


def dial_in(locales: Locales, person: Person, inputs: Sequence[str], now: float) -> Turn:
    """The turn for a person who dials, with the answers she dialled along (``*384*1*2#`` has two).

    These are answers from the first question on, so an unfinished session is not taken up with them. A health
    worker's first screen is another, on which they would mean something else: hers are left out.
    """
    inputs = () if person.chw else inputs
    turns = [_paged(locales, dial(locales, replace(person, session=None) if inputs else person, now))]
    for text in inputs:
        turns.append(press(locales, turns[-1].person, text, now))
    return replace(
        turns[-1],
        replies=(*(reply for turn in turns[:-1] for reply in turn.replies if reply.by_sms), *turns[-1].replies),
        events=tuple(event for turn in turns for event in turn.events),
    )


def press(locales: Locales, person: Person, text: str, now: float) -> Turn:
    """The turn for what a person keyed in. Its one reply that does not go by SMS is the page to show."""
    session, key = person.session, normal(text)
    if session is not None and session.pages:
        page = session.page + {MORE: 1, BACK: -1}.get(key, 0)
        if page != session.page and 0 <= page < len(session.pages):
            turned = replace(session, page=page, heard=now, channel="ussd", silence_told=False)
            turn = Turn(replace(person, session=turned), (Reply(session.pages[page]),), (PageTurned(),))
            return replace(turn, silence_at=silence_at(locales, turn.person))
    return _paged(locales, take_turn(locales, person, text, now, "ussd"))


def _paged(locales: Locales, turn: Turn) -> Turn:
    """The turn with its words cut into pages, the first of them shown."""
    words = "\n".join(reply.text for reply in turn.replies if not reply.by_sms)
    by_sms = tuple(reply for reply in turn.replies if reply.by_sms)
    session = turn.person.session
    if session is None or turn.ends:
        return replace(turn, replies=(Reply(words), *by_sms))
    locale = locales.of(turn.person.language, "ussd")
    pages = pages_of(locale, session, words)
    kept = replace(session, pages=tuple(pages) if len(pages) > 1 else (), page=0)
    return replace(turn, person=replace(turn.person, session=kept), replies=(Reply(pages[0]), *by_sms))


def pages_of(locale: Locale, session: Session, words: str) -> list[str]:
    """`words` as the pages shown to a person whose session this is."""
    back = f"{BACK} {locale.phrase('page_back', session.known)}"
    more = f"{MORE} {locale.phrase('page_more', session.known)}"
    before = session.asking not in (RESUME, HOME) and (session.told or session.asking)
    return sms.ussd_pages(words, back if before else "", back, more)
