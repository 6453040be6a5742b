"""Episodes: what a result is noted as, and what is asked anew of who says that it happened again."""

from collections.abc import Mapping
from dataclasses import replace

from sms_triage.events import EpisodeReported
from sms_triage.triage.content.model import Rule
from sms_triage.triage.content.protocols import RECURRENCE
from sms_triage.triage.content.question_ids import EPISODE
from sms_triage.triage.conversation.standing import answered, asked, facts
from sms_triage.triage.conversation.talk import Next, Talk, begin
from sms_triage.triage.people import recurrence
from sms_triage.triage.people.case import Episode
from sms_triage.triage.people.followup import begin_follow_up
from sms_triage.triage.people.session import Session, Told, answers
from sms_triage.triage.wording.locale import Locale


def episode_of(talk: Talk, session: Session, rule: Rule) -> Episode:
    """What a result is noted as."""
    locale = talk.about(session)
    known, roles = facts(locale, session), locale.content.roles
    counts = locale.content.recurrence.counts
    return Episode(
        at=talk.now,
        amount=known.get(roles.amount, ""),
        signs=signs_in(locale, known),
        times=1 if session.again else counts.get(session.known.get(roles.frequency, ""), 1),
        disposition=rule.at_least.id,
        rank=rule.at_least.rank,
        topic=session.topic,
    )


def noted(talk: Talk, session: Session, rule: Rule) -> Next:
    """The result as an episode of the person's case. A triage for somebody else is none."""
    locale = talk.about(session)
    if not locale.content.for_herself(facts(locale, session)):
        return Next(talk, session)
    case = talk.case.with_episode(episode_of(talk, session, rule), session.episode)
    case = replace(case, answers=answered(locale, session), topic=session.topic)
    if case.time:
        schedule = locale.protocol.schedules[RECURRENCE if session.again else rule.at_least.id]
        plan = begin_follow_up(schedule, talk.person.calendar, case.time, talk.now, session.topic)
        case = replace(case, plan=plan)
    return Next(talk.knowing(case=case), replace(session, episode=talk.now))


def signs_in(locale: Locale, known: Mapping[str, str]) -> tuple[str, ...]:
    """The dangers and signs among what is known."""
    questions = (locale.content.question(id) for id in locale.content.roles.signs)
    return tuple(finding for question in questions for finding in question.findings if known.get(finding) == "yes")


def report(talk: Talk, before: str = "") -> Next:
    """It happened again, or got worse: what is asked anew is little, all else is as it was told the last time."""
    case = talk.case
    locale = talk.locales.of(talk.person.language, talk.channel, case.topic)
    rules, roles = locale.content.recurrence, locale.content.roles
    if not case.answers or not roles.frequency:
        return begin(talk)
    mildest = locale.content.findings[roles.frequency].baseline
    frequency = recurrence.frequency(rules, case.about(case.topic), talk.now) or (
        mildest if case.seen_at else rules.uncounted
    )
    counted = locale.content.question_of(roles.frequency).id
    kept = tuple(entry for entry in case.answers if entry[0] not in (*rules.asked_anew, counted))
    told = answers(*kept, (counted, {roles.frequency: frequency}))
    return Next(
        talk, replace(talk.fresh(case.topic), told=told, again=True), before=before, events=(EpisodeReported(),)
    )


def asking_together(locale: Locale, session: Session) -> Session:
    """The session of who reports an episode, asked on one screen what a triage asks on several."""
    together = session.again and asked(locale, session).id in locale.content.recurrence.together
    return replace(session, asking=EPISODE) if together else session


def told_together(locale: Locale, session: Session, numbers: frozenset[int]) -> Session:
    """The session with what was told on one screen, as if each question had been asked; the rest is mildest."""
    content, options = locale.content, locale.questions[EPISODE].options
    told = [option for number, option in enumerate(options, 1) if number in numbers]
    for id in content.recurrence.together:
        values = {finding: content.findings[finding].baseline for finding in content.question(id).findings}
        for option in told:
            if option.finding in values:
                # Options of one finding stand from mild to severe: of two, the more severe counts.
                values[option.finding] = option.value
        session = session.telling(Told(id, values))
    return replace(session, asking="")
