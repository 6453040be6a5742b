"""What a text is taken for, in the order of safety: a command, an answer to the question on the screen, a danger in the
person's own words, a doubt, and only then a misunderstanding."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sms_triage.triage.content.model import Question
from sms_triage.triage.content.question_ids import FIND, HOME, LABEL, PHONE, PIN, PIN_ASK, RESULT
from sms_triage.triage.conversation.early import told_early, with_more
from sms_triage.triage.conversation.privacy import PIN_DIGITS
from sms_triage.triage.conversation.standing import asked, concluded, is_gone
from sms_triage.triage.conversation.talk import Talk
from sms_triage.triage.people.codes import is_sound, named_in
from sms_triage.triage.people.session import Session
from sms_triage.triage.understanding import shorthand
from sms_triage.triage.understanding.alarms import Alarm
from sms_triage.triage.understanding.answers import IsItSevere, Miss
from sms_triage.triage.understanding.questions import Answered
from sms_triage.triage.understanding.words import normal, readings, spoken
from sms_triage.triage.wording.locale import Locale

MOST_ANSWER_DIGITS = 5
"""A text with more digits than an answer or a PIN has may name a patient."""


@dataclass(frozen=True)
class Command:
    """One of the words that mean the same at any time (see ``keywords`` in ``service.yaml``)."""

    name: str


@dataclass(frozen=True)
class Named:
    """A language, by its name."""

    language: str


@dataclass(frozen=True)
class Answer:
    """Options of the question on the screen, by number; `beside` is what the same text tells of other questions."""

    question: Question
    numbers: frozenset[int]
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Between:
    """An age that leaves options of the question on the screen open, and the `question` that decides."""

    question: Question


@dataclass(frozen=True)
class Typed:
    """What is taken as it was typed at a question: a PIN, a label, a patient's or a telephone number."""

    question: str
    text: str


@dataclass(frozen=True)
class Seen:
    """The words after ``SEEN``: a referral and what came of it."""

    words: list[str]


@dataclass(frozen=True)
class Shorthand:
    """A whole triage in one text."""

    text: str


@dataclass(frozen=True)
class Stated:
    """What she tells in her own words: dangers, the gravest first, with the language of the first, and findings; in
    `doubt` also something that may be a danger. A health worker may name the `patient` it is about, by number."""

    alarms: tuple[Alarm, ...]
    language: str
    values: Mapping[str, str]
    doubt: bool = False
    patient: str = ""


@dataclass(frozen=True)
class Stop:
    """She wants no more texts, and what danger she states in the same breath. A health worker may name a `patient`, by
    number, who is what she wants to stop then, perhaps."""

    stated: Stated | None
    patient: str = ""


@dataclass(frozen=True)
class Doubt:
    """Something that may be a danger, or that nothing here understands and may be one (`net`)."""

    net: bool = False


@dataclass(frozen=True)
class Asked:
    """A question of hers to which the content has an answer; with it may come a `doubt`."""

    question: Answered
    doubt: bool = False


@dataclass(frozen=True)
class Pleasantry:
    """A greeting, or nothing but what is ours: a heart on a message; after a result, `thanks` too."""

    thanks: bool = False


@dataclass(frozen=True)
class Outdated:
    """An answer to a question that is not the one she was shown (`gone`: that there is none any more): her number may
    mean something else now."""

    gone: bool


@dataclass(frozen=True)
class Missed:
    """Nothing of all this, and why no answer could be taken."""

    why: Miss | IsItSevere


@dataclass(frozen=True)
class Nothing:
    """Nothing that means anything to who has no conversation."""


Heard = (
    Command | Stop | Named | Answer | Between | Typed | Seen | Shorthand | Stated | Doubt | Asked | Pleasantry
    | Outdated | Missed | Nothing
)  # fmt: skip


def understand(talk: Talk, text: str) -> Heard:
    """What a text is taken for: what is safest of what it may mean."""
    own = talk.locale.quotations.own_words(text)
    if normal(text) and not normal(own):
        return Pleasantry(thanks=True)
    what = min((_understood(talk, reading) for reading in readings(own)), key=_order)
    if isinstance(what, Missed) and own != text and not _may_be_another(talk):
        # Whether she asks what a danger of ours means, or says that she has it, nobody knows.
        alarms = talk.locale.alarms
        return Doubt() if alarms.heard(text) or alarms.doubtful(text) else what
    return what


def _may_be_another(talk: Talk) -> bool:
    """Whether what stands may be read by another than her: nothing is asked then that tells what it is about."""
    private = (PIN, PIN_ASK, talk.locale.protocol.greeting)
    return talk.before is not None and talk.before.asking in private


def _order(what: Heard) -> int:
    ranks = ((Stop, 0), (Stated, 1), (Asked, 3), (Doubt, 3), (Missed, 4), (Nothing, 4))
    return next((rank for kind, rank in ranks if isinstance(what, kind)), 2)


