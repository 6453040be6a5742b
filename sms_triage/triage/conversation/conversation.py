"""One turn: what a text is taken for, what that leads to, what is shown.

Each kind of thing that is heard has one way on (:func:`handle`), each option of the service's own questions one handler
(:func:`handler_of`). What they make known is shown here, and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sms_triage.events import (
    AlarmHeard,
    Began,
    HelpAsked,
    LanguageAsked,
    QuestionAnswered,
    Restarted,
    Resumed,
    Stopped,
    TopicChosen,
    WentBack,
)
from sms_triage.triage.content.question_ids import (
    EPISODE,
    FIND,
    LABEL,
    LANGUAGE,
    PHONE,
    PIN,
    PIN_ASK,
    RESUME,
    STOP_WHICH,
    TOPIC,
)
from sms_triage.triage.content.translations import SOURCE_LANGUAGE
from sms_triage.triage.conversation import (
    caseload,
    checkins,
    episodes,
    heard,
    misses,
    privacy,
    referrals,
    results,
    statements,
)
from sms_triage.triage.conversation.guidance import guidance_of
from sms_triage.triage.conversation.heard import Heard, understand
from sms_triage.triage.conversation.misses import question_words
from sms_triage.triage.conversation.standing import certain, concluded, named, owed, stated
from sms_triage.triage.conversation.talk import ANY, Handler, Handlers, Next, Talk, begin, home
from sms_triage.triage.conversation.turn import Reply, Turn
from sms_triage.triage.people.effects import Notify
from sms_triage.triage.people.session import Session, Told, answers
from sms_triage.triage.understanding.questions import Answered
from sms_triage.triage.understanding.words import normal
from sms_triage.triage.wording.locale import Locale

OVER_SECONDS = 3600
"""So long after her last word a talk that has come to its end is over."""


def hear(talk: Talk, text: str) -> Turn:
    """The turn for a text or what was keyed in."""
    talk = _speaking(talk, text)
    what = understand(talk, text)
    if _is_stranger_again(talk, what):
        talk = talk.knowing(session=None)
        what = understand(talk, text)
    if talk.before is None and isinstance(what, (heard.Doubt, heard.Nothing)):
        talk = _in_her_language(talk, talk.locale.alarms.spoken_in(text))
    done = handle(talk, what)
    return done if isinstance(done, Turn) else show(done)


def show(coming: Next) -> Turn:
    """Says what comes next: the question the session is at, or its result."""
    talk = coming.talk
    locale = talk.about(coming.session)
    session = episodes.asking_together(locale, coming.session)
    if concluded(locale, session):
        first = (*coming.first, *([Reply(coming.before)] if coming.before else []))
        return results.conclude(replace(coming, session=session, first=first))
    words = "\n".join(filter(None, [coming.before, question_words(talk, session)]))
    return talk.say(talk.shown(session), *coming.first, words, events=coming.events)


def handle(talk: Talk, what: Heard) -> Next | Turn:  # noqa: PLR0912 - one way on for each kind
    """What comes of what was heard."""
    if talk.person.opted_out and talk.channel == "sms" and not isinstance(what, heard.Stop) and what != DELETE:
        return _after_stop(talk, what)
    session = talk.current()
    match what:
        case heard.Stop(_, patient) if patient and not talk.person.opted_out:
            return Next(talk, replace(session, asking=STOP_WHICH, then=patient, misses=0))
        case heard.Stop(stated):
            return _stop(_in_her_language(talk, stated.language) if stated else talk, session, stated)
        case heard.Command(name):
            return COMMANDS[name](talk, session)
        case heard.Named(language):
            return _choose_language(talk, session, language)
        case heard.Answer():
            return _answered(talk, session, what)
        case heard.Between(question):
            return Next(talk, replace(session, asking=question.id, misses=0))
        case heard.Typed(id, text):
            return TYPED[id](talk, session, text)
        case heard.Seen(words):
            return referrals.seen(talk, words)
        case heard.Shorthand(text):
            return caseload.in_shorthand(talk, text)
        case heard.Stated(_, language):
            return _stated(_in_her_language(talk, language), session, what)
        case heard.Doubt(net):
            if session.told and owed(talk.about(session), session).at_least.rank == 0:
                # She knows what to do now: to be asked once more would only let a slip undo it.
                return misses.missed(talk, session, "unknown")
            return statements.ask_danger(talk, session, net)
        case heard.Asked(question, doubt):
            return _answer_her(talk, session, question, doubt)
        case heard.Pleasantry(thanks):
            return _pleasantry(talk, session, thanks)
        case heard.Outdated(gone):
            said = talk.locale.phrase("question_gone", session.known) if gone else ""
            return Next(talk, replace(session, asking="") if gone else session, before=said)
        case heard.Missed(why):
            return misses.missed(talk, session, why)
        case heard.Nothing():
            return begin(talk)


DELETE = heard.Command("delete")


def _is_stranger_again(talk: Talk, what: Heard) -> bool:
    """Whether a talk is over for so long that who writes now may be another: she is met as a stranger, unless she takes
    what she was offered."""
    session = talk.before
    if session is None or talk.now - session.heard <= OVER_SECONDS or not concluded(talk.about(session), session):
        return False
    if not isinstance(what, heard.Answer) or not session.offered:
        return True
    return what.question.options[min(what.numbers) - 1].value not in results.OFFERED


# What language is spoken


def _speaking(talk: Talk, text: str) -> Talk:
    """A stranger's own words tell her language, if they are words of one language only."""
    spoken = talk.locale.lexicon.speaks.get(normal(text), "")
    return talk if spoken == SOURCE_LANGUAGE else _in_her_language(talk, spoken)


