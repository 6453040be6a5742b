"""Nothing in the content can be wrong without a word: a name changed in one place alone is told in one line, with its
file, before anything is proven."""

import ast
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sms_triage.cli import main
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.content.texts import TEXTS, USSD_ONLY

FILES = sorted(path.relative_to(content_dir()) for path in content_dir().rglob("*.yaml"))
NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[a-z0-9]+)*")
WORDS = {
    "words", "if_severe", "name", "plain", "label", "text", "own", "helper", "none", "zero", "if_worse", "title", "names", "texts", "ussd_texts",
    "carrier_words", "fillers", "join_words", "seen_words", "doubt", "review",
}  # fmt: skip
"""Keys under which people's words stand, which are names of nothing."""

BY_LANGUAGE = {
    "keywords", "stopping", "reactions", "answers", "patterns", "revealing", "forbidden_phrases", "concepts",
}  # fmt: skip
"""Keys under which words stand by language."""


@dataclass(frozen=True)
class Place:
    """Where a name stands: in a file, from one character to another, under these keys."""

    file: Path
    start: int
    end: int
    name: str
    keys: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}: {', '.join(self.keys)}: {self.name}"


def places(file: Path) -> Iterator[Place]:
    """Every key, and every value that is a name."""
    document = yaml.compose((content_dir() / file).read_text(encoding="utf-8"))
    assert document is not None
    yield from _within(document, file, ())


def _within(node: yaml.Node, file: Path, keys: tuple[str, ...]) -> Iterator[Place]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield _place(key, file, keys)
            yield from _within(value, file, (*keys, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value, 1):
            yield from _within(value, file, (*keys, str(number)))
    elif NAME.fullmatch(node.value) and not _are_words(keys):
        yield _place(node, file, keys)


def _place(node: yaml.Node, file: Path, keys: tuple[str, ...]) -> Place:
    return Place(file, node.start_mark.index, node.end_mark.index, node.value, keys)


def _are_words(keys: tuple[str, ...]) -> bool:
    questions = keys[:1] == ("questions",) and keys[2:3] == ("options",) and len(keys) == 4
    own_texts = keys[-2:-1] == ("texts",) or keys[-2:-1] == ("ussd_texts",)
    return bool(WORDS & set(keys) or BY_LANGUAGE & set(keys)) or own_texts or questions


PLACES = [place for file in FILES for place in places(file)]


UNCITED = ("S9",)
"""What the service as a whole stands on, and no rule."""


def referred_to(place: Place) -> bool:
    """Whether anything else names it: the ids of rules and invariants are there for people, letters for health workers."""
    kind = place.keys[0] if place.keys else ""
    for_people = kind in ("rules", "invariants", "advice_invariants", "asked") and place.keys[-1] == "id"
    letters = kind == "shorthand" and len(place.name) == 1
    return not (for_people or letters or place.name in UNCITED)


LINKED = [place for place in PLACES if referred_to(place)]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(content_dir(), tmp_path / "content"))


def check(copy: Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["menus", "check", "--content", str(copy)])
    return result.exit_code, result.output


