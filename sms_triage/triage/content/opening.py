"""A content folder opened: every file read, in its shape, and everything that it names is there."""

import hashlib
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.folder import ALARMS, CHW, FOLLOW_UP, SERVICE, Folder
from sms_triage.triage.content.references import faults
from sms_triage.triage.content.schema import AlarmsFile, ChwFile, FollowUpFile, ServiceFile, TopicFile, shaped
from sms_triage.triage.content.yaml_file import read_yaml


def open_folder(directory: Path) -> Folder:
    """A content folder, read once for each version of it.

    Raises :class:`ContentError` if a file is missing or not in its shape, or if something names what does not exist.
    """
    return _opened(directory, _version(directory))


def topics_of(directory: Path) -> tuple[str, ...]:
    """The topics of a content folder, in order."""
    return tuple(sorted(path.stem for path in (directory / "topics").glob("*.yaml")))


def _version(directory: Path) -> str:
    """Changes with any file of the folder."""
    files = sorted([*directory.glob("*.yaml"), *directory.glob("topics/*.yaml"), *directory.glob("locale/*.po")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


@lru_cache(maxsize=4)
def _opened(directory: Path, version: str) -> Folder:
    def read(name: str, kind: type[Any]) -> Any:
        return shaped(read_yaml(directory / name), kind, name)

    topics = {id: read(f"topics/{id}.yaml", TopicFile) for id in topics_of(directory)}
    if not topics:
        raise ContentError(f"{directory} has no topics")
    folder = Folder(
        hash=version,
        topics=MappingProxyType(topics),
        service=read(SERVICE, ServiceFile),
        follow_up=read(FOLLOW_UP, FollowUpFile),
        chw=read(CHW, ChwFile),
        alarms=read(ALARMS, AlarmsFile),
    )
    for fault in faults(folder):
        raise ContentError(fault)
    return folder
