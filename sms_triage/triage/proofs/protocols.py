"""``menus check``: what must hold of the protocol of follow-up, one line for each violation."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from sms_triage import text as sms
from sms_triage.triage.content.question_ids import EPISODE, OUTCOME
from sms_triage.triage.conversation.checkins import OUTCOMES
from sms_triage.triage.conversation.episodes import RECURRENCE
from sms_triage.triage.people.followup import SPREAD_MINUTES, in_quiet_hours
from sms_triage.triage.understanding.words import fold, normal
from sms_triage.triage.wording.locale import Locale


def check_protocol(locale: Locale, quiet: tuple[str, str] = ("20:00", "09:00")) -> tuple[str, ...]:
    """Everything about schedules and rules. One language is enough."""
    found = (
        _schedules(locale),
        _check_ins(locale),
        times_in_quiet_hours(locale, quiet),
        _recurrence(locale),
        _caseload(locale),
    )
    return tuple(violation for violations in found for violation in violations)


def check_discretion(locale: Locale) -> tuple[str, ...]:
    """What is sent before it is known who reads it reveals nothing, in any language, and everything fits."""
    found = dict.fromkeys((*_discreet(locale), *_fits(locale)))
    return tuple(f"{locale.language}.{locale.channel}: {violation}" for violation in found)


def schedules(locale: Locale) -> Iterator[str]:
    """Every schedule of the content, for a reader."""
    for id, schedule in locale.protocol.schedules.items():
        days = ", ".join(f"day {day}" for day in schedule.days)
        yield f"follow-up after {id}: {days}; asks {schedule.asks}; then it ends"


def _schedules(locale: Locale) -> Iterator[str]:
    protocol = locale.protocol
    for id in (*(disposition.id for disposition in locale.content.dispositions), RECURRENCE):
        if id not in protocol.schedules:
            yield f"follow-up: no schedule after {id}"
    for id, schedule in protocol.schedules.items():
        if not schedule.days:
            yield f"follow-up after {id}: no check-in"
        if any(later <= earlier for earlier, later in pairwise(schedule.days)):
            yield f"follow-up after {id}: more than one check-in a day, or days that go back"
        if schedule.asks not in protocol.check_ins:
            yield f"follow-up after {id}: asks {schedule.asks!r}, which is no check-in"


def _check_ins(locale: Locale) -> Iterator[str]:
    protocol = locale.protocol
    for id in (protocol.greeting, protocol.barrier, *protocol.check_ins):
        if id not in locale.questions:
            yield f"follow-up: there is no question {id!r}"
    for id in set(protocol.check_ins) & locale.questions.keys():
        for option in locale.questions[id].options:
            if option.value not in OUTCOMES:
                yield f"follow-up: {id} leads to {option.value!r}, which is nothing"
    for option in locale.questions[protocol.barrier].options if protocol.barrier in locale.questions else ():
        if option.value not in locale.texts:
            yield f"follow-up: there is no text {option.value!r} for {protocol.barrier}"


def times_in_quiet_hours(locale: Locale, quiet: tuple[str, str]) -> Iterator[str]:
    """The times of day that the content offers and that lie in a deployment's quiet hours."""
    offered = tuple(option.value for option in locale.questions["time"].options)
    if offered != locale.protocol.times:
        yield f"follow-up: the times offered are {', '.join(offered)}, not {', '.join(locale.protocol.times)}"
    for hour in locale.protocol.times:
        earliest = datetime.fromisoformat(f"2000-01-01 {hour}")
        for moment in (earliest, earliest + timedelta(minutes=SPREAD_MINUTES)):
            if in_quiet_hours(moment.time(), quiet):
                yield f"follow-up at {hour} lies in the quiet hours {quiet[0]}-{quiet[1]}"


def _recurrence(locale: Locale) -> Iterator[str]:
    recurrence, content = locale.protocol.recurrence, locale.content
    values = content.findings[content.roles.frequency].values
    frequencies = {
        *recurrence.counts,
        recurrence.after_seen_frequency,
        *(rule.frequency for rule in recurrence.becomes),
    }
    yield from (
        f"recurrence names the frequency {value!r}, which does not exist" for value in frequencies - set(values)
    )
    yield from (f"recurrence does not count {value!r}" for value in set(values) - recurrence.counts.keys())
    known, roles = {question.id for question in content.questions}, content.roles
    named = {*roles.asked_anew, *roles.together, *roles.signs, roles.danger} - {""}
    yield from (f"roles name {id!r}, which is no question" for id in sorted(named - known))
    for more, fewer in pairwise(recurrence.becomes):
        if more.episodes <= fewer.episodes:
            yield "recurrence: the rule with more episodes must stand first"


def _caseload(locale: Locale) -> Iterator[str]:
    """What the content says of health workers: each disposition has its visits and its word on a slip, each outcome
    exists."""
    caseload = locale.caseload
    ranked = {disposition.id for disposition in locale.content.dispositions}
    for id in sorted(ranked):
        if id not in caseload.visits:
            yield f"caseload: no visits are said for {id}"
        if f"urgency_{id}" not in locale.texts:
            yield f"caseload: no text urgency_{id} for a slip"
    for id in sorted((caseload.visits.keys() | caseload.acknowledge_minutes.keys()) - ranked):
        yield f"caseload names the disposition {id!r}, which does not exist"
    outcomes = {option.value for option in locale.questions[OUTCOME].options}
    for finding in sorted(set(locale.content.roles.private) - locale.content.findings.keys()):
        yield f"roles: private names {finding!r}, which is no finding"
    for outcome in sorted(set(caseload.still_open) - outcomes):
        yield f"caseload: {outcome!r} is no outcome"


def _discreet(locale: Locale) -> Iterator[str]:
    revealing = {normal(word): language for language, words in locale.protocol.revealing.items() for word in words}
    for name in locale.protocol.discreet:
        kind, _, id = name.partition(" ")
        texts = locale.asks if kind == "question" else locale.texts
        if id not in texts:
            yield f"{name} shall be discreet, and does not exist"
            continue
        for token in normal(fold(" ".join(texts[id].both()))).split():
            for word, language in revealing.items():
                if token.startswith(word):
                    yield f"{name} says {token!r}, which reveals ({language}: {word})"


def _fits(locale: Locale) -> Iterator[str]:
    if locale.channel == "ussd":
        return
    budget = locale.content.budget.question
    for id, text in locale.asks.items():
        if id != EPISODE and sms.cost(text.own).segments > budget:
            yield f"question {id}: {sms.cost(text.own).segments} segments; budget {budget}"
    said = ("offer", "agreed", "seen", "it_stopped", "not_again", "not_yet", "far", "money", "afraid", "busy")
    for name in locale.texts.keys() & set(said):
        if sms.cost(locale.texts[name].own).segments > budget:
            yield f"text {name}: {sms.cost(locale.texts[name].own).segments} segments; budget {budget}"
