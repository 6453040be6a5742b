"""Sealing: what is stored of people can be read with the secret, in its own place, unchanged; and not otherwise."""

import zlib

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import assume, given
from hypothesis import strategies as st
from redis import Redis

from sms_triage.vault import Vault
from tests.conftest import SECRET
from tests.outside import Outside

VAULT = Vault(SECRET)
ANOTHER = Vault(f"{SECRET}.")
DATA = st.binary(max_size=300)
ABOUT = st.text(max_size=40)
NUMBERS = st.integers(10**7, 10**15 - 1).map(lambda digits: f"+{digits}")


@given(DATA, ABOUT)
def test_what_was_sealed_opens(data: bytes, about: str) -> None:
    assert VAULT.open(VAULT.seal(data, about), about) == data
    assert Vault(SECRET).open(VAULT.seal(data, about), about) == data


@given(DATA, ABOUT, ABOUT)
def test_what_is_about_one_thing_is_not_about_another(data: bytes, about: str, other: str) -> None:
    assume(about != other)
    with pytest.raises(InvalidTag):
        VAULT.open(VAULT.seal(data, about), other)


@given(DATA, ABOUT)
def test_another_secret_does_not_open_it(data: bytes, about: str) -> None:
    with pytest.raises(InvalidTag):
        ANOTHER.open(VAULT.seal(data, about), about)


@given(DATA, ABOUT)
def test_the_same_sealed_twice_shows_no_likeness(data: bytes, about: str) -> None:
    """A nonce that came again would show what two messages have in common."""
    first, second = VAULT.seal(data, about), VAULT.seal(data, about)
    assert sum(a == b for a, b in zip(first, second, strict=True)) < len(first) / 2
    assert len(data) < 4 or data not in first


@given(DATA, ABOUT, st.data())
def test_a_flipped_bit_is_noticed_wherever_it_is(data: bytes, about: str, draw: st.DataObject) -> None:
    sealed = bytearray(VAULT.seal(data, about))
    sealed[draw.draw(st.integers(0, len(sealed) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    with pytest.raises(InvalidTag):
        VAULT.open(bytes(sealed), about)


@given(DATA, ABOUT, st.data())
def test_what_is_cut_short_is_noticed(data: bytes, about: str, draw: st.DataObject) -> None:
    sealed = VAULT.seal(data, about)
    with pytest.raises((InvalidTag, ValueError)):
        VAULT.open(sealed[: draw.draw(st.integers(0, len(sealed) - 1))], about)


@given(NUMBERS, NUMBERS)
def test_a_person_is_one_number_under_one_secret(number: str, other: str) -> None:
    assert VAULT.person(number) == Vault(SECRET).person(number)
    assert VAULT.person(number) != ANOTHER.person(number)
    assert number == other or VAULT.person(number) != VAULT.person(other)


@given(NUMBERS)
def test_a_persons_id_shows_nothing_of_her_number(number: str) -> None:
    """Neither the number nor what numbers beside hers have in common; and it is too long to be met by chance."""
    id, neighbour = VAULT.person(number), VAULT.person(number[:-1] + str((int(number[-1]) + 1) % 10))
    assert number[1:] not in id
    assert number.encode().hex() not in id
    assert len(bytes.fromhex(id)) >= 16
    assert sum(a == b for a, b in zip(id, neighbour, strict=True)) < len(id) / 2


ANA = "+254700000001"
AGREED = ("hi", "1", "5", "1", "3", "1", "1", "7", "7", "3", "1", "1")
UNREADABLE = [b"what another release wrote", b"{}", b"[1]", zlib.compress(b'{"episodes": 1}'), b""]


def spoil(redis: Redis, content: bytes) -> list[bytes]:
    """Puts `content` in place of every sealed record, as only another release could read it. Gives what now stands."""
    spoilt = []
    for key in redis.scan_iter():
        value, about = redis.get(key) if redis.type(key) == b"string" else None, key.decode().split(":")[-2:]
        try:
            VAULT.open(value or b"", " ".join(about))
        except (InvalidTag, ValueError):
            continue
        spoilt.append(VAULT.seal(content, " ".join(about)))
        redis.set(key, spoilt[-1])
    return spoilt


def kept(redis: Redis) -> bytes:
    """Every value that Redis holds, whatever its kind."""
    readers = {b"string": redis.get, b"hash": redis.hgetall, b"list": lambda key: redis.lrange(key, 0, -1)}
    readers |= {b"stream": redis.xrange, b"set": redis.smembers, b"zset": lambda key: redis.zrange(key, 0, -1)}
    parts: list[bytes] = []

    def gather(value: object) -> None:
        if isinstance(value, bytes):
            parts.append(value)
        elif isinstance(value, dict):
            gather([*value.keys(), *value.values()])
        elif isinstance(value, (list, tuple, set)):
            for one in value:
                gather(one)

    for key in redis.scan_iter():
        gather(readers[redis.type(key)](key))
    return b"\n".join(parts)


def test_nobody_is_stuck_because_what_is_kept_of_her_cannot_be_read(outside: Outside) -> None:
    for content in UNREADABLE:
        outside.begin_anew()
        outside.text(ANA, *AGREED)
        outside.settle()
        before = len(outside.delivered(ANA))
        assert spoil(outside.service.redis, content)
        outside.later(15 * 86_400)
        assert outside.text(ANA, "hi") == 200, content
        outside.settle()
        assert [text[:18] for text in outside.delivered(ANA)[before:]] == ["Free private check"], content


def test_what_cannot_be_read_is_never_overwritten_or_deleted(outside: Outside) -> None:
    """A release that was rolled back finds its records again; in the meantime they are set aside."""
    outside.text(ANA, *AGREED)
    spoilt = spoil(outside.service.redis, UNREADABLE[0])
    assert len(spoilt) > 1
    outside.later(15 * 86_400)
    outside.text(ANA, "hi", "1", "5", "STOP", "START")
    assert [value for value in spoilt if value not in kept(outside.service.redis)] == []
