"""Conversations as transcripts: each file in tests/conversations is what a person says and what the service says.

A line ``> text`` is the person's, ``< text`` the service's (further lines of the message are indented). Signs behind
``<`` tell how a message goes:

    ``<!``  urgent, before everybody's answers       ``<~``  a reminder, after them
    ``<+``  sent although she may have said STOP     ``<@``  by SMS, while the screen of a USSD dialog shows something
    ``<&``  to somebody else, whose name or number stands before a colon

so ``<!+`` is urgent and sent despite STOP, and ``< `` is an answer, or the page of a USSD dialog. A message that the
outbox would drop is no message. Of two messages to one text, each starts with its own ``<``. ``# events`` after them
are all that was counted; where none stand, anything may have been.

``(dials)`` or ``(dials 1*2)`` opens a USSD dialog, in which ``> keys`` are keyed in; ``(drops)`` ends it, ``(texts)``
goes back to SMS. ``(23 hours 59 minutes later)`` lets time pass, in which a silent person may be told something.

``…`` in a message stands for any words but those that say how soon to be seen, and no part of those: the first
sentence of a disposition and an alarm's guidance stand in a transcript whole.

A file may begin with ``Languages: en sw`` (what the deployment offers) and ``From: 2026-11-24 18:00 Africa/Nairobi``
(when and where it is); what is said unasked then begins with the moment. ``Chw: A12`` makes the person a community
health worker, ``Supervisor: +254700000009`` gives her one.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sms_triage.triage.conversation.turn import Priority
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.followup import Calendar
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.load import load_locales
from sms_triage.triage.wording.locale import Locales
from tests.outside import Outside
from tests.phone import Phone
from tests.talk import Drawer, Talk, Told

FOLDER = Path(__file__).parent.parent / "conversations"
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 7 * 86_400}
SIGNS = {Priority.URGENT: "!", Priority.ANSWER: "", Priority.REMINDER: "~"}


@dataclass
class Line:
    """A line of a transcript: what kind it is, its text, and for the service's the signs it goes with."""

    kind: str
    text: str
    signs: str = ""


@dataclass
class Transcript:
    """A file, as its heading and its lines."""

    heading: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


def read(text: str) -> Transcript:
    """A transcript. Every row of it is of a known kind, so that no line is skipped for its spelling."""
    found = Transcript()
    for row in text.splitlines():
        if said := re.fullmatch(r"<([!~+@&]*) (.*)", row):
            found.lines.append(Line("<", said[2], said[1]))
        elif row == ">" or row.startswith(("> ", "# ")):
            found.lines.append(Line(row[0], row[2:]))
        elif row.startswith("("):
            found.lines.append(Line("(", row.strip("()")))
        elif row.startswith("  ") and found.lines:
            found.lines[-1].text += "\n" + row[2:]
        elif entry := re.fullmatch(r"(Languages|From|Chw|Supervisor): (.+)", row):
            found.heading[entry[1]] = entry[2]
        else:
            assert not found.lines or not row, f"what is {row!r}?"
    return found


@cache
def deployment(offered: tuple[str, ...]) -> Locales:
    return load_locales(offered, offered[0], {"emergency_number": "112", "sender": "22384"})


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_conversation(path: Path) -> None:
    play(read(path.read_text(encoding="utf-8")))


PLAIN = [path for path in sorted(FOLDER.glob("*.txt")) if not read(path.read_text(encoding="utf-8")).heading]


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.stem)
def test_conversation_through_webhooks_store_and_outbox(outside: Outside, path: Path) -> None:
    """What a deployment delivers is what stands there, in all that need no more than a phone in English."""
    go_through(read(path.read_text(encoding="utf-8")), Phone(outside), dated=False)


def play(transcript: Transcript) -> None:
    """Goes through a transcript, and fails where something else is said."""
    heading = transcript.heading
    talk = Talk(deployment(tuple(heading.get("Languages", "en").split())), now=1000.0)
    if "Chw" in heading:
        chw = Chw("chw", "Amina", heading["Chw"], supervisor=heading.get("Supervisor", ""))
        talk.person = Person(chw=chw, desk=Drawer())
    if "From" in heading:
        day, hour, zone = heading["From"].split()
        talk.person = replace(talk.person, calendar=Calendar(zone))
        talk.now = datetime.fromisoformat(f"{day} {hour}").replace(tzinfo=ZoneInfo(zone)).timestamp()
    go_through(transcript, talk, "From" in heading)


def go_through(transcript: Transcript, talk: Talk | Phone, dated: bool) -> None:
    expected: list[Line] = []
    for line in [*transcript.lines, Line("end", "")]:
        if line.kind == "<":
            expected.append(line)
        elif line.kind == "#":
            assert isinstance(talk, Phone) or ", ".join(talk.counted) == line.text
        else:
            compare(talk, expected)
            expected = []
            act(talk, line, dated)


