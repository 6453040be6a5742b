"""P5: what is kept of a person ends by itself, and at once when she or an operator says so.

Everything in Redis is looked through, whatever it is for. After DELETE the number is kept for up to an hour, so that she
can be told; what was sent is kept for up to two days, until its delivery is reported.
"""

from collections.abc import Callable

import pytest
import requests
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from tests.outside import DAY, Outside
from tests.properties.crowd import AGREES, ANA, OWED, Crowd, often
from tests.traces import Record, everything

HOUR = 3600.0
ERASED = "All you told us is erased. You will get no more messages."


def traces(outside: Outside, number: str) -> list[Record]:
    """All that names a person."""
    id = outside.id_of(number)
    return [record for record in everything(outside.service.redis) if record.names(number, id)]


def sealed(outside: Outside) -> list[str]:
    """Where something stands that only the service can read. In a deployment nobody uses there is none."""
    return [record.key for record in everything(outside.service.redis) for _ in record.sealed]


def longer_than(seconds: float, records: list[Record]) -> list[str]:
    """Which of these do not end by themselves within so long."""
    return [record.key for record in records if record.ends is None or record.ends > seconds]


def deletes(outside: Outside, number: str) -> None:
    outside.text(number, "DELETE")


def forgets(outside: Outside, number: str) -> None:
    forgotten = outside.command("person", "forget", number)
    assert not forgotten.output.startswith("sms-triage"), forgotten.output


WAYS = pytest.mark.parametrize("erase", [deletes, forgets])


class Erased(Crowd):
    """Whatever happened before: who is erased is gone and hears no more, and nobody else is."""

    @rule(who=st.integers(0, 2), erase=st.sampled_from([deletes, deletes, deletes, forgets]))
    def erase(self, who: int, erase: Callable[[Outside, str], None]) -> None:
        outside, number = self.outside, self.phones[who].number
        others = {phone.number: outside.id_of(phone.number) for phone in self.phones if phone.number != number}
        theirs = self._records_of(others)
        said = len(outside.delivered(number))
        erase(outside, number)
        assert self._records_of(others) == theirs
        outside.settle()
        outside.later(1000.0)
        assert [words for words in outside.delivered(number)[said:] if words != ERASED] == []
        assert longer_than(2 * DAY, traces(outside, number)) == []

    def _records_of(self, people: dict[str, str]) -> set[str]:
        keys = (record.key for number in people for record in traces(self.outside, number))
        return {key for key in keys if any(id in key for id in people.values())}

    def teardown(self) -> None:
        """With nobody opted out and no more said, in the end nothing of anybody is left."""
        outside = self.outside
        for phone in self.phones:
            outside.text(phone.number, "START")
        outside.elapse(60 * DAY, step=3 * DAY)
        outside.elapse(195 * DAY, step=13 * DAY)
        assert [record.key for phone in self.phones for record in traces(outside, phone.number)] == []
        assert sealed(outside) == []


def test_who_is_erased_is_gone_and_what_nobody_erases_ends(outside: Outside) -> None:
    run_state_machine_as_test(lambda: Erased(outside), settings=often(examples=12, steps=20))


def has_a_past(outside: Outside) -> None:
    """She wrote, was checked in on, dialled and was cut off, and something waits to be sent to her again."""
    outside.text(ANA, *AGREES)
    outside.elapse(6 * HOUR)
    assert outside.delivered(ANA)[-1].startswith("Hello, your check-in")
    outside.key(ANA, "")
    outside.report(outside.messages(ANA)[0], "undelivered", "30003")
    outside.text(ANA, "HELP")
    assert traces(outside, ANA) != []
    assert sealed(outside) != []


@WAYS
def test_two_days_after_she_is_erased_there_is_nothing_of_her(
    outside: Outside, erase: Callable[[Outside, str], None]
) -> None:
    has_a_past(outside)
    erase(outside, ANA)
    outside.elapse(2 * DAY + 60, step=HOUR)
    assert traces(outside, ANA) == []
    assert sealed(outside) == []


@pytest.mark.xfail(
    strict=True, raises=AssertionError, reason="privacy: what was sent is kept for two days after she is erased"
)
@pytest.mark.parametrize(("erase", "told_within"), [(deletes, HOUR), (forgets, 0.0)])
def test_once_she_is_erased_there_is_nothing_of_her(
    outside: Outside, erase: Callable[[Outside, str], None], told_within: float
) -> None:
    has_a_past(outside)
    erase(outside, ANA)
    outside.settle()
    outside.elapse(told_within)
    assert traces(outside, ANA) == []
    assert sealed(outside) == []


@pytest.mark.xfail(
    strict=True, raises=AssertionError, reason="privacy: what waits to leave is erased only when its turn comes"
)
@WAYS
def test_what_waits_when_she_is_erased_never_leaves_even_if_she_writes_again(
    outside: Outside, erase: Callable[[Outside, str], None]
) -> None:
    has_a_past(outside)
    said = len(outside.delivered(ANA))
    erase(outside, ANA)
    outside.text(ANA, "hi")
    outside.later(HOUR)
    later = [words for words in outside.delivered(ANA)[said:] if words != ERASED]
    assert [words[:18] for words in later] == ["Free private check"]


@WAYS
def test_what_was_done_for_her_names_her_no_more(outside: Outside, erase: Callable[[Outside, str], None]) -> None:
    """That an effect of hers was carried out is remembered for longer than she is."""
    outside.text(ANA, "JOIN 12345678 Eve")
    outside.settle()
    erase(outside, ANA)
    outside.elapse(2 * DAY + 60, step=HOUR)
    assert traces(outside, ANA) == []


