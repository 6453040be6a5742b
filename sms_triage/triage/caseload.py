"""A community health worker's patients: whom a conversation is for, her number, her result and slip, finding her again.

Each function takes the conversation it is part of and gives the turn.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from sms_triage import text as sms
from sms_triage.triage import shorthand
from sms_triage.triage.aftercare import signs_in
from sms_triage.triage.case import Episode
from sms_triage.triage.content import Option, Rule
from sms_triage.triage.face import CONFIRM, CONSENT, FIND, HOME, LABEL, OUTCOME, PATIENT, PHONE
from sms_triage.triage.session import Session
from sms_triage.triage.standing import facts
from sms_triage.triage.turn import Reply, Turn, lane_of
from sms_triage.triage.words import normal
from sms_triage.triage.worker import SERIAL_DIGITS, Desk, Enrolment, Letter, Patient, is_sound, near, spaced

if TYPE_CHECKING:
    from sms_triage.triage.conversation import Conversation

PAGE = 6
"""Patients listed at once; the number after them is for more."""

LABEL_LETTERS = 20
FOR_PATIENT = ("for_whom", {"for_whom": "patient"})
OWN = (HOME, CONSENT, LABEL, PATIENT, CONFIRM, OUTCOME)
CODE_DIGITS = SERIAL_DIGITS + 3


def home(talk: "Conversation", before: str = "") -> Turn:
    """The first screen of a worker."""
    return talk.ask(replace(talk.fresh(), asking=HOME), before=before, event="home")


NEXT = {"new": CONSENT, "find": FIND, "agrees": LABEL, "outcome": OUTCOME, "phone": PHONE}
"""What is asked after an answer that leads to another question."""


def chosen(talk: "Conversation", session: Session, option: Option) -> Turn:
    """An answer to a question about patients."""
    if option.finding == OUTCOME:
        return report_outcome(talk, session.patient, option.value)
    if option.value in NEXT:
        return talk.ask(replace(session, asking=NEXT[option.value], then=""))
    match option.value:
        case "patients" | "due":
            return listed(talk, session, option.value, 0)
        case "myself":
            return talk.ask(replace(talk.fresh(), answers=(("for_whom", {"for_whom": "self"}),)), event="start")
        case "refuses":
            return talk.close(talk.face.phrase("refused", {}), "consent:refused")
        case "none" | "right":
            return begin(talk, session, "")
        case "check":
            return _triage(talk, session, _patient(talk, session.patient))
        case "slip":
            return slip_again(talk, session)
    return home(talk)


def begin(talk: "Conversation", session: Session, label: str) -> Turn:
    """She agreed: she has a number from now on, and the questions begin (or go on after a shorthand)."""
    desk = _desk(talk)
    patient = Patient(desk.new_code(), "", talk.now, " ".join(label.split())[:LABEL_LETTERS])
    told = tuple(entry for entry in session.answers if entry[0] != FOR_PATIENT[0])
    return _triage(talk, replace(session, answers=told), patient)


def _triage(talk: "Conversation", session: Session, patient: Patient | None) -> Turn:
    if patient is None:
        return home(talk)
    recurrence = talk.face.protocol.recurrence
    counted = recurrence.frequency(patient.case, talk.now) if patient.case.episodes else None
    answers = (FOR_PATIENT, *session.answers)
    fresh = replace(talk.fresh(), answers=answers, patient=patient.code, counted=counted or "")
    number = Reply(talk.face.phrase("patient_number", {}, code=spaced(patient.code)))
    talk.patient = patient
    turn = talk.ask(fresh, event="patient")
    return turn if patient.case.episodes else replace(turn, replies=(number, *turn.replies))


def result(talk: "Conversation", session: Session, rule: Rule) -> tuple[Reply, ...]:
    """What is said besides the result: why; and, in a message of its own since it is for others, a slip to forward. The
    patient is noted."""
    patient = talk.patient or _patient(talk, session.patient)
    if patient is None:
        return ()
    known = facts(talk.face, session)
    counts = talk.face.protocol.recurrence.counts
    episode = Episode(
        at=talk.now,
        amount=known.get("amount", ""),
        signs=signs_in(talk.face, known),
        times=counts.get(session.known.get("frequency", ""), 1),
        disposition=rule.at_least.id,
    )
    case = replace(patient.case.with_episode(episode, session.episode), answers=session.answers)
    referral = patient.referral
    if session.episode is None or referral is None or referral.disposition != rule.at_least.id:
        # Not the same result shown once more: she is referred (anew).
        referral = talk.face.caseload.refer(rule.at_least.id, talk.now)
    talk.patient = replace(patient, case=case, referral=referral)
    deciding = [
        talk.face.label(atom.finding, known[atom.finding])
        for clause in rule.when.clauses
        for atom in clause
        if atom.holds(known)
    ]
    why = talk.face.phrase("why", {}, signs=", ".join(deciding)) if deciding else ""
    act = talk.face.phrase("acknowledge", {}) if referral.confirm_by else ""
    to_worker = "\n".join(filter(None, [why, act]))
    return tuple(Reply(words) for words in (to_worker, slip(talk, talk.patient)) if words)


def acknowledge(talk: "Conversation", session: Session) -> Turn:
    """She confirms that she acts on an urgent result."""
    patient = _patient(talk, session.patient)
    if patient is None or patient.referral is None:
        return home(talk)
    talk.patient = replace(patient, referral=replace(patient.referral, acknowledged=True, confirm_by=None))
    return talk.turn(session, talk.face.phrase("acknowledged", {}), events=("acknowledged",))


def report_outcome(talk: "Conversation", code: str, outcome: str) -> Turn:
    """What came of a referral: it is closed, or its visit stays due. Her worker is told if somebody else reports."""
    desk, face = _desk(talk), talk.face
    own = desk.patient(code)
    patient = own or desk.referred(code)
    if patient is None or patient.referral is None:
        return talk.close(face.phrase("unknown_patient", {}, code=spaced(code)), "outcome:unknown")
    talk.patient = replace(patient, referral=face.caseload.reported(patient.referral, outcome, talk.now))
    if outcome in ("treated", "referred"):
        talk.patient = replace(talk.patient, case=replace(talk.patient.case, seen_at=talk.now))
    worker = talk.person.worker
    names = {"code": spaced(code), "outcome": f"outcome:{outcome}", "worker": worker.code if worker else ""}
    if own is None:
        talk.letters += (Letter("letter_outcome", names, patient=code),)
    if outcome == "died" and worker and worker.supervisor:
        talk.letters += (Letter("letter_died", names, number=worker.supervisor, urgent=True),)
    label = next(option.label.self for option in face.questions[OUTCOME].options if option.value == outcome)
    said = face.phrase("outcome_noted", {}, code=spaced(code), outcome=label)
    return talk.close(face.plain(said), f"outcome:{outcome}")


def seen(talk: "Conversation", words: list[str]) -> Turn:
    """``SEEN 031 000 003 1``: a referral and what came of it, from a facility or a worker."""
    face = talk.face
    if talk.person.worker is None:
        return talk.close(face.phrase("seen_help", {}), "seen:unregistered")
    digits = "".join(word for word in words if word.isdecimal())
    code, outcome = digits[:CODE_DIGITS], digits[CODE_DIGITS:]
    if not is_sound(code) or _desk(talk).referred(code) is None:
        return talk.close(face.phrase("unknown_patient", {}, code=spaced(code) or "-"), "outcome:unknown")
    options = face.questions[OUTCOME].options
    if outcome.isdecimal() and 1 <= int(outcome) <= len(options):
        return report_outcome(talk, code, options[int(outcome) - 1].value)
    return talk.ask(replace(talk.fresh(), asking=OUTCOME, patient=code))


def hear_phone(talk: "Conversation", session: Session, text: str) -> Turn:
    """A patient's own number: check-ins go there, neutral as to everybody, and she can stop them."""
    number = "+" + "".join(filter(str.isdecimal, normal(text)))
    patient = _patient(talk, session.patient)
    if patient is None or not 8 <= len(number) <= 16 or not patient.case.episodes:
        return talk.turn(session, talk.face.phrase("phone_unclear", {}))
    talk.enrolment = Enrolment(number, patient)
    return talk.close(talk.face.phrase("phone_noted", {}), "phone")


