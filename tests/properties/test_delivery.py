"""P6: a message is delivered once, and once more for each time the provider took it and then reported that it did not
arrive; on bad days too, and on bad days nothing is lost.

A message is delivered when the provider has accepted it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.outside import Outside

ANA, BO, CARO, STRANGER = (f"+25470000000{place}" for place in range(1, 5))
TEXTS = ("hi", "1", "5", "1", "3", "1", "1", "7")
"""A conversation in which each text is answered by one message, and no two of these are alike."""

EMERGENCY = "bleeding heavily, I fainted"
TOO_FAST, DOWN, SUSPENDED, NO_SUCH_NUMBER, STOPPED = (429, 20429), (503, 0), (401, 20003), (400, 21211), (400, 21610)
ABSENT, UNKNOWN = "30003", "30008"
"""Reasons for which what did not arrive may arrive later."""

MOST_DELIVERIES = 3
MINUTE, HOUR = 60, 3600


class Killed(BaseException):
    """The process of a drain was killed."""


def kill() -> None:
    raise Killed


@dataclass
class Disturbed:
    """A drain to whose process something happens when it looks at the clock for the `place`-th time.

    `happened` tells whether it got so far, `begun` whether it had begun to send.
    """

    outside: Outside
    place: int
    what: Callable[[], None]
    unless_begun: bool = False
    happened: bool = False
    looks: int = 0
    threads: set[threading.Thread] = field(default_factory=lambda: set(threading.enumerate()))

    def drain(self) -> None:
        self.outside.time.looked = self._looked
        try:
            self.outside.drain()
        except Killed:
            pass
        finally:
            self.outside.time.looked = lambda: None

    def _looked(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        self.looks += 1
        begun = set(threading.enumerate()) - self.threads
        if self.looks == self.place and not (begun and self.unless_begun):
            self.outside.time.looked = lambda: None
            self.happened = True
            self.what()


def replaced(outside: Outside) -> Callable[[], None]:
    """What happens while a process stalls for longer than it is waited for: another does its work."""

    def stall() -> None:
        outside.idle(MINUTE)
        outside.drain()

    return stall


def be_well(outside: Outside) -> None:
    """The provider is well again, who was killed is missed, and what waits is sent or expires."""
    outside.provider.behave()
    outside.idle(MINUTE)
    for _ in range(100):
        outside.settle()
        if not outside.waiting():
            return
        outside.time.at += 5 * MINUTE
    raise AssertionError("something waits for ever")


@dataclass
class Written:
    """A text that somebody sent: what answers it, and when she wrote."""

    answer: str
    at: float


NUMBERS = (ANA, BO, CARO)
REPORTS = [("undelivered", ABSENT), ("undelivered", UNKNOWN), ("delivered", ""), ("sent", ""), ("queued", "")]


@dataclass(frozen=True)
class Day:
    """What happens one after the other: who texts, how the provider behaves when it is asked to answer each, what
    becomes of the drain (and where in it), what is reported of which of the last messages, and how long (s) it is till
    the next drain; less than nothing if the clock is set back."""

    weather: dict[str, str]
    reasons: list[tuple[int, int]]
    look_ups: list[int]
    texts: list[str]
    drain: str
    place: int
    reports: list[tuple[int, str, str]]
    seconds: int


DAYS = st.lists(
    st.builds(
        Day,
        weather=st.fixed_dictionaries(
            dict.fromkeys(NUMBERS, st.sampled_from(["good", "good", "answer lost", "message lost", "refused"]))
        ),
        reasons=st.lists(st.sampled_from([TOO_FAST, DOWN, SUSPENDED, NO_SUCH_NUMBER]), min_size=1, max_size=3),
        look_ups=st.lists(st.sampled_from([401, 404, 429, 500]), max_size=2),
        texts=st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=4),
        drain=st.sampled_from(["done", "killed", "stalled", "later"]),
        place=st.integers(2, 16),
        reports=st.lists(
            st.tuples(st.integers(0, 5), st.sampled_from(REPORTS)).map(lambda drawn: (drawn[0], *drawn[1])), max_size=3
        ),
        seconds=st.sampled_from([6, 16, 61, 301, 901] * 3 + [5 * HOUR, -90, -HOUR]),
    ),
    min_size=3,
    max_size=8,
)


class BadDays:
    """Three people text. Two go through a conversation; one asks for the same thing again and again."""

    def __init__(self, outside: Outside, answers: list[str], help: str) -> None:
        self.outside, self.answers, self.help = outside, answers, help
        outside.begin_anew()
        self.latest = outside.time.at
        self.written: dict[str, list[Written]] = {ANA: [], BO: [], CARO: []}
        self.final = dict.fromkeys(self.written, 0)
        self.told: dict[str, str] = {}

    def live(self, day: Day) -> None:
        provider = self.outside.provider
        for number, weather in day.weather.items():
            if weather == "answer lost":
                provider.break_after.add(number)
            elif weather == "message lost":
                provider.break_before.add(number)
            elif weather == "refused":
                provider.refuse.setdefault(number, []).extend(day.reasons)
                self.final[number] += day.reasons.count(NO_SUCH_NUMBER)
        provider.look_ups.extend(day.look_ups)
        for number in day.texts:
            self._text(number)
        if day.drain == "killed":
            Disturbed(self.outside, day.place, kill).drain()
            self.outside.idle(MINUTE)
        elif day.drain == "stalled":
            Disturbed(self.outside, day.place, replaced(self.outside), unless_begun=True).drain()
        elif day.drain == "done":
            self.outside.drain()
        for place, status, code in day.reports:
            self._report(place, status, code)
        self.outside.time.at += day.seconds
        self.latest = max(self.latest, self.outside.time.at)
        self.outside.settle()

    def _text(self, number: str) -> None:
        place = len(self.written[number])
        if number == CARO:
            self.written[number].append(Written(self.help, self.outside.time.at))
            assert self.outside.text(number, "HELP") == 200
        elif place < len(TEXTS):
            self.written[number].append(Written(self.answers[place], self.outside.time.at))
            assert self.outside.text(number, TEXTS[place]) == 200

    def _report(self, place: int, status: str, code: str) -> None:
        accepted = self.outside.provider.accepted
        if accepted:
            message = accepted[-1 - place % len(accepted)]
            assert self.outside.report(message, status, code) == 200
            if status in ("delivered", "undelivered"):
                self.told.setdefault(message["sid"], status)

    def judge(self) -> None:
        for number, left in self.outside.provider.refuse.items():
            self.final[number] -= left.count(NO_SUCH_NUMBER)
        be_well(self.outside)
        self.latest = max(self.latest, self.outside.time.at)
        for number in self.written:
            self._not_too_often(number)
        for number in (ANA, BO):
            self._nothing_lost(number)
            self._in_order(number)

    def _not_too_often(self, number: str) -> None:
        messages = self.outside.messages(number)
        for body in {message["Body"] for message in messages}:
            wanted = sum(one.answer == body for one in self.written[number])
            failed = sum(self.told.get(one["sid"]) == "undelivered" for one in messages if one["Body"] == body)
            deliveries = sum(message["Body"] == body for message in messages)
            assert deliveries <= wanted + failed, f"{deliveries} times: {body}"
            assert deliveries <= wanted * MOST_DELIVERIES, f"{deliveries} times: {body}"

    def _nothing_lost(self, number: str) -> None:
        delivered = self.outside.delivered(number)
        expected = [one.answer for one in self.written[number] if one.at + 4 * HOUR > self.latest]
        lost = [answer for answer in expected if answer not in delivered]
        assert len(lost) <= self.final[number], f"never delivered: {lost}"

    def _in_order(self, number: str) -> None:
        first = list(dict.fromkeys(self.outside.delivered(number)))
        assert first == [answer for answer in self.answers if answer in first]


@pytest.fixture
def calm(outside: Outside) -> tuple[list[str], str]:
    """What answers the conversation, and what answers HELP, on a day on which all is well."""
    answers = answers_to(outside, *TEXTS)
    assert len(set(answers)) == len(TEXTS)
    (help,) = answers_to(outside, "HELP")
    return answers, help


def answers_to(outside: Outside, *texts: str) -> list[str]:
    """What answers these texts on a day on which all is well; each is answered by one message."""
    outside.text(ANA, *texts)
    outside.settle()
    answers = outside.delivered(ANA)
    assert len(answers) == len(texts)
    outside.begin_anew()
    return answers


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=DAYS)
def test_on_bad_days_nothing_is_lost_nothing_comes_too_often_and_all_in_order(
    calm: tuple[list[str], str], outside: Outside, days: list[Day]
) -> None:
    """Whatever the provider, the network, the clock and the processes do, in any order."""
    bad_days = BadDays(outside, *calm)
    for day in days:
        bad_days.live(day)
    bad_days.judge()


def test_a_look_up_honours_the_date(outside: Outside) -> None:
    """An identical message of yesterday is not taken for today's, which was lost on its way."""
    outside.text(ANA, "HELP")
    outside.settle()
    outside.later(24 * HOUR)
    outside.provider.break_before.add(ANA)
    outside.text(ANA, "HELP")
    outside.settle()
    assert len(outside.delivered(ANA)) == 1
    outside.later(6)
    assert len(outside.delivered(ANA)) == 2


