"""The end of a triage: the result and what is noted of it, and what may be read and done below it."""

from dataclasses import replace

from sms_triage.events import Completed, FollowUp, ReadOn, Restarted, SentBySms, WentBack
from sms_triage.triage.content.question_ids import RESULT, TIME
from sms_triage.triage.content.results import MORE, OFFER, TO_CONFIRM
from sms_triage.triage.conversation import episodes, referrals
from sms_triage.triage.conversation.checkins import may_offer
from sms_triage.triage.conversation.standing import facts, floors, owed
from sms_triage.triage.conversation.talk import Handlers, Next, Talk, asking
from sms_triage.triage.conversation.turn import Priority, Reply, Turn, priority_of
from sms_triage.triage.people.recurrence import returned
from sms_triage.triage.people.session import Session

OFFERED = ("agree", "acknowledge")
"""What may be taken up below a result also when the talk is long over."""

PROMPTS = {OFFER: ("offer", "agree"), TO_CONFIRM: ("acknowledge", "acknowledge")}
"""By condition: the text that offers what depends on it, and the option it tells the number of."""


def conclude(coming: Next) -> Turn:
    """The result, noted as an episode of the person or of a health worker's patient, and what is offered with it."""
    talk, session = coming.talk, coming.session
    locale, rule = talk.about(session), owed(talk.about(session), session)
    rules, case = locale.content.recurrence, talk.person.case
    review = rules.after_seen if session.again and case is not None and returned(rules, case, talk.now) else None
    noted = referrals.noted(talk, session, rule) if session.patient else episodes.noted(talk, session, rule)
    talk, session = noted.talk, replace(noted.session, reading="", asking="")
    session = talk.shown(replace(session, offered=_offered(talk, session)))
    known = facts(locale, session)
    prompts = _prompts(talk, session)
    lead, last = _leading(talk, session), _last(talk, session)
    result = Reply(locale.result(rule, known, session.offered, last, apart=bool(lead)), priority_of(rule))
    if session.patient:
        why, *slip = noted.first or (Reply(""),)
        told = (Reply("\n".join(filter(None, [why.text, *prompts]))), *slip)
    else:
        told = (*([Reply(locale.phrase(review.says, {}))] if review else []), *map(Reply, prompts))
    said = [reply.text for reply in coming.first]
    lead = [reply for reply in lead if reply.text not in said]
    events = (*coming.events, Completed(rule.at_least.id))
    return talk.say(session, *coming.first, *lead, result, *_alone(last, result.text), *told, events=events)


def again(talk: Talk, session: Session) -> Turn:
    """The result once more: nothing new is noted, and nothing more is offered."""
    locale = talk.about(session)
    rule, offered = owed(locale, session), tuple(name for name in session.offered if name != MORE)
    session = talk.shown(replace(session, offered=offered))
    lead, last = _leading(talk, session), _last(talk, session)
    words = locale.result(rule, facts(locale, session), offered, last, apart=bool(lead))
    result = (Reply(words, priority_of(rule)), *_alone(last, words))
    return talk.say(session, *lead, *result, events=(WentBack(),))


def _leading(talk: Talk, session: Session) -> list[Reply]:
    """What leads every result, since she stated what must not stand behind anything else."""
    locale = talk.about(session)
    known = facts(locale, session)
    return [Reply(locale.say(guidance.text, known), Priority.URGENT) for guidance in floors(locale, session)]


def _last(talk: Talk, session: Session) -> str:
    """What ends a result by SMS with which nothing is offered that says it; a health worker keeps what she is told."""
    locale = talk.about(session)
    if talk.channel == "ussd" or session.patient or OFFER in session.offered:
        return ""
    return locale.phrase("delete", facts(locale, session))


def _alone(last: str, result: str) -> list[Reply]:
    """The last words in a message of their own, where the result left no room for them."""
    return [Reply(last)] if last and last not in result else []


def _prompts(talk: Talk, session: Session) -> list[str]:
    """What to send for each option that is offered beside those below every result. On USSD it stands with them."""
    locale = talk.about(session)
    known = facts(locale, session)
    return [
        locale.prompt(*PROMPTS[condition], session.offered, known)
        for condition in session.offered
        if condition in PROMPTS and talk.channel == "sms"
    ]


def _offered(talk: Talk, session: Session) -> tuple[str, ...]:
    conditions = {OFFER: may_offer(talk, session), TO_CONFIRM: referrals.must_confirm(talk, session)}
    return tuple(condition for condition, holds in conditions.items() if holds)


def _tips(talk: Talk, session: Session, _: str) -> Turn:
    return _read(talk, session, "tips", 0)


def _causes(talk: Talk, session: Session, _: str) -> Turn:
    return _read(talk, session, "causes", 0)


def _more(talk: Talk, session: Session, _: str) -> Turn:
    topic, _, place = session.reading.partition(":")
    return _read(talk, session, topic, int(place))


def _read(talk: Talk, session: Session, topic: str, place: int) -> Turn:
    """A page of tips or of causes."""
    locale = talk.about(session)
    known, offered = facts(locale, session), tuple(name for name in session.offered if name != MORE)
    pages = locale.pages(locale.tips(known) if topic == "tips" else locale.causes(known), known, offered)
    place = min(place, len(pages) - 1)
    more = place + 1 < len(pages)
    session = replace(
        session,
        reading=f"{topic}:{place + 1}" if more else "",
        offered=(*offered, MORE) if more else offered,
        misses=0,
    )
    return talk.aside(talk.shown(session), pages[place], events=(ReadOn(topic),))


def _by_sms(talk: Talk, session: Session, _: str) -> Turn:
    """The result of a USSD conversation by SMS, as its person asked."""
    locale = talk.locales.of(talk.person.language, "sms", session.topic)
    known = facts(locale, session)
    last, lead = locale.phrase("delete", known), [reply.text for reply in _leading(talk, session)]
    result = locale.result(owed(locale, session), known, last=last, apart=bool(lead))
    said = talk.locale.phrase("sent_by_sms", session.known)
    texts = (
        Reply(text, despite_stop=True, by_sms=True)
        for text in (*lead, result, *(reply.text for reply in _alone(last, result)))
    )
    turn = talk.say(session, said, *texts, events=(SentBySms(),))
    return replace(turn, ends=True)


def _new(talk: Talk, session: Session, _: str) -> Next:
    return Next(talk, talk.fresh(), events=(Restarted(),))


HANDLERS: Handlers = {
    RESULT: {
        "more": _more, "tips": _tips, "causes": _causes, "by_sms": _by_sms, "new": _new,
        "agree": asking(TIME, FollowUp("wanted")), "acknowledge": referrals.acknowledge,
    }
}  # fmt: skip


def below(talk: Talk, session: Session) -> str:
    """What may be read and done next, below the result."""
    locale = talk.about(session)
    return "\n".join((locale.below(session.offered, facts(locale, session)), *_prompts(talk, session)))