def slip(talk: "Conversation", patient: Patient) -> str:
    """A referral slip: her number, how soon, why she comes, who sends her. No name, and nothing that is private."""
    last = patient.case.episodes[-1]
    face = talk.face
    signs = [face.label("amount", last.amount)] if last.amount else []
    signs += [face.label(sign, "yes") for sign in last.signs if sign not in face.caseload.private]
    return face.plain(
        face.phrase(
            "slip",
            {},
            code=spaced(patient.code),
            urgency=face.phrase(f"urgency_{last.disposition}", {}),
            signs=", ".join(signs) or "-",
            worker=talk.person.worker.code if talk.person.worker else "",
            date=f"{talk.person.calendar.local(last.at):%d/%m}",
        )
    )


def slip_again(talk: "Conversation", session: Session) -> Turn:
    patient = _patient(talk, session.patient)
    if patient is None or not patient.case.episodes:
        return home(talk)
    return talk.close(slip(talk, patient), "slip")


def listed(talk: "Conversation", session: Session, which: str, start: int) -> Turn:
    """Her ``patients``, the most urgent and newest first; or those a visit is ``due`` to, the longest due first."""
    codes = list(_desk(talk).due(talk.now) if which == "due" else _desk(talk).codes())
    if not codes:
        return talk.close(talk.face.phrase("none_due" if which == "due" else "no_patients", {}), which)
    if start >= len(codes):
        start = 0
    more = len(codes) > start + PAGE
    return _choice(talk, session, codes[start : start + PAGE], f"{which} {start}", more=more)


