"""Free texts that people might send, in two halves: the words of the content were made with one, and never with the
other, which says what is to be expected of texts that nobody thought of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from wordfreq import top_n_list

from sms_triage.triage.content.opening import open_folder
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.proofs.words import Result, read_labelled, results
from sms_triage.triage.understanding.alarms import Vocabulary
from sms_triage.triage.understanding.words import normal
from sms_triage.triage.wording.locale import Locale, Locales

FOLDER = Path(__file__).parent.parent / "words"
LANGUAGES = ("en", "es", "fr", "hi", "pt", "sw")


def all_of(half: str, every_face: Locales) -> dict[tuple[str, bool], Result]:
    """How each language fared, dangers and harmless texts apart."""
    found, _ = results(every_face, read_labelled(FOLDER / f"{half}.yaml"))
    return {(one.language, one.danger): one for one in found if not one.kind}


@pytest.mark.parametrize(("half", "told"), [("tuned", 0.95), ("unseen", 0.6)])
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


MOST_COMMON = 4000
ARE_DANGERS = {"suicide", "suicidio", "rape", "molesta", "violacion", "बलात्कार", "रेप", "आत्महत्या", "दुष्कर्म"}
"""Common words that state a danger by themselves."""


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"sw"}))
def test_no_common_word_alone_is_taken_for_an_emergency(locale: Locale, language: str) -> None:
    """Of Swahili there is no count of words at hand; its common words in the content are by hand."""
    alarming = {normal(word) for word in top_n_list(language, MOST_COMMON) if locale.alarms.heard(word)}
    assert alarming <= ARE_DANGERS


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"sw"}))
def test_every_common_word_that_would_be_taken_for_another_stands_in_the_content(locale: Locale, language: str) -> None:
    kept = open_folder(content_dir()).common_words.never_misspelt[language]
    assert sorted(set(taken_for_others(locale.alarms.vocabulary, language)) - set(kept)) == []


def taken_for_others(vocabulary: Vocabulary, language: str) -> Iterator[str]:
    for word in map(normal, top_n_list(language, MOST_COMMON)):
        if word and " " not in word and vocabulary.is_taken_for_another(word):
            yield word
