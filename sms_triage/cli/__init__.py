"""The ``sms-triage`` command."""

import os
import sys
from math import inf
from pathlib import Path

import click

from sms_triage.cli.chw import chw
from sms_triage.cli.menus import menus, one_line, vignettes
from sms_triage.cli.running import running_settings
from sms_triage.cli.words import explain, words
from sms_triage.gateways import read_settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sms-triage")
def main() -> None:
    """SMS triage for bleeding after sex."""


@main.command()
@click.option("--port", default=8000, show_default=True, help="Where the web process listens.")
@click.option("--data", default="data", show_default=True, type=click.Path(file_okay=False, path_type=Path))
@one_line
def run(port: int, data: Path) -> None:
    """Everything on one machine: embedded Valkey, web, worker and cron."""
    from sms_triage.cli.embedded import run_all  # noqa: PLC0415

    sys.exit(run_all(port, data, {name: value for name, value in os.environ.items() if value}))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, envvar="HOST")
@click.option("--port", default=8000, show_default=True, envvar="PORT")
@click.option("--processes", default=2, show_default=True, envvar="WEB_PROCESSES")
@one_line
def web(host: str, port: int, processes: int) -> None:
    """The web process, against REDIS_URL."""
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    from sms_triage.logs import set_up_logs  # noqa: PLC0415
    from sms_triage.service.service import start_service  # noqa: PLC0415

    set_up_logs()
    # All is looked at once before anything is started: what is wrong is said once, not by each process.
    start_service(read_settings(os.environ), patience=inf).redis.close()
    Server(
        "sms_triage.web.app:create_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=processes,
        # A request waits for Redis and nothing else, so more threads than cores only contend.
        blocking_threads=min(8, os.cpu_count() or 2),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        # One that was still starting misses the stop, and would be waited for without end.
        workers_kill_timeout=3,
    ).serve()


@main.command()
@one_line
def worker() -> None:
    """An RQ worker: sends replies, keeps house."""
    _run_process("run_worker")


@main.command()
@one_line
def cron() -> None:
    """Puts the regular jobs in the queue."""
    _run_process("run_cron")


def _run_process(name: str) -> None:
    from sms_triage.logs import set_up_logs  # noqa: PLC0415
    from workers import jobs, processes  # noqa: PLC0415

    set_up_logs()
    getattr(processes, name)(jobs.service())


@main.command()
@click.option("--number", default="+254700000001", show_default=True, help="The number of this phone.")
@click.option("--sender", default="22384", show_default=True, help="The number it texts.")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where the service runs.")
@click.option("--chw", is_flag=True, help="As a community health worker.")
@click.option("--ussd", is_flag=True, help="Dial instead of texting.")
@click.option("--code", default="*384*99#", show_default=True, help="What is dialled.")
@one_line
def phone(number: str, sender: str, url: str, chw: bool, ussd: bool, code: str) -> None:
    """A phone in the terminal: talk to the running service."""
    from sms_triage.cli.terminal_phone import Dialog, Phone, key_in, talk  # noqa: PLC0415

    phone = Phone(url, number, sender)
    if chw:
        phone.register()
    if ussd:
        key_in(Dialog(phone, code), sys.stdin, sys.stdin.isatty())
    else:
        talk(phone, sys.stdin, sys.stdin.isatty())


@main.command()
@one_line
def doctor() -> None:
    """Is this deployment sound? Exits 1 if not."""
    from sms_triage.cli.doctor import examine  # noqa: PLC0415
    from sms_triage.service.service import start_service  # noqa: PLC0415

    sound = True
    for finding in examine(start_service(running_settings(os.environ))):
        click.echo({True: "ok    ", None: "note  ", False: "FAULT "}[finding.ok] + finding.what)
        sound = sound and finding.ok is not False
    sys.exit(0 if sound else 1)


@main.command()
@one_line
def rotate() -> None:
    """Seals all that is kept anew after a change of SECRET_KEY, with the one before in OLD_SECRET_KEYS."""
    from sms_triage.service.service import start_service  # noqa: PLC0415
    from sms_triage.storage.rotation import rotate as seal_anew  # noqa: PLC0415

    resealed, left = seal_anew(start_service(running_settings(os.environ)).database)
    click.echo(f"{resealed} records were sealed anew")
    if left:
        click.echo(f"{left} are left under an old secret (what waits to leave, codes to join): run this again later")
        sys.exit(1)
    click.echo("OLD_SECRET_KEYS is not needed any more")


@main.group()
def person() -> None:
    """What is kept of a person, and forgetting her (in a running deployment)."""


@person.command()
@click.argument("number")
@one_line
def show(number: str) -> None:
    """What is kept of a number: that it is known and how, never what was told."""
    from sms_triage.service import operator  # noqa: PLC0415
    from sms_triage.service.service import start_service  # noqa: PLC0415

    found = operator.known(start_service(running_settings(os.environ)), number)
    for line in found or ["this number is not known"]:
        click.echo(line)
    sys.exit(0 if found else 1)


@person.command()
@click.argument("number")
@one_line
def forget(number: str) -> None:
    """Erases all that is kept of a number, also an opt-out, and sends it nothing."""
    from sms_triage.service import operator  # noqa: PLC0415
    from sms_triage.service.service import start_service  # noqa: PLC0415

    known = operator.forget(start_service(running_settings(os.environ)), number)
    click.echo("all that was kept of this number is erased" if known else "this number is not known")
    sys.exit(0 if known else 1)


main.add_command(chw)
main.add_command(menus)
main.add_command(vignettes)
main.add_command(explain)
main.add_command(words)
