"""``menus check``: the code knows what every answer of the service's own questions leads to, one line for each that it
does not."""

from collections.abc import Collection, Iterator

from sms_triage.triage.content.errors import nearest
from sms_triage.triage.content.folder import SERVICE, Folder
from sms_triage.triage.content.question_ids import RESULT
from sms_triage.triage.conversation import checkins
from sms_triage.triage.conversation.conversation import COMMANDS, HANDLERS
from sms_triage.triage.conversation.talk import ANY


def unhandled(folder: Folder) -> Iterator[str]:
    """Options and commands of the content that lead to nothing, and those of the code that nobody can choose."""
    follow_up = folder.follow_up
    for file, one in folder.own_files:
        for id, question in one.questions.items():
            chosen = {*question.options, *(["stop"] if question.zero else [])}
            place = f"{file}: questions, {id}"
            if id in follow_up.check_ins:
                yield from _lead(place, chosen, checkins.CHECK_IN)
            elif id == follow_up.greeting:
                yield from _same(place, chosen, checkins.GREETING)
            elif id != follow_up.barrier:
                yield from _same(place, chosen, HANDLERS.get(id) or checkins.HANDLERS[id])
    yield from _same(f"{SERVICE}: results", set(folder.service.results), HANDLERS[RESULT])
    yield from _same(f"{SERVICE}: keywords", set(folder.service.keywords.__struct_fields__), {"stop", *COMMANDS})


def _lead(place: str, chosen: Collection[str], handled: Collection[str]) -> Iterator[str]:
    for value in sorted(chosen):
        if value not in handled:
            yield f"{place}: the option {value!r} leads to nothing{nearest(value, handled)}"


def _same(place: str, chosen: Collection[str], handled: Collection[str]) -> Iterator[str]:
    if ANY in handled:
        return
    yield from _lead(place, chosen, handled)
    yield from (f"{place}: the option {value!r} is missing" for value in handled if value not in chosen)
