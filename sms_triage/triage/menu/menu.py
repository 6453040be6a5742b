"""The menu: the decision diagram in words, as it is written to ``menus/<topic>/<language>.<channel>.yaml``.

The YAML is generated and is what the service walks::

    screens:
      n2:
        asks: danger
        text: |-
          Any of these NOW? Send all that fit, like 13.
          1 Soaks a pad in 1 hour
          ...
        options:
          1: {label: Soaks a pad in 1 hour, value: soaking}
          5: {label: None of these, value: none}
        exits:
        - {when: [soaking], goto: r1}
        - {when: [], goto: n4}
      r1:
        result: {disposition: emergency_now, rules: [R01], meaning: heavy, advice: [no_inside]}
        text: |-
          ...

``below_results`` are the options that stand below each result, with the conditions on which they are offered.

``helper`` beside ``text`` is the same screen said to someone who helps her, where it differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from sms_triage import text as sms
from sms_triage.triage.content.conditions import Answers
from sms_triage.triage.content.errors import ContentError
from sms_triage.triage.content.model import Content, Question, Text
from sms_triage.triage.content.yaml_file import read_yaml
from sms_triage.triage.menu.compiler import Node

NONE = "none"


@dataclass(frozen=True)
class MenuOption:
    """A numbered line. `value` is a value of a one_of question, a finding of a several question, or ``none``; below a
    result, what it leads to, and `given` and `unless` are the conditions on which it is offered."""

    label: Text
    value: str
    given: str = ""
    unless: str = ""


@dataclass(frozen=True)
class Result:
    """What a walk concludes, by the leading rule."""

    disposition: str
    rule: str
    meaning: str
    advice: tuple[str, ...]


@dataclass(frozen=True)
class Screen:
    """A question with its options and exits, or a result.

    `exits` are an ordered list: the first whose values were all chosen is taken.
    """

    id: str
    text: Text
    asks: str = ""
    options: tuple[MenuOption, ...] = ()
    exits: tuple[tuple[frozenset[str], str], ...] = ()
    result: Result | None = None

    def follow(self, chosen: frozenset[str]) -> str | None:
        """The screen after these choices, or None if the menu has no such answer (any more)."""
        for when, goto in self.exits:
            if when <= chosen:
                return goto
        return None


@dataclass(frozen=True)
class Menu:
    """One language and channel of a topic, generated from the content with `content_hash`."""

    topic: str
    language: str
    channel: str
    content_hash: str
    start: str
    screens: Mapping[str, Screen]
    below_results: tuple[MenuOption, ...] = ()

    def walk(self, content: Content, answers: Answers) -> Screen:
        """The screen a person with these answers is at: the first unanswered question, or her result."""
        screen = self.screens[self.start]
        while screen.result is None:
            chosen = choices(content.question(screen.asks), answers)
            goto = None if chosen is None else screen.follow(chosen)
            if goto is None:
                return screen
            screen = self.screens[goto]
        return screen


def choices(question: Question, answers: Answers) -> frozenset[str] | None:
    """What was chosen on the screen of `question`, as its exits name it; None if it is not fully answered."""
    if not answers.keys() >= set(question.findings):
        return None
    if question.several:
        return frozenset(finding for finding in question.findings if answers[finding] == "yes")
    return frozenset({answers[question.findings[0]]})


def build_menu(content: Content, start: Node, language: str, channel: str) -> Menu:
    """The decision diagram in words."""
    nodes = list(start.walk())
    questions = [node for node in nodes if node.question]
    results = [node for node in nodes if not node.question]
    names = {node.key: f"n{place}" for place, node in enumerate(questions, 1)}
    names |= {node.key: f"r{place}" for place, node in enumerate(results, 1)}
    screens = {names[node.key]: _screen(content, node, names) for node in [*questions, *results]}
    options = tuple(
        MenuOption(option.label, option.value, option.given, option.unless) for option in content.below_results
    )
    return Menu(content.topic, language, channel, content.hash, names[start.key], screens, options)


def question_text(question: Question) -> Text:
    """A question with its numbered options, one a line, in the cheapest characters."""
    labels = [option.label for option in question.options] + ([question.none] if question.none else [])

    def lines(head: str, options: list[str], zero: list[str]) -> str:
        numbered = [f"{number} {label}" for number, label in enumerate(options, 1)]
        return sms.plain("\n".join([head, *numbered, *zero] if head else numbered))

    zero = question.zero
    return Text(
        lines(question.text.own, [label.own for label in labels], [f"0 {zero.own}"] if zero else []),
        lines(question.text.helper, [label.helper for label in labels], [f"0 {zero.helper}"] if zero else []),
    )


def result_text(content: Content, rule_id: str) -> Text:
    """The fixed part of a result: how soon, what if it gets worse, what it may mean."""
    rule = content.rule(rule_id)
    parts = (rule.at_least.text, rule.at_least.if_worse, content.meanings[rule.may_mean])
    return Text(*(sms.plain(" ".join(words)) for words in zip(*(part.both() for part in parts), strict=True)))


def _screen(content: Content, node: Node, names: Mapping[str, str]) -> Screen:
    name = names[node.key]
    if node.question is None:
        rule = content.rule(node.rule)
        result = Result(rule.at_least.id, rule.id, rule.may_mean, rule.advice)
        return Screen(name, result_text(content, rule.id), result=result)
    question = node.question
    options = tuple(
        MenuOption(option.label, option.finding if question.several else option.value) for option in question.options
    )
    if question.none:
        options = (*options, MenuOption(question.none, NONE))
    exits = tuple((exit.when, names[exit.goto.key]) for exit in node.exits)
    return Screen(name, question_text(question), question.id, options, exits)


def menu_path(directory: Path, topic: str, language: str, channel: str) -> Path:
    return directory / topic / f"{language}.{channel}.yaml"


def menus_dir() -> Path:
    """Where the generated menus are: inside the installed package, or beside it in a source tree."""
    package = Path(str(resources.files("sms_triage")))
    inside = package / "menus"
    return inside if inside.is_dir() else package.parent / "menus"


def dump_menu(menu: Menu) -> str:
    """The menu as YAML, to be read by people too."""
    document = {
        "menu": menu.topic,
        "language": menu.language,
        "channel": menu.channel,
        "content": menu.content_hash,
        "start": menu.start,
        "screens": {name: _dump_screen(screen) for name, screen in menu.screens.items()},
        "below_results": [_dump_below(option) for option in menu.below_results],
    }
    header = "# Generated by `sms-triage menus build` from sms_triage/content. Do not edit.\n"
    return header + yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000, default_flow_style=None
    )


def load_menu(path: Path) -> Menu:
    """Reads a generated menu. Raises :class:`ContentError` if it is missing or not one."""
    if not path.is_file():
        raise ContentError(f"no menu at {path}: run `sms-triage menus build`")
    raw = read_yaml(path)
    try:
        return Menu(
            topic=raw["menu"],
            language=raw["language"],
            channel=raw["channel"],
            content_hash=str(raw["content"]),
            start=raw["start"],
            screens={name: _load_screen(name, screen) for name, screen in raw["screens"].items()},
            below_results=tuple(_load_below(option) for option in raw["below_results"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(f"{path} is not a menu ({type(error).__name__}): run `sms-triage menus build`") from error


def _dump_below(option: MenuOption) -> dict[str, str]:
    conditions = {"if": option.given, "unless": option.unless}
    return {"label": option.label.own, "value": option.value, **{name: it for name, it in conditions.items() if it}}


def _load_below(raw: Mapping[str, str]) -> MenuOption:
    return MenuOption(Text(raw["label"], raw["label"]), raw["value"], raw.get("if", ""), raw.get("unless", ""))


def _dump_screen(screen: Screen) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    if screen.result:
        result = screen.result
        raw["result"] = {
            "disposition": result.disposition,
            "rules": [result.rule],
            "meaning": result.meaning,
            "advice": list(result.advice),
        }
    else:
        raw["asks"] = screen.asks
    raw["text"] = _Block(screen.text.own)
    if screen.text.helper != screen.text.own:
        raw["helper"] = _Block(screen.text.helper)
    if screen.asks:
        by_value = {value: goto for when, goto in screen.exits if len(when) == 1 for value in when}
        several = any(option.value == NONE for option in screen.options)
        raw["options"] = {
            number: {
                "label": option.label.own,
                **({"helper": option.label.helper} if option.label.helper != option.label.own else {}),
                "value": option.value,
                **({} if several else {"goto": by_value[option.value]}),
            }
            for number, option in enumerate(screen.options, 1)
        }
        if several:
            raw["exits"] = [{"when": sorted(when), "goto": goto} for when, goto in screen.exits]
    return raw


def _load_screen(name: str, raw: Mapping[str, Any]) -> Screen:
    text = Text(raw["text"], raw.get("helper", raw["text"]))
    if "result" in raw:
        result = raw["result"]
        return Screen(
            name,
            text,
            result=Result(result["disposition"], result["rules"][0], result["meaning"], tuple(result["advice"])),
        )
    options = tuple(
        MenuOption(Text(option["label"], option.get("helper", option["label"])), option["value"])
        for option in raw["options"].values()
    )
    if "exits" in raw:
        exits = tuple((frozenset(exit["when"]), exit["goto"]) for exit in raw["exits"])
    else:
        exits = tuple((frozenset({option["value"]}), option["goto"]) for option in raw["options"].values())
    return Screen(name, text, raw["asks"], options, exits)


class _Block(str):
    """A text written as a YAML literal block, so that a reader sees it as the phone shows it."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    _Block, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style="|")
)
