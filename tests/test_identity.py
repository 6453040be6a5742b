"""Whose data these are: another secret's are refused in one line, and a secret can be changed with nothing lost."""

import pytest
from redis import Redis

from sms_triage.keys import IDENTITY
from sms_triage.storage import identity
from sms_triage.storage.entry import Records
from sms_triage.storage.identity import Identity
from sms_triage.vault import Vault
from tests.conftest import SECRET
from tests.outside import Outside
from tests.test_vault import ANA, kept
from tests.ward import AMINA

NEW = "another secret of these tests, as long as it must be"
AGREED = ("hi", "1", "5", "1", "2", "1", "1", "6", "7", "3", "1", "1")


@pytest.mark.parametrize(
    "command", [("doctor",), ("person", "show", ANA), ("chw", "list"), ("web",), ("worker",), ("cron",)]
)
def test_data_of_another_secret_are_refused_in_one_line(outside: Outside, command: tuple[str, ...]) -> None:
    outside.command("doctor")
    refused = outside.command(*command, SECRET_KEY=NEW)
    assert refused.exit_code == 1
    assert refused.output.startswith("sms-triage: SECRET_KEY is not the one that these data were sealed with")
    assert refused.output.count("\n") == 1


def test_after_a_change_of_the_secret_everybody_is_who_she_was(outside: Outside) -> None:
    outside.text(ANA, *AGREED)
    outside.command("chw", "add", AMINA, "--name", "Amina")
    outside.settle()
    shown = outside.command("person", "show", ANA).output
    changed = {"SECRET_KEY": NEW, "OLD_SECRET_KEYS": SECRET}
    assert outside.command("person", "show", ANA, **changed).output == shown
    rotated = outside.command("rotate", **changed)
    assert rotated.output.endswith("OLD_SECRET_KEYS is not needed any more\n"), rotated.output
    assert outside.command("person", "show", ANA, SECRET_KEY=NEW).output == shown
    assert AMINA in outside.command("chw", "list", SECRET_KEY=NEW).output
    assert outside.command("person", "show", ANA).exit_code == 1


def test_what_waits_under_an_old_secret_is_told(outside: Outside) -> None:
    outside.command("doctor")
    outside.text(ANA, "hi")
    changed = {"SECRET_KEY": NEW, "OLD_SECRET_KEYS": SECRET}
    assert "1 are left under an old secret" in outside.command("rotate", **changed).output
    outside.drain()
    assert outside.command("rotate", **changed).exit_code == 0


def test_another_number_of_partitions_is_noticed(outside: Outside) -> None:
    redis: Redis = outside.service.redis
    sealed = Records(Vault(SECRET)).seal(Identity(b"k" * 32, 32), "identity")
    redis.set(IDENTITY, sealed)
    refused = outside.command("doctor")
    assert refused.exit_code == 1
    assert refused.output.startswith("sms-triage: these data are spread over 32 partitions, this release has 16")
    assert sealed in kept(redis)
    assert identity.PARTITIONS == 16
