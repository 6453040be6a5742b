"""A community health worker's patients: whom a conversation is for, her number, finding her again, the shorthand."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from sms_triage import text as sms
from sms_triage.events import (
    AlarmHeard,
    Began,
    ConsentRefused,
    PatientBegun,
    PatientsListed,
    ShorthandRead,
    SlipShown,
    VisitsListed,
)
from sms_triage.triage.content.question_ids import (
    CONFIRM,
    CONSENT,
    FIND,
    HOME,
    LABEL,
    OUTCOME,
    PATIENT,
    PHONE,
    THIS_PATIENT,
)
from sms_triage.triage.conversation import referrals
from sms_triage.triage.conversation.guidance import guidance_of
from sms_triage.triage.conversation.referrals import desk_of, patient_of
from sms_triage.triage.conversation.standing import certain
from sms_triage.triage.conversation.talk import Handlers, Next, Talk, asking, home
from sms_triage.triage.conversation.turn import Reply, Turn, priority_of
from sms_triage.triage.people.codes import is_sound, near, spaced
from sms_triage.triage.people.referral import Patient
from sms_triage.triage.people.session import Session, Told, answers
from sms_triage.triage.understanding import shorthand
from sms_triage.triage.understanding.alarms import Alarm
from sms_triage.triage.understanding.words import normal

PAGE = 6
"""Patients listed at once; the number after them is for more."""

LABEL_LETTERS = 20
LEAST_NEAR_DIGITS = 6
"""Digits of a mistyped number from which it is told whose it may be."""


def _patients(talk: Talk, session: Session, _: str) -> Turn:
    """Her patients, the most urgent and newest first."""
    return _listed(talk, session, "patients", 0)


def _due(talk: Talk, session: Session, _: str) -> Turn:
    """Those a visit is due to, the longest due first."""
    return _listed(talk, session, "due", 0)


def _myself(talk: Talk, session: Session, _: str) -> Next:
    fresh = talk.fresh()
    who = talk.about(fresh).content.said_to(helper=False) if fresh.topic else ()
    return Next(talk, replace(fresh, told=answers(*who)), events=(Began(),))


def _refuses(talk: Talk, session: Session, _: str) -> Turn:
    return talk.close(talk.locale.phrase("refused", {}), ConsentRefused())


def _without_label(talk: Talk, session: Session, _: str) -> Next:
    return new_patient(talk, session, "")


def _check(talk: Talk, session: Session, _: str) -> Next:
    """Another triage of a patient."""
    patient = patient_of(talk, session.patient)
    return _triage(talk, session, patient) if patient else home(talk)


def _slip(talk: Talk, session: Session, _: str) -> Next | Turn:
    patient = patient_of(talk, session.patient)
    if patient is None or not patient.case.episodes:
        return home(talk)
    return talk.close(referrals.slip(talk, patient), SlipShown())


def _outcome(talk: Talk, session: Session, outcome: str) -> Turn:
    return referrals.report_outcome(talk, session.patient, outcome)


def _wrong(talk: Talk, session: Session, _: str) -> Next:
    """What was read back of a shorthand is wrong."""
    return home(talk)


def danger_of(
    talk: Talk, session: Session, code: str, alarms: tuple[Alarm, ...], values: Mapping[str, str]
) -> Next | Turn:
    """A danger of a patient who is named by her number: what to do at once, in the words for who helps; then whether it
    is she, before it is noted of her."""
    patient, told = patient_of(talk, code), talk.fresh()
    locale = talk.about(told)
    guidance = guidance_of(talk, told.topic, alarms, locale.content.answers_of(helper=True))
    events = tuple(AlarmHeard(alarm.id) for alarm in alarms)
    if patient is None:
        unknown = Reply(talk.locale.phrase("unknown_patient", {}, code=spaced(code)))
        return Next(talk, session, first=(*guidance, unknown), events=events)
    stated = Told(
        "", {**values, **certain(locale, [alarm.id for alarm in alarms])}, tuple(alarm.id for alarm in alarms)
    )
    then = f"{code} {msgspec.json.encode(stated).decode()}"
    asking_her = replace(session, asking=THIS_PATIENT, then=then, misses=0)
    question = talk.locale.phrase("is_this", {}, code=spaced(code))
    return Next(talk, asking_her, before=question, first=tuple(guidance), events=events)


def _it_is_she(talk: Talk, session: Session, _: str) -> Next:
    code, _, stated = session.then.partition(" ")
    patient = patient_of(talk, code)
    if patient is None:
        return home(talk)
    coming = _triage(talk, replace(session, told=(), then=""), patient)
    return replace(coming, session=coming.session.telling(msgspec.json.decode(stated, type=Told)))


def _it_is_not_she(talk: Talk, session: Session, _: str) -> Next:
    return Next(talk, replace(session, then="")) if session.told else home(talk)


def about_named(talk: Talk, session: Session, _: str) -> Next | Turn:
    """What there is to do about the patient whose number was sent."""
    return _select(talk, session, session.then)


HANDLERS: Handlers = {
    THIS_PATIENT: {"yes_her": _it_is_she, "not_her": _it_is_not_she},
    HOME: {
        "new": asking(CONSENT), "due": _due, "patients": _patients, "find": asking(FIND), "myself": _myself,
    },
    CONSENT: {"agrees": asking(LABEL), "refuses": _refuses},
    LABEL: {"none": _without_label},
    CONFIRM: {"right": _without_label, "wrong": _wrong},
    PATIENT: {"check": _check, "outcome": asking(OUTCOME), "slip": _slip, "phone": asking(PHONE)},
    OUTCOME: dict.fromkeys(referrals.OUTCOMES, _outcome),
}  # fmt: skip


def new_patient(talk: Talk, session: Session, label: str) -> Next:
    """She agreed: she has a number from now on, and the questions begin (or go on after a shorthand)."""
    patient = Patient(desk_of(talk).new_code(), "", talk.now, " ".join(label.split())[:LABEL_LETTERS])
    return _triage(talk, session, patient)


def _triage(talk: Talk, session: Session, patient: Patient) -> Next:
    """The questions about a patient, with what a shorthand told of her."""
    told = talk.about(session)
    who = told.content.said_to(helper=True)
    rest = tuple(entry for entry in session.told if entry.question not in dict(who))
    fresh = talk.fresh(session.topic if session.told else "")
    counted = talk.counted(patient.case, fresh.topic) if fresh.topic else ""
    fresh = replace(fresh, told=(*answers(*who), *rest) if fresh.topic else (), patient=patient.code, counted=counted)
    number = Reply(talk.locale.phrase("patient_number", {}, code=spaced(patient.code)))
    first = () if patient.case.episodes else (number,)
    return Next(replace(talk, patient=patient), fresh, events=(PatientBegun(),), first=first)


def found(talk: Talk, session: Session, text: str) -> Next | Turn:
    """A patient's number, or her place in the list that was shown."""
    digits = "".join(filter(str.isdecimal, normal(text)))
    place_in, _, shown = session.then.partition(":")
    codes = shown.split(",") if shown else []
    if len(digits) == 1 and codes:
        place = int(digits)
        if 1 <= place <= len(codes):
            return _select(talk, session, codes[place - 1])
        if place == len(codes) + 1 == PAGE + 1:
            which, start = place_in.split()
            return _listed(talk, session, which, int(start) + PAGE)
    if is_sound(digits):
        return _select(talk, session, digits)
    candidates = near(digits, desk_of(talk).codes()) if len(digits) >= LEAST_NEAR_DIGITS else []
    if candidates:
        head = talk.locale.phrase("did_you_mean", {}, code=spaced(digits))
        return _choice(talk, session, candidates, "", more=False, head=head)
    return _unknown(talk, session, spaced(digits) or normal(text)[:LABEL_LETTERS])


