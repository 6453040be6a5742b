"""A new version of the content strands no live session."""

import shutil
from pathlib import Path

from sms_triage.triage.compiler import compile_content
from sms_triage.triage.content import content_dir, load_content
from sms_triage.triage.engine import asked, take_turn
from sms_triage.triage.face import Face, load_face
from sms_triage.triage.menu import build_menu, dump_menu, menu_path
from sms_triage.triage.session import Session


def changed(tmp_path: Path, *edits: tuple[str, str]) -> Face:
    """The face of a changed copy of the content."""
    copy = Path(shutil.copytree(content_dir(), tmp_path / "content"))
    path = copy / "postcoital_bleeding.yaml"
    text = path.read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    content = load_content(copy)
    menu = menu_path(copy / "menus", content.topic, "en", "sms")
    menu.parent.mkdir(parents=True)
    menu.write_text(dump_menu(build_menu(content, compile_content(content), "en", "sms")))
    return load_face("en", "sms", {}, directory=copy, menus=copy / "menus")


def converse(face: Face, session: Session | None, *texts: str) -> tuple[Session, str]:
    said = ""
    for text in texts:
        turn = take_turn(face, session, False, text, 0.0)
        session, said = turn.session, turn.replies[-1].text
    assert session is not None
    return session, said


def test_an_answer_is_never_read_as_one_to_another_question(face: Face, tmp_path: Path) -> None:
    session, said = converse(face, None, "hi", "1", "5", "1")
    assert said.startswith("Your age")
    # A danger sign is replaced by another, so the danger question is not fully answered any more.
    new = changed(
        tmp_path, ("label: Severe belly pain, words", "label: Bad headache, words"), ("severe_pain", "headache")
    )
    session, said = converse(new, session, "2")
    assert said.startswith("Any of these NOW?")
    session, said = converse(new, session, "5")
    assert said.startswith("Your age")


def test_options_in_another_order_are_shown_before_they_count(face: Face, tmp_path: Path) -> None:
    session, said = converse(face, None, "hi", "1", "5", "1")
    young = "      - { value: under_18, label: Under 18 }\n"
    grown = "      - { value: age_18_34, label: 18 to 34 }\n"
    new = changed(tmp_path, (young + grown, grown + young))
    session, said = converse(new, session, "1")
    assert said.startswith("Your age")
    session, _ = converse(new, session, "1")
    assert session.known["life_stage"] == "age_18_34"


def test_a_value_that_is_gone_is_asked_again(face: Face, tmp_path: Path) -> None:
    session, _ = converse(face, None, "hi", "1", "5", "1", "5")
    new = changed(
        tmp_path,
        ("      - { value: skip, label: Skip, words: [pass] }\n    worse: [[age_18_34", "    worse: [[age_18_34"),
        ("    as_urgent: { skip: age_35_plus }\n", ""),
        ("[age_35_plus, skip]", "[age_35_plus]"),
    )
    question = asked(new, session)
    assert question is not None
    assert question.id == "life_stage"
    session, said = converse(new, session, "1")
    assert said.startswith("Your age")
    _, said = converse(new, session, "2", "1", "1", "6", "7")
    assert said.startswith("Light spotting")


def test_a_new_wording_changes_nothing_else(face: Face, tmp_path: Path) -> None:
    session, _ = converse(face, None, "hi", "1", "5")
    new = changed(tmp_path, ("How much blood, at its most?", "How much blood did you see?"))
    _, said = converse(new, session, "1", "2")
    assert said.startswith("How much blood did you see?")