def _understood(talk: Talk, text: str) -> Heard:
    body, lexicon = normal(text), talk.locale.lexicon
    if lexicon.stopping.wished(text) and body not in lexicon.polite.get(spoken(talk.locale.language), ()):
        return Stop(_alarms(talk.locale, text), named_in(body) if talk.person.chw else "")
    command = lexicon.commands.get(body)
    if command == "delete":
        return Command(command)
    if talk.person.opted_out and talk.channel == "sms":
        return _after_stop(talk, text, command)
    if (named := lexicon.languages.get(body, "")) in talk.locales.languages:
        return Named(named)
    if command and (command != "again" or may_report(talk)):
        return Command(command)
    first, *rest = body.split() or [""]
    if first in talk.locale.caseload.seen_words and sum(map(str.isdecimal, body)) > MOST_ANSWER_DIGITS:
        return Seen(rest)
    if talk.person.chw and shorthand.looks_like(text):
        return Shorthand(text)
    return _first_words(talk, text) if talk.before is None else _in_conversation(talk, talk.current(), text)


def may_report(talk: Talk) -> bool:
    """Whether "again" means an episode: not in the middle of a triage, where it answers how often."""
    session = talk.current()
    if not session.begun or is_gone(talk.locale, session) or concluded(talk.locale, session):
        return True
    question = asked(talk.locale, session)
    return not {option.finding for option in question.options} & talk.locale.content.findings.keys()


def _after_stop(talk: Talk, text: str, command: str | None) -> Heard:
    """Who opted out gets nothing but what she asks for: START, HELP, or help in a danger she states."""
    if command == "start" or normal(text) in talk.locale.lexicon.carrier_words - {"help", "info"}:
        return Command("start")
    return Command("help") if command == "help" else _alarms(talk.locale, text) or Nothing()


def _first_words(talk: Talk, text: str) -> Heard:
    if normal(text) in talk.locale.lexicon.greetings:
        return Pleasantry()
    if stated := _stated(talk, talk.locale, text):
        return stated
    if talk.person.chw:
        return Nothing()
    if question := talk.locale.asked.asked_in(text):
        return Asked(question, talk.locale.alarms.doubtful(text))
    if talk.locale.alarms.doubtful(text):
        return Doubt()
    return Doubt(net=True) if talk.locale.alarms.strange(text) else Nothing()


def _in_conversation(talk: Talk, session: Session, text: str) -> Heard:
    locale, body = talk.about(session), normal(text)
    if is_gone(locale, session):
        return Outdated(gone=True)
    question = asked(locale, session)
    if session.shown != question.stamp:
        return Outdated(gone=False)
    if _is_pin(question, body):
        return Typed(question.id, body.replace(" ", ""))
    meant = locale.readers[question.id].read(text, helper=locale.content.for_helper(session.known))
    if isinstance(meant, frozenset):
        return Answer(question, meant)
    if meant == "between" and question.between:
        return Between(question.between.question)
    if stated := _stated(talk, locale, text, question):
        return stated
    if two := with_more(locale, session, question, body):
        return Answer(question, *two)
    digits = any(map(str.isdecimal, body))
    if question.id == FIND or (question.id == PHONE and digits) or (question.id == LABEL and body):
        return Typed(question.id, text)
    if question.id == HOME and is_sound(body.replace(" ", "")):
        return Typed(FIND, text)
    lexicon = locale.lexicon
    if body in lexicon.greetings:
        return Pleasantry()
    if concluded(locale, session) and text.strip() and (not body or body in lexicon.thanks):
        return Pleasantry(thanks=True)
    if talk.channel == "sms" and not text.strip():
        return Missed("picture")
    return Missed(meant) if isinstance(meant, IsItSevere) else _unheard(talk, question, meant, text)


def _unheard(talk: Talk, question: Question, why: Miss, text: str) -> Heard:
    """What is no answer and states nothing that is known: it may be a danger all the same."""
    locale, session = talk.about(talk.current()), talk.current()
    if _may_be_another(talk):
        return Missed(why)
    if talk.person.chw and not session.told:
        # Nothing here is about herself: whose it is, is to be said.
        return Missed("whose") if locale.alarms.doubtful(text) else Missed(why)
    doubtful = question.id != locale.content.roles.danger and locale.alarms.doubtful(text)
    if asks := locale.asked.asked_in(text):
        return Asked(asks, doubtful)
    if question.id != locale.content.roles.danger:
        if doubtful:
            return Doubt()
        if not session.netted and locale.alarms.strange(text):
            return Doubt(net=True)
    return Missed(why)


def _alarms(locale: Locale, text: str) -> Stated | None:
    heard = locale.alarms.heard(text)
    return Stated(tuple(one.alarm for one in heard), heard[0].language, {}) if heard else None


def _stated(talk: Talk, locale: Locale, text: str, question: Question | None = None) -> Stated | None:
    """What a text tells in her own words. Where the service asks something of its own, only dangers are heard: a name
    is no statement, nor is a place or a PIN, and who reads a check-in may be another."""
    dangers = _alarms(locale, text)
    if dangers and talk.person.chw:
        dangers = replace(dangers, patient=named_in(normal(text)))
    if (
        question
        and question.id not in {one.id for one in locale.content.questions}
        and not question.id.startswith(RESULT)
    ):
        return dangers
    early = told_early(locale, talk.current(), normal(text), but=question) if question else {}
    values = {**early, **locale.statements.told_in(text)}
    if not values and dangers is None:
        return None
    if dangers:
        return replace(dangers, values=values)
    in_doubt = question is None or question.id != locale.content.roles.danger
    return Stated((), "", values, in_doubt and locale.alarms.doubtful(text))


def _is_pin(question: Question, body: str) -> bool:
    digits = body.replace(" ", "")
    return question.id in (PIN, PIN_ASK) and digits.isdecimal() and len(digits) == PIN_DIGITS
