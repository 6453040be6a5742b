"""What a turn does to others: written down with the turn, carried out once, whatever dies in between."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count

import pytest
from redis import Redis
from redis.connection import Connection, ConnectionPool

from sms_triage.clock import Clock
from sms_triage.gateways.base import Inbound
from sms_triage.gateways.simulator import SimulatorGateway
from sms_triage.outbox.drainer import Drainer
from sms_triage.service.operator import hand_over
from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.storage.effects import EffectEntry
from sms_triage.storage.patients import NOBODY
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.codes import spaced
from sms_triage.triage.people.effects import Effect, TakenOver
from sms_triage.triage.people.referral import Patient
from tests.outside import NOON, Time

AMINA, BARAKA, CHIEF, CLINIC, HOSPITAL, STRANGER = (f"+25470000000{place}" for place in range(1, 7))
DAY = 86_400.0
EMERGENCY, SOON = "D1 P1", "D5 P1 L3 A1 F1 S4 B7"
ids = count()


class Killed(BaseException):
    """The process is gone: nothing after this is done."""


@dataclass
class Life:
    """How many commands the process may still send; None: as many as it likes."""

    left: int | None = None

    def spend(self) -> None:
        if self.left is not None:
            if self.left == 0:
                raise Killed
            self.left -= 1


@dataclass
class Ward:
    """Two health workers, their supervisor, two facilities. `mortal` is another process of the same deployment."""

    service: Service
    mortal: Service
    life: Life
    time: Time

    def text(self, number: str, *texts: str) -> None:
        """Texts from a number; nothing is drained."""
        for words in texts:
            inbound = Inbound("simulator", f"SM{next(ids)}", number, "22384", words)
            assert self.service.receive(inbound, self.time.at) == "ok"

    def received(self, number: str) -> list[str]:
        gateway = self.service.gateways["simulator"]
        assert isinstance(gateway, SimulatorGateway)
        return [message.text for message in gateway.received(number, "-")]

    def told(self, number: str, words: str) -> int:
        """How many messages with these words a number got."""
        return sum(words in said for said in self.received(number))

    def new_patient(self, number: str, shorthand: str) -> str:
        chw = self.service.vault.person(number)
        known = set(self.service.patients.caseload(chw))
        self.text(number, shorthand, "1")
        (code,) = set(self.service.patients.caseload(chw)) - known
        return code

    def patient(self, code: str) -> Patient:
        patient = self.service.patients.referred(code).patient
        assert patient is not None
        return patient

    def outcome(self, code: str) -> str:
        referral = self.patient(code).referral
        assert referral is not None
        return referral.outcome

    def listed(self, number: str) -> list[str]:
        """The numbers in somebody's caseload, in order."""
        return self.service.patients.caseload(self.service.vault.person(number))

    def leases_run_out(self) -> None:
        """Half a minute of real time passes at once."""
        for key in self.service.redis.keys("*"):
            if 0 < self.service.redis.pttl(key) <= 31_000:
                self.service.redis.delete(key)

    def drain_failing(self, fails: Callable[[Effect | None], bool]) -> None:
        """A drain in which some effects cannot be carried out."""
        self.leases_run_out()

        def carry_out(entry: EffectEntry) -> None:
            if fails(entry.effect):
                raise OSError
            self.service.referrals.carry_out(entry)

        clock = Clock(self.time.now, self.time.sleep)
        store, gateways = self.service.store, self.service.gateways
        Drainer(store, gateways, lambda _: 1000, carry_out=carry_out, clock=clock).run(DAY)

    def settle(self) -> None:
        """Another process does what the one that died left."""
        self.leases_run_out()
        self.service.drain()
        self.service.drain()

    def killed_at_every_step(self, act: Callable[[Service], object]) -> Iterator[int]:
        """For each n, `act` in a process that dies at its n-th command, from the same state; ends with the first that
        gets so far that no effect is left."""
        before = {
            key: (self.service.redis.dump(key), self.service.redis.pttl(key)) for key in self.service.redis.keys("*")
        }
        begun = self.service.store.effects.waiting() > 0
        for left in range(400):
            self.service.redis.flushall()
            for key, (value, ttl) in before.items():
                self.service.redis.restore(key, max(0, ttl), value or b"")
            self.life.left = left
            try:
                act(self.mortal)
            except Killed:
                waiting = self.service.store.effects.waiting() > 0
                yield left
                if waiting or not begun:
                    begun |= waiting
                    continue
            assert begun, "it did nothing"
            return


