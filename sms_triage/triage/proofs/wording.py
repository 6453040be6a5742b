"""``menus check``: what must hold of the words of one language on one channel, one line for each violation."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from sms_triage import text as sms
from sms_triage.triage.content.model import Budget, Content, Question, Text
from sms_triage.triage.content.question_ids import EPISODE, OUTCOME, TOPIC
from sms_triage.triage.content.templates import fill, placeholders
from sms_triage.triage.content.texts import URGENCY
from sms_triage.triage.conversation.standing import MOST_NAMED
from sms_triage.triage.conversation.ussd import MOST_OPTIONS, pages_of
from sms_triage.triage.menu.compiler import compile_content
from sms_triage.triage.menu.menu import Menu, build_menu
from sms_triage.triage.people.session import Session, Told
from sms_triage.triage.understanding import shorthand
from sms_triage.triage.understanding.answers import Lexicon
from sms_triage.triage.understanding.words import normal
from sms_triage.triage.wording.load import LanguageName, offering
from sms_triage.triage.wording.locale import Locale


def check_words(locale: Locale, languages: Mapping[str, LanguageName], topics: Mapping[str, Text]) -> tuple[str, ...]:
    """Everything about the words. `locale` must be filled with the longest values a deployment may set; `languages` are
    all that a deployment may offer, and `topics` those there are."""
    content, menu = locale.content, locale.menu
    choosing = offering(locale, languages, topics)
    found = [*_names(content, locale.language), *_in_step(content, menu), *_words(locale), *_phrases(locale)]
    found += _pages(choosing) if locale.channel == "ussd" else (*_budgets(locale, choosing), *_texts(locale))
    return tuple(f"{locale.language}.{locale.channel}: {violation}" for violation in dict.fromkeys(found))


def _names(content: Content, language: str) -> Iterator[str]:
    """Everything written in the content is used, and every text is there."""
    used = {name for rule in content.rules for name in rule.advice}
    yield from (f"advice {name} is given by no rule" for name in content.advice.keys() - used)
    meant = {rule.may_mean for rule in content.rules}
    yield from (f"meaning {name} is given by no rule" for name in content.meanings.keys() - meant)
    asked = set(content.findings)
    yield from (f"rule {rule.id} asks for {name}" for rule in content.rules for name in rule.when.findings() - asked)
    for where, text in content.texts():
        for words in text.both():
            if not words.strip():
                yield f"{where} has no text"
            if where.startswith("question") and placeholders(words):
                yield f"{where} is sent as it stands: no names to fill in"
            for phrase in content.forbidden_phrases.get(language, ()):
                if phrase in words.lower():
                    yield f"{where} says {phrase!r}, which the content forbids"


def _in_step(content: Content, menu: Menu) -> Iterator[str]:
    built = build_menu(content, compile_content(content), menu.language, menu.channel)
    if menu.content_hash != content.hash:
        yield f"menu {menu.language}.{menu.channel} is of content {menu.content_hash}, not {content.hash}: build it"
    elif built != menu:
        yield f"menu {menu.language}.{menu.channel} is not what the content builds: it was edited; build it again"


def _words(locale: Locale) -> Iterator[str]:
    """No word means two things."""
    lexicon = locale.lexicon
    own = {word for word, command in lexicon.commands.items() if command in ("restart", "back")}
    yield from (f"keyword {word!r} is a carrier's" for word in own & lexicon.carrier_words)
    for question in locale.content.questions:
        yield from _question_words(question, lexicon)
        for word, numbers in locale.readers[question.id].words.items():
            if len(numbers) > 1 and not (word in lexicon.yes or word in lexicon.no):
                yield f"question {question.id}: {word!r} means {len(numbers)} options"
        if question.last > 9 and question.several:
            yield f"question {question.id}: more than 9 options cannot be sent as digits"


def _question_words(question: Question, lexicon: Lexicon) -> Iterator[str]:
    labels = [(option.label, option.words) for option in question.options]
    if question.none:
        labels.append((question.none, ()))
    seen: set[str] = set()
    for label, words in labels:
        for phrase in {normal(text) for text in (*label.both(), *words)}:
            if phrase in lexicon.carrier_words:
                yield f"question {question.id}: {phrase!r} is a carrier's word"
            if lexicon.commands.get(phrase, "again") != "again" and phrase not in lexicon.carrier_words:
                yield f"question {question.id}: {phrase!r} is a keyword"
            elif lexicon.stopping.wished(phrase) and phrase not in lexicon.carrier_words:
                yield f"question {question.id}: {phrase!r} says STOP"
            if phrase in lexicon.languages:
                yield f"question {question.id}: {phrase!r} is a language"
        for phrase in {normal(text) for text in label.both()}:
            if phrase in seen:
                yield f"question {question.id}: label {phrase!r} stands twice"
            seen.add(phrase)


def _phrases(locale: Locale) -> Iterator[str]:
    for name, text in locale.texts.items():
        for words in text.both():
            if not words.strip():
                yield f"text {name} is empty"


def _budgets(locale: Locale, choosing: Locale) -> Iterator[str]:
    """Every SMS fits, in both wordings, with every line set (the longest allowed) and with none."""
    budget = locale.content.budget
    bare = replace(locale, values={})
    for who in ("own", "helper"):
        answers = locale.content.answers_of(who == "helper")

        over = partial(_over, budget, who)
        longest_hint = max(
            (locale.phrase(name, answers, last=9, number=9) for name in locale.texts if name.startswith("hint_")),
            key=sms.units,
        )
        for screen in locale.menu.screens.values():
            if screen.asks:
                words = locale.put(screen, answers)
                yield from over(f"question {screen.asks}", words, budget.question)
                yield from over(f"question {screen.asks}, hinted", f"{longest_hint}\n{words}", budget.longer_question)
                go_on = f"{locale.phrase('to_go_on', answers)} {words}"
                yield from over(f"question {screen.asks}, after an alarm", go_on, budget.longer_question)
                offered = choosing.put(screen, answers)
                yield from over(f"question {screen.asks}, with languages", offered, budget.question)
        for id in (EPISODE, TOPIC):
            if id in choosing.asks:
                yield from over(f"question {id}", locale.to(choosing.asks[id], answers), budget.longer_question)
        for rule in locale.content.rules:
            fixed = fixed_result(locale, rule.id)[0 if who == "own" else 1]
            yield from over(f"result of {rule.id}", fixed, budget.result)
        for disposition in locale.content.dispositions:
            what, if_worse = (locale.say(text, answers) for text in (disposition.text, disposition.if_worse))
            yield from over(f"disposition {disposition.id}", what, budget.question)
            so_far = f"{locale.phrase('so_far', answers)} {what} {if_worse}"
            yield from over(f"broken-off, {disposition.id}", so_far, budget.result)
        for where, text, most in _answers(locale):
            for one in (locale, bare):
                yield from over(where, one.say(text, answers), most)
        for where, text in _lines(locale.content):
            yield from over(where, locale.say(text, answers), budget.line)
            for page in locale.pages([locale.say(text, answers)], answers):
                yield from over(f"{where}, as a page", page, budget.result)


def _answers(locale: Locale) -> Iterator[tuple[str, Text, int]]:
    """What is said to what she tells or asks in her own words, and the most segments of it."""
    budget = locale.content.budget
    for id, guidance in locale.alarms.guidance.items():
        yield f"guidance {id}", guidance.text, budget.result
    for asked in locale.asked.answers:
        yield f"asked {asked.id}", asked.text, budget.line


def _texts(locale: Locale) -> Iterator[str]:
    """Every text and question of the service's own fits by SMS, filled with the longest that a turn fills in."""
    budget, filled = locale.content.budget, _longest(locale)
    for who in ("own", "helper"):
        answers = locale.content.answers_of(who == "helper")
        for name in locale.texts:
            longer = name in LONGER or name.startswith("notify_")
            words = locale.plain(locale.phrase(name, answers, **filled))
            yield from _over(budget, who, f"text {name}", words, budget.result if longer else budget.question)
        for id, text in locale.asks.items():
            if id != EPISODE:
                yield from _over(budget, who, f"question {id}", locale.to(text, answers), budget.question)


