"""Workers, their patients and their letters, as they are kept in Redis. A worker's own step keeps her patients too
(``Store.commit``); here is what others do to them, and what only an operator does.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from redis import Redis

from sms_triage.keys import ALL_KEYS, keys_of, keys_of_code
from sms_triage.scripts import script
from sms_triage.store import AWAKE_SECONDS, EXPIRES_SECONDS, PERSON_SECONDS, SEEN_SECONDS, dates
from sms_triage.triage.turn import Lane
from sms_triage.triage.worker import Patient, Worker, load_patient, load_worker
from sms_triage.vault import Vault

INVITE_SECONDS = 30 * 24 * 3600
"""How long a code to join can be used."""


class Registry:
    """Everybody in the registry, and her patients."""

    def __init__(self, redis: "Redis", vault: Vault) -> None:
        self.redis = redis
        self.vault = vault
        self._patient = redis.register_script(script("patient"))
        self._letter = redis.register_script(script("letter"))

    def patient(self, worker: str, code: str) -> tuple[Patient | None, bytes]:
        """A patient of a worker by her number, and how she was read; None if there is none or she is another's."""
        sealed: Any = self.redis.get(keys_of(worker).patient(code))
        return self.vault.read(sealed, f"patient {worker}", load_patient), sealed or b""

    def referred(self, code: str) -> tuple[Patient | None, bytes]:
        """A patient by her number, whoever's she is."""
        owner = self.owner(code)
        return self.patient(owner, code) if owner else (None, b"")

    def owner(self, code: str) -> str:
        """Whose a patient is; "" if there is none of this number."""
        owner: Any = self.redis.get(keys_of_code(code).owner(code))
        return owner.decode() if owner else ""

    def keep_patient(self, patient: Patient, was: bytes) -> bool:
        """Keeps a patient whom somebody else than her worker changed. Returns False if she changed meanwhile."""
        owner = patient.owner
        keys = keys_of(owner)
        due, confirm_by = dates(patient)
        kept = self._patient(
            keys=[keys.patient(patient.code), keys.caseload(owner), keys.visits(owner), keys.confirmations],
            args=[
                was,
                self.vault.seal(patient.dump(), f"patient {owner}"),
                patient.code,
                patient.order,
                due,
                f"{owner}:{patient.code}",
                confirm_by,
            ],
        )
        return bool(kept)

    def visits_due(self, worker: str, now: float) -> list[str]:
        """The numbers of a worker's patients whom a visit is owed, the longest due first."""
        codes: Any = self.redis.zrangebyscore(keys_of(worker).visits(worker), "-inf", now)
        return [code.decode() for code in codes]

    def unconfirmed(self, now: float, most: int = 500) -> list[tuple[str, str]]:
        """Urgent referrals that nobody confirmed in time: (worker, patient)."""
        pipeline = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            pipeline.zrangebyscore(keys.confirmations, "-inf", now, start=0, num=most)
        members = [member.decode() for found in pipeline.execute() for member in found]
        return [(worker, code) for worker, _, code in (member.partition(":") for member in members)]

    def drop_confirmation(self, worker: str, code: str) -> None:
        self.redis.zrem(keys_of(worker).confirmations, f"{worker}:{code}")

    def post(self, letter: str, number: str, gateway: str, sender: str, text: str, lane: Lane, now: float) -> bool:
        """Puts a message to somebody into the outbox, once for the id `letter`. Returns whether a drain must start."""
        id = self.vault.person(number)
        keys = keys_of(id)
        wake = self._letter(
            keys=[keys.seen("letter", letter), keys.person(id), keys.outbox, keys.awake, keys.counts],
            args=[
                id,
                self.vault.seal(number.encode(), f"number {id}"),
                gateway,
                sender,
                int(lane),
                self.vault.seal(text.encode(), f"body {id}"),
                now,
                now + EXPIRES_SECONDS[lane],
                SEEN_SECONDS,
                AWAKE_SECONDS,
                PERSON_SECONDS,
                "letter",
            ],
        )
        return bool(wake)

    def worker_number(self, id: str) -> str | None:
        """The number of somebody in the registry."""
        sealed: Any = self.redis.hget(keys_of(id).workers, id)
        return None if sealed is None else self.vault.open(sealed, f"worker number {id}").decode()

    def move_patient(self, patient: Patient, giver: str, taker: str) -> None:
        """Gives a patient to another worker. She is hers before she is not the other's, so that none is ever lost."""
        code, to, of = patient.code, keys_of(taker), keys_of(giver)
        due, confirm_by = dates(patient)
        given = self.redis.pipeline()
        given.set(to.patient(code), self.vault.seal(replace(patient, owner=taker).dump(), f"patient {taker}"))
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

    def invite(self, code: str, worker: Worker) -> None:
        """Keeps a code with which somebody may join as this kind of worker."""
        self.redis.set(f"invite:{code}", self.vault.seal(worker.dump(), f"invite {code}"), ex=INVITE_SECONDS)

    def invited(self, code: str) -> Worker | None:
        sealed: Any = self.redis.get(f"invite:{code}")
        return self.vault.read(sealed, f"invite {code}", load_worker)

    def used_up(self, code: str) -> None:
        self.redis.delete(f"invite:{code}")

    def caseload(self, worker: str) -> list[str]:
        """The numbers of a worker's patients, the most urgent and newest first."""
        codes: Any = self.redis.zrange(keys_of(worker).caseload(worker), 0, -1)
        return [code.decode() for code in codes]

    def add_worker(self, number: str, worker: Worker, language: str) -> None:
        """Puts somebody into the registry, or changes her entry. Her patients stay hers."""
        id = self.vault.person(number)
        keys = keys_of(id)
        pipeline = self.redis.pipeline()
        pipeline.set(keys.worker(id), self.vault.seal(worker.dump(), f"worker {id}"))
        pipeline.hset(keys.workers, id, self.vault.seal(number.encode(), f"worker number {id}"))
        if language:
            pipeline.hset(keys.person(id), "language", self.vault.seal(language.encode(), f"language {id}"))
        pipeline.execute()

    def remove_worker(self, number: str) -> bool:
        """Takes somebody out of the registry; her patients are kept. Returns whether she was in it."""
        id = self.vault.person(number)
        keys = keys_of(id)
        opted_out = self.redis.hget(keys.person(id), "opted_out") == b"1"
        pipeline = self.redis.pipeline()
        pipeline.delete(keys.worker(id))
        pipeline.hdel(keys.workers, id)
        pipeline.delete(keys.session(id))
        if not opted_out:
            # Who never wrote is kept as long as who does not write any more.
            pipeline.expire(keys.person(id), PERSON_SECONDS, nx=True)
        removed: int = pipeline.execute()[0]
        return removed > 0

    def workers(self) -> Iterator[tuple[str, Worker, int]]:
        """Everybody in the registry: number, entry, how many patients."""
        for keys in ALL_KEYS:
            listed: Any = self.redis.hgetall(keys.workers)
            entries = [(raw.decode(), number) for raw, number in listed.items()]
            pipeline = self.redis.pipeline(transaction=False)
            for id, _ in entries:
                pipeline.get(keys.worker(id))
                pipeline.zcard(keys.caseload(id))
            found = iter(pipeline.execute())
            for id, number in entries:
                sealed, patients = next(found), next(found)
                if worker := self.vault.read(sealed, f"worker {id}", load_worker):
                    yield self.vault.open(number, f"worker number {id}").decode(), worker, patients
