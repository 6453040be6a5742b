"""``make mutants``: puts small faults into a copy of the tree, one at a time, and says which ones no test notices.

mutmut makes the faults in Python (`map.toml` says where, and which tests have to notice them); those in the content and
in what mutmut leaves alone (constants, decorated functions, Lua) are a list (`by_hand.yaml`). The working tree is only
read. With ``--seconds`` it is a sample: a few faults of each kind, drawn anew each time, for about so long.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import click
import yaml
from mutmut.configuration import reset_config
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
LEFT_BEHIND = {"__pycache__", "node_modules", "dist", "data"}
NOTICED = {"killed", "timeout", "segfault"}
CONTENT_CHECKS = (
    ("menus", "build"),
    ("menus", "check"),
    ("vignettes", "tests/vignettes/postcoital_bleeding.yaml"),
)
"""What has to notice a fault in the content, unless it names tests: the first that exits with an error does."""

PER_TEST_SECONDS, EXTRA_SECONDS = 5, 4
"""A mutant may take so many times what its tests take, and for their start so many times that much more."""


FEWEST = 20
"""The share of fewer faults than these says nothing."""


@dataclass
class Tally:
    """What became of the faults of one module; `left` are those that nothing noticed, in words."""

    statuses: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)

    @property
    def tried(self) -> int:
        return self.statuses.total()

    @property
    def noticed(self) -> int:
        return sum(self.statuses[status] for status in NOTICED)


class CannotRun(Exception):
    """The faults could not be tried: it would be wrong to say that all is well."""


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the tree that may be broken."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=_left_behind)
        yield tree


def _left_behind(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in LEFT_BEHIND or name.startswith(".")}


def run(command: Sequence[str], cwd: Path, seconds: float) -> tuple[int | None, str]:
    """The exit code (None: it was stopped after so long) and what was said. Nothing that it started stays."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, cwd=cwd, stdout=said, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(cwd), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        code: int | None = None
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # mutmut then ends in order
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        said.seek(0)
        return code, said.read()


def named(tree: Path, patterns: Sequence[str]) -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        paths = sorted(str(path.relative_to(tree)) for path in tree.glob(pattern))
        if not paths:
            raise CannotRun(f"map.toml names {pattern}, which does not exist")
        found += paths
    return list(dict.fromkeys(found))


def try_group(
    group: Mapping[str, Sequence[str]], only: str, seconds: float | None, chance: random.Random
) -> dict[str, Tally]:
    """The tally of each module of a group; of a sample of its faults if there are only so many seconds."""
    started = time.monotonic()
    with copied() as tree:
        modules = [path for path in named(tree, group["modules"]) if only in path]
        tests = named(tree, group["tests"])
        if not modules:
            return {}
        (tree / "setup.cfg").write_text(_settings(modules, tests, group.get("leave_out", ())))
        names = []
        if seconds is not None:
            names = [name for path in modules for name in _names(tree, path)]
            names = chance.sample(names, min(len(names), max(10, int(seconds / 2))))
        limit = 24 * 3600.0 if seconds is None else max(1.0, seconds - (time.monotonic() - started))
        code, said = run([sys.executable, "-c", "from mutmut.__main__ import cli; cli()", "run", *names], tree, limit)
        tallies = {path: _tally(tree, path) for path in modules}
        if code or (seconds is None and code is None) or not sum(tally.tried for tally in tallies.values()):
            if seconds is not None and code is None:
                return {}  # the time was over before the first fault
            raise CannotRun(f"mutmut ended with {code}:\n{said[-3000:]}")
        return tallies


def _settings(modules: Sequence[str], tests: Sequence[str], leave_out: Sequence[str]) -> str:
    arguments = ["-n0", "-pno:cacheprovider", *(f"--deselect={test}" for test in leave_out)]
    lists = {
        "source_paths": ["sms_triage", "workers"], "only_mutate": modules, "also_copy": ["menus", "README.md"],
        "pytest_add_cli_args": arguments, "pytest_add_cli_args_test_selection": tests,
    }  # fmt: skip
    lines = [f"{name} =\n" + "".join(f"  {entry}\n" for entry in entries) for name, entries in lists.items()]
    # The tests start servers and threads, so each mutant is forked from a process that has run none of them.
    return "[mutmut]\n" + "".join(lines) + (
        f"process_isolation = forkserver\ntimeout_multiplier = {PER_TEST_SECONDS}\ntimeout_constant = {EXTRA_SECONDS}\n"
    )  # fmt: skip


def _names(tree: Path, path: str) -> list[str]:
    with chdir(tree):  # mutmut reads its settings where it stands
        reset_config()
        mutated = mutate_file_contents(path, Path(path).read_text())
    return [get_mutant_name(Path(path), name) for name in mutated.mutant_names]


