"""Everything on one machine: an embedded Valkey that keeps its data, and the service's processes beside it."""

import ctypes
import fcntl
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
from typing import TextIO

import requests

from sms_triage.cli.embedded_valkey import prepare
from sms_triage.gateways import address, is_simulated, read_settings
from sms_triage.settings import SettingsError

PROCESSES = ("web", "worker", "cron")
VALKEY = "valkey"
STOP_SECONDS = 15
MOST_DEATHS, PAUSE_SECONDS = 5, 5
"""Within a minute, and how long to wait then before what died for Valkey's sake is started again."""

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1
"""See prctl(2)."""


def run_all(port: int, data: Path, environment: Mapping[str, str]) -> int:
    """Starts Valkey, web, worker and cron, and stays until Ctrl-C or until one of them cannot go on.

    Data and a generated secret are kept in `data`. Returns the exit code.
    """
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    with _hold(data, port):
        if not _free(port):
            raise SettingsError(
                f"port {port} is taken. Beside what runs there: --port {port + 1} --data another-folder"
            )
        settings = {"SECRET_KEY": _secret(data / "secret.key"), **environment, "PORT": str(port)}
        commands = {name: [sys.executable, "-m", "sms_triage", name] for name in PROCESSES}
        if not environment.get("REDIS_URL"):
            command, settings["REDIS_URL"] = prepare(data / "valkey")
            commands = {VALKEY: command, **commands}
        return _run(port, data, settings, commands)


def _run(port: int, data: Path, settings: Mapping[str, str], commands: Mapping[str, list[str]]) -> int:
    started = time.monotonic()
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        # Ctrl-C and a stop by the system end in the same orderly way. Both are set: a shell starts what it puts in the
        # background with SIGINT ignored.
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, _interrupt)
        for name, command in commands.items():
            children[name] = _start(command, settings)
        _wait_ready(port, children)
        _announce(port, data, settings, time.monotonic() - started)
        return _watch(children, commands, settings)
    except KeyboardInterrupt:
        print("\nstopping ...", flush=True)
        return 0
    finally:
        # A second Ctrl-C, from a person or a terminal that sends it to all, must not leave half of it running.
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, signal.SIG_IGN)
        _stop(children)
        (data / "running.json").unlink(missing_ok=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _hold(data: Path, port: int) -> TextIO:
    """The lock on a data folder, held as long as the file is open: two servers on one append-only file lose data."""
    lock = (data / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise SettingsError(f"{data} is in use by {lock.read()}: stop that, or give another folder: --data") from None
    lock.truncate(0)
    lock.write(f"the run on port {port}, pid {os.getpid()}")
    lock.flush()
    return lock


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


def _start(command: list[str], settings: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    # A session of its own: Ctrl-C reaches only this process, which then stops the others in order.
    return subprocess.Popen(
        command,
        env={**os.environ, **settings},
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - there are no threads here
    )


def _end_with_parent() -> None:
    """Said in a child: a parent that is killed takes it along (where the system can: Linux)."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


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


def _watch(
    children: dict[str, "subprocess.Popen[bytes]"], commands: Mapping[str, list[str]], settings: Mapping[str, str]
) -> int:
    """Starts again what dies; gives up on what dies again and again, but not on Valkey nor on what it takes along."""
    deaths: dict[str, list[float]] = {name: [] for name in children}
    while True:
        time.sleep(0.5)
        for name, child in children.items():
            if child.poll() is None:
                continue
            now = time.monotonic()
            deaths[name] = [at for at in deaths[name] if now - at < 60] + [now]
            if len(deaths[name]) > MOST_DEATHS:
                if name != VALKEY and not deaths.get(VALKEY):
                    print(f"{name} ended {len(deaths[name])} times within a minute; giving up", file=sys.stderr)
                    return 1
                time.sleep(PAUSE_SECONDS)
            print(f"{name} ended with {child.returncode}; starting it again", file=sys.stderr, flush=True)
            children[name] = _start(commands[name], settings)


def _stop(children: Mapping[str, "subprocess.Popen[bytes]"]) -> None:
    """Ends all, Valkey last: the others still write to it while they stop."""
    others = [child for name, child in children.items() if name != VALKEY]
    for group in (others, [child for name, child in children.items() if name == VALKEY]):
        for child in group:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in group:
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, deadline - time.monotonic()))
            # What is left of its process group: a web worker that was still starting misses the stop.
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
