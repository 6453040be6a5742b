"""Every statement of the founding text is reachable: each with the answers that lead there and the words that say it."""

import pytest

from sms_triage.triage.wording.locale import Locales
from tests.talk import Talk

# A conversation is the texts sent after "hi"; `…1` reads all tips, `…2` all causes after the result.
LIGHT = ["1", "5", "1", "3", "1", "1", "7", "7"]
DRY = [*LIGHT[:7], "4"]
PAIN = ["1", "5", "1", "3", "1", "1", "1"]
DISCHARGE = ["1", "5", "1", "3", "1", "1", "4", "7"]
BURNING = ["1", "5", "1", "3", "1", "1", "3", "7"]
AGAIN = ["1", "5", "1", "3", "1", "2", "7", "7"]
OFTEN = ["1", "5", "1", "3", "1", "3", "7", "7"]
MORE = ["1", "5", "1", "3", "2", "1", "7", "7"]
PAD = ["1", "5", "1", "3", "3", "7"]
FEVER = ["1", "5", "1", "3", "1", "1", "5"]
WORRIED = [*LIGHT[:7], "6"]
PARTNER = [*LIGHT[:7], "1"]
PILL = [*LIGHT[:7], "3"]

STATEMENTS = [
    ("light spotting is fairly common and often not serious", LIGHT, "fairly common and often not serious"),
    ("it can signal an issue that needs attention", LIGHT, "If it lasts or worries you, be checked in person"),
    ("from irritation, dryness, rough or deep sex", DRY, "small tears from dryness or rough or deep sex"),
    ("occasional, light, painless: maybe a one-off", LIGHT, "Light spotting once is common"),
    ("if it keeps happening, see a clinician", OFTEN, "Visit a clinic within 7 days"),
    ("if it is heavy, see a clinician", PAD, "See a health worker TODAY"),
    ("with pain, see a clinician", PAIN, "Visit a clinic within 7 days"),
    ("with discharge or odour, see a clinician", DISCHARGE, "Visit a clinic within 7 days"),
    (
        "not enough lubrication: tiny tears, drops of bright red blood",
        LIGHT,
        "tiny tears. You may see a few drops of bright red blood",
    ),
    ("water- or silicone-based lube and going slower", LIGHT, "Use a lot of water or silicone lube and go slow"),
    ("birth control: pills, patch, ring, implant, IUD", LIGHT, "pills, patch, ring, implant, IUD"),
    ("perimenopause, stress, weight changes", LIGHT, "stress, weight or change of life"),
    ("breakthrough spotting between periods", LIGHT, "You may spot between periods"),
    ("a new method", PILL, "spotting is common in the first 3 months of a new method"),
    ("the cervix is rich in blood vessels", LIGHT, "The cervix has many blood vessels"),
    ("positions or depth can bump it", LIGHT, "Some positions or deep sex may bump it"),
    ("red flag: frequent", LIGHT, "Go sooner if it is often or heavy"),
    ("red flag: more than a few drops", MORE, "More than a few drops"),
    ("red flag: soaking a pad", PAD, "soak a pad"),
    ("red flag: cramping, burning, deep pain", PAIN, "infection, endometriosis or deep contact"),
    ("red flag: green, yellow, foul discharge", DISCHARGE, "Smelly or green fluid"),
    ("red flag: pain when peeing", BURNING, "STI or a urine infection"),
    ("red flag: pain during sex", PAIN, "Sex hurts"),
    ("red flag: fever, fatigue, unwell", FEVER, "Fever, unwell, tired"),
    ("chlamydia, gonorrhea", LIGHT, "an STI (chlamydia, gonorrhea)"),
    (
        "yeast, bacterial vaginosis, PID inflame cervix or vagina",
        LIGHT,
        "yeast, BV or PID may make you sore inside",
    ),
    ("ectropion, a benign red area", LIGHT, "a harmless red area (ectropion)"),
    ("cervical polyps; rarely precancer or cancer", LIGHT, "polyps or, rarely, precancer or cancer"),
    ("fibroids, endometriosis, polyps: fragile lining", LIGHT, "fibroids, endometriosis or polyps may make the lining"),
    ("monitor: how often, how much, pain, discharge, cycle", LIGHT, "Note the date, how much blood, any pain or smell"),
    ("monitor: timing in the cycle", LIGHT, "the day of the cycle"),
    ("avoid very deep positions", LIGHT, "Avoid very deep positions"),
    ("give the body a break for a few days", LIGHT, "Give the body a few days of rest from sex"),
    ("see a clinician: more than once or twice in a row", AGAIN, "more than once or twice"),
    ("see a clinician: worried", WORRIED, "Worry is a good reason to be seen"),
    ("see a clinician: new partners, no recent STI screening", PARTNER, "It may be an STI such as chlamydia"),
    ("pelvic exam, Pap smear, STI tests pinpoint the cause", PARTNER, "They can usually find the cause"),
    ("table row 1: use lube, gentler, watch for recurrence", LIGHT, "Watch for it. If it comes back"),
    ("table row 1: friction, dryness or hormones", LIGHT, "often friction, dryness or hormones"),
    ("table row 2: infection (STI, yeast, BV, PID)", DISCHARGE, "STI, yeast, BV or PID"),
    ("table row 2: ask for STI and pelvic exam", DISCHARGE, "Ask the clinic for STI tests and a pelvic exam"),
    ("table row 2: burning", BURNING, "Ask the clinic for STI tests and a pelvic exam"),
    ("table row 3: repeated bleeding: mention postcoital bleeding", OFTEN, 'Say "postcoital bleeding"'),
    ("table row 3: repeated: make an appointment", AGAIN, "Make a clinic appointment"),
    ("table row 3: heavy needs evaluation", MORE, "an exam is needed"),
    ("persistent or worrying: be checked in person", LIGHT, "be checked in person"),
]


def converse(locales: Locales, texts: list[str]) -> str:
    """Everything said in the conversation and in reading on after it."""
    talk = Talk(locales)
    said = [words for text in ["hi", *texts] for words in talk.text(text)]
    for topic in ("1", "2"):
        text = topic
        for _ in range(12):
            said += talk.text(text)
            text = "1"
            if "That is all." in said[-1]:
                break
    return "\n".join(said)


@pytest.mark.parametrize(("statement", "texts", "words"), STATEMENTS, ids=[entry[0] for entry in STATEMENTS])
def test_statement_is_reachable(locales: Locales, statement: str, texts: list[str], words: str) -> None:
    assert words in converse(locales, texts), f"{statement!r} is not said"
