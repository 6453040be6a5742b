"""A phone in the terminal: what you type goes to the running service's webhook, what the worker sends comes back.

With USSD, what you type is keyed in to a dialog, as a network sends it (in Africa's Talking's dialect).
"""

import re
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable

import requests

POLL_SECONDS = 0.3
REPLY_SECONDS = 3.0
"""How long a phone that is read from a pipe waits for the last reply."""


DIALOG_SECONDS = 60.0
"""How long a network waits for an answer before a USSD dialog is over."""

DROP = "/drop"
"""What to type to lose the signal."""

LATER = re.compile(r"/later (\d+) ?(hour|day|week)s?")
"""What to type to let time pass."""

UNIT_SECONDS = {"hour": 3600, "day": 86_400, "week": 7 * 86_400}


class PhoneError(Exception):
    """The service cannot be reached or has no phone; the message says what to do."""


class Phone:
    """One number, talking to the service at `url`."""

    def __init__(self, url: str, number: str, sender: str, show: Callable[[str], None] = print) -> None:
        self.url, self.number, self.sender, self.show = url.rstrip("/"), number, sender, show
        self.after = "-"
        self.received = 0
        self.http = requests.Session()

    def send(self, text: str) -> None:
        """Texts the service."""
        form = {"MessageSid": f"SM{uuid.uuid4().hex}", "From": self.number, "To": self.sender, "Body": text}
        answer = self.call("POST", "/sms/twilio", data=form)
        if answer.status_code != 200:
            raise PhoneError(f"the service did not take it ({answer.status_code}): is GATEWAY=simulator?")

    def register(self) -> None:
        """Makes this phone's owner a health worker."""
        if self.call("POST", "/phone/chw", data={"number": self.number}).status_code != 204:
            raise PhoneError(f"no phone at {self.url}: is GATEWAY=simulator?")

    def let_pass(self, text: str) -> bool:
        """Lets time pass if that is what `text` says ("/later 2 weeks")."""
        match = LATER.fullmatch(text)
        if match:
            seconds = int(match[1]) * UNIT_SECONDS[match[2]]
            if self.call("POST", "/phone/later", data={"seconds": str(seconds)}).status_code != 200:
                raise PhoneError("so much time cannot pass at one go")
        return bool(match)

    def poll(self, quiet: bool = False) -> int:
        """Shows what came since the last time. Returns how many messages."""
        answer = self.call("GET", "/phone/messages", params={"number": self.number, "after": self.after})
        if answer.status_code != 200:
            raise PhoneError(f"no phone at {self.url} ({answer.status_code}): is GATEWAY=simulator?")
        messages = answer.json()
        for message in messages:
            self.after = message["place"]
            self.received += 1
            if not quiet:
                cost = message["cost"]
                self.show(_bubble(message["text"], f"{cost['size']} {cost['encoding']}, {cost['segments']} segment(s)"))
        return len(messages)

    def call(self, method: str, path: str, **arguments: object) -> requests.Response:
        try:
            return self.http.request(method, f"{self.url}{path}", timeout=10, **arguments)  # type: ignore[arg-type]
        except requests.RequestException:
            raise PhoneError(f"nothing answers at {self.url}: start it with `sms-triage run`") from None


class Dialog:
    """A USSD dialog of a phone with the service behind `code`."""

    def __init__(self, phone: Phone, code: str) -> None:
        self.phone, self.code = phone, code
        self.session = ""
        self.keyed: list[str] = []
        self.asked_at = 0.0

    def dial(self) -> None:
        self.session, self.keyed = f"ATUid_{uuid.uuid4().hex}", []
        self._ask()

    def press(self, text: str) -> None:
        """Keys in an answer; if the dialog is over by now, the network says so."""
        if self.session and time.monotonic() - self.asked_at > DIALOG_SECONDS:
            self.drop()
        if not self.session:
            self.dial()
            return
        self.keyed.append(text)
        self._ask()

    def drop(self) -> None:
        """The dialog ends before its last page, and the network tells the service."""
        if self.session:
            self._call("/end", {"status": "Incomplete", "input": "*".join(self.keyed)})
            self.session = ""
            self.phone.show("  Connection problem or invalid MMI code.\n")

    def _ask(self) -> None:
        answer = self._call("", {"text": "*".join(self.keyed)})
        kind, _, page = answer.text.partition(" ")
        if answer.status_code != 200 or kind not in ("CON", "END"):
            raise PhoneError(f"no USSD at {self.phone.url} ({answer.status_code}): is GATEWAY=simulator?")
        self.asked_at = time.monotonic()
        self.phone.show(_bubble(page, "the last page" if kind == "END" else f"answer, or {DROP} to lose the signal"))
        if kind == "END":
            self.session = ""

    def _call(self, path: str, fields: dict[str, str]) -> requests.Response:
        form = {"sessionId": self.session, "phoneNumber": self.phone.number, "serviceCode": self.code, **fields}
        return self.phone.call("POST", f"/ussd/africastalking{path}", data=form)


def talk(phone: Phone, lines: Iterable[str], interactive: bool) -> None:
    """Sends each line and shows the replies. Raises :class:`PhoneError`."""
    phone.poll(quiet=True)
    if interactive:
        print(f"{phone.number} texting {phone.sender} at {phone.url}. Write a text and Enter; Ctrl-D hangs up.")
        print("/later 2 weeks lets time pass.")
        threading.Thread(target=_keep_polling, args=(phone,), daemon=True).start()
    for line in lines:
        text = line.rstrip("\n")
        if not interactive:
            print(f"> {text}", flush=True)
        if not phone.let_pass(text):
            phone.send(text)
        if not interactive:
            _wait_for_reply(phone)


def key_in(dialog: Dialog, lines: Iterable[str], interactive: bool) -> None:
    """Dials and keys in each line; shows the pages, and the texts that come. Raises :class:`PhoneError`."""
    phone = dialog.phone
    phone.poll(quiet=True)
    if interactive:
        print(f"{phone.number} dials {dialog.code} at {phone.url}. Key in an answer and Enter; Ctrl-D hangs up.")
        threading.Thread(target=_keep_polling, args=(phone,), daemon=True).start()
    dialog.dial()
    for line in lines:
        text = line.rstrip("\n")
        if not interactive:
            print(f"> {text}", flush=True)
        if text == DROP:
            dialog.drop()
        elif not phone.let_pass(text):
            dialog.press(text)
        if not interactive and not dialog.session:
            # A dropped or finished dialog may be followed by a text.
            _wait_for_reply(phone)
    dialog.drop()


def _keep_polling(phone: Phone) -> None:
    while True:
        try:
            phone.poll()
        except PhoneError as error:
            print(error, file=sys.stderr)
            time.sleep(2)
        time.sleep(POLL_SECONDS)


def _wait_for_reply(phone: Phone) -> None:
    deadline = time.monotonic() + REPLY_SECONDS
    while not phone.poll() and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS / 3)
    # An alarm is answered with two messages.
    time.sleep(POLL_SECONDS)
    phone.poll()


def _bubble(text: str, note: str) -> str:
    lines = text.splitlines() or [""]
    width = min(64, max(len(line) for line in lines))
    rows = [row for line in lines for row in _wrapped(line, width)]
    body = "\n".join(f"  | {row:<{width}} |" for row in rows)
    return f"  .{'-' * (width + 2)}.\n{body}\n  '{'-' * (width + 2)}'  {note}\n"


def _wrapped(line: str, width: int) -> list[str]:
    rows, row = [], ""
    for word in line.split(" "):
        if row and len(row) + 1 + len(word) > width:
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}" if row else word
    return [*rows, row]