def mortal_redis(url: str, life: Life) -> Redis:
    class MortalConnection(Connection):
        def send_packed_command(self, command: object, check_health: bool = True) -> None:
            life.spend()
            super().send_packed_command(command, check_health)  # type: ignore[no-untyped-call]

    return Redis(connection_pool=ConnectionPool.from_url(url, connection_class=MortalConnection))


@pytest.fixture
def ward(settings: Settings) -> Iterator[Ward]:
    time, life = Time(), Life()
    clock = Clock(time.now, time.sleep)
    service = open_service(settings, clock)
    service.redis.flushall()
    for number, role, name in (
        (AMINA, "chw", "Amina"), (BARAKA, "chw", "Baraka"), (CHIEF, "supervisor", "Chief"),
        (CLINIC, "facility", "Clinic"), (HOSPITAL, "facility", "Hospital"),
    ):  # fmt: skip
        chw = Chw(role, name, service.vault.person(number)[:4].upper(), "East", CHIEF if role == "chw" else "")
        service.registry.add_chw(number, chw, "")
    mortal = open_service(settings, clock, mortal_redis(settings.redis_url, life))
    mortal.redis.ping()
    yield Ward(service, mortal, life, time)
    mortal.redis.close()
    service.redis.close()


def drain(service: Service) -> None:
    service.drain()


def sweep_and_drain(service: Service) -> None:
    service.sweep(service.clock())
    service.drain()


# Whatever dies, at whatever command, the next drain ends it, and nothing is done twice.


def test_an_outcome_is_noted_and_its_notification_written_once(ward: Ward) -> None:
    code = ward.new_patient(AMINA, SOON)
    ward.service.drain()
    ward.text(CLINIC, f"SEEN {code} 1")
    assert ward.outcome(code) == "", "nothing is done to others before the drain"
    for died in ward.killed_at_every_step(drain):
        ward.settle()
        assert (ward.outcome(code), ward.told(AMINA, "Reported by")) == ("treated", 1), died


def test_a_text_that_is_cut_off_and_repeated_says_it_to_others_once(ward: Ward) -> None:
    code = ward.new_patient(AMINA, SOON)
    ward.service.drain()
    inbound = Inbound("simulator", "SM of the clinic", CLINIC, "22384", f"SEEN {code} 1")
    for died in ward.killed_at_every_step(lambda service: service.receive(inbound, ward.time.at)):
        ward.service.receive(inbound, ward.time.at)
        ward.settle()
        assert (ward.outcome(code), ward.told(AMINA, "Reported by")) == ("treated", 1), died


def test_an_urgent_word_reaches_every_facility_once(ward: Ward) -> None:
    code = ward.new_patient(AMINA, EMERGENCY)
    ward.time.at += 31 * 60
    sweep_and_drain(ward.service)
    assert ward.told(CHIEF, "has not confirmed") == 1
    ward.time.at += 31 * 60
    for died in ward.killed_at_every_step(sweep_and_drain):
        sweep_and_drain(ward.service)
        ward.settle()
        assert [ward.told(who, spaced(code)) for who in (CHIEF, CLINIC, HOSPITAL)] == [1, 1, 1], died


def test_the_weekly_text_reaches_every_supervisor_once(ward: Ward) -> None:
    ward.new_patient(AMINA, SOON)
    ward.service.drain()
    ward.time.at = NOON + 7 * DAY
    for died in ward.killed_at_every_step(sweep_and_drain):
        sweep_and_drain(ward.service)
        ward.settle()
        assert ward.told(CHIEF, "Visits overdue") == 1, died


def test_a_patients_own_follow_up_begins_once(ward: Ward) -> None:
    ward.new_patient(AMINA, SOON)
    ward.text(AMINA, "menu", "3", "1", "4", STRANGER)
    for died in ward.killed_at_every_step(drain):
        ward.settle()
        case = ward.service.store.load(ward.service.vault.person(STRANGER)).person.case
        assert case is not None, died
        assert case.plan is not None
        assert ward.service.store.counts()["enrolled"] == 1, died


def test_a_code_to_join_is_used_once_and_answered_once(ward: Ward) -> None:
    ward.service.registry.invite("12345678", Chw("chw", "", "", "East", CHIEF))
    ward.text(STRANGER, "JOIN 12345678 Dora")
    for died in ward.killed_at_every_step(drain):
        ward.settle()
        assert [chw.name for number, chw, _ in ward.service.registry.chws() if number == STRANGER] == ["Dora"], died
        assert (ward.told(STRANGER, "Welcome"), len(ward.received(STRANGER))) == (1, 1), died


