"""What goes between people: the effects of turns on others, carried out on the others' records as they then are.

Each is carried out once for its entry: whatever it writes is marked there as done, in the step that writes it. So it
can be begun again after a crash, or by two at once, and only what is left is done.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from sms_triage.events import Enrolled, Joined, JoinRefused
from sms_triage.gateways.base import Inbound
from sms_triage.keys import keys_of
from sms_triage.numbers import canonical_number
from sms_triage.settings import Settings
from sms_triage.storage.chws import Registry
from sms_triage.storage.effects import EffectEntry, once
from sms_triage.storage.messages import Notification
from sms_triage.storage.people import Store
from sms_triage.storage.snapshot import ERASED, Address, Snapshot
from sms_triage.storage.step import Step
from sms_triage.triage.content.question_ids import OUTCOME
from sms_triage.triage.conversation.engine import silence_at
from sms_triage.triage.conversation.turn import Priority, Turn
from sms_triage.triage.people.case import Case
from sms_triage.triage.people.codes import spaced
from sms_triage.triage.people.effects import Enrol, Join, Notify, OutcomeReported, TakenOver
from sms_triage.triage.people.followup import begin_follow_up
from sms_triage.triage.people.referral import Patient, with_outcome
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.locale import Locale, Locales

MOST_TRIES = 20
"""How often something is begun anew at one go because a record changed meanwhile."""


class Unsettled(Exception):
    """Something else has to come first, or a record changes too fast: it is tried again later."""


@dataclass(frozen=True)
class Referrals:
    """Carries out effects. `clock` tells the time (s since the epoch)."""

    settings: Settings
    store: Store
    registry: Registry
    locales: Locales
    placed: Callable[[Person, str, str], Person]
    clock: Callable[[], float]

    def carry_out(self, entry: EffectEntry) -> None:
        """Does what an effect says. Raises :class:`Unsettled`, or whatever went wrong: then it is to be tried again."""
        match entry.effect:
            case Notify():
                self._notify(entry, entry.effect)
            case OutcomeReported():
                self._note_outcome(entry, entry.effect)
            case Enrol():
                self._enrol(entry, entry.effect)
            case Join():
                self._join(entry, entry.effect)
            case TakenOver():
                self._take_over(entry, entry.effect)
            case None:
                raise Unsettled("an effect that cannot be read")

    def _now(self, entry: EffectEntry) -> float:
        return max(self.clock(), entry.at)

    def _sender(self, entry: EffectEntry) -> Address:
        """Where a notification leaves to somebody whom we have no address of."""
        return Address(entry.address.gateway, self.settings.sender)

    def _once(self, entry: EffectEntry, id: str, write: Callable[[Step, Snapshot], None]) -> None:
        """Does a step about a person once for an effect, on what is then known of her. `write` may raise."""
        for _ in range(MOST_TRIES):
            known, step = self.store.load(id), Step()
            once(step, keys_of(id), entry.id, id)
            write(step, known)
            if self.store.database.run(step).status != "conflict":
                return
        raise Unsettled("she changes too fast")

    def _notify(self, entry: EffectEntry, notification: Notify) -> None:
        """A message to everybody it is for; whom it cannot be written to does not keep it from the others."""
        failed: Exception | None = None
        for number in dict.fromkeys(self._recipients(notification)):
            write = partial(self._write, number=number, entry=entry, notification=notification)
            try:
                self._once(entry, self.store.vault.person(number), write)
            except Exception as error:
                failed = error
        if failed:
            raise failed

    def _write(self, step: Step, to: Snapshot, *, number: str, entry: EffectEntry, notification: Notify) -> None:
        locale = self.locales.of(to.person.language, "sms")
        text = notification_text(locale, notification)
        priority = Priority.URGENT if notification.urgent else Priority.ANSWER
        self.store.messages.notify(
            step, to, Notification(number, text, priority, self._sender(entry)), self._now(entry)
        )

    def _recipients(self, notification: Notify) -> Iterator[str]:
        if notification.number:
            yield canonical_number(notification.number, self.settings.country)
        owner = self.store.patients.owner(notification.patient) if notification.patient else ""
        if owner and (number := self.registry.number(owner)):
            yield number
        if notification.area:
            for number, chw, _ in self.registry.chws():
                if chw.role == "facility" and chw.area == notification.area:
                    yield number

    def _note_outcome(self, entry: EffectEntry, report: OutcomeReported) -> None:
        """What came of a referral, told by another than the patient's own health worker, who hears it in the same
        step."""
        protocol = self.locales.of("", "sms").caseload
        owner = self.store.patients.owner(report.code)
        if not owner:
            return

        def write(step: Step, chw: Snapshot) -> None:
            was = self.store.patients.patient(owner, report.code)
            if was.patient is None:
                raise Unsettled("she is on her way to another health worker")
            referral = was.patient.referral
            if referral is None:
                return
            if report.at >= max(referral.at, referral.reported_at):
                # Otherwise she was sent to be seen again since, or something newer is known.
                patient = with_outcome(protocol, was.patient, report.outcome, report.at)
                self.store.patients.write(step, patient, was)
            if number := self.registry.number(owner):
                names = {"code": spaced(report.code), "outcome": f"outcome:{report.outcome}", "chw": report.by}
                notification = Notify("notify_outcome", names)
                self._write(step, chw, number=number, entry=entry, notification=notification)

        self._once(entry, owner, write)

    def _enrol(self, entry: EffectEntry, wish: Enrol) -> None:
        """Begins a patient's own follow-up, on her own phone."""
        number = canonical_number(wish.number, self.settings.country)
        id = self.store.vault.person(number)
        for _ in range(MOST_TRIES):
            patient = self.store.patients.referred(wish.code).patient
            known = self.store.load(id)
            person = self.placed(known.person, number, id)
            case = self._case_with(patient, person, entry.at) if patient else None
            if case is None:
                return
            enrolled = replace(person, case=case)
            turn = Turn(enrolled, events=(Enrolled(),), silence_at=silence_at(self.locales, enrolled))
            at = known.address or entry.address
            inbound = Inbound(at.gateway, f"effect-{entry.id}", number, at.sender, "")
            if self.store.commit(known, inbound, turn, self._now(entry))[0] != "conflict":
                return
        raise Unsettled("she changes too fast")

    def _case_with(self, patient: Patient, person: Person, now: float) -> Case | None:
        """A woman's case with the follow-up that she wishes for as a patient; None if she has one, or wants no texts.
        What she told herself, her PIN and her hour stay hers."""
        own, topic = person.case, patient.case.topic
        if person.opted_out or (own and own.plan) or not patient.case.episodes:
            return None
        locale = self.locales.of("", "sms", topic)
        protocol, content = locale.protocol, locale.content
        schedule = protocol.schedules[patient.case.episodes[-1].disposition]
        if own is None:
            told = (entry for entry in patient.case.answers if entry[0] not in dict(content.said_to(helper=True)))
            own = Case(patient.case.episodes, (*content.said_to(helper=False), *told), topic=topic)
        hour = own.time or protocol.times[0]
        plan = begin_follow_up(schedule, person.calendar, hour, now, topic)
        return replace(own, time=hour, plan=plan, patient=patient.code)

    def _join(self, entry: EffectEntry, wish: Join) -> None:
        """Somebody joins the registry by a code that nobody used, and is welcomed; or she is told what to do."""

        def write(step: Step, known: Snapshot) -> None:
            if known.number is None or known.opted_out == ERASED:
                return
            locale = self.locales.of(known.person.language, "sms")
            chw = known.person.chw
            if chw is None and (invited := self.registry.take(wish.code, entry.id)):
                chw = replace(invited, name=wish.name or "-", code=known.id[:4].upper())
                self.registry.write(step, known.number, chw)
            words = locale.phrase("joined", {}, chw=chw.code) if chw else locale.phrase("join_help", {})
            welcome = Notification(known.number, words, Priority.ANSWER, self._sender(entry))
            self.store.messages.notify(step, known, welcome, self._now(entry))
            step.count(keys_of(known.id).counts, str(Joined() if chw else JoinRefused()))

        self._once(entry, entry.by, write)

    def _take_over(self, entry: EffectEntry, change: TakenOver) -> None:
        """All patients of one health worker go to another, one after the other. Who is on her way already, since this
        was begun before, arrives first."""
        patients, giver, taker = self.store.patients, change.giver, change.taker
        if giver == taker:
            return
        for _ in range(MOST_TRIES):
            arrived = [patients.arrive(patient, giver, entry.id) for patient in patients.moving(giver, entry.id)]
            if not all(arrived):
                raise Unsettled("an earlier handover has to end first")
            left = {patients.leave(giver, taker, code, entry.id) for code in patients.caseload(giver)}
            if left <= {"done"}:
                return
        raise Unsettled("her patients change too fast")


def notification_text(locale: Locale, notification: Notify) -> str:
    """A notification in the words of its reader's language."""
    return locale.plain(locale.phrase(notification.text, {}, **_filled(locale, notification.names)))


def _filled(locale: Locale, names: Mapping[str, str]) -> dict[str, str]:
    """A notification's names in the words of its reader's language."""
    filled = dict(names)
    if "urgency" in filled:
        filled["urgency"] = locale.phrase(f"urgency_{filled['urgency']}", {})
    kind, _, outcome = filled.get("outcome", "").partition(":")
    if kind == "outcome":
        filled["outcome"] = next(o.label.own for o in locale.questions[OUTCOME].options if o.value == outcome)
    return filled
