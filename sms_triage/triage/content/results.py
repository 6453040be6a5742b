"""What a digit below a result leads to: ``results`` in ``service.yaml``.

An option is offered on its channels, where its condition holds (``if``) and where another does not (``unless``). Every
combination of conditions is a question of its own, made once, so that a number means what was shown.
"""

from collections.abc import Iterable
from itertools import combinations

from sms_triage.triage.content.model import Option, Question, ResultOption, Text
from sms_triage.triage.content.question_ids import RESULT

OFFER, TO_CONFIRM, MORE = "offer", "to_confirm", "more"
CONDITIONS = (OFFER, TO_CONFIRM, MORE)
"""Check-ins may be offered; a health worker has yet to confirm that she acts on it; there is more to read."""


def result_id(offered: Iterable[str]) -> str:
    """The id of the question below a result where these conditions hold."""
    return "+".join((RESULT, *(condition for condition in CONDITIONS if condition in offered)))


def result_questions(options: tuple[ResultOption, ...]) -> dict[str, Question]:
    """The question below a result, by id, for every combination of conditions."""
    questions = {}
    for size in range(len(CONDITIONS) + 1):
        for offered in combinations(CONDITIONS, size):
            lines = tuple(Option(RESULT, option.value, option.label, ()) for option in options if option.holds(offered))
            id = result_id(offered)
            questions[id] = Question(id, Text("", ""), lines, several=False, none=None)
    return questions
