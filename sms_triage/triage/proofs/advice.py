"""``menus check``: what is said and what is never said, proven over every complete answer set.

What is said to an answer set is the advice of every rule that holds, less what a holding rule leaves unsaid; all of it
can be read in the result and in the tips.
"""

from collections.abc import Iterator

from sms_triage.triage.content.model import Invariant
from sms_triage.triage.proofs.space import Space
from sms_triage.triage.wording.locale import Locale


def check_advice(locale: Locale, space: Space) -> Iterator[str]:
    """The content's invariants on advice; that nothing in an emergency reassures; that every result says what to do if
    it gets worse."""
    yield from _unsaid(space)
    for invariant in locale.content.invariants:
        where = _where(space, invariant)
        for id in invariant.never_says:
            if broken := said(space, id) & where:
                yield f"invariant {invariant.id}: advice {id} is said: {space.describe(broken)}"
        for id in invariant.says:
            if broken := where & ~said(space, id):
                yield f"invariant {invariant.id}: advice {id} is not said: {space.describe(broken)}"
    yield from _emergencies(locale, space)
    yield from _if_worse(locale)


def said(space: Space, advice: str) -> int:
    """Where a piece of advice is said."""
    given = unsaid = 0
    for rule in space.content.rules:
        if advice in rule.advice:
            given |= space.table(rule.when)
        if advice in rule.without:
            unsaid |= space.table(rule.when)
    for disposition in space.content.dispositions:
        if disposition.advises_only and advice not in disposition.advises_only:
            unsaid |= space.given(disposition.id)
    return given & ~unsaid & space.valid


def _where(space: Space, invariant: Invariant) -> int:
    where = space.table(invariant.when) & space.valid
    if not invariant.given:
        return where
    given = 0
    for disposition in invariant.given:
        given |= space.given(disposition)
    return where & given


def _unsaid(space: Space) -> Iterator[str]:
    """What is written is said to somebody."""
    for id in space.content.advice:
        if not said(space, id):
            yield f"advice {id} is said to nobody: rules that hold always leave it unsaid"


def _emergencies(locale: Locale, space: Space) -> Iterator[str]:
    """The causes of an emergency are its own: read off the words that each of its rules leads to."""
    content = locale.content
    urgent = {rule.may_mean for rule in content.rules if rule.at_least.rank == 0}
    for rule in content.rules:
        if rule.at_least.rank > 0 or not space.outcomes[rule.id]:
            continue
        answers = space.example(space.outcomes[rule.id])
        mild = (*(content.meanings[id] for id in content.meanings.keys() - urgent), *content.causes)
        told = locale.causes(answers)
        for text in mild:
            if locale.say(text, answers) in told:
                yield f"emergency {rule.id} reassures: {locale.say(text, answers)!r}"


def _if_worse(locale: Locale) -> Iterator[str]:
    for rule in locale.content.rules:
        for helper in (False, True):
            answers = locale.content.answers_of(helper)
            if locale.say(rule.at_least.if_worse, answers) not in locale.result(rule, answers):
                yield f"result of {rule.id} does not say what to do if it gets worse"
