"""`menus check` catches what it is there for: each test breaks one thing in a copy of the content and sees it named."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.opening import open_folder
from sms_triage.triage.content.reader import content_dir, load_content
from sms_triage.triage.menu.compiler import compile_content
from sms_triage.triage.menu.menu import build_menu, dump_menu, load_menu, menu_path
from sms_triage.triage.proofs.handled import unhandled
from sms_triage.triage.proofs.proofs import changed_outcomes, check
from sms_triage.triage.proofs.protocols import QUIET, check_discretion, times_in_quiet_hours
from sms_triage.triage.proofs.wording import check_words
from sms_triage.triage.wording.load import language_names, load_locale, longest_values

Edit = Callable[[str, str], None]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the content to break."""
    return Path(shutil.copytree(content_dir(), tmp_path / "content"))


@pytest.fixture
def edit(copy: Path) -> Edit:
    """Changes the clinical content in one place."""

    def replace(old: str, new: str) -> None:
        for path in sorted([*copy.glob("*.yaml"), *copy.glob("topics/*.yaml")]):
            text = path.read_text()
            if old in text:
                path.write_text(text.replace(old, new, 1))
                return
        raise AssertionError(f"{old!r} is not in the content")

    return replace


def build(copy: Path) -> Path:
    content = load_content(copy, channel="sms")
    path = menu_path(copy / "menus", content.topic, "en", "sms")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump_menu(build_menu(content, compile_content(content), "en", "sms")))
    return copy / "menus"


def violations(copy: Path, menus: Path) -> str:
    values = longest_values(load_content(copy))
    locale = load_locale("en", "sms", values, directory=copy, menus=menus)
    return "\n".join((*check(locale).violations, *check_words(locale, language_names(copy), {})))


def protocol_violations(copy: Path) -> str:
    try:
        folder = open_folder(copy)
    except ContentError as error:
        return str(error)
    values = longest_values(load_content(copy))
    locale = load_locale("en", "sms", values, directory=copy, menus=build(copy))
    quiet = times_in_quiet_hours(folder.follow_up.times, QUIET)
    return "\n".join((*check_discretion(locale), *quiet, *unhandled(folder)))


def test_the_content_is_sound_for_every_answer_set(copy: Path) -> None:
    assert violations(copy, build(copy)) == ""
    found = check(load_locale("en", "sms", longest_values(load_content(copy)), directory=copy, menus=copy / "menus"))
    # 2 to the 4 dangers with 4 times for forced sex, 4 x 5 x 4 x 4 values, 2 to the 5 signs and the 6 backgrounds.
    assert found.answer_sets == (8 + 8 * 4) * 4 * 5 * 4 * 4 * 2**5 * 2**6
    assert sum(found.everybody.questions.values()) == found.answer_sets
    assert max(found.everybody.questions) <= 7
    assert min(found.no_emergency.questions) > min(found.everybody.questions)


def test_a_rule_made_milder_breaks_the_invariant_that_it_upheld(copy: Path, edit: Edit) -> None:
    edit("when: { object: yes }, at_least: same_day", "when: { object: yes }, at_least: within_week")
    found = violations(copy, build(copy))
    assert "invariant I3a: below same_day" in found
    assert "object=yes" in found


def test_a_value_more_urgent_than_a_worse_one_is_not_monotone(copy: Path, edit: Edit) -> None:
    edit("when: { frequency: often }, at_least: within_week", "when: { frequency: first }, at_least: within_week")
    assert "frequency first -> again lowers the urgency" in violations(copy, build(copy))


def test_skip_must_be_as_urgent_as_stated(copy: Path, edit: Edit) -> None:
    edit("forced_when: [last_3_days, days_4_5, skip]", "forced_when: [last_3_days, days_4_5]")
    assert "forced_when last_3_days -> skip lowers the urgency below same_day" in violations(copy, build(copy))


def test_an_edited_menu_is_not_the_rules(copy: Path) -> None:
    menus = build(copy)
    path = next(menus.rglob("*.yaml"))
    path.write_text(path.read_text().replace("when: [fainting]\n      goto: r2", "when: [fainting]\n      goto: r31"))
    found = violations(copy, menus)
    assert "the rules give another outcome: " in found
    assert "fainting=yes" in found
    assert "it was edited" in found


def test_an_old_menu_is_out_of_step(copy: Path, edit: Edit) -> None:
    menus = build(copy)
    edit("Use condoms until tested.", "Condoms until tested.")
    assert "build it" in violations(copy, menus)


