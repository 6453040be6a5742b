"""``explain``: what the engine makes of texts, for a clinician who reviews a conversation: what was heard and noted,
what is owed and why, and what is said."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sms_triage.triage.conversation import heard
from sms_triage.triage.conversation.engine import take_turn
from sms_triage.triage.conversation.heard import Heard, understand
from sms_triage.triage.conversation.standing import facts, owed
from sms_triage.triage.conversation.talk import Talk
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.locale import Locales

SECONDS_BETWEEN = 60.0
"""From one text to the next."""


@dataclass(frozen=True)
class Explained:
    """One turn: what the text was heard as, what is known now that was not before (finding -> value, and alarms), the
    rules that hold, what is owed by which rule ("" for nothing yet), and the replies."""

    text: str
    heard: str
    noted: Mapping[str, str]
    rules: tuple[str, ...]
    disposition: str
    rule: str
    replies: tuple[str, ...]


def explain(locales: Locales, texts: Iterable[str], language: str = "", channel: str = "sms") -> Iterator[Explained]:
    """Plays texts one after the other, of one person who was never here before. On USSD each is what is keyed in."""
    person, now = Person(language=language), 0.0
    for text in texts:
        kind = kind_of(understand(Talk(locales, person, channel, now), text))
        before = _known(person)
        turn = take_turn(locales, person, text, now, channel)
        person, now = turn.person, now + SECONDS_BETWEEN
        noted = {name: value for name, value in _known(person).items() if before.get(name) != value}
        replies = tuple(reply.text for reply in turn.replies)
        if (session := person.session) is None or not session.begun:
            yield Explained(text, kind, noted, (), "", "", replies)
            continue
        locale = locales.of(person.language, channel, session.topic)
        rule = owed(locale, session)
        holding = tuple(rule.id for rule in locale.content.rules_that_hold(facts(locale, session)))
        yield Explained(text, kind, noted, holding, rule.at_least.id, rule.id, replies)


def kind_of(what: Heard) -> str:
    """What a text was taken for, in a word."""
    match what:
        case heard.Answer() | heard.Between() | heard.Typed():
            return "answer"
        case heard.Stated(alarms, _, _):
            return "alarm" if alarms else "statement"
        case heard.Doubt():
            return "doubt"
        case heard.Asked():
            return "question"
        case heard.Stop():
            return "command: stop"
        case heard.Command(name):
            return f"command: {name}"
        case heard.Named():
            return "command: language"
        case heard.Seen():
            return "outcome"
        case heard.Shorthand():
            return "shorthand"
        case heard.Pleasantry():
            return "greeting"
        case heard.Outdated():
            return "answer to another question"
        case heard.Missed() | heard.Nothing():
            return "not understood"


def _known(person: Person) -> dict[str, str]:
    session = person.session
    return {**session.known, **dict.fromkeys(session.alarms, "alarm")} if session else {}
