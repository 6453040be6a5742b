"""A phone in the browser, and the little it needs: what came to a number, and what a text costs."""

from dataclasses import asdict
from typing import cast

from flask import Blueprint, Response, jsonify, render_template, request

from sms_triage import text as sms
from sms_triage.gateways.simulator import SimulatorGateway
from sms_triage.service.service import Service
from sms_triage.triage.people.chw import Chw

LONGEST_JUMP = 400 * 86_400
"""Seconds of time that may pass at one go."""


def blueprint(service: Service) -> Blueprint:
    """The phone; only with the simulator, whose webhook needs no signature."""
    routes = Blueprint("phone", __name__, static_folder="static", static_url_path="/phone/static")
    simulator = cast(SimulatorGateway, service.gateways["simulator"])

    @routes.get("/phone")
    def page() -> str:
        return render_template("phone.html", sender=service.settings.sender)

    @routes.get("/phone/messages")
    def messages() -> Response:
        number, after = request.args.get("number", ""), request.args.get("after", "-")
        if not number or (after != "-" and not after.replace("-", "").isdecimal()):
            return Response("number and after are needed\n", 400)
        received = simulator.received(number, after)
        return jsonify([{**asdict(message), "cost": asdict(sms.cost(message.text))} for message in received])

    @routes.post("/phone/later")
    def later() -> Response:
        """Lets time pass, with all that is due in it."""
        try:
            seconds = float(request.form["seconds"])
        except (KeyError, ValueError):
            return Response("seconds are needed\n", 400)
        if not 0 < seconds <= LONGEST_JUMP:
            return Response(f"seconds must be from 0 to {LONGEST_JUMP}\n", 400)
        return jsonify({"now": service.jump(seconds)})

    @routes.post("/phone/chw")
    def chw() -> Response:
        """Puts this phone's owner into the registry, so that one can try what a health worker sees."""
        number = service.number(request.form.get("number", ""))
        if len(number) < 7:
            return Response("number is needed\n", 400)
        sign = service.vault.person(number)[:4].upper()
        service.registry.add_chw(number, Chw("chw", "Phone", sign), "")
        return Response(status=204)

    @routes.post("/phone/cost")
    def cost() -> Response:
        """What a text costs the person who sends it, before she does."""
        return jsonify(asdict(sms.cost(request.form.get("text", ""))))

    return routes
