"""USSD over real HTTP: each oddity of a network as the calls it makes, in the dialects that gateways speak."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests

from sms_triage.gateways.africastalking import AfricasTalkingSettings
from sms_triage.gateways.simulator import SimulatorGateway
from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.triage.conversation.engine import take_turn
from sms_triage.triage.people.session import Person
from sms_triage.web.app import create_app
from tests.outside import USSD_KEY, Outside
from tests.servers import serving

ANA = "+254700000001"
CODE = "*384*99#"


class Network:
    """A network that calls in Africa's Talking's dialect."""

    def __init__(self, address: str) -> None:
        self.address = address

    def call(self, text: str, session: str = "ATUid_1", number: str = ANA, code: str = CODE, key: str = "") -> str:
        form = {
            "sessionId": session, "phoneNumber": number, "networkCode": "63902", "serviceCode": code, "text": text
        }  # fmt: skip
        answer = requests.post(f"{self.address}/ussd/africastalking{key}", data=form, timeout=10)
        if answer.status_code != 200:
            return str(answer.status_code)
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.text[:4] in ("CON ", "END ")
        return answer.text

    def end(self, status: str, session: str = "ATUid_1", key: str = "") -> int:
        form = {
            "date": "2026-11-24 10:00:00", "sessionId": session, "serviceCode": CODE, "networkCode": "63902",
            "phoneNumber": ANA, "status": status, "cost": "KES 0.8", "durationInMillis": "21000", "hopsCount": "3",
            "input": "1*5", "lastAppResponse": "CON ...", "errorMessage": "User hung up",
        }  # fmt: skip
        return requests.post(f"{self.address}/ussd/africastalking/end{key}", data=form, timeout=10).status_code


@pytest.fixture
def network(service: Service) -> Iterator[Network]:
    with serving(create_app(service)) as address:
        yield Network(address)


def texted(service: Service) -> list[str]:
    service.drain()
    gateway = service.gateways["simulator"]
    assert isinstance(gateway, SimulatorGateway)
    return [message.text for message in gateway.received(ANA, "-")]


def test_an_answer_is_what_was_added_to_what_was_heard(network: Network) -> None:
    assert network.call("").startswith("CON Free private check")
    assert network.call("1").startswith("CON Any of these NOW?")
    assert network.call("1*5").startswith("CON If this gets cut off")
    assert network.call("1*5*2").startswith("CON Are you pregnant")
    assert network.call("1*5*2*0").startswith("CON If this gets cut off")
    assert network.call("1*5*2*0*2").startswith("CON Are you pregnant")


def test_a_star_inside_an_answer_is_part_of_it(network: Network) -> None:
    network.call("")
    network.call("1")
    assert network.call("1*1*3").startswith("CON EMERGENCY")


def test_a_repeated_call_gets_the_same_page_byte_for_byte(network: Network, service: Service) -> None:
    network.call("")
    network.call("1")
    first = network.call("1*9")
    assert first.startswith("CON Please send the numbers that fit")
    assert network.call("1*9") == first
    with ThreadPoolExecutor(6) as pool:
        again = set(pool.map(lambda _: network.call("1*9*5"), range(6)))
    assert len(again) == 1
    assert again.pop().startswith("CON If this gets cut off")
    # One that comes late, after its answer was heard long ago, changes nothing either.
    assert network.call("1").startswith("CON If this gets cut off")
    assert network.call("1*9*5*2").startswith("CON Are you pregnant")


def test_a_session_that_starts_twice_starts_once(network: Network) -> None:
    first = network.call("")
    assert network.call("") == first
    assert network.call("", session="ATUid_2") == first
    assert network.call("1", session="ATUid_2").startswith("CON Any of these NOW?")


def test_a_second_start_with_the_dialled_string_is_not_an_answer(network: Network) -> None:
    first = network.call("", code="*120*3#")
    assert network.call("*120*3#", code="*120*3#") == first
    assert network.call("1", code="*120*3#").startswith("CON Any of these NOW?")


def test_a_retry_under_a_new_id_is_not_a_second_answer(network: Network) -> None:
    network.call("")
    network.call("1")
    first = network.call("1*5")
    assert network.call("1*5", session="ATUid_2") == first
    assert network.call("1*5*2", session="ATUid_2").startswith("CON Are you pregnant")


@pytest.mark.parametrize(("seconds", "texts"), [(29, 1), (31, 2)], ids=["29 s: again", "31 s: anew"])
def test_for_30_seconds_the_same_call_under_another_id_is_a_repetition(
    outside: Outside, seconds: int, texts: int
) -> None:
    """Later she dials anew, with the answers that she had keyed in, and has her result texted once more."""
    outside.key(ANA, "1*1")
    said = outside.key(ANA, "1*1*3")
    assert said.startswith("END We will text it to you.")
    outside.time.at += seconds
    assert outside.key(ANA, "1*1*3", session="AT2") == said
    outside.settle()
    assert len(outside.delivered(ANA)) == texts


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(179, "CON Your age"), (181, "CON EMERGENCY: go to the nearest hospital")],
    ids=["179 s: the same dialog", "181 s: another"],
)
def test_for_180_seconds_a_dialog_goes_on_under_another_id(outside: Outside, seconds: int, shown: str) -> None:
    """Later what comes is another dialog, and its first answers are to the first questions."""
    outside.key(ANA, "1*5*2", session="AT0")
    assert outside.key(ANA, "").startswith("CON You have a check that is not finished.")
    assert outside.key(ANA, "1").startswith("CON Are you pregnant")
    outside.time.at += seconds
    page = outside.key(ANA, "1*1", session="AT2")
    assert page.startswith(shown)


@pytest.mark.parametrize(("seconds", "answers"), [(1.9, 1), (2.1, 2)], ids=["1.9 s: again", "2.1 s: another"])
def test_where_only_the_last_answer_is_sent_for_2_seconds_the_same_is_a_repetition(
    outside: Outside, seconds: float, answers: int
) -> None:
    def press(message: str, kind: str = "Response") -> str:
        call = {"Type": kind, "Mobile": ANA, "SessionId": "s1", "ServiceCode": "711*99", "Message": message}
        path, params = f"{outside.address}/ussd/hubtel", {"key": USSD_KEY}
        return str(requests.post(path, params=params, json=call, timeout=10).json()["Message"])

    pages = [press("*711*99#", "Initiation"), press("1")]
    outside.time.at += seconds
    pages.append(press("1"))
    assert len(set(pages)) == 1 + answers


@pytest.mark.parametrize("text", ["*384*99*1*2#", "384*99*1*2", "*384*99*1*2", "1*2"])
def test_answers_dialled_along_with_the_code(network: Network, text: str) -> None:
    assert network.call(text).startswith("CON EMERGENCY")


@pytest.mark.parametrize("text", ["*384*99#", "384*99", "*384*99", "384*99#"])
def test_the_dialled_string_in_place_of_nothing(network: Network, text: str) -> None:
    assert network.call(text).startswith("CON Free private check")


def test_an_empty_answer_gets_the_question_again(network: Network) -> None:
    network.call("")
    assert network.call("*").startswith("CON Please send one number")
    assert network.call("**").startswith("CON Please send")
    assert network.call("***1").startswith("CON Any of these NOW?")


def test_nothing_is_asked_after_the_last_page(network: Network, service: Service) -> None:
    network.call("")
    end = network.call("stop")
    assert end == "END You will get no more messages from us. To come back, text START."
    assert network.call("stop*1") == end
    assert network.call("", session="ATUid_2").startswith("CON Free private check")
    assert texted(service) == []


def test_a_dropped_session_is_followed_by_an_sms_once_and_only_if_wanted(network: Network, service: Service) -> None:
    for text in ("", "1", "1*5", "1*5*1", "1*5*1*3"):
        network.call(text)
    assert network.end("Success") == 200
    assert texted(service) == []
    assert network.end("Incomplete") == 200
    assert network.end("Incomplete") == 200
    assert len(texted(service)) == 1
    assert texted(service)[0].startswith("You stopped part-way. From your answers so far: See a health worker TODAY")


def test_a_session_that_drops_without_a_word_is_swept(service: Service, network: Network) -> None:
    for text in ("", "1", "1*5", "1*5*1", "1*5*1*3"):
        network.call(text)
    person = service.vault.person(ANA)
    session = service.store.load(person).person.session
    assert session is not None
    assert service.sweep(session.heard + 200) == 0
    assert service.sweep(session.heard + 250) == 1
    assert len(texted(service)) == 1


def test_the_result_by_sms_goes_to_where_the_person_last_texted(network: Network, service: Service) -> None:
    form = {"MessageSid": "SM1", "From": ANA, "To": "40404", "Body": "hi"}
    requests.post(f"{network.address}/sms/twilio", data=form, timeout=10)
    network.call("1*1")
    assert network.call("1*1*3").startswith("END We will text it to you.")
    service.drain()
    gateway = service.gateways["simulator"]
    assert isinstance(gateway, SimulatorGateway)
    last = gateway.received(ANA, "-")[-1]
    assert last.sender == "40404"
    assert last.text.startswith("EMERGENCY")


def test_who_stopped_our_messages_may_still_dial(network: Network, service: Service) -> None:
    requests.post(
        f"{network.address}/sms/twilio", data={"MessageSid": "SM1", "From": ANA, "To": "1", "Body": "STOP"}, timeout=10
    )
    for text in ("", "1", "1*5", "1*5*1", "1*5*1*3"):
        assert network.call(text).startswith("CON ")
    network.end("Incomplete")
    assert texted(service) == ["You will get no more messages from us. To come back, text START."]


def hubtel(network: Network, kind: str, message: str, session: str = "s1") -> dict[str, str]:
    call = {
        "Type": kind, "Mobile": "233200000001", "SessionId": session, "ServiceCode": "711*99", "Message": message,
        "Operator": "vodafone", "Sequence": 1, "ClientState": "",
    }  # fmt: skip
    answer = requests.post(f"{network.address}/ussd/hubtel", json=call, timeout=10)
    assert answer.status_code == 200
    found: dict[str, str] = answer.json()
    return found


def test_a_gateway_that_sends_only_the_last_answer(network: Network, service: Service) -> None:
    first = hubtel(network, "Initiation", "*711*99#")
    assert first["Type"] == "Response"
    assert first["Message"].startswith("Free private check")
    assert hubtel(network, "Initiation", "*711*99#") == first
    danger = hubtel(network, "Response", "1")
    assert danger["Message"].startswith("Any of these NOW?")
    assert hubtel(network, "Response", "1") == danger, "the same again within two seconds is a repetition"
    assert hubtel(network, "Response", "5")["Message"].startswith("If this gets cut off")
    stopped = hubtel(network, "Response", "stop")
    assert stopped["Type"] == "Release"
    assert hubtel(network, "Initiation", "*711*99*1*1#", "s2")["Message"].startswith("EMERGENCY")
    assert service.store.load(service.vault.person("+233200000001")).person.session is not None


def test_an_answer_to_a_dialog_that_is_forgotten_is_still_an_answer(network: Network, service: Service) -> None:
    hubtel(network, "Initiation", "*711*99#")
    person = service.vault.person("+233200000001")
    service.redis.delete(*service.redis.keys("*:dialog:*"))
    assert hubtel(network, "Response", "1")["Message"].startswith("Any of these NOW?")
    assert person


def test_a_call_that_is_none_gets_400(network: Network) -> None:
    answer = requests.post(f"{network.address}/ussd/africastalking", data={"text": "1"}, timeout=10)
    assert (answer.status_code, answer.text) == (400, "sessionId is missing\n")


def test_without_redis_a_person_is_told_what_to_do(settings: Settings) -> None:
    with serving(create_app(open_service(replace(settings, redis_url="redis://127.0.0.1:1/0")))) as address:
        assert Network(address).call("") == (
            "END Something went wrong. What you told us is kept. Please dial again. In danger call 112."
        )


@pytest.fixture
def guarded(settings: Settings) -> Iterator[Network]:
    """A deployment with Africa's Talking, whose calls carry a secret."""
    service = open_service(replace(
        settings, gateways={"africastalking": AfricasTalkingSettings("sandbox", "k")},
        webhook_secret="a long word",
    ))  # fmt: skip
    service.redis.flushall()
    with serving(create_app(service)) as address:
        yield Network(address)


