"""Replies waiting to leave, and the drainer that sends them.

A partition's outbox is a stream; an entry stands in it until the provider has accepted it or it is given up. One
drainer at a time holds a partition's lease. It keeps people in order, sends the most urgent person's messages first,
many at once, never faster than the sender may, and notes each attempt before it is made: after a crash, what was never
attempted is sent, and what may have been accepted is first looked up at the provider.
"""

import heapq
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import Any, Literal
from uuid import uuid4

from sms_triage.clock import WALL, Clock
from sms_triage.gateways.base import Failure, Gateway, Outgoing, SendError
from sms_triage.keys import ALL_KEYS, Keys, keys_of
from sms_triage.storage.people import SENT_SECONDS, Store
from sms_triage.storage.scripts import script

IN_FLIGHT = 200
"""Sends under way at once. At 100 messages a second a provider may take 2 s over each."""

LEASE_SECONDS = 30
READ_AHEAD = 500
"""Entries read at once from each partition."""

BACKOFF = (5.0, 15.0, 60.0, 300.0, 900.0)
"""Seconds before the next try, by how many there were; the last counts for all further ones."""

LINGER = 5.0
"""How near a retry must be for the drainer to wait for it instead of leaving it to the next sweep."""

BURST_SECONDS = 0.25
"""How much of the rate may be used at one go."""

Outcome = Literal["sent", "later", "never", "filtered", "expired", "opted_out", "forgotten"]


_FINAL: Mapping[Failure, Outcome] = {
    Failure.NEVER: "never",
    Failure.FILTERED: "filtered",
    Failure.OPTED_OUT: "opted_out",
}


@dataclass(frozen=True)
class Entry:
    """One message in the outbox. `attempts` were made before; `posted` is when the last one began, if its fate is
    unknown; `not_before` is when it may be tried again (s since the epoch)."""

    id: str
    keys: Keys
    person: str
    gateway: str
    sender: str
    priority: int
    body: bytes
    created: float
    expires: float
    despite_stop: bool
    attempts: int = 0
    posted: float | None = None
    not_before: float = 0.0

    @property
    def reference(self) -> str:
        """Our own id of this message, for providers that take one."""
        return f"{self.keys.partition}-{self.id}"

    @property
    def order(self) -> tuple[int, ...]:
        milliseconds, number = self.id.split("-")
        return int(milliseconds), int(number)


@dataclass(frozen=True)
class Result:
    """What became of an entry in one attempt."""

    entry: Entry
    outcome: Outcome
    provider_id: str = ""
    code: str = ""
    unknown: bool = False


@dataclass
class _Queue:
    """The waiting messages of one person, oldest first."""

    entries: deque[Entry] = field(default_factory=deque)
    in_flight: bool = False