@WAYS
def test_who_is_erased_and_comes_back_is_a_stranger(outside: Outside, erase: Callable[[Outside, str], None]) -> None:
    has_a_past(outside)
    erase(outside, ANA)
    outside.later(1000.0)
    said = len(outside.delivered(ANA))
    outside.text(ANA, "DIARY", "hi")
    outside.settle()
    assert [words[:18] for words in outside.delivered(ANA)[said:]] == ["No notes yet.", "Free private check"]
    assert 'sms_triage_events_total{event="erased"} 1.0' in requests.get(f"{outside.address}/metrics", timeout=10).text


@pytest.mark.parametrize("refusal", [(400, 21614), (400, 30003), (400, 30007)])
def test_who_is_forgotten_while_a_message_is_on_its_way_is_forgotten(
    outside: Outside, refusal: tuple[int, int]
) -> None:
    outside.text(ANA, "hi")
    outside.provider.refuse[ANA] = [refusal]
    outside.provider.meanwhile = lambda _: forgets(outside, ANA)
    outside.drain()
    outside.provider.behave()
    outside.later(HOUR)
    assert traces(outside, ANA) == []


def test_who_is_erased_and_opted_out_leaves_only_the_mark(outside: Outside) -> None:
    """Her provider keeps even the word that she is erased from her."""
    outside.text(ANA, *AGREES)
    outside.drain()
    for message in outside.messages(ANA):
        outside.report(message, "delivered")
    outside.provider.refuse[ANA] = [(400, 21610)]
    deletes(outside, ANA)
    outside.drain()
    outside.elapse(2 * DAY + 60)
    assert sealed(outside) == []
    (mark,) = traces(outside, ANA)
    assert mark.ends is None
    assert all(len(word) < 20 for word in mark.words)


def test_the_words_of_a_message_are_gone_once_it_arrived(outside: Outside) -> None:
    outside.text(ANA, *AGREES)
    outside.drain()
    for message in outside.messages(ANA):
        outside.report(message, "sent")
        outside.report(message, "delivered")
    assert sealed(outside) != []
    forgets(outside, ANA)
    assert sealed(outside) == []


def test_an_unfinished_talk_is_kept_for_a_day_and_a_number_for_ninety(outside: Outside) -> None:
    outside.text(ANA, *OWED)
    outside.settle()
    outside.elapse(3 * DAY, step=HOUR)
    assert len(sealed(outside)) == 1, "only her number"
    outside.elapse(86 * DAY, step=2 * DAY)
    assert outside.command("person", "show", ANA).exit_code == 0
    outside.elapse(2 * DAY)
    assert outside.command("person", "show", ANA).output == "this number is not known\n"
    assert traces(outside, ANA) == []


@pytest.mark.parametrize("texts", [AGREES[:3], AGREES], ids=["no check-ins", "check-ins that she never answers"])
def test_a_person_is_kept_as_long_as_her_case(outside: Outside, texts: tuple[str, ...]) -> None:
    """That is half a year from her last text. What the service tells her unasked makes it no longer."""
    outside.text(ANA, *texts)
    outside.drain()
    outside.elapse(189 * DAY, step=9 * DAY)
    assert "episodes kept: 1\n" in outside.command("person", "show", ANA).output
    outside.elapse(2 * DAY)
    assert outside.command("person", "show", ANA).output == "this number is not known\n"
    assert traces(outside, ANA) == []


@pytest.mark.xfail(
    strict=True, raises=AssertionError, reason="privacy: with the mark that she opted out her number is kept for good"
)
def test_of_who_said_stop_only_the_mark_is_kept_for_good(outside: Outside) -> None:
    outside.text(ANA, *AGREES, "STOP")
    outside.settle()
    outside.elapse(400 * DAY, step=50 * DAY)
    assert len(traces(outside, ANA)) == 1
    assert sealed(outside) == []


AMINA, CHIEF = "+254700000001", "+254700000002"


@pytest.fixture
def amina(outside: Outside) -> Outside:
    """A deployment with a health worker in the registry."""
    added = outside.command("chw", "add", AMINA, "--name", "Amina", "--supervisor", CHIEF, "--language", "en")
    assert added.exit_code == 0, added.output
    return outside


def test_delete_leaves_a_health_worker_in_the_registry(amina: Outside) -> None:
    amina.text(AMINA, "menu", "DELETE")
    amina.elapse(400 * DAY, step=50 * DAY)
    amina.text(AMINA, "hi")
    amina.drain()
    assert amina.delivered(AMINA)[-1].startswith("Whom is it for?")


def test_who_is_taken_out_of_the_registry_is_forgotten_like_anybody(amina: Outside) -> None:
    assert amina.command("chw", "remove", AMINA).exit_code == 0
    amina.elapse(91 * DAY, step=7 * DAY)
    assert traces(amina, AMINA) == []
    assert sealed(amina) == []


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="privacy: patients of health workers have no end")
def test_a_health_workers_patient_ends(amina: Outside) -> None:
    amina.text(AMINA, "D5 P1 L3 A1 F1 S4 B7", "1")
    amina.drain()
    assert amina.command("chw", "remove", AMINA).exit_code == 0
    amina.elapse(60 * DAY)
    amina.elapse(600 * DAY, step=50 * DAY)
    assert sealed(amina) == []
