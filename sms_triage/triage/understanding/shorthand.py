"""A whole triage in one SMS for those who know it by heart: ``D5 P1 L2 A1 F1 S6 B7``.

A letter stands for a question of the content, the digits behind it for what is sent in answer to it. What is
left out is asked. The result is that of the menu: both come from the same answers.
"""

import re
from collections.abc import Iterator, Mapping

from sms_triage.triage.content.model import Content, Question
from sms_triage.triage.menu.compiler import branches_of
from sms_triage.triage.understanding.words import normal

_PART = re.compile(r"([a-z]) ?(\d+)")
_WHOLE = re.compile(r"(?:[a-z] ?\d+ ?){2,}")

Answers = tuple[tuple[str, Mapping[str, str]], ...]


class Unclear(Exception):
    """A part of a shorthand that means nothing; the message is that part."""


def looks_like(text: str) -> bool:
    """Whether a text is meant as a shorthand."""
    return _WHOLE.fullmatch(normal(text)) is not None


def read(text: str, letters: Mapping[str, str], content: Content) -> Answers:
    """The answers in a shorthand, by question, in the content's order. Raises :class:`Unclear`."""
    by_letter = {letter.lower(): id for id, letter in letters.items()}
    told: dict[str, Mapping[str, str]] = {}
    for letter, digits in _PART.findall(normal(text)):
        id = by_letter.get(letter)
        if id is None or id in told:
            raise Unclear(f"{letter}{digits}".upper())
        values = _values(content.question(id), digits)
        if values is None:
            raise Unclear(f"{letter}{digits}".upper())
        told[id] = values
    return tuple((question.id, told[question.id]) for question in content.questions if question.id in told)


def write(answers: Mapping[str, str], letters: Mapping[str, str], content: Content) -> str:
    """The shorthand for complete answers (finding -> value)."""
    return " ".join(
        letters[question.id] + _digits(question, answers)
        for question in content.questions
        if question.id in letters and question.only_if.holds(answers)
    )


def check_shorthand(letters: Mapping[str, str], content: Content) -> Iterator[str]:
    """That every answer set comes through a shorthand as it was: each way to answer each question does, and they do not
    depend on each other."""
    if len(set(letters.values())) < len(letters):
        yield "shorthand: a letter stands for two questions"
    missing = {question.id for question in content.questions if not question.always} - letters.keys()
    yield from (f"shorthand: no letter for question {id}" for id in sorted(missing))
    for question in content.questions:
        if question.id not in letters:
            continue
        for _, known in branches_of(question):
            text = f"{letters[question.id]}{_digits(question, known)}"
            if not _comes_back(text, (question.id, known), letters, content):
                yield f"shorthand {text} does not come back as {known}"


def _comes_back(text: str, answer: tuple[str, Mapping[str, str]], letters: Mapping[str, str], content: Content) -> bool:
    try:
        return read(text, letters, content) == (answer,)
    except Unclear:
        return False


def _values(question: Question, digits: str) -> dict[str, str] | None:
    numbers = [int(digit) for digit in digits] if question.several else [int(digits)]
    if len(set(numbers)) < len(numbers) or not all(1 <= number <= question.last for number in numbers):
        return None
    if not question.several:
        option = question.options[numbers[0] - 1]
        return {option.finding: option.value}
    if question.last in numbers and len(numbers) > 1:
        return None
    return {option.finding: "yes" if number in numbers else "no" for number, option in enumerate(question.options, 1)}


def _digits(question: Question, answers: Mapping[str, str]) -> str:
    numbers = [number for number, option in enumerate(question.options, 1) if answers[option.finding] == option.value]
    return "".join(map(str, numbers)) or str(question.last)
