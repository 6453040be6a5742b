"""A health worker and her patients, as her phone and theirs show them: alarms, corrections, slips, own phones."""

import pytest

from tests.ward import (
    AMINA,
    BARAKA,
    CHIEF,
    CLINIC,
    DAY,
    EMERGENCY,
    HOUR,
    IN_A_WEEK,
    MINUTE,
    STRANGER,
    TODAY,
    WATCH,
    WOMAN,
    Ward,
    spaced,
)  # fmt: skip

GUIDANCE = "EMERGENCY:"


def enrol(ward: Ward, code: str, number: str = WOMAN) -> None:
    """Amina's patient wants to be asked on her own phone how she is."""
    said = ward.text(AMINA, "MENU", "4", code, "4", number)
    assert said == ["We will text her. She can stop it at any time."]


def days_pass(ward: Ward, days: int) -> None:
    """So many days, with what is due in them."""
    for _ in range(days * 4):
        ward.outside.later(6 * HOUR)


def greetings(ward: Ward, number: str = WOMAN) -> int:
    return len(ward.received(number, "your check-in"))


ALARM = "she is bleeding a lot, 3 pads in 1 hour"


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        (["hi"], "Whom is it for?"),
        (["hi", "1"], "Ask her: may I ask you"),
        (["hi", "1", "1"], "A label that tells only you"),
        (["hi", "4"], "Send the patient's number."),
        (["hi", "3"], "Send the patient's number."),
        (["hi", "3", "1"], "What about her?"),
        (["hi", "3", "1", "2"], "What came of it?"),
        (["hi", "3", "1", "4"], "Send her number"),
        ([TODAY], "Is this right?"),
    ],
    ids=["home", "consent", "label", "find", "list", "patient", "outcome", "phone", "shorthand"],
)
def test_an_alarm_is_answered_at_every_question_of_hers_and_the_question_stands(
    ward: Ward, before: list[str], asked: str
) -> None:
    ward.new_patient(AMINA, WATCH)
    ward.text(AMINA, "MENU", *before)
    guidance, go_on = ward.text(AMINA, ALARM)
    assert guidance.startswith(GUIDANCE)
    assert go_on.startswith("To go on:")
    assert asked in go_on


@pytest.mark.parametrize("known", ["new", "after a day", "after a result"])
def test_an_alarm_in_her_first_words_is_answered_at_once(ward: Ward, known: str) -> None:
    if known != "new":
        ward.new_patient(AMINA, WATCH)
    if known == "after a day":
        ward.outside.later(2 * DAY)
    assert ward.text(AMINA, ALARM)[0].startswith(GUIDANCE)


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="words: what is stated after a result counts")
def test_an_alarm_after_a_result_makes_the_patient_an_emergency(ward: Ward) -> None:
    code = ward.new_patient(AMINA, WATCH)
    ward.text(AMINA, ALARM)
    assert ward.patients(AMINA) == [f"{code} EMERGENCY NOW 18/03"]


def corrected(ward: Ward, code: str, way: str) -> None:
    """What was told of a patient is corrected to an emergency."""
    if way == "by 0":
        ward.text(AMINA, "0", "0", "56")
    else:
        ward.text(AMINA, "MENU", "4", code, "1", "1")
    act, slip = ward.received(AMINA)[-2:]
    assert act.endswith("Reply 3 when you act on it.")
    assert slip.startswith(f"REF {spaced(code)}. EMERGENCY NOW.")


