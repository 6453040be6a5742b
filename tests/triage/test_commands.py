"""HELP, STOP, START and MENU mean the same, and a danger is answered, wherever a person is: at every question, after a
result, at a check-in, at a PIN, on SMS and USSD, as a health worker."""

from collections.abc import Sequence

import pytest

from sms_triage.triage.conversation.turn import Priority
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.session import Person
from sms_triage.triage.wording.locale import Locales
from tests.talk import Drawer, Talk

HOUR, DAYS = 3600.0, 30
STOPPED = "You will get no more messages from us."
TOLD = "…"
"""In a state: time passes until she is told something."""

DIALS = "(dials)"
RESULT = ("hi", "1", "5", "1", "3", "1", "1", "7", "7")
GREETED = (*RESULT, "3", "1", "4711", TOLD)
PATIENT = ("D5 P1 L3 A1 F1 S7 B7", "1")
FOUND = (*PATIENT, "menu", "4", "031000003")
DIALLED = (DIALS, "1", "5", "2", "1", "3", "1", "1")

BY_SMS: dict[str, Sequence[str]] = {
    "a stranger": (),
    "at the first question": ("hi",),
    "at the danger question": ("hi", "1"),
    "at when it was": ("hi", "1", "4"),
    "at pregnancy": ("hi", "1", "5"),
    "at her age": ("hi", "1", "5", "1"),
    "at the amount": ("hi", "1", "5", "1", "3"),
    "at whether it still bleeds": ("hi", "1", "5", "1", "3", "2"),
    "at how often": ("hi", "1", "5", "1", "3", "1"),
    "at the signs": ("hi", "1", "5", "1", "3", "1", "1"),
    "at the last question": ("hi", "1", "5", "1", "3", "1", "1", "7"),
    "after a danger in her own words": ("hi", "1", "he forced me"),
    "after a result": RESULT,
    "reading tips": (*RESULT, "1"),
    "at the hour": (*RESULT, "3"),
    "at a new PIN": (*RESULT, "3", "1"),
    "agreed": (*RESULT, "3", "1", "4711"),
    "greeted": GREETED,
    "at her PIN": (*GREETED, "1"),
    "at her PIN for the notes": (*RESULT, "3", "1", "4711", "diary"),
    "at the check-in": (*GREETED, "1", "4711"),
    "at what makes it hard": (*GREETED, "1", "4711", "2"),
    "at a report": (*GREETED, "again", "5"),
    "told what she is owed": ("hi", "1", "5", "3", TOLD),
    "not understood twelve times": ("hi", *["beep"] * 12),
}
ON_USSD: dict[str, Sequence[str]] = {
    "dialled": (DIALS,),
    "dialled to the consent": (DIALS, "1", "5"),
    "dialled to the signs": DIALLED,
    "on their second page": (*DIALLED, "9"),
    "dialled to the result": (*DIALLED, "7", "7"),
    "on its second page": (*DIALLED, "7", "7", "9"),
    "asked to go on": (*DIALLED, DIALS),
}
AT_WORK: dict[str, Sequence[str]] = {
    "a worker": (),
    "at home": ("menu",),
    "at consent": ("menu", "1"),
    "at the label": ("menu", "1", "1"),
    "in the middle": ("menu", "1", "1", "1"),
    "at a patient's number": ("menu", "4"),
    "reading a shorthand": ("D5 P1",),
    "after a patient's result": PATIENT,
    "at a patient": FOUND,
    "at an outcome": (*FOUND, "2"),
    "at her phone": (*FOUND, "4"),
}
everywhere = pytest.mark.parametrize("state", [*BY_SMS, *ON_USSD, *AT_WORK])


def at(locales: Locales, state: str) -> Talk:
    """Somebody in this state."""
    worker = Person(chw=Chw("chw", "Amina", "A12"), desk=Drawer())
    talk = Talk(locales, worker if state in AT_WORK else Person(), now=1_900_000_000.0)
    for text in {**BY_SMS, **ON_USSD, **AT_WORK}[state]:
        if text == TOLD:
            assert any(talk.wait(HOUR) for _ in range(DAYS * 24))
        else:
            say(talk, text)
    return talk


