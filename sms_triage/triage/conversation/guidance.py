"""What is said at once to dangers."""

from collections.abc import Mapping, Sequence

from sms_triage.triage.conversation.talk import Talk
from sms_triage.triage.conversation.turn import Priority, Reply
from sms_triage.triage.understanding.alarms import Alarm


def guidance_of(talk: Talk, topic: str, alarms: Sequence[Alarm], known: Mapping[str, str]) -> list[Reply]:
    """What to do now, the gravest first; alarms with the same answer are answered once. Before a topic was chosen each
    names that of the danger."""
    answered = list({alarm.guidance: alarm for alarm in reversed(alarms)}.values())[::-1]
    return [_said(talk, topic or talk.locales.knowing(alarm.id), alarm, known) for alarm in answered]


def _said(talk: Talk, topic: str, alarm: Alarm, known: Mapping[str, str]) -> Reply:
    locale = talk.locales.of(talk.person.language, talk.channel, topic)
    return Reply(locale.say(locale.alarms.guidance[alarm.guidance].text, known), Priority.URGENT)
