"""A phone in the terminal: what you type goes to the running service's webhook, what the worker sends comes back."""

import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable

import requests

POLL_SECONDS = 0.3
REPLY_SECONDS = 3.0
"""How long a phone that is read from a pipe waits for the last reply."""


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
        answer = self._call("POST", "/sms/twilio", data=form)
        if answer.status_code != 200:
            raise PhoneError(f"the service did not take it ({answer.status_code}): is GATEWAY=simulator?")

    def poll(self, quiet: bool = False) -> int:
        """Shows what came since the last time. Returns how many messages."""
        answer = self._call("GET", "/phone/messages", params={"number": self.number, "after": self.after})
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

    def _call(self, method: str, path: str, **arguments: object) -> requests.Response:
        try:
            return self.http.request(method, f"{self.url}{path}", timeout=10, **arguments)  # type: ignore[arg-type]
        except requests.RequestException:
            raise PhoneError(f"nothing answers at {self.url}: start it with `sms-triage run`") from None


def talk(phone: Phone, lines: Iterable[str], interactive: bool) -> None:
    """Sends each line and shows the replies. Raises :class:`PhoneError`."""
    phone.poll(quiet=True)
    if interactive:
        print(f"{phone.number} texting {phone.sender} at {phone.url}. Write a text and Enter; Ctrl-D hangs up.")
        threading.Thread(target=_keep_polling, args=(phone,), daemon=True).start()
    for line in lines:
        text = line.rstrip("\n")
        if not interactive:
            print(f"> {text}", flush=True)
        phone.send(text)
        if not interactive:
            _wait_for_reply(phone)


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
