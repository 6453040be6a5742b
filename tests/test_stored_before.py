"""What a deployment stored before an upgrade is found and read after it. The values were made once, by the version that
first stored them, and are never made anew to please a test."""

import json
import zlib
from pathlib import Path

import msgspec
import pytest

from sms_triage.gateways.ussd import Dialog
from sms_triage.storage.chws import Invitation
from sms_triage.storage.effects import KINDS
from sms_triage.storage.entry import unpack
from sms_triage.storage.patients import Move
from sms_triage.triage.people.case import Case
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.referral import Patient
from sms_triage.triage.people.session import Session
from sms_triage.vault import Vault

FIXTURES = Path(__file__).parent / "stored"
RECORDS = (Session, Case, Chw, Dialog, Patient, Move, Invitation, str, *KINDS.values())
VAULT = Vault("a secret of tests that was never used elsewhere")


def test_a_person_is_found_again() -> None:
    assert VAULT.person("+254700000001") == "5e452c9329c6c3438b8cb87eaf2fccea"


def test_what_was_sealed_is_read_again() -> None:
    sealed = "49caa438667fa1d6c50991fe22d3bc966ce4f1c2081fc10d903738d0b826f75c6094437d90132f3ddd382dd21e0b41cf"
    assert VAULT.open(bytes.fromhex(sealed), "case") == b"kept since version 1"


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("*.json")), ids=lambda file: file.stem)
@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_every_record_ever_stored_is_read_by_this_code(kind: type, file: Path) -> None:
    """Fields that it does not know (any more) are left out, those that came since have their defaults."""
    stored = json.loads(file.read_text()).get(kind.__name__)
    assert stored, "a new kind of record: put one, as it is stored now, into the files of stored formats"
    record = unpack(bytes.fromhex(stored), kind)
    plain = stored_fields(bytes.fromhex(stored))
    now = msgspec.to_builtins(record)
    assert _in_common(plain, now) == plain


def _in_common(plain: object, now: object) -> object:
    """What stands now for each value that was stored; a field that is not known any more stands for itself."""
    if isinstance(plain, dict) and isinstance(now, dict):
        return {name: _in_common(value, now[name]) if name in now else value for name, value in plain.items()}
    if isinstance(plain, (list, tuple)) and isinstance(now, (list, tuple)):
        return [_in_common(*pair) for pair in zip(plain, now, strict=True)]
    return now


def stored_fields(data: bytes) -> object:
    body = data[1:] if data[:1] == b"\x01" else zlib.decompress(data[1:])
    return msgspec.to_builtins(msgspec.msgpack.decode(body))
