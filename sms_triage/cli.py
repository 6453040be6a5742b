"""The ``sms-triage`` command."""

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from sms_triage.settings import SettingsError, read_settings
from sms_triage.triage.compiler import compile_content
from sms_triage.triage.content import Content, load_content
from sms_triage.triage.errors import ContentError
from sms_triage.triage.face import load_face, longest_values
from sms_triage.triage.graph import draw
from sms_triage.triage.menu import build_menu, dump_menu, load_menu, menu_path, menus_dir
from sms_triage.triage.proofs import Distribution, changed_outcomes, check
from sms_triage.triage.vignettes import play, read_vignettes, report

CHANNELS = ("sms",)
LANGUAGES = ("en",)


def _one_line(command: Callable[..., Any]) -> Callable[..., Any]:
    """What a user can cause is said in one line, and the exit code is 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from sms_triage.terminal_phone import PhoneError  # noqa: PLC0415 - not needed by most commands

        try:
            return command(*args, **kwargs)
        except (SettingsError, ContentError, PhoneError) as error:
            click.echo(f"sms-triage: {error}", err=True)
            sys.exit(1)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sms-triage")
def main() -> None:
    """SMS triage for bleeding after sex."""


@main.command()
@click.option("--port", default=8000, show_default=True, help="Where the web process listens.")
@click.option("--data", default="data", show_default=True, type=click.Path(file_okay=False, path_type=Path))
@_one_line
def run(port: int, data: Path) -> None:
    """Everything on one machine: embedded Valkey, web, worker and cron."""
    from sms_triage.embedded import run_all  # noqa: PLC0415

    sys.exit(run_all(port, data, {name: value for name, value in os.environ.items() if value}))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, envvar="HOST")
@click.option("--port", default=8000, show_default=True, envvar="PORT")
@click.option("--processes", default=2, show_default=True, envvar="WEB_PROCESSES")
@_one_line
def web(host: str, port: int, processes: int) -> None:
    """The web process, against REDIS_URL."""
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    read_settings(os.environ)
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
    ).serve()


@main.command()
@_one_line
def worker() -> None:
    """An RQ worker: sends replies, keeps house."""
    _run_process("run_worker")


@main.command()
@_one_line
def cron() -> None:
    """Puts the regular jobs in the queue."""
    _run_process("run_cron")


def _run_process(name: str) -> None:
    from sms_triage.logs import set_up_logs  # noqa: PLC0415
    from sms_triage.store import connect  # noqa: PLC0415
    from workers import processes  # noqa: PLC0415

    set_up_logs()
    getattr(processes, name)(connect(read_settings(os.environ).redis_url))


@main.command()
@click.option("--number", default="+254700000001", show_default=True, help="The number of this phone.")
@click.option("--sender", default="22384", show_default=True, help="The number it texts.")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where the service runs.")
@_one_line
def phone(number: str, sender: str, url: str) -> None:
    """A phone in the terminal: talk to the running service."""
    from sms_triage.terminal_phone import Phone, talk  # noqa: PLC0415

    talk(Phone(url, number, sender), sys.stdin, sys.stdin.isatty())


@main.command()
@_one_line
def doctor() -> None:
    """Is this deployment sound? Exits 1 if not."""
    from sms_triage.doctor import examine  # noqa: PLC0415
    from sms_triage.service import open_service  # noqa: PLC0415

    sound = True
    for finding in examine(open_service(read_settings(_with_running(os.environ)))):
        click.echo({True: "ok    ", None: "note  ", False: "FAULT "}[finding.ok] + finding.what)
        sound = sound and finding.ok is not False
    sys.exit(0 if sound else 1)


def _with_running(environment: Any) -> dict[str, str]:
    """The environment, completed by what `run` noted in ./data if it is running there."""
    running, secret = Path("data/running.json"), Path("data/secret.key")
    known = {}
    if running.exists() and secret.exists():
        known = {"REDIS_URL": json.loads(running.read_text())["redis_url"], "SECRET_KEY": secret.read_text().strip()}
    return {**known, **environment}


@main.group()
def menus() -> None:
    """The compiler: menus from content, and the proofs about them."""


@menus.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Another folder than menus/.")
@_one_line
def build(out: Path | None) -> None:
    """Writes menus/ from the content."""
    content = load_content()
    start = compile_content(content)
    for language in LANGUAGES:
        for channel in CHANNELS:
            menu = build_menu(content, start, language, channel)
            path = menu_path(out or menus_dir(), content.topic, language, channel)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dump_menu(menu), encoding="utf-8")
            click.echo(f"{path}: {len(menu.screens)} screens, content {content.hash}")


@menus.command(name="check")
@click.option("--content", "content_path", type=click.Path(exists=True, path_type=Path), help="Another content folder.")
@click.option("--menus", "menus_path", type=click.Path(exists=True, path_type=Path), help="Another menus folder.")
@_one_line
def check_menus(content_path: Path | None, menus_path: Path | None) -> None:
    """Proves the menus and the content sound, or names each violation."""
    broken = False
    for language in LANGUAGES:
        for channel in CHANNELS:
            content = load_content(content_path)
            face = load_face(language, channel, longest_values(content), directory=content_path, menus=menus_path)
            found = check(face)
            for violation in found.violations:
                click.echo(violation)
            broken = broken or bool(found.violations)
            if not found.violations:
                click.echo(f"{language}.{channel}: {found.screens} screens sound for {found.answer_sets:,} answer sets")
                _distribution("all", found.everybody)
                _distribution("no emergency", found.no_emergency)
    sys.exit(1 if broken else 0)


def _distribution(who: str, found: Distribution) -> None:
    for what, counts in (("questions", found.questions), ("segments", found.segments)):
        total = sum(counts.values())
        shares = ", ".join(f"{number}: {count / total:.1%}" for number, count in counts.items())
        click.echo(f"  {what} per completed triage ({who}): {shares}")


@menus.command()
@click.argument("old", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("new", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_one_line
def diff(old: Path, new: Path) -> None:
    """Which answer sets change disposition between two content folders."""
    lines = changed_outcomes(load_content(old), load_content(new))
    for line in lines or ["no answer set changes its disposition"]:
        click.echo(line)


@menus.command()
@_one_line
def graph() -> None:
    """Draws the menu as Graphviz: sms-triage menus graph | dot -Tsvg > menu.svg"""
    content = load_content()
    click.echo(draw(load_menu(menu_path(menus_dir(), content.topic, "en", "sms")), content), nl=False)


@menus.command()
@_one_line
def show() -> None:
    """The content in words, for a clinician to read: questions, rules, what each result says."""
    _show(load_content())


def _show(content: Content) -> None:
    click.echo(f"{content.title} ({content.topic}), content {content.hash}, review: {content.review}\n")
    for question in content.questions:
        click.echo(f"{question.id}: {question.text.self}")
        for number, option in enumerate(question.options, 1):
            click.echo(f"  {number} {option.label.self}  [{option.finding}={option.value}]")
        if question.none:
            click.echo(f"  {question.last} {question.none.self}")
    face = load_face("en", "sms", {})
    for rule in content.rules:
        sources = ", ".join(rule.sources)
        when = " and ".join(
            " or ".join(f"{atom.finding}={'/'.join(sorted(atom.values))}" for atom in clause)
            for clause in rule.when.clauses
        )
        click.echo(
            f"\n{rule.id} {rule.at_least.id} when {when or 'always'} [{sources}]\n  {face.results[rule.id].self}"
        )


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The whole report, with transcripts.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--channel", type=click.Choice(CHANNELS), default="sms", show_default=True)
@_one_line
def vignettes(files: tuple[Path, ...], as_json: bool, lang: str, channel: str) -> None:
    """Plays clinical vignettes through the real engine. Exits 1 if any is under-triaged."""
    face = load_face(lang, channel, {})
    played = [play(face, vignette) for path in files for vignette in read_vignettes(path, face.content)]
    whole = report(played)
    if as_json:
        click.echo(json.dumps(whole, ensure_ascii=False, indent=1))
    else:
        for entry in played:
            if entry.verdict != "exact" or entry.below_floor:
                click.echo(f"{entry.id}: expected {' or '.join(entry.expected)}, got {entry.got} ({entry.verdict})")
        click.echo(", ".join(f"{name} {value}" for name, value in whole["summary"].items()))
    sys.exit(1 if any(entry.verdict == "under" or entry.below_floor for entry in played) else 0)
