"""A triage through the real Kannel: Debian's bearerbox and smsbox, with its fake SMSC, to which a phone of ours connects."""

import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote_plus, unquote_to_bytes

import pytest
from werkzeug.serving import make_server

from sms_triage.gateways.kannel import KannelSettings
from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.web.app import create_app
from tests.outside import counted, metric
from tests.servers import free_port

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.skipif(
    not (shutil.which("bearerbox") and shutil.which("smsbox")), reason="Kannel is not installed (Debian: kannel)"
)
ANA = "254700000001"
PATIENCE = 30.0


def reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(what: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.02)


class Phone:
    """The one phone of a network, on Kannel's fake SMSC: a line for each text that goes out and each that comes in."""

    def __init__(self, smsc_port: int) -> None:
        self.received: list[str] = []
        self._parts: dict[bytes, dict[int, str]] = {}
        self._change = threading.Condition()
        self._line = socket.create_connection(("127.0.0.1", smsc_port))
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, text: str, kind: str = "text") -> None:
        self._line.sendall(f"{ANA} 22384 {kind} {text}\n".encode())

    def say(self, text: str, kind: str = "text", replies: int = 1) -> list[str]:
        """Sends a text and waits for so many replies."""
        with self._change:
            before = len(self.received)
            self.send(text, kind)
            came = self._change.wait_for(lambda: len(self.received) >= before + replies, PATIENCE)
            assert came, f"{text!r} got no reply"
            return self.received[before:]

    def hang_up(self) -> None:
        self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()

    def _listen(self) -> None:
        with self._line.makefile(encoding="utf-8") as lines:
            for line in lines:
                with self._change:
                    self._take(line.rstrip("\n"))
                    self._change.notify_all()

    def _take(self, line: str) -> None:
        """``sender receiver kind text``, or for a part of a long message ``... udh header kind text``; or else a further
        line of the text before."""
        found = re.fullmatch(rf"22384 \+?{ANA} (?:udh (\S+) )?(\S+) (.*)", line)
        if not found:
            self.received[-1] += f"\n{line}"
            return
        header, kind, body = found.groups()
        text = body if kind == "text" else decoded(body, kind)
        if not header:
            self.received.append(text)
            return
        # The last octets of a concatenation header: which message, of how many parts, which of them.
        *whole, part = unquote_to_bytes(header.replace("+", " "))
        parts = self._parts.setdefault(bytes(whole), {})
        parts[part] = text
        if len(parts) == whole[-1]:
            self.received.append("".join(parts[place] for place in sorted(parts)))
            del self._parts[bytes(whole)]


def decoded(text: str, kind: str) -> str:
    octets = unquote_to_bytes(text.replace("+", " "))
    # Parts are "data" whatever is in them; no GSM-7 text has a zero octet, every UCS-2 text of ours has.
    return octets.decode("utf-16-be" if kind.startswith("ucs") or 0 in octets else "utf-8")


@contextmanager
def kannel(folder: Path, web_port: int) -> Iterator[tuple[Phone, int]]:
    """The configuration of docs/kannel.conf on free ports. Gives the phone and the port of sendsms."""
    ports = {port: free_port() for port in ("13000", "13001", "13013", "10000", "8000")} | {"8000": web_port}
    text = (ROOT / "docs" / "kannel.conf").read_text()
    for documented, port in ports.items():
        text = re.sub(rf"\b{documented}\b", str(port), text)
    text = text.replace("/var/spool/kannel/store", str(folder / "store")).replace(
        "http-queue-delay = 10", "http-queue-delay = 1"
    )
    config = folder / "kannel.conf"
    config.write_text(text)
    boxes: list[subprocess.Popen[bytes]] = []
    with (folder / "kannel.log").open("w") as log:
        for box, port in (("bearerbox", ports["13001"]), ("smsbox", ports["13013"])):
            boxes.append(subprocess.Popen([box, str(config)], stdout=log, stderr=subprocess.STDOUT))
            until(lambda port=port: reachable(int(port)), f"{box} did not come up")  # type: ignore[misc]
    try:
        phone = Phone(int(ports["10000"]))
        yield phone, int(ports["13013"])
        phone.hang_up()
    finally:
        for process in reversed(boxes):
            # Asked to end, smsbox would go on trying to report to a service that is down.
            process.kill()
            process.wait()


