"""``menus check``: what must hold of the protocol of follow-up, one line for each violation."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from sms_triage import text as sms
from sms_triage.triage.aftercare import RECURRENCE
from sms_triage.triage.face import EPISODE, OUTCOME, Face
from sms_triage.triage.followup import SPREAD_MINUTES, in_quiet_hours
from sms_triage.triage.words import fold, normal

OUTCOMES = {"seen", "not_yet", "stopped", "worse", "again", "not_again"}
"""What an answer to a check-in may lead to."""


def check_protocol(face: Face, quiet: tuple[str, str] = ("20:00", "09:00")) -> tuple[str, ...]:
    """Everything about schedules and rules. One language is enough."""
    found = (_schedules(face), _check_ins(face), times_in_quiet_hours(face, quiet), _recurrence(face), _caseload(face))
    return tuple(violation for violations in found for violation in violations)


def check_discretion(face: Face) -> tuple[str, ...]:
    """What is sent before it is known who reads it reveals nothing, in any language, and everything fits."""
    found = dict.fromkeys((*_discreet(face), *_fits(face)))
    return tuple(f"{face.language}.{face.channel}: {violation}" for violation in found)


def schedules(face: Face) -> Iterator[str]:
    """Every schedule of the content, for a reader."""
    for id, schedule in face.protocol.schedules.items():
        days = ", ".join(f"day {day}" for day in schedule.days)
        yield f"follow-up after {id}: {days}; asks {schedule.asks}; then it ends"


def _schedules(face: Face) -> Iterator[str]:
    protocol = face.protocol
    for id in (*(disposition.id for disposition in face.content.dispositions), RECURRENCE):
        if id not in protocol.schedules:
            yield f"follow-up: no schedule after {id}"
    for id, schedule in protocol.schedules.items():
        if not schedule.days:
            yield f"follow-up after {id}: no check-in"
        if any(later <= earlier for earlier, later in pairwise(schedule.days)):
            yield f"follow-up after {id}: more than one check-in a day, or days that go back"
        if schedule.asks not in protocol.check_ins:
            yield f"follow-up after {id}: asks {schedule.asks!r}, which is no check-in"


def _check_ins(face: Face) -> Iterator[str]:
    protocol = face.protocol
    for id in (protocol.greeting, protocol.barrier, *protocol.check_ins):
        if id not in face.questions:
            yield f"follow-up: there is no question {id!r}"
    for id in set(protocol.check_ins) & face.questions.keys():
        for option in face.questions[id].options:
            if option.value not in OUTCOMES:
                yield f"follow-up: {id} leads to {option.value!r}, which is nothing"
    for option in face.questions[protocol.barrier].options if protocol.barrier in face.questions else ():
        if option.value not in face.texts:
            yield f"follow-up: there is no text {option.value!r} for {protocol.barrier}"


def times_in_quiet_hours(face: Face, quiet: tuple[str, str]) -> Iterator[str]:
    """The times of day that the content offers and that lie in a deployment's quiet hours."""
    offered = tuple(option.value for option in face.questions["time"].options)
    if offered != face.protocol.times:
        yield f"follow-up: the times offered are {', '.join(offered)}, not {', '.join(face.protocol.times)}"
    for hour in face.protocol.times:
        earliest = datetime.fromisoformat(f"2000-01-01 {hour}")
        for moment in (earliest, earliest + timedelta(minutes=SPREAD_MINUTES)):
            if in_quiet_hours(moment.time(), quiet):
                yield f"follow-up at {hour} lies in the quiet hours {quiet[0]}-{quiet[1]}"


def _recurrence(face: Face) -> Iterator[str]:
    recurrence, content = face.protocol.recurrence, face.content
    values = content.findings["frequency"].values
    named = {*recurrence.counts, recurrence.after_seen_frequency, *(rule.frequency for rule in recurrence.becomes)}
    yield from (f"recurrence names the frequency {value!r}, which does not exist" for value in named - set(values))
    yield from (f"recurrence does not count {value!r}" for value in set(values) - recurrence.counts.keys())
    known = {question.id for question in content.questions}
    yield from (f"recurrence asks {id!r}, which is no question" for id in set(recurrence.asks) - known)
    for more, fewer in pairwise(recurrence.becomes):
        if more.episodes <= fewer.episodes:
            yield "recurrence: the rule with more episodes must stand first"


def _caseload(face: Face) -> Iterator[str]:
    """What the content says of workers: each disposition has its visits and its word on a slip, each outcome exists."""
    caseload = face.caseload
    ranked = {disposition.id for disposition in face.content.dispositions}
    for id in sorted(ranked):
        if id not in caseload.visits:
            yield f"caseload: no visits are said for {id}"
        if f"urgency_{id}" not in face.texts:
            yield f"caseload: no text urgency_{id} for a slip"
    for id in sorted((caseload.visits.keys() | caseload.acknowledge_minutes.keys()) - ranked):
        yield f"caseload names the disposition {id!r}, which does not exist"
    outcomes = {option.value for option in face.questions[OUTCOME].options}
    for finding in sorted(set(caseload.private) - face.content.findings.keys()):
        yield f"caseload: private names {finding!r}, which is no finding"
    for outcome in sorted(set(caseload.still_open) - outcomes):
        yield f"caseload: {outcome!r} is no outcome"


def _discreet(face: Face) -> Iterator[str]:
    revealing = {normal(word): language for language, words in face.protocol.revealing.items() for word in words}
    for name in face.protocol.discreet:
        kind, _, id = name.partition(" ")
        texts = face.asks if kind == "question" else face.texts
        if id not in texts:
            yield f"{name} shall be discreet, and does not exist"
            continue
        for token in normal(fold(" ".join(texts[id].both()))).split():
            for word, language in revealing.items():
                if token.startswith(word):
                    yield f"{name} says {token!r}, which reveals ({language}: {word})"


def _fits(face: Face) -> Iterator[str]:
    if face.channel == "ussd":
        return
    budget = face.content.budget.question
    for id, text in face.asks.items():
        if id != EPISODE and sms.cost(text.self).segments > budget:
            yield f"question {id}: {sms.cost(text.self).segments} segments; budget {budget}"
    said = ("offer", "agreed", "seen", "it_stopped", "not_again", "not_yet", "far", "money", "afraid", "busy")
    for name in face.texts.keys() & set(said):
        if sms.cost(face.texts[name].self).segments > budget:
            yield f"text {name}: {sms.cost(face.texts[name].self).segments} segments; budget {budget}"
