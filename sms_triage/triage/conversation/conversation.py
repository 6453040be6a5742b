"""One turn: what a text is taken for, what that leads to, what is shown.

Each kind of thing that is heard has one way on (:func:`handle`), each option of the service's own questions one handler
(:func:`handler_of`). What they make known is shown here, and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sms_triage.events import (
    AlarmHeard,
    Began,
    Doubted,
    HelpAsked,
    LanguageAsked,
    Looped,
    Missed,
    Restarted,
    Resumed,
    StatementHeard,
    Stopped,
    TopicChosen,
    WentBack,
)
from sms_triage.triage.content.model import Question
from sms_triage.triage.content.question_ids import (
    CONFIRM,
    EPISODE,
    FIND,
    LABEL,
    LANGUAGE,
    PHONE,
    PIN,
    PIN_ASK,
    RESUME,
    TOPIC,
)
from sms_triage.triage.content.translations import SOURCE_LANGUAGE
from sms_triage.triage.conversation import caseload, checkins, episodes, heard, privacy, referrals, results
from sms_triage.triage.conversation.heard import Heard, understand
from sms_triage.triage.conversation.standing import asked, certain, concluded, named, owed, raises, screen_of
from sms_triage.triage.conversation.talk import ANY, Handler, Handlers, Next, Talk, begin, home
from sms_triage.triage.conversation.turn import Priority, Reply, Turn
from sms_triage.triage.people.effects import Notify
from sms_triage.triage.people.session import Session, Told, answers
from sms_triage.triage.understanding.alarms import Alarm
from sms_triage.triage.understanding.words import normal
from sms_triage.triage.wording.locale import Locale

HELP_AFTER_MISSES = 2
SILENT_AFTER_MISSES = 10
"""Texts not understood in a row, after which only something understood is answered: two machines texting each other
must not go on for ever (and a person had help and the emergency line offered eight times). On USSD nobody does."""


def hear(talk: Talk, text: str) -> Turn:
    """The turn for a text or what was keyed in."""
    talk = _speaking(talk, text)
    done = handle(talk, understand(talk, text))
    return done if isinstance(done, Turn) else show(done)


def show(coming: Next) -> Turn:
    """Says what comes next: the question the session is at, or its result."""
    talk = coming.talk
    locale = talk.about(coming.session)
    session = episodes.asking_together(locale, coming.session)
    if concluded(locale, session):
        first = (*coming.first, *([Reply(coming.before)] if coming.before else []))
        return results.conclude(replace(coming, session=session, first=first))
    words = "\n".join(filter(None, [coming.before, _question(talk, session)]))
    return talk.say(talk.shown(session), *coming.first, words, events=coming.events)


def handle(talk: Talk, what: Heard) -> Next | Turn:  # noqa: PLR0912 - one way on for each kind
    """What comes of what was heard."""
    if talk.person.opted_out and talk.channel == "sms" and not isinstance(what, heard.Stop) and what != DELETE:
        return _after_stop(talk, what)
    session = talk.current()
    match what:
        case heard.Stop(stated):
            return _stop(_in_her_language(talk, stated.language) if stated else talk, session, stated)
        case heard.Command(name):
            return COMMANDS[name](talk, session)
        case heard.Named(language):
            return _choose_language(talk, session, language)
        case heard.Answer(question, numbers):
            return _answered(talk, session, question, numbers)
        case heard.Between(question):
            return Next(talk, replace(session, asking=question.id, misses=0))
        case heard.Typed(id, text):
            return TYPED[id](talk, session, text)
        case heard.Seen(words):
            return referrals.seen(talk, words)
        case heard.Shorthand(text):
            return caseload.in_shorthand(talk, text)
        case heard.Stated(_, language, _):
            return _stated(_in_her_language(talk, language), session, what)
        case heard.Doubt(net):
            return _danger_question(talk, session, net)
        case heard.Pleasantry():
            return _pleasantry(talk, session)
        case heard.Outdated(gone):
            said = talk.locale.phrase("question_gone", session.known) if gone else ""
            return Next(talk, replace(session, asking="") if gone else session, before=said)
        case heard.Missed(why):
            return _missed(talk, session, why)
        case heard.Nothing():
            return begin(talk)


DELETE = heard.Command("delete")


def _question(talk: Talk, session: Session) -> str:
    """The question the session is at, as it is sent."""
    locale = talk.about(session)
    if session.asking == CONFIRM:
        return f"{caseload.echo(talk, session)}\n{locale.asks[CONFIRM].helper}"
    return locale.put(screen_of(locale, session), session.known)


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
        done = _stated(talk, session, stated)
        turn = done if isinstance(done, Turn) else show(done)
        return replace(turn, replies=(turn.replies[0], said, *turn.replies[1:]), events=(Stopped(), *turn.events))
    turn = Turn(replace(talk.person, session=None), (said,), (Stopped(),), ends=True, effects=talk.effects)
    if stated is None:
        return turn
    guidance, alarms = _guidance_of(talk, session, stated.alarms), (AlarmHeard(alarm.id) for alarm in stated.alarms)
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
    if session.asking and session.asking != EPISODE:
        return Next(talk, replace(session, asking=""), events=(WentBack(),))
    if not session.told:
        return Next(talk, session, before=locale.phrase("nothing_before", {}), events=(WentBack(),))
    *before, last = session.told
    session = replace(session, told=tuple(before), asking="", corrects=last.question)
    what = "" if last.question else named(locale, last)
    said = locale.phrase("taken_back", session.known, what=what) if what else ""
    return Next(talk, session, before=said, events=(WentBack(),))


COMMANDS: Mapping[str, Callable[[Talk, Session], Next | Turn]] = {
    "delete": _delete, "help": _help, "restart": _restart, "language": _language, "start": _start,
    "diary": _diary, "again": _again, "back": _back,
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
            guidance = (replace(one, despite_stop=True) for one in _guidance_of(talk, Session(talk.now), alarms))
            return Turn(talk.person, tuple(guidance), tuple(AlarmHeard(alarm.id) for alarm in alarms))
    return Turn(talk.person)


def _come_back(talk: Talk) -> Talk:
    """Who opted out, also by her provider, wants texts again; check-ins need another yes."""
    case = talk.person.case
    if talk.person.opted_out and case:
        case = replace(case, plan=None, time="")
    return talk.knowing(opted_out=False, case=case)


# Answers


def _answered(talk: Talk, session: Session, question: Question, numbers: frozenset[int]) -> Next | Turn:
    locale = talk.about(session)
    if question.id == EPISODE:
        return Next(talk, episodes.told_together(locale, session, numbers))
    if question.several:
        kept = () if session.corrects == question.id else _stated_of(locale, session)
        values = {
            option.finding: "yes" if number in numbers or option.finding in kept else "no"
            for number, option in enumerate(question.options, 1)
        }
    else:
        option = question.options[min(numbers) - 1]
        if option.finding not in locale.content.findings:
            handler = handler_of(locale, option.finding, option.value)
            return handler(talk, replace(session, asking="", misses=0), option.value)
        values = {option.finding: option.value}
    answers_to = locale.content.question_of(question.findings[0]).id
    return Next(talk, replace(session.telling(Told(answers_to, values)), asking=""))


def _stated_of(locale: Locale, session: Session) -> frozenset[str]:
    """The findings that were told in her own words, which an answer that does not name them does not take back."""
    return frozenset(
        finding
        for told in session.told
        for finding, value in told.values.items()
        if not told.question and value == "yes"
    )


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


HANDLERS: Handlers = {
    RESUME: {"go_on": _go_on, "start_over": _start_over},
    LANGUAGE: {ANY: _choose_language},
    TOPIC: {ANY: _topic},
    **caseload.HANDLERS,
    **results.HANDLERS,
}
"""What each option of the service's own questions leads to; of those about check-ins see there."""

