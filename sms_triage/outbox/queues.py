"""Who is next: each person's messages in order, the most urgent person first, and those who have to wait."""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from sms_triage.keys import Keys, keys_of
from sms_triage.outbox.entries import Entry

Place = tuple[int, tuple[int, ...], str]


@dataclass
class _Queue:
    """The waiting messages of one person, oldest first. Of one that was `lost` only what is on its way is known."""

    entries: deque[Entry] = field(default_factory=deque)
    in_flight: bool = False
    lost: bool = False


class Queues:
    """Everybody whose messages were read and are not settled."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._people: dict[str, _Queue] = {}
        self._ready: dict[str, list[Place]] = {}
        self._retries: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._people)

    @property
    def ready(self) -> bool:
        """Whether somebody may be next."""
        return bool(self._ready)

    @property
    def next_retry(self) -> float | None:
        """When (s since the epoch) somebody who waits may be tried again."""
        return self._retries[0][0] if self._retries else None

    def admit(self, entry: Entry) -> None:
        self._people.setdefault(entry.person, _Queue()).entries.append(entry)
        self._offer(entry.person)

    def wake_retries(self) -> None:
        """Who has waited long enough is in line again."""
        while self._retries and self._retries[0][0] <= self._now():
            _, person = heapq.heappop(self._retries)
            if person in self._people:
                self._offer(person)

    def choose(self, room: int, allow: Callable[[str], bool]) -> list[Entry]:
        """The next messages in order of urgency, at most one a person; `allow` takes one from what a sender may send
        now, or says that it may not."""
        chosen: dict[str, Entry] = {}
        now, open_senders = self._now(), set(self._ready)
        while open_senders and len(chosen) < room:
            sender = min(open_senders, key=lambda sender: self._ready[sender][0])
            line = self._ready[sender]
            place = heapq.heappop(line)
            entry = self._first(place[2], sender, now)
            if entry is not None and entry.person not in chosen:
                if allow(sender):
                    chosen[entry.person] = entry
                else:
                    heapq.heappush(line, place)
                    open_senders.discard(sender)
            if not line:
                del self._ready[sender]
                open_senders.discard(sender)
        return list(chosen.values())

    def _first(self, person: str, sender: str, now: float) -> Entry | None:
        """A person's next message, if it leaves from this sender and may leave now."""
        queue = self._people.get(person)
        if queue is None or queue.in_flight or not queue.entries:
            return None
        entry = queue.entries[0]
        return entry if entry.sender == sender and entry.not_before <= now else None

    def begin(self, entry: Entry) -> None:
        """A message is on its way; its person's next one waits for it."""
        self._people[entry.person].in_flight = True

    def finish(self, entry: Entry, instead: Entry | None = None) -> None:
        """A message is settled, or stands there again to be tried later."""
        queue = self._people.get(entry.person)
        if queue is None:
            return
        queue.in_flight = False
        if queue.entries and queue.entries[0].id == entry.id:
            if instead is None or queue.lost:
                queue.entries.popleft()
            else:
                queue.entries[0] = instead
        queue.lost = False
        if queue.entries:
            self._offer(entry.person)
        else:
            del self._people[entry.person]

    def drop(self, keys: Keys, also_in_flight: bool = False) -> None:
        """The messages of a partition are not ours any more."""
        for person in [person for person in self._people if keys_of(person) == keys]:
            queue = self._people[person]
            if queue.in_flight and not also_in_flight:
                queue.entries, queue.lost = deque([queue.entries[0]]), True
            else:
                del self._people[person]

    def clear(self) -> None:
        self._ready.clear()
        self._retries.clear()

    def _offer(self, person: str) -> None:
        """Puts a person in line, as urgent as her most urgent message; she has to wait for her own first one."""
        queue = self._people[person]
        if queue.in_flight or not queue.entries:
            return
        first = queue.entries[0]
        if first.not_before > self._now():
            heapq.heappush(self._retries, (first.not_before, person))
            return
        line = self._ready.setdefault(first.sender, [])
        heapq.heappush(line, (min(entry.priority for entry in queue.entries), first.order, person))