@pytest.mark.parametrize("key", ["", "?key=", "?key=wrong"])
def test_a_call_without_the_secret_gets_403_and_changes_nothing(guarded: Network, service: Service, key: str) -> None:
    assert guarded.call("", key=key) == "403"
    assert guarded.end("Incomplete", key=key) == 403
    assert service.redis.dbsize() == 0
    assert guarded.call("", key="?key=a+long+word").startswith("CON ")


def test_no_page_is_ever_too_long(network: Network) -> None:
    said = [network.call("")]
    keys = ""
    for key in ("1", "1 2 3", "0", "blood everywhere", "9", "5", "1"):
        keys = f"{keys}*{key}" if keys else key
        said.append(network.call(keys))
    assert max(len(page) - 4 for page in said) <= 160


def test_a_turn_on_ussd_is_the_same_turn_as_by_sms(service: Service, network: Network) -> None:
    network.call("1*5*2*1*2*1*1*6*7")
    by_sms = Person()
    for text in ("hi", "1", "5", "1", "2", "1", "1", "6", "7"):
        by_sms = take_turn(service.locales, by_sms, text, 0.0).person
    dialled = service.store.load(service.vault.person(ANA)).person.session
    assert dialled is not None
    assert by_sms.session is not None
    assert dialled.known == by_sms.session.known | {"by_sms": "no"}