def _in_her_language(talk: Talk, language: str) -> Talk:
    """The talk in the language that a stranger spoke, if it is offered."""
    if talk.before is None and not talk.person.language and language in talk.locales.languages:
        return talk.knowing(language=language)
    return talk


def _choose_language(talk: Talk, session: Session, language: str) -> Next:
    talk = talk.knowing(language=language)
    return Next(talk, replace(session, asking="", misses=0), events=(LanguageAsked(language),))


# Commands


def _stop(talk: Talk, session: Session, stated: heard.Stated | None) -> Turn:
    """Everything ends, at once; what already waits to leave is dropped when its turn comes. A danger stated in the same
    breath is answered all the same, on USSD with the dialog still open."""
    chw, case = talk.person.chw, talk.person.case
    said = Reply(talk.locale.phrase("stopped_at_work" if chw else "stopped", {}), despite_stop=True)
    if chw and chw.supervisor and not talk.person.opted_out:
        talk = talk.doing(Notify("notify_stopped", {"chw": chw.code}, number=chw.supervisor, urgent=True))
    talk = talk.knowing(opted_out=True, case=replace(case, plan=None, time="") if case else None)
    if stated and talk.channel == "ussd":
        done = statements.stated(talk, session, stated)
        turn = done if isinstance(done, Turn) else show(done)
        return replace(turn, replies=(turn.replies[0], said, *turn.replies[1:]), events=(Stopped(), *turn.events))
    turn = Turn(replace(talk.person, session=None), (said,), (Stopped(),), ends=True, effects=talk.effects)
    if stated is None:
        return turn
    guidance, alarms = (
        guidance_of(talk, session.topic, stated.alarms, session.known),
        (AlarmHeard(alarm.id) for alarm in stated.alarms),
    )
    replies = (*(replace(one, despite_stop=True) for one in guidance), said)
    return replace(turn, replies=replies, events=(Stopped(), *alarms))


def _delete(talk: Talk, session: Session) -> Turn:
    return privacy.erased(talk)


def _help(talk: Talk, session: Session) -> Turn:
    return talk.aside(session, talk.locale.phrase("help", session.known), events=(HelpAsked(),))


def _restart(talk: Talk, session: Session) -> Next:
    if talk.person.chw:
        return home(talk)
    again = talk.locale.phrase("started_over", {}) if talk.before else ""
    return Next(talk, talk.fresh(), before=again, events=(Restarted(),))


def _language(talk: Talk, session: Session) -> Next:
    if len(talk.locales.languages) < 2:
        return _start(talk, session)
    return Next(talk, replace(session, asking=LANGUAGE, misses=0), events=(LanguageAsked(),))