class Drainer:
    """Empties the outboxes it can get the lease of.

    `rate` gives a sender's messages per second.
    """

    def __init__(
        self,
        store: Store,
        gateways: Mapping[str, Gateway],
        rate: Callable[[str], float],
        *,
        clock: Clock = WALL,
        backoff: tuple[float, ...] = BACKOFF,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self.store = store
        self.redis = store.redis
        self.gateways = gateways
        self.rate = rate
        self.clock = clock
        self.backoff = backoff
        self.lease_seconds = lease_seconds
        self.token = uuid4().hex
        self._take, self._release, self._begin, self._reserve = (
            self.redis.register_script(script(name)) for name in ("take", "release", "begin", "reserve")
        )
        self._people: dict[str, _Queue] = {}
        self._ready: list[tuple[int, tuple[int, ...], str]] = []
        self._held: dict[Keys, str] = {}
        self._flying = 0
        self._landed: SimpleQueue[Future[Result]] = SimpleQueue()
        self._retry_at: list[tuple[float, str]] = []
        self._room: dict[str, float] = {}
        self._renewed = 0.0

    def run(self, seconds: float = 3600.0) -> int:
        """Drains until nothing is left that can be sent now, or `seconds` are over. Returns how many were sent."""
        sent, until = 0, self.clock.now() + seconds
        with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="send") as pool:
            while True:
                self._renew()
                self._read()
                self._wake_retries()
                idle = self._launch(pool) if self.clock.now() < until else 0.0
                sent += self._collect(idle)
                if self._done(self.clock.now() >= until):
                    break
        return sent

    def _renew(self) -> None:
        """Takes every partition that has something, and keeps those held; seldom enough to cost nothing."""
        now = self.clock.now()
        if self._held and now - self._renewed < self.lease_seconds / 30:
            return
        self._renewed = now
        pipeline = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            self._take(
                keys=[keys.lease, keys.outbox, keys.awake],
                args=[self.token, int(self.lease_seconds * 1000)],
                client=pipeline,
            )
        for keys, taken in zip(ALL_KEYS, pipeline.execute(), strict=True):
            if taken:
                self._held.setdefault(keys, "0-0")
            elif keys in self._held:
                self._lose(keys)

    def _lose(self, keys: Keys) -> None:
        """Somebody else drains this partition now: what of it was not begun is theirs."""
        del self._held[keys]
        self._people = {
            person: queue for person, queue in self._people.items() if keys_of(person) != keys or queue.in_flight
        }

    def _read(self) -> None:
        """Reads what came since the last time, with what was noted of earlier attempts."""
        if len(self._people) > IN_FLIGHT * 20:
            return
        pipeline = self.redis.pipeline(transaction=False)
        held = list(self._held)
        for keys in held:
            pipeline.xrange(keys.outbox, min=f"({self._held[keys]}", count=READ_AHEAD)
        new = [(keys, entries) for keys, entries in zip(held, pipeline.execute(), strict=True) if entries]
        for keys, entries in new:
            self._held[keys] = entries[-1][0].decode()
            pipeline.hmget(keys.attempts, [id for id, _ in entries])
        for (keys, entries), attempts in zip(new, pipeline.execute() if new else [], strict=True):
            for (id, fields), attempt in zip(entries, attempts, strict=True):
                self._admit(_entry(keys, id.decode(), fields, attempt))

    def _admit(self, entry: Entry) -> None:
        queue = self._people.setdefault(entry.person, _Queue())
        queue.entries.append(entry)
        self._offer(entry.person)

    def _offer(self, person: str) -> None:
        """Puts a person in line, as urgent as her most urgent message; she has to wait for her own first one."""
        queue = self._people[person]
        if queue.in_flight or not queue.entries:
            return
        first = queue.entries[0]
        if first.not_before > self.clock.now():
            heapq.heappush(self._retry_at, (first.not_before, person))
            return
        heapq.heappush(self._ready, (min(entry.priority for entry in queue.entries), first.order, person))

    def _wake_retries(self) -> None:
        while self._retry_at and self._retry_at[0][0] <= self.clock.now():
            _, person = heapq.heappop(self._retry_at)
            if person in self._people:
                self._offer(person)

    def _launch(self, pool: ThreadPoolExecutor) -> float:
        """Begins as many sends as there is room for. Returns how long (s) to wait before it is worth trying again."""
        if not self._ready:
            return 0.05
        chosen, wait_for = self._choose(IN_FLIGHT - self._flying)
        if not chosen:
            return wait_for
        by_partition: dict[Keys, list[Entry]] = {}
        for entry in chosen:
            by_partition.setdefault(entry.keys, []).append(entry)
        pipeline = self.redis.pipeline(transaction=False)
        for keys, entries in by_partition.items():
            marks = [word for entry in entries for word in (entry.id, entry.attempts + 1)]
            self._begin(keys=[keys.lease, keys.attempts], args=[self.token, self.clock.now(), *marks], client=pipeline)
            for entry in entries:
                pipeline.hmget(keys.person(entry.person), "number", "opted_out")
                # A report under our own reference is proof that an earlier try was accepted.
                pipeline.exists(keys.sent(entry.gateway, entry.reference))
        answers = iter(pipeline.execute())
        for keys, entries in by_partition.items():
            mine = next(answers)
            people = [(*next(answers), bool(next(answers))) for _ in entries]
            if not mine:
                self._lose(keys)
                continue
            for entry, (number, opted_out, reported) in zip(entries, people, strict=True):
                self._people[entry.person].in_flight = True
                self._flying += 1
                attempt = pool.submit(self._attempt, entry, number, opted_out in (b"1", b"2"), reported)
                attempt.add_done_callback(self._landed.put)
        return 0.0

    def _choose(self, room: int) -> tuple[list[Entry], float]:
        """The next messages in order of urgency, at most one a person, as many as their senders may send now."""
        chosen: list[Entry] = []
        blocked: list[tuple[int, tuple[int, ...], str]] = []
        allowance: dict[str, int] = {}
        wait_for, now = 0.05, self.clock.now()
        while self._ready and len(chosen) < room:
            place = heapq.heappop(self._ready)
            queue = self._people.get(place[2])
            if queue is None or queue.in_flight or not queue.entries or queue.entries[0].not_before > now:
                continue
            entry = queue.entries[0]
            if any(entry is other for other in chosen):
                continue
            if entry.sender not in allowance:
                allowance[entry.sender], wait_for = self._allow(entry.sender, room)
            if not allowance[entry.sender]:
                blocked.append(place)
                if len(blocked) > IN_FLIGHT:
                    break
                continue
            allowance[entry.sender] -= 1
            chosen.append(entry)
        for place in blocked:
            heapq.heappush(self._ready, place)
        for sender, unused in allowance.items():
            self._room[sender] = unused
        return chosen, wait_for

    def _allow(self, sender: str, most: int) -> tuple[int, float]:
        """How many messages `sender` may send now, over all workers, and how long (s) until the next."""
        kept = int(self._room.pop(sender, 0))
        rate = self.rate(sender)
        burst = max(1, int(rate * BURST_SECONDS))
        if kept:
            return kept, 0.0
        granted, wait_ms = self._reserve(
            keys=[f"rate:{self.store.vault.person(sender)}"], args=[rate, burst, min(most, burst)]
        )
        return int(granted), int(wait_ms) / 1000

    def _attempt(self, entry: Entry, number: bytes | None, opted_out: bool, reported: bool) -> Result:
        """One try, in a thread of its own. Never raises."""
        if reported and entry.posted is not None:
            return Result(entry, "sent", provider_id=entry.reference)
        if number is None:
            return Result(entry, "forgotten")
        if opted_out and not entry.despite_stop:
            return Result(entry, "opted_out", code="stopped")
        if entry.expires < self.clock.now():
            return Result(entry, "expired")
        gateway = self.gateways.get(entry.gateway)
        if gateway is None:
            return Result(entry, "later", code="gateway not configured")
        message = Outgoing(
            number=self.store.records.open(number, str, f"number {entry.person}"),
            sender=entry.sender,
            text=self.store.records.open(entry.body, str, f"body {entry.person}"),
            reference=entry.reference,
        )
        try:
            found = gateway.find(message, entry.posted) if entry.posted is not None else None
            return Result(entry, "sent", provider_id=found or gateway.send(message))
        except SendError as error:
            if error.failure in (Failure.LATER, Failure.OPERATOR, Failure.UNKNOWN):
                still_unknown = entry.posted is not None and error.failure is Failure.LATER
                unknown = error.failure is Failure.UNKNOWN or still_unknown
                return Result(entry, "later", code=error.code, unknown=unknown)
            return Result(entry, _FINAL[error.failure], code=error.code)
        except Exception as error:
            # Nothing is known of what happened, so it is looked up before the next try.
            return Result(entry, "later", code=type(error).__name__, unknown=True)

    def _collect(self, idle: float) -> int:
        """Settles the sends that came back, waiting `idle` seconds for one if need be. Returns how many went out."""
        if not self._flying:
            if idle and (self._ready or self._retry_at):
                self.clock.sleep(min(idle, 0.25))
            return 0
        results: list[Result] = []
        try:
            results.append(self._landed.get(timeout=idle or 0.001).result())
            while True:
                results.append(self._landed.get_nowait().result())
        except Empty:
            pass
        self._flying -= len(results)
        pipeline = self.redis.pipeline(transaction=False)
        for result in results:
            self._settle(pipeline, result)
        if results:
            pipeline.execute()
        return sum(result.outcome == "sent" for result in results)

    def _settle(self, pipeline: Any, result: Result) -> None:
        entry = result.entry
        pipeline.hincrby(entry.keys.counts, f"send:{result.outcome}" + (f":{result.code}" if result.code else ""), 1)
        queue = self._people.get(entry.person)
        if queue is not None:
            queue.in_flight = False
        if result.outcome == "later":
            self._postpone(pipeline, result, queue)
        else:
            pipeline.xdel(entry.keys.outbox, entry.id)
            pipeline.hdel(entry.keys.attempts, entry.id)
            if result.outcome == "sent":
                key = entry.keys.sent(entry.gateway, result.provider_id)
                pipeline.hset(key, mapping=_sent(entry))
                pipeline.expire(key, SENT_SECONDS)
            elif result.outcome == "opted_out" and result.code != "stopped":
                pipeline.hset(entry.keys.person(entry.person), "opted_out", 1)
                pipeline.persist(entry.keys.person(entry.person))
            elif result.outcome == "never":
                pipeline.hset(entry.keys.person(entry.person), "unreachable", result.code)
            if queue is not None and queue.entries and queue.entries[0].id == entry.id:
                queue.entries.popleft()
        if queue is not None:
            if queue.entries:
                self._offer(entry.person)
            else:
                del self._people[entry.person]

    def _postpone(self, pipeline: Any, result: Result, queue: _Queue | None) -> None:
        entry, now = result.entry, self.clock.now()
        due = now + self.backoff[min(entry.attempts, len(self.backoff) - 1)]
        posted = (entry.posted or now) if result.unknown else None
        state = (
            f"unknown:{entry.attempts + 1}:{due}:{posted}" if result.unknown else f"later:{entry.attempts + 1}:{due}"
        )
        pipeline.hset(entry.keys.attempts, entry.id, state)
        if queue is not None and queue.entries and queue.entries[0].id == entry.id:
            queue.entries[0] = replace(entry, attempts=entry.attempts + 1, posted=posted, not_before=due)

    def _done(self, out_of_time: bool) -> bool:
        """Gives everything back if there is nothing to do; what came meanwhile keeps the drainer going."""
        if self._flying or (self._ready and not out_of_time):
            return False
        if self._retry_at and self._retry_at[0][0] - self.clock.now() < LINGER and not out_of_time:
            return False
        pipeline = self.redis.pipeline(transaction=False)
        held = list(self._held)
        for keys in held:
            last = "99999999999999-0" if out_of_time else self._held[keys]
            self._release(keys=[keys.lease, keys.outbox, keys.awake], args=[self.token, last], client=pipeline)
        for keys, released in zip(held, pipeline.execute(), strict=True):
            if released:
                del self._held[keys]
                self._people = {person: q for person, q in self._people.items() if keys_of(person) != keys}
        if not self._held:
            self._ready.clear()
            self._retry_at.clear()
        return not self._held


