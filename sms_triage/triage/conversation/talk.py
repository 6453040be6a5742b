"""Where a turn stands: who talks, what is known of her, in what language, on which channel, when.

Nothing here changes: what a handler finds out goes on in another talk, and comes back as what is known next or as the
finished turn. A handler never shows anything and never calls the conversation.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sms_triage.events import Began, Event, HomeShown
from sms_triage.triage.content.question_ids import HOME, TOPIC
from sms_triage.triage.conversation.standing import stamp_of
from sms_triage.triage.conversation.turn import Reply, Turn
from sms_triage.triage.people.case import Case
from sms_triage.triage.people.effects import Effect
from sms_triage.triage.people.recurrence import frequency
from sms_triage.triage.people.referral import Patient
from sms_triage.triage.people.session import Person, Session
from sms_triage.triage.wording.locale import Locale, Locales


@dataclass(frozen=True)
class Talk:
    """One turn in the making. `person` is what is known of her so far in it, with the session as it was before;
    `patient` is a patient of hers to keep, `effects` are what the turn does to others."""

    locales: Locales
    person: Person
    channel: str
    now: float
    patient: Patient | None = None
    effects: tuple[Effect, ...] = ()

    @property
    def before(self) -> Session | None:
        """The session as it was before this turn."""
        return self.person.session

    @property
    def case(self) -> Case:
        return self.person.case or Case()

    @cached_property
    def locale(self) -> Locale:
        """What the service says to her, of the topic she was at."""
        return self.locales.of(self.person.language, self.channel, self.before.topic if self.before else "")

    def about(self, session: Session) -> Locale:
        """What the service says of the session's topic."""
        return self.locales.of(self.person.language, self.channel, session.topic)

    def knowing(self, **changes: Any) -> "Talk":
        """The talk with more, or other things, known of the person (fields of :class:`Person`)."""
        return replace(self, person=replace(self.person, **changes))

    def doing(self, *effects: Effect) -> "Talk":
        """The talk with more done to others."""
        return replace(self, effects=(*self.effects, *effects))

    def fresh(self, topic: str = "") -> Session:
        """A new conversation, with what the episodes before make of its frequency."""
        if not topic and len(self.locales.topics) > 1:
            return Session(self.now, self.channel, asking=TOPIC)
        return self.on_topic(Session(self.now, self.channel), topic or self.locales.topics[0])

    def on_topic(self, session: Session, topic: str) -> Session:
        """The session about this topic."""
        return replace(session, topic=topic, asking="", counted=self.counted(self.case, topic))

    def counted(self, case: Case, topic: str) -> str:
        """What the frequency is by the episodes of a case about this topic; "" where they do not tell."""
        rules, case = self.locales.of("", self.channel, topic).content.recurrence, case.about(topic)
        return (frequency(rules, case, self.now) if case.episodes else None) or ""

    def current(self) -> Session:
        """The session, with this turn as her last word."""
        if self.before is None:
            return self.fresh()
        return replace(self.before, heard=self.now, channel=self.channel, silence_told=False, pages=(), page=0)

    def shown(self, session: Session) -> Session:
        """The session once the question it is at was put to the person."""
        return replace(session, shown=stamp_of(self.about(session), session))

    def say(self, session: Session, *replies: Reply | str, events: tuple[Event, ...] = ()) -> Turn:
        """The turn that ends in this session and says these words."""
        said = (Reply(reply) if isinstance(reply, str) else reply for reply in replies)
        person = replace(self.person, session=replace(session, aside=False))
        return Turn(
            person, tuple(reply for reply in said if reply.text), events, patient=self.patient, effects=self.effects
        )

    def aside(self, session: Session, *replies: Reply | str, events: tuple[Event, ...] = ()) -> Turn:
        """The same for words that are neither the question nor the result that the session is at. On a USSD screen they
        stand in its place, and Back leads to it."""
        turn = self.say(session, *replies, events=events)
        return replace(turn, person=replace(self.person, session=replace(session, aside=self.channel == "ussd")))

    def close(self, words: str, event: Event) -> Turn:
        """The last words of a talk about something: what she writes next begins anew."""
        turn = self.say(self.current(), words, events=(event,))
        return replace(turn, person=replace(self.person, session=None), ends=True)


@dataclass(frozen=True)
class Next:
    """What is known next: the conversation shows the question that the session is at then, or its result, after the
    words `before` (in the same message) and the messages `first`."""

    talk: Talk
    session: Session
    before: str = ""
    events: tuple[Event, ...] = ()
    first: tuple[Reply, ...] = ()


Handler = Callable[[Talk, Session, str], Next | Turn]
"""What an answer leads to: where the turn stands, the session, and the value that was chosen."""

Handlers = dict[str, dict[str, Handler]]
"""By question, by value; the value ANY stands for every other."""

ANY = "*"


def asking(question: str, *events: Event) -> Handler:
    """A handler that only asks another question."""

    def ask(talk: Talk, session: Session, _: str) -> Next:
        return Next(talk, replace(session, asking=question, then="", misses=0), events=events)

    return ask


def home(talk: Talk, before: str = "") -> Next:
    """The first screen of a health worker."""
    return Next(talk, replace(talk.fresh(), asking=HOME), before=before, events=(HomeShown(),))


def begin(talk: Talk) -> Next:
    """The first screen of a new conversation: a health worker's is another than a person's."""
    return home(talk) if talk.person.chw else Next(talk, talk.fresh(), events=(Began(),))
