"""Advice that would hurt is never given, whatever else is told: not in the result, the tips or the causes, in no
language, on SMS and USSD, to her and to who helps her, in a first triage and when it happened again."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sms_triage.triage.wording.locale import Locales
from tests.talk import Talk

MOST_QUESTIONS = 15
MILD = ("hi", "1", "5", "1", "3", "1", "1", "7", "7")

Choose = Callable[[int, bool], str]
"""An answer to a question with so many options, of which several may fit."""


def told(talk: Talk, danger: str, choose: Choose, words: str, place: int) -> None:
    """Goes through the questions with this answer to the one on danger, to the result. `words` are said at the
    question of this place, or after the result."""
    for asked in range(MOST_QUESTIONS):
        if words and (asked == place or talk.question is None):
            say(talk, words)
            words = ""
        if talk.question is None:
            return
        match talk.question.id, talk.question.several, len(talk.question.options):
            case "danger", _, _:
                say(talk, danger)
            case "for_whom", _, _:
                say(talk, choose(2, False))  # what follows is another language
            case _, several, options:
                say(talk, choose(options + several, several))
    raise AssertionError("no result")


def say(talk: Talk, text: str) -> list[str]:
    return talk.press(text) if talk.channel == "ussd" else talk.text(text)


def read(talk: Talk) -> str:
    """Everything that can be read after a result: itself, the tips, the causes, to their last pages."""
    said: list[str] = []
    for text in ("START", "1", "2"):
        said += say(talk, text)
        while talk.session.page + 1 < len(talk.session.pages):
            said += say(talk, "9")
        while talk.channel == "sms" and talk.session.reading:
            said += say(talk, "1")
    lines = (line for text in said for line in text.split("\n") if not line.startswith(("0 ", "9 ")))
    return " ".join(" ".join(lines).split())


def advice(locales: Locales, talk: Talk, id: str) -> set[str]:
    """A piece of advice as it is said in her language, in both wordings."""
    locale = locales.of(talk.person.language, talk.channel)
    return {" ".join(locale.say(locale.content.advice[id], {"for_whom": whom}).split()) for whom in ("self", "patient")}


def talked(locales: Locales, data: st.DataObject, danger: list[int], words: str = "") -> Talk:
    """Somebody at a result: these dangers and any more, and any other answers, in any of the languages and ways."""

    def choose(options: int, several: bool) -> str:
        if not several or data.draw(st.booleans()):
            return str(data.draw(st.integers(1, options)))
        return "".join(map(str, sorted(data.draw(st.sets(st.integers(1, options - 1), min_size=1)))))

    talk = Talk(locales, now=1_900_000_000.0)
    talk.person = replace(talk.person, language=data.draw(st.sampled_from(locales.languages)))
    told_before = data.draw(st.booleans())
    if told_before:
        for text in MILD:
            talk.text(text)
        talk.wait(20 * 86_400)
    if told_before and data.draw(st.booleans()):
        talk.text("AGAIN")
    elif data.draw(st.booleans()):
        talk.dial()
    else:
        talk.text("MENU")
    more = data.draw(st.sets(st.integers(1, 4)))
    told(talk, "".join(map(str, sorted({*danger, *more}))) or "5", choose, words, data.draw(st.integers(0, 9)))
    return talk


every_way = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@every_way
@given(st.data())
def test_who_was_forced_reads_of_no_lubricant_no_position_and_no_rest(every_face: Locales, data: st.DataObject) -> None:
    in_words = data.draw(st.booleans())
    talk = talked(every_face, data, [] if in_words else [4], "he forced me" if in_words else "")
    said = read(talk)
    assert any(words in said for words in advice(every_face, talk, "forced"))
    for id in ("lube", "deep", "rest"):
        assert not any(words in said for words in advice(every_face, talk, id)), id


@every_way
@given(st.data())
def test_an_emergency_is_told_of_no_lubricant_and_no_diary(every_face: Locales, data: st.DataObject) -> None:
    talk = talked(every_face, data, [data.draw(st.integers(1, 3))])
    said = read(talk)
    assert any(words in said for words in advice(every_face, talk, "no_inside"))
    for id in ("lube", "deep", "rest", "diary", "when_to_go"):
        assert not any(words in said for words in advice(every_face, talk, id)), id
