"""P3: whatever stands at the time, the first thing delivered to who states a danger is what to do about it."""

from collections.abc import Callable

import pytest

from tests.outside import Outside
from tests.properties.crowd import AGREES, ANA

CHIEF = "+254700000011"
HOUR = 3600.0


def a_stranger(outside: Outside) -> None:
    """She never wrote before."""


def in_the_middle(outside: Outside) -> None:
    outside.text(ANA, "hi", "1", "5", "1")


def after_a_mild_result(outside: Outside) -> None:
    outside.text(ANA, "hi", "1", "5", "1", "3", "1", "1", "7", "7")


def opted_out(outside: Outside) -> None:
    outside.text(ANA, "hi", "STOP")


def greeted_by_a_check_in(outside: Outside) -> None:
    outside.text(ANA, *AGREES)
    outside.elapse(6 * HOUR)
    assert outside.delivered(ANA)[-1].startswith("Hello, your check-in")


def asked_for_her_pin(outside: Outside) -> None:
    outside.text(ANA, *AGREES[:-1], "3", "1", "4711", "diary")


def a_health_worker(outside: Outside) -> None:
    added = outside.command("chw", "add", ANA, "--name", "Amina", "--supervisor", CHIEF, "--language", "en")
    assert added.exit_code == 0, added.output
    outside.text(ANA, "menu", "1", "1")


def not_understood_ten_times(outside: Outside) -> None:
    outside.text(ANA, "hi", *["mmm"] * 12)


STATES = [
    a_stranger, in_the_middle, after_a_mild_result, opted_out, greeted_by_a_check_in, asked_for_her_pin,
    a_health_worker, not_understood_ten_times,
]  # fmt: skip
DANGERS = {
    "i am bleeding a lot": "EMERGENCY: ", "she fainted": "EMERGENCY: ", "he raped me last night": "You are not to blame.",
    "i want to die": "I am sorry you feel this bad.", "pregnant and bleeding": "Bleeding in pregnancy: ",
    "my daughter is 7 and bleeding": "EMERGENCY: ", "gave birth last week and have fever": "EMERGENCY: ",
    "tampon stuck inside and fever": "EMERGENCY: ",
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_a_danger_stated_at_any_time_is_answered_first_of_all(
    outside: Outside, state: Callable[[Outside], None]
) -> None:
    for text, guidance in DANGERS.items():
        outside.begin_anew()
        state(outside)
        outside.settle()
        before = len(outside.delivered(ANA))
        outside.text(ANA, text)
        outside.drain()
        said = outside.delivered(ANA)[before:]
        assert said, f"{text!r} is met with silence"
        assert said[0].startswith(guidance), text


@pytest.mark.parametrize("keyed", ["", "1", "1*5", "1*5*1*1"])
def test_on_ussd_it_is_shown_at_once(outside: Outside, keyed: str) -> None:
    for text, guidance in DANGERS.items():
        outside.begin_anew()
        outside.key(ANA, keyed)
        assert outside.key(ANA, f"{keyed}*{text}" if keyed else text).removeprefix("CON ").startswith(guidance), text