def test_a_caseload_goes_over_whole_with_its_order_its_visits_and_what_nobody_confirmed(ward: Ward) -> None:
    codes = [ward.new_patient(AMINA, shorthand) for shorthand in (SOON, EMERGENCY, SOON)]
    ward.service.drain()
    order, given = ward.listed(AMINA), 0
    visits = [code for code in codes if code != codes[0]]
    for died in ward.killed_at_every_step(lambda service: hand_over(service, AMINA, BARAKA)):
        written = ward.service.store.effects.waiting() > 0
        # In the middle of it, a facility reports on one of them, and that is to be carried out first.
        ward.text(CLINIC, f"SEEN {codes[0]} 1")
        ward.drain_failing(lambda effect: isinstance(effect, TakenOver))
        ward.time.at += 60
        ward.settle()
        assert ward.outcome(codes[0]) == "treated", died
        assert ward.told(AMINA, "Reported by") + ward.told(BARAKA, "Reported by") == 1, died
        keeper, other = (BARAKA, AMINA) if written else (AMINA, BARAKA)
        given += written
        assert (ward.listed(keeper), ward.listed(other)) == (order, []), died
        chw = ward.service.vault.person(keeper)
        assert ward.service.patients.visits_due(chw, ward.time.at + 9 * DAY) == visits, died
        assert ward.service.patients.unconfirmed(ward.time.at + DAY) == [(chw, codes[1])], died
    assert given > 5


# By two at once, late, in order.


def test_two_drains_and_the_operator_at_once_do_each_thing_once(ward: Ward) -> None:
    codes = [ward.new_patient(AMINA, SOON) for _ in range(6)]
    ward.service.drain()
    for code in codes:
        ward.text(CLINIC, f"SEEN {code} 1")
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(hand_over, ward.service, AMINA, BARAKA),
            *(pool.submit(ward.service.drain) for _ in range(3)),
        ]
        for job in jobs:
            job.result()
    ward.time.at += 60
    ward.settle()
    assert [ward.outcome(code) for code in codes] == ["treated"] * 6
    assert (ward.listed(AMINA), sorted(ward.listed(BARAKA))) == ([], sorted(codes))
    assert ward.told(AMINA, "Reported by") + ward.told(BARAKA, "Reported by") == 6


def test_one_code_makes_one_health_worker_of_two_who_text_it(ward: Ward) -> None:
    ward.service.registry.invite("12345678", Chw("chw", "", "", "East", CHIEF))
    both = (STRANGER, "+254700000009")
    for number in both:
        ward.text(number, "JOIN 12345678 Dora")
    ward.service.drain()
    assert sorted(ward.told(number, "Welcome") for number in both) == [0, 1]
    assert sorted(ward.told(number, "To join as a health worker") for number in both) == [0, 1]


def test_what_one_person_does_to_others_is_done_in_order(ward: Ward) -> None:
    code = ward.new_patient(AMINA, SOON)
    ward.text(CLINIC, f"SEEN {code} 2", f"SEEN {code} 1")
    ward.service.drain()
    assert ward.outcome(code) == "treated"
    assert [said[13:30] for said in ward.received(AMINA)[-2:]] == ["Seen, sent on. Re", "Seen and treated."]


@pytest.mark.parametrize(("failing", "other"), [(CLINIC, HOSPITAL), (HOSPITAL, CLINIC)])
def test_one_that_fails_stays_holds_up_only_her_own_later_ones_and_is_tried_again(
    ward: Ward, failing: str, other: str
) -> None:
    first, second = ward.new_patient(AMINA, SOON), ward.new_patient(AMINA, SOON)
    ward.text(failing, f"SEEN {first} 1", f"SEEN {second} 1")
    ward.text(other, f"SEEN {second} 2")
    ward.drain_failing(lambda effect: getattr(effect, "code", "") == first)
    assert (ward.outcome(first), ward.outcome(second)) == ("", "referred")
    assert ward.told(failing, "Noted for") == 2, "messages leave all the same"
    ward.time.at += 60
    ward.settle()
    assert (ward.outcome(first), ward.outcome(second)) == ("treated", "treated")
    assert ward.service.store.effects.waiting() == 0