def say(talk: Talk, text: str) -> list[str]:
    """By SMS, or keyed in if she is in a USSD dialog."""
    if text == DIALS:
        return talk.dial()
    return talk.press(text) if talk.channel == "ussd" else talk.text(text)


def first_screen(state: str) -> str:
    return "Whom is it for?" if state in AT_WORK else "Free private check"


@everywhere
def test_help_helps_and_changes_nothing(locales: Locales, state: str) -> None:
    helped, other = at(locales, state), at(locales, state)
    [help] = say(helped, "HELP")
    assert help.startswith("Answers: send the number. 0 = back, MENU = start over, STOP = end.")
    if state not in ("a stranger", "a worker", "asked to go on"):
        assert say(helped, "1") == say(other, "1")


@everywhere
def test_stop_is_said_once_and_is_final(locales: Locales, state: str) -> None:
    talk = at(locales, state)
    stopped = "STOP is done: no more texts, also none for your work." if state in AT_WORK else STOPPED
    assert say(talk, "STOP") == [f"{stopped} To come back, text START."]
    assert talk.told[0].despite_stop or talk.told[0].shown
    for text in ("hi", "1", "0", "MENU", "again", "diary", "thanks"):
        assert talk.text(text) == []
    assert talk.wait(DAYS * 24 * HOUR) == []


@everywhere
def test_start_brings_her_back_to_the_first_screen(locales: Locales, state: str) -> None:
    talk = at(locales, state)
    say(talk, "STOP")
    assert talk.text("START")[0].startswith(first_screen(state))
    assert talk.text("HELP")
    assert not talk.told[0].despite_stop


@everywhere
def test_start_in_a_conversation_shows_where_she_is(locales: Locales, state: str) -> None:
    talk = at(locales, state)
    shown = say(talk, "START")
    assert shown
    assert say(talk, "START") == shown


@everywhere
def test_menu_leads_to_the_first_screen(locales: Locales, state: str) -> None:
    first = say(at(locales, state), "MENU")[0].removeprefix("Starting again.\n")
    assert first.startswith(first_screen(state))


@everywhere
def test_a_danger_is_answered_first_and_urgently(locales: Locales, state: str) -> None:
    talk = at(locales, state)
    said = say(talk, "bleeding a lot, 3 pads")
    assert said[0].startswith("EMERGENCY: go to the nearest hospital now or call 112.")
    assert talk.told[0].priority is Priority.URGENT or talk.told[0].shown
    talk.text("STOP")
    assert talk.text("i fainted")[0].startswith("EMERGENCY: go to the nearest hospital now or call 112.")
    assert talk.told[0].priority is Priority.URGENT


STOPS = [
    "STOP", "stop.", "Stop!", "STOPPP", "please stop", "STOP. Thank you", "stop, thanks", "please stop texting me", "remove me",
    "Remove me from the list please", "unsubscribe please", "no more texts", "no more messages please", "leave me alone",
    "don't text me again", "Do not send me any more messages", "i want to stop", "I want to unsubscribe", "STOP ALL MESSAGES",
    "STOP 22384", "stop 22384 please", "Stop to 22384", "STOP +254 700 000 001", "S T O P", "s.t.o.p", "S-T-O-P", "🛑",
    "🛑️ please", "STOP🛑", "STOP\n-- sent from my phone", "STOP - Mary", "STOP -- Mary", "Stop.\nMary Wanjiku",
    "STOP\nSent from my Galaxy", "Thank you for the help. Please stop texting me.", "I went to the clinic. No more texts",
    "ok stop", "stop stop stop", "no thanks, stop", "please stop sending texts to this number", "Could you please stop texting me?",
    "quiero cancelar", "quero sair", "nataka kujitoa", "mujhe aur message nahi chahiye", "मुझे मैसेज न भेजें", "“STOP”", "*stop*", "ST\u200bOP", "S\u00adTOP", "please\u200bstop", "\ufeffSTOP\u200e",
    "simama tafadhali", "usinitumie", "usinitumie ujumbe tena", "Msinitumie meseji", "acha kunitumia ujumbe", "niondoe",
    "arretez svp", "Arrêtez s'il vous plaît", "arrêtez de m'écrire", "plus de messages", "stop merci", "désabonner",
    "ne m'envoyez plus de messages", "laissez-moi tranquille", "cancelar", "CANCELAR por favor", "no más mensajes", "BAJA",
    "ya no me escriban por favor", "dejen de enviarme mensajes", "déjenme en paz", "pare por favor", "Pare de me mandar mensagens",
    "não me mande mais mensagens", "não quero receber mais mensagens", "stop karo", "band karo please", "message mat bhejo",
    "बंद करो", "कृपया बंद करें", "मुझे मैसेज मत भेजो", "रोको अभी", "संदेश बंद कर दो",
]  # fmt: skip

