"""The RQ processes of the Procfile: ``worker`` and ``cron``."""

from redis import Redis
from rq import Queue, SimpleWorker
from rq.cron import CronScheduler

from sms_triage.service.service import DRAIN_QUEUE, HOUSEKEEPING_QUEUE, SWEEP_SECONDS
from workers import jobs


def run_worker(redis: "Redis") -> None:
    """Works off jobs until told to stop (SIGTERM finishes the job at hand).

    A SimpleWorker: the connections to the provider stay open from job to job, which a fork would throw away.
    Housekeeping comes first, so that no backlog holds up a sweep for longer than one drain.
    """
    queues = [Queue(name, connection=redis) for name in (HOUSEKEEPING_QUEUE, DRAIN_QUEUE)]
    SimpleWorker(queues, connection=redis, log_job_description=False).work(logging_level="WARNING")


def run_cron(redis: "Redis") -> None:
    """Puts the regular jobs in the queue until told to stop. Two of these do no harm."""
    scheduler = CronScheduler(connection=redis, logging_level="WARNING")
    scheduler.register(jobs.sweep, queue_name=HOUSEKEEPING_QUEUE, interval=SWEEP_SECONDS, result_ttl=0, ttl=60)
    scheduler.start()
