"""A content folder as it is written: every file in its shape."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sms_triage.triage.content.errors import ContentError, nearest
from sms_triage.triage.content.schema import (
    AlarmsFile,
    AskedFile,
    ChwFile,
    CommonWordsFile,
    FollowUpFile,
    OwnQuestionEntry,
    ServiceFile,
    TopicFile,
    Words,
)

SERVICE, FOLLOW_UP, CHW, ALARMS = "service.yaml", "followup.yaml", "chw.yaml", "alarms.yaml"
COMMON_WORDS, ASKED = "common_words.yaml", "asked.yaml"


@dataclass(frozen=True)
class Folder:
    """Everything written in a content folder. `hash` names this very version; `topics` are by the names of their
    files."""

    hash: str
    topics: Mapping[str, TopicFile]
    service: ServiceFile
    follow_up: FollowUpFile
    chw: ChwFile
    alarms: AlarmsFile
    common_words: CommonWordsFile
    asked: AskedFile

    def topic(self, id: str = "") -> tuple[str, TopicFile]:
        """A topic with its id; the first if none is named."""
        id = id or next(iter(self.topics))
        if id not in self.topics:
            raise ContentError(f'there is no topic "{id}"{nearest(id, self.topics)}')
        return id, self.topics[id]

    @property
    def own_files(self) -> Iterator[tuple[str, ServiceFile | FollowUpFile | ChwFile]]:
        """The files with questions and texts of the service's own."""
        yield from ((SERVICE, self.service), (FOLLOW_UP, self.follow_up), (CHW, self.chw))

    @property
    def own_questions(self) -> dict[str, OwnQuestionEntry]:
        """The service's own questions."""
        return {id: entry for _, file in self.own_files for id, entry in file.questions.items()}

    def own_texts(self, channel: str | None = None) -> dict[str, Words]:
        """The service's own texts, as they are said on a channel."""
        texts = {name: text for _, file in self.own_files for name, text in file.texts.items()}
        return texts | (self.service.ussd_texts if channel == "ussd" else {})
