"""Health workers' patients, as they are kept.

Each lies in the partition of her health worker, sealed for that health worker; her number names another partition,
where it is kept whose she is. Beside her stand her place in the caseload, when a visit is due, and by when an urgent
referral has to be confirmed: three sorted sets, always written in the step that writes her.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sms_triage.events import SweepFailed
from sms_triage.keys import ALL_KEYS, keys_of, keys_of_code
from sms_triage.storage.database import Database
from sms_triage.storage.effects import once
from sms_triage.storage.snapshot import Read
from sms_triage.storage.step import Step
from sms_triage.triage.people.referral import Patient

NOBODY = Read(None)


@dataclass(frozen=True)
class Move:
    """A patient on her way to another health worker (her `owner` from now on): in neither's caseload, and noted in the
    giver's journal. `entry` is the effect that moves her."""

    patient: Patient
    entry: str


class Patients:
    """Everybody's patients."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.redis = database.redis
        self.records = database.records

    def patient(self, chw: str, code: str) -> Read:
        """A patient of a health worker; nobody if there is none, or she is another's."""
        sealed: Any = self.redis.get(self._key(chw, code))
        return Read(self.records.read(sealed, Patient, f"patient {chw}"), sealed or b"")

    def referred(self, code: str) -> Read:
        """A patient, whoever's she is. One who is on her way to another is read out of the journal: she can be looked
        at, but is not `sealed` anywhere where she could be changed."""
        owner: Any = self.redis.get(self._owner_key(code))
        if not owner:
            return NOBODY
        found = self.patient(owner.decode(), code)
        if found.patient is not None:
            return found
        move = self._move(owner.decode(), code)
        return Read(move.patient) if move else self.patient(self.owner(code), code)

    def owner(self, code: str) -> str:
        """Whose patient this is; "" if there is none."""
        owner: Any = self.redis.get(self._owner_key(code))
        return owner.decode() if owner else ""

    def write(self, step: Step, patient: Patient, was: Read) -> None:
        """In this step a patient is kept as she is now, unless she changed since she was read: then it is a
        ``conflict``. A new one's number must be nobody's yet."""
        owner, key = patient.owner, self._key(patient.owner, patient.code)
        step.expect_value("conflict", key, was.sealed)
        if was.patient is None:
            step.expect_absent("conflict", self._owner_key(patient.code))
            step.put(self._owner_key(patient.code), owner)
        if patient != was.patient:
            step.put(key, self.records.seal(patient, f"patient {owner}"))
        self._dates(step, patient, was.patient)

    def keep(self, patient: Patient, was: Read) -> bool:
        """Keeps a patient in a step of its own. Returns False if she changed meanwhile."""
        step = Step()
        self.write(step, patient, was)
        return self.database.run(step).ok

    def caseload(self, chw: str) -> list[str]:
        """The numbers of a health worker's patients, the most urgent and newest first."""
        codes: Any = self.redis.zrange(keys_of(chw).caseload(chw), 0, -1)
        return [code.decode() for code in codes]

    def visits_due(self, chw: str, now: float) -> list[str]:
        """The numbers of a health worker's patients whom a visit is owed, the longest due first."""
        codes: Any = self.redis.zrangebyscore(keys_of(chw).visits(chw), "-inf", now)
        return [code.decode() for code in codes]

    def overdue(self, chws: Sequence[str], before: float) -> Mapping[str, int]:
        """How many patients of each health worker a visit is owed since before a time."""
        pipeline = self.redis.pipeline(transaction=False)
        for chw in chws:
            pipeline.zcount(keys_of(chw).visits(chw), "-inf", before)
        return dict(zip(chws, pipeline.execute(), strict=True))

    def unconfirmed(self, now: float, most: int = 500) -> list[tuple[str, str]]:
        """Urgent referrals that nobody confirmed in time: (health worker, patient)."""
        pipeline = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            pipeline.zrangebyscore(keys.confirmations, "-inf", now, start=0, num=most)
        members = [member.decode() for found in pipeline.execute() for member in found]
        return [(chw, code) for chw, _, code in (member.partition(":") for member in members)]

    def postpone_confirmation(self, chw: str, code: str, at: float, error: str) -> None:
        """What is to be done of this unconfirmed referral failed and is not tried again before a time."""
        step = Step()
        step.postpone(keys_of(chw).confirmations, f"{chw}:{code}", at)
        step.count(keys_of(chw).counts, str(SweepFailed("confirmation", error)))
        self.database.run(step)

    def drop_confirmation(self, chw: str, code: str, was: Read) -> None:
        """Nothing has to be confirmed of this patient, as she was read."""
        step = Step()
        step.expect_value("conflict", self._key(chw, code), was.sealed)
        step.due(keys_of(chw).confirmations, f"{chw}:{code}", None)
        self.database.run(step)

    # A patient goes from one health worker to another in four steps, each of one partition; whatever dies between, the
    # journal says what is left to do. Each is done once for the effect that moves her.

    def leave(self, giver: str, taker: str, code: str, entry: str) -> str:
        """The first: she leaves the giver's patients and stands in the giver's journal. Returns ``ok``, ``conflict`` if
        she changed meanwhile, or ``done`` if there is no such patient, or she left by this effect before (and came
        back by another)."""
        was, keys = self.patient(giver, code), keys_of(giver)
        if was.patient is None:
            return "done"
        step = Step()
        once(step, keys, entry, f"{self._sign(code)}:left")
        step.expect_value("conflict", self._key(giver, code), was.sealed)
        # Should she have been here before, and gone by another effect: that one first.
        step.expect("conflict", keys.moving(giver), self._sign(code), "")
        move = Move(replace(was.patient, owner=taker), entry)
        step.note(keys.moving(giver), {self._sign(code): self.records.seal(move, f"move {giver}")})
        step.drop(self._key(giver, code))
        step.due(keys.caseload(giver), code, None)
        step.due(keys.visits(giver), code, None)
        step.due(keys.confirmations, f"{giver}:{code}", None)
        return self.database.run(step).status

    def moving(self, giver: str, entry: str) -> list[Patient]:
        """Who is on her way from this giver by this effect."""
        sealed: Any = self.redis.hvals(keys_of(giver).moving(giver))
        moves = [self.records.read(each, Move, f"move {giver}") for each in sealed]
        return [move.patient for move in moves if move and move.entry == entry]

    def arrive(self, patient: Patient, giver: str, entry: str) -> bool:
        """The others: she is the taker's, her number says so, and the journal ends. False if her number still says that
        she is somebody's who gave her to the giver: that has to be finished first."""
        code, sign, taker = patient.code, self._sign(patient.code), patient.owner
        arriving = Step()
        once(arriving, keys_of(taker), entry, sign)
        arriving.put(self._key(taker, code), self.records.seal(patient, f"patient {taker}"))
        self._dates(arriving, patient, None)
        self.database.run(arriving)
        pointing = Step()
        once(pointing, keys_of_code(code), entry, f"{sign}:owner")
        pointing.expect_value("conflict", self._owner_key(code), giver)
        pointing.put(self._owner_key(code), taker)
        if self.database.run(pointing).status == "conflict":
            return False
        ending = Step()
        ending.strike(keys_of(giver).moving(giver), sign)
        self.database.run(ending)
        return True

    def _move(self, giver: str, code: str) -> Move | None:
        sealed: Any = self.redis.hget(keys_of(giver).moving(giver), self._sign(code))
        return self.records.read(sealed, Move, f"move {giver}")

    def _dates(self, step: Step, patient: Patient, was: Patient | None) -> None:
        """Her place, her visit and her confirmation, as far as they changed."""
        owner, code, keys = patient.owner, patient.code, keys_of(patient.owner)
        if was is None or was.order != patient.order:
            step.due(keys.caseload(owner), code, patient.order)
        (visit, confirm), before = _dates(patient), _dates(was)
        if visit != before[0]:
            step.due(keys.visits(owner), code, visit)
        if confirm != before[1]:
            step.due(keys.confirmations, f"{owner}:{code}", confirm)

    def _key(self, chw: str, code: str) -> str:
        return keys_of(chw).patient(self._sign(code))

    def _owner_key(self, code: str) -> str:
        return keys_of_code(code).owner(self._sign(code))

    def _sign(self, code: str) -> str:
        return self.database.vault.sign("patient", code)


def _dates(patient: Patient | None) -> tuple[float | None, float | None]:
    """When a visit is due and by when the health worker has to confirm; None for neither."""
    referral = patient.referral if patient else None
    return (referral.due, referral.confirm_by) if referral else (None, None)
