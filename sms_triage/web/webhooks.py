"""What providers call: texts in, delivery reports in. Answers never hold the reply; the worker sends it."""

from flask import Blueprint, Response, request

from sms_triage.gateways.base import BadRequest, Forged, Request
from sms_triage.service import Busy, Service, canonical, clock

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def blueprint(service: Service) -> Blueprint:
    """The routes of the gateways that this deployment has."""
    routes = Blueprint("webhooks", __name__)
    # The simulator speaks Twilio's protocol, so it has Twilio's address.
    gateway = next(iter(service.gateways.values()))

    @routes.post("/sms/twilio")
    def twilio() -> Response:
        inbound = canonical(gateway.inbound(_request()))
        service.receive(inbound, clock())
        return Response(EMPTY_TWIML, mimetype="text/xml")

    @routes.post("/sms/twilio/status")
    def twilio_status() -> Response:
        report = gateway.report(_request())
        if report is not None:
            service.reported(report, gateway.name, clock())
        return Response(status=204)

    @routes.errorhandler(Forged)
    def forged(_: Forged) -> Response:
        return Response("the signature does not match: is PUBLIC_URL the address the provider calls?\n", 403)

    @routes.errorhandler(BadRequest)
    def bad(error: BadRequest) -> Response:
        return Response(f"{error}\n", 400, mimetype="text/plain")

    @routes.errorhandler(Busy)
    def busy(_: Busy) -> Response:
        return Response("try again\n", 503, {"Retry-After": "1"}, mimetype="text/plain")

    return routes


def _request() -> Request:
    path = request.full_path if request.query_string else request.path
    form = tuple((name, value) for name, values in request.form.lists() for value in values)
    return Request(path, form, request.headers.get("X-Twilio-Signature", ""))
