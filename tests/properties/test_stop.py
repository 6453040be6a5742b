"""P4: after STOP nothing is delivered unless she asks for it, in whatever order things happen, until she lifts it.

STOP is a text of hers, or the provider's word that she opted out: when a message is handed over, or in a report. What
she asks for is: the one confirmation of STOP, HELP, the guidance for an emergency that she states, and on USSD (where a
page is an answer and no text) "Get this by SMS" and the advice if the call is cut off. START and a yes to check-ins
lift it. DELETE makes her a stranger.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from tests.gate import gate_to
from tests.outside import DAY, Outside
from tests.properties.crowd import AGREES, ANA, EVE, Crowd, Phone, often

STOPPED = "You will get no more messages from us. To come back, text START."
ERASED = "All you told us is erased. You will get no more messages."
HELP, EMERGENCY, RESULT, SO_FAR = (
    "Answers: send the number.",
    "EMERGENCY: go to",
    "Reply 1 for tips",
    "You stopped part-way",
)
OPTED_OUT = (400, 21610)


class Wishes:
    """What somebody wants to get, by what she did and what the provider said of her."""

    def __init__(self) -> None:
        self.stopped = False
        self.erased = False
        self.refused_next = False
        self.asked: list[str] = []
        self.may_cut_off = False
        self.judged = 0
        self.granted: dict[str, str] = {}

    def stop(self) -> None:
        self.stopped, self.may_cut_off = True, False

    def wants(self, text: str) -> str:
        """The wish that a message fulfils; "" if she did not ask for it."""
        if self.may_cut_off and text.startswith(SO_FAR):
            return SO_FAR
        return next((wish for wish in self.asked if wish in text), "")


class Stopped(Crowd):
    def __init__(self, outside: Outside) -> None:
        super().__init__(outside)
        self.wishes = {phone.number: Wishes() for phone in self.phones}

    @rule(who=st.integers(0, 2))
    def provider_refuses_the_next(self, who: int) -> None:
        number = self.phones[who].number
        self.outside.provider.refuse[number] = [OPTED_OUT]
        self.wishes[number].refused_next = True

    @rule(who=st.integers(0, 2))
    def delete(self, who: int) -> None:
        number, wishes = self.phones[who].number, self.wishes[self.phones[who].number]
        wishes.stopped, wishes.erased = False, True
        wishes.asked.append(ERASED)
        self.outside.text(number, "DELETE")

    def texts(self, phone: Phone, words: str) -> None:
        wishes = self.wishes[phone.number]
        wishes.erased = False
        if words == "I am bleeding a lot":
            wishes.asked.append(EMERGENCY)
        elif words in ("STOP", "Please stop"):
            wishes.stop()
            wishes.asked.append(STOPPED)
        elif wishes.stopped and words == "HELP":
            wishes.asked.append(HELP)
        elif words in ("START", "yes"):
            wishes.stopped = False

    def dials(self, phone: Phone) -> None:
        self.wishes[phone.number].erased = False

    def pressed(self, phone: Phone, before: str, key: str) -> None:
        wishes = self.wishes[phone.number]
        wishes.erased = False
        if "We will text it to you" in phone.page:
            wishes.asked.append(RESULT)
        if "If this gets cut off" in before and key == "1":
            wishes.may_cut_off = True
        if "We will text you on" in phone.page:
            wishes.stopped = False

    def reports(self, phone: Phone, message: dict[str, str], what: str) -> None:
        wishes = self.wishes[phone.number]
        if what == "21610":
            wishes.stop()
        elif what == "30003" and (wish := wishes.granted.get(message["sid"])):
            wishes.asked.append(wish)

    @invariant()
    def nothing_is_delivered_that_nobody_asked_for(self) -> None:
        for phone in self.phones:
            wishes = self.wishes[phone.number]
            if wishes.refused_next and not self.outside.provider.refuse[phone.number]:
                # The one that was refused was the first: whatever else left in the same drain left after it.
                wishes.refused_next = False
                wishes.stop()
            delivered = self.outside.messages(phone.number)
            for message in delivered[wishes.judged :]:
                if wish := wishes.wants(message["Body"]):
                    wishes.granted[message["sid"]] = wish
                    if wish in wishes.asked:
                        wishes.asked.remove(wish)
                else:
                    assert not wishes.stopped, f"{message['Body']!r} after STOP"
                    assert not wishes.erased, f"{message['Body']!r} after DELETE"
            wishes.judged = len(delivered)

    def teardown(self) -> None:
        """START brings everybody back."""
        self.outside.provider.refuse.clear()
        for phone in self.phones:
            self.outside.elapse(7200.0)
            before = len(self.outside.delivered(phone.number))
            self.outside.text(phone.number, "START")
            self.outside.drain()
            assert len(self.outside.delivered(phone.number)) > before


def test_after_stop_only_what_is_asked_for_is_delivered(outside: Outside) -> None:
    run_state_machine_as_test(lambda: Stopped(outside), settings=often(examples=25, steps=30))


def known(outside: Outside, *texts: str) -> None:
    """Something was delivered to her, and something waits to be."""
    outside.text(ANA, *texts)
    outside.drain()
    outside.text(ANA, "HELP")


def typed(outside: Outside) -> None:
    outside.text(ANA, "STOP")


def reported(outside: Outside) -> None:
    outside.report(outside.messages(ANA)[0], "undelivered", "21610")


def refused(outside: Outside) -> None:
    outside.provider.refuse[ANA] = [OPTED_OUT]
    outside.drain()


WAYS = pytest.mark.parametrize("stop", [typed, reported, refused])


@WAYS
def test_stop_is_not_undone_by_a_turn_that_was_under_way(outside: Outside, stop: Callable[[Outside], None]) -> None:
    known(outside, "hi")
    with gate_to(outside.service.settings.redis_url) as gate, outside.another_web(gate.url) as web:
        gate.hold()
        with ThreadPoolExecutor(1) as pool:
            turn = pool.submit(web.text, ANA, "1")
            gate.until_somebody_waits()
            stop(outside)
            gate.let_go()
            assert turn.result(10) == 200
    said = len(outside.delivered(ANA))
    outside.text(ANA, "2")
    outside.settle()
    assert [words for words in outside.delivered(ANA)[said:] if words != STOPPED] == []


@WAYS
def test_stop_is_kept_for_good(outside: Outside, stop: Callable[[Outside], None]) -> None:
    known(outside, *AGREES)
    stop(outside)
    outside.drain()
    said = outside.delivered(ANA)
    outside.elapse(30 * DAY)
    outside.elapse(800 * DAY, step=100 * DAY)
    outside.text(ANA, "hi")
    outside.settle()
    assert outside.delivered(ANA) == said


@WAYS
def test_after_stop_check_ins_need_another_yes(outside: Outside, stop: Callable[[Outside], None]) -> None:
    known(outside, *AGREES)
    stop(outside)
    outside.text(ANA, "START")
    outside.drain()
    said = outside.delivered(ANA)
    assert said[-1] != STOPPED
    outside.elapse(7 * DAY)
    assert outside.delivered(ANA) == said
    outside.text(ANA, *AGREES)
    outside.elapse(7 * DAY)
    assert any(words.startswith("Hello, your check-in") for words in outside.delivered(ANA)[len(said) :])


@WAYS
def test_an_emergency_stated_after_stop_is_answered_and_nothing_comes_after_it(
    outside: Outside, stop: Callable[[Outside], None]
) -> None:
    known(outside, "hi", "1")
    stop(outside)
    outside.drain()
    said = len(outside.delivered(ANA))
    outside.text(ANA, "I am bleeding a lot")
    outside.elapse(7 * DAY, step=7200.0)
    assert [words[:17] for words in outside.delivered(ANA)[said:]] == ["EMERGENCY: go to "]


def key_in(outside: Outside, keys: str) -> str:
    """A new USSD call, a key at a time. Gives the last page."""
    outside.time.sleep(300.0)
    call = f"AT {outside.time.now()}"
    pages = [outside.key(ANA, "*".join(keys[:length]), call) for length in range(len(keys) + 1)]
    return pages[-1]


@WAYS
def test_after_stop_a_page_is_still_shown_and_only_the_text_asked_for_on_it_is_sent(
    outside: Outside, stop: Callable[[Outside], None]
) -> None:
    known(outside, "hi")
    stop(outside)
    outside.drain()
    said = len(outside.delivered(ANA))
    assert key_in(outside, "11")[:17] == "CON EMERGENCY: go"
    outside.later(3600.0)
    assert len(outside.delivered(ANA)) == said
    assert key_in(outside, "113")[:25] == "END We will text it to yo"
    outside.elapse(3 * DAY)
    assert [words[:13] for words in outside.delivered(ANA)[said:]] == ["EMERGENCY: go"]


@WAYS
def test_a_yes_to_check_ins_lifts_it(outside: Outside, stop: Callable[[Outside], None]) -> None:
    known(outside, "hi")
    stop(outside)
    assert "We will text you on" in key_in(outside, "11511")
    outside.elapse(7 * DAY)
    assert any(words.startswith("Hello, your check-in") for words in outside.delivered(ANA))
    outside.text(ANA, "MENU")
    outside.settle()
    assert outside.delivered(ANA)[-1].startswith(("Free private check", "Starting again"))


def on_the_line_of(outside: Outside, number: str) -> list[str]:
    """What was delivered to a number, however the provider was told to write it."""
    line = number[-9:]
    return [message["Body"] for message in outside.provider.accepted if message["To"].replace(" ", "").endswith(line)]


@pytest.mark.parametrize(
    "spelling",
    [
        "254711111111",
        "+254 711 111 111",
        "00254711111111",
        "0711111111",
        "711111111",
        "+254-711-111-111",
        "\u202a+254711111111\u202c",
        "whatsapp:+254711111111",
    ],
)
def test_stop_under_one_spelling_of_a_number_counts_under_every_other(outside: Outside, spelling: str) -> None:
    for stopped, other in ((ANA, spelling), (spelling, ANA)):
        outside.begin_anew()
        outside.text(stopped, "STOP")
        outside.settle()
        assert on_the_line_of(outside, ANA) == [STOPPED]
        outside.text(other, "hi")
        outside.settle()
        assert on_the_line_of(outside, ANA) == [STOPPED]


def test_a_number_that_opted_out_before_it_was_known_is_sent_nothing(outside: Outside) -> None:
    outside.report({"sid": "SM0", "To": ANA}, "undelivered", "21610")
    outside.text(ANA, *AGREES)
    outside.elapse(7 * DAY)
    assert outside.delivered(ANA) == []


AMINA, CHIEF, CLINIC = "+254700000001", "+254700000002", "+254700000003"
PATIENT = ("D1 P1", "1")
"""An emergency in one text, and yes, it is right: to be confirmed within half an hour."""


@pytest.fixture
def ward(outside: Outside) -> Outside:
    """A health worker, her supervisor, and a clinic in their area."""
    rows = ((AMINA, "chw", "--supervisor", CHIEF), (CHIEF, "supervisor"), (CLINIC, "facility"))
    for number, role, *more in rows:
        added = outside.command("chw", "add", number, "--name", role, "--role", role, "--area", "East", *more)
        assert added.exit_code == 0, added.output
    return outside


def stopped_by_text(outside: Outside, number: str) -> None:
    outside.text(number, "STOP")
    outside.drain()


def stopped_by_provider(outside: Outside, number: str) -> None:
    outside.report({"sid": "SM0", "To": number}, "undelivered", "21610")


@pytest.mark.parametrize("stop", [stopped_by_text, stopped_by_provider])
def test_a_supervisor_who_said_stop_gets_no_letters_and_the_clinic_still_does(
    ward: Outside, stop: Callable[[Outside, str], None]
) -> None:
    stop(ward, CHIEF)
    said = ward.delivered(CHIEF)
    ward.text(AMINA, *PATIENT)
    ward.later(31 * 60.0)
    ward.later(31 * 60.0)
    assert len(ward.delivered(CLINIC)) == 1
    ward.elapse(98 * DAY, step=7 * DAY)
    ward.text(AMINA, *PATIENT)
    ward.later(31 * 60.0)
    assert ward.delivered(CHIEF) == said
    ward.text(CHIEF, "START")
    ward.text(AMINA, *PATIENT)
    ward.later(31 * 60.0)
    assert any("has not confirmed" in words for words in ward.delivered(CHIEF))


def test_a_health_worker_who_said_stop_hears_nothing_of_her_patients(ward: Outside) -> None:
    ward.text(AMINA, *PATIENT)
    ward.drain()
    code = next(words for words in ward.delivered(AMINA) if words.startswith("REF "))[4:15]
    ward.text(AMINA, "STOP")
    ward.drain()
    said = ward.delivered(AMINA)
    ward.text(CLINIC, f"SEEN {code} 1")
    ward.settle()
    assert ward.delivered(CLINIC)[-1].startswith(f"Noted for {code}")
    assert ward.delivered(AMINA) == said


@pytest.mark.parametrize("stop", [stopped_by_text, stopped_by_provider])
def test_a_patients_phone_that_said_stop_is_not_enrolled_into_check_ins(
    ward: Outside, stop: Callable[[Outside, str], None]
) -> None:
    stop(ward, EVE)
    said = ward.delivered(EVE)
    ward.text(AMINA, "D5 P1 L2 A1 F1 S3 B7", "1", "menu", "3", "1", "4", EVE)
    ward.drain()
    assert ward.delivered(AMINA)[-1] == "We will text her. She can stop it at any time."
    ward.elapse(30 * DAY)
    assert ward.delivered(EVE) == said
    ward.text(EVE, "START")
    ward.drain()
    said = ward.delivered(EVE)
    ward.elapse(30 * DAY)
    assert ward.delivered(EVE) == said
