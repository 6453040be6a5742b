"""The names of everything in Redis. Every key is built here.

Every person belongs to one of 16 partitions (a hash of her id), and all keys a step touches carry that partition's
hash tag, so the same scripts run on a cluster.
"""

from dataclasses import dataclass

PARTITIONS = 16


@dataclass(frozen=True)
class Keys:
    """The keys of one partition."""

    partition: int

    def _key(self, *parts: str) -> str:
        return ":".join((f"{{p{self.partition:02}}}", *parts))

    def seen(self, gateway: str, message_id: str) -> str:
        return self._key("seen", gateway, message_id)

    def person(self, person: str) -> str:
        return self._key("person", person)

    def session(self, person: str) -> str:
        return self._key("session", person)

    def dialog(self, person: str) -> str:
        return self._key("dialog", person)

    def case(self, person: str) -> str:
        return self._key("case", person)

    def chw(self, person: str) -> str:
        return self._key("chw", person)

    def patient(self, code: str) -> str:
        return self._key("patient", code)

    def caseload(self, chw: str) -> str:
        return self._key("caseload", chw)

    def visits(self, chw: str) -> str:
        return self._key("visits", chw)

    def owner(self, code: str) -> str:
        return self._key("owner", code)

    @property
    def confirmations(self) -> str:
        return self._key("confirmations")

    @property
    def chws(self) -> str:
        return self._key("chws")

    def sent(self, gateway: str, provider_id: str) -> str:
        return self._key("sent", gateway, provider_id)

    def phone(self, person: str) -> str:
        return self._key("phone", person)

    @property
    def outbox(self) -> str:
        return self._key("outbox")

    @property
    def attempts(self) -> str:
        return self._key("attempts")

    @property
    def lease(self) -> str:
        return self._key("lease")

    @property
    def awake(self) -> str:
        return self._key("awake")

    @property
    def silences(self) -> str:
        return self._key("silences")

    @property
    def followups(self) -> str:
        return self._key("followups")

    @property
    def counts(self) -> str:
        return self._key("counts")


def keys_of(person: str) -> Keys:
    """The keys of the partition a person belongs to."""
    return Keys(int(person[:8], 16) % PARTITIONS)


ALL_KEYS = tuple(Keys(partition) for partition in range(PARTITIONS))


def keys_of_code(code: str) -> Keys:
    """The keys of the partition that a patient's number names: where it is kept whose she is."""
    return Keys(int(code[:2]) % PARTITIONS)
