"""`menus check` catches what it is there for: each test breaks one thing in a copy of the toy content and sees it named.
The real content is proven once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.opening import open_folder
from sms_triage.triage.content.reader import content_dir, load_content
from sms_triage.triage.menu.compiler import compile_content
from sms_triage.triage.menu.menu import build_menu, dump_menu, load_menu, menu_path
from sms_triage.triage.people.followup import times_in_quiet_hours
from sms_triage.triage.proofs.handled import unhandled
from sms_triage.triage.proofs.proofs import changed_outcomes, check
from sms_triage.triage.proofs.protocols import QUIET, check_discretion
from sms_triage.triage.proofs.wording import check_words
from sms_triage.triage.understanding.shorthand import check_shorthand
from sms_triage.triage.wording.load import language_names, load_locale, longest_values

Edit = Callable[[str, str], None]


@pytest.fixture
def edit(toy: Path) -> Edit:
    """Changes the toy content in one place."""

    def replace(old: str, new: str) -> None:
        for path in [*toy.glob("topics/*.yaml"), *sorted(toy.glob("*.yaml"))]:
            text = path.read_text()
            if old in text:
                path.write_text(text.replace(old, new, 1))
                return
        raise AssertionError(f"{old!r} is not in the content")

    return replace


def build(toy: Path, channel: str = "sms") -> Path:
    content = load_content(toy, channel=channel)
    path = menu_path(toy / "menus", content.topic, "en", channel)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump_menu(build_menu(content, compile_content(content), "en", channel)))
    return toy / "menus"


def violations(toy: Path, menus: Path, channel: str = "sms") -> str:
    locale = load_locale("en", channel, longest_values(load_content(toy)), directory=toy, menus=menus)
    return "\n".join((*check(locale).violations, *check_words(locale, language_names(toy), {})))


def protocol_violations(toy: Path) -> str:
    try:
        folder = open_folder(toy)
    except ContentError as error:
        return str(error)
    locale = load_locale("en", "sms", longest_values(load_content(toy)), directory=toy, menus=build(toy))
    quiet = times_in_quiet_hours(folder.follow_up.times, QUIET)
    shorthand = check_shorthand(locale.content.shorthand, locale.content)
    return "\n".join((*check_discretion(locale), *quiet, *unhandled(folder), *shorthand))


def test_the_real_content_is_sound_for_every_answer_set() -> None:
    locale = load_locale("en", "sms", longest_values(load_content()))
    found = check(locale)
    assert found.violations == ()
    assert check_words(locale, language_names(content_dir()), {}) == ()
    assert (
        *check_discretion(locale),
        *unhandled(open_folder(content_dir())),
        *check_shorthand(locale.content.shorthand, locale.content),
    ) == ()
    # 2 to the 4 dangers, with forced sex long ago or not; pregnancy; life stages, of which "skip" counts as 35 and over;
    # drops, or 2 amounts ("not sure" counts as more than drops) that still bleed or not; 3 frequencies ("not sure" counts
    # as again); 2 to the 6 signs and the 6 backgrounds.
    assert found.answer_sets == (8 + 8 * 2) * 4 * 5 * (1 + 2 * 2) * 3 * 2**6 * 2**6
    assert sum(found.everybody.questions.values()) == found.answer_sets
    assert max(found.everybody.questions) <= 7 + 1  # whether it still bleeds, where that matters
    assert min(found.no_emergency.questions) > min(found.everybody.questions)


def test_the_toy_is_sound_for_every_answer_set(toy: Path) -> None:
    assert violations(toy, build(toy)) == ""
    assert violations(toy, build(toy, "ussd"), "ussd") == ""
    assert protocol_violations(toy) == ""
    found = check(load_locale("en", "sms", longest_values(load_content(toy)), directory=toy, menus=toy / "menus"))
    # Breath yes or no; no blood, or blood for longer or not; more often or not, which is all that the rules tell apart;
    # fever and sweats yes or no. Short of breath: one question. Two thirds of the others are not over after two: those
    # with blood for longer, and half of the rest.
    assert found.answer_sets == 2 * (1 + 2) * 2 * 4 == 48
    assert found.everybody.questions == {1: 24, 2: 8, 3: 16}
    assert found.no_emergency.questions == {2: 8, 3: 16}


def test_a_rule_made_milder_breaks_the_invariant_that_it_upheld(toy: Path, edit: Edit) -> None:
    edit("when: { breathless: yes }, at_least: emergency_now", "when: { breathless: yes }, at_least: same_day")
    found = violations(toy, build(toy))
    assert "invariant J1: below emergency_now" in found
    assert "breathless=yes" in found


def test_a_disposition_given_where_it_may_not_be_breaks_the_invariant_that_keeps_it(toy: Path, edit: Edit) -> None:
    edit(
        "often: [twice, more, unclear] }, at_least: within_week",
        "often: [twice, more, unclear] }, at_least: self_care_watch",
    )
    assert "invariant J4: self_care_watch given" in violations(toy, build(toy))


def test_a_value_more_urgent_than_a_worse_one_is_not_monotone(toy: Path, edit: Edit) -> None:
    edit("when: { often: [twice, more, unclear] }", "when: { often: [once, more] }")
    assert "often once -> twice lowers the urgency" in violations(toy, build(toy))


def test_skip_must_be_as_urgent_as_stated(toy: Path, edit: Edit) -> None:
    edit("since: [today, skip] }, at_least", "since: [today] }, at_least")
    assert "since today -> skip lowers the urgency below same_day" in violations(toy, build(toy))


def test_an_edited_menu_is_not_the_rules(toy: Path) -> None:
    menus = build(toy)
    path = next(menus.rglob("*.yaml"))
    path.write_text(
        path.read_text().replace("when: [breathless]\n      goto: r1", "when: [breathless]\n      goto: r2")
    )
    found = violations(toy, menus)
    assert "the rules give another outcome: " in found
    assert "breathless=yes" in found
    assert "it was edited" in found


def test_an_old_menu_is_out_of_step(toy: Path, edit: Edit) -> None:
    menus = build(toy)
    edit("Keep away from smoke.", "Stay away from smoke.")
    assert "build it" in violations(toy, menus)


def test_a_screen_nobody_reaches_and_a_walk_without_end_are_named(toy: Path) -> None:
    menus = build(toy)
    path = next(menus.rglob("*.yaml"))
    path.write_text(path.read_text().replace("goto: n3\n", "goto: n99\n"))
    found = violations(toy, menus)
    assert "screen n3: no answers lead there" in found
    assert "leads to n99, which does not exist" in found
    assert "no result is reached" in found


def test_a_result_says_the_disposition_of_its_rule(toy: Path) -> None:
    menus = build(toy)
    path = next(menus.rglob("*.yaml"))
    path.write_text(path.read_text().replace("disposition: emergency_now", "disposition: same_day"))
    assert "gives same_day, not the disposition of T01" in violations(toy, menus)


def test_only_who_is_asked_more_because_of_what_she_told_may_be_asked_one_more(toy: Path, edit: Edit) -> None:
    # Three questions take 16 answer sets: blood for longer is 8 of them, and may.
    edit("walk_questions: 3", "walk_questions: 2")
    found = violations(toy, build(toy))
    assert sum(int(sets) for sets in re.findall(r"3 questions asked: (\d+) answer sets", found)) == 8
    assert "blood" not in found


def test_what_no_rule_asks_for_may_have_an_order(toy: Path, edit: Edit) -> None:
    edit("    baseline: mine\n", "    baseline: mine\n    worse: [[mine, his]]\n")
    assert violations(toy, build(toy)) == ""


def test_a_danger_may_not_be_followed_by_another_question(toy: Path) -> None:
    menus = build(toy)
    path = next(menus.rglob("*.yaml"))
    path.write_text(
        path.read_text().replace("when: [breathless]\n      goto: r1", "when: [breathless]\n      goto: n3")
    )
    assert "screen n3 still asks although T01 holds" in violations(toy, menus)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("label: Short of breath", "label: Short of breath" + " and short" * 12, "question urgent (to own)"),
        ('helper: "Has he any', 'helper: "Look and ask him' + " and ask" * 15 + ' if he has any', "question urgent (to helper)"),
        ("text: See a nurse this week.", "text: See a nurse" + " and see" * 20, "disposition within_week (to own)"),
        ("Go sooner if it gets worse.", "Go sooner." + " Go sooner" * 35, "broken-off, within_week (to own)"),
        ('      own: "You are not to blame.', '      own: "You' + " and you" * 50 + ' are not to blame.', "guidance forced (to own)"),
        ('Answers: send the number.', 'Answers: send the number.' + " Send it." * 40, "help (to own)"),
        ('hint_one: "Send', 'hint_one: "Send' + " and send" * 40, "question often, hinted (to own)"),
        ("text: How was it?", "text: How was it" + " and was" * 50, "question episode (to own)"),
        ("It may be the lungs.", "It may be the lungs. " * 15, "result of T01"),
        ('offer: "Delete', 'offer: "' + "Shall we text " * 20 + "Delete", "text offer (to own)"),
        ("By {chw}, {date}.", "By {chw}, {date}. Please see her." * 9, "text slip (to own)"),
        ("Sit up and stay calm.", "Sit up. " * 25, "advice sit"),
        ("chest: It may be an infection of the chest.", "chest: It may be \u2013 \u0928.", "outside GSM-7"),
        ("label: Fever", "label: Stop", "'stop' is a carrier's word"),
        ("label: Fever", "label: Menu", "'menu' is a keyword"),
        ("label: Fever", "label: Sweats at night", "stands twice"),
        ("words: [hot]", "words: [sweating]", "'sweating' means 2 options"),
        ("en: [menu, restart,", "en: [menu, yes,", "is a carrier's"),
        ("air: Keep away from smoke.", 'air: ""', "advice air has no text"),
        ("It may be smoke or dust.", "You have a tumour.", "which the content forbids"),
        ("advice: [air]", "advice: []", "advice air is given by no rule"),
        (", without: [honey]", "", "invariant J5: advice honey is said"),
        ("advice: [sit], without: [honey]", "advice: [sit], without: [honey, mask]", "invariant J6: advice mask is not said"),
        ("may_mean: cold, advice: [honey]", "may_mean: cold, advice: [honey], without: [honey]", "advice honey is said to nobody"),
        ("may_mean: smoke", "may_mean: chest", "meaning smoke is given by no rule"),
        ("when: { breathless: yes }, at_least: emergency_now", "when: { breathless: yes, blood: no, since: today }, at_least: emergency_now", "rule T01 never leads"),
        ("walk_questions: 3", "walk_questions: 2", "3 questions asked"),
        ("told_after: urgent", "told_after: whose", "invariant J1: asked on at screen"),
        ("That is all. MENU starts again.", " ", "text that_is_all"),
        ("text: And any of these?", "text: \"{sender}, any of these?\"", "no names to fill in"),
    ],
)  # fmt: skip
def test_a_broken_text_word_or_budget_is_named(toy: Path, edit: Edit, old: str, new: str, named: str) -> None:
    edit(old, new)
    assert named in violations(toy, build(toy))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("Please dial again.", "Please dial" + " and dial" * 20, "text try_again ends a dialog"),
        ("page_more: More", "page_more: More" + " and more" * 20, "does not fit"),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_ussd_page_is_named(toy: Path, edit: Edit, old: str, new: str, named: str) -> None:
    edit(old, new)
    assert named in violations(toy, build(toy, "ussd"), "ussd")


def test_a_ninth_option_leaves_no_key_to_turn_pages_with(toy: Path, edit: Edit) -> None:
    more = "".join(f"      - {{ value: v{place}, label: V{place}, words: [w{place}] }}\n" for place in range(5))
    edit("      - { value: skip, label: Skip", more + "      - { value: skip, label: Skip")
    assert "more than 8 options" not in violations(toy, build(toy, "ussd"), "ussd")
    edit(
        "      - { value: skip, label: Skip",
        "      - { value: ninth, label: Ninth, words: [x] }\n      - { value: skip, label: Skip",
    )
    assert "en.ussd: question since: more than 8 options leave no key" in violations(toy, build(toy, "ussd"), "ussd")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("when: { breathless: yes }", "when: { breathles: yes }", "'breathles', which does not exist"),
        ("when: { breathless: yes }", "when: { breathless: maybe }", "'maybe', which does not exist"),
        ("at_least: emergency_now", "at_least: at_twice", "'at_twice', which does not exist"),
        ("may_mean: lungs,", "may_mean: lung,", "'lung', which does not exist"),
        ("advice: [sit]", "advice: [sitting]", "'sitting', which does not exist"),
        ("sources: [T1]", "sources: [T9]", "'T9', which does not exist"),
        ("baseline: longer", "baseline: long", "'long', which does not exist"),
        ("never_below: same_day", "never_below: tomorrow", "'tomorrow', which does not exist"),
        ("when: {}, at_least", "when: { fever: yes }, at_least", "no rule holds always"),
        ("label: Twice", "label: {own: Twice}", "the key 'helper' is missing"),
        ("  - id: urgent", "  - id urgent", "is not YAML"),
        ("\nrules:", "\nruled:", "unknown key 'ruled', did you mean 'rules'?"),
        ("Reply {more} for more.", "Reply {more} for more {sorts}.", "names the placeholder 'sorts'"),
        ("Keep away from smoke.", "'Call {nobody}.'", "names the placeholder 'nobody', which does not exist"),
    ],
)
def test_content_that_makes_no_sense_is_refused_in_one_line(
    toy: Path, edit: Edit, old: str, new: str, named: str
) -> None:
    edit(old, new)
    with pytest.raises(ContentError) as caught:
        load_content(toy)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_diff_says_which_answers_change_disposition(toy: Path, edit: Edit) -> None:
    before = load_content(toy)
    edit(
        "often: [twice, more, unclear] }, at_least: within_week",
        "often: [twice, more, unclear] }, at_least: self_care_watch",
    )
    changes = changed_outcomes(before, load_content(toy))
    # No breathlessness, no blood, no sweats: 3 frequencies, with and without fever.
    assert changes == ["within_week -> self_care_watch (less urgent): 2 answer sets, such as {often=twice}"]
    assert changed_outcomes(load_content(toy), before)[0].startswith("self_care_watch -> within_week (more urgent)")
    assert changed_outcomes(before, before) == []


def test_a_menu_survives_writing_and_reading(toy: Path) -> None:
    content = load_content(toy, channel="sms")
    menu = build_menu(content, compile_content(content), "en", "sms")
    build(toy)
    assert load_menu(menu_path(toy / "menus", content.topic, "en", "sms")) == menu


def test_a_time_that_is_offered_and_lies_in_the_quiet_hours_is_named(toy: Path, edit: Edit) -> None:
    """So does one before them from which a check-in may leave only in them."""
    edit('times: ["10:00", "13:00", "17:00"]', 'times: ["08:59", "13:00", "19:45"]')
    edit('"10:00": "10:00", "13:00": "13:00", "17:00": "17:00"', '"08:59": "08:59", "13:00": "13:00", "19:45": "19:45"')
    assert protocol_violations(toy).splitlines() == [
        "follow-up at 08:59 lies in the quiet hours 20:00-09:00",
        "follow-up at 19:45 lies in the quiet hours 20:00-09:00",
    ]


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
        ("text closed]", "text closing]", "'closing', which does not exist"),
        ("again: Again, not_again", "repeat: Again, not_again", "the option 'repeat' leads to nothing"),
        ("barrier: barrier", "barrier: wherefore", "'wherefore', which does not exist"),
        ("within_days: 180, frequency: more", "within_days: 180, frequency: daily", "'daily', which does not exist"),
        ("unclear: 2, more: 3", "more: 3", "'unclear'"),
        ("episodes: 3", "episodes: 2", "the rule with more episodes must stand first"),
        ("asked_anew: [urgent, since, body]", "asked_anew: [urgents, body]", "the question 'urgents', which does not exist"),
        ('far: "Ask for the nearest', 'fart: "Ask for the nearest', "the text 'far', which does not exist, did you mean 'fart'?"),
        ("routine_visit: [16], ", "", "visits: the disposition 'routine_visit' is missing"),
        ("visits: {", "visits: { later: [1],", "'later', which does not exist"),
        ("  urgency_same_day: SEE TODAY\n", "", "there is no text 'urgency_same_day'"),
        ("private: [sweats]", "private: [secret]", "private: names the finding 'secret'"),
        ("still_open: [did_not_go]", "still_open: [asleep]", "the outcome 'asleep'"),
        ("slip: Her slip again", "slips: Her slip again", "the option 'slips' leads to nothing"),
        ("window: 10\n", "", "the key 'window' is missing"),
        ("often: F", "often: U", "a letter stands for two questions"),
        (", body: B }", " }", "no letter for question body"),
    ],
)  # fmt: skip
def test_a_broken_protocol_of_follow_up_or_of_health_workers_is_named(
    toy: Path, edit: Edit, old: str, new: str, named: str
) -> None:
    edit(old, new)
    assert named in protocol_violations(toy)
