"""HELP, STOP, START and MENU mean the same, and a danger is answered, wherever a person is: at every question, after a
result, at a check-in, at a PIN, on SMS and USSD, as a health worker."""

from collections.abc import Sequence

import pytest

from sms_triage.triage.conversation.turn import Priority
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.locale import Locales
from tests.talk import Drawer, Talk

HOUR, DAYS = 3600.0, 30
TOLD = "…"
"""In a state: time passes until she is told something."""

DIALS = "(dials)"
RESULT = ("hi", "1", "5", "1", "2", "1", "1", "6", "7")
GREETED = (*RESULT, "3", "1", "4711", TOLD)
PATIENT = ("D5 P1 L2 A1 F1 S6 B7", "1")
FOUND = (*PATIENT, "menu", "4", "031000003")
DIALLED = (DIALS, "1", "5", "2", "1", "2", "1", "1")

BY_SMS: dict[str, Sequence[str]] = {
    "a stranger": (),
    "at the first question": ("hi",),
    "at the danger question": ("hi", "1"),
    "at when it was": ("hi", "1", "4"),
    "at pregnancy": ("hi", "1", "5"),
    "at her age": ("hi", "1", "5", "1"),
    "at the amount": ("hi", "1", "5", "1", "2"),
    "at how often": ("hi", "1", "5", "1", "2", "1"),
    "at the signs": ("hi", "1", "5", "1", "2", "1", "1"),
    "at the last question": ("hi", "1", "5", "1", "2", "1", "1", "6"),
    "after a danger in her own words": ("hi", "1", "he forced me"),
    "after a result": RESULT,
    "reading tips": (*RESULT, "1"),
    "at the hour": (*RESULT, "3"),
    "at a new PIN": (*RESULT, "3", "1"),
    "agreed": (*RESULT, "3", "1", "4711"),
    "greeted": GREETED,
    "at her PIN": (*GREETED, "1"),
    "at her PIN for the notes": (*RESULT, "3", "1", "4711", "diary"),
    "at the check-in": (*GREETED, "1", "4711"),
    "at what makes it hard": (*GREETED, "1", "4711", "2"),
    "at a report": (*GREETED, "again", "5"),
    "told what she is owed": ("hi", "1", "5", "3", TOLD),
    "not understood twelve times": ("hi", *["beep"] * 12),
}
ON_USSD: dict[str, Sequence[str]] = {
    "dialled": (DIALS,),
    "dialled to the consent": (DIALS, "1", "5"),
    "dialled to the signs": DIALLED,
    "on their second page": (*DIALLED, "9"),
    "dialled to the result": (*DIALLED, "6", "7"),
    "on its second page": (*DIALLED, "6", "7", "9"),
    "asked to go on": (*DIALLED, DIALS),
}
AT_WORK: dict[str, Sequence[str]] = {
    "a worker": (),
    "at home": ("menu",),
    "at consent": ("menu", "1"),
    "at the label": ("menu", "1", "1"),
    "in the middle": ("menu", "1", "1", "1"),
    "at a patient's number": ("menu", "4"),
    "reading a shorthand": ("D5 P1",),
    "after a patient's result": PATIENT,
    "at a patient": FOUND,
    "at an outcome": (*FOUND, "2"),
    "at her phone": (*FOUND, "4"),
}
everywhere = pytest.mark.parametrize("state", [*BY_SMS, *ON_USSD, *AT_WORK])


def at(locales: Locales, state: str) -> Talk:
    """Somebody in this state."""
    worker = Person(chw=Chw("chw", "Amina", "A12"), desk=Drawer())
    talk = Talk(locales, worker if state in AT_WORK else Person(), now=1_900_000_000.0)
    for text in {**BY_SMS, **ON_USSD, **AT_WORK}[state]:
        if text == TOLD:
            assert any(talk.wait(HOUR) for _ in range(DAYS * 24))
        else:
            say(talk, text)
    return talk


def say(talk: Talk, text: str) -> list[str]:
    """By SMS, or keyed in if she is in a USSD dialog."""
    if text == DIALS:
        return talk.dial()
    return talk.press(text) if talk.channel == "ussd" else talk.text(text)


def first_screen(state: str) -> str:
    return "Whom is it for?" if state in AT_WORK else "Free private check"


@everywhere
def test_help_helps_and_changes_nothing(locales: Locales, state: str) -> None:
    helped, other = at(locales, state), at(locales, state)
    [help] = say(helped, "HELP")
    assert help.startswith("Answers: send the number. 0 = back, MENU = start over, STOP = end.")
    if state not in ("a stranger", "a worker", "asked to go on"):
        assert say(helped, "1") == say(other, "1")


@everywhere
def test_stop_is_said_once_and_is_final(locales: Locales, state: str) -> None:
    talk = at(locales, state)
    assert say(talk, "STOP") == ["You will get no more messages from us. To come back, text START."]
    assert talk.told[0].despite_stop or talk.told[0].shown
    for text in ("hi", "1", "0", "MENU", "again", "diary", "thanks"):
        assert talk.text(text) == []
    assert talk.wait(DAYS * 24 * HOUR) == []


@everywhere
def test_start_brings_her_back_to_the_first_screen(locales: Locales, state: str) -> None:
    talk = at(locales, state)
    say(talk, "STOP")
    assert talk.text("START")[0].startswith(first_screen(state))
    assert talk.text("HELP")
    assert not talk.told[0].despite_stop


@everywhere
def test_start_in_a_conversation_shows_where_she_is(locales: Locales, state: str) -> None:
    talk = at(locales, state)
    shown = say(talk, "START")
    assert shown
    assert say(talk, "START") == shown


@everywhere
def test_menu_leads_to_the_first_screen(locales: Locales, state: str) -> None:
    first = say(at(locales, state), "MENU")[0].removeprefix("Starting again.\n")
    assert first.startswith(first_screen(state))


@everywhere
def test_a_danger_is_answered_first_and_urgently(locales: Locales, state: str) -> None:
    talk = at(locales, state)
    said = say(talk, "bleeding a lot, 3 pads")
    assert said[0].startswith("EMERGENCY: go to the nearest hospital now or call 112.")
    assert talk.told[0].priority is Priority.URGENT or talk.told[0].shown
    talk.text("STOP")
    assert talk.text("i fainted")[0].startswith("EMERGENCY: go to the nearest hospital now or call 112.")
    assert talk.told[0].priority is Priority.URGENT