def _over(budget: Budget, who: str, where: str, words: str, segments: int) -> Iterator[str]:
    """What is wrong with a message of so many segments at the most, as it is said to `who`."""
    cost = sms.cost(words)
    if cost.encoding == "ucs2" != budget.encoding:
        outside = "".join(sorted({letter for letter in words if sms.septets(letter) is None}))
        yield f"{where} (to {who}): {outside!r} is outside GSM-7, which makes the whole message UCS-2"
    if cost.segments > segments:
        limit = f"{segments} segment{'s' if segments > 1 else ''}"
        yield f"{where} (to {who}): {cost.size} {cost.encoding}, {cost.segments} segments; budget {limit}"


def _pages(locale: Locale) -> Iterator[str]:
    """Every USSD page fits, whatever is asked or told, and leaves keys for turning pages."""
    for who in ("own", "helper"):
        answers = locale.content.answers_of(who == "helper")
        session = Session(0.0, "ussd", told=(Told("", answers),))
        told = {
            f"question {screen.asks}": locale.put(screen, answers)
            for screen in locale.menu.screens.values()
            if screen.asks
        }
        told |= {f"question {id}": locale.to(text, answers) for id, text in locale.asks.items()}
        told |= {f"result of {rule.id}": locale.result(rule, answers) for rule in locale.content.rules}
        told |= {f"text {name}": locale.to(text, answers) for name, text in locale.texts.items()}
        told |= {where: locale.say(text, answers) for where, text in _lines(locale.content)}
        for where, words in told.items():
            for page in pages_of(locale, session, words):
                if not sms.fits_ussd(page):
                    yield f"{where} (to {who}): a page of {sms.cost(page).size} {sms.encoding(page)} does not fit"
    for id, question in locale.questions.items():
        if question.last > MOST_OPTIONS:
            yield f"question {id}: more than {MOST_OPTIONS} options leave no key for more"
    for name in ("sent_by_sms", "stopped", "stopped_at_work", "try_again"):
        if not sms.fits_ussd(locale.phrase(name, {})):
            yield f"text {name} ends a dialog and does not fit on one page"


