"""The menu as a drawing for clinicians, in Graphviz's language."""

from collections import defaultdict
from textwrap import wrap

from sms_triage.triage.content import Content
from sms_triage.triage.menu import Menu, Screen

_COLOURS = ("#f4b6b0", "#f9d5a7", "#fbf0b2", "#cfe3f7", "#cfeed3")
"""By urgency, most urgent first."""


def draw(menu: Menu, content: Content) -> str:
    """The decision diagram as DOT: a box a question, a coloured box a result, an arrow an answer.

    ``sms-triage menus graph | dot -Tsvg > menu.svg`` makes a picture.
    """
    lines = [
        f'digraph "{menu.topic}" {{',
        f'  label="{content.title}, content {menu.content_hash}, review: {content.review}"; labelloc=t;',
        "  rankdir=LR; ranksep=1.2; nodesep=0.15; node [shape=box, style=filled, fontname=Helvetica, fontsize=10];",
        "  edge [fontname=Helvetica, fontsize=8, color=gray40];",
    ]
    for screen in menu.screens.values():
        lines.append(f"  {screen.id} [{_look(screen, content)}];")
        arrows: dict[str, list[str]] = defaultdict(list)
        labels = {option.value: option.label.self for option in screen.options}
        for when, goto in screen.exits:
            arrows[goto].append(" + ".join(labels[value] for value in sorted(when)) or "otherwise")
        lines += [f'  {screen.id} -> {goto} [label="{_lines(" / ".join(said))}"];' for goto, said in arrows.items()]
    for question in content.questions:
        same = " ".join(f"{screen.id};" for screen in menu.screens.values() if screen.asks == question.id)
        lines.append(f"  {{ rank=same; {same} }}")
    return "\n".join([*lines, "}", ""])


def _look(screen: Screen, content: Content) -> str:
    if screen.result is None:
        return f'label="{screen.id}: {screen.asks}", fillcolor=white'
    colour = _COLOURS[min(content.disposition(screen.result.disposition).rank, len(_COLOURS) - 1)]
    label = f"{screen.result.rule} {screen.result.disposition}\\n{screen.result.meaning}"
    return f'label="{label}", fillcolor="{colour}", penwidth=2'


def _lines(text: str) -> str:
    return "\\n".join(wrap(text.replace('"', "'"), 34))
