"""`menus check` catches what it is there for: each test breaks one thing in a copy of the toy content and sees it named.
The real content is proven once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.reader import content_dir, load_content
from sms_triage.triage.menu.compiler import compile_content
from sms_triage.triage.menu.menu import build_menu, dump_menu, load_menu, menu_path
from sms_triage.triage.proofs.proofs import changed_outcomes, check
from sms_triage.triage.proofs.protocols import check_discretion
from sms_triage.triage.proofs.wording import check_words
from sms_triage.triage.understanding.shorthand import check_shorthand
from sms_triage.triage.wording.load import language_names, load_locale, longest_values
from tests.conftest import TOY

Edit = Callable[[str, str], None]


@pytest.fixture
def edit(toy: Path) -> Edit:
    """Changes the toy content in one place."""

    def replace(old: str, new: str) -> None:
        for path in sorted(toy.glob("*.yaml")):
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
    return "\n".join((*check(locale).violations, *check_words(locale, language_names(toy))))


def protocol_violations(toy: Path) -> str:
    locale = load_locale("en", "sms", longest_values(load_content(toy)), directory=toy, menus=build(toy))
    shorthand = check_shorthand(locale.caseload.shorthand, locale.content)
    return "\n".join((*check_discretion(locale), *check_protocol(locale), *shorthand))


def test_the_real_content_is_sound_for_every_answer_set() -> None:
    locale = load_locale("en", "sms", longest_values(load_content()))
    found = check(locale)
    assert found.violations == ()
    assert check_words(locale, language_names(content_dir())) == ()
    assert (
        *check_discretion(locale),
        *check_protocol(locale),
        *check_shorthand(locale.caseload.shorthand, locale.content),
    ) == ()
    # 2 to the 4 dangers with 4 times for forced sex, 4 x 5 x 4 x 4 values, 2 to the 5 signs and the 6 backgrounds.
    assert found.answer_sets == (8 + 8 * 4) * 4 * 5 * 4 * 4 * 2**5 * 2**6
    assert sum(found.everybody.questions.values()) == found.answer_sets
    assert max(found.everybody.questions) <= 7
    assert min(found.no_emergency.questions) > min(found.everybody.questions)


def test_the_toy_is_sound_for_every_answer_set(toy: Path) -> None:
    assert violations(toy, build(toy)) == ""
    assert violations(toy, build(toy, "ussd"), "ussd") == ""
    assert protocol_violations(toy) == ""
    found = check(load_locale("en", "sms", longest_values(load_content(toy)), directory=toy, menus=toy / "menus"))
    # Breath yes or no; no blood, or blood since one of 3 times; 4 frequencies; fever and sweats yes or no. Short of
    # breath: one question. Half of the others are not over after two, which is one frequency in four without blood, and
    # those with blood for longer.
    assert found.answer_sets == 2 * (1 + 3) * 4 * 4 == 128
    assert found.everybody.questions == {1: 64, 2: 32, 3: 32}
    assert found.no_emergency.questions == {2: 32, 3: 32}


def test_a_rule_made_milder_breaks_the_invariant_that_it_upheld(toy: Path, edit: Edit) -> None:
    edit("when: { breathless: yes }, at_least: at_once", "when: { breathless: yes }, at_least: today")
    found = violations(toy, build(toy))
    assert "invariant J1: below at_once" in found
    assert "breathless=yes" in found


def test_a_disposition_given_where_it_may_not_be_breaks_the_invariant_that_keeps_it(toy: Path, edit: Edit) -> None:
    edit(
        "frequency: [again, often, unsure] }, at_least: soon", "frequency: [again, often, unsure] }, at_least: at_home"
    )
    assert "invariant J4: at_home given" in violations(toy, build(toy))


def test_a_value_more_urgent_than_a_worse_one_is_not_monotone(toy: Path, edit: Edit) -> None:
    edit("when: { frequency: [again, often, unsure] }", "when: { frequency: [first, often] }")
    assert "frequency first -> again lowers the urgency" in violations(toy, build(toy))


def test_skip_must_be_as_urgent_as_stated(toy: Path, edit: Edit) -> None:
    edit("since: [today, skip] }, at_least", "since: [today] }, at_least")
    assert "since today -> skip lowers the urgency below today" in violations(toy, build(toy))


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
    path.write_text(path.read_text().replace("disposition: at_once", "disposition: today"))
    assert "gives today, not the disposition of T01" in violations(toy, menus)


def test_only_who_is_asked_more_because_of_what_she_told_may_be_asked_one_more(toy: Path, edit: Edit) -> None:
    # Three questions take 32 answer sets: blood for longer is 16 of them, and may.
    edit("walk_questions: 3", "walk_questions: 2")
    found = violations(toy, build(toy))
    assert sum(int(sets) for sets in re.findall(r"3 questions asked: (\d+) answer sets", found)) == 16
    assert "blood" not in found


def test_what_no_rule_asks_for_may_have_an_order(toy: Path, edit: Edit) -> None:
    edit("    baseline: self\n", "    baseline: self\n    worse: [[self, patient]]\n")
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
        ("label: Short of breath", "label: Short of breath" + " and short" * 12, "question urgent (to self)"),
        ('patient: "Has he any', 'patient: "Look and ask him' + " and ask" * 15 + ' if he has any', "question urgent (to patient)"),
        ("text: See a nurse this week.", "text: See a nurse" + " and see" * 20, "disposition soon (to self)"),
        ("Go sooner if it gets worse.", "Go sooner." + " Go sooner" * 35, "broken-off, soon (to self)"),
        ('  text: "Go to a hospital now', '  text: "Go' + " and go" * 50 + " to a hospital now", "guidance choking (to self)"),
        ('help: "Send the number.', 'help: "Send the number.' + " Send it." * 40, "help (to self)"),
        ('hint_one: "One number', 'hint_one: "One' + " and one" * 40 + " number", "question frequency, hinted (to self)"),
        ("text: How was it?", "text: How was it" + " and was" * 50, "question episode (to self)"),
        ("It may be the lungs.", "It may be the lungs. " * 15, "result of T01"),
        ("Sit up and stay calm.", "Sit up. " * 25, "advice sit"),
        ("chest: It may be an infection of the chest.", "chest: It may be \u2013 \u0928.", "outside GSM-7"),
        ("label: Fever", "label: Stop", "'stop' is a carrier's word"),
        ("label: Fever", "label: Menu", "'menu' is a keyword"),
        ("label: Fever", "label: Sweats at night", "stands twice"),
        ("words: [hot]", "words: [sweating]", "'sweating' means 2 options"),
        ("en: [menu, restart]", "en: [menu, quit]", "is a carrier's"),
        ("air: Keep away from smoke.", 'air: ""', "advice air has no text"),
        ("It may be smoke or dust.", "You have a tumour.", "which the content forbids"),
        ("advice: [air]", "advice: []", "advice air is given by no rule"),
        ("may_mean: smoke", "may_mean: chest", "meaning smoke is given by no rule"),
        ("when: { breathless: yes }, at_least: at_once", "when: { breathless: yes, blood: no, since: today }, at_least: at_once", "rule T01 never leads"),
        ("walk_questions: 3", "walk_questions: 2", "3 questions asked"),
        ("told_after: urgent", "told_after: for_whom", "invariant J1: asked on at screen"),
        ("more: \"1 for more.\"", "more: \"1 for more {sorts}.\"", "text more asks for {sorts}"),
        ("That is all.", "\" \"", "text that_is_all is empty"),
        ("text: And any of these?", "text: \"{sender}, any of these?\"", "no names to fill in"),
    ],
)  # fmt: skip
def test_a_broken_text_word_or_budget_is_named(toy: Path, edit: Edit, old: str, new: str, named: str) -> None:
    edit(old, new)
    assert named in violations(toy, build(toy))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("try_again: Please dial again.", "try_again: Please dial" + " and dial" * 20, "text try_again ends a dialog"),
        ("page_more: Next", "page_more: Next" + " and next" * 20, "does not fit"),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_ussd_page_is_named(toy: Path, edit: Edit, old: str, new: str, named: str) -> None:
    edit(old, new)
    assert named in violations(toy, build(toy, "ussd"), "ussd")


def test_a_ninth_option_leaves_no_key_to_turn_pages_with(toy: Path, edit: Edit) -> None:
    edit("options: { treated: Treated,", "options: { a: A, b: B, c: C, d: D, e: E, f: F, g: G,")
    assert violations(toy, build(toy, "ussd"), "ussd") == ""
    edit("stayed: Did not go", "stayed: Did not go, h: H")
    found = violations(toy, build(toy, "ussd"), "ussd")
    assert found == "en.ussd: question outcome: more than 8 options leave no key for more"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("when: { breathless: yes }", "when: { breathles: yes }", "'breathles', which does not exist"),
        ("when: { breathless: yes }", "when: { breathless: maybe }", "'maybe', which does not exist"),
        ("at_least: at_once", "at_least: at_twice", "'at_twice', which does not exist"),
        ("may_mean: lungs,", "may_mean: lung,", "'lung', which does not exist"),
        ("advice: [sit]", "advice: [sitting]", "'sitting', which does not exist"),
        ("sources: [T1]", "sources: [T9]", "'T9', which does not exist"),
        ("baseline: longer", "baseline: long", "'long', which does not exist"),
        ("never_below: today", "never_below: tomorrow", "'tomorrow', which does not exist"),
        ("when: {}, at_least", "when: { fever: yes }, at_least", "no rule holds always"),
        ("label: Twice", "label: {self: Twice}", "is not a text"),
        ("  - id: urgent", "  - id urgent", "is not YAML"),
        ("rules:", "ruled:", "malformed"),
        ("Keep away from smoke.", "'Call {nobody}.'", "advice air names 'nobody', which does not exist"),
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
    before = load_content(TOY)
    edit(
        "frequency: [again, often, unsure] }, at_least: soon", "frequency: [again, often, unsure] }, at_least: at_home"
    )
    changes = changed_outcomes(before, load_content(toy))
    # No breathlessness, no blood, no sweats: 3 frequencies, with and without fever.
    assert changes == ["soon -> at_home (less urgent): 6 answer sets, such as {frequency=again}"]
    assert changed_outcomes(load_content(toy), before)[0].startswith("at_home -> soon (more urgent)")
    assert changed_outcomes(before, before) == []


def test_a_menu_survives_writing_and_reading(toy: Path) -> None:
    content = load_content(toy, channel="sms")
    menu = build_menu(content, compile_content(content), "en", "sms")
    build(toy)
    assert load_menu(menu_path(toy / "menus", content.topic, "en", "sms")) == menu


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("  today: { days: [1, 3], asks: visit }\n", "", "no schedule after today"),
        ("soon: { days: [4, 8]", "soon: { days: [4, 4]", "more than one check-in a day"),
        ("at_home: { days: [7]", "at_home: { days: []", "no check-in"),
        ("asks: gone }", "asks: guess }", "asks 'guess', which is no check-in"),
        ('times: ["10:00", "16:00"]', 'times: ["10:00", "19:45"]', "lies in the quiet hours"),
        ('times: ["10:00", "16:00"]', 'times: ["10:00"]', "the times offered are 10:00, 16:00, not 10:00"),
        ("Hello[ from", "Your health check[ from", "says 'health', which reveals (en: health)"),
        ("pin_ask: Please send your PIN.", "pin_ask: Please send your lung PIN.", "says 'lung', which reveals"),
        ("later: OK another day.", "later: Toux encore.", "says 'toux', which reveals (fr: toux)"),
        ("text later]", "text never]", "text never shall be discreet, and does not exist"),
        ("again: It is back", "back: It is back", "leads to 'back', which is nothing"),
        ("barrier: why", "barrier: wherefore", "there is no question 'wherefore'"),
        ("within_days: 180, frequency: often", "within_days: 180, frequency: daily", "'daily', which does not exist"),
        ("unsure: 2, often: 3", "often: 3", "does not count 'unsure'"),
        ("episodes: 3", "episodes: 2", "the rule with more episodes must stand first"),
        ("asks: [urgent, since, body]", "asks: [urgents]", "asks 'urgents', which is no question"),
        ("road: Ask who", "roads: Ask who", "there is no text 'road' for why"),
        ("soon: [7], ", "", "no visits are said for soon"),
        ("visits: {", "visits: { later: [1],", "names the disposition 'later', which does not exist"),
        ("  urgency_today: TODAY\n", "", "no text urgency_today"),
        ("private: [blood]", "private: [secret]", "private names 'secret'"),
        ("still_open: [stayed]", "still_open: [asleep]", "'asleep' is no outcome"),
        ("offer: Shall we ask", "offer: Shall we ask" + " and ask" * 20, "text offer: 2 segments; budget 1"),
        ("text: Is it gone?", "text: Is it gone" + " and gone" * 20, "question gone: 2 segments; budget 1"),
        ("frequency: F", "frequency: U", "a letter stands for two questions"),
        (", body: B", "", "no letter for question body"),
    ],
)  # fmt: skip
def test_a_broken_protocol_of_follow_up_or_of_health_workers_is_named(
    toy: Path, edit: Edit, old: str, new: str, named: str
) -> None:
    edit(old, new)
    assert named in protocol_violations(toy)
