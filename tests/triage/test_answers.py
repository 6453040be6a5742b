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
        ("life_stage", "Under 16", 1), ("life_stage", "18 to 34", 3), ("life_stage", "menopause", 5),
        ("amount", "a few drops", 1), ("amount", "Not sure.", 4), ("frequency", "FIRST TIME", 1),
        ("frequency", "every time", 3), ("for_whom", "me", 1),
        ("for_whom", "1) Me", 1), ("for_whom", "1. Me please", 1), ("for_whom", "1 yes", 1), ("for_whom", "Yes 1", 1),
        ("for_whom", "ok 1", 1), ("for_whom", "just me", 1), ("for_whom", "my sister please", 2), ("for_whom", "2 my sister", 2), ("for_whom", "it is for my friend", 2),
        ("pregnancy", "n°1", 1), ("pregnancy", "No.1", 1), ("pregnancy", "nº 2", 2), ("pregnancy", "№3", 3), ("pregnancy", "#3", 3),
        ("pregnancy", "n° 3", 3), ("pregnancy", "1st", 1), ("pregnancy", "2nd please", 2), ("pregnancy", "1er", 1), ("pregnancy", "3ª", 3),
        ("pregnancy", "03", 3), ("pregnancy", "4#", 4), ("pregnancy", "ans 1", 1), ("pregnancy", "Ans: 3", 3), ("pregnancy", "no thanks", 1),
        ("pregnancy", "yes please", 3), ("pregnancy", "1 Not pregnant", 1), ("pregnancy", "jibu ni 2 tafadhali", 2),
        ("pregnancy", "c'est le 2 merci", 2), ("pregnancy", "opción 2 por favor", 2), ("pregnancy", "resposta 4", 4),
        ("pregnancy", "जवाब 2 है", 2), ("pregnancy", "uttar 2", 2), ("amount", "just a little bit", 1), ("amount", "it was a little", 1),
        ("amount", "only a few drops", 1), ("amount", "a little bit thanks", 1), ("frequency", "2 times", 2), ("frequency", "1st", 1),
        ("frequency", "only 1 time", 1), ("check_in", "ok", 1), ("check_in", "Okay.", 1), ("check_in", "ndio", 1), ("check_in", "sawa", 1),
        ("check_in", "ठीक है", 1), ("care", "oui", 1), ("life_stage", "4", 4), ("life_stage", "my answer is 5", 5),
    ],
)  # fmt: skip
def test_one_option(locale: Locale, question: str, text: str, option: int) -> None:
    assert locale.readers[question].read(text) == {option}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("13", {1, 3}), ("1 3", {1, 3}), ("1,3", {1, 3}), ("1 and 3", {1, 3}), ("1&3", {1, 3}), ("one and three", {1, 3}),
        ("31", {1, 3}), ("1.3.", {1, 3}), ("7", {7}), ("none", {7}), ("no", {7}), ("fever and pain", {1, 5}),
        ("none thanks", {7}), ("NONE OF THEM", {7}), ("none at all", {7}), ("कोई नहीं", {7}), ("5 fever", {5}), ("No, thank you", {7}), ("06", {6}), ("6#", {6}), ("1 yes", {1}), ("n°1", {1}), ("1-2", {1, 2}), ("5th", {5}),
        ("1st 3rd", {1, 3}), ("just fever", {5}), ("7 None", {7}), ("5 Fever, unwell, tired", {5}),
        ("burning, discharge", {3, 4}), ("१३", {1, 3}), ("fever", {5}), ("11", {1}), ("sex hurts and cramps", {1, 2}),
    ],
)  # fmt: skip
def test_several_options(locale: Locale, text: str, options: set[int]) -> None:
    assert locale.readers["signs"].read(text) == options


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("pregnancy", "1 or 2"), ("pregnancy", "12"), ("pregnancy", "1 2"), ("pregnancy", "not 1"), ("pregnancy", "5"),
        ("pregnancy", "no 1"), ("pregnancy", ""), ("pregnancy", "   "), ("pregnancy", "??"), ("pregnancy", "-"),
        ("pregnancy", "yes and no"), ("signs", "17"), ("signs", "8"), ("signs", "10"), ("signs", "yes"),
        ("signs", "1 or 2"), ("danger", "maybe"), ("amount", "yes"), ("amount", "99999999999999999999"),
        ("life_stage", "45"), ("life_stage", "i am 52"), ("life_stage", "7"), ("life_stage", "im a 5"), ("life_stage", "i am 0"), ("signs", "1 fever"), ("signs", "1 none"), ("life_stage", "18-34"), ("life_stage", "<18"),
        ("life_stage", "20 or 30"), ("life_stage", "not 19"), ("life_stage", "17.5"), ("life_stage", "35+"), ("life_stage", "6 5"),
        ("life_stage", "i am 3 months pregnant"), ("life_stage", "25 weeks"), ("life_stage", "no 19"), ("life_stage", "120"),
        ("amount", "19"), ("pregnancy", "i am 2"), ("pregnancy", "1 yes"), ("for_whom", "1 no"), ("for_whom", "ok"),
        ("signs", "no fever"), ("signs", "1-3"), ("signs", "2 - 5"), ("signs", "1–4"), ("pregnancy", "1-3"), ("signs", "no 1"),
        ("signs", "n°8"), ("pregnancy", "ok"), ("signs", "pain is it?"), ("pregnancy", "is it late?"), ("pregnancy", "1 2nd"),
        ("amount", "not a little"), ("amount", "a little or more"), ("pregnancy", "2 me"), ("for_whom", "2 me"),
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


