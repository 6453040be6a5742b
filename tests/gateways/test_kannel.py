"""A triage through the real Kannel: Debian's bearerbox and smsbox, and the fakesmsc that kannel-extras installs."""

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
from tests.test_running import free_port

ROOT = Path(__file__).parent.parent.parent
FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")
pytestmark = pytest.mark.skipif(
    not (shutil.which("bearerbox") and shutil.which("smsbox") and FAKESMSC.exists()),
    reason="Kannel is not installed (Debian: kannel, kannel-extras)",
)
ANA = "254700000001"
PATIENCE = 20.0


def reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(what: Callable[[], bool], complaint: str, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not what():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


@dataclass
class Network:
    """Kannel, with a phone network of one phone behind it."""

    smsc_port: int
    log: Path

    def say(self, text: str, kind: str = "text", patience: float = PATIENCE) -> list[str]:
        """The phone sends a text and waits for the reply, the parts of a long one put together."""
        with self.log.open("w") as log:
            phone = subprocess.Popen(
                [str(FAKESMSC), "-H", "127.0.0.1", "-r", str(self.smsc_port), "-m", "1", f"{ANA} 22384 {kind} {text}"],
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                until(lambda: bool(self.received()), f"{text!r} got no reply", patience)
                time.sleep(0.2)
            finally:
                phone.kill()
                phone.wait()
        return self.received()

    def received(self) -> list[str]:
        """What fakesmsc printed: ``<sender receiver kind text>``, or for a part ``<... udh header kind text>``."""
        messages: list[str] = []
        found = re.findall(rf"Got message \d+: <22384 \+?{ANA} (?:udh (\S+) )?(\S+) (.*)>$", self.log.read_text(), re.M)
        for header, kind, body in found:
            text = body if kind == "text" else decoded(body, kind)
            # The last octet of a concatenation header is the number of the part.
            if not header or int(header.split("%")[-1], 16) == 1:
                messages.append(text)
            else:
                messages[-1] += text
        return messages


def decoded(text: str, kind: str) -> str:
    octets = unquote_to_bytes(text.replace("+", " "))
    # Parts are "data" whatever is in them; no GSM-7 text has a zero octet, every UCS-2 text of ours has.
    return octets.decode("utf-16-be" if kind.startswith("ucs") or 0 in octets else "utf-8")


@contextmanager
def kannel(folder: Path, web_port: int) -> Iterator[tuple[Network, int]]:
    """The configuration of docs/kannel.conf on free ports. Gives the network and the port of sendsms."""
    ports = {port: free_port() for port in ("13000", "13001", "13013", "10000", "8000")} | {"8000": web_port}
    text = (ROOT / "docs" / "kannel.conf").read_text()
    for documented, port in ports.items():
        text = re.sub(rf"\b{documented}\b", str(port), text)
    text = text.replace("/var/spool/kannel/store", str(folder / "store")).replace(
        "http-queue-delay = 10", "http-queue-delay = 1"
    )
    config = folder / "kannel.conf"
    config.write_text(text)
    boxes = []
    with (folder / "kannel.log").open("w") as log:
        for box, port in (("bearerbox", ports["13001"]), ("smsbox", ports["13013"])):
            boxes.append(subprocess.Popen([box, str(config)], stdout=log, stderr=subprocess.STDOUT))
            until(lambda port=port: reachable(int(port)), f"{box} did not come up")  # type: ignore[misc]
    try:
        yield Network(int(ports["10000"]), folder / "phone.log"), int(ports["13013"])
    finally:
        for box in reversed(boxes):
            box.terminate()
            try:
                box.wait(10)
            except subprocess.TimeoutExpired:
                box.kill()
                box.wait()


@dataclass
class Deployment:
    """The service behind Kannel; its web process can be down."""

    service: Service
    network: Network
    web_port: int

    @contextmanager
    def up(self) -> Iterator[None]:
        server = make_server("127.0.0.1", self.web_port, create_app(self.service), threaded=True)
        over = threading.Event()

        def work() -> None:
            while not over.is_set():
                self.service.drain()
                time.sleep(0.05)

        threads = [threading.Thread(target=server.serve_forever, args=(0.02,)), threading.Thread(target=work)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            server.shutdown()
            for thread in threads:
                thread.join()


@pytest.fixture
def deployment(settings: Settings, tmp_path: Path) -> Iterator[Deployment]:
    web_port = free_port()
    with kannel(tmp_path, web_port) as (network, sendsms_port):
        service = open_service(replace(
            settings, public_url=f"http://127.0.0.1:{web_port}",
            gateways={"kannel": KannelSettings(
                f"http://127.0.0.1:{sendsms_port}/cgi-bin/sendsms", "triage", "change-me-too"
            )}, webhook_secret="change-this-key", languages=("en", "hi"),
        ))  # fmt: skip
        service.redis.flushall()
        yield Deployment(service, network, web_port)
        service.redis.close()


def test_a_whole_triage_with_delivery_reports(deployment: Deployment) -> None:
    network, service = deployment.network, deployment.service
    with deployment.up():
        assert network.say("hi")[0].startswith("Free private check")
        assert network.say("1")[0].startswith("Any of these NOW?")
        assert network.say("none of these")[0].startswith("Are you pregnant")
        for answer in ("1", "2", "1", "1", "6"):
            said = network.say(answer)
        assert said[0].startswith("Last one.")
        result = network.say("7")[0]
        assert result.startswith("Light spotting once is common")
        assert result.endswith("Reply 1 for tips, 2 for possible causes, MENU to start again.")
        until(lambda: service.store.counts().get("report:delivered", 0) == 10, "not every report came")
    person = service.vault.person(f"+{ANA}")
    assert service.store.load(person).address is not None
    assert service.messages.waiting(time.time())[0] == 0


def test_hindi_goes_both_ways(deployment: Deployment) -> None:
    hindi = quote_plus("हिन्दी".encode("utf-16-be"))
    with deployment.up():
        said = deployment.network.say(hindi, kind="ucs2")
    assert "1 " in said[0]
    assert "मेरे" in said[0] or "मैं" in said[0]


def test_a_person_never_reads_of_a_request_that_failed(deployment: Deployment) -> None:
    """The service is down when she writes: she hears nothing until it is up again, and then its answer."""
    answer: list[str] = []
    phone = threading.Thread(target=lambda: answer.extend(deployment.network.say("hi")))
    phone.start()
    time.sleep(3)
    assert deployment.network.received() == []
    with deployment.up():
        phone.join(PATIENCE)
    assert [text[:18] for text in answer] == ["Free private check"]


def test_a_call_with_the_wrong_key_reaches_nobody(deployment: Deployment, settings: Settings) -> None:
    guessing = replace(deployment.service.settings, webhook_secret="another key")
    other = Deployment(open_service(guessing), deployment.network, deployment.web_port)
    with other.up(), pytest.raises(AssertionError, match="got no reply"):
        deployment.network.say("hi", patience=3)
    assert deployment.service.redis.dbsize() == 0


def test_the_doctor_asks_kannel(deployment: Deployment) -> None:
    gateway = deployment.service.gateways["kannel"]
    assert gateway.probe() == "Kannel takes the credentials"
