"""``sms-triage explain`` and ``sms-triage words``: what the engine makes of what people text."""

import json
import sys
from pathlib import Path
from typing import TextIO

import click

from sms_triage.cli.menus import one_line
from sms_triage.triage.content.model import CHANNELS
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.content.translations import SOURCE_LANGUAGE, languages_of
from sms_triage.triage.proofs.explained import Explained
from sms_triage.triage.proofs.explained import explain as explained
from sms_triage.triage.proofs.words import lines, read_labelled, results
from sms_triage.triage.wording.load import load_locales
from sms_triage.triage.wording.locale import Locales

EXAMPLE = {"emergency_number": "112"}
"""What stands in for a deployment's own."""


def _everybody() -> Locales:
    """A deployment that offers every language."""
    return load_locales(languages_of(content_dir()), SOURCE_LANGUAGE, EXAMPLE)


@click.command()
@click.argument("file", default="-", type=click.File(encoding="utf-8"))
@click.option("--lang", default="", help="The language she chose; by default her words tell.")
@click.option("--channel", type=click.Choice(CHANNELS), default="sms", show_default=True)
@click.option("--json", "as_json", is_flag=True)
@one_line
def explain(file: TextIO, lang: str, channel: str, as_json: bool) -> None:
    """Plays texts, one a line, as one conversation: what was heard, noted and owed, and why, and the replies."""
    turns = list(explained(_everybody(), (line.rstrip("\n") for line in file), lang, channel))
    if as_json:
        click.echo(json.dumps({"turns": [_entry(turn) for turn in turns]}, ensure_ascii=False, indent=1))
        return
    for turn in turns:
        click.echo(f"> {turn.text}\n  heard as: {turn.heard}")
        if turn.noted:
            click.echo("  noted: " + ", ".join(f"{name}={value}" for name, value in turn.noted.items()))
        if turn.rule:
            click.echo(f"  owed: {turn.disposition} by {turn.rule}; these hold: {', '.join(turn.rules)}")
        for reply in turn.replies:
            click.echo("  < " + reply.replace("\n", "\n    "))


def _entry(turn: Explained) -> dict[str, object]:
    owed = {"disposition": turn.disposition, "rule": turn.rule} if turn.rule else None
    return {"text": turn.text, "heard": turn.heard, "noted": turn.noted, "rules": turn.rules, "owed": owed,
            "replies": turn.replies}  # fmt: skip


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@one_line
def words(file: Path) -> None:
    """How the free texts in a file are heard, by language and kind.

    Exits 1 if a danger is met with silence or a harmless text raises an emergency.
    """
    found, wrong = results(_everybody(), read_labelled(file))
    for line in lines(found, wrong):
        click.echo(line)
    sys.exit(1 if wrong else 0)
