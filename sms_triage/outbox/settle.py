"""What is written down once an attempt came back: counted, and taken out of the outbox or noted to be tried again."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sms_triage.events import Sent
from sms_triage.keys import Keys
from sms_triage.outbox.entries import Result, postponed
from sms_triage.outbox.queues import Queues
from sms_triage.storage.messages import SENT_SECONDS
from sms_triage.storage.people import Store
from sms_triage.storage.scripts import script


class Settling:
    """Settles attempts. `backoff` are the seconds before the next try, by how many there were; the last counts for all
    further ones."""

    def __init__(self, store: Store, queues: Queues, backoff: tuple[float, ...]) -> None:
        self._store = store
        self._lanes = queues
        self._backoff = backoff
        self._keep_sent = store.redis.register_script(script("sent"))

    def settle(self, results: Iterable[Result], now: float) -> None:
        """Notes what became of these attempts."""
        pipeline = self._store.redis.pipeline(transaction=False)
        for result in results:
            entry = result.entry
            if result.outcome == "stalled":
                # Nothing was sent, and what is written of it may be another drainer's.
                self._lanes.finish(entry, replace(entry, not_before=now))
                continue
            pipeline.hincrby(entry.keys.counts, str(Sent(result.outcome, result.code)), 1)
            if result.outcome == "later":
                due = now + self._backoff[min(entry.attempts, len(self._backoff) - 1)]
                again, state = postponed(result, due)
                pipeline.hset(entry.keys.attempts, entry.id, state)
                self._lanes.finish(entry, again)
            else:
                self._end(pipeline, result)
                self._lanes.finish(entry)
        pipeline.execute()

    def discard(self, keys: Keys, id: str) -> None:
        """What stands in the outbox under this id is no entry: it is counted, and out of it."""
        pipeline = self._store.redis.pipeline()
        pipeline.hincrby(keys.counts, str(Sent("unreadable", "entry")), 1)
        pipeline.xdel(keys.outbox, id)
        pipeline.hdel(keys.attempts, id)
        pipeline.execute()

    def _end(self, pipeline: Any, result: Result) -> None:
        """What its fate says of the person is noted, and the message is out of the outbox."""
        entry = result.entry
        if result.outcome == "sent":
            key = entry.keys.sent(entry.gateway, result.provider_id)
            fields = [word for pair in entry.sent.items() for word in pair]
            self._keep_sent(keys=[key], args=[SENT_SECONDS, *fields], client=pipeline)
        elif result.outcome == "opted_out" and result.code != "stopped":
            self._store.opt_out(entry.person)
        elif result.outcome == "never":
            self._store.flag_unreachable(entry.person, result.code)
        pipeline.xdel(entry.keys.outbox, entry.id)
        pipeline.hdel(entry.keys.attempts, entry.id)
