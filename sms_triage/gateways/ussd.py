"""USSD: what gateways call, each in its dialect, and telling an answer from a repetition.

A gateway keeps calling one address while a person has a dialog open, and expects the next page as the answer. Most
send everything keyed in so far, joined by ``*`` (*cumulative*); some send only the last. Networks repeat calls, open a
dialog twice, change its id on a retry, or pass the dialled string as if it were an answer (seen with Safaricom and
Airtel, in the issues of praekeltfoundation/vumi). Another gateway is one more row of :data:`DIALECTS`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sms_triage.gateways.base import BadRequest

RETRY_SECONDS = 30.0
"""How long after a call the same call counts as its repetition although its dialog has another id."""

ECHO_SECONDS = 2.0
"""Where only the last answer is sent, the same answer again within this time is a repetition: nobody reads and answers
a page so fast."""

DIALOG_SECONDS = 180.0
"""The longest a network keeps a dialog open."""


@dataclass(frozen=True)
class Call:
    """A call of a USSD gateway. `text` is what it sent as keyed in; `starts` whether it says that the dialog begins,
    `over` that it ended without an answer."""

    session: str
    number: str
    service_code: str
    text: str
    cumulative: bool
    starts: bool
    over: bool = False


@dataclass(frozen=True)
class Dialog:
    """What is kept of a person's dialog: its id, the last text that was heard, the page that was said and whether it
    was the last, and when (s since the epoch)."""

    session: str
    text: str
    said: str
    ends: bool
    at: float


@dataclass(frozen=True)
class Dialect:
    """How one gateway writes its calls: the names of its fields, whether its text is cumulative, and the field and
    value that tell a beginning (none, or no such field in a call: an empty text or the dialled string does), and the
    values of that field that tell that it is over, all whatever their case. It sends a form, or JSON if `json_reply`
    names the fields of the reply: (type, message, type of a page that goes on, type of the last)."""

    session: str
    number: str
    service_code: str
    text: str
    cumulative: bool
    start: tuple[str, str] | None = None
    over: tuple[str, ...] = ()
    json_reply: tuple[str, str, str, str] | None = None

    def read(self, fields: Mapping[str, object]) -> Call:
        """The call. Raises :class:`BadRequest` if a field is missing."""
        try:
            text = str(fields.get(self.text) or "")
            code = str(fields.get(self.service_code) or "")
            kind = str(fields.get(self.start[0]) or "").lower() if self.start else ""
            begins = not text or _dialled(text, code) is not None
            starts = kind == self.start[1].lower() if self.start and kind else begins
            return Call(
                session=str(fields[self.session]),
                number=str(fields[self.number]),
                service_code=code,
                text=text,
                cumulative=self.cumulative,
                starts=starts,
                over=kind in self.over,
            )
        except KeyError as error:
            raise BadRequest(f"{error.args[0]} is missing") from None

    def reply(self, page: str, ends: bool) -> tuple[str, str]:
        """The body that shows `page`, and its media type."""
        if self.json_reply is None:
            return f"{'END' if ends else 'CON'} {page}", "text/plain"
        kind, message, goes_on, last = self.json_reply
        return json.dumps({kind: last if ends else goes_on, message: page}, ensure_ascii=False), "application/json"


DIALECTS = {
    "africastalking": Dialect("sessionId", "phoneNumber", "serviceCode", "text", cumulative=True),
    "hubtel": Dialect(
        "SessionId", "Mobile", "ServiceCode", "Message", cumulative=False,
        start=("Type", "Initiation"), over=("release", "timeout"),
        json_reply=("Type", "Message", "Response", "Release"),
    ),
}  # fmt: skip
"""By name, which is also the last part of the gateway's address: ``/ussd/<name>``."""


@dataclass(frozen=True)
class KeyedIn:
    """What a call means: a `repetition` (say the last page again), or what was keyed in, after dialling if `dials`."""

    inputs: tuple[str, ...] = ()
    dials: bool = False
    repetition: bool = False


REPETITION = KeyedIn(repetition=True)


def listen(call: Call, before: Dialog | None, now: float) -> KeyedIn:
    """What a call means after what the person's last one was."""
    if before is None:
        return _from_the_start(call)
    if call.session != before.session:
        if call.text == before.text and now - before.at < RETRY_SECONDS:
            return REPETITION
        if call.cumulative and before.text and not before.ends and now - before.at < DIALOG_SECONDS:
            answer = _added(call.text, before.text)
            if answer is not None:
                return KeyedIn((answer,))
        return _from_the_start(call)
    dialled_again = call.text.startswith("*") and _dialled(call.text, call.service_code) is not None
    if before.ends or call.starts or dialled_again:
        return REPETITION
    if not call.cumulative:
        echo = call.text == before.text and now - before.at < ECHO_SECONDS
        return REPETITION if echo else KeyedIn((call.text,))
    if before.text.startswith(call.text):
        return REPETITION
    answer = _added(call.text, before.text)
    if answer is None:
        # Not what was heard before and more: only the last part can be new.
        answer = call.text.rpartition("*")[2]
    return REPETITION if _DIAL_STRING.fullmatch(f"*{answer}") else KeyedIn((answer,))


_DIAL_STRING = re.compile(r"\*[\d*]+#")


def _dialled(text: str, service_code: str) -> str | None:
    """What was dialled along with the code, where `text` is the dialled string, written with or without its ``*`` and
    ``#``; None if it is not."""
    bare, code = text.strip("*#"), service_code.strip("*#")
    if code and f"{bare}*".startswith(f"{code}*"):
        return bare[len(code) + 1 :]
    return "" if _DIAL_STRING.fullmatch(text) else None


def _added(text: str, before: str) -> str | None:
    """What was keyed in since `before`. It may hold a ``*`` of its own."""
    if not before:
        return text
    return text[len(before) + 1 :] if text.startswith(f"{before}*") else None


def _from_the_start(call: Call) -> KeyedIn:
    """A dialog that begins, with the answers that were dialled along with the code."""
    if not call.cumulative and not call.starts:
        # The beginning was not seen, or is forgotten: it is still an answer.
        return KeyedIn((call.text,))
    along = _dialled(call.text, call.service_code)
    text = call.text if along is None else along
    return KeyedIn(tuple(text.split("*")) if text else (), dials=True)
