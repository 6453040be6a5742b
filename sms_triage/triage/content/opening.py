"""A content folder opened: every file read, in its shape, and everything that it names is there."""

import hashlib
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.folder import ALARMS, ASKED, CHW, COMMON_WORDS, FOLLOW_UP, SERVICE, Folder
from sms_triage.triage.content.references import faults, files_faults
from sms_triage.triage.content.schema import (
    AlarmsFile,
    AskedFile,
    ChwFile,
    CommonWordsFile,
    FollowUpFile,
    ServiceFile,
    TopicFile,
    shaped,
)
from sms_triage.triage.content.translations import languages_of
from sms_triage.triage.content.yaml_file import read_yaml


def open_folder(directory: Path) -> Folder:
    """A content folder, read once for each version of it.

    Raises :class:`ContentError` if a file is missing or not in its shape, or if something names what does not exist.
    """
    return _opened(directory, _version(directory))


def _version(directory: Path) -> str:
    """Changes with any file of the folder."""
    files = sorted([*directory.glob("*.yaml"), *directory.glob("topics/*"), *directory.glob("locale/*.po")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


@lru_cache(maxsize=4)
def _opened(directory: Path, version: str) -> Folder:
    def read(name: str, kind: type[Any]) -> Any:
        return shaped(read_yaml(directory / name), kind, name)

    service: ServiceFile = read(SERVICE, ServiceFile)
    for fault in files_faults(service, topics=_names(directory / "topics"), languages=languages_of(directory)):
        raise ContentError(fault)
    topics = {id: read(f"topics/{id}.yaml", TopicFile) for id in service.topics}
    folder = Folder(
        hash=version,
        topics=MappingProxyType(topics),
        service=service,
        follow_up=read(FOLLOW_UP, FollowUpFile),
        chw=read(CHW, ChwFile),
        alarms=read(ALARMS, AlarmsFile),
        common_words=read(COMMON_WORDS, CommonWordsFile),
        asked=read(ASKED, AskedFile),
    )
    for fault in faults(folder):
        raise ContentError(fault)
    return folder


def _names(directory: Path) -> tuple[str, ...]:
    """The files of a folder, but hidden ones."""
    files = directory.iterdir() if directory.is_dir() else ()
    return tuple(sorted(path.name for path in files if not path.name.startswith(".")))
