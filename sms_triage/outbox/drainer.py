"""The drainer: takes the partitions that it can get, carries out their effects, and empties their outboxes."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue

from sms_triage.clock import WALL, Clock
from sms_triage.gateways.base import Gateway
from sms_triage.keys import Keys
from sms_triage.outbox.effects import Carrier, CarryOut
from sms_triage.outbox.entries import Entry, Result, read_entry
from sms_triage.outbox.lease import LEASE_SECONDS, Leases
from sms_triage.outbox.queues import Queues
from sms_triage.outbox.rate import Rates
from sms_triage.outbox.send import Recipient, Sending
from sms_triage.outbox.settle import Settling
from sms_triage.storage.people import Store
from sms_triage.storage.scripts import script

IN_FLIGHT = 200
"""Sends under way at once. At 100 messages a second a provider may take 2 s over each."""

READ_AHEAD = 500
"""Messages read at once from each partition."""

BACKOFF = (5.0, 15.0, 60.0, 300.0, 900.0)
"""Seconds before the next try of a message, by how many there were; the last counts for all further ones."""

GRACE = 0.5
"""How long (s) after its time a drain launches nothing and waits for what is under way."""

LONGEST_IDLE = 0.25
"""Seconds. So late at most is looked at what came meanwhile."""

LINGER = 5.0
"""How near a retry must be for the drainer to wait for it instead of leaving it to the next sweep."""


class Drainer:
    """Drains the partitions it can get the lease of.

    `rate` gives a sender's messages per second; without `carry_out` effects are left alone.
    """

    def __init__(
        self,
        store: Store,
        gateways: Mapping[str, Gateway],
        rate: Callable[[str], float],
        *,
        carry_out: CarryOut | None = None,
        clock: Clock = WALL,
        backoff: tuple[float, ...] = BACKOFF,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self.redis = store.redis
        self.clock = clock
        self.leases = Leases(self.redis, lease_seconds)
        self.queues = Queues(clock.now)
        self.rates = Rates(self.redis, store.vault, rate)
        self.sending = Sending(gateways, store.records, clock.now, self.leases.hold, self._claimed)
        self.carrier = Carrier(store.effects, carry_out, clock.now) if carry_out else None
        self.settling = Settling(store, self.queues, backoff)
        self._begin = self.redis.register_script(script("begin"))
        self._flying = 0
        self._landed: SimpleQueue[Future[Result]] = SimpleQueue()

    def run(self, seconds: float = 3600.0) -> int:
        """Drains until nothing is left that can be done now, or `seconds` are over. Returns how many were sent."""
        sent, until = 0, self.clock.now() + seconds
        with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="send") as pool:
            while True:
                if self.clock.now() >= until + GRACE:
                    # What hangs holds up nobody else: the drain goes on until it is over.
                    until = self.clock.now() + seconds
                in_time = self.clock.now() < until
                carried = self._carry_out() if in_time else 0
                self._renew(now_or_never=carried > 0)
                self._read()
                self.queues.wake_retries()
                idle = self._launch(pool) if in_time else 0.05
                sent += self._collect(idle)
                if self._done(self.clock.now() >= until):
                    break
        return sent

    def _renew(self, now_or_never: bool = False) -> None:
        now = self.clock.now()
        if now_or_never or self.leases.must_renew(now):
            for keys in self.leases.renew(now):
                self._lose(keys)

    def _lose(self, keys: Keys) -> None:
        """Somebody else drains this partition now: what of it was not begun is theirs."""
        self.leases.held.pop(keys, None)
        self.queues.drop(keys)
        if self.carrier:
            self.carrier.drop(keys)

    def _carry_out(self) -> int:
        """Carries out the effects that wait. What they write may wait in any partition: it is looked for at once."""
        if self.carrier is None:
            return 0
        self._renew()
        self.carrier.read(self.leases.held)
        return self.carrier.work()

    def _read(self) -> None:
        """Reads the messages that came since the last time, with what was noted of earlier attempts."""
        if len(self.queues) > IN_FLIGHT * 20:
            return
        pipeline = self.redis.pipeline(transaction=False)
        held = list(self.leases.held.items())
        for keys, read in held:
            pipeline.xrange(keys.outbox, min=f"({read.outbox}", count=READ_AHEAD)
        new = [(keys, entries) for (keys, _), entries in zip(held, pipeline.execute(), strict=True) if entries]
        for keys, entries in new:
            self.leases.held[keys].outbox = entries[-1][0].decode()
            pipeline.hmget(keys.attempts, [id for id, _ in entries])
        for (keys, entries), attempts in zip(new, pipeline.execute() if new else [], strict=True):
            for (id, fields), attempt in zip(entries, attempts, strict=True):
                try:
                    self.queues.admit(read_entry(keys, id.decode(), fields, attempt))
                except (KeyError, ValueError):
                    self.settling.discard(keys, id.decode())

    def _launch(self, pool: ThreadPoolExecutor) -> float:
        """Begins as many sends as there is room for. Returns how long (s) to wait before it is worth trying again."""
        if not self.queues.ready:
            return 0.05
        room = IN_FLIGHT - self._flying
        self.rates.begin(room)
        chosen = self.queues.choose(room, self.rates.allow)
        if not chosen:
            return min(self.rates.wait_for, LONGEST_IDLE)
        by_partition: dict[Keys, list[Entry]] = {}
        for entry in chosen:
            by_partition.setdefault(entry.keys, []).append(entry)
        pipeline, began = self.redis.pipeline(transaction=False), self.clock.now()
        for keys, entries in by_partition.items():
            marks = [word for entry in entries for word in entry.attempt(began)]
            self._begin(
                keys=[keys.lease, keys.attempts, keys.outbox], args=[self.leases.token, *marks], client=pipeline
            )
            for entry in entries:
                pipeline.hmget(keys.person(entry.person), "number", "opted_out")
                # A report under our own reference is proof that an earlier try was accepted.
                pipeline.exists(keys.sent(entry.gateway, entry.reference))
        answers = iter(pipeline.execute())
        for keys, entries in by_partition.items():
            begun = next(answers)
            people = [_recipient(next(answers), next(answers)) for _ in entries]
            if not begun:
                self._lose(keys)
                continue
            for entry, person, there in zip(entries, people, begun, strict=True):
                self.queues.begin(entry)
                if not there:
                    self.queues.finish(entry)
                    continue
                self._flying += 1
                attempt = pool.submit(self.sending.attempt, entry, person, began)
                attempt.add_done_callback(self._landed.put)
        return 0.0

    def _claimed(self, entry: Entry, provider_id: str) -> bool:
        """Whether this message of the provider's is known to be another entry's."""
        return bool(self.redis.hexists(entry.keys.sent(entry.gateway, provider_id), "person"))

    def _collect(self, idle: float) -> int:
        """Settles the sends that came back, waiting `idle` seconds for one if need be. Returns how many went out."""
        if not self._flying:
            if idle and (self.queues.ready or self._next_retry is not None):
                self.clock.sleep(idle)
            return 0
        results: list[Result] = []
        try:
            results.append(self._landed.get(timeout=idle or 0.001).result())
            while True:
                results.append(self._landed.get_nowait().result())
        except Empty:
            pass
        self._flying -= len(results)
        if results:
            self.settling.settle(results, self.clock.now())
        return sum(result.outcome == "sent" for result in results)

    @property
    def _next_retry(self) -> float | None:
        retries = [self.queues.next_retry, self.carrier.next_retry if self.carrier else None]
        return min((at for at in retries if at is not None), default=None)

    def _done(self, out_of_time: bool) -> bool:
        """Gives everything back if there is nothing to do; what came meanwhile keeps the drainer going."""
        if self._flying or (self.queues.ready and not out_of_time):
            return False
        retry = self._next_retry
        if retry is not None and retry - self.clock.now() < LINGER and not out_of_time:
            return False
        for keys in self.leases.release(whatever_came=out_of_time):
            self.queues.drop(keys, also_in_flight=True)
            if self.carrier:
                self.carrier.drop(keys)
        if not self.leases.held:
            self.queues.clear()
        return not self.leases.held


def _recipient(known: tuple[bytes | None, bytes | None], reported: int) -> Recipient:
    number, opted_out = known
    return Recipient(number, opted_out, bool(reported))
