"""English is read with six years of school: the grade of everything said, by textstat."""

import re
from collections.abc import Iterator

import textstat

from sms_triage.triage.wording.locale import Locale

HIGHEST_GRADE = 6.0
FEWEST_WORDS = 4
"""A grade says something of sentences; labels and single words are looked at by people."""

MAY_STAY = [
    "abortion",
    "cancer",
    "clinic",
    "ectropion",
    "emergency",
    "endometriosis",
    "examine",
    "fibroids",
    "hospital",
    "infection",
    "medicine",
    "medicines",
    "miscarriage",
    "polyps",
    "postcoital",
    "precancer",
    "pregnancy",
    "pregnant",
]
"""Words of many syllables that have no plainer one, or that she will hear at the clinic: counted as one syllable."""


def test_no_message_needs_more_than_six_years_of_school(locale: Locale) -> None:
    hard = {words: grade for words in messages(locale) if (grade := reading_grade(words)) > HIGHEST_GRADE}
    assert hard == {}


def reading_grade(words: str) -> float:
    """The Flesch-Kincaid grade of a message."""
    plain = re.sub(r"[][]", "", re.sub(r"{\w+}", "word", words))
    return float(
        textstat.flesch_kincaid_grade(re.sub(rf"\b({'|'.join(MAY_STAY)})\b", "word", plain, flags=re.IGNORECASE))
    )


def messages(locale: Locale) -> Iterator[str]:
    """What is said in whole sentences, to her and to a helper."""
    texts = [text for _, text in locale.content.texts()]
    texts += [*locale.texts.values(), *(question.text for question in locale.questions.values())]
    texts += [guidance.text for guidance in locale.alarms.guidance.values()]
    for text in texts:
        yield from (words for words in text.both() if len(words.split()) >= FEWEST_WORDS)
