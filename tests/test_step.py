"""The atomic step: duplicates, messages at the same instant, and what Redis is left with."""

import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

import pytest
from redis import Redis
from rq import SimpleWorker

from sms_triage.gateways.base import Inbound
from sms_triage.gateways.simulator import SimulatorGateway
from sms_triage.keys import keys_of
from sms_triage.service.service import Service
from sms_triage.triage.conversation.engine import take_turn
from sms_triage.triage.conversation.standing import asked

ANA = "+254700000001"
NOW = 1_800_000_000.0


def text(service: Service, words: str, number: str = ANA, id: str = "", now: float = NOW) -> str:
    return service.receive(Inbound("simulator", id or uuid4().hex, number, "22384", words), now)


def waiting(service: Service) -> int:
    return service.messages.waiting(NOW)[0]


def question(service: Service, number: str = ANA) -> str:
    person = service.vault.person(number)
    session = service.store.load(person).person.session
    found = session and asked(service.locales.of("en", "sms"), session)
    return found.id if found else ""


def received(service: Service, number: str = ANA) -> list[str]:
    gateway = service.gateways["simulator"]
    assert isinstance(gateway, SimulatorGateway)
    return [message.text for message in gateway.received(number, "-")]


def work(service: Service) -> None:
    """What the worker does until there is nothing more to do."""
    service.drain()


def test_a_text_leaves_a_session_and_one_reply(service: Service) -> None:
    assert text(service, "hi") == "ok"
    assert question(service) == "for_whom"
    work(service)
    assert [reply[:18] for reply in received(service)] == ["Free private check"]
    assert waiting(service) == 0


def test_the_same_message_twice_is_taken_once(service: Service) -> None:
    assert text(service, "hi", id="SM1") == "ok"
    assert text(service, "1", id="SM2") == "ok"
    assert text(service, "1", id="SM2") == "duplicate"
    assert text(service, "hi", id="SM1") == "duplicate"
    assert question(service) == "danger"
    assert waiting(service) == 2


def test_the_same_message_at_the_same_instant_is_taken_once(service: Service) -> None:
    barrier = threading.Barrier(8)

    def send(_: int) -> str:
        barrier.wait()
        return text(service, "hi", id="SM1")

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(8))) == ["duplicate"] * 7 + ["ok"]
    assert waiting(service) == 1


def test_different_messages_at_the_same_instant_are_all_taken_one_after_the_other(service: Service) -> None:
    barrier = threading.Barrier(8)

    def send(_: int) -> str:
        barrier.wait()
        return text(service, "hi")

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(send, range(8))) == ["ok"] * 8
    person = service.vault.person(ANA)
    assert service.redis.hget(keys_of(person).person(person), "version") == b"8"
    assert waiting(service) == 8


def test_a_turn_made_from_what_is_no_longer_so_changes_nothing(service: Service) -> None:
    """Nor does one made from a message that was taken meanwhile, whatever else was read."""
    text(service, "hi", id="SM1")
    store, id = service.store, service.vault.person(ANA)
    known = store.load(id)
    turn = take_turn(service.locales, known.person, "1", NOW)
    commits = [store.commit(known, Inbound("simulator", name, ANA, "1", "1"), turn, NOW) for name in ("SM2", "SM3")]
    assert [status for status, _ in commits] == ["ok", "conflict"]
    assert store.commit(store.load(id), Inbound("simulator", "SM2", ANA, "1", "1"), turn, NOW)[0] == "duplicate"
    assert waiting(service) == 2


def test_people_never_see_each_others_answers(service: Service) -> None:
    for number in range(20):
        text(service, "hi", f"+2547000001{number:02}")
    for number in range(0, 20, 2):
        text(service, "1", f"+2547000001{number:02}")
    assert [question(service, f"+2547000001{number:02}") for number in range(4)] == ["danger", "for_whom"] * 2


def test_nothing_in_redis_shows_a_number_an_answer_or_words(service: Service) -> None:
    for words in ("hi", "1", "4", "1", "3", "6"):
        text(service, words)
    work(service)
    stored = {key: repr(key) + repr(_opened(_content(service.redis, key))) for key in service.redis.keys("*")}
    assert len(stored) > 5
    for key, dump in stored.items():
        for secret in (ANA[1:], "forced=", "last_3_days", "days_4_5", "pregnan", "TODAY", "bleeding"):
            assert secret not in dump, f"{key!r} shows {secret!r}"


def _opened(value: object) -> object:
    """A value of any kind, with what is compressed (jobs are) taken apart."""
    if isinstance(value, bytes) and value[:1] == b"x":
        with suppress(zlib.error):
            return zlib.decompress(value)
    if isinstance(value, dict):
        return {_opened(name): _opened(inner) for name, inner in value.items()}
    return [_opened(inner) for inner in value] if isinstance(value, (list, tuple, set)) else value


def _content(redis: Redis, key: bytes) -> object:
    kind = redis.type(key)
    readers = {
        b"string": redis.get, b"hash": redis.hgetall, b"stream": redis.xrange, b"set": redis.smembers,
        b"zset": lambda name: redis.zrange(name, 0, -1), b"list": lambda name: redis.lrange(name, 0, -1),
    }  # fmt: skip
    return readers[kind](key)


def test_sessions_and_marks_of_messages_end_by_themselves(service: Service) -> None:
    text(service, "hi", id="SM1")
    person = service.vault.person(ANA)
    keys = keys_of(person)
    assert 0 < service.redis.ttl(keys.session(person)) <= 24 * 3600
    assert 0 < service.redis.ttl(keys.seen("simulator", "SM1")) <= 48 * 3600
    assert 0 < service.redis.ttl(keys.person(person)) <= 90 * 24 * 3600


def test_an_opt_out_is_kept_for_good_and_drops_what_waits(service: Service) -> None:
    text(service, "hi")
    text(service, "STOP")
    person = service.vault.person(ANA)
    keys = keys_of(person)
    assert service.redis.ttl(keys.person(person)) == -1
    assert service.redis.exists(keys.session(person)) == 0
    work(service)
    assert received(service) == ["You will get no more messages from us. To come back, text START."]


def test_who_falls_silent_is_told_once_however_many_sweep(service: Service) -> None:
    for words in ("hi", "1", "5", "3"):
        text(service, words)
    assert service.sweep(NOW + 1000) == 0
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(service.sweep, [NOW + 1900] * 4)) == 1
    assert service.sweep(NOW + 5000) == 0
    work(service)
    assert received(service)[-1].startswith("You stopped part-way. From your answers so far: See a health worker TODAY")


def test_an_unreadable_session_starts_anew_instead_of_failing(service: Service) -> None:
    text(service, "hi")
    person = service.vault.person(ANA)
    service.redis.set(keys_of(person).session(person), b"not sealed by this deployment")
    assert text(service, "1") == "ok"
    assert question(service) == "for_whom"


def test_rq_runs_the_drain(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", service.settings.redis_url)
    monkeypatch.setenv("SECRET_KEY", service.settings.secret_key)
    text(service, "hi")
    assert len(service.drains) == 1
    text(service, "1")
    assert len(service.drains) == 1, "one drain is on its way already"
    SimpleWorker([service.drains], connection=service.redis).work(burst=True, logging_level="ERROR")
    assert len(received(service)) == 2
    text(service, "5")
    assert len(service.drains) == 1, "the outbox was empty again"


def test_all_keys_of_a_step_share_a_partition(service: Service) -> None:
    text(service, "hi")
    tags = {key[:5] for key in service.redis.keys("{*")}
    assert len(tags) == 1
