"""Conversations as transcripts: each file in tests/conversations is what a person says and what the service says.

A line ``> text`` is the person's, ``< text`` the service's (further lines of the message are indented). ``(dials)`` or
``(dials 1*2)`` opens a USSD dialog, in which ``> keys`` are keyed in; ``(drops)`` ends it, ``(texts)`` goes back to SMS.
``(31 minutes later)`` lets time pass, in which a silent person may be told something. ``…`` in a message stands for any
words. Of two messages to one text, each starts with its own ``<``. A file may begin with ``Languages: en sw`` (what the
deployment offers) and ``From: 2026-11-24 18:00 Africa/Nairobi`` (when and where it is); what is said unasked then begins
with the moment. ``Worker: A12`` makes the person a community health worker.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.followup import Calendar
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.load import load_locales
from tests.talk import Drawer, Talk

FOLDER = Path(__file__).parent.parent / "conversations"
SECONDS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 7 * 86_400}


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


def heading(path: Path, name: str) -> str:
    found = re.search(rf"^{name}: (.+)$", path.read_text(encoding="utf-8"), re.M)
    return found[1] if found else ""


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_conversation(path: Path) -> None:
    offered = tuple(heading(path, "Languages").split()) or ("en",)
    talk = Talk(load_locales(offered, offered[0], {"emergency_number": "112", "sender": "22384"}), now=1000.0)
    if heading(path, "Worker"):
        talk.person = Person(chw=Chw("chw", "Amina", heading(path, "Worker")), desk=Drawer())
    dated = heading(path, "From")
    if dated:
        day, hour, zone = dated.split()
        talk.person = replace(talk.person, calendar=Calendar(zone))
        talk.now = datetime.fromisoformat(f"{day} {hour}").replace(tzinfo=ZoneInfo(zone)).timestamp()
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
            replies = act(talk, line.text, bool(dated))


def act(talk: Talk, what: str, dated: bool) -> list[str]:
    """Does what stands in brackets."""
    if what == "texts":
        talk.channel = "sms"
        return []
    if what == "drops":
        return talk.hang_up()
    if what.startswith("dials"):
        return talk.dial(*filter(None, what.removeprefix("dials").strip().split("*")))
    number, unit = re.findall(r"(\d+) (minute|hour|day|week)", what)[0]
    said = talk.pass_time(int(number) * SECONDS[unit])
    return [f"[{at:%a %-d %b %H:%M}] {text}" if dated else text for at, text in said]


def compare(replies: list[str], expected: list[str]) -> None:
    assert len(replies) == len(expected), f"said {replies}, expected {expected}"
    for reply, pattern in zip(replies, expected, strict=True):
        regex = ".*".join(re.escape(part) for part in pattern.split("…"))
        assert re.fullmatch(regex, reply, re.DOTALL), f"said:\n{reply}\nexpected:\n{pattern}"
