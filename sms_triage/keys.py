"""The names of everything in Redis. Every key is built here.

Every person belongs to one of 16 partitions (a hash of her id), and all keys a step touches carry that partition's
hash tag, so the same scripts run on a cluster. A name shows nothing of anybody: people, patients' numbers and
invitations stand in it by their signs (``Vault.person``, ``Vault.sign``).
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

    def aside(self, person: str) -> str:
        return self._key("aside", person)

    def dialog(self, person: str) -> str:
        return self._key("dialog", person)

    def case(self, person: str) -> str:
        return self._key("case", person)

    def chw(self, person: str) -> str:
        return self._key("chw", person)

    def patient(self, sign: str) -> str:
        return self._key("patient", sign)

    def caseload(self, chw: str) -> str:
        return self._key("caseload", chw)

    def visits(self, chw: str) -> str:
        return self._key("visits", chw)

    def owner(self, sign: str) -> str:
        return self._key("owner", sign)

    def invitation(self, sign: str) -> str:
        return self._key("invitation", sign)

    def moving(self, giver: str) -> str:
        return self._key("moving", giver)

    def done(self, mark: str) -> str:
        return self._key("done", mark)

    def weekly(self, week: str, supervisor: str) -> str:
        return self._key("weekly", week, supervisor)

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
    def effects(self) -> str:
        return self._key("effects")

    @property
    def efforts(self) -> str:
        return self._key("efforts")

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
    """The keys of the partition a person (or a sign) belongs to."""
    return Keys(int(person[:8], 16) % PARTITIONS)


ALL_KEYS = tuple(Keys(partition) for partition in range(PARTITIONS))


def keys_of_code(code: str) -> Keys:
    """The keys of the partition that a patient's number names: where it is kept whose she is."""
    return Keys(int(code[:2]) % PARTITIONS)


IDENTITY = "identity"
"""Whose data these are."""


def rate(sender: str) -> str:
    """How fast a sender may send: of no partition, in a step of its own. `sender` is its sign."""
    return f"rate:{sender}"


def week_told(week: str) -> str:
    """That all supervisors were told about a week."""
    return f"weekly:{week}"
