"""Who is next: each person's messages in order, the most urgent person first, and those who have to wait."""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from sms_triage.keys import Keys, keys_of
from sms_triage.outbox.entries import Entry

MOST_BLOCKED = 200
"""How many people whose sender may not send now are looked past for one whose may."""

Place = tuple[int, tuple[int, ...], str]


@dataclass
class _Queue:
    """The waiting messages of one person, oldest first."""

    entries: deque[Entry] = field(default_factory=deque)
    in_flight: bool = False


class Queues:
    """Everybody whose messages were read and are not settled."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._people: dict[str, _Queue] = {}
        self._ready: list[Place] = []
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
        chosen: list[Entry] = []
        blocked: list[Place] = []
        now = self._now()
        while self._ready and len(chosen) < room and len(blocked) <= MOST_BLOCKED:
            place = heapq.heappop(self._ready)
            queue = self._people.get(place[2])
            if queue is None or queue.in_flight or not queue.entries or queue.entries[0].not_before > now:
                continue
            entry = queue.entries[0]
            if any(entry is other for other in chosen):
                continue
            if allow(entry.sender):
                chosen.append(entry)
            else:
                blocked.append(place)
        for place in blocked:
            heapq.heappush(self._ready, place)
        return chosen

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
            if instead is None:
                queue.entries.popleft()
            else:
                queue.entries[0] = instead
        if queue.entries:
            self._offer(entry.person)
        else:
            del self._people[entry.person]

    def drop(self, keys: Keys, also_in_flight: bool = False) -> None:
        """The messages of a partition are not ours any more."""
        self._people = {
            person: queue
            for person, queue in self._people.items()
            if keys_of(person) != keys or (queue.in_flight and not also_in_flight)
        }

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
        heapq.heappush(self._ready, (min(entry.priority for entry in queue.entries), first.order, person))
