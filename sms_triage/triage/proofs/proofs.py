"""``menus check``: what must hold of the content and its menus, proven over every complete answer set.

Each check yields violations, one line each; nothing yielded is the proof. The words are checked in ``wording``.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from sms_triage import text as sms
from sms_triage.triage.content.model import Content
from sms_triage.triage.menu.menu import Menu, Screen
from sms_triage.triage.proofs.advice import check_advice
from sms_triage.triage.proofs.space import Space, conditions_of
from sms_triage.triage.proofs.wording import fixed_result
from sms_triage.triage.wording.locale import Locale


@dataclass(frozen=True)
class Distribution:
    """What a completed triage takes: how many answer sets by number of questions, and by number of segments."""

    questions: Mapping[int, int]
    segments: Mapping[int, int]


@dataclass(frozen=True)
class Proof:
    """The violations found, what was visited, and what triages take: all of them, and those that are no emergency
    (most answer sets have a danger and end after the first question)."""

    violations: tuple[str, ...]
    answer_sets: int
    screens: int
    everybody: Distribution
    no_emergency: Distribution


def check(locale: Locale) -> Proof:
    """Every property of the walk through the menu. `locale` must be filled with the longest values a deployment may
    set.

    The menus of a channel differ between languages in their words alone, so one language is enough.
    """
    content, menu = locale.content, locale.menu
    space = Space(content)
    walks = _walks(space, menu)
    reach = {name: _union(by_length.values()) for name, by_length in walks.items()}
    violations = [
        *_menu_is_the_rules(space, menu, reach),
        *_safety(space),
        *_promptness(space, menu, walks, reach),
        *check_advice(locale, space),
    ]
    return Proof(
        tuple(dict.fromkeys(violations)),
        space.valid.bit_count(),
        len(menu.screens),
        _distribution(locale, walks, space.valid),
        _distribution(locale, walks, space.valid & ~space.at_least(0)),
    )


def _distribution(locale: Locale, walks: Mapping[str, Mapping[int, int]], of: int) -> Distribution:
    """What the triages of the answer sets `of` take."""
    questions: Counter[int] = Counter()
    segments: Counter[int] = Counter()
    for name, by_length in walks.items():
        if result := locale.menu.screens[name].result:
            told = sms.cost(fixed_result(locale, result.rule)[0]).segments
            for length, table in by_length.items():
                if count := (table & of).bit_count():
                    questions[length] += count
                    segments[length + told] += count
    return Distribution(dict(sorted(questions.items())), dict(sorted(segments.items())))


def changed_outcomes(old: Content, new: Content) -> list[str]:
    """What a clinician has to review between two versions: which answer sets change disposition, grouped by change."""
    before, after = Space(old, conditions_of(new)), Space(new, conditions_of(old))
    if before.alike != after.alike:
        return ["the findings or their values differ: every outcome has to be reviewed"]
    lines = []
    for was in old.dispositions:
        for now in new.dispositions:
            if was.id == now.id:
                continue
            changed = before.given(was.id) & after.given(now.id)
            if changed:
                way = "less urgent" if now.rank > was.rank else "more urgent"
                lines.append(f"{was.id} -> {now.id} ({way}): {before.describe(changed)}")
    return lines


def _union(tables: Iterable[int]) -> int:
    result = 0
    for table in tables:
        result |= table
    return result


def _walks(space: Space, menu: Menu) -> dict[str, dict[int, int]]:
    """Per screen, by how many questions were answered before it: the answer sets that come there.

    The first question, which only settles the wording, is not counted.
    """
    walks: dict[str, dict[int, int]] = {name: defaultdict(int) for name in menu.screens}
    walks[menu.start][0] = space.valid
    for name in _top_down(menu):
        screen = menu.screens[name]
        if screen.result:
            continue
        step = 0 if space.content.question(screen.asks).always else 1
        for length, table in list(walks[name].items()):
            left = table
            for when, goto in screen.exits:
                taken = left & _chosen(space, screen, when)
                left &= ~taken
                if taken and goto in walks:
                    walks[goto][length + step] |= taken
    return walks


def _top_down(menu: Menu) -> list[str]:
    """The screens so that each comes after all that lead to it (those in a cycle are left out)."""
    waiting = Counter(goto for screen in menu.screens.values() for goto in {goto for _, goto in screen.exits})
    ready, order = [name for name in menu.screens if not waiting[name]], []
    while ready:
        order.append(ready.pop())
        for goto in {goto for _, goto in menu.screens[order[-1]].exits} & menu.screens.keys():
            waiting[goto] -= 1
            if not waiting[goto]:
                ready.append(goto)
    return order


def _chosen(space: Space, screen: Screen, when: frozenset[str]) -> int:
    question = space.content.question(screen.asks)
    table = space.everything
    for value in when:
        table &= space.literal(value, "yes") if question.several else space.literal(question.findings[0], value)
    return table


def _menu_is_the_rules(space: Space, menu: Menu, reach: Mapping[str, int]) -> Iterator[str]:
    arrived = 0
    for name, screen in menu.screens.items():
        if not reach[name]:
            yield f"screen {name}: no answers lead there"
        yield from (f"screen {name} leads to {to}, which does not exist" for _, to in screen.exits if to not in reach)
        if screen.result:
            arrived |= reach[name]
            rule = screen.result.rule
            wrong = reach[name] & ~space.outcomes.get(rule, 0)
            if wrong:
                yield f"screen {name} gives {rule}, the rules give another outcome: {space.describe(wrong)}"
            if rule in space.outcomes and space.content.rule(rule).at_least.id != screen.result.disposition:
                yield f"screen {name} gives {screen.result.disposition}, not the disposition of {rule}"
    if lost := space.valid & ~arrived:
        yield f"no result is reached: {space.describe(lost)}"


def _safety(space: Space) -> Iterator[str]:
    content = space.content
    at_least = {disposition.id: space.at_least(disposition.rank) for disposition in content.dispositions}
    for rule in content.rules:
        if not space.outcomes[rule.id]:
            yield f"rule {rule.id} never leads: its meaning cannot be reached"
    for finding in content.findings.values():
        pairs = [(a, b) for chain in finding.worse for a, b in pairwise(chain)]
        pairs += [pair for a, b in finding.as_urgent for pair in ((a, b), (b, a))]
        for mild, worse in pairs if finding.id in space.values else ():
            for id, table in at_least.items():
                fallen = space.shifted(table, finding.id, mild, worse) & space.valid & ~table
                if fallen:
                    yield f"{finding.id} {mild} -> {worse} lowers the urgency below {id}: {space.describe(fallen)}"
    for invariant in content.invariants:
        holds = space.table(invariant.when) & space.valid
        if invariant.never_below and (broken := holds & ~at_least[invariant.never_below]):
            yield f"invariant {invariant.id}: below {invariant.never_below}: {space.describe(broken)}"
        if invariant.only and (broken := space.given(invariant.only) & ~holds):
            yield f"invariant {invariant.id}: {invariant.only} given: {space.describe(broken)}"


def _promptness(
    space: Space, menu: Menu, walks: Mapping[str, Mapping[int, int]], reach: Mapping[str, int]
) -> Iterator[str]:
    content = space.content
    order = {question.id: place for place, question in enumerate(content.questions)}
    settled = {finding: order[question.id] for question in content.questions for finding in question.findings}
    gravest = [rule for rule in content.rules if rule.at_least.rank == 0]
    conditional = [question for question in content.questions if question.only_if.clauses]
    extra = _union(space.table(question.only_if) for question in conditional)
    for name, screen in menu.screens.items():
        if screen.result:
            for length, table in walks[name].items():
                over = length - content.walk_questions
                allowed = extra if 0 < over <= len(conditional) else 0
                if over > 0 and (long := table & ~allowed):
                    yield f"{length} questions asked: {space.describe(long)}"
            continue
        here = order[screen.asks]
        for rule in gravest:
            shown = all(settled[finding] < here for finding in rule.when.findings())
            if shown and (late := reach[name] & space.table(rule.when)):
                yield f"screen {name} still asks although {rule.id} holds: {space.describe(late)}"
    for invariant in content.invariants:
        if invariant.told_after:
            holds = space.table(invariant.when) & space.valid
            for name, screen in menu.screens.items():
                if screen.asks and order[screen.asks] > order[invariant.told_after] and (late := reach[name] & holds):
                    yield f"invariant {invariant.id}: asked on at screen {name}: {space.describe(late)}"
