"""Free texts that people might send, in two halves: the words of the content were made with one, and never with the
other, which says what is to be expected of texts that nobody thought of."""

from pathlib import Path

import pytest

from sms_triage.triage.content.opening import open_folder
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.proofs.words import Result, read_labelled, results
from sms_triage.triage.wording.locale import Locale, Locales
from tests.common_words import most_used, worth_keeping

FOLDER = Path(__file__).parent.parent / "words"
LANGUAGES = ("en", "es", "fr", "hi", "pt", "sw")


def all_of(half: str, every_face: Locales) -> dict[tuple[str, bool], Result]:
    """How each language fared, dangers and harmless texts apart."""
    found, _ = results(every_face, read_labelled(FOLDER / f"{half}.yaml"))
    return {(one.language, one.danger): one for one in found if not one.kind}


@pytest.mark.parametrize(("half", "told"), [("tuned", 0.8), ("unseen", 0.6)])
def test_dangers_are_told_what_to_do_or_asked_and_nothing_harmless_is_an_emergency(
    every_face: Locales, half: str, told: float
) -> None:
    found = all_of(half, every_face)
    for language in LANGUAGES:
        dangers, harmless = found[language, True], found[language, False]
        assert dangers.texts >= 25
        assert dangers.share("told", "asked") >= 0.96, f"{language}: met with silence"
        assert dangers.share("told") >= told, language
        assert harmless.outcomes.get("told", 0) <= 1, f"{language}: false emergencies"
    every = [found[language, False] for language in LANGUAGES]
    assert sum(one.outcomes.get("told", 0) for one in every) <= sum(one.texts for one in every) / 100


ARE_DANGERS = {
    "suicide", "suicidio", "rape", "raped", "viol", "violacion", "violence", "molesta", "बलात्कार", "रेप", "आत्महत्या", "दुष्कर्म",
}  # fmt: skip
"""Common words that state a danger by themselves."""


@pytest.mark.parametrize("language", ["en", "es", "fr", "hi", "pt"])
def test_no_common_word_alone_is_taken_for_an_emergency(locale: Locale, language: str) -> None:
    assert {word for word in most_used(language) if locale.alarms.heard(word)} <= ARE_DANGERS


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt"])
def test_the_common_words_in_the_content_are_those_of_the_list(language: str) -> None:
    kept = open_folder(content_dir()).common_words.words[language]
    assert set(worth_keeping(most_used(language))) == set(kept.split())
