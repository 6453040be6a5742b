"""``sms-triage words``: how well people are heard, for those who write and review the alarms."""

from pathlib import Path

import click

from sms_triage.cli.menus import content_folders, one_line
from sms_triage.triage.content.translations import SOURCE_LANGUAGE, languages_of
from sms_triage.triage.proofs.words import hear_all, read_labelled, told_of
from sms_triage.triage.wording.load import load_locales


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@content_folders
@one_line
def words(file: Path, directory: Path, menus_path: Path) -> None:
    """Plays labelled texts as the first of a stranger: which dangers are heard, and which alarms are false.

    FILE is a list of {text, language, kind, danger}; an entry with judgement: true is not counted.
    """
    languages = languages_of(directory)
    locales = load_locales(tuple(languages), SOURCE_LANGUAGE, {}, directory=directory, menus=menus_path)
    for line in told_of(hear_all(locales, read_labelled(file, languages))):
        click.echo(line)
