"""The vignettes of the project, and the command that plays anybody's."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sms_triage.cli import main
from sms_triage.triage.content.model import CHANNELS
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.content.translations import languages_of
from sms_triage.triage.proofs.vignettes import play, read_vignettes
from sms_triage.triage.wording.locale import Locales

LANGUAGES = languages_of(content_dir())
OWN = Path(__file__).parent.parent / "vignettes" / "postcoital_bleeding.yaml"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["vignettes", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize("channel", ["sms", "ussd"])
def test_every_vignette_is_exact(locales: Locales, channel: str) -> None:
    locale = locales.of("en", channel)
    played = [play(locales, vignette, "en", channel) for vignette in read_vignettes(OWN, locale.content)]
    assert len(played) >= 60
    assert [entry.id for entry in played if entry.verdict != "exact" or entry.below_floor] == []
    assert {entry.got for entry in played} == {disposition.id for disposition in locale.content.dispositions}


def test_the_report_has_the_transcript(tmp_path: Path) -> None:
    # A bare yes is a boolean to other tools, "yes" a string: both are the value.
    file = tmp_path / "v.yaml"
    file.write_text(
        "- {id: A, findings: {soaking: yes}, expect: emergency_now}\n"
        '- {id: B, findings: {"forced": "yes"}, expect: [same_day, within_week]}\n'
    )
    code, output = run(str(file), "--json")
    found = json.loads(output)
    assert code == 0
    assert found["summary"] == {
        "n": 2, "exact": 2, "over": 0, "under": 0, "median_turns": 6.0, "median_segments": 8.0
    }  # fmt: skip
    assert found["vignettes"][0]["asked"] == ["for_whom", "danger"]
    assert found["vignettes"][0]["transcript"][0] == {"from": "person", "text": "hi"}
    assert found["vignettes"][0]["transcript"][-2]["text"].startswith("EMERGENCY")


@pytest.mark.parametrize(
    ("vignette", "code", "said"),
    [
        ("{id: A, findings: {}, expect: same_day}", 1, "(under)"),
        ("{id: A, findings: {soaking: yes}, expect: same_day}", 0, "(over)"),
        ("{id: A, findings: {}, expect: self_care_watch, never_below: same_day}", 1, "A: expected"),
        ("{id: A, findings: {soakin: yes}, expect: same_day}", 1, "'soakin', which does not exist"),
        ("{id: A, findings: {amount: lots}, expect: same_day}", 1, "'lots' of amount, which does not exist"),
        ("{id: A, findings: {}, expect: tomorrow}", 1, "'tomorrow', which does not exist"),
        ("{id: A, findings: {}}", 1, "malformed"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, vignette: str, code: int, said: str) -> None:
    file = tmp_path / "v.yaml"
    file.write_text(f"- {vignette}\n")
    got, output = run(str(file))
    assert got == code
    assert said in output


def test_a_file_that_is_not_there_is_one_line() -> None:
    code, output = run("/nowhere.yaml")
    assert code == 1
    assert output.count("\n") == 1


def test_what_a_triage_takes_is_told_of_every_language_on_every_channel() -> None:
    code, output = run(str(OWN), "--medians")
    lines = dict(line.split(": ") for line in output.splitlines())
    assert code == 0
    assert set(lines) == {f"{language}.{channel}" for language in LANGUAGES for channel in CHANNELS}
    assert lines["en.sms"] == "8 turns, 10 segments"