def test_an_identical_message_of_a_minute_ago_is_not_taken_for_the_one_that_was_lost(outside: Outside) -> None:
    outside.text(ANA, "HELP")
    outside.settle()
    outside.later(MINUTE)
    outside.provider.break_before.add(ANA)
    outside.text(ANA, "HELP")
    outside.settle()
    outside.later(6)
    assert len(outside.delivered(ANA)) == 2


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "lost"])
def test_while_look_ups_fail_it_stays_open_what_became_of_a_message(
    outside: Outside, accepted: bool, status: int
) -> None:
    """It is neither sent again nor given up."""
    (outside.provider.break_after if accepted else outside.provider.break_before).add(ANA)
    outside.provider.look_ups.extend([status] * 3)
    outside.text(ANA, "hi")
    outside.settle()
    for seconds in (6, 16, 61):
        outside.later(seconds)
        assert len(outside.provider.tries) == 1
    assert outside.waiting() == 1
    outside.later(301)
    assert len(outside.delivered(ANA)) == 1
    assert outside.waiting() == 0


def test_a_clock_set_right_in_the_middle_of_a_send_does_not_hide_the_message_from_the_look_up(outside: Outside) -> None:
    def jump(_: object) -> None:
        outside.time.at += HOUR

    outside.provider.meanwhile = jump
    outside.provider.break_after.add(ANA)
    outside.text(ANA, "hi")
    outside.settle()
    outside.provider.behave()
    outside.later(6)
    assert len(outside.delivered(ANA)) == 1


