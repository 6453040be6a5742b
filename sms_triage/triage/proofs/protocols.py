"""``menus check``: what must hold of the protocol of follow-up, one line for each violation."""

from collections.abc import Iterator

from sms_triage.triage.content.folder import Folder
from sms_triage.triage.understanding.words import fold, normal
from sms_triage.triage.wording.locale import Locale

QUIET = ("20:00", "09:00")
"""The quiet hours of a deployment that sets none."""


def check_discretion(locale: Locale) -> tuple[str, ...]:
    """What is sent before it is known who reads it reveals nothing, in any language."""
    found = dict.fromkeys(_discreet(locale))
    return tuple(f"{locale.language}.{locale.channel}: {violation}" for violation in found)


def schedules(folder: Folder) -> Iterator[str]:
    """Every schedule of the content, for a reader."""
    for id, schedule in folder.follow_up.schedules.items():
        days = ", ".join(f"day {day}" for day in schedule.days)
        yield f"follow-up after {id}: {days}; asks {schedule.asks}; then it ends"


def _discreet(locale: Locale) -> Iterator[str]:
    revealing = {normal(word): language for language, words in locale.protocol.revealing.items() for word in words}
    for name in locale.protocol.discreet:
        kind, _, id = name.partition(" ")
        texts = locale.asks if kind == "question" else locale.texts
        for token in normal(fold(" ".join(texts[id].both()))).split():
            for word, language in revealing.items():
                if token.startswith(word):
                    yield f"{name} says {token!r}, which reveals ({language}: {word})"
