"""What a deployment stored before an upgrade is found and read after it. The values were made once, by the version that
first stored them, and are never made anew to please a test."""

from sms_triage.vault import Vault

VAULT = Vault("a secret of tests that was never used elsewhere")


def test_a_person_is_found_again() -> None:
    assert VAULT.person("+254700000001") == "5e452c9329c6c3438b8cb87eaf2fccea"


def test_what_was_sealed_is_read_again() -> None:
    sealed = "49caa438667fa1d6c50991fe22d3bc966ce4f1c2081fc10d903738d0b826f75c6094437d90132f3ddd382dd21e0b41cf"
    assert VAULT.open(bytes.fromhex(sealed), "case") == b"kept since version 1"
