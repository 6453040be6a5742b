"""What is written down once an attempt came back: counted, and taken out of the outbox or noted to be tried again."""

from collections.abc import Iterable
from typing import Any

from redis import Redis

from sms_triage.events import Sent
from sms_triage.outbox.entries import Result, postponed
from sms_triage.outbox.lanes import Lanes
from sms_triage.storage.messages import SENT_SECONDS
from sms_triage.storage.snapshot import STOPPED


def settle(redis: "Redis", lanes: Lanes, results: Iterable[Result], backoff: tuple[float, ...], now: float) -> None:
    """Settles attempts. `backoff` are the seconds before the next try, by how many there were; the last counts for all
    further ones."""
    pipeline = redis.pipeline(transaction=False)
    for result in results:
        entry = result.entry
        pipeline.hincrby(entry.keys.counts, str(Sent(result.outcome, result.code)), 1)
        if result.outcome == "later":
            due = now + backoff[min(entry.attempts, len(backoff) - 1)]
            again, state = postponed(result, due, now)
            pipeline.hset(entry.keys.attempts, entry.id, state)
            lanes.finish(entry, again)
        else:
            _end(pipeline, result)
            lanes.finish(entry)
    pipeline.execute()


def _end(pipeline: Any, result: Result) -> None:
    """The message is out of the outbox, and what its fate says of the person is noted."""
    entry = result.entry
    person = entry.keys.person(entry.person)
    pipeline.xdel(entry.keys.outbox, entry.id)
    pipeline.hdel(entry.keys.attempts, entry.id)
    if result.outcome == "sent":
        key = entry.keys.sent(entry.gateway, result.provider_id)
        pipeline.hset(key, mapping=entry.sent)
        pipeline.expire(key, SENT_SECONDS)
    elif result.outcome == "opted_out" and result.code != "stopped":
        pipeline.hset(person, "opted_out", STOPPED)
        pipeline.persist(person)
    elif result.outcome == "never":
        pipeline.hset(person, "unreachable", result.code)
