"""Translations: what a translator gets when the English changes, and that nothing untranslated is ever built."""

import shutil
from pathlib import Path

import polib
import pytest
from click.testing import CliRunner

from sms_triage.cli import main
from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.model import CHANNELS
from sms_triage.triage.content.reader import content_dir, load_content
from sms_triage.triage.content.translations import languages_of, load_translation, po_path
from sms_triage.triage.menu.menu import menus_dir
from sms_triage.triage.proofs.vignettes import play, read_vignettes
from sms_triage.triage.proofs.wording import check_words
from sms_triage.triage.wording.load import collect_texts, language_names, load_locale, longest_values
from sms_triage.triage.wording.locale import Locales

LANGUAGES = languages_of(content_dir())
VIGNETTES = Path(__file__).parent.parent / "vignettes" / "postcoital_bleeding.yaml"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(content_dir(), tmp_path / "content"))


def build(copy: Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["menus", "build", "--content", str(copy), "--out", str(copy / "menus")])
    return result.exit_code, result.output


def english(copy: Path, old: str, new: str) -> None:
    path = copy / "topics" / "postcoital_bleeding.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def test_six_languages_are_there() -> None:
    assert set(LANGUAGES) == {"en", "sw", "fr", "pt", "es", "hi"}
    assert {load_translation(content_dir(), language).review for language in LANGUAGES[1:]} == {"pending"}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_and_fits(language: str, channel: str) -> None:
    locale = load_locale(language, channel, longest_values(load_content()))
    assert check_words(locale, language_names(content_dir()), {}) == ()


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_changes_no_outcome(every_locale: Locales, language: str, channel: str) -> None:
    content = every_locale.of(language, channel).content
    for vignette in read_vignettes(VIGNETTES, content):
        assert play(every_locale, vignette, language, channel).verdict == "exact", vignette.id


def test_a_building_that_changes_nothing_changes_no_file(copy: Path) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*.po*")}
    assert build(copy)[0] == 0
    assert {path: path.read_bytes() for path in copy.rglob("*.po*")} == before


def test_a_text_whose_english_changed_must_be_looked_at_again(copy: Path) -> None:
    english(copy, "Avoid very deep positions.", "Avoid all deep positions.")
    code, output = build(copy)
    assert code == 1
    assert output.count("advice deep: 'Avoid all deep positions.'") == len(LANGUAGES) - 1
    entry = polib.pofile(str(po_path(copy, "fr"))).find("Avoid all deep positions.")
    assert entry is not None
    assert (entry.fuzzy, entry.msgstr) == (True, "Évitez les positions très profondes.")
    assert entry.previous_msgid == "Avoid very deep positions."
    with pytest.raises(ContentError, match="no finished translation of advice deep"):
        load_content(copy, load_translation(copy, "fr"))
    for language in LANGUAGES[1:]:
        path = po_path(copy, language)
        path.write_text(path.read_text().replace("#, fuzzy\n", ""))
    assert build(copy)[0] == 0


def test_a_new_text_is_listed_and_an_old_one_dropped(copy: Path) -> None:
    english(copy, "deep: Avoid very deep positions.", "deep: Avoid it.\n  more: Keep calm.")
    code, output = build(copy)
    assert code == 1
    assert "sw.po: advice more: 'Keep calm.'" in output
    sw = polib.pofile(str(po_path(copy, "sw")))
    assert sw.find("Keep calm.") is not None
    assert sw.find("Avoid very deep positions.") is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[ ou appelez {emergency_number}]", " ou appelez {emergency_number}"),
        ("{emergency_number}", "{number}"),
        ("[Pour parler en privé: {violence_helpline}.]", "[Pour parler en privé.]"),
    ],
)
def test_a_translation_keeps_the_names_and_what_is_optional(copy: Path, old: str, new: str) -> None:
    path = po_path(copy, "fr")
    text = path.read_text()
    start = text.index(old)
    path.write_text(text[:start] + new + text[start + len(old) :])
    with pytest.raises(ContentError, match="names"):
        load_translation(copy, "fr")


@pytest.mark.parametrize(
    ("language", "old", "new", "named"),
    [
        (
            "fr",
            "Brûle en urinant",
            "Brûle en urinant quand cela arrive chaque matin et chaque soir " * 4,
            "question signs",
        ),
        ("es", "No sé", "Cancel", "'cancel' is a carrier's word"),
        ("sw", "Nina wasiwasi", "Ngono kavu au ya nguvu", "stands twice"),
        ("pt", "Evite posições muito profundas.", "Evite posições 深い.", "is outside GSM-7"),
        ("fr", "Cela peut être une infection de l'utérus.", "Elle a une infection.", "which the content forbids"),
        ("hi", "गर्भवती नहीं", "हिन्दी", "is a language"),
    ],
)
def test_a_broken_translation_is_named(copy: Path, language: str, old: str, new: str, named: str) -> None:
    path = po_path(copy, language)
    text = path.read_text()
    assert f'msgstr "{old}"' in text
    path.write_text(text.replace(f'msgstr "{old}"', f'msgstr "{new}"', 1))
    assert build(copy)[0] == 0
    values = longest_values(load_content(copy))
    locale = load_locale(language, "sms", values, directory=copy, menus=copy / "menus")
    assert named in "\n".join(check_words(locale, language_names(copy), {}))


def test_a_language_without_a_name_is_refused(copy: Path) -> None:
    shutil.copy(po_path(copy, "fr"), po_path(copy, "xx"))
    with pytest.raises(ContentError, match="no name for the language 'xx'"):
        language_names(copy)


def test_every_text_of_the_content_is_in_the_template() -> None:
    template = polib.pofile(str(content_dir() / "locale" / "messages.pot"))
    assert {entry.msgid for entry in template} == set(collect_texts(content_dir()))
    assert menus_dir().is_dir()
