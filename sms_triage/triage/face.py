"""Everything said in one language over one channel, made ready once so that a turn only looks things up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sms_triage import text as sms
from sms_triage.triage.alarms import Alarms, read_alarms
from sms_triage.triage.answers import Lexicon, Reader, read_lexicon
from sms_triage.triage.conditions import Answers
from sms_triage.triage.content import (
    Content,
    Rule,
    Text,
    content_dir,
    fill,
    load_content,
    placeholders,
    read_text,
)
from sms_triage.triage.errors import ContentError
from sms_triage.triage.menu import Menu, load_menu, menu_path, menus_dir, result_text
from sms_triage.triage.yaml_file import read_yaml


@dataclass(frozen=True)
class Face:
    """What the engine needs to talk: the menu to walk, the words to understand, and every text, filled in.

    `texts` are those of the service (help, hints, ...); `values` the deployment's settings they were filled with.
    """

    content: Content
    menu: Menu
    lexicon: Lexicon
    alarms: Alarms
    readers: Mapping[str, Reader]
    texts: Mapping[str, Text]
    values: Mapping[str, str]
    results: Mapping[str, Text]

    def say(self, text: Text, answers: Answers) -> str:
        """A text of the content to whoever holds the phone, filled in and in the cheapest characters."""
        return sms.plain(fill(text.to(answers), self.values))

    def phrase(self, name: str, answers: Answers, **numbers: int) -> str:
        """One of the service's own texts."""
        filled = self.texts[name].to(answers)
        return filled.format(**numbers) if numbers else filled

    def result(self, leading: Rule, answers: Answers) -> str:
        """A result: how soon, what if it gets worse, what it may mean, then the advice that fits."""
        body = self.results[leading.id].to(answers)
        for line in self.tips(answers):
            longer = f"{body} {line}"
            if not sms.fits(f"{longer}\n{self.phrase('after_result', answers)}", self.content.limits.result_segments):
                break
            body = longer
        for nav in ("after_result", "after_result_short"):
            whole = f"{body}\n{self.phrase(nav, answers)}"
            if sms.fits(whole, self.content.limits.result_segments):
                break
        return whole

    def tips(self, answers: Answers) -> list[str]:
        """The advice of every rule that holds, the most urgent rule's first, each once."""
        rules = self.content.rules_that_hold(answers)
        names = dict.fromkeys(name for rule in rules for name in rule.advice)
        unsaid = {name for rule in rules for name in rule.without}
        lines = (self.say(self.content.advice[name], answers) for name in names if name not in unsaid)
        return [line for line in lines if line]

    def causes(self, answers: Answers) -> list[str]:
        """What it may be, by the rules that hold, and then what it often is."""
        rules = self.content.rules_that_hold(answers)
        meanings = dict.fromkeys(rule.may_mean for rule in rules)
        lines = [self.say(self.content.meanings[meaning], answers) for meaning in meanings]
        return [*lines, *(self.say(cause, answers) for cause in self.content.causes)]

    def pages(self, lines: Iterable[str], answers: Answers) -> list[str]:
        """Lines as messages within the result budget, nothing left out; all but the last offer more."""
        more, end = self.phrase("more", answers), self.phrase("that_is_all", answers)
        longest = max(more, end, key=len)
        pages: list[str] = []
        page = ""
        for line in lines:
            longer = f"{page}\n{line}" if page else line
            if page and not sms.fits(f"{longer}\n{longest}", self.content.limits.result_segments):
                pages.append(f"{page}\n{more}")
                longer = line
            page = longer
        return [*pages, f"{page}\n{end}"]


def load_face(
    language: str,
    channel: str,
    values: Mapping[str, str],
    *,
    directory: Path | None = None,
    menus: Path | None = None,
) -> Face:
    """The face of this installation, with the deployment's `values` (emergency numbers and lines) filled in.

    Raises :class:`ContentError` if the content or the menu is missing or malformed, or a value is unknown or longer
    than the content allows.
    """
    directory = directory or content_dir()
    content = load_content(directory)
    menu = load_menu(menu_path(menus or menus_dir(), content.topic, language, channel))
    for name, value in values.items():
        longest = content.deployment.get(name)
        if longest is None:
            raise ContentError(f"the content has no place for {name!r}")
        if (sms.septets(value) or longest + 1) > longest:
            raise ContentError(f"{name} is longer than the {longest} characters the content allows")
    raw = read_yaml(directory / "service.yaml")
    lexicon = read_lexicon(raw)
    service_texts = {name: read_text(text) for name, text in raw["texts"].items()}

    def ready(text: Text) -> Text:
        return Text(*(sms.plain(_fill_known(words, values, content)) for words in text.both()))

    return Face(
        content=content,
        menu=menu,
        lexicon=lexicon,
        alarms=read_alarms(read_yaml(directory / "alarms.yaml")),
        readers={question.id: Reader(question, lexicon) for question in content.questions},
        texts={name: ready(text) for name, text in service_texts.items()},
        values=values,
        results={rule.id: ready(result_text(content, rule.id)) for rule in content.rules},
    )


def longest_values(content: Content) -> dict[str, str]:
    """For each thing a deployment may fill in, a value of the greatest length: what the budgets are proven with."""
    return {name: "0" * longest for name, longest in content.deployment.items()}


def _fill_known(template: str, values: Mapping[str, str], content: Content) -> str:
    """Fills what the deployment sets; names that a turn fills (like ``{last}``) stay."""
    own = {name: f"{{{name}}}" for name in placeholders(template) if name not in content.deployment}
    return fill(template, {**own, **values})
