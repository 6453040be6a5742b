"""Real HTTP around the tests: the service's own application, and an API that behaves as Twilio's does."""

import base64
import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Any
from urllib.parse import parse_qs, parse_qsl
from uuid import uuid4

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request would hide what failed

ACCOUNT, TOKEN = "AC" + "0" * 32, "12345"


def free_port() -> int:
    """A port for a server that cannot choose one itself, at random and below those that the kernel lends to
    connections: two test processes do not meet on it, nor is it taken again until the server is there."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def eventually(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Waits until something holds; fails if it still does not after so long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"did not come true in {seconds:g} s"
        time.sleep(0.05)


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application on a free port, many requests at once; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@dataclass
class TwilioApi:
    """What Twilio's Messages resource does, and what it does on bad days.

    `refuse` maps a number to (HTTP status, Twilio code), taken from the front for each try. `break_after` are numbers
    whose answer is lost after the message was accepted, `break_before` those whose message is lost on its way.
    `look_ups` are HTTP statuses that the next look-ups fail with. `crowd` is how many must be at hand before the first
    is answered. After `hangs_after` messages every other one is accepted and none is answered: `hanging` are their numbers.
    `meanwhile` is what happens between taking a message, or not, and answering. `tries` are the number and the time of all
    that came, `at_hand` how many of them are not answered yet.
    """

    now: Callable[[], float] = time.time
    accepted: list[dict[str, str]] = field(default_factory=list)
    refuse: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    break_after: set[str] = field(default_factory=set)
    break_before: set[str] = field(default_factory=set)
    look_ups: list[int] = field(default_factory=list)
    crowd: int = 0
    hangs_after: float = inf
    meanwhile: Callable[[dict[str, str]], object] | None = None
    tries: list[tuple[str, float]] = field(default_factory=list)
    hanging: set[str] = field(default_factory=set)
    at_hand: int = 0
    _change: threading.Condition = field(default_factory=threading.Condition)

    def behave(self) -> None:
        """All is well again."""
        with self._change:
            self.refuse.clear()
            self.break_after.clear()
            self.break_before.clear()
            self.look_ups.clear()
            self.crowd, self.hangs_after, self.meanwhile = 0, inf, None
            self._change.notify_all()

    def app(self) -> Flask:
        app = Flask("twilio api")
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"

        @app.post(path)
        def create() -> Response:
            form = {name: values[0] for name, values in parse_qs(request.get_data(as_text=True)).items()}
            with self._change:
                self.tries.append((form["To"], self.now()))
                place = len(self.tries)
                self.at_hand += 1
                self._change.notify_all()
                together = self._change.wait_for(lambda: self.at_hand >= self.crowd, timeout=20)
                self.crowd = 0
            try:
                if not together:
                    return _refusal(400, 0)
                return self._hang(form, place % 2) if place > self.hangs_after else self._create(form)
            finally:
                with self._change:
                    self.at_hand -= 1
                    self._change.notify_all()

        @app.get(f"/2010-04-01/Accounts/{ACCOUNT}.json")
        def account() -> Response:
            return jsonify({"sid": ACCOUNT, "status": "active"})

        @app.get(path)
        def find() -> Response:
            if self.look_ups:
                return _refusal(self.look_ups.pop(0), 0)
            after = request.args.get("DateSent>")
            earliest = datetime.fromisoformat(after).timestamp() if after else 0.0
            found = [
                self._resource(message)
                for message in self.accepted
                if message["To"] == request.args["To"] and float(message["at"]) >= earliest
            ]
            return jsonify({"messages": found, "page": 0, "page_size": 50, "uri": path, "next_page_uri": None})

        return app

    def until(self, happened: Callable[[], bool]) -> None:
        """Waits for something to have happened here."""
        with self._change:
            assert self._change.wait_for(happened, timeout=30), "the provider waited for it in vain"

    def _create(self, form: dict[str, str]) -> Response:
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return _refusal(401, 20003)
        tries = self.refuse.get(form["To"], [])
        if tries:
            if self.meanwhile is not None:
                self.meanwhile(form)
            return _refusal(*tries.pop(0))
        if form["To"] in self.break_before:
            self.break_before.discard(form["To"])
            return _broken()
        message = self._accept(form)
        if self.meanwhile is not None:
            self.meanwhile(message)
        if form["To"] in self.break_after:
            self.break_after.discard(form["To"])
            return _broken()
        answer = jsonify(self._resource(message))
        answer.status_code = 201
        return answer

    def _hang(self, form: dict[str, str], accepts: int) -> Response:
        if accepts:
            self._accept(form)
        with self._change:
            self.hanging.add(form["To"])
            self._change.notify_all()
            self._change.wait_for(lambda: self.hangs_after == inf, timeout=60)
            self.hanging.discard(form["To"])
        return _broken()

    def _accept(self, form: dict[str, str]) -> dict[str, str]:
        message = {**form, "sid": f"SM{uuid4().hex}", "at": str(self.now())}
        self.accepted.append(message)
        return message

    @staticmethod
    def _resource(message: dict[str, str]) -> dict[str, Any]:
        return {
            "sid": message["sid"], "body": message["Body"], "to": message["To"], "from": message.get("From"),
            "status": "queued", "direction": "outbound-api", "account_sid": ACCOUNT, "num_segments": "1",
        }  # fmt: skip

    def said_to(self, number: str) -> list[str]:
        return [message["Body"] for message in self.accepted if message["To"] == number]


def _broken() -> Response:
    """An answer in the middle of which the connection ends."""
    return Response("{", 201, {"Content-Length": "500"})


def _refusal(status: int, code: int) -> Response:
    answer = jsonify({"code": code, "message": "refused", "more_info": "", "status": status})
    answer.status_code = status
    return answer


@dataclass
class AfricasTalkingApi:
    """What Africa's Talking's messaging resource does. `refuse` maps a number to status codes, taken from the front for
    each try: below 100 nothing is said, 100 to 599 is the recipient's code, 1000 and more an HTTP status less 1000."""

    accepted: list[dict[str, str]] = field(default_factory=list)
    refuse: dict[str, list[int]] = field(default_factory=dict)

    def app(self) -> Flask:
        app = Flask("africastalking api")

        @app.post("/version1/messaging")
        def send() -> Response:
            form = request.form.to_dict()
            if request.headers.get("apiKey") != "a key":
                return Response("The supplied authentication is invalid", 401)
            tries = self.refuse.get(form["to"], [])
            code = tries.pop(0) if tries else 101
            if code >= 1000:
                return Response("no", code - 1000)
            recipient = {
                "statusCode": code, "number": form["to"], "cost": "KES 0.8000", "messageId": "None",
                "status": "Success" if code == 101 else "Refused", "messageParts": 1,
            }  # fmt: skip
            if code == 101:
                recipient["messageId"] = f"ATXid_{uuid4().hex}"
                self.accepted.append({**form, "id": str(recipient["messageId"])})
            answer = jsonify({"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [recipient]}})
            answer.status_code = 201
            return answer

        @app.get("/version1/messaging")
        def fetch() -> Response:
            if request.headers.get("apiKey") != "a key":
                return Response("The supplied authentication is invalid", 401)
            return jsonify({"SMSMessageData": {"Messages": []}})

        return app


@dataclass
class Smsbox:
    """What Kannel's sendsms does, as its user guide tells. `refuse` maps a number to HTTP statuses, taken from the front
    for each try."""

    accepted: list[dict[str, str]] = field(default_factory=list)
    refuse: dict[str, list[int]] = field(default_factory=dict)

    def app(self) -> Flask:
        app = Flask("smsbox")

        @app.get("/cgi-bin/sendsms")
        def send() -> Response:
            raw = dict(parse_qsl(request.query_string.decode("latin-1"), encoding="latin-1"))
            if (raw.get("username"), raw.get("password")) != ("triage", "a password"):
                return Response("Authorization failed for sendsms", 403)
            if "to" not in raw:
                return Response("Missing receiver number, rejected", 400)
            tries = self.refuse.get(raw["to"], [])
            if tries:
                return Response("no", tries.pop(0))
            charset = "utf-16-be" if raw["coding"] == "2" else raw.get("charset", "latin-1")
            self.accepted.append({**raw, "text": raw["text"].encode("latin-1").decode(charset)})
            return Response("0: Accepted for delivery", 202)

        return app


@dataclass
class Relay:
    """A way to a database on which, before one of the requests that pass, something else happens first. What happens
    may break the way for good: then the database refuses that request and all after it."""

    host: str
    port: int
    before: int
    happens: Callable[[], bool]
    passed: int = 0
    broken: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def open(self) -> Iterator[int]:
        """Gives the port to connect to."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=self._accept, args=(server,), daemon=True).start()
            yield server.getsockname()[1]

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection((self.host, self.port)) as database:
            threading.Thread(target=_pipe, args=(database, client), daemon=True).start()
            while request := client.recv(1 << 20):
                with self._lock:
                    if self.passed == self.before:
                        self.broken = not self.happens()
                    self.passed += 1
                if self.broken:
                    client.sendall(b"-READONLY You can't write against a read only replica.\r\n" * 50)
                    return
                database.sendall(request)


def _pipe(source: socket.socket, sink: socket.socket) -> None:
    try:
        while answer := source.recv(1 << 20):
            sink.sendall(answer)
    except OSError:
        return
