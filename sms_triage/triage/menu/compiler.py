"""The compiler: content -> decision diagram, the shortest safe walk through the questions.

The outcome of a walk is its leading rule. Questions keep the content's order. A question is asked only if some answer
to it (together with later ones) can change the outcome of *this* person; the walk ends as soon as none can. Sub-walks
that ask and conclude the same are one node, so the diagram stays readable.

The trick that keeps it small and exact: what a person's answers mean for the rest of the walk is fully told by which
rules are certain already and which are still open (and what they still need). Two people equal in that are at the same
node.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from sms_triage.triage.content.conditions import Answers, Atom, Condition
from sms_triage.triage.content.model import Content, Question


@dataclass(frozen=True)
class Exit:
    """Where a question leads: for every `when` that is chosen, to the `goto` node. An empty `when` is the default."""

    when: frozenset[str]
    goto: "Node"


@dataclass(frozen=True)
class Node:
    """A question with its exits, or (no question) a result: the leading rule.

    Exits of a `one_of` question are by value. Those of a `several` question are an ordered decision list: the first
    whose findings were all chosen.
    """

    key: str
    question: Question | None = None
    exits: tuple[Exit, ...] = field(default=(), compare=False, repr=False)
    rule: str = ""

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, each once, in the order of a reader."""
        seen: set[str] = set()
        queue = [self]
        while queue:
            node = queue.pop(0)
            if node.key in seen:
                continue
            seen.add(node.key)
            yield node
            queue.extend(exit.goto for exit in node.exits)


def compile_content(content: Content) -> Node:
    """The start of the decision diagram of `content`."""
    return _Compiler(content).node(0, {})


class _Compiler:
    def __init__(self, content: Content) -> None:
        self.content = content
        self.rules = sorted(content.rules, key=lambda rule: rule.urgency)
        self.needs = self._relevant_findings()
        self.by_state: dict[object, Node] = {}
        self.by_shape: dict[object, Node] = {}

    def node(self, index: int, answers: dict[str, str]) -> Node:
        state = self._state(index, answers)
        if state not in self.by_state:
            self.by_state[state] = self._build(index, answers)
        return self.by_state[state]

    def _build(self, index: int, answers: dict[str, str]) -> Node:
        if index == len(self.content.questions):
            rule = self.content.leading_rule(answers).id
            return self._shared(("result", rule), Node(key=rule, rule=rule))
        question = self.content.questions[index]
        if not question.only_if.holds(answers):
            skipped = {finding: self.content.findings[finding].baseline for finding in question.findings}
            return self.node(index + 1, answers | skipped)
        branches = [(chosen, self.node(index + 1, answers | known)) for chosen, known in branches_of(question)]
        targets = {target.key for _, target in branches}
        if len(targets) == 1 and (not question.always or branches[0][1].question is None):
            return branches[0][1]
        exits = _decision_list(question, branches) if question.several else _by_value(branches)
        shape = (question.id, tuple((exit.when, exit.goto.key) for exit in exits))
        return self._shared(shape, Node(key=f"{question.id}/{len(self.by_shape)}", question=question, exits=exits))

    def _shared(self, shape: object, node: Node) -> Node:
        return self.by_shape.setdefault(shape, node)

    def _state(self, index: int, answers: Answers) -> object:
        """What `answers` mean for the rest: the best certain rule, and what each better rule still needs."""
        certain = self.content.leading_rule(answers)
        open_rules = []
        for rule in self.rules:
            if rule is certain:
                break
            residue = _residue(rule.when, answers)
            if residue is not None:
                open_rules.append((rule.id, residue))
        gates = tuple(answers.get(finding) for finding in sorted(self.needs[index]) if finding in answers)
        return index, certain.id, tuple(open_rules), gates

    def _relevant_findings(self) -> list[set[str]]:
        """Per question index: findings whose value decides whether a later question is asked at all."""
        questions = self.content.questions
        return [
            {finding for question in questions[index:] for finding in question.only_if.findings()}
            for index in range(len(questions) + 1)
        ]


def branches_of(question: Question) -> Iterator[tuple[frozenset[str], dict[str, str]]]:
    """Every way to answer a question: what was chosen (values or findings), and what is known then."""
    if not question.several:
        for option in question.options:
            yield frozenset({option.value}), {option.finding: option.value}
        return
    for picks in product(("no", "yes"), repeat=len(question.options)):
        known = {option.finding: pick for option, pick in zip(question.options, picks, strict=True)}
        yield frozenset(finding for finding, pick in known.items() if pick == "yes"), known


def _residue(condition: Condition, answers: Answers) -> tuple[tuple[Atom, ...], ...] | None:
    """The clauses of `condition` not yet met, without atoms that cannot hold any more; None if it cannot hold."""
    left = []
    for clause in condition.clauses:
        if any(atom.holds(answers) for atom in clause):
            continue
        possible = tuple(atom for atom in clause if atom.finding not in answers)
        if not possible:
            return None
        left.append(possible)
    return tuple(left)


def _by_value(branches: list[tuple[frozenset[str], Node]]) -> tuple[Exit, ...]:
    return tuple(Exit(chosen, target) for chosen, target in branches)


def _decision_list(question: Question, branches: list[tuple[frozenset[str], Node]]) -> tuple[Exit, ...]:
    """The branches of a `several` question as a short ordered list (Rivest's greedy decision list).

    Repeatedly takes the smallest set of findings such that everybody left who chose all of them goes to the same
    place; what is left when all go to one place is the default.
    """
    order = {finding: place for place, finding in enumerate(question.findings)}
    left = dict(branches)
    exits: list[Exit] = []
    while len({target.key for target in left.values()}) > 1:
        candidates = sorted(left, key=lambda chosen: (len(chosen), sorted(order[finding] for finding in chosen)))
        for candidate in candidates:
            covered = {chosen: target for chosen, target in left.items() if candidate <= chosen}
            targets = {target.key: target for target in covered.values()}
            if candidate and len(targets) == 1:
                exits.append(Exit(candidate, next(iter(targets.values()))))
                left = {chosen: target for chosen, target in left.items() if chosen not in covered}
                break
    exits.append(Exit(frozenset(), next(iter(left.values()))))
    return tuple(exits)
