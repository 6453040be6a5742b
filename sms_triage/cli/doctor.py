"""Is this deployment sound? Each finding says what to do about it."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from redis.exceptions import RedisError
from rq import Worker

from sms_triage.gateways import is_simulated
from sms_triage.gateways.base import SendError
from sms_triage.service.service import HOUSEKEEPING_QUEUE, Service
from sms_triage.settings import LINES
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.content.translations import SOURCE_LANGUAGE, load_translation

OLD_SECONDS = 60
CLOCK_SECONDS = 5


@dataclass(frozen=True)
class Check:
    """One thing looked at. `ok` None is a warning: it works, but somebody should know."""

    ok: bool | None
    what: str


def examine(service: Service) -> Iterator[Check]:
    """All that can be told from here, most basic first."""
    try:
        server = service.redis.info()
    except RedisError as error:
        yield Check(False, f"Redis does not answer ({type(error).__name__}): check REDIS_URL and that it runs")
        return
    yield Check(True, "Redis answers")
    persistent = server.get("aof_enabled")
    yield Check(bool(persistent), "Redis keeps its data" if persistent else "Redis forgets: set appendonly yes")
    policy = str(service.redis.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction"))
    if policy != "noeviction":
        yield Check(False, f"Redis may drop sessions and replies: set maxmemory-policy noeviction (is {policy})")
    seconds, micro = service.redis.time()
    skew = abs(time.time() - (seconds + micro / 1e6))
    yield Check(
        skew < CLOCK_SECONDS, f"the clocks differ by {skew:.1f} s" + ("" if skew < CLOCK_SECONDS else ": use NTP")
    )
    contents = [service.locales.of("", "sms", topic) for topic in service.locales.topics]
    in_step = all(one.content.hash == one.menu.content_hash for one in contents)
    yield Check(in_step, "menus are of this content" if in_step else "menus are old: run `sms-triage menus build`")
    for content in (one.content for one in contents):
        if content.review != "signed":
            yield Check(None, f"clinical review of {content.topic} is {content.review}: a clinician should sign it")
    for language in service.locales.languages:
        review = load_translation(content_dir(), language).review
        if language != SOURCE_LANGUAGE and review == "pending":
            yield Check(None, f"translation {language} is pending review: a clinician who speaks it should sign it")
    for gateway in service.gateways.values():
        try:
            yield Check(True, gateway.probe())
        except SendError as error:
            yield Check(False, f"{gateway.name} refuses: {error}; check its credentials and credit")
    if is_simulated(service.settings):
        yield Check(None, "GATEWAY=simulator: nothing reaches a real phone")
    elif not service.settings.public_url.startswith("https://"):
        yield Check(None, "PUBLIC_URL is not https: what people write travels in the open")
    for name in LINES:
        if name.lower() not in service.settings.lines:
            yield Check(None, f"{name} is not set: the messages leave that line out")
    workers = Worker.all(connection=service.redis)
    yield Check(bool(workers), f"{len(workers)} worker(s)" if workers else "no worker runs: replies wait; start one")
    waiting, age = service.messages.waiting(time.time())
    late = age > OLD_SECONDS
    yield Check(
        not late, f"{waiting} replies wait, the oldest {age:.0f} s" + (": see /metrics for why" if late else "")
    )
    jobs = service.redis.llen(f"rq:queue:{HOUSEKEEPING_QUEUE}")
    yield Check(int(jobs) < 5, "housekeeping is done" if int(jobs) < 5 else "housekeeping piles up: is a worker stuck?")
    yield from _refusals(service.store.counts())


def _refusals(counts: Mapping[str, int]) -> Iterator[Check]:
    """What the provider refused for a reason that only the operator can mend."""
    for event, count in counts.items():
        what, _, code = event.rpartition(":")
        if what in ("send:filtered", "report:filtered"):
            yield Check(False, f"{count} messages were filtered or blocked ({code}): see your provider's console")