REACTIONS = [
    "Liked “1 Soaks a pad in 1 hour”", "Loved “{message}”", 'Loved "{message}"', "Disliked “{message}”", "Emphasized “{message}”",
    "Laughed at “{message}”", "Questioned “{message}”", "Reacted 👍 to “{message}”", "Reacted ❤️ to “{message}”",
    "👍 to “{message}”", "\u200b❤️\u200b to “ {message} ”", "Removed a heart from “{message}”",
    "Liked “I am bleeding a lot and he forced me”", "Loved “Any of these NOW? Send all that fit, like 13. 1 Soaks a pad…”",
    "Loved “Any of these NOW? Send all that fit, like 13. 1 Soaks a pad in 1 ho", "A aimé « {message} »", "A adoré « {message} »",
    "N’a pas aimé « {message} »", "a attribué la mention « J’aime » à « {message} »", "A réagi avec 🔥 à « {message} »",
    "Le encantó “{message}”", "Le gustó “{message}”", "Exclamó por “{message}”", "Reaccionó con 😂 a “{message}”",
    "Gostou de “{message}”", "Amou “{message}”", "Reagiu com 👍 a “{message}”", "{message}", "> {message}", "Fwd: {message}",
]  # fmt: skip


@pytest.mark.parametrize("text", [text for text in REACTIONS if not text.startswith("Fwd")])
def test_a_message_of_ours_that_comes_back_says_nothing(locales: Locales, text: str) -> None:
    talk = Talk(locales)
    talk.text("hi")
    message = "\n".join(talk.text("1"))
    assert talk.text(text.format(message=message)) == [message]
    assert talk.counted == []
    assert talk.session.misses == 0
    assert talk.session.alarms == ()