def test_the_names_of_all_files_are_looked_at() -> None:
    assert {place.file for place in LINKED} == set(FILES)
    assert len(LINKED) > 1000


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(LINKED), st.sampled_from(["{}x", "x{}", "{}_{}"]))
def test_a_name_changed_in_one_place_alone_is_told_in_one_line_with_a_file(
    copy: Path, place: Place, change: str
) -> None:
    path = copy / place.file
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: place.start] + change.format(place.name, place.name) + text[place.end :], encoding="utf-8")
    try:
        code, said = check(copy)
    finally:
        path.write_text(text, encoding="utf-8")
    assert code == 1
    assert re.fullmatch(r"(sms-triage: )?[\w/.]+(yaml|po).*: .+\n", said), said


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("alarms.yaml", "window: 10\n", "", "alarms.yaml: the key 'window' is missing"),
        ("alarms.yaml", "  pad:\n", "  pads:\n", "alarms.yaml: alarms, heavy_bleeding, en: names the en concept 'pad', which does not exist, did you mean 'pads'?"),
        ("alarms.yaml", "    sw: [pedi,", "    en: [pedi,", "'en' stands twice"),
        ("alarms.yaml", "  en: [<ominous>, <blood>,", "  en: [<ominous>, <blod>,", "alarms.yaml: doubt, en: names the en concept 'blod', which does not exist, did you mean 'blood'?"),
        ("alarms.yaml", "refuse* <stopping>,", "refuse* <stoping>,", "alarms.yaml: concepts, not_stopping, fr: names the fr concept 'stoping', which does not exist, did you mean 'stopping'?"),
        ("alarms.yaml", "ends: [stopped]", "ends: [stoped]", "alarms.yaml: grammar, ends: names the concept 'stoped', which does not exist, did you mean 'stopped'?"),
        ("alarms.yaml", "aged|age #1-12", "aged|age #1", "alarms.yaml: concepts, age, en: an alternative of 'is|aged|age #1' is neither a word nor numbers (#3-15)"),
        ("alarms.yaml", "ends: [stopped]", "ends: []", "alarms.yaml: concepts, stopped: is named by nobody"),
        ("alarms.yaml", "  - id: fainting\n", "  - id: faintness\n", "topics/postcoital_bleeding.yaml: alarms: names the alarm 'fainting', which does not exist"),
        ("common_words.yaml", "  sw: >-", "  sv: >-", "common_words.yaml: words: names the language 'sv', which does not exist"),
        ("alarms.yaml", "guidance: forced\n", "guidance: force\n", "alarms.yaml: alarms, forced_sex: names the guidance 'force', which does not exist, did you mean 'forced'?"),
        ("chw.yaml", "slip: Her slip again", "slips: Her slip again", "chw.yaml: questions, patient: the option 'slips' leads to nothing, did you mean 'slip'?"),
        ("chw.yaml", "  refused:", "  refusal:", "chw.yaml: texts, refusal: is said by nobody, did you mean 'refused'?"),
        ("chw.yaml", "{code}: {outcome}. Rep", "{cod}: {outcome}. Rep", "chw.yaml: texts, notify_outcome: names the placeholder 'cod', which does not exist, did you mean 'code'?"),
        ("chw.yaml", "same_day: [1], ", "same_day: tomorrow, ", "chw.yaml: visits, same_day: Expected `array`, got `str`"),
        ("chw.yaml", "same_day: [1], ", "same_day: [soon], ", "chw.yaml: visits, same_day, 1: Expected `int`, got `str`"),
        ("followup.yaml", "barrier: barrier", "barrier: hurdle", "followup.yaml: barrier: names the question 'hurdle', which does not exist"),
        ("service.yaml", "tips: { label: Tips, unless: more }", "tips: { label: Tips, unless: moor }", "service.yaml: results, tips: names the condition 'moor', which does not exist"),
        ("service.yaml", "  topic: What is it about?", "  topic: What?\n  topic: Which?", "is not YAML: 'topic' stands twice"),
        ("service.yaml", "topics: [postcoital_bleeding]", "topics: [bleeding]", "service.yaml: topics: names the topic 'bleeding', but there is no topics/bleeding.yaml"),
        ("service.yaml", "topics: [postcoital_bleeding]", "topics: []", "service.yaml: topics: there is none"),
        ("service.yaml", "topics: [postcoital_bleeding]", 'topics: ["Post coital"]', "'Post coital' is to be small letters, digits and _"),
        ("service.yaml", "en: [menu, restart,", "en: [menu, Quit,", "service.yaml: keywords, restart: 'Quit' stands under keywords, stop too"),
        ("service.yaml", "    sw: [simama, acha, sitisha, jitoe]\n", "", "service.yaml: keywords, stop: the language 'sw' is missing"),
        ("topic", "from_years: 18, to_years: 34", "from_years: 17, to_years: 34", "questions, life_stage: the years of an option go back, or are another's too"),
        ("topic", "from_years: 18, to_years: 34", "from_years: 34, to_years: 18", "questions, life_stage: the years of an option go back, or are another's too"),
        ("topic", "from_years: 18, to_years: 34", "from_years: 18", "questions, life_stage, age_18_34: from_years and to_years stand together"),
        ("followup.yaml", "words: { talk: [ok", "words: { tall: [ok", "questions, check_in, words: names the option 'tall', which does not exist"),
        ("service.yaml", "signs: [\"🛑\"", "sign: [\"🛑\"", "service.yaml: stopping: unknown key 'sign'"),
        ("service.yaml", "words: [swahili]", "words: [simama]", "service.yaml: languages, sw: 'simama' stands under keywords, stop too"),
        ("alarms.yaml", "feel like, feeling", "feel||like, feeling", "alarms.yaml: concepts, wish, en: an alternative of 'feel||like' is empty"),
        ("chw.yaml", "same_day: [1], ", "same_day: [-1], ", "chw.yaml: visits, same_day, 1: Expected `int` >= 1"),
        ("chw.yaml", "REF {code}", "REF", "chw.yaml: texts, slip: does not say {code}"),
        ("followup.yaml", 'times: ["10:00", "13:00", "17:00"]', "times: [10:00, 13:00, 17:00]", "followup.yaml: times, 1: 600 is no text: put it in quotes"),
        ("topic", "within_days: ", "within_days: -", "within_days: Expected `float` > 0.0"),
        ("service.yaml", "  diary:\n", "  journal:\n", "service.yaml: keywords: unknown key 'journal'"),
        ("topic", "signs: [danger, signs]", "signs: [danger, sign]", "roles, signs: names the question with several answers 'sign', which does not exist, did you mean 'signs'?"),
        ("topic", "severe_pain: { severe_pain: yes }", "severe_pain: { sever_pain: yes }", "alarms, severe_pain: names the finding 'sever_pain', which does not exist, did you mean 'severe_pain'?"),
        ("topic", "id: R01, when:", "id: R01, wen:", "topics/postcoital_bleeding.yaml: rules, R01: unknown key 'wen', did you mean 'when'?"),
        ("topic", "pregnancy: yes }, at", "pregnancy: yess }, at", "rules, R07, when: names the value of pregnancy 'yess', which does not exist, did you mean 'yes'?"),
        ("topic", "any: [{ soaking: yes }", "any: [soaking", "invariants, I1, when, any: a list of conditions is expected"),
        ("topic", "    baseline: spots\n", "", "questions, amount: the key 'baseline' is missing"),
        ("topic", "  asked_anew: [", "  asked_new: [", "recurrence: unknown key 'asked_new', did you mean 'asked_anew'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_and_with_the_nearest_name(
    copy: Path, file: str, old: str, new: str, said: str
) -> None:
    path = copy / ("topics/postcoital_bleeding.yaml" if file == "topic" else file)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    code, output = check(copy)
    assert code == 1
    assert said in output
    assert output.count("\n") == 1


