"""The most used words of each language, for ``common_words.yaml``: from a frequency list where there is one, by hand
where there is none. ``python -m tests.common_words`` writes the file anew."""

from wordfreq import top_n_list

from sms_triage.triage.content.folder import COMMON_WORDS
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.understanding.spelling import FUZZY_FROM, spelling
from sms_triage.triage.understanding.words import normal

MOST_USED = 4000
BY_HAND = "# Swahili has no frequency list, nor has Hindi in Latin letters: common words by hand.\n"
HEAD = (
    "# The most used words of each language, which are never taken for a misspelling of another. Words too short to be\n"
    "# taken for one are left out.\n"
)


def most_used(language: str) -> list[str]:
    """The most used words of a language, as they are compared."""
    return [normal(spelling(word)) for word in top_n_list(language, MOST_USED)]


def worth_keeping(words: list[str]) -> list[str]:
    """Those that could be taken for another, which is then a letter longer or shorter."""
    return sorted({word for word in words if len(word) >= FUZZY_FROM - 1 and (word.isalpha() or _is_hindi(word))})


def _is_hindi(word: str) -> bool:
    # Its vowel signs are no letters to Python.
    return "\u0900" <= word[0] <= "\u097f" and " " not in word


def main() -> None:
    from tests.common_words_by_hand import HINDI_IN_LATIN, SWAHILI

    words = {language: most_used(language) for language in ("en", "fr", "es", "pt", "hi")}
    words["hi"] += HINDI_IN_LATIN.split()
    words["sw"] = SWAHILI.split()
    lines = [f"  {language}: >-\n    {' '.join(worth_keeping(some))}\n" for language, some in words.items()]
    (content_dir() / COMMON_WORDS).write_text(HEAD + BY_HAND + "words:\n" + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
