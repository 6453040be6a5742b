"""Answers people really send are understood; between two options nothing is guessed."""

import pytest

from sms_triage.triage.understanding.words import normal, readings
from sms_triage.triage.wording.locale import Locale, Locales
from tests.talk import Talk


@pytest.mark.parametrize(
    ("question", "text", "option"),
    [
        ("pregnancy", "1", 1), ("pregnancy", " 1. ", 1), ("pregnancy", "(1)", 1), ("pregnancy", "one", 1),
        ("pregnancy", "1 please", 1), ("pregnancy", "Option 2", 2), ("pregnancy", "no", 1), ("pregnancy", "Hapana", 1),
        ("pregnancy", "Ndiyo", 3), ("pregnancy", "OUI", 3), ("pregnancy", "sí", 3), ("pregnancy", "हाँ", 3),
        ("pregnancy", "नहीं", 1), ("pregnancy", "não", 1), ("pregnancy", "Not pregnant!", 1), ("pregnancy", "late period", 2),
        ("pregnancy", "२", 2), ("pregnancy", "٣", 3), ("pregnancy", "２", 2), ("pregnancy", "②", 2),
        ("pregnancy", "3\ufe0f\u20e3", 3), ("pregnancy", "my answer is 4", 4), ("pregnancy", "tatu", 3),
        ("life_stage", "Under 18", 1), ("life_stage", "18 to 34", 2), ("life_stage", "menopause", 4),
        ("amount", "a few drops", 1), ("amount", "Not sure.", 4), ("frequency", "FIRST TIME", 1),
        ("frequency", "every time", 3), ("for_whom", "me", 1),
    ],
)  # fmt: skip
def test_one_option(locale: Locale, question: str, text: str, option: int) -> None:
    assert locale.readers[question].read(text) == {option}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("13", {1, 3}), ("1 3", {1, 3}), ("1,3", {1, 3}), ("1 and 3", {1, 3}), ("1&3", {1, 3}), ("one and three", {1, 3}),
        ("31", {1, 3}), ("1.3.", {1, 3}), ("6", {6}), ("none", {6}), ("no", {6}), ("fever and pain", {1, 4}),
        ("burning, discharge", {2, 3}), ("१३", {1, 3}), ("fever", {4}), ("11", {1}),
    ],
)  # fmt: skip
def test_several_options(locale: Locale, text: str, options: set[int]) -> None:
    assert locale.readers["signs"].read(text) == options


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("pregnancy", "1 or 2"), ("pregnancy", "12"), ("pregnancy", "1 2"), ("pregnancy", "not 1"), ("pregnancy", "5"),
        ("pregnancy", "no 1"), ("pregnancy", ""), ("pregnancy", "   "), ("pregnancy", "??"), ("pregnancy", "-"),
        ("pregnancy", "yes and no"), ("signs", "16"), ("signs", "7"), ("signs", "10"), ("signs", "yes"),
        ("signs", "1 or 2"), ("danger", "maybe"), ("amount", "yes"), ("amount", "99999999999999999999"),
        ("life_stage", "18"), ("signs", "no fever"),
    ],
)  # fmt: skip
def test_nothing_is_guessed(locale: Locale, question: str, text: str) -> None:
    assert not isinstance(locale.readers[question].read(text), frozenset)


@pytest.mark.parametrize(
    "text", ["STOP", "stop.", " Stop! ", "UNSUBSCRIBE", "OptOut", "quit", "Simama", "ARRÊT", "रोकें"]
)
def test_stop_in_every_language(locale: Locale, text: str) -> None:
    assert locale.lexicon.commands.get(normal(text)) == "stop"


@pytest.mark.parametrize(
    "text", ["don't stop", "stop bleeding", "I want to stop the pill", "end of period", "start of it"]
)
def test_a_command_is_the_whole_body(locale: Locale, text: str) -> None:
    assert locale.lexicon.commands.get(normal(text)) is None


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("रक्\u200dत बहुत", ["रक्त बहुत", "रक् त बहुत"]), ("आत्\u200dमहत्\u200dया", ["आत्महत्या", "आत् महत् या"]),
        ("ST\u200bOP", ["STOP", "ST OP"]), ("\ufeffstop\u200e", ["stop", " stop "]), ("soft\u00adhyphen", ["softhyphen", "soft hyphen"]),
        ("रक्\u200dत\u200bबहुत", ["रक्तबहुत", "रक्त बहुत", "रक् त बहुत"]), ("stop", ["stop"]), ("", [""]),
    ],
)  # fmt: skip
def test_what_is_not_seen_is_no_part_of_a_word_or_a_blank(text: str, way: list[str]) -> None:
    assert list(readings(text)) == way
    assert normal(text) == normal(way[0])


@pytest.mark.parametrize(
    "text",
    ["bleeding\u200ba\u200blot", "ble\u200beding a lot", "blee\u00adding\u200ba\u200blot", "खू\u200dन\u200bरुक नहीं रहा"],
)
def test_a_danger_is_heard_in_either_reading(every_face: Locales, text: str) -> None:
    talk = Talk(every_face)
    assert talk.text(text)
    assert "alarm:heavy_bleeding" in talk.counted