@pytest.mark.xfail(strict=True, reason="reliability: a look-up trusts our own clock to two minutes")
def test_a_clock_that_is_an_hour_fast_does_not_hide_a_message_from_the_look_up(outside: Outside) -> None:
    outside.provider.now = lambda: outside.time.at - HOUR
    outside.provider.break_after.add(ANA)
    outside.text(ANA, "hi")
    outside.settle()
    outside.later(6)
    assert len(outside.delivered(ANA)) == 1


def test_the_next_try_comes_after_5_15_60_300_and_900_seconds_and_then_every_900(outside: Outside) -> None:
    """Not before, and soon after; and not for ever."""
    outside.provider.refuse[ANA] = [TOO_FAST] * 1000
    outside.text(ANA, "hi")
    outside.settle()
    for wait in (5, 15, 60, 300, 900, 900, 900):
        *_, (_, last) = tries = list(outside.provider.tries)
        outside.later(wait - 4)
        while len(outside.provider.tries) == len(tries):
            assert outside.time.at < last + wait + 5, f"it is not tried again after {wait} s"
            outside.later(1)
        assert wait <= outside.provider.tries[-1][1] - last
    outside.later(4 * HOUR)
    assert len(outside.provider.tries) == 8


def test_a_drainer_killed_at_any_moment_is_followed_by_one_that_neither_loses_nor_repeats(outside: Outside) -> None:
    """Also between an attempt and the note of how it ended: then the next one looks it up."""
    left: set[tuple[int, int]] = set()
    for place in range(1, 20):
        outside.begin_anew()
        outside.text(ANA, "hi")
        drain = Disturbed(outside, place, kill)
        drain.drain()
        left.add((len(outside.delivered(ANA)), outside.waiting()))
        outside.idle(MINUTE)
        outside.later(MINUTE)
        assert len(outside.delivered(ANA)) == 1
        assert outside.waiting() == 0
        if not drain.happened:
            break
    assert left == {(0, 1), (1, 1), (1, 0)}, "not sent, sent and not noted, sent and noted"


