"""A session is what we know of one conversation, not where it is: the screen is derived by walking the menu."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Session:
    """One conversation in progress, or just completed.

    `answers` are (question id, {finding: value}) in the order given: Back removes the last. `asking` is set only when
    a question is asked out of its turn; `shown` is the stamp of the question last put to the person, so that after a
    change of the content an answer is never read as one to another question. `alarms` are the dangers stated in free
    text, `misses` the texts in a row that were not understood, `reading` what is being read after the result ("",
    "tips:2", "causes:1"), `heard` when the person last wrote (seconds since the epoch), `told` whether a broken-off
    conversation was told what it is owed.
    """

    heard: float
    answers: tuple[tuple[str, Mapping[str, str]], ...] = ()
    asking: str = ""
    shown: str = ""
    alarms: tuple[str, ...] = ()
    misses: int = 0
    reading: str = ""
    told: bool = False

    @property
    def known(self) -> dict[str, str]:
        """Every finding told so far; a later answer to the same question counts."""
        return {finding: value for _, values in self.answers for finding, value in values.items()}

    def dump(self) -> bytes:
        """The session as it is stored (sealed)."""
        raw: dict[str, Any] = {
            "heard": self.heard,
            "answers": [[question, dict(values)] for question, values in self.answers],
        }
        for name in ("asking", "shown", "alarms", "misses", "reading", "told"):
            if value := getattr(self, name):
                raw[name] = value
        return json.dumps(raw, separators=(",", ":")).encode()


def load_session(data: bytes) -> Session:
    raw = json.loads(data)
    raw["answers"] = tuple((question, values) for question, values in raw["answers"])
    raw["alarms"] = tuple(raw.get("alarms", ()))
    return Session(**raw)
