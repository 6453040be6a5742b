"""The registry: health workers, supervisors and facilities as they are kept, and the invitations to join.

Of each: her entry, sealed, and in a hash of her partition her number, so that they can be listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sms_triage.keys import ALL_KEYS, keys_of
from sms_triage.storage.database import Database
from sms_triage.storage.messages import PERSON_SECONDS
from sms_triage.storage.snapshot import STOPPED
from sms_triage.storage.step import Step
from sms_triage.triage.people.chw import Chw

INVITE_SECONDS = 30 * 24 * 3600
"""How long a code to join can be used."""


@dataclass(frozen=True)
class Invitation:
    """That somebody may join as this kind of health worker. `taken_by` is the effect that took it, "" for none yet."""

    chw: Chw
    taken_by: str = ""


class Registry:
    """Everybody in the registry."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.redis = database.redis
        self.vault = database.vault
        self.records = database.records

    def number(self, id: str) -> str | None:
        """The number of somebody in the registry."""
        sealed: Any = self.redis.hget(keys_of(id).chws, id)
        return self.records.read(sealed, str, f"chw number {id}")

    def write(self, step: Step, number: str, chw: Chw) -> None:
        """In this step somebody is put into the registry, or her entry is changed. Her patients stay hers."""
        id = self.vault.person(number)
        keys = keys_of(id)
        step.put(keys.chw(id), self.records.seal(chw, f"chw {id}"))
        step.note(keys.chws, {id: self.records.seal(number, f"chw number {id}")})

    def add_chw(self, number: str, chw: Chw, language: str) -> None:
        """Puts somebody into the registry, or changes her entry, in a step of its own."""
        id, step = self.vault.person(number), Step()
        self.write(step, number, chw)
        if language:
            step.note(keys_of(id).person(id), {"language": self.records.seal(language, f"language {id}")})
        self.database.run(step)

    def remove_chw(self, number: str) -> bool:
        """Takes somebody out of the registry; her patients are kept. Returns whether she was in it."""
        id, step = self.vault.person(number), Step()
        keys = keys_of(id)
        step.expect_present("unknown", keys.chw(id))
        step.drop(keys.chw(id))
        step.strike(keys.chws, id)
        step.drop(keys.session(id))
        if self.redis.hget(keys.person(id), "opted_out") != STOPPED:
            # Who never wrote is kept as long as who does not write any more.
            step.last_at_most(keys.person(id), PERSON_SECONDS)
        return self.database.run(step).ok

    def chws(self) -> Iterator[tuple[str, Chw, int]]:
        """Everybody in the registry: number, entry, how many patients."""
        listed = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            listed.hgetall(keys.chws)
        numbers = {id.decode(): number for found in listed.execute() for id, number in found.items()}
        entries = self.redis.pipeline(transaction=False)
        for id in numbers:
            entries.get(keys_of(id).chw(id))
            entries.zcard(keys_of(id).caseload(id))
        found = iter(entries.execute())
        for id, number in numbers.items():
            sealed, patients = next(found), next(found)
            chw = self.records.read(sealed, Chw, f"chw {id}")
            plain = self.records.read(number, str, f"chw number {id}")
            if chw and plain:
                yield plain, chw, patients

    def invite(self, code: str, chw: Chw) -> None:
        """Keeps a code with which somebody may join as this kind of health worker."""
        step = Step()
        step.put(self._key(code), self.records.seal(Invitation(chw), f"invitation {code}"), INVITE_SECONDS)
        self.database.run(step)

    def take(self, code: str, entry: str) -> Chw | None:
        """What the effect `entry` may join as by a code, which from then on is taken, by this effect for good; None if
        there is no such code or another took it."""
        while True:
            sealed: Any = self.redis.get(self._key(code))
            invitation = self.records.read(sealed, Invitation, f"invitation {code}")
            if invitation is None or invitation.taken_by not in ("", entry):
                return None
            if invitation.taken_by == entry:
                return invitation.chw
            step = Step()
            step.expect_value("conflict", self._key(code), sealed)
            taken = replace(invitation, taken_by=entry)
            step.change(self._key(code), self.records.seal(taken, f"invitation {code}"))
            self.database.run(step)

    def _key(self, code: str) -> str:
        sign = self.vault.sign("invitation", code)
        return keys_of(sign).invitation(sign)
