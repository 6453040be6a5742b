"""The topic is data: a second one is a YAML file and its translations, a language in its own script is data too, and no
code names a question or finding."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polib
import pytest
import yaml
from click.testing import CliRunner

from sms_triage import text as sms
from sms_triage.cli import main
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.content.translations import po_path, update_translation, write_template
from sms_triage.triage.content.yaml_file import read_yaml
from sms_triage.triage.people.chw import Chw
from sms_triage.triage.people.session import Person
from sms_triage.triage.proofs.vignettes import play, read_vignettes, topic_of
from sms_triage.triage.wording.load import collect_texts, load_locales
from sms_triage.triage.wording.locale import Locales
from tests.talk import Drawer, Talk

STING = Path(__file__).parent.parent / "sting"
VIGNETTES = Path(__file__).parent.parent / "vignettes" / "postcoital_bleeding.yaml"
LANGUAGES = {"en", "sw", "fr", "pt", "es", "hi", "hi-Latn"}
VALUES = {"emergency_number": "112", "sender": "22384"}

# A stand-in for a translator writes English in Ethiopic letters: a consonant with the vowel behind it is one of them.
CONSONANTS = dict(zip("hlmrsqbvtnkwzydjgfpcx", "ሀለመረሰቀበቨተነከወዘየደጀገፈፐቸሸ", strict=True))
VOWELS = {"e": 0, "u": 1, "i": 2, "a": 3, "": 5, "o": 6}


def in_ethiopic(text: str) -> str:
    """The text in another script, with its placeholders as they are."""
    written, rest = "", text.lower() if "{" not in text else text
    while rest:
        letter, rest = rest[0].lower(), rest[1:]
        if letter == "{":
            name, _, rest = rest.partition("}")
            written += f"{{{name}}}"
        elif letter in CONSONANTS:
            vowel = rest[0].lower() if rest and rest[0].lower() in VOWELS else ""
            rest = rest[len(vowel) :]
            written += chr(ord(CONSONANTS[letter]) + VOWELS[vowel])
        else:
            written += chr(ord("አ") + VOWELS[letter]) if letter in VOWELS else letter
    return written


def without_other_languages(raw: Any) -> Any:
    """What is written by language, in English alone."""
    if isinstance(raw, dict):
        kept = {key: without_other_languages(value) for key, value in raw.items()}
        return {"en": kept["en"]} if "en" in kept and kept.keys() <= LANGUAGES else kept
    return [without_other_languages(value) for value in raw] if isinstance(raw, list) else raw


def rewritten(path: Path, raw: Any) -> None:
    path.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), encoding="utf-8")


@pytest.fixture(scope="module")
def sting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A content folder with the toy as its only topic, in English and in a language with a script of its own."""
    folder = Path(shutil.copytree(content_dir(), tmp_path_factory.mktemp("sting") / "content"))
    shutil.rmtree(folder / "topics")
    shutil.rmtree(folder / "locale")
    shutil.copytree(STING / "topics", folder / "topics")
    for path in folder.glob("*.yaml"):
        rewritten(path, without_other_languages(read_yaml(path)))
    words = read_yaml(STING / "words.yaml")
    service, follow_up = read_yaml(folder / "service.yaml"), read_yaml(folder / "followup.yaml")
    service["topics"] = ["sting"]
    service["languages"] = {"en": service["languages"]["en"], "am": words["languages"]}
    for table in ("keywords", "answers"):
        for name, spoken in words[table].items():
            service[table][name]["am"] = spoken
    follow_up["revealing"]["am"] = words["revealing"]
    rewritten(folder / "service.yaml", service)
    rewritten(folder / "followup.yaml", follow_up)
    texts = collect_texts(folder)
    write_template(po_path(folder, "am"), texts)
    update_translation(po_path(folder, "am"), texts)
    translated = polib.pofile(str(po_path(folder, "am")))
    for entry in translated:
        # What ends a dialog has one page, which in this script is short.
        shorter = "Please dial again.[ Or {emergency_number}.]" if entry.comment == "text try_again" else ""
        entry.msgstr = in_ethiopic(shorter or entry.msgid)
    translated.save()
    assert run("menus", "build", "--content", str(folder), "--out", str(folder / "menus")) == ""
    return folder


