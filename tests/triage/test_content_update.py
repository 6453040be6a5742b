"""A new version of the content strands no live session."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sms_triage.triage.content.model import CHANNELS
from sms_triage.triage.content.reader import content_dir, load_content
from sms_triage.triage.conversation.standing import asked
from sms_triage.triage.menu.compiler import compile_content
from sms_triage.triage.menu.menu import build_menu, dump_menu, menu_path
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.load import load_locales
from sms_triage.triage.wording.locale import Locales
from tests.talk import Talk


def changed(tmp_path: Path, *edits: tuple[str, str]) -> Locales:
    """The locales of a changed copy of the content."""
    copy = Path(shutil.copytree(content_dir(), tmp_path / "content"))
    path = copy / "topics" / "postcoital_bleeding.yaml"
    text = path.read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    for channel in CHANNELS:
        content = load_content(copy, channel=channel)
        menu = menu_path(copy / "menus", content.topic, "en", channel)
        menu.parent.mkdir(parents=True, exist_ok=True)
        menu.write_text(dump_menu(build_menu(content, compile_content(content), "en", channel)))
    return load_locales(("en",), "en", {}, directory=copy, menus=copy / "menus")


def converse(locales: Locales, person: Person, *texts: str) -> tuple[Person, str]:
    talk = Talk(locales, person)
    said = [words for text in texts for words in talk.text(text)]
    return talk.person, said[-1]


def test_an_answer_is_never_read_as_one_to_another_question(locales: Locales, tmp_path: Path) -> None:
    person, said = converse(locales, Person(), "hi", "1", "5", "1")
    assert said.startswith("Your age")
    # A danger sign is replaced by another, so the danger question is not fully answered any more.
    new = changed(
        tmp_path,
        ("label: Severe belly pain, words", "label: Bad headache, words"),
        ("severe_pain", "headache"),
        ("  headache: { headache: yes }", "  severe_pain: { headache: yes }"),
    )
    person, said = converse(new, person, "2")
    assert said.startswith("Any of these NOW?")
    person, said = converse(new, person, "5")
    assert said.startswith("Your age")


def test_options_in_another_order_are_shown_before_they_count(locales: Locales, tmp_path: Path) -> None:
    person, said = converse(locales, Person(), "hi", "1", "5", "1")
    young = "      - { value: age_16_17, label: 16 or 17, from_years: 16, to_years: 17 }\n"
    grown = "      - { value: age_18_34, label: 18 to 34, from_years: 18, to_years: 34 }\n"
    new = changed(tmp_path, (young + grown, grown + young))
    person, said = converse(new, person, "2")
    assert said.startswith("Your age")
    person, _ = converse(new, person, "2")
    assert person.session is not None
    assert person.session.known["life_stage"] == "age_18_34"


def test_a_value_that_is_gone_is_asked_again(locales: Locales, tmp_path: Path) -> None:
    person, _ = converse(locales, Person(), "hi", "1", "5", "1", "6")
    new = changed(
        tmp_path,
        ("      - { value: skip, label: Skip, words: [pass] }\n    worse: [[age_18_34", "    worse: [[age_18_34"),
        ("    as_urgent: { skip: age_35_plus }\n", ""),
        ("[age_35_plus, skip]", "[age_35_plus]"),
    )
    assert person.session is not None
    question = asked(new.of("en", "sms"), person.session)
    assert question is not None
    assert question.id == "life_stage"
    person, said = converse(new, person, "1")
    assert said.startswith("Your age")
    person, _ = converse(new, person, "3", "1", "1", "7", "7")
    _, said = converse(new, person, "hi")
    assert said.startswith("Reply 1 Tips")


def test_a_new_wording_changes_nothing_else(locales: Locales, tmp_path: Path) -> None:
    person, _ = converse(locales, Person(), "hi", "1", "5")
    new = changed(tmp_path, ("How much blood, at its most?", "How much blood did you see?"))
    _, said = converse(new, person, "1", "2")
    assert said.startswith("How much blood did you see?")


@pytest.mark.parametrize("way", ["sms", "ussd"])
def test_a_question_of_the_services_own_that_is_gone_is_left_and_she_is_told(locales: Locales, way: str) -> None:
    talk = Talk(locales)
    for words in ("hi", "1", "5"):
        talk.text(words)
    talk.person = replace(talk.person, session=replace(talk.session, asking="a question of the last version"))
    assert talk.wait(3600) == []
    said = talk.text("1") if way == "sms" else [*talk.dial(), *talk.press("1")]
    assert said[0].startswith("That question is gone.\nAre you pregnant" if way == "sms" else "You have a check")
    assert talk.question is not None
    assert talk.question.id == ("pregnancy" if way == "sms" else "by_sms")
