"""One turn of a conversation: (faces, person, text, now) -> what is known now, what is said, what happened.

Pure: no I/O, no clock. The order of listening is the order of safety: a command, an answer to the question on the
screen, an alarm in the person's own words, a doubt, and only then a misunderstanding.
"""

from dataclasses import replace

from sms_triage.triage.alarms import Alarm
from sms_triage.triage.content import Option, Question, Rule
from sms_triage.triage.face import LANGUAGE, RESUME, Faces
from sms_triage.triage.session import Person, Session
from sms_triage.triage.standing import asked, owed, screen_of, stated
from sms_triage.triage.translations import SOURCE_LANGUAGE
from sms_triage.triage.turn import Lane, Reply, Turn
from sms_triage.triage.words import normal

SESSION_SECONDS = 24 * 3600
"""How long a session is kept after the person last wrote."""

RESUME_SECONDS = 3600
"""How long after her last word a person who dials is offered to go on. Later somebody else may hold the phone."""

SILENCE_SECONDS = {"sms": 30 * 60, "ussd": 4 * 60}
"""After how long without a word a person is told what her answers so far already justify. No network keeps a USSD
session for longer than three minutes, so after four it has dropped."""

BY_SMS = "by_sms"
"""The finding that says whether a USSD session that drops may be followed by an SMS: yes or no."""

HELP_AFTER_MISSES = 2
SILENT_AFTER_MISSES = 10
"""Texts not understood in a row, after which only something understood is answered: two machines texting each other
must not go on for ever (and a person had help and the emergency line offered eight times). On USSD nobody does."""


def take_turn(faces: Faces, person: Person, text: str, now: float, channel: str = "sms") -> Turn:
    """The turn for a text from a person. An old session (past :data:`SESSION_SECONDS`) counts as none."""
    if person.session and now - person.session.heard > SESSION_SECONDS:
        person = replace(person, session=None)
    turn = _Conversation(faces, person, channel, now).hear(text)
    return replace(turn, silence_at=silence_at(faces, turn.person))


def dial(faces: Faces, person: Person, now: float) -> Turn:
    """The turn for a person who dials in: the first question, or the offer to go on where she was cut off."""
    session = person.session
    if session is None or not session.begun or now - session.heard > RESUME_SECONDS:
        turn = _Conversation(faces, replace(person, session=None), "ussd", now).begin()
    else:
        turn = _Conversation(faces, person, "ussd", now).offer_to_resume()
    return replace(turn, silence_at=silence_at(faces, turn.person))


def fall_silent(faces: Faces, person: Person, now: float, hung_up: bool = False) -> Turn:
    """The turn for no text at all: what the answers so far justify, told once, by SMS.

    `hung_up` tells that a USSD session is known to have ended, so that there is nothing to wait for.
    """
    due = silence_at(faces, person)
    session = person.session
    if session is None or due is None or (due > now and not (hung_up and session.channel == "ussd")):
        return Turn(person, silence_at=due)
    face = faces.of(person.language, "sms")
    known = session.known
    rule = owed(face, session)
    words = " ".join(
        (face.phrase("so_far", known), face.say(rule.at_least.text, known), face.say(rule.at_least.if_worse, known))
    )
    told = replace(person, session=replace(session, told=True))
    return Turn(told, (Reply(words, _lane(rule), by_sms=True),), (f"silence:{rule.at_least.id}",))


def silence_at(faces: Faces, person: Person) -> float | None:
    """When (s since the epoch) a person who says no more is to be told what she is owed; None: never."""
    session = person.session
    if session is None or session.told or person.opted_out:
        return None
    if session.channel == "ussd" and session.known.get(BY_SMS) != "yes":
        return None
    face = faces.of(person.language, session.channel)
    if asked(face, replace(session, asking="")) is None:
        return None
    mildest = face.content.dispositions[-1]
    due = session.heard + SILENCE_SECONDS[session.channel]
    return due if owed(face, session).at_least.rank < mildest.rank else None