@pytest.fixture(scope="module")
def both(sting: Path) -> Path:
    """A content folder with the real topic and the toy, in English."""
    folder = Path(shutil.copytree(content_dir(), sting.parent / "both"))
    shutil.rmtree(folder / "locale")
    topic = read_yaml(STING / "topics" / "sting.yaml")
    topic["forbidden_phrases"] = {language: [] for language in LANGUAGES}
    rewritten(folder / "topics" / "sting.yaml", topic)
    service = read_yaml(folder / "service.yaml")
    rewritten(folder / "service.yaml", service | {"topics": [*service["topics"], "sting"]})
    assert run("menus", "build", "--content", str(folder), "--out", str(folder / "menus")) == ""
    return folder


def run(*arguments: str) -> str:
    """Runs the command line; what it says if it fails."""
    result = CliRunner().invoke(main, list(arguments))
    return "" if result.exit_code == 0 else result.output + repr(result.exception)


def offered(folder: Path, *languages: str) -> Locales:
    return load_locales(languages, languages[0], VALUES, directory=folder, menus=folder / "menus")


def test_a_second_topic_is_proven_as_the_first_in_both_scripts(sting: Path) -> None:
    assert run("menus", "check", "--content", str(sting), "--menus", str(sting / "menus")) == ""


@pytest.mark.parametrize("channel", ["sms", "ussd"])
@pytest.mark.parametrize("language", ["en", "am"])
def test_its_vignettes_come_to_what_is_expected(sting: Path, language: str, channel: str) -> None:
    locales = offered(sting, "en", "am")
    vignettes = read_vignettes(STING / "vignettes.yaml", locales.of(language, channel).content)
    assert [play(locales, one, language, channel).verdict for one in vignettes] == ["exact"] * 4


def test_it_talks_by_sms_in_its_own_words(sting: Path) -> None:
    talk = Talk(offered(sting, "en"))
    assert talk.text("hi") == ["A free check on stings. Who was stung?\n1 I was\n2 Somebody else"]
    assert talk.text("2") == ["Have they any of these?\n1 A swollen face\n2 Near to falling\n3 Neither"]
    assert talk.text("neither") == ["Where is the sting?\n1 On the skin\n2 In the mouth"]
    assert talk.text("1") == ["Did stings make you ill before?\n1 Never\n2 Once or more"]
    assert talk.text("0")[0].startswith("Where is the sting?")
    talk.text("1")
    assert talk.text("2")[0].startswith(
        "See a nurse this week. If the face swells go to a hospital at once. It may be an allergy. Delete these messages"
    )


def test_it_talks_on_ussd(sting: Path) -> None:
    talk = Talk(offered(sting, "en"))
    assert talk.dial() == ["A free check on stings. Who was stung?\n1 I was\n2 Somebody else"]
    assert talk.press("1") == ["Have you any of these?\n1 A swollen face\n2 Near to falling\n3 Neither\n0 Back"]
    assert talk.press("1")[0].startswith("Go to a hospital now or call 112. If it gets worse shout for help.")


def test_a_danger_makes_known_what_the_topic_says_and_one_it_does_not_know_is_answered_too(sting: Path) -> None:
    talk = Talk(offered(sting, "en"))
    talk.text("hi")
    assert (
        "hospital now or call 112. Do not wait, do not go alone. Say: a sting." in talk.text("i am bleeding a lot")[0]
    )
    guidance, result, *_ = talk.text("i fainted")
    assert "Say: a sting." in guidance
    assert result.startswith("Go to a hospital now or call 112."), "the toy asks nobody to confirm"


def test_another_script_has_its_digits_its_words_and_its_stop(sting: Path) -> None:
    talk = Talk(offered(sting, "en", "am"))
    first = talk.text("ሰላም")[0]
    assert first.startswith(in_ethiopic("A free check on stings. Who was stung?"))
    assert first.endswith("LANGUAGE")
    assert talk.text("፩")[0].startswith(in_ethiopic("Have you any of these?"))
    assert talk.text("አይደለም")[0].startswith(in_ethiopic("Where is the sting?"))
    assert talk.text("ሁለት")[0].startswith(in_ethiopic("Go to a hospital now or call 112."))
    assert talk.text("አቁም") == [in_ethiopic("You will get no more messages from us. To come back, text START.")]
    assert talk.person.opted_out


