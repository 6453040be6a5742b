"""What is left when a person comes back: after STOP, in the middle of a check, after months."""

from sms_triage.triage.wording.locale import Locales
from tests.talk import Talk

DAY = 86_400.0
FIRST = ("hi", "1", "5", "1", "3", "1", "1", "7", "7")
AGREES = ("3", "1", "1")


def talked(locales: Locales, *texts: str) -> Talk:
    talk = Talk(locales, now=1_900_000_000.0)
    for text in texts:
        talk.text(text)
    return talk


def test_who_comes_back_after_stop_has_her_notes_but_no_more_check_ins(locales: Locales) -> None:
    talk = talked(locales, *FIRST, *AGREES, "STOP", "START")
    assert "Times in 6 months: 1." in talk.text("diary")[0]
    assert talk.wait(60 * DAY) == []


def test_start_in_the_middle_asks_the_same_again_and_elsewhere_begins(locales: Locales) -> None:
    talk = talked(locales, "hi", "1", "5")
    assert talk.text("START")[0].startswith("Are you pregnant")
    assert talk.text("1")[0].startswith("Your age")
    assert talked(locales).text("START")[0].startswith("Free private check")


def test_her_notes_count_the_episodes_of_six_months(locales: Locales) -> None:
    talk = talked(locales, *FIRST)
    for days in (30, 70, 70):  # the first is then 170 days ago, and still counts
        talk.wait(days * DAY)
        for text in ("again", "5", "1", "1", "7"):
            talk.text(text)
    assert "Times in 6 months: 4." in talk.text("diary")[0]
    talk.wait(20 * DAY)
    assert "Times in 6 months: 3." in talk.text("diary")[0]