NEVER_STOPS = [
    "how do i stop the bleeding", "bleeding does not stop", "STOP the bleeding please", "he did not stop", "it stopped",
    "i said stop he did not", "the blood won't stop", "stop bleeding", "bleeding. does it stop", "can I stop my pill",
    "when will it stop", "I stopped the pill", "should i stop sex", "I told him. Stop. He went on", "end it all", "i want to end it",
    "please end me", "cancel my life", "i quit my job", "it came. stop", "imeacha", "damu haiachi", "imesimama",
    "ça s'est arrêté", "arrêté", "ça ne s'arrête pas", "comment arrêter le sang", "no para", "ya paró", "el sangrado paró",
    "para mi hermana", "parou", "não para", "como parar o sangue", "bleeding band nahi ho rahi", "band ho gaya", "खून बंद करो",
    "खून बंद नहीं हो रहा", "रुक गया", "no more blood", "leave", "no text", "remove the tampon", "the end of my period",
    "accha", "achha", "can you stop it", "could you stop", "Basta! me duele", "alto. sangre", "stop me", "ok", "thanks", "please", "22384", "never stop",
]  # fmt: skip


@pytest.mark.parametrize("text", STOPS)
def test_stop_in_other_words_stops(locales: Locales, text: str) -> None:
    talk = Talk(locales)
    talk.text("hi")
    assert talk.text(text)[-1:] == [f"{STOPPED} To come back, text START."]
    assert talk.person.opted_out
    assert talk.text("hi") == []


@pytest.mark.parametrize("text", NEVER_STOPS)
def test_what_is_said_of_anything_else_never_stops(locales: Locales, text: str) -> None:
    talk = Talk(locales)
    talk.text("hi")
    talk.text(text)
    assert not talk.person.opted_out


def test_no_answer_of_the_content_says_stop(every_face: Locales) -> None:
    for locale in every_face.locales.values():
        for question in locale.questions.values():
            for option in question.options:
                for words in (*option.label.both(), *option.words):
                    assert not locale.lexicon.stopping.wished(words), words


def test_a_danger_beside_stop_is_answered_and_it_stops(locales: Locales) -> None:
    for state in ("a stranger", "at pregnancy", "after a result", "a worker", "dialled to the signs"):
        talk = at(locales, state)
        said = say(talk, "STOP. I am bleeding a lot")
        assert "\n".join(said).startswith("EMERGENCY: "), state
        assert ("STOP is done" if state == "a worker" else "You will get no more") in "\n".join(said)
        assert talk.counted[:2] == ["stop", "alarm:heavy_bleeding"]
        assert talk.text("hi") == []
        assert talk.wait(DAYS * 24 * HOUR) == []


def test_of_a_worker_who_stops_her_supervisor_is_told_once(locales: Locales) -> None:
    worker = Chw("chw", "Amina", "A12", supervisor="+254700000009")
    talk = Talk(locales, Person(chw=worker, desk=Drawer()), now=1_900_000_000.0)
    talk.text("stop texting me please")
    assert [(told.to, told.text) for told in talk.told] == [
        ("", "STOP is done: no more texts, also none for your work. To come back, text START."),
        ("+254700000009", "A12 stopped all texts. Please call."),
    ]
    assert talk.text("STOP") == ["STOP is done: no more texts, also none for your work. To come back, text START."]
    assert [told.to for told in talk.told] == [""]