def test_pages_and_messages_of_another_script_are_as_long_as_it_allows(sting: Path) -> None:
    talk = Talk(offered(sting, "am"))
    said = [*talk.dial(), *talk.press("1"), *talk.press("3"), *talk.press("1"), *talk.press("2")]
    pages = [said[-1]]
    while pages[-1].splitlines()[-1].startswith(("0", "9")) and "9 " in pages[-1].splitlines()[-1]:
        pages += talk.press("9")
    assert len(pages) > 2
    assert [page for page in (*said, *pages) if not sms.fits_ussd(page)] == []
    assert {sms.encoding(page) for page in (*said, *pages)} == {"ucs2"}
    words = "".join(line for page in pages for line in page.splitlines() if line[:1] not in "09")
    assert in_ethiopic("It may be an allergy.").replace(" ", "") in words.replace(" ", "")


def test_who_reports_a_sting_again_is_counted_by_the_topics_own_rules(sting: Path) -> None:
    talk = Talk(offered(sting, "en"))
    for text in ("hi", "1", "3", "1"):
        talk.text(text)
    assert talk.text("1")[0].startswith("It will pass.")
    talk.wait(10 * 86_400)
    assert talk.text("again")[0].startswith("Have you any of these?")
    assert talk.text("3")[0].startswith("See a nurse this week.")
    assert talk.text("diary")[0].startswith("Show this at the clinic. A sting:")


def test_check_ins_follow_the_result_of_any_topic(sting: Path) -> None:
    talk = Talk(offered(sting, "en"))
    for text in ("hi", "1", "3", "1", "2"):
        said = talk.text(text)
    assert "Reply 3 for yes." in said[-1]
    talk.text("3")
    talk.text("1")
    talk.text("1")
    assert talk.wait(4 * 86_400) == ["Hello, your check-in from 22384. OK to talk?\n1 Yes\n2 Later\n0 Stop"]
    assert talk.text("1")[0].startswith("Were you seen at a clinic?")


def test_a_health_worker_sends_a_patient_with_a_slip_of_the_topic(sting: Path) -> None:
    talk = Talk(offered(sting, "en"), Person(chw=Chw("chw", "Amina", "A12"), desk=Drawer()))
    for text in ("hi", "1", "1", "1"):
        said = talk.text(text)
    assert said[-1].startswith("Have they any of these?")
    said = talk.text("1")
    assert said[0].startswith("Go to a hospital now")
    assert "EMERGENCY NOW. Insect sting. A swollen face. By A12" in said[-1]
    talk.text("MENU")
    assert talk.text("N3 W1 S2")[0].splitlines()[:3] == ["N Neither", "W On the skin", "S Once or more"]


def test_with_several_topics_the_first_screen_asks_which(both: Path) -> None:
    talk = Talk(offered(both, "en"))
    assert talk.text("hi") == ["What is it about?\n1 Bleeding after sex\n2 A sting"]
    assert talk.text("2")[0].startswith("A free check on stings.")
    talk.text("menu")
    assert talk.text("bleeding after sex")[0].startswith("Free private check on bleeding after sex.")
    assert talk.locales.topic_names("en") == {"postcoital_bleeding": "Bleeding after sex", "sting": "A sting"}
    assert topic_of(STING / "vignettes.yaml", talk.locales) == "sting"
    assert topic_of(VIGNETTES, talk.locales) == "postcoital_bleeding"


def test_a_strangers_danger_is_named_by_the_topic_that_knows_it_whichever_is_offered_first(
    both: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(both, tmp_path / "content"))
    rewritten(
        folder / "service.yaml", read_yaml(folder / "service.yaml") | {"topics": ["sting", "postcoital_bleeding"]}
    )
    assert run("menus", "build", "--content", str(folder), "--out", str(folder / "menus")) == ""
    for text, named in (("i am bleeding a lot", "bleeding after sex"), ("i fainted", "a sting")):
        talk = Talk(offered(folder, "en"))
        assert f"Say: {named}." in talk.text(text)[0]
    assert Talk(offered(folder, "en")).text("hi") == ["What is it about?\n1 A sting\n2 Bleeding after sex"]
    assert Talk(offered(folder, "en")).text("blood")[0].startswith("In danger call 112.\nHave you any of these?")
    assert Talk(offered(both, "en")).text("blood")[0].startswith("In danger call 112.\nAny of these NOW?")