def _unknown(talk: Talk, session: Session, code: str) -> Turn:
    words = f"{talk.locale.phrase('unknown_patient', {}, code=code)}\n{talk.locale.phrase('find', {})}"
    return talk.say(talk.shown(replace(session, then="", asking=FIND)), words)


def _select(talk: Talk, session: Session, code: str) -> Next | Turn:
    patient = patient_of(talk, code)
    if patient is None:
        return _unknown(talk, session, spaced(code))
    return Next(talk, replace(session, asking=PATIENT, patient=code, then=""), before=_line(talk, patient))


def _listed(talk: Talk, session: Session, which: str, start: int) -> Turn:
    codes = list(desk_of(talk).due(talk.now) if which == "due" else desk_of(talk).codes())
    if not codes:
        nobody, event = ("none_due", VisitsListed()) if which == "due" else ("no_patients", PatientsListed())
        return talk.close(talk.locale.phrase(nobody, {}), event)
    if start >= len(codes):
        start = 0
    more = len(codes) > start + PAGE
    return _choice(talk, session, codes[start : start + PAGE], f"{which} {start}", more=more)


def _choice(talk: Talk, session: Session, codes: list[str], place: str, *, more: bool, head: str = "") -> Turn:
    patients = [patient for code in codes if (patient := patient_of(talk, code))]
    lines = [f"{number} {_line(talk, patient)}" for number, patient in enumerate(patients, 1)]
    if more:
        lines.append(f"{PAGE + 1} {talk.locale.phrase('more_patients', {})}")
    words = sms.plain("\n".join(filter(None, [head, *lines, talk.locale.phrase("find", {})])))
    session = replace(session, asking=FIND, then=f"{place}:{','.join(patient.code for patient in patients)}")
    return talk.say(talk.shown(session), words, events=(PatientsListed(),))


