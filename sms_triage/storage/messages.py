"""Messages on their way to people: the outbox, from which the drainer sends, and what is reported of those sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sms_triage.events import Reported, Written
from sms_triage.gateways.base import DeliveryReport
from sms_triage.keys import ALL_KEYS, keys_of
from sms_triage.storage.database import Database
from sms_triage.storage.scripts import script
from sms_triage.storage.snapshot import STOPPED, Address, Snapshot
from sms_triage.storage.step import Step
from sms_triage.triage.conversation.turn import Priority, Reply

PERSON_SECONDS = 90 * 24 * 3600
"""How long a person who does not write is kept (an opt-out is kept for good)."""
SENT_SECONDS = 2 * 24 * 3600
"""How long a sent message waits for its delivery reports."""
MOST_REPORTED_FAILURES = 3
"""After how many sends that the provider took and then reported undelivered a message is given up."""
AWAKE_SECONDS = 15
"""How long a started drain is trusted to be on its way."""
EXPIRES_SECONDS = {Priority.URGENT: 12 * 3600, Priority.ANSWER: 4 * 3600, Priority.REMINDER: 4 * 3600}
"""Past this a reply is of no more use and is dropped."""


@dataclass(frozen=True)
class Notification:
    """A message to somebody who wrote nothing herself: to her number, leaving from `sender` unless she is known to be
    answered elsewhere."""

    number: str
    text: str
    priority: Priority
    sender: Address


class Messages:
    """The outboxes."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.redis = database.redis
        self.records = database.records
        self._report = self.redis.register_script(script("report"))

    def reply(self, step: Step, id: str, address: Address, reply: Reply, now: float) -> None:
        """In this step, a message to a person is put into the outbox."""
        step.append(
            keys_of(id).outbox,
            {
                "person": id,
                "gateway": address.gateway,
                "sender": address.sender,
                "priority": int(reply.priority),
                "body": self.records.seal(reply.text, f"body {id}"),
                "created": now,
                "expires": now + EXPIRES_SECONDS[reply.priority],
                "despite_stop": int(reply.despite_stop),
            },
        )

    def notify(self, step: Step, to: Snapshot, notification: Notification, now: float) -> None:
        """In this step, a notification is put into the outbox; somebody who is not known yet is known from then on.
        Nothing is written to who wants no messages."""
        if to.opted_out == STOPPED:
            return
        keys = keys_of(to.id)
        if to.number is None:
            step.expect("conflict", keys.person(to.id), "version", to.version)
            number = self.records.seal(notification.number, f"number {to.id}")
            at = {"gateway": notification.sender.gateway, "sender": notification.sender.sender}
            step.note(keys.person(to.id), {"number": number, **at})
            step.last(keys.person(to.id), PERSON_SECONDS)
        address = notification.sender if to.address is None else to.address
        self.reply(step, to.id, address, Reply(notification.text, notification.priority), now)
        step.count(keys.counts, str(Written()))

    def report(self, gateway: str, report: DeliveryReport, retry_at: float | None) -> str:
        """Applies a delivery report by its rank (see ``report.lua``); `retry_at` (s) puts the message back."""
        id = self.database.vault.person(report.number)
        keys = keys_of(id)
        event = Reported(report.failure.value if report.failure else report.status, report.code)
        retry = "" if retry_at is None else retry_at
        result: bytes = self._report(
            keys=[keys.sent(gateway, report.provider_id), keys.outbox, keys.attempts, keys.counts, keys.person(id)],
            args=[report.rank, report.status, retry, SENT_SECONDS, MOST_REPORTED_FAILURES, str(event)],
        )
        return result.decode()

    def waiting(self, now: float) -> tuple[int, float]:
        """How many replies wait in the outbox, and the age (s) of the oldest."""
        pipeline = self.redis.pipeline(transaction=False)
        for keys in ALL_KEYS:
            pipeline.xlen(keys.outbox)
            pipeline.xrange(keys.outbox, count=1)
        answers: Sequence[Any] = pipeline.execute()
        oldest = [int(entries[0][0].split(b"-")[0]) / 1000 for entries in answers[1::2] if entries]
        return sum(answers[0::2]), max(0.0, now - min(oldest)) if oldest else 0.0
