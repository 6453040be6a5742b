"""Carrying out what turns do to others, before messages are sent.

Each person's effects are carried out in order. One that fails stays and is tried again, and holds up nobody else's.
"""

from collections.abc import Callable

from sms_triage.events import EffectFailed
from sms_triage.keys import Keys
from sms_triage.logs import log_error
from sms_triage.outbox.lease import Held
from sms_triage.storage.effects import EffectEntry, Effects

CarryOut = Callable[[EffectEntry], None]
"""Does what an effect says; done again it does only what is left. Whatever it raises means: try again later."""

EFFECT_BACKOFF = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0)
"""Seconds before the next try, by how many there were; the last counts for all further ones."""

MOST_HOLDING = 6
"""After so many tries in vain, one does not hold up its own person's later ones any more."""

READ_AHEAD = 200
MOST_AT_ONCE = 20
"""Effects carried out before the leases are looked after again."""


class Carrier:
    """Carries out the effects of the partitions that a drainer holds."""

    def __init__(
        self,
        effects: Effects,
        carry_out: CarryOut,
        now: Callable[[], float],
        backoff: tuple[float, ...] = EFFECT_BACKOFF,
    ) -> None:
        self._effects = effects
        self._carry_out = carry_out
        self._now = now
        self._backoff = backoff
        self._waiting: list[EffectEntry] = []

    def read(self, held: dict[Keys, Held]) -> None:
        """Reads what came since the last time."""
        for entry in self._effects.after({keys: read.effects for keys, read in held.items()}, READ_AHEAD):
            held[entry.keys].effects = entry.stream_id
            self._waiting.append(entry)

    def work(self) -> int:
        """Carries out what can be done now, so many at one go. Returns how many were tried."""
        tried = 0
        stay: list[EffectEntry] = []
        held_up: set[str] = set()
        for entry in self._waiting:
            if tried >= MOST_AT_ONCE or entry.by in held_up or entry.not_before > self._now():
                stay.append(entry)
            else:
                tried += 1
                if left := self._try(entry):
                    stay.append(left)
                else:
                    continue
            self._hold(held_up, stay[-1])
        self._waiting = stay
        return tried

    @property
    def next_retry(self) -> float | None:
        """When (s since the epoch) one that waits may be tried again."""
        held_up: set[str] = set()
        times = []
        for entry in self._waiting:
            if entry.by not in held_up:
                times.append(entry.not_before)
            self._hold(held_up, entry)
        return min(times, default=None)

    def drop(self, keys: Keys) -> None:
        """The effects of a partition are not ours any more."""
        self._waiting = [entry for entry in self._waiting if entry.keys != keys]

    @staticmethod
    def _hold(held_up: set[str], entry: EffectEntry) -> None:
        """Notes that one which stays holds up its person's later ones."""
        if entry.tries <= MOST_HOLDING:
            held_up.add(entry.by)

    def _try(self, entry: EffectEntry) -> EffectEntry | None:
        """One try. Gives what is left to be tried again."""
        try:
            self._carry_out(entry)
        except Exception as error:
            log_error("an effect could not be carried out; it is tried again", error)
            due = self._now() + self._backoff[min(entry.tries, len(self._backoff) - 1)]
            return self._effects.later(entry, due, str(EffectFailed(type(error).__name__)))
        self._effects.done(entry)
        return None
