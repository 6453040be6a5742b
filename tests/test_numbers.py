"""One line, one person, one spelling: whatever a provider or a person makes of a telephone number."""

import pytest

from sms_triage.numbers import canonical_number, mobile_fault, no_person, one_line
from sms_triage.vault import Vault
from tests.outside import Outside, counted

HERS = "+254711222333"


@pytest.mark.parametrize(
    "written",
    [
        "+254711222333", "254711222333", "00254711222333", "0711222333", "+0711222333", "711222333", "0711 222 333", "0711-222-333",
        "(0711) 222.333", "\u202a+254 711 222 333\u202c", "O711 222 333", "o711222333", "٠٧١١٢٢٢٣٣٣", "+254 (0) 711 222333",
        "tel:+254711222333",
    ],
)  # fmt: skip
def test_every_spelling_of_a_number_is_one(written: str) -> None:
    assert canonical_number(written, "KE") == HERS


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("233241234567", "GH", "+233241234567"),
        ("0241234567", "GH", "+233241234567"),
        ("254711222333", "GH", "+254711222333"),
        ("447911123456", "DE", "+447911123456"),
        ("254711222333", "", "+254711222333"),
        ("00254711222333", "", "+254711222333"),
        ("whatsapp:+254711222333", "KE", "whatsapp:+254711222333"),
        ("whatsapp:254711222333", "KE", "whatsapp:+254711222333"),
        ("22384", "KE", "22384"),
        ("BOOK", "KE", "BOOK"),
        ("Oo", "KE", "Oo"),
        ("", "KE", ""),
    ],
)
def test_a_number_of_another_country_and_what_is_none(written: str, country: str, number: str) -> None:
    assert canonical_number(written, country) == number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+5215512345678", "+525512345678"),
        ("+5491123456789", "+541123456789"),
        ("+5511987654321", "+551187654321"),
        ("+22997123456", "+2290197123456"),
        ("+22507123456", "+2250707123456"),
        ("+22505123456", "+2250505123456"),
        ("+22501123456", "+2250101123456"),
        ("whatsapp:+254711222333", "+254711222333"),
    ],
)
def test_old_and_new_forms_of_a_line_are_one_person(one: str, other: str) -> None:
    vault = Vault("a secret of more than thirty-two characters")
    assert one_line(one) == one_line(other)
    assert vault.person(one) == vault.person(other)


@pytest.mark.parametrize("number", [HERS, "+551133334444", "+2250712345678", "+525512345678", "+15215512345", "22384"])
def test_a_line_that_never_changed_stays_itself(number: str) -> None:
    assert one_line(number) == number


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (HERS, ""),
        ("0711222333", ""),
        ("", "it is empty"),
        ("BOOK", "it is no telephone number"),
        ("22384", "it is too short"),
        ("+2547112223334444", "it is too long"),
        ("+254202222222", "it is a landline, which takes no texts"),
        ("+254900223344", "it is no mobile number"),
        ("+254300223344", "no such number is in use"),
        ("+999123456789", "no country begins with these digits"),
        ("+12025550123", ""),
    ],
)
def test_what_cannot_be_texted_is_told_with_the_reason(written: str, fault: str) -> None:
    assert mobile_fault(canonical_number(written, "KE")) == fault


@pytest.mark.parametrize(
    ("sender", "why"),
    [
        (HERS, ""), ("whatsapp:+254711222333", ""), ("", "empty"), ("SAFARICOM", "alphanumeric"), ("40404", "short_code"),
        ("+254700000000", "our_own"),
    ],
)  # fmt: skip
def test_senders_that_are_no_persons(sender: str, why: str) -> None:
    assert no_person(sender, ours="+254700000000") == why


@pytest.mark.parametrize("sender", ["", "SAFARICOM", "40404", "22384"])
def test_who_is_no_person_is_never_answered_and_is_counted(outside: Outside, sender: str) -> None:
    outside.text(sender, "hi")
    outside.settle()
    assert outside.delivered(sender) == []
    why = {"": "empty", "SAFARICOM": "alphanumeric", "22384": "our_own"}.get(sender, "short_code")
    assert counted(outside.address, f"no_person:{why}") == 1
    assert outside.service.redis.exists("rq:queue:outbox") == 0
