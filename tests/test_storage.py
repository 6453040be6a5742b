"""What is kept: its form outlives a change of the code, and what cannot be read says so in one way."""

from dataclasses import dataclass

import pytest
import requests

from sms_triage.storage.entry import Records, Unreadable, pack, unpack
from sms_triage.vault import Vault
from tests.outside import USSD_KEY, Outside

VAULT = Vault("a secret for tests, longer than thirty-two characters")


@dataclass(frozen=True)
class Old:
    name: str
    gone: int = 5
    parts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class New:
    name: str
    parts: tuple[tuple[str, float], ...] = ()
    added: str = "as ever"


def test_a_record_is_read_by_the_code_before_and_after_a_field_came_or_went() -> None:
    assert unpack(pack(Old("x", 7, (("a", 1.5),))), New) == New("x", (("a", 1.5),))
    assert unpack(pack(New("x", added="y")), Old) == Old("x")


def test_a_long_record_takes_less_room_than_its_fields() -> None:
    long = Old("x", 7, tuple((f"finding {place}", 1.0) for place in range(40)))
    assert unpack(pack(long), Old) == long
    assert len(pack(long)) < 300


@pytest.mark.parametrize(
    "data", [b"", b"\x01", b"\x02\x00", b"\x09" + pack(Old("x"))[1:], pack("no record"), pack(New("x"))[:-1]]
)
def test_what_cannot_be_read_says_so_in_one_way(data: bytes) -> None:
    with pytest.raises(Unreadable):
        unpack(data, Old)


def test_a_record_is_bound_to_what_it_is_about() -> None:
    records = Records(VAULT)
    sealed = records.seal(Old("x"), "case a")
    assert records.open(sealed, Old, "case a") == Old("x")
    for data, about in ((sealed, "case b"), (sealed[:-1], "case a"), (b"short", "case a")):
        with pytest.raises(Unreadable):
            records.open(data, Old, about)


def test_half_a_letter_in_a_call_is_kept_as_a_sign_that_stands_for_it(outside: Outside) -> None:
    call = '{"Type": "%s", "Mobile": "233200000001", "SessionId": "s1", "ServiceCode": "711*99", "Message": "%s"}'
    for kind, message, said in (("Initiation", "*711*99#", "Free private"), ("Response", "\\ud83d", "Send one number")):
        body = (call % (kind, message)).encode()
        headers = {"Content-Type": "application/json"}
        path = f"{outside.address}/ussd/hubtel"
        answer = requests.post(path, params={"key": USSD_KEY}, data=body, headers=headers, timeout=10)
        assert answer.json()["Message"].startswith(said)