def _entry(keys: Keys, id: str, fields: Mapping[bytes, bytes], attempt: bytes | None) -> Entry:
    entry = Entry(
        id=id,
        keys=keys,
        person=fields[b"person"].decode(),
        gateway=fields[b"gateway"].decode(),
        sender=fields[b"sender"].decode(),
        priority=int(fields[b"priority"]),
        body=fields[b"body"],
        created=float(fields[b"created"]),
        expires=float(fields[b"expires"]),
        despite_stop=fields[b"despite_stop"] == b"1",
    )
    if attempt is None:
        return entry
    state, count, *times = attempt.decode().split(":")
    entry = replace(entry, attempts=int(count))
    if state == "posted":
        return replace(entry, posted=float(times[0]))
    return replace(entry, not_before=float(times[0]), posted=float(times[1]) if state == "unknown" else None)


def _sent(entry: Entry) -> dict[str, Any]:
    """What is kept of a sent message until it is known to have arrived, should it have to be sent again."""
    return {
        "person": entry.person,
        "gateway": entry.gateway,
        "sender": entry.sender,
        "priority": entry.priority,
        "body": entry.body,
        "created": entry.created,
        "expires": entry.expires,
        "despite_stop": int(entry.despite_stop),
        "count": entry.attempts + 1,
    }
