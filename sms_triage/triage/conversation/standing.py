"""Where a person stands, derived from what she told: the screen she is at, the question, what she is owed so far."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, product

from sms_triage.triage.content.conditions import Answers
from sms_triage.triage.content.model import Question, Rule
from sms_triage.triage.menu.menu import Screen
from sms_triage.triage.people.session import Session, Told
from sms_triage.triage.understanding.alarms import Guidance
from sms_triage.triage.wording.locale import Locale

MOST_NAMED = 3
"""How many things that were told are named in one line."""


def owed(locale: Locale, session: Session) -> Rule:
    """The leading rule of everything told so far: in answers, in her own words, and by the episodes before. It never
    gets less urgent before she takes something back."""
    rule = min((locale.content.leading_rule(way) for way in _ways(locale, session)), key=lambda rule: rule.urgency)
    helper = locale.content.for_helper(session.known)
    ids = [guidance.floor.to(helper) for guidance in floors(locale, session) if guidance.floor]
    floor = min((locale.content.disposition(id) for id in ids), key=lambda one: one.rank, default=rule.at_least)
    return replace(rule, at_least=floor) if floor.rank < rule.at_least.rank else rule


def floors(locale: Locale, session: Session) -> list[Guidance]:
    """What is said with every result, since she stated what must not stand behind anything else."""
    if not session.alarms:
        return []
    given = dict.fromkeys(alarm.guidance for alarm in locale.alarms.alarms if alarm.id in session.alarms)
    return [locale.alarms.guidance[id] for id in given if locale.alarms.guidance[id].floor]


def facts(locale: Locale, session: Session) -> dict[str, str]:
    """All that is known of a session, as the advice needs it."""
    return min(_ways(locale, session), key=lambda way: locale.content.leading_rule(way).urgency)


def _ways(locale: Locale, session: Session) -> Iterator[dict[str, str]]:
    """All that was told, in every way in which it can be put together: of what she said of one thing at one time and
    another, whichever is worse with all else counts. The fullest first."""
    known, alarms, before = session.known, stated(locale, session), counted(locale, session)
    for values in product(*([(finding, one) for one in told] for finding, told in _otherwise(locale, session).items())):
        way = {**known, **dict(values)}
        if before:
            yield {**way, **alarms, **before}
        if alarms:
            yield {**way, **alarms}
        yield way


def _otherwise(locale: Locale, session: Session) -> dict[str, list[str]]:
    """The values that were told of a finding of which a statement told another than an answer or statement before; but
    those of which a worse one was told too."""
    if all(told.question for told in session.told):
        return {}
    values: dict[str, list[str]] = {}
    for told in session.told:
        for finding, value in (*told.values.items(), *told.beside.items()):
            values.setdefault(finding, []).append(value)
    different = {finding: list(dict.fromkeys(told)) for finding, told in values.items() if len(set(told)) > 1}
    return {
        finding: [one for one in told if not any(_is_worse(locale, finding, other, one) for other in told)]
        for finding, told in different.items()
    }


def _is_worse(locale: Locale, finding: str, value: str, than: str) -> bool:
    chains = locale.content.findings[finding].worse
    return any(than in chain and value in chain and chain.index(value) > chain.index(than) for chain in chains)


def asked(locale: Locale, session: Session) -> Question:
    """The question the person is at; below a result it is what to read or do next."""
    screen = screen_of(locale, session)
    return locale.questions[screen.asks] if screen.asks else locale.after_result(session.offered)


def concluded(locale: Locale, session: Session) -> bool:
    """Whether the session is at its result."""
    return screen_of(locale, session).result is not None


def answered(locale: Locale, session: Session) -> tuple[tuple[str, Answers], ...]:
    """What is known, by the question that it answers."""
    known = session.known
    found = (
        (question.id, {f: known[f] for f in question.findings if f in known}) for question in locale.content.questions
    )
    return tuple((id, values) for id, values in found if values)


def is_gone(locale: Locale, session: Session) -> bool:
    """Whether the session is at a question that a new version of the content does not have any more."""
    return bool(session.asking) and session.asking not in locale.questions


def stamp_of(locale: Locale, session: Session) -> str:
    """What the numbers mean that the person is shown, in short."""
    return asked(locale, session).stamp


def stated(locale: Locale, session: Session) -> dict[str, str]:
    """What the alarms of a session make known, but for what the danger question, answered since, decided."""
    content, found = locale.content, dict[str, str]()
    for told in session.told:
        if told.question and told.question == content.roles.danger:
            found = {finding: value for finding, value in found.items() if finding not in content.roles.confirmed}
        for alarm in told.alarms:
            found |= content.alarms.get(alarm, {})
    return found


def certain(locale: Locale, alarms: Iterable[str]) -> dict[str, str]:
    """What alarms make known without a question: not what is to be confirmed, nor what depends on something else."""
    content, roles = locale.content, locale.content.roles
    return {
        finding: value
        for alarm in alarms
        for finding, value in content.alarms.get(alarm, {}).items()
        if finding not in roles.confirmed and not content.question_of(finding).only_if.clauses
    }


def raises(locale: Locale, known: Answers, finding: str, value: str) -> bool:
    """Whether a value told later is worse than what is known of a finding, or nothing is."""
    content, before = locale.content, known.get(finding)
    if before is None or before == value:
        return before is None
    if _is_worse(locale, finding, value, before) or _is_worse(locale, finding, before, value):
        return _is_worse(locale, finding, value, before)
    was, now = (content.leading_rule({**content.baseline(), finding: one}).urgency for one in (before, value))
    return now < was


def named(locale: Locale, session: Session, told: Told) -> str:
    """What was told, as the options name it to who is asked: at most so much as fits into a line."""
    values = {**told.values, **{f: v for alarm in told.alarms for f, v in locale.content.alarms.get(alarm, {}).items()}}
    labels = (
        option.label.to(helper)
        for helper in [locale.content.for_helper({**session.known, **values})]
        for question in locale.content.questions
        for option in question.options
        if values.get(option.finding) == option.value
        and option.value not in dict(locale.content.findings[option.finding].as_urgent)
    )
    return ", ".join(islice(labels, MOST_NAMED))


def counted(locale: Locale, session: Session) -> dict[str, str]:
    """The frequency by the episodes that were told before, of the person herself or of a health worker's patient."""
    own = session.patient or locale.content.for_herself(session.known)
    return {locale.content.roles.frequency: session.counted} if own and session.counted else {}


def screen_of(locale: Locale, session: Session) -> Screen:
    """Where the walk through the menu stands with these answers."""
    known = session.known
    if session.asking in locale.asks:
        return Screen(session.asking, locale.asks[session.asking], asks=session.asking)
    if session.asking:
        return next(screen for screen in locale.menu.screens.values() if screen.asks == session.asking)
    rule = locale.content.gravest_rule(known)
    if rule is not None:
        # Nothing can be more urgent: told at once, wherever the walk is.
        return next(s for s in locale.menu.screens.values() if s.result and s.result.rule == rule.id)
    return locale.menu.walk(locale.content, known)
