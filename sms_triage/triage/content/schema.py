"""The shape of the YAML in a content folder: one class for each file and for each kind of entry in it.

What the names mean stands beside them in the YAML. A key that is missing or unknown and a value of a wrong type is told
in one line, with its file and place.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import fields

from sms_triage import text as sms
from sms_triage.triage.content.errors import ContentError, nearest

Channel = Literal["sms", "ussd"]
Count = Annotated[int, Meta(ge=1)]
Day = Annotated[int, Meta(ge=0)]
"""Days since something; 0 is the same day."""
Span = Annotated[float, Meta(gt=0)]
"""So many days, hours or minutes."""
When = dict[str, Any]
"""A condition; read in ``reader``, since its keys are findings."""


ByLanguage = dict[str, tuple[str, ...]]


class Shape(Struct, forbid_unknown_fields=True, kw_only=True):
    """A mapping with these keys and no others."""


class Worded(Shape):
    own: str
    helper: str


Words = str | Worded


class NamesEntry(Shape):
    say: Words
    complaint: Words
    matter: Words
    named: Words


class WordingEntry(Shape):
    finding: str
    own: str
    helper: str


class RolesEntry(Shape):
    wording: WordingEntry | None = None
    danger: str = ""
    confirmed: tuple[str, ...] = ()
    frequency: str = ""
    amount: str = ""
    consent_sms: dict[str, str] = {}
    signs: tuple[str, ...] = ()
    private: tuple[str, ...] = ()


class BecomesEntry(Shape):
    episodes: Count
    within_days: Span
    frequency: str


class AfterSeenEntry(Shape):
    days: Span
    frequency: str
    says: str


class TogetherEntry(Shape):
    questions: tuple[str, ...]
    text: Words
    none: Words


class RecurrenceEntry(Shape):
    counts: dict[str, Count]
    uncounted: str
    becomes: tuple[BecomesEntry, ...]
    after_seen: AfterSeenEntry | None = None
    asked_anew: tuple[str, ...] = ()
    together: TogetherEntry | None = None


class OptionEntry(Shape):
    label: Words
    value: str = ""
    finding: str = ""
    words: tuple[str, ...] = ()
    if_severe: tuple[str, ...] = ()
    from_years: Annotated[int, Meta(ge=0)] | None = None
    to_years: Annotated[int, Meta(ge=0)] | None = None


class NoneEntry(Shape):
    label: Words


class BetweenEntry(Shape):
    id: str
    from_years: Annotated[int, Meta(ge=1)]
    text: Words
    options: dict[str, Words]


class QuestionEntry(Shape):
    id: str
    text: Words
    options: tuple[OptionEntry, ...]
    one_of: str = ""
    several: bool = False
    none: NoneEntry | None = None
    ussd_text: Words | None = None
    only_if: When = {}
    always: bool = False
    channels: tuple[Channel, ...] = ("sms", "ussd")
    baseline: str = ""
    worse: tuple[tuple[str, ...], ...] = ()
    as_urgent: dict[str, str] = {}
    between: BetweenEntry | None = None


class DispositionEntry(Shape):
    id: str
    text: Words
    if_worse: Words
    advises_only: tuple[str, ...] = ()


class RuleEntry(Shape):
    id: str
    when: When
    at_least: str
    may_mean: str
    advice: tuple[str, ...]
    sources: tuple[str, ...]
    without: tuple[str, ...] = ()


class InvariantEntry(Shape):
    id: str
    when: When = {}
    given: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    never_says: tuple[str, ...] = ()
    never_below: str | None = None
    only: str | None = None
    told_after: str | None = None


class StatementEntry(Shape):
    tells: dict[str, str]
    patterns: ByLanguage


class AskedEntry(Shape):
    id: str
    patterns: ByLanguage
    text: Words
    urgent: bool = False


class TopicFile(Shape, eq=False):
    """Known by itself: what is made of its words is made once."""

    title: Words
    review: str
    names: NamesEntry
    walk_questions: Count
    sources: dict[str, str]
    questions: tuple[QuestionEntry, ...]
    dispositions: tuple[DispositionEntry, ...]
    rules: tuple[RuleEntry, ...]
    meanings: dict[str, Words]
    advice: dict[str, Words]
    causes: tuple[Words, ...]
    invariants: tuple[InvariantEntry, ...]
    forbidden_phrases: dict[str, tuple[str, ...]]
    roles: RolesEntry = msgspec.field(default_factory=RolesEntry)
    alarms: dict[str, dict[str, str]] = {}
    statements: tuple[StatementEntry, ...] = ()
    recurrence: RecurrenceEntry | None = None
    shorthand: dict[str, str] = {}
    asked: tuple[AskedEntry, ...] = ()


class OwnQuestionEntry(Shape):
    text: Words
    options: dict[str, Words] = {}
    words: dict[str, tuple[str, ...]] = {}
    zero: Words | None = None


class LanguageEntry(Shape):
    name: str
    plain: str
    choose: str
    limits: str
    words: tuple[str, ...]


class LimitsEntry(Shape):
    encoding: sms.Encoding
    question: Count
    longer_question: Count
    result: Count
    line: Count


class ResultOptionEntry(Shape, rename={"given": "if"}):
    label: Words
    given: str = ""
    unless: str = ""
    channels: tuple[Channel, ...] = ("sms", "ussd")


class KeywordsEntry(Shape):
    stop: ByLanguage
    start: ByLanguage
    help: ByLanguage
    restart: ByLanguage
    language: ByLanguage
    again: ByLanguage
    result: ByLanguage
    diary: ByLanguage
    delete: ByLanguage
    back: ByLanguage


class StoppingEntry(Shape):
    signs: tuple[str, ...]
    phrases: ByLanguage
    beside: ByLanguage


class AnswersEntry(Shape):
    yes: ByLanguage
    no: ByLanguage
    numbers: dict[str, tuple[tuple[str, ...], ...]]
    fillers: tuple[str, ...]
    age: ByLanguage
    greetings: ByLanguage
    thanks: ByLanguage


class ServiceFile(Shape):
    topics: tuple[str, ...]
    languages: dict[str, LanguageEntry]
    dispositions: tuple[str, ...]
    deployment: dict[str, Count]
    limits: dict[str, LimitsEntry]
    questions: dict[str, OwnQuestionEntry]
    texts: dict[str, Words]
    results: dict[str, ResultOptionEntry]
    ussd_texts: dict[str, Words]
    keywords: KeywordsEntry
    stopping: StoppingEntry
    carrier_words: tuple[str, ...]
    reactions: ByLanguage
    answers: AnswersEntry


class ScheduleEntry(Shape):
    days: tuple[Day, ...]
    asks: str


class FollowUpFile(Shape):
    times: tuple[str, ...]
    useful_hours: Span
    closing_hours: Span
    most_unanswered: Count
    most_later: Count
    stopped_closes: Count
    diary_days: Span
    schedules: dict[str, ScheduleEntry]
    greeting: str
    check_ins: tuple[str, ...]
    barrier: str
    questions: dict[str, OwnQuestionEntry]
    texts: dict[str, Words]
    discreet: tuple[str, ...]
    revealing: ByLanguage


class ChwFile(Shape):
    questions: dict[str, OwnQuestionEntry]
    texts: dict[str, Words]
    visits: dict[str, tuple[Count, ...]]
    acknowledge_minutes: dict[str, Span]
    still_open: tuple[str, ...]
    seen: tuple[str, ...]
    join_words: tuple[str, ...]
    seen_words: tuple[str, ...]


class AlarmEntry(Shape):
    id: str
    guidance: str
    patterns: ByLanguage
    whenever: bool = False
    window: Count | None = None


class GuidanceEntry(Shape):
    disposition: str
    text: Words
    floor: Worded | None = None


class GrammarEntry(Shape):
    """Which concepts say how the others are meant."""

    denies: tuple[str, ...]
    denies_back: tuple[str, ...]
    ends: tuple[str, ...]
    passed: tuple[str, ...]
    also: tuple[str, ...]
    turns: tuple[str, ...]
    subjects: tuple[str, ...]
    supposes: tuple[str, ...]
    long_ago: tuple[str, ...]
    over: tuple[str, ...]
    sets_aside: tuple[str, ...]
    everyday: tuple[str, ...]


class AlarmsFile(Shape, eq=False):
    """Known by itself: what is made of it is made once."""

    window: Count
    concepts: dict[str, ByLanguage]
    grammar: GrammarEntry
    alarms: tuple[AlarmEntry, ...]
    doubt: ByLanguage
    guidance: dict[str, GuidanceEntry]


class AskedFile(Shape, eq=False):
    """Known by itself, like the alarms."""

    asked: tuple[AskedEntry, ...]


class CommonWordsFile(Shape, eq=False):
    """Known by itself, like the alarms."""

    words: dict[str, str]


File = TypeVar("File", bound=Shape)


def shaped(raw: Any, kind: type[File], file: str) -> File:
    """What is written in a file, in its shape. Raises :class:`ContentError`."""
    if raw is None:
        raise ContentError(f"{file}: the file is empty")
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError:
        place, fault = next(_faults(raw, kind, ()))
        raise ContentError(": ".join(filter(None, [file, ", ".join(place), fault]))) from None


def _faults(raw: Any, kind: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong, with the keys that lead there: the deepest place is named."""
    arguments = get_args(kind)
    if _is_shape(kind) and isinstance(raw, dict):
        known = {field.encode_name: field for field in fields(kind)}
        yield from ((place, f"unknown key {key!r}{nearest(str(key), known)}") for key in raw if key not in known)
        yield from (
            (place, f"the key {name!r} is missing")
            for name, field in known.items()
            if field.required and name not in raw
        )
        parts = [(name, field.type, raw[name]) for name, field in known.items() if name in raw]
    elif get_origin(kind) is dict and isinstance(raw, dict):
        yield from ((place, f"the key {key!r} is to be quoted") for key in raw if not isinstance(key, str))
        parts = [(key, arguments[1], value) for key, value in raw.items()]
    elif get_origin(kind) is tuple and isinstance(raw, list):
        parts = [(_name_of(entry, number), arguments[0], entry) for number, entry in enumerate(raw, 1)]
    elif isinstance(raw, dict) and (shapes := [one for one in arguments if _is_shape(one)]):
        yield from _faults(raw, shapes[0], place)
        return
    else:
        try:
            msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            # YAML reads 17:00 and true as something else than words.
            quoted = isinstance(raw, bool | int | float) and "Expected `str" in str(error)
            yield place, f"{raw!r} is no text: put it in quotes" if quoted else str(error)
        return
    for key, part, value in parts:
        yield from _faults(value, part, (*place, key))


def _is_shape(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Shape)


def _name_of(entry: Any, number: int) -> str:
    """How a reader finds an entry of a list: by its id if it has one."""
    return str(entry["id"]) if isinstance(entry, dict) and "id" in entry else str(number)