def test_an_effect_is_never_too_late(ward: Ward) -> None:
    code = ward.new_patient(AMINA, SOON)
    ward.text(AMINA, f"SEEN {code} 6")
    ward.time.at += 40 * DAY
    ward.service.drain()
    assert ward.received(AMINA) == [], "replies are"
    assert ward.told(CHIEF, f"{spaced(code)}, patient of ") == 1


def test_an_outcome_that_comes_late_does_not_undo_a_newer_one(ward: Ward) -> None:
    code = ward.new_patient(AMINA, SOON)
    ward.text(CLINIC, f"SEEN {code} 1")
    ward.time.at += 60
    ward.text(AMINA, f"SEEN {code} 6")
    ward.service.drain()
    assert ward.outcome(code) == "died"
    assert ward.told(AMINA, "Reported by") == 1


def test_delete_keeps_what_is_about_others_and_drops_a_wish_of_her_own(ward: Ward) -> None:
    code = ward.new_patient(AMINA, SOON)
    ward.service.registry.invite("12345678", Chw("chw", "", "", "East", CHIEF))
    ward.text(AMINA, f"SEEN {code} 6", "DELETE")
    ward.text(STRANGER, "JOIN 12345678 Dora", "DELETE")
    ward.service.drain()
    assert ward.told(CHIEF, f"{spaced(code)}, patient of ") == 1
    assert STRANGER not in [number for number, _, _ in ward.service.registry.chws()]


def test_a_woman_who_was_given_over_and_back_is_where_she_was(ward: Ward) -> None:
    code = ward.new_patient(AMINA, EMERGENCY)
    before = ward.patient(code)
    assert hand_over(ward.service, AMINA, BARAKA) == 1
    assert ward.patient(code) == replace(before, owner=ward.service.vault.person(BARAKA))
    assert not ward.service.patients.keep(before, NOBODY), "her number is not given to anybody else"
    assert hand_over(ward.service, BARAKA, AMINA) == 1
    assert (ward.patient(code), ward.listed(AMINA), ward.listed(BARAKA)) == (before, [code], [])


def test_a_handover_back_before_the_first_has_ended_leaves_her_with_one_of_the_two(ward: Ward) -> None:
    code = ward.new_patient(AMINA, EMERGENCY)
    ward.service.drain()
    for died in ward.killed_at_every_step(lambda service: hand_over(service, AMINA, BARAKA)):
        hand_over(ward.service, BARAKA, AMINA)
        ward.settle()
        ward.time.at += 60
        ward.settle()
        assert sorted([ward.listed(AMINA), ward.listed(BARAKA)]) == [[], [code]], died
        ward.text(CLINIC, f"SEEN {code} 1")
        ward.settle()
        assert ward.outcome(code) == "treated", died
        assert ward.service.store.effects.waiting() == 0, died


# An enrolment finds a woman as she is.


def enrolled(ward: Ward, *before: str) -> None:
    """A woman who texted before is given by her health worker as a patient who wants to be asked."""
    ward.text(STRANGER, *before)
    ward.new_patient(AMINA, EMERGENCY)
    ward.text(AMINA, "menu", "3", "1", "4", STRANGER)
    ward.service.drain()


AGREES = ("hi", "1", "5", "1", "3", "1", "1", "7", "7", "3", "1", "1234")


def test_who_has_check_ins_of_her_own_keeps_them(ward: Ward) -> None:
    ward.text(STRANGER, *AGREES)
    id = ward.service.vault.person(STRANGER)
    before = ward.service.store.load(id).person
    enrolled(ward)
    assert ward.service.store.load(id).person == before


def test_who_wants_no_texts_gets_none(ward: Ward) -> None:
    enrolled(ward, *AGREES, "STOP")
    person = ward.service.store.load(ward.service.vault.person(STRANGER)).person
    assert person.opted_out
    assert person.case is not None
    assert person.case.plan is None


def test_what_she_told_and_chose_herself_stays_hers(ward: Ward) -> None:
    id = ward.service.vault.person(STRANGER)
    ward.text(STRANGER, *AGREES, "STOP", "START", "1", "5", "1", "3")
    before = ward.service.store.load(id).person
    assert before.case is not None
    due = ward.service.store.next_due()
    enrolled(ward)
    after = ward.service.store.load(id).person
    assert after.case is not None
    assert after.case.plan is not None
    assert replace(after, case=replace(after.case, plan=None, time="", patient="")) == before
    assert (before.case.pin, due) == ("1234", ward.service.store.next_due()), "she is told what she is owed, too"
