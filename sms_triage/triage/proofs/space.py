"""The space of all complete answer sets, as bits: what makes checking every one of them take seconds.

Values of a finding that no rule, question or invariant tells apart ("again", "not sure") count as one.

A complete answer set is one number; a predicate over answer sets is one big integer with a bit for each of them. So
"for every answer set, A implies B" is ``A & ~B == 0``, over tens of millions of cases at once, and a counterexample is
the lowest bit set.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache

from sms_triage.triage.content.conditions import Condition
from sms_triage.triage.content.model import Content, Finding


def conditions_of(content: Content) -> tuple[Condition, ...]:
    """Every condition of a content."""
    return (
        *(rule.when for rule in content.rules),
        *(question.only_if for question in content.questions),
        *(invariant.when for invariant in content.invariants),
    )


def _alike(finding: Finding, conditions: Collection[Condition]) -> dict[str, str]:
    """By value of a finding: the first of those that no condition tells from it. The baseline stands for others."""
    atoms = [atom for one in conditions for clause in one.clauses for atom in clause if atom.finding == finding.id]
    first: dict[tuple[bool, ...], str] = {}
    for value in sorted(finding.values, key=lambda value: value != finding.baseline):
        first.setdefault(tuple(value in atom.values for atom in atoms), value)
    return {value: first[tuple(value in atom.values for atom in atoms)] for value in finding.values}


class Space:
    """All complete answer sets of `content`. Findings that no rule and no question depends on are left out; values
    stay apart that any of the conditions `told_apart` tells apart too.

    A finding whose question is not asked (``only_if``) has its baseline: other values are not answer sets.
    """

    def __init__(self, content: Content, told_apart: Iterable[Condition] = ()) -> None:
        used = {finding for rule in content.rules for finding in rule.when.findings()}
        used |= {finding for question in content.questions for finding in question.only_if.findings()}
        self.content = content
        known = (*conditions_of(content), *told_apart)
        self.alike = {id: _alike(finding, known) for id, finding in content.findings.items() if id in used}
        self.values = {id: tuple(dict.fromkeys(alike.values())) for id, alike in self.alike.items()}
        self.strides: dict[str, int] = {}
        size = 1
        for finding in reversed(self.values):
            self.strides[finding] = size
            size *= len(self.values[finding])
        self.size = size
        self.everything = (1 << size) - 1
        self.valid = self.everything
        for question in content.questions:
            if question.only_if.clauses:
                asked = self.table(question.only_if)
                for finding in question.findings:
                    self.valid &= asked | self.literal(finding, content.findings[finding].baseline)
        self.outcomes = self._outcomes()

    @lru_cache(maxsize=24)  # noqa: B019 - one space lives as long as its check
    def literal(self, finding: str, value: str) -> int:
        """Where `finding` has `value`. A finding that is not part of the space has every value."""
        if finding not in self.values:
            return self.everything
        value, stride = self.alike[finding][value], self.strides[finding]
        period = stride * len(self.values[finding])
        table = ((1 << stride) - 1) << (stride * self.values[finding].index(value))
        while period < self.size:
            table |= table << period
            period *= 2
        return table & self.everything

    def table(self, condition: Condition) -> int:
        """Where `condition` holds."""
        result = self.everything
        for clause in condition.clauses:
            union = 0
            for atom in clause:
                for value in sorted(atom.values):
                    union |= self.literal(atom.finding, value)
            result &= union
        return result

    def shifted(self, table: int, finding: str, before: str, after: str) -> int:
        """`table`'s members that have `before`, with it changed to `after`."""
        values, alike = self.values[finding], self.alike[finding]
        by = (values.index(alike[after]) - values.index(alike[before])) * self.strides[finding]
        chosen = table & self.literal(finding, before)
        return chosen << by if by >= 0 else chosen >> -by

    def at_least(self, rank: int) -> int:
        """Where the outcome is at least as urgent as the disposition of this rank."""
        result = 0
        for rule, table in self.outcomes.items():
            if self.content.rule(rule).at_least.rank <= rank:
                result |= table
        return result

    def given(self, disposition: str) -> int:
        """Where the outcome is this disposition."""
        result = 0
        for rule, table in self.outcomes.items():
            if self.content.rule(rule).at_least.id == disposition:
                result |= table
        return result

    def example(self, table: int) -> dict[str, str]:
        """One answer set of `table`: the first."""
        place = (table & -table).bit_length() - 1
        return {
            finding: values[place // self.strides[finding] % len(values)] for finding, values in self.values.items()
        }

    def describe(self, table: int) -> str:
        """How many answer sets, and one of them, by what differs from the baseline."""
        answers = self.example(table)
        baseline = self.content.baseline()
        told = ", ".join(f"{finding}={value}" for finding, value in answers.items() if value != baseline[finding])
        return f"{table.bit_count():,} answer sets, such as {{{told or 'all at baseline'}}}"

    def _outcomes(self) -> dict[str, int]:
        """Per rule: where it leads."""
        left, outcomes = self.valid, {}
        for rule in sorted(self.content.rules, key=lambda rule: rule.urgency):
            outcomes[rule.id] = left & self.table(rule.when)
            left &= ~outcomes[rule.id]
        return outcomes
