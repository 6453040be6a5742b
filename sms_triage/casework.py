"""What goes between workers: letters, reports on each other's patients, escalation, the weekly text, handing over.

Everything here can be done twice without harm: a letter has an id, a patient is only changed from what she was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sms_triage.registry import Registry
from sms_triage.settings import Settings
from sms_triage.store import Store
from sms_triage.triage.case import DAY, Case
from sms_triage.triage.face import OUTCOME, Face, Faces
from sms_triage.triage.followup import begin
from sms_triage.triage.session import Person
from sms_triage.triage.turn import Lane
from sms_triage.triage.worker import Enrolment, Letter, Worker, spaced

WEEKLY = (0, 9)
"""The weekly text leaves on Monday after nine, on the deployment's clock."""

WEEK_SECONDS = 8 * 24 * 3600
"""How long it is remembered that a week's text was sent."""


class Casework:
    """Shared work on the patients of one deployment."""

    def __init__(self, settings: Settings, store: Store, registry: Registry, faces: Faces) -> None:
        self.settings = settings
        self.store = store
        self.registry = registry
        self.faces = faces

    def send(self, letter: Letter, id: str, gateway: str, now: float) -> bool:
        """Sends a letter to everybody it is for, once for its `id`. Returns whether a drain must start."""
        wake = False
        for number in self._recipients(letter):
            face = self.faces.of(self.store.load(self.store.vault.person(number)).person.language, "sms")
            text = letter_text(face, letter)
            lane = Lane.URGENT if letter.urgent else Lane.ANSWER
            wake |= self.registry.post(f"{id}:{number}", number, gateway, self.settings.sender, text, lane, now)
        return wake

    def _recipients(self, letter: Letter) -> Iterator[str]:
        if letter.number:
            yield letter.number
        owner = self.registry.owner(letter.patient) if letter.patient else ""
        if owner and (number := self.registry.worker_number(owner)):
            yield number
        if letter.area:
            for number, worker, _ in self.registry.workers():
                if worker.role == "facility" and worker.area == letter.area:
                    yield number

    def escalate(self, owner: str, code: str, gateway: str, now: float) -> bool:
        """An urgent referral was not confirmed in time: the supervisor is told, and after as long again the facilities
        of the area. Returns whether a drain must start."""
        patient, was = self.registry.patient(owner, code)
        worker = self.store.load(owner).person.worker
        referral = patient.referral if patient else None
        if patient is None or referral is None or referral.confirm_by is None or referral.acknowledged:
            self.registry.drop_confirmation(owner, code)
            return False
        names = {
            "worker": worker.code if worker else "-", "code": spaced(code), "urgency": referral.disposition
        }  # fmt: skip
        to_supervisor = referral.told == 0
        letter = Letter("letter_unacknowledged", names, urgent=True)
        if to_supervisor and worker and worker.supervisor:
            letter = replace(letter, number=worker.supervisor)
        elif worker and worker.area:
            letter = replace(letter, area=worker.area)
        told = referral.told + 1
        minutes = self.faces.of("", "sms").caseload.acknowledge_minutes[referral.disposition]
        later = now + minutes * 60 if told == 1 else None
        wake = self.send(letter, f"escalation:{owner}:{code}:{referral.at}:{told}", gateway, now)
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
        for number, worker, _ in self.registry.workers():
            owner = self.store.vault.person(number)
            late = len(self.registry.visits_due(owner, now - DAY))
            if late and worker.supervisor:
                overdue.setdefault(worker.supervisor, []).append(f"{worker.code} {late}")
        wake = False
        for supervisor, lines in overdue.items():
            letter = Letter("letter_weekly", {"list": ", ".join(lines)}, number=supervisor)
            wake |= self.send(letter, week, gateway, now)
        self.store.redis.set(week, "", ex=WEEK_SECONDS)
        return wake

    def enrolled(self, enrolment: Enrolment, person: Person, now: float) -> Person | None:
        """A patient who wants to be asked on her own phone how she is; None if she has a follow-up already, or wants no
        texts. What she told herself, her PIN and her hour stay hers."""
        own = person.case
        if person.opted_out or (own and own.plan):
            return None
        patient = enrolment.patient
        protocol = self.faces.of("", "sms").protocol
        schedule = protocol.schedules[patient.case.episodes[-1].disposition]
        if own is None:
            answers = tuple(entry for entry in patient.case.answers if entry[0] != "for_whom")
            own = Case(patient.case.episodes, (("for_whom", {"for_whom": "self"}), *answers))
        hour = own.time or protocol.times[0]
        plan = begin(schedule, person.calendar, hour, now)
        return replace(person, case=replace(own, time=hour, plan=plan, patient=patient.code))

    def join(self, code: str, name: str, number: str) -> Worker | None:
        """Registers who was given this code; None if it is none (any more)."""
        template = self.registry.invited(code)
        if template is None:
            return None
        worker = replace(template, name=name or "-", code=self.store.vault.person(number)[:4].upper())
        self.registry.add_worker(number, worker, "")
        self.registry.used_up(code)
        return worker

    def hand_over(self, giver: str, taker: str) -> int:
        """Gives all patients of one number to another (leave, or for good). Returns how many."""
        moved = 0
        for code in self.registry.caseload(giver):
            patient, _ = self.registry.patient(giver, code)
            if patient is not None:
                self.registry.move_patient(patient, giver, taker)
                moved += 1
        return moved


def letter_text(face: Face, letter: Letter) -> str:
    """A letter in the words of its reader's language."""
    return face.plain(face.phrase(letter.text, {}, **_filled(face, letter.names)))


def _filled(face: Face, names: Mapping[str, str]) -> dict[str, str]:
    """A letter's names in the words of its reader's language."""
    filled = dict(names)
    if "urgency" in filled:
        filled["urgency"] = face.phrase(f"urgency_{filled['urgency']}", {})
    kind, _, outcome = filled.get("outcome", "").partition(":")
    if kind == "outcome":
        filled["outcome"] = next(o.label.self for o in face.questions[OUTCOME].options if o.value == outcome)
    return filled