def _line(talk: Talk, patient: Patient) -> str:
    """A patient as a health worker tells her from others."""
    last = patient.case.episodes[-1] if patient.case.episodes else None
    at = talk.person.calendar.local(last.at if last else patient.agreed_at)
    urgency = talk.locale.phrase(f"urgency_{last.disposition}", {}) if last else ""
    return " ".join(filter(None, [spaced(patient.code), patient.label, urgency, f"{at:%d/%m}"]))


def in_shorthand(talk: Talk, text: str) -> Next:
    """A triage in one SMS, about the first topic whose letters it is in: it is read back, with the guidance first if it
    is an emergency."""
    unclear: list[str] = []
    for topic in talk.locales.topics:
        locale = talk.locales.of(talk.person.language, talk.channel, topic)
        try:
            told = shorthand.read(text, locale.content.shorthand, locale.content)
        except shorthand.Unclear as error:
            unclear.append(str(error))
            continue
        who = locale.content.said_to(helper=True)
        session = replace(talk.fresh(topic), told=answers(*who, *told), asking=CONFIRM)
        rule = locale.content.leading_rule(session.known)
        guidance = Reply(locale.say(rule.at_least.text, session.known), priority_of(rule))
        return Next(talk, session, events=(ShorthandRead(),), first=(guidance,) if rule.at_least.rank == 0 else ())
    locale = talk.locale
    example = shorthand.write(locale.content.baseline(), locale.content.shorthand, locale.content)
    return home(talk, before=locale.phrase("shorthand_unclear", {}, part=unclear[0], example=example))


def echo(talk: Talk, session: Session) -> str:
    """What was told in a shorthand, item by item."""
    locale = talk.about(session)
    lines = []
    for entry in session.told:
        id, values = entry.question, entry.values
        letter = locale.content.shorthand.get(id)
        if letter is None:
            continue
        question = locale.content.question(id)
        told = [o.label.helper for o in question.options if values.get(o.finding) == o.value]
        if not told and question.none:
            told = [question.none.helper]
        lines.append(f"{letter} {', '.join(told)}")
    return sms.plain("\n".join(lines))
