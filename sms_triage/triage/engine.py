"""One turn of a conversation: (face, person's state, text, now) -> what is known now, what is said, what happened.

Pure: no I/O, no clock. The order of listening is the order of safety: a command, an answer to the question on the
screen, an alarm in the person's own words, a doubt, and only then a misunderstanding.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from sms_triage.triage.alarms import Alarm
from sms_triage.triage.content import Question, Rule
from sms_triage.triage.face import Face
from sms_triage.triage.menu import Screen
from sms_triage.triage.session import Session
from sms_triage.triage.words import normal

SESSION_SECONDS = 24 * 3600
"""How long an SMS session is kept after the person last wrote."""

SILENCE_SECONDS = 30 * 60
"""After how long without a word a person is told what her answers so far already justify."""

HELP_AFTER_MISSES = 2
SILENT_AFTER_MISSES = 10
"""Texts not understood in a row, after which only something understood is answered: two machines texting each other
must not go on for ever (and a person had help and the emergency line offered eight times)."""


class Lane(IntEnum):
    """How urgent a reply is to send."""

    URGENT = 0
    ANSWER = 1
    REMINDER = 2


@dataclass(frozen=True)
class Reply:
    """A message to the person. `despite_stop` ones are sent although she opted out (they answer what she just sent)."""

    text: str
    lane: Lane = Lane.ANSWER
    despite_stop: bool = False


@dataclass(frozen=True)
class Turn:
    """What a text led to.

    `session` is kept (None: there is none any more); `opted_out` is the person's standing choice; `silence_at` is when
    (seconds since the epoch) a silent person is to be told what she is owed; `events` are counted, and name no person.
    """

    session: Session | None
    replies: tuple[Reply, ...]
    opted_out: bool
    events: tuple[str, ...] = ()
    silence_at: float | None = None


def take_turn(face: Face, session: Session | None, opted_out: bool, text: str, now: float) -> Turn:
    """The turn for a text from a person. An old session (past :data:`SESSION_SECONDS`) counts as none."""
    if session and now - session.heard > SESSION_SECONDS:
        session = None
    turn = _Conversation(face, session, opted_out, now).hear(text)
    return replace(turn, silence_at=_silence_at(face, turn.session))


def fall_silent(face: Face, session: Session | None, opted_out: bool, now: float) -> Turn:
    """The turn for no text at all: what the answers so far justify, told once."""
    due = _silence_at(face, session)
    if session is None or opted_out or due is None or due > now:
        return Turn(session, (), opted_out, silence_at=due)
    known = session.known
    rule = owed(face, session)
    words = " ".join(
        (face.phrase("so_far", known), face.say(rule.at_least.text, known), face.say(rule.at_least.if_worse, known))
    )
    reply = Reply(words, _lane(rule))
    return Turn(replace(session, told=True), (reply,), opted_out, (f"silence:{rule.at_least.id}",))


def owed(face: Face, session: Session) -> Rule:
    """The leading rule of everything told so far, in answers and in alarms. It never gets less urgent."""
    stated = {f: v for alarm in face.alarms.alarms if alarm.id in session.alarms for f, v in alarm.findings.items()}
    known = session.known
    return min(
        face.content.leading_rule(known),
        face.content.leading_rule({**known, **stated}),
        key=lambda rule: rule.urgency,
    )


def asked(face: Face, session: Session) -> Question | None:
    """The question the person is at; None when there is a result."""
    screen = _screen(face, session)
    return face.content.question(screen.asks) if screen.asks else None


def _screen(face: Face, session: Session) -> Screen:
    known = session.known
    if session.asking:
        return next(screen for screen in face.menu.screens.values() if screen.asks == session.asking)
    if face.content.leading_rule(known).at_least.rank == 0:
        # Nothing can be more urgent: told at once, wherever the walk is.
        rule = face.content.leading_rule(known)
        return next(s for s in face.menu.screens.values() if s.result and s.result.rule == rule.id)
    return face.menu.walk(face.content, known)


def _silence_at(face: Face, session: Session | None) -> float | None:
    if session is None or session.told or asked(face, session) is None:
        return None
    mildest = face.content.dispositions[-1]
    return session.heard + SILENCE_SECONDS if owed(face, session).at_least.rank < mildest.rank else None


def _lane(rule: Rule) -> Lane:
    return Lane.URGENT if rule.at_least.rank == 0 else Lane.ANSWER


class _Conversation:
    """A single turn in the making."""

    def __init__(self, face: Face, session: Session | None, opted_out: bool, now: float) -> None:
        self.face = face
        self.before = session
        self.opted_out = opted_out
        self.now = now

    def hear(self, text: str) -> Turn:
        command = self.face.lexicon.command(text)
        if command == "stop":
            stopped = Reply(self.face.phrase("stopped", {}), despite_stop=True)
            return Turn(None, (stopped,), True, ("stop",))
        if self.opted_out:
            return self.hear_opted_out(text, command)
        session = self.current()
        if command == "help":
            return self.turn(session, self.face.phrase("help", session.known), events=("help",))
        if command == "restart":
            return self.ask(Session(heard=self.now), before="started_over" if self.before else "", event="restart")
        if self.before is None and command is None:
            return self.first_words(text)
        if self.before is None or command == "start":
            return self.ask(replace(session, misses=0), event="start")
        if command == "back":
            return self.back(session)
        if asked(self.face, session) is None:
            return self.after_result(session, text)
        return self.answer(session, text)

    def hear_opted_out(self, text: str, command: str | None) -> Turn:
        """Who opted out gets nothing but what she asks for: START, HELP, or help in an emergency she states."""
        if command == "start" or normal(text) in self.face.lexicon.carrier_words - {"help", "info"}:
            self.opted_out = False
            return self.ask(self.current(), event="start")
        if command == "help":
            return Turn(None, (Reply(self.face.phrase("help", {}), despite_stop=True),), True, ("help",))
        if alarm := self.face.alarms.heard(text):
            return Turn(None, (replace(self.guidance(alarm, {}), despite_stop=True),), True, (f"alarm:{alarm.id}",))
        return Turn(None, (), True)

    def current(self) -> Session:
        return replace(self.before, heard=self.now, told=False) if self.before else Session(heard=self.now)

    def first_words(self, text: str) -> Turn:
        session = self.current()
        if alarm := self.face.alarms.heard(text):
            return self.alarm(session, alarm)
        if self.face.alarms.doubtful(text):
            return self.danger_question(session)
        return self.ask(session, event="start")

    def answer(self, session: Session, text: str) -> Turn:
        question = asked(self.face, session)
        assert question is not None
        if session.shown != question.stamp:
            # The content changed since she was asked: her number may mean something else now.
            return self.ask(session)
        meant = self.face.readers[question.id].read(text)
        if isinstance(meant, frozenset):
            return self.answered(session, question, meant)
        if alarm := self.face.alarms.heard(text):
            return self.alarm(session, alarm)
        if normal(text) in self.face.lexicon.greetings:
            return self.ask(replace(session, misses=0))
        if question.id != "danger" and self.face.alarms.doubtful(text):
            return self.danger_question(session)
        if meant == "none_and_more":
            hint = self.face.phrase("hint_none", session.known, last=question.last)
        elif meant == "unsure":
            hint = self.face.phrase("hint_unsure", session.known)
        else:
            name = "hint_several" if question.several else "hint_one"
            hint = self.face.phrase(name, session.known, last=question.last)
        return self.missed(session, hint, _screen(self.face, session).text.to(session.known))

    def showing(self, session: Session) -> Session:
        """The session once the question it is at is put to the person."""
        question = asked(self.face, session)
        return replace(session, shown=question.stamp if question else "")

    def answered(self, session: Session, question: Question, numbers: frozenset[int]) -> Turn:
        if question.several:
            values = {
                option.finding: "yes" if number in numbers else "no"
                for number, option in enumerate(question.options, 1)
            }
        else:
            option = question.options[min(numbers) - 1]
            values = {option.finding: option.value}
        others = tuple(entry for entry in session.answers if entry[0] != question.id)
        session = replace(session, answers=(*others, (question.id, values)), asking="", misses=0)
        return self.ask(session)

    def ask(self, session: Session, before: str = "", event: str = "") -> Turn:
        """Says what comes next: the question the session is at, or its result."""
        screen = _screen(self.face, session)
        events = (event,) if event else ()
        if screen.result is None:
            words = screen.text.to(session.known)
            replies = [self.face.phrase(before, session.known), words] if before else [words]
            return self.turn(self.showing(session), "\n".join(replies), events=events)
        rule = owed(self.face, session)
        facts = self.facts(session)
        return self.turn(
            replace(session, reading=""),
            self.face.result(rule, facts),
            lane=_lane(rule),
            events=(*events, f"completed:{rule.at_least.id}"),
        )

    def facts(self, session: Session) -> dict[str, str]:
        stated = (alarm.findings for alarm in self.face.alarms.alarms if alarm.id in session.alarms)
        return {**session.known, **{f: v for findings in stated for f, v in findings.items()}}

    def back(self, session: Session) -> Turn:
        session = replace(session, misses=0, reading="")
        if session.asking:
            return self.ask(replace(session, asking=""), event="back")
        if not session.answers:
            return self.ask(session, before="nothing_before", event="back")
        return self.ask(replace(session, answers=session.answers[:-1]), event="back")

    def alarm(self, session: Session, alarm: Alarm) -> Turn:
        """The guidance at once; then the conversation goes on where it was, never to end below what was stated."""
        session = replace(session, alarms=tuple(dict.fromkeys((*session.alarms, alarm.id))), misses=0)
        guidance = self.guidance(alarm, session.known)
        events = (f"alarm:{alarm.id}",)
        screen = _screen(self.face, session)
        if screen.result:
            return Turn(session, (guidance,), False, events)
        go_on = Reply(f"{self.face.phrase('to_go_on', session.known)} {screen.text.to(session.known)}")
        return Turn(self.showing(session), (guidance, go_on), False, events)

    def guidance(self, alarm: Alarm, known: dict[str, str]) -> Reply:
        guidance = self.face.alarms.guidance[alarm.guidance]
        return Reply(self.face.say(guidance.text, known), Lane.URGENT)

    def danger_question(self, session: Session) -> Turn:
        """Something that may be a danger was said: the danger question, before anything else."""
        return self.ask(replace(session, asking="danger", misses=0), event="doubt")

    def after_result(self, session: Session, text: str) -> Turn:
        body = normal(text)
        known = self.facts(session)
        topic, _, place = session.reading.partition(":")
        numbers = self.face.lexicon.numbers
        number = int(body) if body.isascii() and body.isdecimal() and len(body) < 3 else numbers.get(body)
        if number == 1 and topic:
            return self.read(session, topic, int(place))
        if number in (1, 2) and not topic:
            return self.read(session, "tips" if number == 1 else "causes", 0)
        if number == 2:
            return self.read(session, "causes", 0)
        if alarm := self.face.alarms.heard(text):
            return self.alarm(session, alarm)
        if self.face.alarms.doubtful(text):
            return self.danger_question(Session(heard=self.now, answers=session.answers[:1]))
        if body in self.face.lexicon.greetings or body in self.face.lexicon.thanks:
            return self.turn(replace(session, misses=0, reading=""), self.face.phrase("after_result", known))
        return self.missed(replace(session, reading=""), "", self.face.phrase("after_result", known))

    def read(self, session: Session, topic: str, place: int) -> Turn:
        """A page of tips or of causes."""
        known = self.facts(session)
        pages = self.face.pages(self.face.tips(known) if topic == "tips" else self.face.causes(known), known)
        place = min(place, len(pages) - 1)
        reading = f"{topic}:{place + 1}" if place + 1 < len(pages) else ""
        return self.turn(replace(session, reading=reading, misses=0), pages[place], events=(f"read:{topic}",))

    def missed(self, session: Session, hint: str, question: str) -> Turn:
        session = replace(session, misses=session.misses + 1)
        if session.misses > SILENT_AFTER_MISSES:
            return Turn(session, (), False, ("loop",))
        if session.misses >= HELP_AFTER_MISSES:
            hint = self.face.phrase("hint_again", session.known)
        return self.turn(session, f"{hint}\n{question}" if hint else question, events=("missed",))

    def turn(self, session: Session, words: str, lane: Lane = Lane.ANSWER, events: tuple[str, ...] = ()) -> Turn:
        return Turn(session, (Reply(words, lane),), self.opted_out, events)
