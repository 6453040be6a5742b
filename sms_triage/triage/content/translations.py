"""Translations: one gettext PO file per language beside the content, made for Weblate or Poedit.

The English of the content is the ``msgid``. A header ``X-Review: pending`` says that no native clinician has signed
yet. A text without a translation, or with one that is marked fuzzy because its English changed, fails the build: no
conversation ever falls back to another language in the middle.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polib

from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.templates import shape

SOURCE_LANGUAGE = "en"
_PO_LINE = re.compile(r'(msg[a-z_]+(\[\d\])?\s*)?"(\\.|[^"\\])*"')
REVIEW = "X-Review"


@dataclass(frozen=True)
class Translation:
    """The words of one language: English text -> translated text. The source language needs no messages."""

    language: str
    review: str = ""
    messages: Mapping[str, str] = field(default_factory=dict)

    def of(self, text: str, where: str) -> str:
        """`text`, which stands at `where` in the content, in this language.

        Raises :class:`ContentError` if it has no translation.
        """
        if self.language == SOURCE_LANGUAGE or not text:
            return text
        try:
            return self.messages[text]
        except KeyError:
            raise ContentError(
                f"{self.language}.po has no finished translation of {where}: {text!r}; see `sms-triage menus build`"
            ) from None


SOURCE = Translation(SOURCE_LANGUAGE)


@dataclass(frozen=True)
class Collector(Translation):
    """Translates nothing and notes every text it is asked for, with the first place where it stands."""

    language: str = SOURCE_LANGUAGE
    places: dict[str, str] = field(default_factory=dict)

    def of(self, text: str, where: str) -> str:
        if text:
            self.places.setdefault(text, where)
        return text


def po_path(directory: Path, language: str) -> Path:
    """Where the translation of a content folder into `language` lies."""
    return directory / "locale" / f"{language}.po"


def languages_of(directory: Path) -> tuple[str, ...]:
    """The languages of a content folder, English first."""
    return (SOURCE_LANGUAGE, *sorted(path.stem for path in (directory / "locale").glob("*.po")))


def load_translation(directory: Path, language: str) -> Translation:
    """The finished entries of a language's PO file. Raises :class:`ContentError` if it is missing or malformed."""
    if language == SOURCE_LANGUAGE:
        return SOURCE
    file = _read(po_path(directory, language))
    messages = {entry.msgid: entry.msgstr for entry in file if entry.translated()}
    for text, translated in messages.items():
        if shape(text) != shape(translated):
            raise ContentError(f"{language}.po: the {{names}} and [optional parts] differ from those of {text!r}")
    return Translation(language, file.metadata.get(REVIEW, "pending"), messages)


def update_translation(path: Path, places: Mapping[str, str]) -> list[str]:
    """Brings a PO file in step with the texts of the content (text -> place) and returns what is left to translate.

    A text whose English changed keeps its old translation, marked fuzzy, with the old English beside it. A text that
    is gone is dropped.
    """
    file = _read(path)
    old = {entry.msgid: entry for entry in file if not entry.obsolete}
    by_place = {entry.comment: entry for entry in old.values()}
    new = polib.POFile(wrapwidth=120)
    new.metadata, new.header = file.metadata, file.header
    for text, place in places.items():
        entry = old.get(text) or polib.POEntry(msgid=text)
        moved = by_place.get(place)
        if text not in old and moved is not None and moved.msgid not in places:
            entry.msgstr, entry.previous_msgid, entry.flags = moved.msgstr, moved.msgid, ["fuzzy"]
        entry.comment = place
        new.append(entry)
    written = str(new) + "\n"
    if written != path.read_text(encoding="utf-8"):
        path.write_text(written, encoding="utf-8")
    return [f"{path.name}: {entry.comment}: {entry.msgid!r}" for entry in new if not entry.translated()]


def write_template(path: Path, places: Mapping[str, str]) -> None:
    """The template that a translation into a new language starts from."""
    template = polib.POFile(wrapwidth=120)
    template.metadata = {"MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8", REVIEW: "pending"}
    template.extend(polib.POEntry(msgid=text, comment=place) for text, place in places.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(template) + "\n", encoding="utf-8")


def _read(path: Path) -> polib.POFile:
    if not path.is_file():
        raise ContentError(f"there is no translation {path}: copy messages.pot and translate it")
    try:
        # polib reads what stands before a quote that is missing, and drops the rest without a word.
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip() and not line.startswith("#") and not _PO_LINE.fullmatch(line.strip()):
                raise ContentError(f"{path.name}, line {number}: is not in the form of a PO file: a quote is missing?")
        return polib.pofile(str(path), encoding="utf-8", wrapwidth=120)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ContentError(f"{path} is not a PO file: {' '.join(str(error).split())}") from error