def _lane(rule: Rule) -> Lane:
    return Lane.URGENT if rule.at_least.rank == 0 else Lane.ANSWER


class _Conversation:
    """A single turn in the making."""

    def __init__(self, faces: Faces, person: Person, channel: str, now: float) -> None:
        self.faces = faces
        self.person = person
        self.before = person.session
        self.channel = channel
        self.now = now
        self.speak(person.language)

    def speak(self, language: str) -> None:
        """Goes on in this language."""
        self.person = replace(self.person, language=language)
        self.face = self.faces.of(language, self.channel)

    def hear(self, text: str) -> Turn:
        body = normal(text)
        command = self.face.lexicon.commands.get(body)
        self.guess_language(body)
        if command == "stop":
            stopped = Reply(self.face.phrase("stopped", {}), despite_stop=True)
            return Turn(replace(self.person, session=None, opted_out=True), (stopped,), ("stop",), ends=True)
        if self.person.opted_out and self.channel == "sms":
            return self.hear_opted_out(text, command)
        session = self.current()
        if command == "start" and self.person.opted_out:
            self.person = replace(self.person, opted_out=False)
        if command == "help":
            return self.turn(session, self.face.phrase("help", session.known), events=("help",))
        if command == "restart":
            return self.ask(
                Session(self.now, self.channel), before="started_over" if self.before else "", event="restart"
            )
        if (named := self.face.lexicon.languages.get(body)) in self.faces.languages:
            return self.choose_language(session, named)
        if command == "language" and len(self.faces.languages) > 1:
            return self.ask(replace(session, asking=LANGUAGE, misses=0), event="language")
        if self.before is None and command is None:
            return self.first_words(text)
        if self.before is None or command in ("start", "language"):
            return self.ask(replace(session, misses=0), event="start")
        if command == "back":
            return self.back(session)
        if asked(self.face, session) is None:
            return self.after_result(session, text)
        return self.answer(session, text)

    def guess_language(self, body: str) -> None:
        """A stranger's own words tell her language, if they are words of one language only."""
        if not self.person.language:
            spoken = self.face.lexicon.speaks.get(body, "")
            if spoken in self.faces.languages and spoken != SOURCE_LANGUAGE:
                self.speak(spoken)

    def hear_opted_out(self, text: str, command: str | None) -> Turn:
        """Who opted out gets nothing but what she asks for: START, HELP, or help in an emergency she states."""
        if command == "start" or normal(text) in self.face.lexicon.carrier_words - {"help", "info"}:
            self.person = replace(self.person, opted_out=False)
            return self.ask(self.current(), event="start")
        if command == "help":
            return Turn(self.person, (Reply(self.face.phrase("help", {}), despite_stop=True),), ("help",))
        if heard := self.face.alarms.heard(text):
            guidance = replace(self.guidance(heard.alarm, {}), despite_stop=True)
            return Turn(self.person, (guidance,), (f"alarm:{heard.alarm.id}",))
        return Turn(self.person)

    def current(self) -> Session:
        if self.before is None:
            return Session(self.now, self.channel)
        return replace(self.before, heard=self.now, channel=self.channel, told=False, pages=(), page=0)

    def begin(self) -> Turn:
        return self.ask(self.current(), event="start")

    def offer_to_resume(self) -> Turn:
        return self.ask(replace(self.current(), asking=RESUME, misses=0, reading=""), event="dial")

    def first_words(self, text: str) -> Turn:
        session = self.current()
        if heard := self.face.alarms.heard(text):
            if not self.person.language and heard.language in self.faces.languages:
                self.speak(heard.language)
            return self.alarm(session, heard.alarm)
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
        if heard := self.face.alarms.heard(text):
            return self.alarm(session, heard.alarm)
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
        return self.missed(session, hint, self.put(session))

    def put(self, session: Session) -> str:
        """The question the session is at, as it is sent."""
        return self.face.put(screen_of(self.face, session), session.known)

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
            if option.finding in (LANGUAGE, RESUME):
                return self.chosen(replace(session, asking="", misses=0), option)
            values = {option.finding: option.value}
        others = tuple(entry for entry in session.answers if entry[0] != question.id)
        session = replace(session, answers=(*others, (question.id, values)), asking="", misses=0)
        return self.ask(session)

    def chosen(self, session: Session, option: Option) -> Turn:
        """An answer to a question of the service's own."""
        if option.finding == LANGUAGE:
            return self.choose_language(session, option.value)
        if option.value == "start_over":
            return self.ask(Session(self.now, self.channel), event="restart")
        return self.ask(session, event="resume")

    def choose_language(self, session: Session, language: str) -> Turn:
        self.speak(language)
        return self.ask(replace(session, asking="", misses=0), event=f"language:{language}")

    def ask(self, session: Session, before: str = "", event: str = "") -> Turn:
        """Says what comes next: the question the session is at, or its result."""
        screen = screen_of(self.face, session)
        events = (event,) if event else ()
        if screen.result is None:
            words = self.put(session)
            replies = [self.face.phrase(before, session.known), words] if before else [words]
            return self.turn(self.showing(session), "\n".join(replies), events=events)
        rule = owed(self.face, session)
        return self.turn(
            replace(session, reading=""),
            self.face.result(rule, self.facts(session)),
            lane=_lane(rule),
            events=(*events, f"completed:{rule.at_least.id}"),
        )

    def facts(self, session: Session) -> dict[str, str]:
        return {**session.known, **stated(self.face, session)}

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
        if asked(self.face, session) is None:
            return Turn(replace(self.person, session=session), (guidance,), events)
        go_on = Reply(f"{self.face.phrase('to_go_on', session.known)} {self.put(session)}")
        return Turn(replace(self.person, session=self.showing(session)), (guidance, go_on), events)

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
        if self.channel == "ussd" and number == 3:
            return self.send_result(session)
        if self.channel == "ussd" and number == 4:
            return self.ask(Session(self.now, self.channel), event="restart")
        if heard := self.face.alarms.heard(text):
            return self.alarm(session, heard.alarm)
        if self.face.alarms.doubtful(text):
            return self.danger_question(Session(self.now, self.channel, answers=session.answers[:1]))
        if body in self.face.lexicon.greetings or body in self.face.lexicon.thanks:
            return self.turn(replace(session, misses=0, reading=""), self.face.phrase("after_result", known))
        return self.missed(replace(session, reading=""), "", self.face.phrase("after_result", known))

    def send_result(self, session: Session) -> Turn:
        """The result of a USSD conversation by SMS, as its person asked."""
        face = self.faces.of(self.person.language, "sms")
        result = face.result(owed(face, session), self.facts(session))
        return Turn(
            replace(self.person, session=session),
            (Reply(self.face.phrase("sent_by_sms", session.known)), Reply(result, despite_stop=True, by_sms=True)),
            ("sent_by_sms",),
            ends=True,
        )

    def read(self, session: Session, topic: str, place: int) -> Turn:
        """A page of tips or of causes."""
        known = self.facts(session)
        pages = self.face.pages(self.face.tips(known) if topic == "tips" else self.face.causes(known), known)
        place = min(place, len(pages) - 1)
        reading = f"{topic}:{place + 1}" if place + 1 < len(pages) else ""
        return self.turn(replace(session, reading=reading, misses=0), pages[place], events=(f"read:{topic}",))

    def missed(self, session: Session, hint: str, question: str) -> Turn:
        session = replace(session, misses=session.misses + 1)
        if session.misses > SILENT_AFTER_MISSES and self.channel == "sms":
            return Turn(replace(self.person, session=session), (), ("loop",))
        if session.misses >= HELP_AFTER_MISSES:
            hint = self.face.phrase("hint_again", session.known)
        return self.turn(session, f"{hint}\n{question}" if hint else question, events=("missed",))

    def turn(self, session: Session, words: str, lane: Lane = Lane.ANSWER, events: tuple[str, ...] = ()) -> Turn:
        return Turn(replace(self.person, session=session), (Reply(words, lane),), events)
