"""The regular work: who fell silent, who is due for a check-in, which urgent referral nobody confirmed, and what
supervisors hear once a week."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from redis.exceptions import RedisError

from sms_triage.gateways.base import Gateway, Inbound
from sms_triage.keys import keys_of, week_told
from sms_triage.logs import log_error
from sms_triage.settings import Settings
from sms_triage.storage.chws import Registry
from sms_triage.storage.entry import Unreadable
from sms_triage.storage.messages import AWAKE_SECONDS
from sms_triage.storage.people import Store
from sms_triage.storage.snapshot import Address
from sms_triage.storage.step import Step
from sms_triage.triage.conversation.engine import check_in, fall_silent
from sms_triage.triage.conversation.turn import Turn
from sms_triage.triage.people.case import DAY
from sms_triage.triage.people.codes import spaced
from sms_triage.triage.people.effects import Notify
from sms_triage.triage.people.referral import Patient, Referral
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.locale import Locales

WEEKLY = (0, 9)
"""The weekly text leaves on Monday after nine, on the deployment's clock."""

SET_ASIDE_SECONDS = 3600
"""After how long something that failed for one person is tried again."""

WEEK_SECONDS = 8 * 24 * 3600
"""How long it is remembered that a week's text was sent."""


@dataclass(frozen=True)
class Sweeper:
    """Everything that no text leads to. Each thing is done once, however many sweep: what was told is noted in the step
    that tells it."""

    settings: Settings
    store: Store
    registry: Registry
    locales: Locales
    gateways: Mapping[str, Gateway]
    placed: Callable[[Person, str, str], Person]
    wake: Callable[[], None]

    def sweep(self, now: float, seconds: float) -> int:
        """Returns how many people were told something. `seconds` are those until the next sweep: as many check-ins are
        taken as can leave in them."""
        told = sum(self._each("silence", self.tell_silent, id, now) for id in self.store.silent_people(now))
        most = max(1, int(self.settings.rate(self.settings.sender) * seconds))
        told += sum(self._each("check-in", self._check_in, id, now) for id in self.store.due_followups(now, most))
        for chw, code in self.store.patients.unconfirmed(now):
            try:
                self._escalate(chw, code, now)
            except RedisError:
                raise
            except Exception as error:
                log_error("one referral cannot be escalated; it is tried again later", error)
                self.store.patients.postpone_confirmation(chw, code, now + SET_ASIDE_SECONDS, type(error).__name__)
        try:
            self._weekly(now)
        except RedisError:
            raise
        except Exception as error:
            log_error("the weekly text failed", error)
        if self.store.messages.waiting(now)[0] or self.store.effects.waiting():
            self.wake()
        return told

    def _each(self, what: str, do: Callable[[str, float], bool], id: str, now: float) -> bool:
        """One person's part of the regular work. What fails is hers alone, and is tried again later."""
        try:
            return do(id, now)
        except RedisError:
            raise
        except Exception as error:
            log_error(f"one person's {what} failed; it is tried again later", error)
            self.store.postpone(id, now + SET_ASIDE_SECONDS, what, type(error).__name__)
            return False

    def tell_silent(self, id: str, now: float, hung_up: bool = False) -> bool:
        """Tells somebody what she is owed, if she has been silent long enough. Returns whether something is sent."""
        return self._unasked(id, now, "session", lambda person: fall_silent(self.locales, person, now, hung_up))

    def _check_in(self, id: str, now: float) -> bool:
        return self._unasked(id, now, "case", lambda person: check_in(self.locales, person, now))

    def _unasked(self, id: str, now: float, needs: str, turn_of: Callable[[Person], Turn]) -> bool:
        """A turn that no text led to. Raises :class:`Unreadable` if what it needs to know of her cannot be read."""
        known = self.store.load(id)
        if known.unreadable.keys() & {"number", needs}:
            raise Unreadable(needs)
        if known.number is None or known.address is None:
            self.store.forget(known)
            return False
        # The version makes it once per state of the conversation, however many sweepers there are.
        message_id = f"unasked-{id}-{known.version}"
        inbound = Inbound(known.address.gateway, message_id, known.number, known.address.sender, "")
        turn = turn_of(self.placed(known.person, known.number, id))
        status, wake = self.store.commit(known, inbound, turn, now, unasked=True)
        if wake:
            self.wake()
        return status == "ok" and bool(turn.replies)

    @property
    def _address(self) -> Address:
        """Where a message leaves that answers nobody."""
        return Address(next(iter(self.gateways)), self.settings.sender)

    def _escalate(self, owner: str, code: str, now: float) -> None:
        """An urgent referral was not confirmed in time: the supervisor is told, and after as long again the facilities
        of the area. That they were told is noted in the same step."""
        patients = self.store.patients
        was = patients.patient(owner, code)
        referral = was.patient.referral if was.patient else None
        if was.sealed and was.patient is None:
            raise Unreadable("patient")
        if was.patient is None or referral is None or referral.confirm_by is None:
            patients.drop_confirmation(owner, code, was)
            return
        if referral.confirm_by > now:
            return  # another sweep was here in this instant
        step = Step()
        patients.write(step, self._told(was.patient, referral, now), was)
        if notification := self._alert(owner, code, referral):
            self.store.effects.append(step, owner, notification, self._address, now)
            step.wake(keys_of(owner).awake, AWAKE_SECONDS)
        if self.store.database.run(step).wake:
            self.wake()

    def _told(self, patient: Patient, referral: Referral, now: float) -> Patient:
        """The patient once somebody more was told that nobody acts; the second time was the last."""
        minutes = self.locales.of("", "sms").caseload.acknowledge_minutes[referral.disposition]
        later = now + minutes * 60 if referral.told == 0 else None
        return replace(patient, referral=replace(referral, told=referral.told + 1, confirm_by=later))

    def _alert(self, owner: str, code: str, referral: Referral) -> Notify | None:
        """Who is told that an urgent referral was not confirmed; None if there is nobody."""
        chw = self.store.load(owner).person.chw
        names = {"chw": chw.code if chw else "-", "code": spaced(code), "urgency": referral.disposition}
        alert = Notify("notify_unacknowledged", names, urgent=True)
        if referral.told == 0 and chw and chw.supervisor:
            return replace(alert, number=chw.supervisor)
        return replace(alert, area=chw.area) if chw and chw.area else None

    def _weekly(self, now: float) -> None:
        """Every supervisor is told once a week what visits are overdue."""
        local = datetime.fromtimestamp(now, ZoneInfo(self.settings.timezone))
        week = f"{local:%G-%V}"
        if (local.weekday(), local.hour) < WEEKLY or local.weekday() != WEEKLY[0]:
            return
        redis = self.store.redis
        if redis.exists(week_told(week)):
            return
        chws = {self.store.vault.person(number): chw for number, chw, _ in self.registry.chws() if chw.supervisor}
        overdue: dict[str, list[str]] = {}
        for id, late in self.store.patients.overdue(list(chws), now - DAY).items():
            if late:
                overdue.setdefault(chws[id].supervisor, []).append(f"{chws[id].code} {late}")
        for supervisor, lines in overdue.items():
            id = self.store.vault.person(supervisor)
            step = Step()
            step.expect_absent("told", keys_of(id).weekly(week, id))
            step.mark(keys_of(id).weekly(week, id), WEEK_SECONDS)
            notification = Notify("notify_weekly", {"list": ", ".join(lines)}, number=supervisor)
            self.store.effects.append(step, id, notification, self._address, now)
            self.store.database.run(step)
        redis.set(week_told(week), "", ex=WEEK_SECONDS)
