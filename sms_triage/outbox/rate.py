"""How fast each sender may send, over all workers (see ``reserve.lua``)."""

from collections.abc import Callable

from redis import Redis

from sms_triage import keys
from sms_triage.storage.scripts import script
from sms_triage.vault import Vault

BURST_SECONDS = 0.25
"""How much of the rate may be used at one go."""


class Rates:
    """What the senders may send. `rate` gives a sender's messages per second."""

    def __init__(self, redis: "Redis", vault: Vault, rate: Callable[[str], float]) -> None:
        self._vault = vault
        self._rate = rate
        self._reserve = redis.register_script(script("reserve"))
        self._granted: dict[str, int] = {}
        self._asked: set[str] = set()
        self._wanted = 0
        self.wait_for = 0.0

    def begin(self, wanted: int) -> None:
        """So many messages are wanted now. What was granted before and not used is still there."""
        self._wanted, self.wait_for = wanted, 0.05
        self._asked.clear()

    def allow(self, sender: str) -> bool:
        """Takes one message of a sender's, if there is one; `wait_for` then is how long (s) until the next."""
        if not self._granted.get(sender) and sender not in self._asked:
            rate = self._rate(sender)
            burst = max(1, int(rate * BURST_SECONDS))
            granted, wait_ms = self._reserve(
                keys=[keys.rate(self._vault.person(sender))], args=[rate, burst, min(self._wanted, burst)]
            )
            self._granted[sender], self.wait_for = int(granted), int(wait_ms) / 1000
            # Once a round: what is used up in this one is not asked for again.
            self._asked.add(sender)
        if not self._granted.get(sender):
            return False
        self._granted[sender] -= 1
        return True