def test_a_health_worker_of_several_topics_is_asked_which_and_her_shorthand_tells(both: Path) -> None:
    talk = Talk(offered(both, "en"), Person(chw=Chw("chw", "Amina", "A12"), desk=Drawer()))
    for text in ("hi", "1", "1"):
        talk.text(text)
    assert talk.text("1")[-1] == "What is it about?\n1 Bleeding after sex\n2 A sting"
    assert talk.text("2")[0].startswith("Have they any of these?")
    assert "Insect sting" in talk.text("1")[-1]
    assert talk.text("N3 W1 S2")[0].splitlines()[:3] == ["N Neither", "W On the skin", "S Once or more"]
    assert talk.text("D5 P1")[0].splitlines()[:2] == ["D None", "P Not pregnant"]
    assert talk.text("Q5 P1")[0].startswith("Q5 is not clear.")


def test_every_question_and_finding_can_be_renamed_in_the_yaml_alone(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(content_dir(), tmp_path / "content"))
    shutil.rmtree(folder / "locale")
    path = folder / "topics" / "postcoital_bleeding.yaml"
    topic = read_yaml(path)
    names = {name: f"z{place}" for place, name in enumerate(sorted(set(_names(topic))))}
    assert len(names) == 27
    rewritten(path, _renamed(topic, names))
    assert run("menus", "build", "--content", str(folder), "--out", str(folder / "menus")) == ""
    assert run("menus", "check", "--content", str(folder), "--menus", str(folder / "menus")) == ""
    as_it_is, locales = load_locales(("en",), "en", VALUES), offered(folder, "en")
    for vignette in read_vignettes(VIGNETTES, as_it_is.of("en", "sms").content):
        findings = {names[finding]: value for finding, value in vignette.findings.items()}
        was, now = (
            play(as_it_is, vignette, "en", "sms"),
            play(locales, replace(vignette, findings=findings), "en", "sms"),
        )
        assert now.transcript == was.transcript, vignette.id
    for person in (Person(), Person(chw=Chw("chw", "Amina", "A12"))):
        assert _whole_talk(locales, person) == _whole_talk(as_it_is, person)


def _whole_talk(locales: Locales, person: Person) -> list[list[str]]:
    """A triage with a danger in words, check-ins, an episode more, notes; for a health worker her patient's."""
    talk = Talk(locales, replace(person, desk=Drawer() if person.chw else None))
    texts = (
        "hi",
        "1",
        "1",
        "1",
        "it hurts",
        "4",
        "2",
        "1",
        "2",
        "13",
        "2",
        "1",
        "2",
        "3",
        "1",
        "1",
        "again",
        "5",
        "1",
        "1",
        "4",
    )
    said = [talk.text(text) for text in (*texts, "diary", "dizzy", "MENU", "D45 P1 L3 A2 F1 S7 B7", "1", "slip")]
    return [*said, talk.wait(40 * 86_400), talk.dial(), talk.press("1"), talk.press("5"), talk.hang_up()]


def _names(topic: Mapping[str, Any]) -> Iterator[str]:
    for question in topic["questions"]:
        yield question["id"]
        yield from (option["finding"] for option in question["options"] if "finding" in option)


def _renamed(topic: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The topic with its questions and findings called otherwise, wherever it names them."""

    def keys(known: Mapping[str, Any]) -> dict[str, Any]:
        return {
            names.get(key, key): [keys(one) for one in value] if key == "any" else value for key, value in known.items()
        }

    for question in topic["questions"]:
        question["id"] = names[question["id"]]
        if "one_of" in question:
            question["one_of"] = names[question["one_of"]]
        if "only_if" in question:
            question["only_if"] = keys(question["only_if"])
        for option in question["options"]:
            if "finding" in option:
                option["finding"] = names[option["finding"]]
    for entry in (*topic["rules"], *topic["invariants"], *topic.get("advice_invariants", ())):
        entry["when"] = keys(entry.get("when", {}))
        if "told_after" in entry:
            entry["told_after"] = names[entry["told_after"]]
    roles = topic["roles"]
    for role in ("danger", "frequency", "amount"):
        roles[role] = names[roles[role]]
    for role in ("signs", "private", "confirmed"):
        roles[role] = [names[name] for name in roles[role]]
    roles["wording"]["finding"] = names[roles["wording"]["finding"]]
    roles["consent_sms"] = keys(roles["consent_sms"])
    topic["statements"] = [entry | {"tells": keys(entry["tells"])} for entry in topic["statements"]]
    topic["alarms"] = {alarm: keys(known) for alarm, known in topic["alarms"].items()}
    recurrence = topic["recurrence"]
    recurrence["asked_anew"] = [names[name] for name in recurrence["asked_anew"]]
    topic["shorthand"] = keys(topic["shorthand"])
    return topic