def _start(talk: Talk, session: Session) -> Next:
    talk = _come_back(talk)
    return Next(talk, replace(session, misses=0), events=(Began(),)) if talk.before else begin(talk)


def _diary(talk: Talk, session: Session) -> Next | Turn:
    return privacy.ask_for_diary(talk, session)


def _result(talk: Talk, session: Session) -> Next | Turn:
    return results.again(talk, session) if concluded(talk.about(session), session) else _start(talk, session)


def _again(talk: Talk, session: Session) -> Next:
    return episodes.report(talk)


def _back(talk: Talk, session: Session) -> Next | Turn:
    if talk.before is None:
        return begin(talk)
    locale = talk.about(session)
    session = replace(session, misses=0, reading="")
    if session.aside:
        return results.again(talk, session) if concluded(locale, session) else Next(talk, session, events=(WentBack(),))
    if session.asking in locale.questions and locale.questions[session.asking].zero:
        return handler_of(locale, session.asking, "stop")(talk, session, "stop")
    if session.asking in CHW_QUESTIONS:
        return home(talk)
    confirms = session.asking == locale.content.roles.danger and session.told and not session.told[-1].question
    if session.asking and session.asking != EPISODE and not confirms:
        return Next(talk, replace(session, asking=""), events=(WentBack(),))
    if session.patient and len(session.told) <= len(locale.content.said_to(helper=True)):
        # That it is asked for a patient is no answer of the health worker's to take back.
        return home(talk)
    if not session.told:
        return Next(talk, session, before=locale.phrase("nothing_before", {}), events=(WentBack(),))
    *before, last = session.told
    session = replace(session, told=tuple(before), asking="", corrects=last.question)
    what = "" if last.question else named(locale, session, last)
    said = locale.phrase("taken_back", session.known, what=what) if what else ""
    return Next(talk, session, before=said, events=(WentBack(),))


COMMANDS: Mapping[str, Callable[[Talk, Session], Next | Turn]] = {
    "delete": _delete, "help": _help, "restart": _restart, "language": _language, "start": _start,
    "diary": _diary, "again": _again, "back": _back, "result": _result,
}  # fmt: skip
"""By command but STOP, which is heard in other words too; which words mean it the content says."""


def _after_stop(talk: Talk, what: Heard) -> Next | Turn:
    """Who opted out is answered what she asks for, and nothing else."""
    match what:
        case heard.Command("start"):
            talk = _come_back(talk)
            return Next(talk, talk.current(), events=(Began(),)) if talk.before else begin(talk)
        case heard.Command("help"):
            return Turn(talk.person, (Reply(talk.locale.phrase("help", {}), despite_stop=True),), (HelpAsked(),))
        case heard.Stated(alarms, _, _):
            guidance = (replace(one, despite_stop=True) for one in guidance_of(talk, "", alarms, {}))
            return Turn(talk.person, tuple(guidance), tuple(AlarmHeard(alarm.id) for alarm in alarms))
    return Turn(talk.person)


def _come_back(talk: Talk) -> Talk:
    """Who opted out, also by her provider, wants texts again; check-ins need another yes."""
    case = talk.person.case
    if talk.person.opted_out and case:
        case = replace(case, plan=None, time="")
    return talk.knowing(opted_out=False, case=case)


# Answers


def _answered(talk: Talk, session: Session, answer: heard.Answer) -> Next | Turn:
    locale, question = talk.about(session), answer.question
    if question.id == EPISODE:
        return Next(talk, episodes.told_together(locale, session, answer.numbers))
    option = question.options[min(answer.numbers) - 1] if not question.several else None
    if option and option.finding not in locale.content.findings:
        handler = handler_of(locale, option.finding, option.value)
        return handler(talk, replace(session, asking="", misses=0), option.value)
    values = question.told_by(answer.numbers)
    if question.several and session.corrects != question.id:
        values |= dict.fromkeys(statements.told_in_words(locale, session) & values.keys(), "yes")
    noted = "\n".join(
        filter(None, [_denied(locale, session, values), statements.noted(locale, session, answer.beside)])
    )
    answers_to = locale.content.question_of(question.findings[0]).id
    session = session.telling(Told(answers_to, {**values, **answer.beside}))
    return Next(talk, replace(session, asking=""), before=noted)


