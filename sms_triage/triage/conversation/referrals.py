"""Sending a patient to be seen: her result and slip, that her health worker acts on it, and what came of it."""

from dataclasses import replace

from sms_triage.events import Acknowledged, OutcomeTold, PhoneNoted, StrangerReported
from sms_triage.triage.content.model import Rule
from sms_triage.triage.content.question_ids import OUTCOME
from sms_triage.triage.conversation.episodes import episode_of
from sms_triage.triage.conversation.standing import answered, facts
from sms_triage.triage.conversation.talk import Next, Talk, home
from sms_triage.triage.conversation.turn import Reply, Turn
from sms_triage.triage.people.chw import Desk
from sms_triage.triage.people.codes import SERIAL_DIGITS, is_sound, spaced
from sms_triage.triage.people.effects import Enrol, Notify, OutcomeReported
from sms_triage.triage.people.referral import Patient, refer, with_outcome
from sms_triage.triage.people.session import Session
from sms_triage.triage.understanding.words import normal

CODE_DIGITS = SERIAL_DIGITS + 3
DIED = "died"
OUTCOMES = ("treated", "referred", "did_not_go", "moved", "refuses", DIED)
"""What may come of a referral. What each leads to, but for a death, the content says."""

NUMBER_LETTERS = (8, 16)
"""How short and how long a telephone number in international form is, with its plus."""


def desk_of(talk: Talk) -> Desk:
    assert talk.person.desk is not None
    return talk.person.desk


def patient_of(talk: Talk, code: str) -> Patient | None:
    """The health worker's own patient of this number."""
    return desk_of(talk).patient(code) if talk.person.desk else None


def noted(talk: Talk, session: Session, rule: Rule) -> Next:
    """A patient's result: she is referred. What is said besides it: why; and, in a message of its own since it is for
    others, a slip to forward."""
    patient = talk.patient or patient_of(talk, session.patient)
    locale = talk.about(session)
    if patient is None:
        # She was handed over meanwhile.
        return Next(talk, session, first=(Reply(locale.phrase("unknown_patient", {}, code=spaced(session.patient))),))
    known = facts(locale, session)
    case = patient.case.with_episode(episode_of(talk, session, rule), session.episode)
    case = replace(case, answers=answered(locale, session), topic=session.topic)
    referral = patient.referral
    if session.episode is None or referral is None or referral.disposition != rule.at_least.id:
        # Not the same result shown once more: she is referred (anew).
        referral = refer(locale.caseload, rule.at_least.id, talk.now)
    patient = replace(patient, case=case, referral=referral)
    deciding = [
        locale.label(atom.finding, known[atom.finding])
        for clause in rule.when.clauses
        for atom in clause
        if atom.holds(known)
    ]
    why = Reply(locale.phrase("why", {}, signs=", ".join(deciding)) if deciding else "")
    session = replace(session, episode=talk.now)
    return Next(replace(talk, patient=patient), session, first=(why, Reply(slip(talk, patient))))


def must_confirm(talk: Talk, session: Session) -> bool:
    """Whether her health worker has yet to confirm that she acts on a patient's result."""
    patient = talk.patient or (patient_of(talk, session.patient) if session.patient else None)
    return patient is not None and patient.referral is not None and patient.referral.confirm_by is not None


def acknowledge(talk: Talk, session: Session, _: str) -> Next | Turn:
    """She confirms that she acts on an urgent result."""
    patient = patient_of(talk, session.patient)
    if patient is None or patient.referral is None:
        return home(talk)
    talk = replace(
        talk, patient=replace(patient, referral=replace(patient.referral, acknowledged=True, confirm_by=None))
    )
    session = talk.shown(replace(session, offered=(), misses=0))
    return talk.aside(session, talk.locale.phrase("acknowledged", {}), events=(Acknowledged(),))


def slip(talk: Talk, patient: Patient) -> str:
    """A referral slip: her number, how soon, why she comes, who sends her. No name, and nothing that is private."""
    last, locale = patient.case.episodes[-1], talk.locales.of(talk.person.language, "sms", patient.case.topic)
    labels = locale.public_labels
    signs = [labels[name].helper for name in (last.amount, *last.signs) if name in labels]
    return locale.plain(
        locale.phrase(
            "slip",
            {},
            code=spaced(patient.code),
            urgency=locale.phrase(f"urgency_{last.disposition}", {}),
            signs=", ".join(signs) or "-",
            chw=talk.person.chw.code if talk.person.chw else "",
            date=f"{talk.person.calendar.local(last.at):%d/%m}",
        )
    )


def report_outcome(talk: Talk, code: str, outcome: str) -> Turn:
    """What came of a referral: it is closed, or its visit stays due. Of another's patient her health worker is told."""
    desk, locale, chw = desk_of(talk), talk.locale, talk.person.chw
    own = desk.patient(code)
    patient = own or desk.referred(code)
    if patient is None or patient.referral is None:
        return talk.close(locale.phrase("unknown_patient", {}, code=spaced(code)), OutcomeTold("unknown"))
    by = chw.code if chw else ""
    if own is None:
        talk = talk.doing(OutcomeReported(code, outcome, talk.now, by))
    else:
        talk = replace(talk, patient=with_outcome(locale.caseload, patient, outcome, talk.now))
    if outcome == DIED and chw and chw.supervisor:
        names = {"code": spaced(code), "chw": by}
        talk = talk.doing(Notify("notify_died", names, number=chw.supervisor, urgent=True))
    label = next(option.label.own for option in locale.questions[OUTCOME].options if option.value == outcome)
    said = locale.phrase("outcome_noted", {}, code=spaced(code), outcome=label)
    return talk.close(locale.plain(said), OutcomeTold(outcome))


def seen(talk: Talk, words: list[str]) -> Next | Turn:
    """``SEEN 031 000 003 1``: a referral and what came of it, from a facility or a health worker."""
    locale = talk.locale
    if talk.person.chw is None:
        return talk.close(locale.phrase("seen_help", {}), StrangerReported())
    digits = "".join(word for word in words if word.isdecimal())
    code, outcome = digits[:CODE_DIGITS], digits[CODE_DIGITS:]
    if not is_sound(code) or desk_of(talk).referred(code) is None:
        return talk.close(locale.phrase("unknown_patient", {}, code=spaced(code) or "-"), OutcomeTold("unknown"))
    options = locale.questions[OUTCOME].options
    if outcome.isdecimal() and 1 <= int(outcome) <= len(options):
        return report_outcome(talk, code, options[int(outcome) - 1].value)
    return Next(talk, replace(talk.fresh(), asking=OUTCOME, patient=code))


def hear_phone(talk: Talk, session: Session, text: str) -> Turn:
    """A patient's own number: check-ins go there, neutral as to everybody, and she can stop them."""
    number = "+" + "".join(filter(str.isdecimal, normal(text)))
    patient = patient_of(talk, session.patient)
    shortest, longest = NUMBER_LETTERS
    if patient is None or not shortest <= len(number) <= longest or not patient.case.episodes:
        return talk.say(session, talk.locale.phrase("phone_unclear", {}))
    return talk.doing(Enrol(number, patient.code)).close(talk.locale.phrase("phone_noted", {}), PhoneNoted())
