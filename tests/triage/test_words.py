"""How well people are heard: on texts that the alarms were made with, on others, and what the command says of anybody's."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sms_triage.cli import main
from sms_triage.triage.content.opening import open_folder
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.proofs.words import Tally, by_language, hear_all, read_labelled
from sms_triage.triage.wording.locale import Locale, Locales
from tests.common_words import most_used
from tests.common_words_by_hand import HINDI_IN_LATIN, SWAHILI

WORDS = Path(__file__).parent.parent / "words"
LANGUAGES = ["en", "sw", "fr", "pt", "es", "hi"]

DANGERS_THEMSELVES = {
    "rape", "suicide", "suicidio", "violacion", "रेप", "बलात्कार", "दुष्कर्म", "आत्महत्या",
}  # fmt: skip
"""Common words that say a danger alone."""


@pytest.fixture(scope="module")
def heard(locales: Locales) -> dict[str, dict[str, Tally]]:
    """By half and language."""
    return {
        half: by_language(hear_all(locales, read_labelled(WORDS / f"{half}.yaml", LANGUAGES)))
        for half in ("tuned", "unseen")
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("half", "told", "told_or_asked", "false", "asked"), [("tuned", 95, 99, 0, 25), ("unseen", 90, 96, 6, 15)]
)
def test_dangers_are_heard_and_harmless_texts_are_not(
    heard: dict[str, dict[str, Tally]],
    language: str,
    half: str,
    told: float,
    told_or_asked: float,
    false: float,
    asked: float,
) -> None:
    dangers, harmless = (heard[half][language].of(danger=danger) for danger in (True, False))
    assert len(dangers.answered) >= 25
    assert len(harmless.answered) >= 15
    assert dangers.share("told") >= told, dangers.texts("asked") + dangers.texts("silent")
    assert dangers.share("told", "asked") >= told_or_asked, dangers.texts("silent")
    assert harmless.share("told") <= false, harmless.texts("told")
    assert harmless.share("asked") <= asked, harmless.texts("asked")


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "hi", "sw", "hi in Latin letters"])
def test_no_common_word_is_an_alarm(locale: Locale, language: str) -> None:
    by_hand = {"sw": SWAHILI.split(), "hi in Latin letters": HINDI_IN_LATIN.split()}
    words = by_hand.get(language) or most_used(language)
    assert len(set(words)) >= 300
    alarming = {word for word in words if locale.alarms.heard(word)}
    assert alarming <= DANGERS_THEMSELVES


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt"])
def test_a_common_word_stays_what_it_is_among_others(locale: Locale, language: str) -> None:
    """With a word of a danger beside it, a common one is never taken for the other half of a pattern by a slip alone."""
    speller = locale.alarms.concepts.speller
    for word in most_used(language):
        assert all(word == known or word.startswith(known.rstrip("*")) for known in speller.spelt(word)), word


def test_the_common_words_are_those_of_the_list() -> None:
    kept = open_folder(content_dir()).common_words.words
    for language in ("en", "fr", "es", "pt"):
        assert {word for word in most_used(language) if word.isalpha() and len(word) > 3} == set(kept[language].split())


def test_the_command_says_what_became_of_every_kind(tmp_path: Path) -> None:
    file = tmp_path / "texts.yaml"
    file.write_text(
        "- {text: i am bleeding heavily, language: en, kind: heavy, danger: true}\n"
        "- {text: some blood, language: en, kind: heavy, danger: true}\n"
        "- {text: my knee is odd, language: en, kind: heavy, danger: true}\n"
        "- {text: blood, language: en, kind: heavy, danger: true, judgement: true}\n"
        "- {text: thanks, language: en, kind: thanks, danger: false}\n"
        "- {text: nataka kufa, language: sw, kind: joke, danger: false}\n"
    )
    result = CliRunner().invoke(main, ["words", str(file)])
    assert result.exit_code == 0
    assert result.output == (
        "en heavy: told 1, asked 1, silent 1, false 0\n"
        "  silent: my knee is odd\n"
        "en thanks: told 0, asked 0, silent 1, false 0\n"
        "sw joke: told 0, asked 0, silent 0, false 1\n"
        "  false: nataka kufa\n"
        "en: 3 dangers: told 33.3 %, told or asked 66.7 %; 1 harmless: false 0.0 %, asked 0.0 %\n"
        "sw: 0 dangers: told 0.0 %, told or asked 0.0 %; 1 harmless: false 100.0 %, asked 0.0 %\n"
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("text: hi", "Expected `array`, got `object`"),
        ("- {text: hi, language: en, kind: x}", "missing required field `danger` - at `$[0]`"),
        ("- {text: hi, language: en, kind: x, danger: maybe}", "Expected `bool`, got `str`"),
        ("- {text: hi, language: en, kind: x, danger: true, extra: 1}", "unknown field `extra`"),
        ("- {text: hi, language: se, kind: x, danger: true}", "1: names the language 'se', which does not exist"),
        ("- {", "is not YAML"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_one_line(tmp_path: Path, written: str, said: str) -> None:
    file = tmp_path / "texts.yaml"
    file.write_text(written)
    result = CliRunner().invoke(main, ["words", str(file)])
    assert result.exit_code == 1
    assert result.output.startswith("sms-triage: ")
    assert said in result.output
    assert result.output.count("\n") == 1
