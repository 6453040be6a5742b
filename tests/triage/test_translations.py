"""Translations: every one of the real content is whole, fits and changes no outcome. What a translator gets when the
English changes, and that nothing untranslated is ever built, is shown on the toy content and its French."""

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
from sms_triage.triage.proofs.vignettes import play, read_vignettes
from sms_triage.triage.proofs.wording import check_words
from sms_triage.triage.wording.load import collect_texts, language_names, load_locale, longest_values
from sms_triage.triage.wording.locale import Locales

LANGUAGES = languages_of(content_dir())
VIGNETTES = Path(__file__).parent.parent / "vignettes" / "postcoital_bleeding.yaml"


def build(toy: Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["menus", "build", "--content", str(toy), "--out", str(toy / "menus")])
    return result.exit_code, result.output


def english(toy: Path, old: str, new: str) -> None:
    path = toy / "topics" / "cough.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def french(toy: Path, old: str, new: str) -> None:
    path = po_path(toy, "fr")
    text = path.read_text()
    assert f'msgstr "{old}"' in text
    path.write_text(text.replace(f'msgstr "{old}"', f'msgstr "{new}"', 1))


def test_seven_languages_are_there() -> None:
    assert set(LANGUAGES) == {"en", "sw", "fr", "pt", "es", "hi", "hi-Latn"}
    assert {load_translation(content_dir(), language).review for language in LANGUAGES[1:]} == {"pending"}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_and_fits(language: str, channel: str) -> None:
    locale = load_locale(language, channel, longest_values(load_content()))
    assert check_words(locale, language_names(content_dir()), {}) == ()


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_changes_no_outcome(every_face: Locales, language: str, channel: str) -> None:
    content = every_face.of(language, channel).content
    for vignette in read_vignettes(VIGNETTES, content):
        assert play(every_face, vignette, language, channel).verdict == "exact", vignette.id


def test_the_template_and_the_menus_are_those_of_the_content(tmp_path: Path) -> None:
    """`menus build` on the real content would change no file that is kept."""
    copy = Path(shutil.copytree(content_dir(), tmp_path / "content"))
    before = {path.name: path.read_bytes() for path in copy.rglob("*.po*")}
    assert build(copy)[0] == 0
    assert {path.name: path.read_bytes() for path in copy.rglob("*.po*")} == before
    template = polib.pofile(str(content_dir() / "locale" / "messages.pot"))
    assert {entry.msgid for entry in template} == set(collect_texts(content_dir()))


def test_building_writes_a_menu_for_every_language_and_channel_and_changes_no_translation(toy: Path) -> None:
    before = po_path(toy, "fr").read_bytes()
    assert build(toy)[0] == 0
    assert po_path(toy, "fr").read_bytes() == before
    found = {path.name for path in (toy / "menus" / "cough").iterdir()}
    assert found == {"en.sms.yaml", "en.ussd.yaml", "fr.sms.yaml", "fr.ussd.yaml"}
    assert "Essoufflement" in (toy / "menus" / "cough" / "fr.sms.yaml").read_text()


def test_a_text_whose_english_changed_must_be_looked_at_again(toy: Path) -> None:
    english(toy, "Keep away from smoke.", "Keep away from smoke and dust.")
    code, output = build(toy)
    assert code == 1
    assert output.count("advice air: 'Keep away from smoke and dust.'") == 1
    assert sorted(path.name for path in (toy / "menus").rglob("*.yaml")) == ["en.sms.yaml", "en.ussd.yaml"]
    entry = polib.pofile(str(po_path(toy, "fr"))).find("Keep away from smoke and dust.")
    assert entry is not None
    assert (entry.fuzzy, entry.msgstr) == (True, "Restez loin de la fumée.")
    assert entry.previous_msgid == "Keep away from smoke."
    with pytest.raises(ContentError, match="no finished translation of advice air"):
        load_content(toy, load_translation(toy, "fr"))
    path = po_path(toy, "fr")
    path.write_text(path.read_text().replace("#, fuzzy\n", ""))
    assert build(toy)[0] == 0


def test_a_new_text_is_listed_and_an_old_one_dropped(toy: Path) -> None:
    english(toy, "air: Keep away from smoke.", "air: Avoid it.\n  more: Keep calm.")
    code, output = build(toy)
    assert code == 1
    assert "fr.po: advice more: 'Keep calm.'" in output
    kept = polib.pofile(str(po_path(toy, "fr")))
    assert kept.find("Keep calm.") is not None
    assert kept.find("Keep away from smoke.") is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "Bonjour, on prend de vos nouvelles[ ({sender})]. Pouvons-nous parler?",
            "Bonjour, on prend de vos nouvelles ({sender}). Pouvons-nous parler?",
        ),
        ("Envoyez un numéro, de 1 à {last}.", "Envoyez un numéro, de 1 à {most}."),
        (
            "Bonjour, on prend de vos nouvelles[ ({sender})]. Pouvons-nous parler?",
            "Bonjour, on prend de vos nouvelles[ (de nous)]. Pouvons-nous parler?",
        ),
    ],
)
def test_a_translation_keeps_the_names_and_what_is_optional(toy: Path, old: str, new: str) -> None:
    french(toy, old, new)
    with pytest.raises(ContentError, match="names"):
        load_translation(toy, "fr")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("Essoufflement", "Essoufflement le matin et le soir " * 12, "question urgent"),
        ("Je ne sais pas", "Cancel", "'cancel' is a carrier's word"),
        ("Fièvre", "Sueurs la nuit", "stands twice"),
        ("Restez loin de la fumée.", "Restez loin 深い.", "is outside GSM-7"),
        ("Ce sont peut-être les poumons.", "Vous avez une tumeur.", "which the content forbids"),
        ("Fièvre", "Français", "is a language"),
    ],
)
def test_a_broken_translation_is_named(toy: Path, old: str, new: str, named: str) -> None:
    french(toy, old, new)
    assert build(toy)[0] == 0
    locale = load_locale("fr", "sms", longest_values(load_content(toy)), directory=toy, menus=toy / "menus")
    assert named in "\n".join(check_words(locale, language_names(toy), {}))


def test_a_translation_with_a_quote_too_few_is_refused(toy: Path) -> None:
    """What stands behind it would be lost without a word."""
    path = po_path(toy, "fr")
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines) if line.startswith("msgstr") and len(line) > 20)
    lines[number] = lines[number].removesuffix('"')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(ContentError, match=f"fr.po, line {number + 1}: is not in the form of a PO file"):
        load_translation(toy, "fr")


def test_a_language_without_a_name_is_refused(toy: Path) -> None:
    shutil.copy(po_path(toy, "fr"), po_path(toy, "xx"))
    with pytest.raises(ContentError, match=r"service\.yaml names no language 'xx'"):
        language_names(toy)