def test_a_screen_nobody_reaches_and_a_walk_without_end_are_named(copy: Path) -> None:
    menus = build(copy)
    path = next(menus.rglob("*.yaml"))
    path.write_text(path.read_text().replace("goto: n3}", "goto: n99}").replace("goto: n3\n", "goto: n99\n"))
    found = violations(copy, menus)
    assert "screen n3: no answers lead there" in found
    assert "leads to n99, which does not exist" in found
    assert "no result is reached" in found


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("label: Burns to pee", "label: It burns or hurts a lot whenever you pee", "question signs (to own)"),
        ("It may be an infection of the womb.", "It may be an infection of the womb. " * 5, "result of R05"),
        ("Do not douche or put anything inside.", "Do not douche. " * 12, "advice no_inside"),
        ("heavy: It may be heavy bleeding from a tear.", "heavy: It may be a tear \u2013 \u0928.", "ucs2"),
        ("label: Worried", "label: Stop", "'stop' is a carrier's word"),
        ("label: Worried", "label: Menu", "'menu' is a keyword"),
        ("label: Worried", "label: First sex ever", "stands twice"),
        ("words: [scared, afraid]", "words: [dry, afraid]", "'dry' means 2 options"),
        ("restart, start over, new, begin", "restart, quit", "is a carrier's"),
        ("deep: Avoid very deep positions.", 'deep: ""', "advice deep has no text"),
        ("Light bleeding may happen the first time.", "You have a tear.", "which the content forbids"),
        ("[lube, deep, rest, diary, when_to_go, screening, delete]", "[lube, deep, rest, diary, screening, delete]",
         "advice when_to_go is given by no rule"),
        ("walk_questions: 7", "walk_questions: 5", "6 questions asked"),
        ("told_after: danger", "told_after: for_whom", "invariant I1: asked on at screen"),
    ],
)  # fmt: skip
def test_a_broken_text_word_or_budget_is_named(copy: Path, edit: Edit, old: str, new: str, named: str) -> None:
    edit(old, new)
    assert named in violations(copy, build(copy))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("when: { soaking: yes }", "when: { soakin: yes }", "'soakin', which does not exist"),
        ("when: { soaking: yes }", "when: { soaking: maybe }", "'maybe', which does not exist"),
        ("at_least: within_week", "at_least: soon", "'soon', which does not exist"),
        ("may_mean: heavy,", "may_mean: heavier,", "'heavier', which does not exist"),
        ("label: Not pregnant", "label: {own: Not pregnant}", "the key 'helper' is missing"),
        ("  - id: danger", "  - id danger", "is not YAML"),
        ("\nrules:", "\nruled:", "unknown key 'ruled', did you mean 'rules'?"),
        (
            "Avoid very deep positions.",
            "'Call {nobody}.'",
            "advice, deep: names the placeholder 'nobody', which does not exist",
        ),
    ],
)
def test_content_that_makes_no_sense_is_refused_in_one_line(
    copy: Path, edit: Edit, old: str, new: str, named: str
) -> None:
    edit(old, new)
    with pytest.raises(ContentError) as caught:
        load_content(copy)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_diff_says_which_answers_change_disposition(copy: Path, edit: Edit) -> None:
    before = load_content()
    edit("when: { worried: yes }, at_least: routine_visit", "when: { worried: yes }, at_least: self_care_watch")
    changes = changed_outcomes(before, load_content(copy))
    assert len(changes) == 1
    assert changes[0].startswith("routine_visit -> self_care_watch (less urgent)")
    assert "worried=yes" in changes[0]
    assert changed_outcomes(before, before) == []


def test_a_menu_survives_writing_and_reading(copy: Path) -> None:
    content = load_content(copy, channel="sms")
    menu = build_menu(content, compile_content(content), "en", "sms")
    build(copy)
    assert load_menu(menu_path(copy / "menus", content.topic, "en", "sms")) == menu


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("  same_day: { days: [1, 3], asks: care }\n", "", "schedules: the disposition 'same_day' is missing"),
        ("routine_visit: { days: [7, 16]", "routine_visit: { days: [7, 7]", "more than one check-in a day"),
        ("self_care_watch: { days: [14, 42]", "self_care_watch: { days: []", "no check-in"),
        ("asks: watch }", "asks: guess }", "the check-in 'guess', which does not exist"),
        ('times: ["10:00", "13:00", "17:00"]', 'times: ["10:00", "13:00", "19:45"]', "the times offered are"),
        ("your check-in[ from", "your health check[ from", "says 'health', which reveals (en: health)"),
        ("pin_ask: Please send your PIN.", "pin_ask: Please send your HIV PIN.", "says 'hiv', which reveals"),
        ("later: OK, another day.", "later: Damu tena.", "says 'damu', which reveals (sw: damu)"),
        ("again: Again, not_again", "repeat: Again, not_again", "the option 'repeat' leads to nothing"),
        ("within_days: 183, frequency: often", "within_days: 183, frequency: daily", "'daily', which does not exist"),
        ("asked_anew: [danger, forced_when, amount, signs]", "asked_anew: [dangers, amount, signs]", "the question 'dangers', which does not exist"),
        ('far: "Ask for the nearest', 'fart: "Ask for the nearest', "the text 'far', which does not exist, did you mean 'fart'?"),
        ("routine_visit: [16], ", "", "visits: the disposition 'routine_visit' is missing"),
        ("  urgency_same_day: SEE TODAY\n", "", "there is no text 'urgency_same_day'"),
        ("private: [forced]", "private: [secret]", "private: names the finding 'secret'"),
        ("still_open: [did_not_go]", "still_open: [asleep]", "the outcome 'asleep'"),
        ("offer: \"Shall we text", "offer: \"" + "Shall we text " * 20, "text offer: 3 segments; budget 1"),
    ],
)  # fmt: skip
def test_a_broken_protocol_of_follow_up_is_named(copy: Path, edit: Edit, old: str, new: str, named: str) -> None:
    edit(old, new)
    assert named in protocol_violations(copy)
