"""``sms-triage menus`` and ``sms-triage vignettes``: for those who write and review the content."""

import json
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from itertools import product
from pathlib import Path
from typing import Any

import click

from sms_triage.settings import SettingsError
from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.model import CHANNELS
from sms_triage.triage.content.opening import open_folder
from sms_triage.triage.content.reader import content_dir, load_content
from sms_triage.triage.content.translations import (
    SOURCE_LANGUAGE,
    languages_of,
    load_translation,
    po_path,
    update_translation,
    write_template,
)
from sms_triage.triage.menu.compiler import compile_content
from sms_triage.triage.menu.menu import build_menu, dump_menu, load_menu, menu_path, menus_dir
from sms_triage.triage.people.followup import times_in_quiet_hours
from sms_triage.triage.proofs.card import card
from sms_triage.triage.proofs.graph import draw
from sms_triage.triage.proofs.handled import unhandled
from sms_triage.triage.proofs.proofs import Distribution, changed_outcomes, check
from sms_triage.triage.proofs.protocols import QUIET, check_discretion, schedules
from sms_triage.triage.proofs.vignettes import Played, play, read_vignettes, report, topic_of
from sms_triage.triage.proofs.wording import check_words
from sms_triage.triage.understanding.shorthand import check_shorthand
from sms_triage.triage.wording.load import (
    collect_texts,
    language_names,
    load_locale,
    load_locales,
    longest_values,
    topic_titles,
)
from sms_triage.triage.wording.locale import Locale, Locales


def one_line(command: Callable[..., Any]) -> Callable[..., Any]:
    """What a user can cause is said in one line, and the exit code is 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from redis.exceptions import RedisError  # noqa: PLC0415 - not needed by most commands

        from sms_triage.cli.terminal_phone import PhoneError  # noqa: PLC0415
        from sms_triage.storage.connection import explain  # noqa: PLC0415

        try:
            return command(*args, **kwargs)
        except (SettingsError, ContentError, PhoneError) as error:
            click.echo(f"sms-triage: {error}", err=True)
            sys.exit(1)
        except RedisError as error:
            click.echo(f"sms-triage: Redis: {explain(error)}; check REDIS_URL and that it runs", err=True)
            sys.exit(1)

    return run


def _content(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that reads content."""
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    return click.option(
        "--content", "directory", type=folder, default=content_dir, help="Another content folder.", show_default=False
    )(command)