def found(talk: "Conversation", session: Session, text: str) -> Turn:
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
            return listed(talk, session, which, int(start) + PAGE)
    if is_sound(digits):
        return _select(talk, session, digits)
    candidates = near(digits, _desk(talk).codes()) if len(digits) > 5 else []
    if candidates:
        head = talk.face.phrase("did_you_mean", {}, code=spaced(digits))
        return _choice(talk, session, candidates, "", more=False, head=head)
    unknown = talk.face.phrase("unknown_patient", {}, code=spaced(digits) or normal(text)[:LABEL_LETTERS])
    return talk.turn(replace(session, then="", asking=FIND), f"{unknown}\n{talk.face.phrase('find', {})}")


def _select(talk: "Conversation", session: Session, code: str) -> Turn:
    patient = _patient(talk, code)
    if patient is None:
        unknown = talk.face.phrase("unknown_patient", {}, code=spaced(code))
        return talk.turn(replace(session, then="", asking=FIND), f"{unknown}\n{talk.face.phrase('find', {})}")
    turn = talk.ask(replace(session, asking=PATIENT, patient=code, then=""))
    first, *rest = turn.replies
    return replace(turn, replies=(replace(first, text=f"{_line(talk, patient)}\n{first.text}"), *rest))


def _choice(
    talk: "Conversation", session: Session, codes: list[str], place: str, *, more: bool, head: str = ""
) -> Turn:
    patients = [patient for code in codes if (patient := _patient(talk, code))]
    lines = [f"{number} {_line(talk, patient)}" for number, patient in enumerate(patients, 1)]
    if more:
        lines.append(f"{PAGE + 1} {talk.face.phrase('more_patients', {})}")
    words = sms.plain("\n".join(filter(None, [head, *lines, talk.face.phrase("find", {})])))
    session = replace(session, asking=FIND, then=f"{place}:{','.join(patient.code for patient in patients)}")
    return talk.turn(talk.showing(session), words, events=("patients",))


def _line(talk: "Conversation", patient: Patient) -> str:
    """A patient as a worker tells her from others."""
    last = patient.case.episodes[-1] if patient.case.episodes else None
    at = talk.person.calendar.local(last.at if last else patient.agreed_at)
    urgency = talk.face.phrase(f"urgency_{last.disposition}", {}) if last else ""
    return " ".join(filter(None, [spaced(patient.code), patient.label, urgency, f"{at:%d/%m}"]))


def in_shorthand(talk: "Conversation", text: str) -> Turn:
    """A triage in one SMS: it is read back, with the guidance first if it is an emergency."""
    face = talk.face
    try:
        answers = shorthand.read(text, face.caseload.shorthand, face.content)
    except shorthand.Unclear as unclear:
        example = shorthand.write(face.content.baseline(), face.caseload.shorthand, face.content)
        return home(talk, before=face.phrase("shorthand_unclear", {}, part=str(unclear), example=example))
    session = replace(talk.fresh(), answers=(FOR_PATIENT, *answers), asking=CONFIRM)
    turn = talk.ask(session, event="shorthand")
    rule = face.content.leading_rule(session.known)
    if rule.at_least.rank > 0:
        return turn
    return replace(turn, replies=(Reply(face.say(rule.at_least.text, session.known), lane_of(rule)), *turn.replies))


def echo(talk: "Conversation", session: Session) -> str:
    """What was told in a shorthand, item by item."""
    face = talk.face
    lines = []
    for id, values in session.answers:
        letter = face.caseload.shorthand.get(id)
        if letter is None:
            continue
        question = face.content.question(id)
        told = [o.label.patient for o in question.options if values.get(o.finding) == o.value]
        if not told and question.none:
            told = [question.none.patient]
        lines.append(f"{letter} {', '.join(told)}")
    return sms.plain("\n".join(lines))


def _desk(talk: "Conversation") -> Desk:
    assert talk.person.desk is not None
    return talk.person.desk


def _patient(talk: "Conversation", code: str) -> Patient | None:
    return _desk(talk).patient(code) if talk.person.desk else None