@pytest.mark.parametrize("code", ["*384*1#", "384*1", "*384*1"])
def test_a_shared_code_is_no_answer(network: Network, code: str) -> None:
    """Under `*384*1#`, `*384*1*1` keyed along one answer: the first question's, not the danger question's."""
    assert network.call("*384*1*1", code=code).startswith("CON Any of these NOW?")
    assert network.call("*384*1*1", code=code).startswith("CON Any of these NOW?")


@pytest.mark.parametrize("start", ["Initiation", "initiation", "INITIATION", None])
@pytest.mark.parametrize("over", ["Release", "release", "Timeout", "timeout"])
def test_hubtels_spellings(network: Network, start: str | None, over: str) -> None:
    def press(message: str, kind: str | None) -> str:
        call = {"Mobile": "254700000001", "SessionId": "s1", "ServiceCode": "711*99", "Message": message}
        body = call if kind is None else {**call, "Type": kind}
        answer = requests.post(f"{network.address}/ussd/hubtel", json=body, timeout=10)
        assert answer.status_code == 200
        return str(answer.json()["Message"])

    assert press("*711*99#", start).startswith("Free private check")
    press("1", over)
    assert press("1", "response").startswith("Any of these NOW?")


@pytest.mark.parametrize("body", [[], "x", 1, None])
def test_what_is_no_call_of_hubtels_gets_400(network: Network, body: object) -> None:
    assert requests.post(f"{network.address}/ussd/hubtel", json=body, timeout=10).status_code == 400