LONGER = ("help", "slip", "why", "deleted", "joined", "join_help", "seen_help", "shorthand_unclear")
"""Texts that may be as long as a result, as notifications may: read once, or by others."""


def _longest(locale: Locale) -> dict[str, object]:
    """The longest that a turn fills into a text, by name. A list is a line for one; it grows with what it lists."""
    content, public = locale.content, locale.public_labels
    signs = [label.helper for name, label in public.items() if name in content.findings]
    amount = max((label.helper for name, label in public.items() if name not in content.findings), key=len, default="")
    letters = content.shorthand
    labels = [option.label.helper for question in content.questions for option in question.options]
    return {
        "last": 9, "number": 9, "times": 999, "date": "31/12", "chw": "0A0F", "code": "000 000 000", "part": "D99999",
        "what": ", ".join(sorted(labels, key=len)[-MOST_NAMED:]),
        "signs": ", ".join(filter(None, [amount, *signs])), "list": "0A0F 999",
        "example": shorthand.write(content.baseline(), letters, content) if letters else "",
        "urgency": max((text.own for name, text in locale.texts.items() if name.startswith(URGENCY)), key=len),
        "outcome": max((option.label.own for option in locale.questions[OUTCOME].options), key=len),
    }  # fmt: skip


def _lines(content: Content) -> Iterator[tuple[str, Text]]:
    yield from ((f"advice {id}", text) for id, text in content.advice.items())
    yield from ((f"meaning {id}", text) for id, text in content.meanings.items())
    yield from ((f"cause {number}", text) for number, text in enumerate(content.causes, 1))


def fixed_result(locale: Locale, rule_id: str) -> tuple[str, str]:
    """The part of a result that never gives way, to the person and to a helper."""
    text = locale.results[rule_id]
    return tuple(
        f"{fill(words, locale.values)}\n{locale.phrase('after_result_short', locale.content.answers_of(helper))}"
        for helper, words in zip((False, True), text.both(), strict=True)
    )  # type: ignore[return-value]