def test_the_first_attempt_is_not_forgotten_when_a_later_drainer_is_killed_at_the_look_up(outside: Outside) -> None:
    """Minutes passed since the provider took the message: a look-up from the last attempt on would not find it."""
    for place in range(1, 20):
        outside.begin_anew()
        outside.provider.break_after.add(ANA)
        outside.provider.look_ups.extend([500] * 4)
        outside.text(ANA, "hi")
        outside.settle()
        for seconds in (6, 16, 61):
            outside.later(seconds)
        outside.time.at += 301
        drain = Disturbed(outside, place, kill)
        drain.drain()
        be_well(outside)
        assert len(outside.delivered(ANA)) == 1
        if not drain.happened:
            break


def test_a_drainer_whose_lease_went_to_another_before_it_sends_sends_nothing(outside: Outside) -> None:
    """It stalls between any two of its steps until the other has done the work."""
    for place in range(1, 20):
        outside.begin_anew()
        for number in NUMBERS:
            outside.text(number, "hi")
        drain = Disturbed(outside, place, replaced(outside), unless_begun=True)
        drain.drain()
        be_well(outside)
        assert [len(outside.delivered(number)) for number in NUMBERS] == [1, 1, 1]
        if not drain.happened:
            break
    assert place > 4, "it stalled after it had taken the lease, and after it had read"


def test_a_drainer_that_stalls_past_its_lease_as_it_sends_sends_nothing(outside: Outside) -> None:
    begun, waits, over = threading.Event(), threading.Event(), threading.Event()

    def stall() -> None:
        """The thread that would send stops with the whole process."""
        if threading.current_thread() is threading.main_thread():
            if begun.is_set():
                waits.set()
                over.wait(20)
        elif not begun.is_set():
            begun.set()
            waits.wait(20)
            outside.time.at += MINUTE
            replaced(outside)()
            over.set()

    outside.text(ANA, "hi")
    outside.time.looked = stall
    outside.drain()
    outside.time.looked = lambda: None
    be_well(outside)
    assert len(outside.delivered(ANA)) == 1


def test_no_message_is_sent_again_after_the_provider_reports_an_opt_out(outside: Outside) -> None:
    outside.text(ANA, "hi", "1")
    outside.settle()
    first, second = outside.messages(ANA)
    outside.report(first, "undelivered", ABSENT)
    outside.report(second, "undelivered", "21610")
    outside.report(second, "undelivered", ABSENT)
    be_well(outside)
    assert outside.messages(ANA) == [first, second]


def test_what_was_delivered_after_all_is_not_sent_again(outside: Outside) -> None:
    outside.text(ANA, "hi")
    outside.settle()
    (message,) = outside.messages(ANA)
    outside.report(message, "undelivered", ABSENT)
    outside.report(message, "delivered")
    be_well(outside)
    assert outside.messages(ANA) == [message]


