"""For machines that watch: is the process up, can it work, what has happened."""

from collections.abc import Iterator

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from sms_triage.service.service import Service


def blueprint(service: Service) -> Blueprint:
    routes = Blueprint("health", __name__)
    registry = CollectorRegistry()
    registry.register(_Counts(service))

    @routes.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @routes.get("/readyz")
    def readyz() -> Response:
        # The menus are loaded, or the application would not have been made.
        try:
            service.redis.ping()
        except RedisError:
            return Response("Redis cannot be reached\n", 503, mimetype="text/plain")
        return Response("ready\n", mimetype="text/plain")

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")

    return routes


class _Counts(Collector):
    """Counts from Redis at the moment they are asked for; they name no person."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        events = CounterMetricFamily("sms_triage_events", "What happened, by kind.", labels=["event"])
        for event, count in sorted(self.service.store.counts().items()):
            events.add_metric([event], count)
        yield events
        waiting, age = self.service.messages.waiting(self.service.wall.now())
        yield GaugeMetricFamily("sms_triage_outbox_messages", "Replies that wait to leave.", waiting)
        yield GaugeMetricFamily("sms_triage_outbox_oldest_seconds", "Age of the oldest of them.", age)
        effects = self.service.store.effects.waiting()
        yield GaugeMetricFamily("sms_triage_effects", "What waits to be done to others.", effects)