def _denied(locale: Locale, session: Session, values: Mapping[str, str]) -> str:
    """Says what an answer at the danger question takes back of what was stated in words, lest it be a slip."""
    denied = {finding: value for finding, value in stated(locale, session).items() if values.get(finding) == "no"}
    what = named(locale, session, Told("", denied))
    return locale.phrase("taken_back", session.known, what=what) if what else ""


def _go_on(talk: Talk, session: Session, _: str) -> Next:
    return Next(talk, session, events=(Resumed(),))


def _start_over(talk: Talk, session: Session, _: str) -> Next:
    return Next(talk, talk.fresh(), events=(Restarted(),))


def _topic(talk: Talk, session: Session, topic: str) -> Next:
    """What it is about, where there are several topics."""
    session = talk.on_topic(session, topic)
    told = (replace(told, values={**told.values, **certain(talk.about(session), told.alarms)}) for told in session.told)
    session = replace(session, told=tuple(told))
    if session.patient and (patient := talk.patient or referrals.patient_of(talk, session.patient)):
        who = talk.about(session).content.said_to(helper=True)
        session = replace(session, told=answers(*who), counted=talk.counted(patient.case, topic))
    return Next(talk, session, events=(TopicChosen(topic),))


def _stop_all(talk: Talk, session: Session, _: str) -> Turn:
    return _stop(talk, session, None)


HANDLERS: Handlers = {
    STOP_WHICH: {"all_texts": _stop_all, "patient": caseload.about_named},
    RESUME: {"go_on": _go_on, "start_over": _start_over},
    LANGUAGE: {ANY: _choose_language},
    TOPIC: {ANY: _topic},
    **caseload.HANDLERS,
    **results.HANDLERS,
}
"""What each option of the service's own questions leads to; of those about check-ins see there."""

CHW_QUESTIONS = (*caseload.HANDLERS, STOP_WHICH, FIND, PHONE)


def handler_of(locale: Locale, question: str, value: str) -> Handler:
    """What an option of one of the service's own questions leads to."""
    handlers = HANDLERS.get(question) or checkins.handlers(locale.protocol, question)
    return handlers.get(value) or handlers[ANY]


TYPED: Mapping[str, Handler] = {
    PIN: checkins.with_pin,
    PIN_ASK: privacy.hear_pin,
    LABEL: caseload.new_patient,
    FIND: caseload.found,
    PHONE: referrals.hear_phone,
}
"""What is done with what is taken as it was typed."""


# Words


def _stated(talk: Talk, session: Session, what: heard.Stated) -> Next | Turn:
    """What she tells is of who the talk is about, but for a danger of a patient whom a health worker names."""
    if what.patient and what.patient != session.patient:
        return caseload.danger_of(talk, session, what.patient, what.alarms, what.values)
    return statements.stated(talk, session, what)


def _answer_her(talk: Talk, session: Session, question: Answered, doubt: bool) -> Next | Turn:
    """What the content answers to a question of hers, before the question that stood. In an emergency nothing may
    reassure: she is told again what to do now."""
    locale = talk.about(session)
    rule = owed(locale, session)
    text = question.text if question.urgent or rule.at_least.rank > 0 else rule.at_least.text
    said, asked_about = Reply(locale.say(text, session.known)), QuestionAnswered(question.id)
    if doubt:
        coming = statements.ask_danger(talk, session, net=False)
        return replace(coming, first=(said,), events=(asked_about, *coming.events))
    if talk.before is None:
        coming = begin(talk)
        return replace(coming, first=(said,), events=(asked_about, *coming.events))
    if concluded(locale, session):
        return talk.aside(session, said, events=(asked_about,))
    return Next(talk, replace(session, misses=0), first=(said,), events=(asked_about,))


def _pleasantry(talk: Talk, session: Session, thanks: bool) -> Next | Turn:
    if talk.before is None:
        return begin(talk)
    locale = talk.about(session)
    if concluded(locale, session) and thanks and talk.channel == "sms":
        return talk.aside(session, locale.phrase("take_care", session.known))
    if concluded(locale, session):
        return talk.aside(session, results.below(talk, session))
    return Next(talk, replace(session, misses=0))