def content_folders(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that reads content and the menus made from it."""
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    return _content(
        click.option("--menus", "menus_path", type=folder, default=menus_dir, help="Another menus folder.")(command)
    )


_language = click.option("--lang", default=SOURCE_LANGUAGE, show_default=True)
_channel = click.option("--channel", type=click.Choice(CHANNELS), default="sms", show_default=True)


@click.group()
def menus() -> None:
    """The compiler: menus from content, and the proofs about them."""


@menus.command()
@_content
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=menus_dir, help="Another folder than menus/."
)
@one_line
def build(directory: Path, out: Path) -> None:
    """Writes menus/ from the content, and brings its translations in step.

    A language that is not complete is left out: it says what is left to translate, and exits 1.
    """
    folder, texts = open_folder(directory), collect_texts(directory)
    write_template(directory / "locale" / "messages.pot", texts)
    complete = list(languages_of(directory))
    for language in languages_of(directory)[1:]:
        if untranslated := update_translation(po_path(directory, language), texts):
            complete.remove(language)
            for missing in untranslated:
                click.echo(f"not translated: {missing}", err=True)
    for topic, language, channel in product(folder.topics, complete, CHANNELS):
        content = load_content(directory, load_translation(directory, language), channel, topic)
        menu = build_menu(content, compile_content(content), language, channel)
        path = menu_path(out, topic, language, channel)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump_menu(menu), encoding="utf-8")
        click.echo(f"{path}: {len(menu.screens)} screens, content {content.hash}")
    sys.exit(0 if complete == list(languages_of(directory)) else 1)


@menus.command(name="check")
@content_folders
@one_line
def check_menus(directory: Path, menus_path: Path) -> None:
    """Proves the menus and the content sound, or names each violation."""
    broken = False
    for violation in _check(directory, menus_path):
        broken = True
        click.echo(violation)
    sys.exit(1 if broken else 0)


def _check(directory: Path, menus_path: Path) -> Iterator[str]:
    folder = open_folder(directory)
    for fault in unhandled(folder):
        raise ContentError(fault)
    yield from times_in_quiet_hours(folder.follow_up.times, QUIET)
    for line in schedules(folder):
        click.echo(line)
    topics = folder.topics
    for topic, channel, language in product(topics, CHANNELS, languages_of(directory)):
        try:
            violations = tuple(_check_locale(directory, menus_path, topic, channel, language))
        except ContentError as error:  # of this language: the others are looked at all the same
            violations = (str(error),)
        yield from (f"{topic}: {violation}" if len(topics) > 1 else violation for violation in violations)


def _check_locale(directory: Path, menus: Path, topic: str, channel: str, language: str) -> Iterator[str]:
    """What is proven of a topic in one language on one channel."""
    values = longest_values(load_content(directory))
    locale = load_locale(language, channel, values, topic, directory=directory, menus=menus)
    words = check_words(locale, language_names(directory), topic_titles(directory, language))
    words = (*words, *check_discretion(locale))
    yield from words
    if language == SOURCE_LANGUAGE:
        found = check(locale)
        yield from found.violations
        yield from check_shorthand(locale.content.shorthand, locale.content) if channel == "sms" else ()
        if not found.violations:
            click.echo(f"{topic}, {channel}: {found.screens} screens sound for {found.answer_sets:,} answer sets")
            _show_distribution("all", found.everybody)
            _show_distribution("no emergency", found.no_emergency)
    if not words:
        click.echo(f"{topic}, {language}.{channel}: every text is there and fits")


def _show_distribution(who: str, found: Distribution) -> None:
    for what, counts in (("questions", found.questions), ("segments", found.segments)):
        total = sum(counts.values())
        shares = ", ".join(f"{number}: {count / total:.1%}" for number, count in counts.items())
        click.echo(f"  {what} per completed triage ({who}): {shares}")


@menus.command()
@click.argument("old", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("new", type=click.Path(exists=True, file_okay=False, path_type=Path))
@one_line
def diff(old: Path, new: Path) -> None:
    """Which answer sets change disposition between two content folders."""
    before, after = open_folder(old).topics, open_folder(new).topics
    topics = dict.fromkeys((*before, *after))
    for topic in topics:
        if topic not in before or topic not in after:
            lines = [f"stands in one of the two only: {old if topic in before else new}"]
        else:
            lines = changed_outcomes(load_content(old, topic=topic), load_content(new, topic=topic))
        for line in lines or ["no answer set changes its disposition"]:
            click.echo(f"{topic}: {line}" if len(topics) > 1 else line)


@menus.command()
@content_folders
@_language
@_channel
@click.option("--topic", default="", help="The first of the content by default.")
@one_line
def graph(directory: Path, menus_path: Path, lang: str, channel: str, topic: str) -> None:
    """Draws the menu of a topic as Graphviz: sms-triage menus graph | dot -Tsvg > menu.svg"""
    content = load_content(directory, load_translation(directory, lang), channel, topic)
    click.echo(draw(load_menu(menu_path(menus_path, content.topic, lang, channel)), content), nl=False)


@menus.command(name="card")
@content_folders
@_language
@one_line
def show_card(directory: Path, menus_path: Path, lang: str) -> None:
    """The one-SMS shorthand, a page for each topic to print: sms-triage menus card > card.html"""
    locales = [
        load_locale(lang, "sms", {}, topic, directory=directory, menus=menus_path)
        for topic in open_folder(directory).topics
    ]
    click.echo(card(locales), nl=False)


@menus.command()
@content_folders
@_language
@one_line
def show(directory: Path, menus_path: Path, lang: str) -> None:
    """The content in words, for a clinician to read: questions, rules, what each result says."""
    for other in languages_of(directory)[1:]:
        click.echo(f"translation {other}, review: {load_translation(directory, other).review}")
    for topic in open_folder(directory).topics:
        click.echo()
        _show(load_locale(lang, "sms", {}, topic, directory=directory, menus=menus_path))


def _show(locale: Locale) -> None:
    content = locale.content
    click.echo(f"{content.title.own} ({content.topic}), content {content.hash}, review: {content.review}\n")
    for question in content.questions:
        click.echo(f"{question.id}: {question.text.own}")
        for number, option in enumerate(question.options, 1):
            click.echo(f"  {number} {option.label.own}  [{option.finding}={option.value}]")
        if question.none:
            click.echo(f"  {question.last} {question.none.own}")
    for rule in content.rules:
        sources = ", ".join(rule.sources)
        when = " and ".join(
            " or ".join(f"{atom.finding}={'/'.join(sorted(atom.values))}" for atom in clause)
            for clause in rule.when.clauses
        )
        click.echo(
            f"\n{rule.id} {rule.at_least.id} when {when or 'always'} [{sources}]\n  {locale.results[rule.id].own}"
        )


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The whole report, with transcripts.")
@click.option("--medians", is_flag=True, help="What a triage takes, in every language on every channel, and no more.")
@content_folders
@_language
@_channel
@click.option("--topic", default="", help="What they are about; by default what has the findings they name.")
@one_line
def vignettes(
    files: tuple[Path, ...],
    as_json: bool,
    medians: bool,
    directory: Path,
    menus_path: Path,
    lang: str,
    channel: str,
    topic: str,
) -> None:
    """Plays clinical vignettes through the real engine. Exits 1 if any is under-triaged."""
    languages = languages_of(directory) if medians else (lang,)
    locales = load_locales(languages, languages[0], {}, directory=directory, menus=menus_path)
    if medians:
        for language, way in product(languages, CHANNELS):
            taken = report(_played(locales, files, topic, language, way))["summary"]
            click.echo(f"{language}.{way}: {taken['median_turns']:g} turns, {taken['median_segments']:g} segments")
        return
    played = _played(locales, files, topic, lang, channel)
    whole = report(played)
    if as_json:
        click.echo(json.dumps(whole, ensure_ascii=False, indent=1))
    else:
        for entry in played:
            if entry.verdict != "exact" or entry.below_floor:
                click.echo(f"{entry.id}: expected {' or '.join(entry.expected)}, got {entry.got} ({entry.verdict})")
        click.echo(", ".join(f"{name} {value}" for name, value in whole["summary"].items()))
    sys.exit(1 if any(entry.verdict == "under" or entry.below_floor for entry in played) else 0)


def _played(locales: Locales, files: tuple[Path, ...], topic: str, language: str, channel: str) -> list[Played]:
    """The vignettes of all files, each file on what it is about."""
    played = []
    for path in files:
        about = locales.about(topic or topic_of(path, locales))
        content = about.of(language, channel).content
        played += [play(about, vignette, language, channel) for vignette in read_vignettes(path, content)]
    return played
