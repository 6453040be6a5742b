"""What the content of this installation promises, written out a second time: it takes two changes to break one."""

import pytest

from sms_triage.triage.content.conditions import Condition
from sms_triage.triage.wording.locale import Locale, Locales
from tests.talk import Talk

COMFORT = ("lube", "deep positions", "rest from sex")
"""Advice for who bleeds from friction. It would hurt or mock who was forced."""
LATER = (*COMFORT, "Watch for it to come back", "Go sooner if", "cervical screening")
"""And what is read out to nobody who has to run."""


def everything_said(locales: Locales, findings: dict[str, str]) -> str:
    """A talk with all answers by these findings (else the baseline), the result, and all tips."""
    talk = Talk(locales)
    answers = locales.of("en", "sms").content.baseline() | findings
    talk.text("hi")
    said: list[str] = []
    while talk.question is not None:
        options = enumerate(talk.question.options, 1)
        numbers = [str(number) for number, option in options if answers[option.finding] == option.value]
        said = talk.text("".join(numbers) or str(talk.question.last))
    while "That is all." not in said[-1]:
        said += talk.text("1")
    return "\n".join(said)


@pytest.mark.parametrize(
    "more", [{}, {"dry_or_rough": "yes"}, {"first_sex": "yes"}, {"pelvic_pain": "yes"}, {"pain_sex": "yes"}]
)
@pytest.mark.parametrize("when", ["last_3_days", "days_4_5", "earlier", "skip"])
def test_nobody_who_was_forced_is_told_to_be_gentle(locales: Locales, when: str, more: dict[str, str]) -> None:
    said = everything_said(locales, {"forced": "yes", "forced_when": when, **more})
    assert [words for words in COMFORT if words in said] == []
    assert "never the victim's fault" in said


@pytest.mark.parametrize(
    "findings",
    [
        {"soaking": "yes"},
        {"fainting": "yes"},
        {"severe_pain": "yes"},
        {"pregnancy": "yes", "pelvic_pain": "yes"},
        {"pregnancy": "maybe", "pelvic_pain": "yes"},
        {"pregnancy": "recent_end", "discharge": "yes"},
        {"object": "yes", "fever_unwell": "yes"},
        {"pregnancy": "maybe", "amount": "soaks_pad"},
        {"pregnancy": "yes", "fever_unwell": "yes"},
    ],
    ids="+".join,
)
def test_an_emergency_is_told_nothing_that_can_wait(locales: Locales, findings: dict[str, str]) -> None:
    said = everything_said(locales, findings)
    assert "EMERGENCY" in said
    assert [words for words in LATER if words in said] == []


def test_the_safety_floors_are_stated(locale: Locale) -> None:
    """`menus check` proves what is stated; that it is stated stands here."""
    floors = {
        in_words(invariant.when): (invariant.never_below, invariant.told_after)
        for invariant in locale.content.invariants
        if invariant.never_below
    }
    assert floors == {
        "soaking=yes or fainting=yes or severe_pain=yes": ("emergency_now", "danger"),
        "pregnancy=recent_end/yes": ("same_day", None),
        "pregnancy=maybe/recent_end/yes and amount=soaks_pad": ("emergency_now", None),
        "pregnancy=yes and fever_unwell=yes": ("emergency_now", None),
        "pregnancy=maybe": ("within_week", None),
        "fever_unwell=yes or amount=soaks_pad or object=yes or life_stage=under_16 or still_bleeding=still/unsure": (
            "same_day",
            None,
        ),
        "forced=yes": ("within_week", None),
        "forced=yes and forced_when=days_4_5/last_3_days/skip": ("same_day", None),
        "life_stage=age_16_17/periods_stopped or frequency=often or amount=more_than_spots/unsure": (
            "within_week",
            None,
        ),
        "frequency=again/unsure or life_stage=age_35_plus/skip or worried=yes or sti_risk=yes": ("routine_visit", None),
    }
    (only,) = [invariant for invariant in locale.content.invariants if invariant.only]
    assert (only.only, len(only.when.clauses)) == ("self_care_watch", 17)


def in_words(condition: Condition) -> str:
    return " and ".join(
        " or ".join(f"{atom.finding}={'/'.join(sorted(atom.values))}" for atom in clause)
        for clause in condition.clauses
    )


def test_who_is_in_danger_is_asked_again_soon_and_her_health_worker_has_little_time(locale: Locale) -> None:
    days = {id: schedule.days for id, schedule in locale.protocol.schedules.items()}
    assert (days["emergency_now"], days["same_day"], days["within_week"]) == ((0, 2), (1, 3), (3, 8, 12))
    assert locale.caseload.acknowledge_minutes == {"emergency_now": 30, "same_day": 240}
    assert {id: locale.caseload.visits[id] for id in ("emergency_now", "same_day")} == {
        "emergency_now": (1,),
        "same_day": (1,),
    }


def test_forced_sex_is_told_nobody(locale: Locale) -> None:
    assert locale.content.roles.private == ("forced",)
