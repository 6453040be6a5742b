"""What a text is taken for, in the order of safety: a command, an answer to the question on the screen, a danger in the
person's own words, a doubt, and only then a misunderstanding."""

from dataclasses import dataclass

from sms_triage.triage.content.model import Question
from sms_triage.triage.content.question_ids import FIND, LABEL, PHONE, PIN, PIN_ASK
from sms_triage.triage.conversation.privacy import PIN_DIGITS
from sms_triage.triage.conversation.standing import asked, concluded, is_gone
from sms_triage.triage.conversation.talk import Talk
from sms_triage.triage.people.session import Session
from sms_triage.triage.understanding import shorthand
from sms_triage.triage.understanding.alarms import Alarm
from sms_triage.triage.understanding.answers import Miss
from sms_triage.triage.understanding.words import normal

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
    """Options of the question on the screen, by number."""

    question: Question
    numbers: frozenset[int]


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
    """A danger in her own words, and the language it was stated in."""

    alarm: Alarm
    language: str


@dataclass(frozen=True)
class Doubt:
    """Something that may be a danger."""


@dataclass(frozen=True)
class Pleasantry:
    """A greeting; after a result, thanks too."""


@dataclass(frozen=True)
class Outdated:
    """An answer to a question that is not the one she was shown (`gone`: that there is none any more): her number may
    mean something else now."""

    gone: bool


@dataclass(frozen=True)
class Missed:
    """Nothing of all this, and why no answer could be taken."""

    why: Miss


@dataclass(frozen=True)
class Nothing:
    """Nothing that means anything to who has no conversation."""


Heard = (
    Command | Named | Answer | Typed | Seen | Shorthand | Stated | Doubt | Pleasantry | Outdated | Missed | Nothing
)  # fmt: skip


def understand(talk: Talk, text: str) -> Heard:
    """What a text is taken for."""
    body, lexicon = normal(text), talk.locale.lexicon
    command = lexicon.commands.get(body)
    if command in ("stop", "delete"):
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
    return Command("help") if command == "help" else _stated(talk, text) or Nothing()


def _first_words(talk: Talk, text: str) -> Heard:
    if normal(text) in talk.locale.lexicon.greetings:
        return Pleasantry()
    if stated := _stated(talk, text):
        return stated
    return Doubt() if not talk.person.chw and talk.locale.alarms.doubtful(text) else Nothing()


def _in_conversation(talk: Talk, session: Session, text: str) -> Heard:
    locale, body = talk.about(session), normal(text)
    if is_gone(locale, session):
        return Outdated(gone=True)
    question = asked(locale, session)
    if session.shown != question.stamp:
        return Outdated(gone=False)
    if _is_pin(question, body):
        return Typed(question.id, body.replace(" ", ""))
    meant = locale.readers[question.id].read(text)
    if isinstance(meant, frozenset):
        return Answer(question, meant)
    if stated := _stated(talk, text):
        return stated
    digits = any(map(str.isdecimal, body))
    if question.id == FIND or (question.id == PHONE and digits) or (question.id == LABEL and body):
        return Typed(question.id, text)
    lexicon = locale.lexicon
    if body in lexicon.greetings or (body in lexicon.thanks and concluded(locale, session)):
        return Pleasantry()
    if question.id != locale.content.roles.danger and locale.alarms.doubtful(text):
        return Doubt()
    return Missed(meant)


def _stated(talk: Talk, text: str) -> Stated | None:
    heard = talk.locale.alarms.heard(text)
    return Stated(heard[0].alarm, heard[0].language) if heard else None


def _is_pin(question: Question, body: str) -> bool:
    digits = body.replace(" ", "")
    return question.id in (PIN, PIN_ASK) and digits.isdecimal() and len(digits) == PIN_DIGITS
