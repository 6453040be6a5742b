"""What providers call: texts in, delivery reports in, USSD. An SMS is never answered here; the worker sends it."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request
from redis.exceptions import RedisError

from sms_triage.gateways import is_simulated
from sms_triage.gateways.base import Answer, BadRequest, Forged, Gateway, Request, check_caller
from sms_triage.gateways.ussd import DIALECTS, Dialect
from sms_triage.logs import log_error
from sms_triage.service.service import Busy, Service

NOT_SUCCESSFUL = ("Incomplete", "Failed")
"""How Africa's Talking says that a USSD session ended before its last page."""


def blueprint(service: Service) -> Blueprint:
    """The routes of the gateways that this deployment has, and of every USSD dialect if their calls can be trusted."""
    routes = Blueprint("webhooks", __name__)
    for gateway in service.gateways.values():
        _add_sms(routes, service, gateway)
    if is_simulated(service.settings) or service.settings.webhook_secret:
        for name, dialect in DIALECTS.items():
            _add_ussd(routes, service, name, dialect)
    return routes


def _add_sms(routes: Blueprint, service: Service, gateway: Gateway) -> None:
    """``/sms/<address>`` for texts; reports under the names that providers call them by."""

    def text() -> None:
        service.receive(gateway.inbound(_request()), service.clock())

    def report() -> None:
        found = gateway.report(_request())
        if found is not None:
            service.reported(found, gateway.name, service.wall.now())

    def view(handle: Callable[[], None], taken: Answer) -> Callable[[], Response]:
        def called() -> Response:
            try:
                handle()
            except Forged:
                why = "this call does not prove that it comes from the provider: see PUBLIC_URL and WEBHOOK_SECRET"
                return _response(gateway.refused or Answer(f"{why}\n", status=403))
            except BadRequest as error:
                return _response(gateway.refused or Answer(f"{error}\n", status=400))
            except Busy:
                return Response("try again\n", 503, {"Retry-After": "1"}, mimetype="text/plain")
            return _response(taken)

        return called

    path = f"/sms/{gateway.address}"
    views = {"": view(text, gateway.taken)}
    views |= {name: view(report, Answer()) for name in ("/status", "/delivery", "/optout")}
    for name, called in views.items():
        routes.add_url_rule(path + name, f"{gateway.name}{name}", called, methods=["GET", "POST"])


def _add_ussd(routes: Blueprint, service: Service, name: str, dialect: Dialect) -> None:
    """``/ussd/<dialect>`` for pages, ``/ussd/<dialect>/end`` for the notice that a session is over."""
    sms_gateway = name if name in service.gateways else next(iter(service.gateways))

    def check() -> None:
        if not is_simulated(service.settings):
            check_caller(_request(), service.settings.webhook_secret, service.settings.webhook_networks)

    def page() -> Response:
        try:
            check()
            fields = request.get_json(silent=True) if dialect.json_reply else request.form
            call = dialect.read(fields if isinstance(fields, Mapping) else {})
        except Forged:
            return Response("the key is wrong: see WEBHOOK_SECRET\n", 403, mimetype="text/plain")
        except BadRequest as error:
            return Response(f"{error}\n", 400, mimetype="text/plain")
        try:
            if call.over:
                service.hung_up(call.number, service.clock())
                body, mimetype = dialect.reply("", True)
                return Response(body, mimetype=mimetype)
            shown = service.dialled(call, sms_gateway, service.clock())
            body, mimetype = dialect.reply(shown.text, shown.ends)
        except Exception as error:
            # A status would show the network's own words, if any: tell her what to do instead.
            log_error("USSD call failed", error)
            body, mimetype = dialect.reply(service.locales.of("", "ussd").phrase("try_again", {}), True)
        return Response(body, mimetype=mimetype)

    def end() -> Response:
        try:
            check()
        except Forged:
            return Response("the key is wrong: see WEBHOOK_SECRET\n", 403, mimetype="text/plain")
        if request.form.get("status") in NOT_SUCCESSFUL and (number := request.form.get(dialect.number)):
            try:
                service.hung_up(number, service.clock())
            except RedisError as error:
                log_error("cannot follow up a dropped session now; the sweep will", error)
        return Response()

    routes.add_url_rule(f"/ussd/{name}", f"ussd-{name}", page, methods=["POST"])
    routes.add_url_rule(f"/ussd/{name}/end", f"ussd-{name}-end", end, methods=["POST"])


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, mimetype=answer.mimetype)


def _request() -> Request:
    path = request.full_path if request.query_string else request.path
    return Request(
        path=path,
        form=tuple(request.form.items(multi=True)),
        query=tuple(request.args.items(multi=True)),
        headers={name.lower(): value for name, value in request.headers.items()},
        caller=request.remote_addr or "",
    )