def test_a_file_that_is_no_part_of_the_content_is_told_as_well(copy: Path) -> None:
    (copy / "topics" / "cough.yml").write_text("title: Cough\n", encoding="utf-8")
    assert "topics/cough.yml: is no topic that service.yaml names under topics" in check(copy)[1]
    (copy / "topics" / "cough.yml").unlink()
    (copy / "chw.yaml").write_text("", encoding="utf-8")
    assert check(copy) == (1, "sms-triage: chw.yaml: the file is empty\n")


PACKAGE = Path(content_dir()).parent


def test_the_code_asks_for_the_texts_that_are_declared_and_for_no_others() -> None:
    """A text that the code asks for by name is in the table that the content is compared with, and none is there that no
    code names."""
    asked: set[str] = set()
    written: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if path.name == "texts.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
            if isinstance(node, ast.Call) and _called(node.func) in ("phrase", "Notify") and node.args:
                asked |= set(_names(node.args[0]))
    assert asked - {*TEXTS, *USSD_ONLY} == set()
    assert {*TEXTS, *USSD_ONLY} - written == set()


def _names(argument: ast.expr) -> Iterator[str]:
    """The names that are written out: in an expression with an else, two."""
    if isinstance(argument, ast.IfExp):
        yield from (*_names(argument.body), *_names(argument.orelse))
    elif isinstance(argument, ast.Constant):
        yield str(argument.value)


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