def act(talk: Talk | Phone, line: Line, dated: bool) -> None:
    """Does what a line says."""
    talk.told = []
    if isinstance(talk, Talk):
        talk.counted = []
    if line.kind == ">":
        talk.text(line.text) if talk.channel == "sms" else talk.press(line.text)
    elif line.text == "texts":
        talk.channel = "sms"
    elif line.text == "drops":
        talk.hang_up()
    elif line.text.startswith("dials"):
        talk.dial(*filter(None, line.text.removeprefix("dials").strip().split("*")))
    elif line.text.endswith(" later"):
        spans = re.findall(r"(\d+) (second|minute|hour|day|week)", line.text)
        talk.wait(sum(int(number) * SECONDS[unit] for number, unit in spans))
        if dated:
            talk.told = [replace(told, text=f"[{told.at:%a %-d %b %H:%M}] {told.text}") for told in talk.told]
    else:
        assert line.kind == "end", f"what is ({line.text})?"


def signs(told: Told, talk: Talk | Phone) -> str:
    """How a message goes, as a transcript writes it."""
    beside_screen = not told.shown and not told.to and any(other.shown for other in talk.told)
    return "".join(
        (SIGNS[told.priority], "+" if told.despite_stop else "", "@" if beside_screen else "", "&" if told.to else "")
    )


def compare(talk: Talk | Phone, expected: list[Line]) -> None:
    """Fails if something else was said, or was said in another way, as far as that is seen."""
    said = [Line("<", f"{told.to}: {told.text}" if told.to else told.text, signs(told, talk)) for told in talk.told]
    whole = "\n".join(f"<{line.signs} {line.text}" for line in said)
    assert len(said) == len(expected), f"said:\n{whole}\nexpected:\n{expected}"
    for line, pattern in zip(said, expected, strict=True):
        shown = "(.*)".join(re.escape(part) for part in pattern.text.split("…"))
        found = re.fullmatch(shown, line.text, re.DOTALL)
        assert found, f"said:\n{whole}\nexpected:\n<{pattern.signs} {pattern.text}"
        assert isinstance(talk, Phone) or line.signs == pattern.signs, (
            f"said:\n{whole}\nexpected:\n<{pattern.signs} {pattern.text}"
        )
        hidden = [found.span(place + 1) for place in range(len(found.groups()))]
        for words in dispositions(talk.locales.languages):
            for stands in re.finditer(re.escape(words), line.text):
                open_to_see = all(end <= stands.start() or stands.end() <= start for start, end in hidden)
                assert open_to_see, f"… hides {words!r} of\n{line.text}"


@cache
def dispositions(offered: tuple[str, ...]) -> frozenset[str]:
    """The words that say how soon to be seen, in every language and wording: what no ``…`` may hide."""
    words = set[str]()
    for locale in deployment(offered).locales.values():
        for wording in ({"for_whom": "self"}, {"for_whom": "patient"}):
            for disposition in locale.content.dispositions:
                words.add(re.split(r"(?<=[.।]) ", locale.say(disposition.text, wording))[0])
                words.add(locale.phrase(f"urgency_{disposition.id}", wording))
            for guidance in locale.alarms.guidance.values():
                whole = locale.say(guidance.text, wording)
                words |= {whole, re.split(r"(?<=[.।]) ", whole)[0]}
    return frozenset(words)


HI = "> i am bleeding a lot\n"
EMERGENCY = (
    "EMERGENCY: go to the nearest hospital now or call 112. Do not wait, do not go alone. Say: bleeding after sex."
)
GOES_ON = "< To go on: Free private check…\n"


def test_a_transcript_that_says_all_passes() -> None:
    play(read(f"Heading.\n\n{HI}<! {EMERGENCY}\n{GOES_ON}# alarm:heavy_bleeding\n> stop\n<+ You will…\n> hi\n"))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (f"{HI}<! EMERGENCY:…\n{GOES_ON}", "how soon to be seen is hidden"),
        (f"{HI}<! {EMERGENCY[:100]}…\n{GOES_ON}", "a part of it is hidden"),
        (f"{HI}< {EMERGENCY}\n{GOES_ON}", "it is urgent"),
        (f"{HI}<! {EMERGENCY}\n", "something else is said too"),
        (f"{HI}<! {EMERGENCY}\n{GOES_ON}# start\n", "something else is counted"),
        ("> stop\n< You will get no more messages from us. To come back, text START.\n", "it is sent despite STOP"),
        ("> stop\n<+ You will…\n> hi\n< Free private check…\n", "nothing is sent after STOP"),
        ("> hi\n<Free private check…\n", "a line is misspelt"),
        ("(waits)\n", "nobody knows what to do"),
        ("(drops)\n< Free private check…\n", "nothing is said"),
    ],
    ids=lambda text: text if len(text) < 40 and "\n" not in text else "",
)
def test_a_transcript_that_does_not_fails(wrong: str, why: str) -> None:
    with pytest.raises(AssertionError):
        play(read(f"Heading.\n\n{wrong}"))
