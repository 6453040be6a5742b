"""Documents that do not rot. (Who may import whom is held by the contracts in pyproject.toml.)"""

import re
from pathlib import Path

from sms_triage.cli import main
from sms_triage.settings import Settings

ROOT = Path(__file__).parent.parent


def test_the_readme_names_every_setting_and_command() -> None:
    readme = (ROOT / "README.md").read_text()
    package = ROOT / "sms_triage"
    files = [package / "settings.py", package / "cli/__init__.py", *sorted((package / "gateways").glob("*.py"))]
    code = "".join(path.read_text() for path in files)
    settings = set(re.findall(r'"([A-Z][A-Z_]{3,})"', code))
    assert len(settings) > len(Settings.__dataclass_fields__)
    assert [name for name in sorted(settings) if f"`{name}`" not in readme] == []
    assert [name for name in main.commands if f"`{name}" not in readme and f"sms-triage {name}" not in readme] == []
