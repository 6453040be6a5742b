"""Conversations as transcripts: each file in tests/conversations is what a person says and what the service says.

A line ``> text`` is the person's, ``< text`` the service's (further lines of the message are indented), ``(31 minutes
later)`` lets time pass, in which a silent person may be told something. ``…`` in a message stands for any words.
Of two messages to one text, each starts with its own ``<``.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from sms_triage.triage.engine import fall_silent, take_turn
from sms_triage.triage.face import Face
from sms_triage.triage.session import Session, load_session

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


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_conversation(face: Face, path: Path) -> None:
    session: Session | None = None
    opted_out, now = False, 1000.0
    expected: list[str] = []
    replies: list[str] = []
    for line in [*read(path), Said("end", "")]:
        if line.who == "<":
            expected.append(line.text)
            continue
        compare(replies, expected)
        replies, expected = [], []
        if line.who == ">":
            turn = take_turn(face, session, opted_out, line.text, now)
        elif line.who == "(":
            number, unit = re.findall(r"(\d+) (minute|hour)", line.text)[0]
            now += int(number) * SECONDS[unit]
            turn = fall_silent(face, session, opted_out, now)
        else:
            break
        # Every session goes through its stored form.
        session = turn.session and load_session(turn.session.dump())
        opted_out = turn.opted_out
        replies = [reply.text for reply in turn.replies]


def compare(replies: list[str], expected: list[str]) -> None:
    assert len(replies) == len(expected), f"said {replies}, expected {expected}"
    for reply, pattern in zip(replies, expected, strict=True):
        regex = ".*".join(re.escape(part) for part in pattern.split("…"))
        assert re.fullmatch(regex, reply, re.DOTALL), f"said:\n{reply}\nexpected:\n{pattern}"