CHW_QUESTIONS = (*caseload.HANDLERS, FIND, PHONE)


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
    """The guidance of each danger at once, the gravest first; then the conversation goes on where it was, never to end
    below what was stated. What else was told is noted, and not asked any more."""
    locale = talk.about(session)
    content, danger = locale.content, locale.content.roles.danger
    alarms = tuple(alarm.id for alarm in what.alarms)
    values = {**what.values, **certain(locale, alarms)} if session.topic else what.values
    told = _raising(locale, session, values)
    at_result, known = concluded(locale, session), session.known
    guidance = _guidance_of(talk, session, what.alarms)
    events = (*(AlarmHeard(id) for id in alarms), *([StatementHeard()] if what.values else []))
    before = owed(locale, session)
    beside = {finding: value for finding, value in values.items() if finding not in told}
    session = session.telling(Told("", told, alarms, beside))
    noted = named(locale, Told("", {finding: told[finding] for finding in what.values if finding in told}))
    words = locale.phrase("noted_words", known, what=noted) if noted else ""
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
    go_on = f"{locale.phrase('to_go_on', session.known)} {_question(talk, session)}"
    return talk.say(talk.shown(session), *guidance, "\n".join(filter(None, [words, go_on])), events=events)


def _guidance_of(talk: Talk, session: Session, alarms: tuple[Alarm, ...]) -> list[Reply]:
    """What is said to alarms, the gravest first; those with the same answer are answered once."""
    answered = list({alarm.guidance: alarm for alarm in reversed(alarms)}.values())[::-1]
    return [_guidance(talk, session.topic, alarm, session.known) for alarm in answered]


