"""What a text costs, checked against two independent libraries over random texts."""

import gsmcodecs  # noqa: F401 - registers the codec
import regex
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from sms_triage import text as sms

LETTERS = st.sampled_from(sms.GSM_BASIC + sms.GSM_EXTENSION)
SIGNS = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("\uffff\U00010000\U0001f469न"))
# Left to itself hypothesis writes short texts, which are one segment.
GSM = st.one_of(st.text(LETTERS, max_size=160), st.text(LETTERS, min_size=150, max_size=400))
ANY = st.one_of(st.text(SIGNS, min_size=1, max_size=70), st.text(SIGNS, min_size=60, max_size=220))


def test_the_alphabet_has_127_basic_and_10_extension_characters() -> None:
    assert len(set(sms.GSM_BASIC)) == 127
    assert len(set(sms.GSM_EXTENSION)) == 10


def test_sizes_at_the_edges() -> None:
    assert sms.cost("a" * 160) == sms.Cost("gsm7", 160, 1)
    assert sms.cost("a" * 161).segments == 2
    assert sms.cost("a" * 306).segments == 2
    assert sms.cost("a" * 307).segments == 3
    assert sms.cost("\u0928" * 70) == sms.Cost("ucs2", 70, 1)
    assert sms.cost("\u0928" * 71).segments == 2
    assert sms.cost("").segments == 1
    assert sms.cost("\uffff" * 70) == sms.Cost("ucs2", 70, 1)
    assert sms.cost("\U00010000" * 35) == sms.Cost("ucs2", 70, 1)
    assert sms.cost("\U00010000" * 36) == sms.Cost("ucs2", 72, 2)
    assert sms.cost("\u20ac") == sms.Cost("gsm7", 2, 1)


@given(GSM)
def test_septets_are_those_of_a_codec(text: str) -> None:
    assert sms.septets(text) == len(text.encode("gsm23.038-0-0"))


@given(ANY)
def test_segments_are_those_of_smsutil(text: str) -> None:
    if "\x1b" in text:
        return
    theirs = smsutil.split(text)
    assert sms.cost(text).segments == max(1, len(theirs.parts))
    assert sms.encoding(text) == ("gsm7" if theirs.encoding == "gsm0338" else "ucs2")


@given(st.one_of(GSM, ANY))
def test_splitting_loses_nothing_and_every_part_fits(text: str) -> None:
    parts = sms.split(text)
    assert "".join(parts) == text
    if len(parts) > 1:
        gsm = sms.septets(text) is not None
        for part in parts:
            assert (sms.septets(part) or 0) <= 153 if gsm else sms.units(part) <= 67


def test_dress_is_made_plain_where_that_saves_money() -> None:
    assert sms.plain("\u201cYes\u201d \u2013 it\u2019s\u2026") == '"Yes" - it\'s...'
    assert sms.plain("fran\u00e7ais \u00ea") == "francais e"
    assert sms.plain("na\u00efve caf\u00e9") == "naive caf\u00e9"
    assert sms.plain("\u0939\u093e\u0901") == "\u0939\u093e\u0901"


@given(ANY)
def test_plain_never_costs_more(text: str) -> None:
    assert sms.cost(sms.plain(text)).segments <= sms.cost(text).segments * 3
    if sms.encoding(text) == "gsm7":
        assert sms.encoding(sms.plain(text)) == "gsm7"


WORDS = st.lists(
    st.one_of(
        st.text(st.sampled_from(sms.GSM_BASIC.replace("\r", "") + sms.GSM_EXTENSION), max_size=30),
        st.sampled_from(["नमस्ते", "क्लैमाइडिया", "1 Me\n2 Someone", "\U0001f469‍\U0001f469‍\U0001f467", "é", "x" * 200, "क्ष" * 60]),
    ),
    min_size=1,
    max_size=40,
)  # fmt: skip


def unpaged(pages: list[str], first: str, keys: str, more: str) -> list[str]:
    """The pages without the lines that say what their keys do."""
    bodies = []
    for place, page in enumerate(pages):
        navigation = " ".join(
            filter(None, [first if place == 0 else keys, more if place < len(pages) - 1 else ""])
        )  # fmt: skip
        assert page.endswith(navigation)
        bodies.append(page[: len(page) - len(navigation)].removesuffix("\n") if navigation else page)
    return bodies


@given(WORDS, st.sampled_from(["", "0 Back", "0 पीछे"]))
def test_pages_fit_and_drop_nothing(words: list[str], first: str) -> None:
    text = " ".join(words)
    pages = sms.ussd_pages(text, first, "0 Back", "9 More")
    assert all(sms.fits_ussd(page) for page in pages)
    bodies = unpaged(pages, first, "0 Back", "9 More")
    assert "".join("".join(bodies).split()) == "".join(text.split())


@given(
    st.lists(
        st.sampled_from(["क्ष", "नि", "त्र", "\U0001f469‍\U0001f469‍\U0001f467", "e\u0301"]), min_size=80, max_size=160
    )
)
def test_no_page_ends_within_what_a_reader_sees_as_one_letter(graphemes: list[str]) -> None:
    pages = sms.ussd_pages("".join(graphemes), "", "0", "9")
    bodies = unpaged(pages, "", "0", "9")
    assert [letter for body in bodies for letter in regex.findall(r"\X", body)] == regex.findall(
        r"\X", "".join(graphemes)
    )


def test_an_option_is_not_torn_apart() -> None:
    options = "\n".join(f"{number} an option of some length here" for number in range(1, 10))
    pages = sms.ussd_pages(f"What is it?\n{options}", "0 Back", "0 Back", "9 More")
    assert [page.splitlines()[-1] for page in pages] == ["0 Back 9 More", "0 Back 9 More", "0 Back"]
    assert all(line.endswith("here") for page in pages for line in page.splitlines()[:-1] if line[0] != "W")
