"""What a person asks the service: "what does it cost", "can I have sex", and what it answers."""

from dataclasses import dataclass
from functools import lru_cache

import msgspec

from sms_triage.triage.content.model import Text
from sms_triage.triage.content.reader import read_text
from sms_triage.triage.content.schema import AlarmEntry, AlarmsFile, AskedFile, CommonWordsFile, TopicFile
from sms_triage.triage.content.translations import SOURCE, Translation
from sms_triage.triage.understanding.alarms import Alarms, read_alarms

WINDOW = 6
"""Within how many words a question is put."""


@dataclass(frozen=True)
class Answered:
    """A question and what is answered to it; only what is `urgent` is answered in an emergency."""

    id: str
    text: Text
    urgent: bool


@dataclass(frozen=True)
class Questions:
    """All that is answered, in the order in which they are looked for, and by its place the words that ask it."""

    answers: tuple[Answered, ...]
    words: Alarms

    def asked_in(self, text: str) -> Answered | None:
        """The first question that a text asks."""
        asked = self.words.speaks_of(text)
        return self.answers[int(asked[0].id)] if asked else None


def read_questions(
    topic: TopicFile, service: AskedFile, alarms: AlarmsFile, common: CommonWordsFile, translation: Translation = SOURCE
) -> Questions:
    """The questions about a topic and about the service, from the content."""
    entries = (*topic.asked, *service.asked)
    answers = (Answered(one.id, read_text(one.text, f"asked {one.id}", translation), one.urgent) for one in entries)
    return Questions(tuple(answers), _words(topic, service, alarms, common))


@lru_cache(maxsize=8)
def _words(topic: TopicFile, service: AskedFile, alarms: AlarmsFile, common: CommonWordsFile) -> Alarms:
    entries = (*topic.asked, *service.asked)
    words = tuple(AlarmEntry(str(place), "", entry.patterns) for place, entry in enumerate(entries))
    file = msgspec.structs.replace(alarms, alarms=words, guidance={}, doubt={}, window=WINDOW)
    return read_alarms(file, common)
