"""A single turn in the making: what a person said, in the order of safety.

A command, an answer to the question on the screen, an alarm in the person's own words, a doubt, and only then a
misunderstanding.
"""

from dataclasses import replace

from sms_triage.triage import aftercare, caseload, shorthand
from sms_triage.triage.alarms import Alarm
from sms_triage.triage.content import Option, Question
from sms_triage.triage.face import CONFIRM, EPISODE, FIND, LABEL, LANGUAGE, PHONE, PIN, PIN_ASK, RESUME, Faces
from sms_triage.triage.session import Person, Session
from sms_triage.triage.standing import asked, facts, owed, screen_of
from sms_triage.triage.translations import SOURCE_LANGUAGE
from sms_triage.triage.turn import Lane, Reply, Turn, lane_of
from sms_triage.triage.words import normal
from sms_triage.triage.worker import Enrolment, Letter, Patient

HELP_AFTER_MISSES = 2
SILENT_AFTER_MISSES = 10
"""Texts not understood in a row, after which only something understood is answered: two machines texting each other
must not go on for ever (and a person had help and the emergency line offered eight times). On USSD nobody does."""


MOST_ANSWER_DIGITS = 5
"""A text with more digits than an answer or a PIN has may name a patient."""


class Conversation:
    """One turn. `person` is what is known of her so far in it."""

    def __init__(self, faces: Faces, person: Person, channel: str, now: float) -> None:
        self.faces = faces
        self.person = person
        self.before = person.session
        self.channel = channel
        self.now = now
        self.patient: Patient | None = None
        self.letters: tuple[Letter, ...] = ()
        self.enrolment: Enrolment | None = None
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
            return self.stop()
        if command == "delete":
            return aftercare.erased(self)
        if self.person.opted_out and self.channel == "sms":
            return self.hear_opted_out(text, command)
        session = self.current()
        if (named := self.face.lexicon.languages.get(body)) in self.faces.languages:
            return self.choose_language(session, named)
        if command and (turn := self.obey(command, session)):
            return turn
        if body.split(" ")[0] in self.face.caseload.seen_words and sum(map(str.isdecimal, body)) > MOST_ANSWER_DIGITS:
            return caseload.seen(self, body.split()[1:])
        if self.person.worker and shorthand.looks_like(text):
            return caseload.in_shorthand(self, text)
        if self.before is None:
            return self.first_words(text)
        if asked(self.face, session) is None:
            return self.after_result(session, text)
        return self.answer(session, text)

    def stop(self) -> Turn:
        """Everything ends, at once; what already waits to leave is dropped when its turn comes."""
        stopped = Reply(self.face.phrase("stopped", {}), despite_stop=True)
        case = self.person.case
        person = replace(
            self.person, session=None, opted_out=True, case=replace(case, plan=None, time="") if case else None
        )
        return Turn(person, (stopped,), ("stop",), ends=True)

    def obey(self, command: str, session: Session) -> Turn | None:
        """The turn for a command; None where it is none just now."""
        match command:
            case "help":
                return self.turn(session, self.face.phrase("help", session.known), events=("help",))
            case "restart" if self.person.worker:
                return caseload.home(self)
            case "restart":
                again = self.face.phrase("started_over", {}) if self.before else ""
                return self.ask(self.fresh(), before=again, event="restart")
            case "language" if len(self.faces.languages) > 1:
                return self.ask(replace(session, asking=LANGUAGE, misses=0), event="language")
            case "start" | "language":
                self.come_back()
                return self.ask(replace(session, misses=0), event="start") if self.before else self.begin()
            case "diary":
                return aftercare.ask_for_diary(self, session)
            case "again":
                return aftercare.report(self, "") if self.may_report(session) else None
            case "back":
                return self.back(session) if self.before else self.begin()
        return None

    def guess_language(self, body: str) -> None:
        """A stranger's own words tell her language, if they are words of one language only."""
        if not self.person.language:
            spoken = self.face.lexicon.speaks.get(body, "")
            if spoken in self.faces.languages and spoken != SOURCE_LANGUAGE:
                self.speak(spoken)

    def hear_opted_out(self, text: str, command: str | None) -> Turn:
        """Who opted out gets nothing but what she asks for: START, HELP, or help in an emergency she states."""
        if command == "start" or normal(text) in self.face.lexicon.carrier_words - {"help", "info"}:
            self.come_back()
            return self.ask(self.current(), event="start") if self.before else self.begin()
        if command == "help":
            return Turn(self.person, (Reply(self.face.phrase("help", {}), despite_stop=True),), ("help",))
        if heard := self.face.alarms.heard(text):
            guidance = replace(self.guidance(heard.alarm, {}), despite_stop=True)
            return Turn(self.person, (guidance,), (f"alarm:{heard.alarm.id}",))
        return Turn(self.person)

    def come_back(self) -> None:
        """Who opted out, also by her provider, wants texts again; check-ins need another yes."""
        case = self.person.case
        if self.person.opted_out and case:
            case = replace(case, plan=None, time="")
        self.person = replace(self.person, opted_out=False, case=case)

    def may_report(self, session: Session) -> bool:
        """Whether "again" means an episode: not in the middle of a triage, where it answers how often."""
        if not session.begun:
            return True
        question = asked(self.face, session)
        return (
            question is None or not {option.finding for option in question.options} & self.face.content.findings.keys()
        )

    def fresh(self) -> Session:
        """A new conversation, with what the episodes before make of its frequency."""
        case = self.person.case
        counted = self.face.protocol.recurrence.frequency(case, self.now) if case and case.episodes else None
        return Session(self.now, self.channel, counted=counted or "")

    def current(self) -> Session:
        if self.before is None:
            return self.fresh()
        return replace(self.before, heard=self.now, channel=self.channel, told=False, pages=(), page=0)

    def begin(self) -> Turn:
        """The first screen of a new conversation: a worker's is another than a person's."""
        return caseload.home(self) if self.person.worker else self.ask(self.fresh(), event="start")

    def offer_to_resume(self) -> Turn:
        return self.ask(replace(self.current(), asking=RESUME, misses=0, reading=""), event="dial")

    def first_words(self, text: str) -> Turn:
        session = self.current()
        if normal(text) in self.face.lexicon.greetings:
            return self.begin()
        if heard := self.face.alarms.heard(text):
            if not self.person.language and heard.language in self.faces.languages:
                self.speak(heard.language)
            return self.alarm(session, heard.alarm)
        if self.person.worker:
            return caseload.home(self)
        if self.face.alarms.doubtful(text):
            return self.danger_question(session)
        return self.ask(session, event="start")

    def answer(self, session: Session, text: str) -> Turn:
        question = asked(self.face, session)
        assert question is not None
        if session.shown != question.stamp:
            # The content changed since she was asked: her number may mean something else now.
            return self.ask(session)
        if turn := self.free_answer(session, question, text):
            return turn
        meant = self.face.readers[question.id].read(text)
        if isinstance(meant, frozenset):
            return self.answered(session, question, meant)
        if heard := self.face.alarms.heard(text):
            return self.alarm(session, heard.alarm)
        if question.id == LABEL and normal(text):
            return caseload.begin(self, session, text)
        if normal(text) in self.face.lexicon.greetings:
            return self.ask(replace(session, misses=0))
        if question.id != "danger" and self.face.alarms.doubtful(text):
            return self.danger_question(session)
        if question.id == PIN_ASK:
            return self.missed(session, "", self.put(session))
        if meant == "none_and_more":
            hint = self.face.phrase("hint_none", session.known, last=question.last)
        elif meant == "unsure":
            hint = self.face.phrase("hint_unsure", session.known)
        else:
            name = "hint_several" if question.several else "hint_one"
            hint = self.face.phrase(name, session.known, last=question.last)
        return self.missed(session, hint, self.put(session))

    def free_answer(self, session: Session, question: Question, text: str) -> Turn | None:
        """The turn for a number that is no option's: a patient's, a telephone's, a PIN. A danger is none."""
        if question.id in (FIND, PHONE) and self.face.alarms.heard(text):
            return None
        digits = "".join(filter(str.isdecimal, normal(text)))
        if question.id in (FIND, PHONE) and self.face.alarms.heard(text):
            return None
        if question.id == FIND:
            return caseload.found(self, session, text)
        if question.id == PHONE and digits:
            return caseload.hear_phone(self, session, text)
        only_digits = normal(text).replace(" ", "") == digits
        if question.id in (PIN, PIN_ASK) and only_digits and len(digits) == aftercare.PIN_DIGITS:
            hear = aftercare.with_pin if question.id == PIN else aftercare.hear_pin
            return hear(self, session, digits)
        return None

    def put(self, session: Session) -> str:
        """The question the session is at, as it is sent."""
        if session.asking == CONFIRM:
            return f"{caseload.echo(self, session)}\n{self.face.asks[CONFIRM].patient}"
        return self.face.put(screen_of(self.face, session), session.known)

    def showing(self, session: Session) -> Session:
        """The session once the question it is at is put to the person."""
        question = asked(self.face, session)
        return replace(session, shown=question.stamp if question else "")

    def answered(self, session: Session, question: Question, numbers: frozenset[int]) -> Turn:
        if question.id == EPISODE:
            return self.ask(aftercare.told_together(self.face, session, numbers))
        if question.several:
            values = {
                option.finding: "yes" if number in numbers else "no"
                for number, option in enumerate(question.options, 1)
            }
        else:
            option = question.options[min(numbers) - 1]
            if option.finding not in self.face.content.findings:
                return self.chosen(replace(session, asking="", misses=0), option)
            values = {option.finding: option.value}
        others = tuple(entry for entry in session.answers if entry[0] != question.id)
        session = replace(session, answers=(*others, (question.id, values)), asking="", misses=0)
        return self.ask(session)

    def chosen(self, session: Session, option: Option) -> Turn:
        """An answer to a question of the service's own."""
        if option.finding == LANGUAGE:
            return self.choose_language(session, option.value)
        if option.finding in caseload.OWN:
            return caseload.chosen(self, session, option)
        if option.finding != RESUME:
            return aftercare.chosen(self, session, option)
        if option.value == "start_over":
            return self.ask(self.fresh(), event="restart")
        return self.ask(session, event="resume")

    def choose_language(self, session: Session, language: str) -> Turn:
        self.speak(language)
        return self.ask(replace(session, asking="", misses=0), event=f"language:{language}")

    def ask(self, session: Session, before: str = "", event: str = "") -> Turn:
        """Says what comes next, after the words `before`: the question the session is at, or its result."""
        session = aftercare.asking_together(self.face, session)
        screen = screen_of(self.face, session)
        events = (event,) if event else ()
        if screen.result is None:
            words = self.put(session)
            replies = [before, words] if before else [words]
            return self.turn(self.showing(session), "\n".join(replies), events=events)
        return self.result(session, events)

    def result(self, session: Session, events: tuple[str, ...]) -> Turn:
        """The result, noted as an episode; and, the first time, the offer to check in on her."""
        rule, case = owed(self.face, session), self.person.case
        replies = [Reply(self.face.result(rule, facts(self.face, session)), lane_of(rule))]
        recurrence = self.face.protocol.recurrence
        if session.again and case and recurrence.returned(case, self.now):
            replies.append(Reply(self.face.phrase(recurrence.after_seen_says, {})))
        session = replace(session, reading="", asking="")
        if session.patient:
            replies += caseload.result(self, session, rule)
            session = replace(session, episode=self.now)
        else:
            session = aftercare.noted(self, session, rule)
        if self.channel == "sms" and aftercare.may_offer(self, session):
            replies.append(Reply(self.face.phrase("offer", {})))
        completed = (*events, f"completed:{rule.at_least.id}")
        return Turn(replace(self.person, session=session), tuple(replies), completed, patient=self.patient)

    def back(self, session: Session) -> Turn:
        session = replace(session, misses=0, reading="")
        question = asked(self.face, session)
        if question and question.zero:
            return aftercare.chosen(self, session, Option(question.id, "stop", question.zero, ()))
        if session.asking in (*caseload.OWN, FIND, PHONE):
            return caseload.home(self)
        if session.asking and session.asking != EPISODE:
            return self.ask(replace(session, asking=""), event="back")
        if not session.answers:
            return self.ask(session, before=self.face.phrase("nothing_before", {}), event="back")
        return self.ask(replace(session, answers=session.answers[:-1], asking=""), event="back")

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
        known = facts(self.face, session)
        topic, _, place = session.reading.partition(":")
        numbers = self.face.lexicon.numbers
        number = int(body) if body.isascii() and body.isdecimal() and len(body) < 3 else numbers.get(body)
        if number == 1 and topic:
            return self.read(session, topic, int(place))
        if number in (1, 2) and not topic:
            return self.read(session, "tips" if number == 1 else "causes", 0)
        if number == 2:
            return self.read(session, "causes", 0)
        if number == (5 if self.channel == "ussd" else 3) and session.patient:
            return caseload.acknowledge(self, session)
        if number == (5 if self.channel == "ussd" else 3) and aftercare.may_offer(self, session):
            return aftercare.agree(self, session)
        if self.channel == "ussd" and number == 3:
            return self.send_result(session)
        if self.channel == "ussd" and number == 4:
            return self.ask(self.fresh(), event="restart")
        if heard := self.face.alarms.heard(text):
            return self.alarm(session, heard.alarm)
        if self.face.alarms.doubtful(text):
            return self.danger_question(replace(self.fresh(), answers=session.answers[:1]))
        if body in self.face.lexicon.greetings or body in self.face.lexicon.thanks:
            return self.turn(replace(session, misses=0, reading=""), self.face.phrase("after_result", known))
        return self.missed(replace(session, reading=""), "", self.face.phrase("after_result", known))

    def send_result(self, session: Session) -> Turn:
        """The result of a USSD conversation by SMS, as its person asked."""
        face = self.faces.of(self.person.language, "sms")
        result = face.result(owed(face, session), facts(face, session))
        return Turn(
            replace(self.person, session=session),
            (Reply(self.face.phrase("sent_by_sms", session.known)), Reply(result, despite_stop=True, by_sms=True)),
            ("sent_by_sms",),
            ends=True,
        )

    def read(self, session: Session, topic: str, place: int) -> Turn:
        """A page of tips or of causes."""
        known = facts(self.face, session)
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
        return Turn(
            replace(self.person, session=session),
            (Reply(words, lane),),
            events,
            patient=self.patient,
            letters=self.letters,
            enrolment=self.enrolment,
        )

    def close(self, words: str, event: str) -> Turn:
        """The last words of a talk about a check-in: what she writes next begins anew."""
        turn = self.turn(self.current(), words, events=(event,))
        return replace(turn, person=replace(self.person, session=None), ends=True)