def _raising(locale: Locale, session: Session, values: Mapping[str, str]) -> dict[str, str]:
    """What of these values is new or worse than what is known: a statement never lowers."""
    known = session.known
    return {finding: value for finding, value in values.items() if raises(locale, known, finding, value)}


def _guidance(talk: Talk, topic: str, alarm: Alarm, known: Mapping[str, str]) -> Reply:
    """What to do now. Before a topic was chosen it names that of the danger."""
    locale = talk.locales.of(talk.person.language, talk.channel, topic or talk.locales.knowing(alarm.id))
    return Reply(locale.say(locale.alarms.guidance[alarm.guidance].text, known), Priority.URGENT)


def _danger_question(talk: Talk, session: Session, net: bool) -> Next:
    """Something may be a danger: the danger question before anything else, with the emergency number in front."""
    session = replace(session, topic=session.topic or talk.locales.topics[0], netted=session.netted or net, misses=0)
    locale = talk.about(session)
    line = locale.phrase("danger_line", session.known)
    return Next(talk, replace(session, asking=locale.content.roles.danger), before=line, events=(Doubted(),))


def _pleasantry(talk: Talk, session: Session) -> Next | Turn:
    if talk.before is None:
        return begin(talk)
    if concluded(talk.about(session), session):
        return talk.aside(session, results.below(talk, session))
    return Next(talk, replace(session, misses=0))


def _missed(talk: Talk, session: Session, why: str) -> Turn:
    """The question again with a hint; after some, with a way out; and at last nothing, on SMS."""
    session = replace(session, misses=session.misses + 1)
    if session.misses > SILENT_AFTER_MISSES and talk.channel == "sms":
        return talk.say(session, events=(Looped(),))
    locale = talk.about(session)
    hint = _hint(locale, session, why)
    if session.misses >= HELP_AFTER_MISSES:
        hint = locale.phrase("hint_again", session.known)
    if concluded(locale, session):
        return talk.aside(talk.shown(session), f"{hint}\n{results.below(talk, session)}", events=(Missed(),))
    words = "\n".join(filter(None, [hint, _question(talk, session)]))
    return talk.say(talk.shown(session), words, events=(Missed(),))


def _hint(locale: Locale, session: Session, why: str) -> str:
    """What to send instead."""
    question, known = asked(locale, session), session.known
    if question.id in (PIN, PIN_ASK, locale.protocol.greeting):
        # Another may read: whom to call, and nothing of what it is about.
        return locale.phrase("danger_line", known)
    if why == "unsure":
        return locale.phrase("hint_unsure", known)
    several = "hint_several" if question.several else "hint_one"
    return locale.phrase("hint_none" if why == "none_and_more" else several, known, last=question.last)
