"""Answers that are given before their question: by themselves, or behind the answer to the one on the screen."""

from dataclasses import replace

from sms_triage.triage.content.model import Question
from sms_triage.triage.conversation.standing import asked
from sms_triage.triage.people.session import Session, Told
from sms_triage.triage.wording.locale import Locale


def told_early(locale: Locale, session: Session, body: str, but: Question) -> dict[str, str]:
    """What answers another question that is not answered yet, in words of its own that are of no other."""
    danger, known, found = locale.content.roles.danger, session.known, []
    for question in locale.content.questions:
        if question.id in (but.id, danger) or known.keys() & {*question.findings}:
            continue
        if (number := locale.readers[question.id].named(body)) and number <= len(question.options):
            option = question.options[number - 1]
            if option.value not in dict(locale.content.findings[option.finding].as_urgent):
                found.append(option)
    return {found[0].finding: found[0].value} if len(found) == 1 else {}


def with_more(
    locale: Locale, session: Session, question: Question, body: str
) -> tuple[frozenset[int], dict[str, str]] | None:
    """An answer to the question (by number), and behind it an age, for the next ("no 19"), or words that answer any
    other ("no, a few drops")."""
    tokens, reader = body.split(), locale.readers[question.id]
    if question.id not in {one.id for one in locale.content.questions}:
        return None
    for cut in range(1, len(tokens)):
        numbers, rest = reader.read(" ".join(tokens[:cut])), " ".join(tokens[cut:])
        if not isinstance(numbers, frozenset):
            continue
        if beside := told_early(locale, session, rest, but=question):
            return numbers, beside
        coming = asked(locale, replace(session.telling(Told(question.id, question.told_by(numbers))), asking=""))
        age = locale.readers[coming.id].of_years(rest)
        if age and coming in locale.content.questions:
            option = coming.options[age - 1]
            return numbers, {option.finding: option.value}
    return None