@dataclass
class Deployment:
    """The service behind Kannel; its web process can be down."""

    service: Service
    phone: Phone
    web_port: int
    calls: int = 0

    @contextmanager
    def up(self, service: Service | None = None) -> Iterator[None]:
        """The web process and a worker, which drains after each call."""
        service = service or self.service
        app, called, over = create_app(service), threading.Event(), threading.Event()

        @app.teardown_request
        def count(_: object) -> None:
            self.calls += 1
            called.set()

        def work() -> None:
            while not over.is_set():
                called.wait()
                called.clear()
                service.drain()

        server = make_server("127.0.0.1", self.web_port, app, threaded=True)
        threads = [threading.Thread(target=server.serve_forever, args=(0.02,)), threading.Thread(target=work)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            called.set()
            server.shutdown()
            server.server_close()
            for thread in threads:
                thread.join()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Whoever calls the web process is cut off."""
        over = threading.Event()
        with socket.create_server(("127.0.0.1", self.web_port)) as server:

            def cut_off() -> None:
                while not over.is_set():
                    server.accept()[0].close()
                    self.calls += 1

            thread = threading.Thread(target=cut_off)
            thread.start()
            try:
                yield
            finally:
                over.set()
                reachable(self.web_port)
                thread.join()


@pytest.fixture
def deployment(settings: Settings, tmp_path: Path) -> Iterator[Deployment]:
    web_port = free_port()
    with kannel(tmp_path, web_port) as (phone, sendsms_port):
        service = open_service(replace(
            settings, public_url=f"http://127.0.0.1:{web_port}",
            gateways={"kannel": KannelSettings(
                f"http://127.0.0.1:{sendsms_port}/cgi-bin/sendsms", "triage", "change-me-too"
            )}, webhook_secret="change-this-key", languages=("en", "hi"),
        ))  # fmt: skip
        service.redis.flushall()
        yield Deployment(service, phone, web_port)
        service.redis.close()


def test_a_whole_triage_with_delivery_reports(deployment: Deployment) -> None:
    phone = deployment.phone
    with deployment.up():
        assert phone.say("hi")[0].startswith("Free private check")
        assert phone.say("1")[0].startswith("Any of these NOW?")
        assert phone.say("none of these")[0].startswith("Are you pregnant")
        for answer in ("1", "3", "1", "1", "7"):
            said = phone.say(answer)
        assert said[0].startswith("Last one.")
        result, question = phone.say("7", replies=2)
        assert result.startswith("Light spotting once is common")
        assert result.endswith("Reply 1 Tips, 2 Possible causes, MENU to start again.")
        assert question.startswith("Delete these messages if someone else may see this phone. Shall we")
        address = f"http://127.0.0.1:{deployment.web_port}"
        until(lambda: counted(address, "report:delivered") == 10, "not every report came")
        until(lambda: metric(address, "sms_triage_outbox_messages") == 0, "something still waits")


def test_hindi_goes_both_ways(deployment: Deployment) -> None:
    hindi = quote_plus("हिन्दी".encode("utf-16-be"))
    with deployment.up():
        said = deployment.phone.say(hindi, kind="ucs2")
    assert "1 " in said[0]
    assert "मेरे" in said[0] or "मैं" in said[0]


def test_a_person_never_reads_of_a_request_that_failed(deployment: Deployment) -> None:
    """The service is down when she writes: she hears nothing until it is up again, and then its answer."""
    phone = deployment.phone
    with deployment.down():
        phone.send("hi")
        until(lambda: deployment.calls >= 2, "Kannel did not try again")
    assert phone.received == []
    with deployment.up():
        until(lambda: bool(phone.received), "she got no answer")
        assert phone.say("1")[0].startswith("Any of these NOW?")
    assert [text[:18] for text in phone.received] == ["Free private check", "Any of these NOW? "]


def test_a_call_with_the_wrong_key_reaches_nobody(deployment: Deployment) -> None:
    guessing = open_service(replace(deployment.service.settings, webhook_secret="another key"))
    with deployment.up(guessing):
        deployment.phone.send("hi")
        until(lambda: deployment.calls > 0, "Kannel did not call")
    assert deployment.service.redis.dbsize() == 0
    guessing.redis.close()
    with deployment.up():
        deployment.phone.say("hi")
    assert [text[:18] for text in deployment.phone.received] == ["Free private check"]


def test_the_doctor_asks_kannel(deployment: Deployment) -> None:
    gateway = deployment.service.gateways["kannel"]
    assert gateway.probe() == "Kannel takes the credentials"