def _tally(tree: Path, path: str) -> Tally:
    tally, meta = Tally(), tree / "mutants" / f"{path}.meta"
    found = json.loads(meta.read_text())["exit_code_by_key"] if meta.exists() else {}
    for name, code in found.items():
        status = status_by_exit_code[code]
        if code is None or status == "check was interrupted by user":
            continue
        tally.statuses[status] += 1
        if status not in NOTICED:
            tally.left.append(f"{name.rpartition('.')[2]} ({status})\n{_changed_lines(tree, path, name)}")
    return tally


def _changed_lines(tree: Path, path: str, name: str) -> str:
    with chdir(tree):
        diff = get_diff_for_mutant(name, path=Path(path)).splitlines()
    return "\n".join(f"    {line}" for line in diff if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def try_by_hand(only: str, most: int | None, until: float | None, chance: random.Random) -> dict[str, Tally]:
    """The tally of each file that the list changes."""
    faults = [fault for fault in yaml.safe_load((HERE / "by_hand.yaml").read_text()) if only in fault["file"]]
    if most is not None:
        faults = chance.sample(faults, min(len(faults), most))
    tallies: dict[str, Tally] = {}
    for fault in faults:
        if until is not None and time.monotonic() > until:
            break
        with copied() as tree:
            path = tree / fault["file"]
            text = path.read_text()
            if fault["old"] not in text:
                raise CannotRun(f"by_hand.yaml: {fault['old']!r} is not in {fault['file']}")
            path.write_text(text.replace(fault["old"], fault["new"], 1))
            by = _noticed_by(tree, fault.get("tests", ()))
        tally = tallies.setdefault(fault["file"], Tally())
        tally.statuses["killed" if by else "survived"] += 1
        if not by:
            tally.left.append(f"{fault['what']}\n    - {fault['old']}\n    + {fault['new']}")
    return tallies


def _noticed_by(tree: Path, tests: Sequence[str]) -> str:
    if tests:
        code, said = run([sys.executable, "-m", "pytest", "-x", "-q", "-n0", *tests], tree, 300)
        if code in (4, 5):
            raise CannotRun(f"by_hand.yaml: {', '.join(tests)}: {said[-500:]}")
        return "tests" if code != 0 else ""
    for arguments in CONTENT_CHECKS:
        if run([sys.executable, "-m", "sms_triage", *arguments], tree, 120)[0] != 0:
            return " ".join(arguments)
    return ""


def show(tallies: Mapping[str, Tally]) -> None:
    for path, tally in tallies.items():
        for left in tally.left:
            click.echo(f"\nnot noticed: {path}: {left}")
    click.echo(f"\n{'module':<44}{'faults':>8}{'noticed':>9}{'':>7}  not noticed")
    for path, tally in (*tallies.items(), ("all", _sum(tallies.values()))):
        if tally.tried:
            rest = ", ".join(f"{status}: {count}" for status, count in tally.statuses.items() if status not in NOTICED)
            share = f"{tally.noticed / tally.tried:.0%}"
            click.echo(f"{path:<44}{tally.tried:>8}{tally.noticed:>9}{share:>7}  {rest}")


def _sum(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.statuses += tally.statuses
    return whole


@click.command()
@click.option("--only", default="", help="Files whose path has this in it.")
@click.option("--group", "groups", multiple=True, help="Groups of map.toml, and by_hand. All by default.")
@click.option("--seconds", type=float, help="A sample, for about so long.")
@click.option("--seed", type=int, help="Draws the same sample again.")
@click.option("--floor", type=int, default=0, help="Exit 1 if a smaller share than this (percent) is noticed.")
def main(only: str, groups: tuple[str, ...], seconds: float | None, seed: int | None, floor: int) -> None:
    """Which faults would no test notice?"""
    seed = random.SystemRandom().randrange(10_000) if seed is None else seed
    chance, started = random.Random(seed), time.monotonic()
    table = tomllib.loads((HERE / "map.toml").read_text())
    chosen = [group for group in (*table, "by_hand") if group in groups or not groups]
    if seconds is not None:
        click.echo(f"a sample, --seed {seed}")
        chance.shuffle(chosen)
    tallies: dict[str, Tally] = {}
    try:
        for group in chosen:
            left = None if seconds is None else seconds - (time.monotonic() - started)
            if left is not None and left < 15:
                break
            click.echo(f"{group} ...", err=True)
            if group == "by_hand":
                until = None if left is None else time.monotonic() + left
                found = try_by_hand(only, None if left is None else 3, until, chance)
            else:
                found = try_group(table[group], only, left, chance)
            tallies.update({path: tally for path, tally in found.items() if tally.tried})
        show(tallies)
        whole = _sum(tallies.values())
        if not whole.tried and seconds is None:
            raise CannotRun("no fault was tried")
    except CannotRun as error:
        sys.exit(f"mutants: {error}")
    if whole.tried >= FEWEST and whole.noticed * 100 < floor * whole.tried:
        sys.exit(f"mutants: fewer than {floor}% were noticed")


if __name__ == "__main__":
    main()