def test_what_does_not_arrive_is_sent_again_a_minute_later_and_three_times_at_most(outside: Outside) -> None:
    outside.text(ANA, "hi")
    outside.settle()
    for deliveries in (1, 2, 3):
        outside.report(outside.messages(ANA)[-1], "undelivered", UNKNOWN)
        outside.later(50)
        assert len(outside.delivered(ANA)) == deliveries
        outside.later(20)
    be_well(outside)
    assert len(outside.delivered(ANA)) == 3


def test_reports_that_come_twice_late_or_in_another_order_change_nothing(outside: Outside) -> None:
    outside.text(ANA, "hi")
    outside.settle()
    (message,) = outside.messages(ANA)
    for status, code in (("sent", ""), ("queued", ""), ("undelivered", ABSENT), ("sent", ""), ("undelivered", ABSENT)):
        outside.report(message, status, code)
    be_well(outside)
    assert len(outside.delivered(ANA)) == 2
    again = outside.messages(ANA)[1]
    for status, code in (("delivered", ""), ("undelivered", ABSENT), ("undelivered", UNKNOWN)):
        outside.report(again, status, code)
    be_well(outside)
    assert len(outside.delivered(ANA)) == 2


def long_values(outside: Outside, least: int) -> list[bytes]:
    """Whatever is kept in the store of at least so many octets, the job queue's own records aside."""
    redis = outside.service.redis
    read: dict[bytes | str, Callable[[bytes], object]] = {
        b"string": redis.get, b"hash": redis.hgetall, b"stream": redis.xrange, b"set": redis.smembers,
        b"list": lambda key: redis.lrange(key, 0, -1), b"zset": lambda key: redis.zrange(key, 0, -1),
    }  # fmt: skip

    def octets(value: object) -> list[bytes]:
        if isinstance(value, bytes):
            return [value]
        if isinstance(value, dict):
            return octets([*value.keys(), *value.values()])
        return [found for one in value for found in octets(one)] if isinstance(value, list | tuple | set) else []

    keys = [key for key in redis.scan_iter(count=1000) if not key.startswith(b"rq:")]
    return [found for key in keys for found in octets(read[redis.type(key)](key)) if len(found) >= least]


@pytest.mark.parametrize("early", [False, True], ids=["report after the answer", "report before the answer"])
def test_the_body_is_gone_after_delivered(outside: Outside, early: bool) -> None:
    """Until then it is kept, should it have to be sent again."""
    if early:
        outside.provider.meanwhile = lambda message: outside.report(message, "delivered")
    outside.text(ANA, "JOIN")
    assert long_values(outside, least=90)
    outside.settle()
    (message,) = outside.messages(ANA)
    assert len(message["Body"]) > 90
    if not early:
        assert long_values(outside, least=len(message["Body"]))
        outside.report(message, "delivered")
    assert long_values(outside, least=90) == []


@pytest.mark.parametrize(
    ("status", "code"),
    [("sent", ""), ("delivered", ""), ("undelivered", ABSENT), ("undelivered", "30005"), ("failed", "30007")],
)
def test_a_report_about_a_stranger_creates_nothing(outside: Outside, status: str, code: str) -> None:
    assert outside.report({"sid": "SM1", "To": STRANGER}, status, code) == 200
    assert outside.service.redis.dbsize() == 0


@pytest.mark.parametrize(
    ("words", "hours"), [("hi", 4), (EMERGENCY, 12)], ids=["an answer for 4 hours", "an emergency for 12 hours"]
)
def test_a_reply_is_of_use_for_so_long(outside: Outside, words: str, hours: int) -> None:
    outside.text(ANA, words)
    outside.text(BO, words)
    outside.provider.refuse[BO] = [DOWN]
    outside.later(hours * HOUR - MINUTE)
    answer = outside.delivered(ANA)[0]
    outside.text(CARO, words)
    outside.later(hours * HOUR + MINUTE)
    assert answer not in outside.delivered(BO) + outside.delivered(CARO)
    assert outside.waiting() == 0
