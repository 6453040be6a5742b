"""What a person tells in her own words that is no danger by itself: "i am pregnant", "it smells", "the third time"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from sms_triage.triage.content.schema import AlarmEntry, AlarmsFile, CommonWordsFile, StatementEntry
from sms_triage.triage.understanding.alarms import Alarms, read_alarms


@dataclass(frozen=True)
class Statement:
    """Findings, and the words that tell them: as an alarm's, with what denies them."""

    tells: Mapping[str, str]
    words: Alarms


def read_statements(
    entries: Iterable[StatementEntry], alarms: AlarmsFile, common: CommonWordsFile
) -> tuple[Statement, ...]:
    """The statements of a topic, from the content."""
    return tuple(
        Statement(
            entry.tells, read_alarms(msgspec.structs.replace(alarms, alarms=(_as_alarm(entry),), guidance={}), common)
        )
        for entry in entries
    )


def _as_alarm(entry: StatementEntry) -> AlarmEntry:
    return AlarmEntry(id="", guidance="", patterns=entry.patterns)


def told_in(statements: Iterable[Statement], text: str) -> dict[str, str]:
    """The findings that a text tells. Of two values of one finding that of the later statement counts: the worse."""
    return {
        finding: value
        for statement in statements
        if statement.words.heard(text)
        for finding, value in statement.tells.items()
    }
