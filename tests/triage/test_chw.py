"""Numbers of patients that cannot be mistyped into another's, and the one-SMS shorthand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_triage.triage.content.reader import load_content
from sms_triage.triage.people.codes import is_sound, near, patient_code, spaced
from sms_triage.triage.understanding import shorthand
from sms_triage.triage.wording.locale import Locale

CODES = st.builds(patient_code, st.integers(0, 15), st.integers(0, 999_999))


@given(CODES, st.integers(0, 8), st.sampled_from("0123456789"))
def test_a_wrong_digit_is_never_another_patient(code: str, place: int, digit: str) -> None:
    assert is_sound(code)
    mistyped = code[:place] + digit + code[place + 1 :]
    assert is_sound(mistyped) == (mistyped == code)


@given(CODES, st.integers(0, 7))
def test_two_digits_swapped_are_never_another_patient(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_sound(swapped) == (swapped == code)
    assert near(swapped, [code]) == ([] if swapped == code else [code])


@pytest.mark.parametrize("code", ["", "1", "12345678", "abcdefghi", "0312345678"])
def test_what_is_no_number(code: str) -> None:
    assert not is_sound(code)


def test_a_number_is_read_out_in_threes() -> None:
    assert spaced("031000003") == "031 000 003"


@given(st.data())
def test_every_answer_set_comes_through_the_shorthand(locale: Locale, data: st.DataObject) -> None:
    content = locale.content
    answers = dict(content.baseline())
    for finding in content.findings.values():
        answers[finding.id] = data.draw(st.sampled_from(finding.values))
    if answers["forced"] == "no":
        answers["forced_when"] = content.findings["forced_when"].baseline
    text = shorthand.write(answers, locale.content.shorthand, content)
    told = {
        finding: value
        for _, values in shorthand.read(text, locale.content.shorthand, content)
        for finding, value in values.items()
    }
    asked = {finding: value for finding, value in answers.items() if finding in told}
    assert told == asked
    assert content.leading_rule({**content.baseline(), **told}) == content.leading_rule(answers)


def test_the_check_proves_it_for_every_way_to_answer() -> None:
    content = load_content()
    letters = {"danger": "D", "forced_when": "W", "pregnancy": "P", "life_stage": "L", "amount": "A", "frequency": "F"}
    letters |= {"still_bleeding": "K", "signs": "S", "background": "B"}
    assert list(shorthand.check_shorthand(letters, content)) == []
    assert "a letter stands for two questions" in "".join(shorthand.check_shorthand(letters | {"signs": "D"}, content))
    del letters["signs"]
    assert "no letter for question signs" in "".join(shorthand.check_shorthand(letters, content))


@pytest.mark.parametrize(
    ("text", "unclear"),
    [
        ("D5 P9", "P9"), ("D5 P0", "P0"), ("D15", "D15"), ("X1 D5", "X1"), ("D5 D5", "D5"), ("D51 P1", "D51"), ("D55 P1", "D55"),
        ("d5 p12", "P12"), ("D5 P11", "P11"),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_named_and_not_guessed(locale: Locale, text: str, unclear: str) -> None:
    with pytest.raises(shorthand.Unclear, match=f"^{unclear}$"):
        shorthand.read(text, locale.content.shorthand, locale.content)


@pytest.mark.parametrize("text", ["D5 P1", "d5p1l2", "D5, P1, L3.", "Ｄ５ Ｐ１"])
def test_what_looks_like_one(text: str) -> None:
    assert shorthand.looks_like(text)


@pytest.mark.parametrize("text", ["hi", "1", "13", "she is 25", "D5", "pain 3 days", "a1"])
def test_what_does_not(text: str) -> None:
    assert not shorthand.looks_like(text)