@pytest.mark.parametrize("text", [text for text in REACTIONS if "{message}" in text])
@pytest.mark.parametrize(
    "state", [("i am bleeding a lot",), ("hi", "1", "1"), ("hi", "1", "5", "1", "3", "1", "1", "7", "7")]
)
def test_nor_does_what_was_said_of_a_danger(locales: Locales, state: tuple[str, ...], text: str) -> None:
    talk = Talk(locales)
    said = [talk.text(words) for words in state][-1]
    for message in said:
        talk.text(text.format(message=message))
        assert "alarm:heavy_bleeding" not in talk.counted, message


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("> Any of these NOW?\n> 1 Soaks a pad in 1 hour\n5", "5"), ("5\n> 1 Soaks a pad in 1 hour", "5"), ("> 5", "> 5"),
        ("what is “1 Soaks a pad in 1 hour” please", "what is  please"), ("“1 Soaks a pad in 1 hour”", "“1 Soaks a pad in 1 hour”"),
        ("Liked “1 Soaks a pad in 1 hour” but i faint", " but i faint"), ("he said “i kill you”", "he said “i kill you”"),
        ("i have “severe belly pain”", "i have “severe belly pain”"), ("liked it", "liked it"), ("i am bleeding a lot",) * 2,
        ("Liked “ok", ""), ("??", "??"), ("", ""), ("3 Severe belly pain", "3 Severe belly pain"),
    ],
)  # fmt: skip
def test_what_is_quoted_is_not_her_word(locale: Locale, text: str, own: str) -> None:
    assert locale.quotations.own_words(text) == own


def test_every_option_copied_back_is_that_option(every_face: Locales) -> None:
    for locale in every_face.locales.values():
        for question in locale.questions.values():
            for number, line in question.lines:
                for text in (line, line.replace(" ", ". ", 1), line.replace(" ", ") ", 1).upper(), f"“{line}”"):
                    assert locale.readers[question.id].read(text) == {number}, text


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("19", 3), ("i am 23", 3), ("I'm 23", 3), ("25 yrs", 3), ("25yrs old", 3), ("Am 17 years", 2), ("age 40", 4), ("my age is 34", 3),
        ("she is 16", 2), ("it is 35", 4), ("44", 4), ("18", 3), ("17", 2), ("10", 1), ("i am 5", 1), ("9 years", 1), ("age: 22.", 3),
        ("25 ans", 3), ("j'ai 17 ans", 2), ("miaka 30", 3), ("nina miaka 36", 4), ("umri wangu ni 15", 1), ("tengo 17 años", 2),
        ("17 anos", 2), ("tenho 20 anos", 3), ("idade 39", 4), ("25 saal", 3), ("meri umar 25 saal hai", 3), ("25 साल", 3),
        ("मेरी उम्र २५ साल है", 3), ("मैं 16 साल की हूँ", 2), ("19 please", 3),
    ],
)  # fmt: skip
def test_an_age_is_the_option_it_lies_in(every_face: Locales, text: str, option: int) -> None:
    for language in every_face.languages:
        assert every_face.of(language, "sms").readers["life_stage"].read(text) == {option}


@pytest.mark.parametrize(
    ("language", "question", "text", "option"),
    [
        ("sw", "amount", "ilikuwa kidogo", 1), ("sw", "amount", "matone machache tu", 1), ("pt", "amount", "foi pouco", 1),
        ("pt", "amount", "so umas gotinhas", 1), ("fr", "amount", "juste un peu", 1), ("es", "amount", "fue muy poco", 1),
        ("hi", "amount", "thoda sa hai", 1), ("fr", "frequency", "2 fois", 2), ("es", "frequency", "2 veces", 2),
        ("pt", "frequency", "2 vezes", 2), ("sw", "frequency", "mara 2", 2), ("hi", "frequency", "2 baar", 2),
        ("fr", "check_in", "d'accord", 1), ("es", "check_in", "sí gracias", 1), ("pt", "check_in", "tudo bem", 1),
        ("hi", "check_in", "theek hai", 1), ("sw", "pregnancy", "hapana asante", 1), ("fr", "pregnancy", "non merci", 1),
    ],
)  # fmt: skip
def test_an_answer_beside_small_words(
    every_face: Locales, language: str, question: str, text: str, option: int
) -> None:
    assert every_face.of(language, "sms").readers[question].read(text) == {option}
