"""What must hold for a rule: a conjunction of clauses over findings.

Written in the content as ``{pregnancy: [yes, maybe], any: [{fever_unwell: yes}, {discharge: yes}]}``: every entry must
hold, and of the entries of ``any`` at least one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Answers = Mapping[str, str]
"""What is known of a person: finding -> value. A finding that was not asked is absent."""


@dataclass(frozen=True)
class Atom:
    """`finding` has one of `values`."""

    finding: str
    values: frozenset[str]

    def holds(self, answers: Answers) -> bool:
        return answers.get(self.finding) in self.values


@dataclass(frozen=True)
class Condition:
    """Every clause holds; a clause holds when one of its atoms does. No clause at all is always true."""

    clauses: tuple[tuple[Atom, ...], ...] = ()

    def holds(self, answers: Answers) -> bool:
        """Whether this is certain from what is known: an absent finding satisfies nothing."""
        # Loops, not generators: this runs for every rule several times in each turn.
        for clause in self.clauses:
            for atom in clause:
                if answers.get(atom.finding) in atom.values:
                    break
            else:
                return False
        return True

    def atoms(self) -> Iterator[Atom]:
        for clause in self.clauses:
            yield from clause

    def findings(self) -> frozenset[str]:
        return frozenset(atom.finding for atom in self.atoms())


ALWAYS = Condition()
