"""What goes between health workers: notifications, reports on each other's patients, escalation, the weekly text.

Everything here can be done twice without harm: a notification has an id, a patient is only changed from what she was.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sms_triage.gateways.base import Inbound
from sms_triage.numbers import canonical_number
from sms_triage.settings import Settings
from sms_triage.storage.chws import Registry
from sms_triage.storage.people import Address, Store
from sms_triage.triage.content.question_ids import OUTCOME
from sms_triage.triage.conversation.engine import silence_at
from sms_triage.triage.conversation.turn import Priority, Turn
from sms_triage.triage.people.case import DAY, Case
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.codes import spaced
from sms_triage.triage.people.effects import Effect, Enrol, Join, Notify, OutcomeReported, TakenOver
from sms_triage.triage.people.followup import begin_follow_up
from sms_triage.triage.people.referral import Patient, with_outcome
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.locale import Locale, Locales

WEEKLY = (0, 9)
"""The weekly text leaves on Monday after nine, on the deployment's clock."""

WEEK_SECONDS = 8 * 24 * 3600
"""How long it is remembered that a week's text was sent."""


class Casework:
    """Shared work on the patients of one deployment."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        registry: Registry,
        locales: Locales,
        placed: Callable[[Person, str, str], Person],
    ) -> None:
        self.settings = settings
        self.store = store
        self.registry = registry
        self.locales = locales
        self.placed = placed

    def carry_out(self, effect: Effect, id: str, by: str, number: str, address: Address, now: float) -> bool:
        """Does what a turn does to others, once for its `id`; `by` (of this number and address) is whose turn it was.
        Returns whether a drain must start."""
        match effect:
            case Notify():
                return self.send(effect, id, address.gateway, now)
            case OutcomeReported():
                return self._note_outcome(effect, id, address.gateway, now)
            case Enrol():
                return self._enrol(effect, id, by, address, now)
            case Join():
                return self._join(effect, id, number, address.gateway, now)
            case TakenOver():
                self.hand_over(effect.giver, effect.taker)
        return False

    def _note_outcome(self, report: OutcomeReported, id: str, gateway: str, now: float) -> bool:
        """What came of a referral, told by another than the patient's own health worker, who is told."""
        protocol = self.locales.of("", "sms").caseload
        while True:
            patient, was = self.registry.referred(report.code)
            if patient is None or patient.referral is None:
                return False
            if self.registry.keep_patient(with_outcome(protocol, patient, report.outcome, report.at), was):
                break
        names = {"code": spaced(report.code), "outcome": f"outcome:{report.outcome}", "chw": report.by}
        return self.send(Notify("letter_outcome", names, patient=report.code), id, gateway, now)

    def _enrol(self, wish: Enrol, id: str, owner: str, address: Address, now: float) -> bool:
        """Begins a patient's own follow-up, on her own phone."""
        number = canonical_number(wish.number)
        patient, _ = self.registry.patient(owner, wish.code)
        while patient is not None:
            known = self.store.load(self.store.vault.person(number))
            person = self.enrolled(patient, self.placed(known.person, number, known.id), now)
            if person is None:
                break
            at = known.address or address
            enrolled = Inbound(at.gateway, f"enrolment-{id}", number, at.sender, "")
            turn = Turn(person, events=("enrolled",), silence_at=silence_at(self.locales, person))
            if self.store.commit(known, enrolled, turn, now)[0] != "conflict":
                break
        return False

    def _join(self, wish: Join, id: str, number: str, gateway: str, now: float) -> bool:
        """Welcomes who was given the code she names, or tells her what to do."""
        locale = self.locales.of(self.store.load(self.store.vault.person(number)).person.language, "sms")
        chw = self.join(wish.code, wish.name, number)
        words = locale.phrase("joined", {}, chw=chw.code) if chw else locale.phrase("join_help", {})
        return self.registry.post(id, number, gateway, self.settings.sender, words, Priority.ANSWER, now)

    def send(self, notification: Notify, id: str, gateway: str, now: float) -> bool:
        """Sends a notification to everybody it is for, once for its `id`. Returns whether a drain must start."""
        wake = False
        for number in self._recipients(notification):
            locale = self.locales.of(self.store.load(self.store.vault.person(number)).person.language, "sms")
            text = letter(locale, notification)
            priority = Priority.URGENT if notification.urgent else Priority.ANSWER
            wake |= self.registry.post(f"{id}:{number}", number, gateway, self.settings.sender, text, priority, now)
        return wake

    def _recipients(self, notification: Notify) -> Iterator[str]:
        if notification.number:
            yield notification.number
        owner = self.registry.owner(notification.patient) if notification.patient else ""
        if owner and (number := self.registry.chw_number(owner)):
            yield number
        if notification.area:
            for number, chw, _ in self.registry.chws():
                if chw.role == "facility" and chw.area == notification.area:
                    yield number

    def escalate(self, owner: str, code: str, gateway: str, now: float) -> bool:
        """An urgent referral was not confirmed in time: the supervisor is told, and after as long again the facilities
        of the area. Returns whether a drain must start."""
        patient, was = self.registry.patient(owner, code)
        chw = self.store.load(owner).person.chw
        referral = patient.referral if patient else None
        if patient is None or referral is None or referral.confirm_by is None or referral.acknowledged:
            self.registry.drop_confirmation(owner, code)
            return False
        names = {
            "chw": chw.code if chw else "-", "code": spaced(code), "urgency": referral.disposition
        }  # fmt: skip
        to_supervisor = referral.told == 0
        notification = Notify("letter_unacknowledged", names, urgent=True)
        if to_supervisor and chw and chw.supervisor:
            notification = replace(notification, number=chw.supervisor)
        elif chw and chw.area:
            notification = replace(notification, area=chw.area)
        told = referral.told + 1
        minutes = self.locales.of("", "sms").caseload.acknowledge_minutes[referral.disposition]
        later = now + minutes * 60 if told == 1 else None
        wake = self.send(notification, f"escalation:{owner}:{code}:{referral.at}:{told}", gateway, now)
        self.registry.keep_patient(replace(patient, referral=replace(referral, told=told, confirm_by=later)), was)
        return wake

    def weekly(self, gateway: str, now: float) -> bool:
        """Tells every supervisor once a week what visits are overdue. Returns whether a drain must start."""
        local = datetime.fromtimestamp(now, ZoneInfo(self.settings.timezone))
        if (local.weekday(), local.hour) < WEEKLY or local.weekday() != WEEKLY[0]:
            return False
        week = f"weekly:{local:%G-%V}"
        if self.store.redis.exists(week):
            return False
        overdue: dict[str, list[str]] = {}
        for number, chw, _ in self.registry.chws():
            owner = self.store.vault.person(number)
            late = len(self.registry.visits_due(owner, now - DAY))
            if late and chw.supervisor:
                overdue.setdefault(chw.supervisor, []).append(f"{chw.code} {late}")
        wake = False
        for supervisor, lines in overdue.items():
            notification = Notify("letter_weekly", {"list": ", ".join(lines)}, number=supervisor)
            wake |= self.send(notification, week, gateway, now)
        self.store.redis.set(week, "", ex=WEEK_SECONDS)
        return wake

    def enrolled(self, patient: Patient, person: Person, now: float) -> Person | None:
        """A patient who wants to be asked on her own phone how she is; None if she has a follow-up already, or wants no
        texts. What she told herself, her PIN and her hour stay hers."""
        own = person.case
        if person.opted_out or (own and own.plan):
            return None
        locale = self.locales.of("", "sms", patient.case.topic)
        protocol, content = locale.protocol, locale.content
        schedule = protocol.schedules[patient.case.episodes[-1].disposition]
        if own is None:
            told = (entry for entry in patient.case.answers if entry[0] not in dict(content.said_to(helper=True)))
            answers = (*content.said_to(helper=False), *told)
            own = Case(patient.case.episodes, answers, topic=patient.case.topic)
        hour = own.time or protocol.times[0]
        plan = begin_follow_up(schedule, person.calendar, hour, now, patient.case.topic)
        return replace(person, case=replace(own, time=hour, plan=plan, patient=patient.code))

    def join(self, code: str, name: str, number: str) -> Chw | None:
        """Registers who was given this code; None if it is none (any more)."""
        template = self.registry.invited(code)
        if template is None:
            return None
        chw = replace(template, name=name or "-", code=self.store.vault.person(number)[:4].upper())
        self.registry.add_chw(number, chw, "")
        self.registry.used_up(code)
        return chw

    def hand_over(self, giver: str, taker: str) -> int:
        """Gives all patients of one number to another (leave, or for good). Returns how many."""
        moved = 0
        for code in self.registry.caseload(giver):
            patient, _ = self.registry.patient(giver, code)
            if patient is not None:
                self.registry.move_patient(patient, giver, taker)
                moved += 1
        return moved


def letter(locale: Locale, notification: Notify) -> str:
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
