"""The RQ processes of the Procfile: ``worker`` and ``cron``. Neither ends because of what Redis does: it waits."""

import logging
from contextlib import suppress

from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.cron import CronScheduler
from rq.exceptions import StopRequested

from sms_triage.service.service import DRAIN_QUEUE, HOUSEKEEPING_QUEUE, SWEEP_SECONDS, Service
from sms_triage.storage.connection import wait_for
from workers import jobs

FOREVER = float("inf")
WORKER_SECONDS = 30
"""How long a worker that says nothing is taken for alive; it waits half of that for a job before it looks whether its
connection still lives."""

LONGEST_PAUSE = 5


class Worker(SimpleWorker):  # type: ignore[misc]
    """Works off jobs until told to stop (SIGTERM finishes the job at hand).

    A SimpleWorker: the connections to the provider stay open from job to job, which a fork would throw away.
    """

    max_connection_wait_time = LONGEST_PAUSE
    told_to_stop = False

    def request_stop(self, signum: int, frame: object) -> None:
        self.told_to_stop = True
        super().request_stop(signum, frame)


class Cron(CronScheduler):  # type: ignore[misc]
    """Puts jobs in the queue until told to stop."""

    told_to_stop = False

    def _request_stop(self, signum: int, frame: object) -> None:
        self.told_to_stop = True
        super()._request_stop(signum, frame)


def run_worker(service: Service) -> None:
    """Works off jobs. Housekeeping comes first, so that no backlog holds up a sweep for longer than one drain."""
    # Its own lines are tracebacks, and one a second while Redis is away.
    logging.getLogger("rq.worker").setLevel(logging.CRITICAL)
    while True:
        queues = [Queue(name, connection=service.redis) for name in (HOUSEKEEPING_QUEUE, DRAIN_QUEUE)]
        worker = Worker(queues, connection=service.redis, log_job_description=False, worker_ttl=WORKER_SECONDS)
        with suppress(RedisError):
            worker.work(logging_level="CRITICAL")
        if worker.told_to_stop:
            return
        try:
            wait_for(service.redis, FOREVER)
        except StopRequested:
            return


def run_cron(service: Service) -> None:
    """Puts the regular jobs in the queue until told to stop. Two of these do no harm."""
    logging.getLogger("rq.cron").setLevel(logging.CRITICAL)
    while True:
        scheduler = Cron(connection=service.redis, logging_level="CRITICAL")
        scheduler.register(jobs.sweep, queue_name=HOUSEKEEPING_QUEUE, interval=SWEEP_SECONDS, result_ttl=0, ttl=60)
        with suppress(RedisError):
            scheduler.start()
        if scheduler.told_to_stop:
            return
        try:
            wait_for(service.redis, FOREVER)
        except StopRequested:
            return
