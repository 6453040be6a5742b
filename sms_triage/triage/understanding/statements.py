"""What a person tells in her own words that is no danger by itself: "i am pregnant", "it smells", "the third time"."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from sms_triage.triage.content.schema import AlarmEntry, AlarmsFile, CommonWordsFile, TopicFile
from sms_triage.triage.understanding.alarms import Alarms, read_alarms


@dataclass(frozen=True)
class Statements:
    """All statements of a topic: the findings that each tells, and by its place the words that tell it."""

    tells: tuple[Mapping[str, str], ...]
    words: Alarms

    def told_in(self, text: str) -> dict[str, str]:
        """The findings that a text tells. Of two values of one finding that of the later statement counts."""
        heard = self.words.heard(text)
        return {finding: value for one in heard for finding, value in self.tells[int(one.alarm.id)].items()}


@lru_cache(maxsize=8)
def read_statements(topic: TopicFile, alarms: AlarmsFile, common: CommonWordsFile) -> Statements:
    """The statements of a topic, from the content."""
    entries = topic.statements
    words = tuple(AlarmEntry(id=str(place), guidance="", patterns=one.patterns) for place, one in enumerate(entries))
    file = msgspec.structs.replace(alarms, alarms=words, guidance={}, doubt={})
    return Statements(tuple(entry.tells for entry in entries), read_alarms(file, common))
