"""Free texts that people might send, in two halves: the words of the content were made with one, and never with the
other, which says what is to be expected of texts that nobody thought of."""

from pathlib import Path

import pytest

from sms_triage.triage.content.opening import open_folder
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.proofs.words import Outcome, Result, read_labelled, results
from sms_triage.triage.wording.locale import Locale, Locales
from tests.common_words import most_used, worth_keeping

FOLDER = Path(__file__).parent.parent / "words"
LANGUAGES = ("en", "es", "fr", "hi", "pt", "sw")


def all_of(half: str, every_face: Locales) -> dict[tuple[str, bool], Result]:
    """How each language fared, dangers and harmless texts apart."""
    found, _ = results(every_face, read_labelled(FOLDER / f"{half}.yaml"))
    return {(one.language, one.danger): one for one in found if not one.kind}


@pytest.mark.parametrize(
    ("half", "told", "told_or_asked", "false"), [("tuned", 0.8, 0.99, 0.01), ("unseen", 0.6, 0.97, 0.07)]
)
def test_dangers_are_told_what_to_do_or_asked_and_hardly_anything_harmless_is_an_emergency(
    every_face: Locales, half: str, told: float, told_or_asked: float, false: float
) -> None:
    """Of the unseen harmless texts a third are denials and tales of the past, which are the hardest."""
    found = all_of(half, every_face)
    dangers, harmless = ([found[language, danger] for language in LANGUAGES] for danger in (True, False))
    for one in dangers:
        assert one.texts >= 25
        assert one.share("told", "asked") >= told_or_asked - 0.04, f"{one.language}: met with silence"
        assert one.share("told") >= told, one.language
    assert share(dangers, "told", "asked") >= told_or_asked
    assert share(harmless, "told") <= false
    assert share(harmless, "asked") <= 0.5


def share(results: list[Result], *outcomes: Outcome) -> float:
    count = sum(one.outcomes.get(outcome, 0) for one in results for outcome in outcomes)
    return count / sum(one.texts for one in results)


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
