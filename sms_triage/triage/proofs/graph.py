"""The menu as a drawing for clinicians, in Graphviz's language."""

from collections import defaultdict
from html import escape
from textwrap import wrap

from sms_triage.triage.content.model import Content
from sms_triage.triage.menu.menu import Menu, Screen

_COLOURS = ("#f4b6b0", "#f9d5a7", "#fbf0b2", "#cfe3f7", "#cfeed3")
"""By urgency, most urgent first."""


def draw(menu: Menu, content: Content) -> str:
    """The decision diagram as DOT: a box a question, with a row for each way on.

    A coloured row is a result, right where it is told; an arrow leads to the next question.
    ``sms-triage menus graph | dot -Tsvg > menu.svg`` makes a picture.
    """
    lines = [
        f'digraph "{menu.topic}" {{',
        f'  label="{content.title.own}, content {menu.content_hash}, review: {content.review}"; labelloc=t;',
        "  rankdir=LR; ranksep=0.9; nodesep=0.12; node [shape=plain, fontname=Helvetica, fontsize=9];",
        "  edge [color=gray40, arrowsize=0.6];",
    ]
    for screen in menu.screens.values():
        if screen.result is None:
            lines += _question(screen, menu, content)
    for question in content.questions:
        same = " ".join(f"{screen.id};" for screen in menu.screens.values() if screen.asks == question.id)
        lines.append(f"  {{ rank=same; {same} }}")
    return "\n".join([*lines, "}", ""])


def _question(screen: Screen, menu: Menu, content: Content) -> list[str]:
    labels = {option.value: option.label.own for option in screen.options}
    ways: dict[str, list[str]] = defaultdict(list)
    for when, goto in screen.exits:
        ways[goto].append(" + ".join(labels[value] for value in sorted(when)) or "otherwise")
    rows = [f'<TR><TD BGCOLOR="#e8eaed"><B>{screen.id} {escape(screen.asks)}</B></TD></TR>']
    arrows = []
    for goto, said in ways.items():
        words = "<BR/>".join(escape(row) for row in wrap(" / ".join(said), 40))
        if result := menu.screens[goto].result:
            colour = _COLOURS[min(content.disposition(result.disposition).rank, len(_COLOURS) - 1)]
            told = escape(f"{result.rule} {result.disposition}: {result.meaning}")
            rows.append(f'<TR><TD BGCOLOR="{colour}">{words}<BR/><B>{told}</B></TD></TR>')
        else:
            rows.append(f'<TR><TD PORT="{goto}">{words}</TD></TR>')
            arrows.append(f"  {screen.id}:{goto}:e -> {goto}:w;")
    table = f'<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="3">{"".join(rows)}</TABLE>'
    return [f"  {screen.id} [label=<{table}>];", *arrows]
