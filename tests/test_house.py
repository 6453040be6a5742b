"""The house rules that a reader relies on: who imports whom, and documents that do not rot."""

import ast
import re
from pathlib import Path

import pytest

from sms_triage.cli import main
from sms_triage.settings import Settings

ROOT = Path(__file__).parent.parent
MODULES = sorted([*(ROOT / "sms_triage").rglob("*.py"), *(ROOT / "workers").rglob("*.py")])
IMPURE = {"redis", "rq", "flask", "requests", "time", "random", "secrets", "os", "socket", "threading", "subprocess"}


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", [path for path in MODULES if "triage/triage" in str(path)], ids=lambda path: path.name)
def test_the_core_is_pure(path: Path) -> None:
    for name in imports(path):
        assert name.split(".")[0] not in IMPURE
        if name.startswith("sms_triage."):
            assert name.startswith(("sms_triage.triage", "sms_triage.text")), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_imports_the_outermost(path: Path) -> None:
    outermost = ("sms_triage.web", "workers", "sms_triage.cli")
    if path.parent.name in ("web", "workers", "cli") or path.name == "__main__.py":
        return
    assert [name for name in imports(path) if name.startswith(outermost)] == []


def test_gateways_know_nothing_of_triage() -> None:
    for path in (ROOT / "sms_triage" / "gateways").glob("*.py"):
        assert [name for name in imports(path) if name.startswith("sms_triage.triage")] == []


def test_the_readme_names_every_setting_and_command() -> None:
    readme = (ROOT / "README.md").read_text()
    package = ROOT / "sms_triage"
    files = [package / "settings.py", package / "cli/__init__.py", *sorted((package / "gateways").glob("*.py"))]
    code = "".join(path.read_text() for path in files)
    settings = set(re.findall(r'"([A-Z][A-Z_]{3,})"', code))
    assert len(settings) > len(Settings.__dataclass_fields__)
    assert [name for name in sorted(settings) if f"`{name}`" not in readme] == []
    assert [name for name in main.commands if f"`{name}" not in readme and f"sms-triage {name}" not in readme] == []
