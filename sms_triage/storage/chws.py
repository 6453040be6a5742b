"""Health workers, their patients and their notifications, as they are kept in Redis. A health worker's own step keeps
her patients too (``Store.commit``); here is what others do to them, and what only an operator does.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from redis import Redis

from sms_triage.keys import ALL_KEYS, keys_of, keys_of_code
from sms_triage.storage.entry import Records
from sms_triage.storage.people import AWAKE_SECONDS, EXPIRES_SECONDS, PERSON_SECONDS, SEEN_SECONDS, dates
from sms_triage.storage.scripts import script
from sms_triage.triage.conversation.turn import Priority
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.referral import Patient
from sms_triage.vault import Vault

INVITE_SECONDS = 30 * 24 * 3600
"""How long a code to join can be used."""


class Registry:
    """Everybody in the registry, and her patients."""

    def __init__(self, redis: "Redis", vault: Vault) -> None:
        self.redis = redis
        self.vault = vault
        self.records = Records(vault)
        self._patient = redis.register_script(script("patient"))
        self._letter = redis.register_script(script("notification"))

    def patient(self, chw: str, code: str) -> tuple[Patient | None, bytes]:
        """A patient of a health worker by her number, and how she was read; None if there is none or she is
        another's."""
        sealed: Any = self.redis.get(keys_of(chw).patient(code))
        return self.records.read(sealed, Patient, f"patient {chw}"), sealed or b""

    def referred(self, code: str) -> tuple[Patient | None, bytes]:
        """A patient by her number, whoever's she is."""
        owner: Any = self.redis.get(keys_of_code(code).owner(code))
        return self.patient(owner.decode(), code) if owner else (None, b"")

    def keep_patient(self, patient: Patient, was: bytes) -> bool:
        """Keeps a patient whom somebody else than her health worker changed. Returns False if she changed meanwhile."""
        owner = patient.owner
        keys = keys_of(owner)
        due, confirm_by = dates(patient)
        kept = self._patient(
            keys=[keys.patient(patient.code), keys.caseload(owner), keys.visits(owner), keys.confirmations],
            args=[
                was,
                self.records.seal(patient, f"patient {owner}"),
                patient.code,
                patient.order,
                due,
                f"{owner}:{patient.code}",
                confirm_by,
            ],
        )
        return bool(kept)

    def visits_due(self, chw: str, now: float) -> list[str]:
        """The numbers of a health worker's patients whom a visit is owed, the longest due first."""
        codes: Any = self.redis.zrangebyscore(keys_of(chw).visits(chw), "-inf", now)
        return [code.decode() for code in codes]

    def unconfirmed(self, now: float, most: int = 500) -> list[tuple[str, str]]:
        """Urgent referrals that nobody confirmed in time: (health worker, patient)."""
        pipeline = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            pipeline.zrangebyscore(keys.confirmations, "-inf", now, start=0, num=most)
        members = [member.decode() for found in pipeline.execute() for member in found]
        return [(chw, code) for chw, _, code in (member.partition(":") for member in members)]

    def drop_confirmation(self, chw: str, code: str) -> None:
        self.redis.zrem(keys_of(chw).confirmations, f"{chw}:{code}")

    def post(
        self, notification: str, number: str, gateway: str, sender: str, text: str, priority: Priority, now: float
    ) -> bool:
        """Puts a message to somebody into the outbox, once for the id `notification`. Returns whether a drain must
        start."""
        id = self.vault.person(number)
        keys = keys_of(id)
        wake = self._letter(
            keys=[keys.seen("notification", notification), keys.person(id), keys.outbox, keys.awake, keys.counts],
            args=[
                id,
                self.records.seal(number, f"number {id}"),
                gateway,
                sender,
                int(priority),
                self.records.seal(text, f"body {id}"),
                now,
                now + EXPIRES_SECONDS[priority],
                SEEN_SECONDS,
                AWAKE_SECONDS,
                PERSON_SECONDS,
                "notification",
            ],
        )
        return bool(wake)

    def chw_number(self, id: str) -> str | None:
        """The number of somebody in the registry."""
        sealed: Any = self.redis.hget(keys_of(id).chws, id)
        return None if sealed is None else self.records.open(sealed, str, f"chw number {id}")

    def move_patient(self, patient: Patient, giver: str, taker: str) -> None:
        """Gives a patient to another health worker. She is hers before she is not the other's, so that none is ever
        lost."""
        code, to, of = patient.code, keys_of(taker), keys_of(giver)
        due, confirm_by = dates(patient)
        given = self.redis.pipeline()
        given.set(to.patient(code), self.records.seal(replace(patient, owner=taker), f"patient {taker}"))
        given.zadd(to.caseload(taker), {code: patient.order})
        if due != "":
            given.zadd(to.visits(taker), {code: due})
        if confirm_by != "":
            given.zadd(to.confirmations, {f"{taker}:{code}": confirm_by})
        given.execute()
        self.redis.set(keys_of_code(code).owner(code), taker)
        taken = self.redis.pipeline()
        if to != of:
            taken.delete(of.patient(code))
        taken.zrem(of.caseload(giver), code)
        taken.zrem(of.visits(giver), code)
        taken.zrem(of.confirmations, f"{giver}:{code}")
        taken.execute()

    def invite(self, code: str, chw: Chw) -> None:
        """Keeps a code with which somebody may join as this kind of health worker."""
        self.redis.set(f"invite:{code}", self.records.seal(chw, f"invite {code}"), ex=INVITE_SECONDS)

    def invited(self, code: str) -> Chw | None:
        sealed: Any = self.redis.get(f"invite:{code}")
        return self.records.read(sealed, Chw, f"invite {code}")

    def used_up(self, code: str) -> None:
        self.redis.delete(f"invite:{code}")

    def caseload(self, chw: str) -> list[str]:
        """The numbers of a health worker's patients, the most urgent and newest first."""
        codes: Any = self.redis.zrange(keys_of(chw).caseload(chw), 0, -1)
        return [code.decode() for code in codes]

    def add_chw(self, number: str, chw: Chw, language: str) -> None:
        """Puts somebody into the registry, or changes her entry. Her patients stay hers."""
        id = self.vault.person(number)
        keys = keys_of(id)
        pipeline = self.redis.pipeline()
        pipeline.set(keys.chw(id), self.records.seal(chw, f"chw {id}"))
        pipeline.hset(keys.chws, id, self.records.seal(number, f"chw number {id}"))
        if language:
            pipeline.hset(keys.person(id), "language", self.records.seal(language, f"language {id}"))
        pipeline.execute()

    def remove_chw(self, number: str) -> bool:
        """Takes somebody out of the registry; her patients are kept. Returns whether she was in it."""
        id = self.vault.person(number)
        keys = keys_of(id)
        pipeline = self.redis.pipeline()
        pipeline.delete(keys.chw(id))
        pipeline.hdel(keys.chws, id)
        pipeline.delete(keys.session(id))
        removed: int = pipeline.execute()[0]
        return removed > 0

    def chws(self) -> Iterator[tuple[str, Chw, int]]:
        """Everybody in the registry: number, entry, how many patients."""
        for keys in ALL_KEYS:
            listed: Any = self.redis.hgetall(keys.chws)
            entries = [(raw.decode(), number) for raw, number in listed.items()]
            pipeline = self.redis.pipeline(transaction=False)
            for id, _ in entries:
                pipeline.get(keys.chw(id))
                pipeline.zcard(keys.caseload(id))
            found = iter(pipeline.execute())
            for id, number in entries:
                sealed, patients = next(found), next(found)
                if chw := self.records.read(sealed, Chw, f"chw {id}"):
                    yield self.records.open(number, str, f"chw number {id}"), chw, patients
