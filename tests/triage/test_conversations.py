"""Conversations as transcripts: each file in tests/conversations is what a person says and what the service says.

A line ``> text`` is the person's, ``< text`` the service's (further lines of the message are indented). ``(dials)`` or
``(dials 1*2)`` opens a USSD dialog, in which ``> keys`` are keyed in; ``(drops)`` ends it, ``(texts)`` goes back to SMS.
``(31 minutes later)`` lets time pass, in which a silent person may be told something. ``…`` in a message stands for any
words. Of two messages to one text, each starts with its own ``<``. A file whose first line says ``Languages: en sw``
is of a deployment that offers these.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from sms_triage.triage.face import load_faces
from tests.talk import Talk

FOLDER = Path(__file__).parent.parent / "conversations"
SECONDS = {"minute": 60, "hour": 3600}


@dataclass
class Said:
    who: str
    text: str


def read(path: Path) -> list[Said]:
    lines: list[Said] = []
    for row in path.read_text(encoding="utf-8").splitlines():
        if row[:2] in ("> ", "< ") or row in (">", "<"):
            lines.append(Said(row[0], row[2:]))
        elif row.startswith("("):
            lines.append(Said("(", row.strip("()")))
        elif row.startswith("  "):
            lines[-1].text += "\n" + row[2:]
    return lines


def languages(path: Path) -> tuple[str, ...]:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return tuple(first.removeprefix("Languages: ").split()) if first.startswith("Languages: ") else ("en",)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_conversation(path: Path) -> None:
    offered = languages(path)
    talk = Talk(load_faces(offered, offered[0], {"emergency_number": "112"}), now=1000.0)
    expected: list[str] = []
    replies: list[str] = []
    for line in [*read(path), Said("end", "")]:
        if line.who == "<":
            expected.append(line.text)
            continue
        compare(replies, expected)
        replies, expected = [], []
        if line.who == ">":
            replies = talk.text(line.text) if talk.channel == "sms" else talk.press(line.text)
        elif line.who == "(":
            replies = act(talk, line.text)


def act(talk: Talk, what: str) -> list[str]:
    """Does what stands in brackets."""
    if what == "texts":
        talk.channel = "sms"
        return []
    if what == "drops":
        return talk.hang_up()
    if what.startswith("dials"):
        return talk.dial(*filter(None, what.removeprefix("dials").strip().split("*")))
    number, unit = re.findall(r"(\d+) (minute|hour)", what)[0]
    return talk.wait(int(number) * SECONDS[unit])


def compare(replies: list[str], expected: list[str]) -> None:
    assert len(replies) == len(expected), f"said {replies}, expected {expected}"
    for reply, pattern in zip(replies, expected, strict=True):
        regex = ".*".join(re.escape(part) for part in pattern.split("…"))
        assert re.fullmatch(regex, reply, re.DOTALL), f"said:\n{reply}\nexpected:\n{pattern}"
