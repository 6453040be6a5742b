"""Reporting an episode, and what people may do around check-ins that a transcript does not show."""

import pytest

from sms_triage.storage.entry import pack, unpack
from sms_triage.triage.content.model import AfterSeen, Becomes, Recurrence
from sms_triage.triage.conversation.standing import owed
from sms_triage.triage.people import recurrence
from sms_triage.triage.people.case import Case, Episode, Plan
from sms_triage.triage.wording.locale import Locales
from tests.talk import Talk

DAY = 86_400.0
FIRST = ("hi", "1", "5", "1", "3", "1", "1", "7", "7")


def talked(locales: Locales, *texts: str) -> Talk:
    talk = Talk(locales, now=1_900_000_000.0)
    for text in texts:
        talk.text(text)
    return talk


@pytest.mark.parametrize(
    ("told", "amount", "signs", "disposition"),
    [
        (("1", "1", "7"), "spots", (), "routine_visit"),
        (("1", "2", "1", "7"), "more_than_spots", (), "within_week"),
        (("1", "2", "2", "7"), "more_than_spots", (), "same_day"),
        (("1", "3", "7"), "soaks_pad", (), "same_day"),
        (("2", "3"), "soaks_pad", (), "emergency_now"),
        (("1", "1", "14"), "spots", ("pelvic_pain", "discharge"), "within_week"),
        (("1", "1", "5"), "spots", ("fever_unwell",), "same_day"),
        (("1", "1", "56"), "spots", ("fever_unwell", "object"), "emergency_now"),
    ],
)
def test_an_episode_is_asked_for_dangers_pregnancy_the_amount_and_signs(
    locales: Locales, told: tuple[str, ...], amount: str, signs: tuple[str, ...], disposition: str
) -> None:
    talk = talked(locales, *FIRST)
    talk.wait(30 * DAY)
    assert talk.text("again")[0].startswith("Any of these NOW?")
    assert talk.text("5")[0].startswith("Are you pregnant?")
    for text in told:
        talk.text(text)
    case = talk.person.case
    assert case is not None
    assert (case.episodes[-1].amount, case.episodes[-1].signs) == (amount, signs)
    assert case.episodes[-1].disposition == disposition
    assert owed(locales.of("en", "sms"), talk.session).at_least.id == disposition
    assert len(case.episodes) == 2


def test_a_danger_in_a_report_is_told_at_once(locales: Locales) -> None:
    talk = talked(locales, *FIRST)
    talk.wait(30 * DAY)
    talk.text("it happened again")
    assert talk.text("1")[0].startswith("EMERGENCY")


def test_a_new_triage_soon_after_another_is_not_a_first_time(locales: Locales) -> None:
    talk = talked(locales, *FIRST)
    assert talk.wait(20 * DAY) == []
    said = [talk.text(text) for text in FIRST][-1]
    assert said[0].startswith("Make a clinic appointment")


def test_a_triage_for_somebody_else_is_no_episode_of_hers(locales: Locales) -> None:
    talk = talked(locales, "hi", "2", "5", "1", "3", "1", "1", "7", "7")
    assert talk.person.case is None
    talk.wait(20 * DAY)
    assert talk.text("again")[0].startswith("Free private check")


def test_an_answer_taken_back_is_one_episode(locales: Locales) -> None:
    talk = talked(locales, *FIRST, "0", "6")
    case = talk.person.case
    assert case is not None
    assert [episode.disposition for episode in case.episodes] == ["routine_visit"]


def test_an_opt_out_forgets_no_episode_but_ends_the_plan(locales: Locales) -> None:
    talk = talked(locales, *FIRST, "3", "1", "1", "STOP")
    case = talk.person.case
    assert case is not None
    assert (len(case.episodes), case.plan) == (1, None)


def test_a_greeting_is_answered_days_later(locales: Locales) -> None:
    talk = talked(locales, *FIRST, "3", "1", "1")
    assert len(talk.wait(15 * DAY)) == 1
    talk.wait(4 * DAY)
    assert talk.text("1")[0].startswith("Did it happen again?")


def test_a_danger_in_answer_to_a_greeting_is_heard(locales: Locales) -> None:
    talk = talked(locales, *FIRST, "3", "1", "1")
    talk.wait(15 * DAY)
    assert talk.text("i am bleeding a lot")[0].startswith("EMERGENCY")


RULES = Recurrence(
    counts={"first": 1, "again": 2, "often": 3, "unsure": 2},
    becomes=(Becomes(3, 183, "often"), Becomes(2, 92, "again")),
    after_seen=AfterSeen(28, "again", "review"), uncounted="again",
)  # fmt: skip


def episodes(*days_ago: float, times: int = 1) -> tuple[Episode, ...]:
    return tuple(Episode(1000 * DAY - days * DAY, "spots", (), times, "self_care_watch") for days in days_ago)


@pytest.mark.parametrize(
    ("case", "frequency"),
    [
        (Case(episodes()), None),
        (Case(episodes(30)), "again"),
        (Case(episodes(91)), "again"),
        (Case(episodes(93)), None),
        (Case(episodes(30, 60)), "often"),
        (Case(episodes(100, 182)), "often"),
        (Case(episodes(100, 184)), None),
        (Case(episodes(30, times=2)), "often"),
        (Case(episodes(30, 60), seen_at=990 * DAY), None),
        (Case(episodes(30, 60), seen_at=971 * DAY), "again"),
        (Case(episodes(30, 60), seen_at=950 * DAY), "again"),
        (Case(episodes(5, 10), seen_at=950 * DAY), "often"),
    ],
)
def test_the_counts_of_the_content(case: Case, frequency: str | None) -> None:
    assert recurrence.frequency(RULES, case, 1000 * DAY) == frequency


def test_a_case_survives_storing() -> None:
    case = Case(
        episodes(3), (("danger", {"soaking": "no"}),), 5.0, Plan("recurrence", 1.0, 2.0, 1, True), "10:00", "1234"
    )
    assert unpack(pack(case), Case) == case


@pytest.mark.parametrize("stop", ["STOP", "0"])
def test_after_a_stop_nothing_starts_without_another_yes(locales: Locales, stop: str) -> None:
    talk = talked(locales, *FIRST, "3", "1", "1")
    talk.wait(15 * DAY)
    talk.text(stop)
    if stop == "STOP":
        talk.text("START")
    said = [talk.text(text) for text in FIRST][-1]
    assert said[-1].startswith("Delete these messages if someone else may see this phone. Shall we")
    assert talk.wait(60 * DAY) == []


def test_her_notes_do_not_say_that_sex_was_forced(locales: Locales) -> None:
    talk = talked(locales, "hi", "1", "4", "1", "1", "6")
    notes = talk.text("diary")[0]
    assert "forced" not in notes
    assert notes.startswith("Show this at the clinic.")
