"""Which partitions this drainer holds: one drainer at a time drains a partition."""

from dataclasses import dataclass
from uuid import uuid4

from redis import Redis

from sms_triage.keys import ALL_KEYS, Keys
from sms_triage.storage.scripts import script

LEASE_SECONDS = 4.0
"""How long the messages of a drainer that died wait for another. One that only stalls sends nothing after it."""

TAKEN_ANEW = 2
FIRST = "0-0"
EVERYTHING = "99999999999999-0"


@dataclass
class Held:
    """A partition that is held, and how far it was read: the last message and the last effect."""

    outbox: str = FIRST
    effects: str = FIRST


class Leases:
    """The leases of one drainer. Each lasts `seconds` unless it is kept."""

    def __init__(self, redis: "Redis", seconds: float = LEASE_SECONDS) -> None:
        self.redis = redis
        self.seconds = seconds
        self.token = uuid4().hex
        self.held: dict[Keys, Held] = {}
        self._take = redis.register_script(script("take"))
        self._release = redis.register_script(script("release"))
        self._renewed = float("-inf")

    def must_renew(self, now: float) -> bool:
        """Whether it is time: seldom enough to cost nothing."""
        return not self.held or now - self._renewed >= self.seconds / 30

    def hold(self, keys: Keys, now: float) -> bool:
        """Whether a partition is surely still held."""
        return keys in self.held and now < self._renewed + self.seconds

    def renew(self, now: float) -> list[Keys]:
        """Takes every partition that has something, and keeps those held. Returns those that were lost."""
        self._renewed = now
        pipeline = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            self._take(
                keys=[keys.lease, keys.outbox, keys.effects, keys.awake],
                args=[self.token, int(self.seconds * 1000)],
                client=pipeline,
            )
        lost = []
        for keys, taken in zip(ALL_KEYS, pipeline.execute(), strict=True):
            if taken == TAKEN_ANEW and keys in self.held:
                # It had ended: somebody else may have been here, so it is taken with all that is read anew.
                del self.held[keys]
                lost.append(keys)
            elif taken:
                self.held.setdefault(keys, Held())
            elif self.held.pop(keys, None):
                lost.append(keys)
        return lost

    def release(self, whatever_came: bool) -> list[Keys]:
        """Gives back what nothing came to since it was read, or all of it. Returns what was given back."""
        pipeline = self.redis.pipeline(transaction=False)
        held = list(self.held.items())
        for keys, read in held:
            last = [EVERYTHING] * 2 if whatever_came else [read.outbox, read.effects]
            self._release(
                keys=[keys.lease, keys.outbox, keys.effects, keys.awake], args=[self.token, *last], client=pipeline
            )
        given = [keys for (keys, _), released in zip(held, pipeline.execute(), strict=True) if released]
        for keys in given:
            del self.held[keys]
        return given
