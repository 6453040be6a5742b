"""What follows from what is told in a person's own words: guidance to dangers, the rest noted, nothing lowered."""

from collections.abc import Mapping
from dataclasses import replace

from sms_triage.events import AlarmHeard, Doubted, StatementHeard
from sms_triage.triage.conversation import heard, results
from sms_triage.triage.conversation.guidance import guidance_of
from sms_triage.triage.conversation.misses import question_words
from sms_triage.triage.conversation.standing import certain, concluded, named, owed, raises
from sms_triage.triage.conversation.talk import Next, Talk
from sms_triage.triage.conversation.turn import Turn
from sms_triage.triage.people.session import Session, Told
from sms_triage.triage.wording.locale import Locale


def stated(talk: Talk, session: Session, what: heard.Stated) -> Next | Turn:
    """The guidance of each danger at once, the gravest first; then the conversation goes on where it was, never to end
    below what was stated. What else was told is noted, and not asked any more."""
    locale = talk.about(session)
    content, danger = locale.content, locale.content.roles.danger
    alarms = tuple(alarm.id for alarm in what.alarms)
    values = {**what.values, **certain(locale, alarms)} if session.topic else what.values
    told = _raising(locale, session, values)
    at_result, known = concluded(locale, session), session.known
    guidance = guidance_of(talk, session.topic, what.alarms, known)
    events = (*(AlarmHeard(id) for id in alarms), *([StatementHeard()] if what.values else []))
    before = owed(locale, session)
    beside = {finding: value for finding, value in values.items() if finding not in told}
    session = session.telling(Told("", told, alarms, beside))
    words = noted(locale, session, {finding: told[finding] for finding in what.values if finding in told})
    if at_result and not told:
        return talk.aside(session, *guidance, *([] if alarms else [results.below(talk, session)]), events=events)
    findings = {finding for id in alarms for finding in content.alarms.get(id, {})}
    was_asked = danger in [one.question for one in session.told]
    to_confirm = was_asked and findings & set(content.roles.confirmed)
    asks_own = session.asking and session.asking not in [question.id for question in content.questions]
    if danger and not at_result and not asks_own and (to_confirm or (what.doubt and not was_asked)):
        # The danger may be new since it was asked, or be none.
        session = replace(session, asking=danger)
    if at_result and owed(locale, session) == before:
        return talk.aside(session, *guidance, f"{words}\n{results.below(talk, session)}".strip(), events=events)
    if concluded(locale, session) or not alarms:
        return Next(talk, session, before=words, events=events, first=tuple(guidance))
    go_on = f"{locale.phrase('to_go_on', session.known)} {question_words(talk, session)}"
    return talk.say(talk.shown(session), *guidance, "\n".join(filter(None, [words, go_on])), events=events)


def noted(locale: Locale, session: Session, values: Mapping[str, str]) -> str:
    """The line that says what was noted; "" for nothing."""
    what = named(locale, session, Told("", values))
    return locale.phrase("noted_words", session.known, what=what) if what else ""


def _raising(locale: Locale, session: Session, values: Mapping[str, str]) -> dict[str, str]:
    """What of these values is new or worse than what is known: a statement never lowers."""
    known = session.known
    return {finding: value for finding, value in values.items() if raises(locale, known, finding, value)}


def ask_danger(talk: Talk, session: Session, net: bool) -> Next:
    """Something may be a danger: the danger question before anything else, with the emergency number in front."""
    session = replace(session, topic=session.topic or talk.locales.topics[0], netted=session.netted or net, misses=0)
    locale = talk.about(session)
    line = locale.phrase("danger_line", session.known)
    return Next(talk, replace(session, asking=locale.content.roles.danger), before=line, events=(Doubted(),))


def told_in_words(locale: Locale, session: Session) -> frozenset[str]:
    """The findings that were told in her own words, which an answer that does not name them does not take back."""
    return frozenset(
        finding
        for told in session.told
        for finding, value in told.values.items()
        if not told.question and value == "yes"
    )
