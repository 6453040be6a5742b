"""``explain`` and ``words``: what a reviewer sees of a conversation, and of a file of free texts."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from sms_triage.cli import main


def run(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(main, arguments, input=said)


TALK = "hi\nme\nnone\ni have fever\nSTOP\n"


def test_a_conversation_is_explained_turn_by_turn() -> None:
    turns = json.loads(run("explain", "--lang", "en", "--json", said=TALK).output)["turns"]
    assert [turn["heard"] for turn in turns] == ["greeting", "answer", "answer", "statement", "command: stop"]
    assert turns[0]["owed"] is None
    assert turns[2]["noted"] == dict.fromkeys(("soaking", "fainting", "severe_pain", "forced"), "no")
    assert turns[3]["noted"] == {"fever_unwell": "yes"}
    assert turns[3]["owed"] == {"disposition": "same_day", "rule": "R10"}
    assert turns[3]["rules"] == ["R10", "R31"]
    assert turns[3]["replies"][0].startswith("Noted: Fever, unwell, tired.\n")
    assert turns[4]["owed"] is None


def test_in_words_it_says_the_same() -> None:
    said = run("explain", "--lang", "en", said="i fainted\n").output.splitlines()
    assert said[:4] == [
        "> i fainted", "  heard as: alarm", "  noted: fainting=alarm",
        "  owed: emergency_now by R02; these hold: R02, R31",
    ]  # fmt: skip
    assert said[4].startswith("  < EMERGENCY: go to the nearest hospital now or call 112.")


TEXTS = """
- {text: bleeding a lot, language: en, kind: heavy, danger: true}
- {text: blood, language: en, kind: heavy, danger: true}
- {text: mayday, language: en, kind: heavy, danger: true}
- {text: i fainted, language: en, kind: story, danger: false}
- {text: how much, language: en, kind: question, danger: false}
- {text: am i dying, language: en, kind: question, danger: true, judgement: true}
"""


def test_free_texts_are_counted_by_language_and_kind(tmp_path: Path) -> None:
    file = tmp_path / "texts.yaml"
    file.write_text(TEXTS)
    result = run("words", str(file))
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "en heavy: 3 dangers: told 1, asked 1, silent 1",
        "en question: 1 harmless: told 0, asked 0, silent 1",
        "en story: 1 harmless: told 1, asked 0, silent 0",
        "en all: 3 dangers: told 1, asked 1, silent 1",
        "en all: 2 harmless: told 1, asked 0, silent 1",
        "silent: en heavy: 'mayday'",
        "false: en story: 'i fainted'",
    ]


def test_a_file_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "texts.yaml"
    file.write_text("- {text: hi}\n")
    result = run("words", str(file))
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert "missing required field `language`" in result.output