WAYS = ["by 0", "by a new check"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("confirmed", [True, False])
def test_a_result_corrected_to_an_emergency_goes_up_if_that_is_not_confirmed(
    ward: Ward, way: str, confirmed: bool
) -> None:
    code = ward.new_patient(AMINA, TODAY if confirmed else IN_A_WEEK)
    if confirmed:
        ward.text(AMINA, "3")
    corrected(ward, code, way)
    ward.outside.later(29 * MINUTE)
    assert ward.received(CHIEF) == []
    ward.outside.later(2 * MINUTE)
    assert len(ward.received(CHIEF, f"has not confirmed {spaced(code)}: EMERGENCY NOW.")) == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_result_corrected_to_an_emergency_is_confirmed_in_one_digit(ward: Ward, way: str) -> None:
    corrected(ward, ward.new_patient(AMINA, TODAY), way)
    assert ward.text(AMINA, "3") == ["Thank you. It is noted that you act on it."]
    for _ in range(3):
        ward.outside.later(5 * HOUR)
    assert ward.received(CHIEF) == []


def test_a_second_emergency_of_one_patient_is_confirmed_like_the_first(ward: Ward) -> None:
    code = ward.new_patient(AMINA, EMERGENCY)
    ward.text(AMINA, "3")
    ward.outside.later(5 * DAY)
    corrected(ward, code, "by a new check")
    ward.outside.later(31 * MINUTE)
    assert len(ward.received(CHIEF, "has not confirmed")) == 1


def test_a_result_shown_again_does_not_ask_for_another_confirmation(ward: Ward) -> None:
    ward.new_patient(AMINA, EMERGENCY)
    ward.text(AMINA, "3", "0", "1")
    ward.outside.later(31 * MINUTE)
    assert ward.received(CHIEF) == []


def test_a_slip_says_no_name(ward: Ward) -> None:
    said = ward.text(AMINA, "MENU", "1", "1", "Mary Wanjiku", "1")
    slips = [words for words in said if words.startswith("REF ")]
    assert len(slips) == 1
    assert slips[0].endswith(f"Soaks a pad in 1 hour. By {ward.signs[AMINA]}, 18/03.")
    assert "Mary" in ward.text(AMINA, "MENU", "3")[0]
    assert ward.text(AMINA, "1", "3") == slips


def test_forced_sex_is_on_no_slip(ward: Ward) -> None:
    code = ward.new_patient(AMINA, "D24 W1 P1")
    slip = f"REF {spaced(code)}. EMERGENCY NOW. Postcoital bleeding. Faint, pale, cold, dazed. By {{}}, 18/03."
    again = ward.text(AMINA, "MENU", "4", code, "3")
    assert [*ward.received(AMINA, "REF ")[:1], *again] == [slip.format(ward.signs[AMINA])] * 2


def test_the_number_of_anothers_patient_shows_nothing(ward: Ward) -> None:
    code = ward.new_patient(AMINA, IN_A_WEEK)
    assert ward.patient(BARAKA, code) == [f"{spaced(code)} is no patient of yours.\nSend the patient's number."]
    assert ward.patients(BARAKA) == []


def test_a_mistyped_number_leads_to_nobody_and_shows_only_her_own_that_may_be_meant(ward: Ward) -> None:
    code = ward.new_patient(AMINA, IN_A_WEEK)
    mistyped = code[:4] + ("0" if code[4] != "0" else "1") + code[5:]
    hers = ward.patient(AMINA, mistyped)[0].splitlines()
    assert hers[0] == f"{spaced(mistyped)} has a mistake in it. Do you mean:"
    assert hers[1].startswith(f"1 {spaced(code)} ")
    assert ward.patient(BARAKA, mistyped)[0].startswith(f"{spaced(mistyped)} is no patient of yours.")
    assert ward.text(CLINIC, f"SEEN {mistyped} 1") == [f"{spaced(mistyped)} is no patient of yours."]


def test_one_woman_with_two_workers_is_two_patients_that_do_not_mix(ward: Ward) -> None:
    first, second = ward.new_patient(AMINA, IN_A_WEEK), ward.new_patient(BARAKA, IN_A_WEEK)
    ward.text(CLINIC, f"SEEN {first} 1")
    ward.outside.later(4 * DAY)
    assert (ward.due(AMINA), ward.due(BARAKA)) == ([], [second])


def test_many_patients_are_paged_the_most_urgent_and_newest_first(ward: Ward) -> None:
    told: list[tuple[str, str]] = []
    for shorthand, words in [(EMERGENCY, "EMERGENCY NOW"), (WATCH, "WATCH")] * 4:
        ward.outside.time.at += 1
        told.insert(0, (words, f"{ward.new_patient(AMINA, shorthand)} {words} 18/03"))
    newest_first = [line for _, line in sorted(told, key=lambda one: one[0])]
    assert ward.patients(AMINA) == newest_first


def test_visits_due_are_paged_the_longest_due_first(ward: Ward) -> None:
    codes = []
    for _ in range(8):
        ward.outside.time.at += 1
        codes.append(ward.new_patient(AMINA, IN_A_WEEK))
    ward.outside.later(4 * DAY)
    assert ward.due(AMINA) == codes


def test_on_her_own_phone_she_is_asked_neutrally_and_silence_is_told_her_worker_alone(ward: Ward) -> None:
    code = ward.new_patient(AMINA, IN_A_WEEK)
    enrol(ward, code)
    days_pass(ward, 13)
    assert ward.received(WOMAN) == ["Hello, your check-in from 22384. OK to talk?\n1 Yes\n2 Later\n0 Stop"] * 2
    unanswered = [m["To"] for m in ward.outside.provider.accepted if "did not answer" in m["Body"]]
    assert unanswered == [AMINA]
    assert ward.received(AMINA)[-1] == f"{spaced(code)} did not answer two texts. Please visit her."


def test_after_a_handover_her_silence_is_told_who_has_her_now(ward: Ward) -> None:
    enrol(ward, ward.new_patient(AMINA, IN_A_WEEK))
    ward.outside.command("chw", "handover", AMINA, BARAKA)
    days_pass(ward, 13)
    unanswered = [m["To"] for m in ward.outside.provider.accepted if "did not answer" in m["Body"]]
    assert unanswered == [BARAKA]


def test_who_said_stop_before_she_was_enrolled_gets_nothing(ward: Ward) -> None:
    ward.text(WOMAN, "STOP")
    enrol(ward, ward.new_patient(AMINA, IN_A_WEEK))
    days_pass(ward, 10)
    assert ward.received(WOMAN) == ["You will get no more messages from us. To come back, text START."]
    assert ward.received(AMINA, "did not answer") == []


def test_nor_once_she_is_back_and_the_patients_notes_are_not_hers(ward: Ward) -> None:
    ward.text(WOMAN, "STOP")
    enrol(ward, ward.new_patient(AMINA, IN_A_WEEK))
    ward.text(WOMAN, "START")
    assert ward.text(WOMAN, "DIARY") == ["No notes yet."]
    days_pass(ward, 10)
    assert greetings(ward) == 0


def test_her_stop_ends_what_her_worker_began(ward: Ward) -> None:
    enrol(ward, ward.new_patient(AMINA, IN_A_WEEK))
    ward.text(WOMAN, "STOP")
    days_pass(ward, 10)
    assert greetings(ward) == 0


def test_an_enrolment_keeps_her_language(ward: Ward) -> None:
    ward.text(WOMAN, "Kiswahili")
    enrol(ward, ward.new_patient(AMINA, IN_A_WEEK))
    days_pass(ward, 4)
    assert ward.received(WOMAN)[-1].startswith("Habari")


def diary(ward: Ward, pin: str) -> str:
    ward.text(WOMAN, "MENU")
    assert ward.text(WOMAN, "DIARY") == ["Please send your PIN."]
    return ward.text(WOMAN, pin)[-1]


@pytest.mark.parametrize("check_ins", ["under way", "stopped by her"])
def test_an_enrolment_keeps_her_own_notes_and_pin(ward: Ward, check_ins: str) -> None:
    """Without the PIN nothing is shown; with it her own episode, not the patient's."""
    ward.text(WOMAN, "hi", "1", "5", "1", "3", "1", "1", "3", "7", "3", "2", "4711")
    own = diary(ward, "4711")
    assert "A few drops, Burns to pee" in own
    if check_ins == "stopped by her":
        days_pass(ward, 4)
        assert ward.text(WOMAN, "0") == ["OK, we will not text about this again."]
    enrol(ward, ward.new_patient(AMINA, "D5 P1 L3 A2 K1 F1 S5"))
    assert diary(ward, "4711") == own


def test_an_enrolment_leaves_her_own_check_ins_at_her_hour(ward: Ward) -> None:
    """Hers are on days 14 and 42 at five, the patient's would be on day 3 at ten."""
    ward.text(WOMAN, "hi", "1", "5", "1", "3", "1", "1", "7", "7", "3", "3", "1")
    enrol(ward, ward.new_patient(AMINA, IN_A_WEEK))
    days_pass(ward, 13)
    assert greetings(ward) == 0
    days_pass(ward, 2)
    assert greetings(ward) == 1


def test_an_enrolment_in_the_middle_of_her_talk_keeps_what_she_is_owed_when_she_falls_silent(ward: Ward) -> None:
    ward.text(WOMAN, "hi", "1", "5", "1", "3", "3")
    enrol(ward, ward.new_patient(AMINA, IN_A_WEEK))
    ward.outside.later(31 * MINUTE)
    assert len(ward.received(WOMAN, "You stopped part-way.")) == 1


def test_no_patient_comes_of_a_refusal_or_a_stranger(ward: Ward) -> None:
    assert ward.text(AMINA, "MENU", "1", "2")[0].startswith("That is her right.")
    ward.text(STRANGER, EMERGENCY, "1")
    assert ward.patients(AMINA) == []
    ward.outside.later(31 * MINUTE)
    assert ward.received(CHIEF) == []
