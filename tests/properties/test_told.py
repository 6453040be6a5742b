"""P1: whatever she tells, in digits or in her own words, in any order, counts: what is owed never falls before she takes
something back, and the result is never below anything told.

What is owed is seen from outside: by what a person who falls silent or dials on is told, and by the result.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sms_triage.triage.conversation.standing import concluded, owed
from sms_triage.triage.wording.locale import Locales
from tests.talk import Talk

DIGITS = st.sampled_from(["1", "2", "3", "4", "5", "6", "7", "13", "none", "45", "skip"])
STATEMENTS = st.sampled_from(
    ["i am pregnant", "i have fever since monday", "it smells", "this is the third time", "i take warfarin",
     "i gave birth last month and it smells", "condom stuck inside", "i have a new boyfriend", "menopause",
     "he forced me", "i am bleeding a lot", "i fainted", "i want to die", "he raped me and i am pregnant"]
)  # fmt: skip
NOISE = st.sampled_from(["hello", "thanks", "what is this thing", "help", "???"])
TAKEN_BACK = "0"

RANKS = ["emergency_now", "same_day", "within_week", "routine_visit", "self_care_watch"]
AT_LEAST = {
    "i am pregnant": "same_day", "i have fever since monday": "same_day", "it smells": "within_week",
    "this is the third time": "within_week", "i take warfarin": "within_week",
    "i gave birth last month and it smells": "emergency_now", "condom stuck inside": "same_day",
    "i have a new boyfriend": "routine_visit", "menopause": "within_week", "he forced me": "same_day",
    "he raped me and i am pregnant": "same_day", "i want to die": "same_day",
}  # fmt: skip
"""What the brief gives who tells no more than this (its rules R01 to R31)."""


def rank(talk: Talk) -> int:
    locale = talk.locales.of(talk.person.language, talk.channel, talk.session.topic)
    return owed(locale, talk.session).at_least.rank


@settings(max_examples=150, deadline=None)
@given(said=st.lists(st.one_of(DIGITS, DIGITS, STATEMENTS, NOISE), min_size=3, max_size=16))
def test_what_is_owed_never_falls_and_the_result_is_never_below_anything_told(
    locales: Locales, said: list[str]
) -> None:
    """But for bleeding, fainting and pain, which the danger question asks again, and whose answer decides."""
    talk = Talk(locales)
    talk.text("hi")
    floor, told = len(RANKS) - 1, set[str]()
    for text in said:
        before = rank(talk)
        question = talk.question
        talk.text(text)
        if question is not None and question.id == "danger":
            floor = min((RANKS.index(AT_LEAST[one]) for one in told), default=len(RANKS) - 1)
        else:
            assert rank(talk) <= before, f"{text!r} made it milder"
        if text in AT_LEAST and (question is None or text not in question_words(question)):
            told.add(text)
            floor = min(floor, RANKS.index(AT_LEAST[text]))
        assert rank(talk) <= floor, f"below what was told: {sorted(told)}"
        locale = talk.locales.of("en", "sms")
        if concluded(locale, talk.session):
            assert rank(talk) <= floor


def question_words(question: object) -> set[str]:
    """The words that are an answer to a question, not a statement."""
    return {word for option in getattr(question, "options", ()) for word in option.words}


@pytest.mark.parametrize("text", sorted(AT_LEAST))
def test_a_statement_alone_gives_what_the_rules_give(locales: Locales, text: str) -> None:
    talk = Talk(locales)
    talk.text("hi")
    talk.text("1")
    talk.text("none")
    talk.text(text)
    assert rank(talk) == RANKS.index(AT_LEAST[text])
    talk.text(TAKEN_BACK)
    assert rank(talk) == len(RANKS) - 1
