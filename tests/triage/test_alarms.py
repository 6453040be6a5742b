"""A danger in a person's own words is heard, however it is spelt; a denial or a harmless text is not one."""

import pytest

from sms_triage.triage.wording.locale import Locale

HEARD = {
    "heavy_bleeding": [
        "bleeding a lot", "I am bleeding heavily", "BLEEDING ALOT", "im bleedin heavy", "blood everywhere",
        "the blood wont stop", "bleeding won't stop", "it is not stopping, the bleeding", "cant stop bleeding",
        "lots of blood after sex", "so much blood", "soaking pads", "I soaked a pad in an hour", "bleding a lot",
        "heavy bleeding", "hevy bleeding pls help", "blood keeps coming", "there are big clots and bleeding",
        "I have filled 3 pads", "no pain but bleeding a lot", "damu nyingi", "hemorrhaging", "is it bad? bleeding non stop nonstop",
        "bleeding through my clothes soaked the sheets", "blood is pouring", "she bleeds too much",
    ],
    "fainting": [
        "I fainted", "feeling faint", "i passed out", "she is unconscious", "I blacked out in the toilet", "she collapsed",
        "about to faint", "lost consciousness", "faintd twice", "i keep fainting",
    ],
    "severe_pain": [
        "severe pain", "terrible cramps", "the pain is unbearable", "very bad pain", "sever pain in my belly",
        "stomach pain so bad", "hurts so much", "agony", "worst pain ever", "too much pain",
    ],
    "forced_sex": [
        "he forced me", "I was raped", "he raped me last night", "raped", "they made me have sex", "my husband forces me",
        "sexually assaulted", "it was against my will", "I said no but he didnt stop", "i am not ok he forced me",
        "he made me do it", "forced sex", "was rapd", "without my consent", "he forcd me",
    ],
    "pregnant_bleeding": [
        "pregnant and bleeding", "im 3 months pregnant and there is blood", "preg n bleeding", "bleeding and I am pregnant",
        "spotting, pregnant 8 weeks", "I think I am having a miscarriage",
    ],
    "self_harm": [
        "I want to die", "i wanna die", "I will kill myself", "suicide", "want to end my life", "better off dead",
        "I dont want to live", "i feel like dying", "I want to hurt myself",
    ],
}  # fmt: skip

NOT_HEARD = [
    "no pain", "not pregnant", "not much blood", "I am not bleeding a lot", "no heavy bleeding", "i did not faint",
    "nobody forced me", "he did not force me", "no severe pain", "I have never fainted", "not bleeding heavily",
    "without pain", "hi", "hello", "1", "13", "none of these", "thanks a lot", "what is this", "how much does it cost",
    "a few drops", "I have a new partner", "second time", "menu", "light pink spotting", "yes", "worried",
    "can I call you", "this is not forced", "I dont have bad pain", "no I was not raped", "my period stopped last year",
    "is this free", "where is the clinic", "send me the address please", "I want to know more", "the end of my period",
]  # fmt: skip

DOUBTFUL = [
    "I am bleeding",
    "it hurts",
    "is bleeding after sex normal",
    "some pain",
    "I feel dizzy",
    "blood",
    "am I dying",
]


@pytest.mark.parametrize(("alarm", "text"), [(alarm, text) for alarm, texts in HEARD.items() for text in texts])
def test_a_danger_is_heard(locale: Locale, alarm: str, text: str) -> None:
    heard = locale.alarms.heard(text)
    assert heard
    assert heard[0].alarm.id == alarm


@pytest.mark.parametrize("text", NOT_HEARD)
def test_a_denial_or_a_harmless_text_is_no_alarm(locale: Locale, text: str) -> None:
    assert not locale.alarms.heard(text)


@pytest.mark.parametrize("text", DOUBTFUL)
def test_what_may_be_a_danger_is_in_doubt(locale: Locale, text: str) -> None:
    assert not locale.alarms.heard(text)
    assert locale.alarms.doubtful(text)


def test_case_accents_and_apostrophes_do_not_matter(locale: Locale) -> None:
    for text in ("Can\u2019t stop BLEEDING", "CAN'T STOP BLEEDING!!!", "cant   stop\nbleeding"):
        assert locale.alarms.heard(text)


IN_OTHER_LANGUAGES = {
    "sw": {
        "heavy_bleeding": ["damu nyingi sana", "natokwa na damu, haikomi", "pedi zinajaa haraka"],
        "fainting": ["nimezimia", "nahisi kuzimia", "amepoteza fahamu"],
        "severe_pain": ["maumivu makali", "tumbo linauma sana"],
        "forced_sex": ["nimebakwa", "alinilazimisha", "bila hiari yangu"],
        "pregnant_bleeding": ["mimi ni mjamzito na natokwa na damu", "mimba imeharibika"],
        "self_harm": ["nataka kufa", "sitaki kuishi tena", "ningependa kujiua"],
    },
    "fr": {
        "heavy_bleeding": ["je saigne beaucoup", "le saignement ne s'arrête pas", "hémorragie", "ma serviette est trempée"],
        "fainting": ["je me suis évanouie", "j'ai perdu connaissance", "un malaise"],
        "severe_pain": ["douleur insupportable", "j'ai très mal au ventre"],
        "forced_sex": ["il m'a violée", "on m'a forcée, un rapport sexuel", "contre ma volonté", "viol"],
        "pregnant_bleeding": ["enceinte et je saigne un peu", "fausse couche"],
        "self_harm": ["je veux mourir", "suicide", "je n'ai plus envie de vivre"],
    },
    "es": {
        "heavy_bleeding": ["sangro mucho", "el sangrado no para", "hemorragia"],
        "fainting": ["me desmayé", "perdí el conocimiento"],
        "severe_pain": ["dolor muy fuerte", "me duele muchísimo"],
        "forced_sex": ["me violaron", "me obligó a tener sexo", "sin mi consentimiento"],
        "pregnant_bleeding": ["estoy embarazada y sangro", "aborto espontáneo"],
        "self_harm": ["quiero morir", "no quiero vivir"],
    },
    "pt": {
        "heavy_bleeding": ["estou sangrando muito", "o sangue não para", "penso encharcado"],
        "fainting": ["desmaiei", "perdi os sentidos"],
        "severe_pain": ["dor muito forte", "dói demais"],
        "forced_sex": ["fui estuprada", "ele me forçou a fazer sexo", "contra a minha vontade"],
        "pregnant_bleeding": ["grávida e com sangue", "estou perdendo o bebé"],
        "self_harm": ["quero morrer", "não quero viver"],
    },
    "hi": {
        "heavy_bleeding": ["बहुत खून आ रहा है", "खून रुक नहीं रहा", "bahut khoon aa raha hai", "khoon ruk nahi raha", "pad bhar gaya"],
        "fainting": ["मैं बेहोश हो गई", "behosh ho gayi"],
        "severe_pain": ["बहुत तेज दर्द है", "bahut dard ho raha hai"],
        "forced_sex": ["मेरे साथ जबरदस्ती हुई", "zabardasti ki usne", "बलात्कार हुआ", "मेरी मर्ज़ी के खिलाफ"],
        "pregnant_bleeding": ["मैं गर्भवती हूं और खून आ रहा है", "main pregnant hu, khoon"],
        "self_harm": ["मैं मरना चाहती हूं", "marna chahti hu", "आत्महत्या"],
    },
}  # fmt: skip

NOT_HEARD_IN_OTHER_LANGUAGES = [
    "sina maumivu makali", "sikuzimia", "hakuna damu nyingi", "si mjamzito", "pas de douleur forte", "je ne saigne pas beaucoup",
    "aucune douleur intense", "no sangro mucho", "sin dolor fuerte", "não estou sangrando muito", "sem dor forte",
    "बहुत खून नहीं", "ज़्यादा दर्द नहीं है", "bahut khoon nahi hai", "behosh nahi hui", "habari", "bonjour", "hola", "नमस्ते",
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "alarm", "text"),
    [
        (language, alarm, text)
        for language, alarms in IN_OTHER_LANGUAGES.items()
        for alarm, texts in alarms.items()
        for text in texts
    ],
)
def test_a_danger_is_heard_in_every_language(locale: Locale, language: str, alarm: str, text: str) -> None:
    heard = locale.alarms.heard(text)
    assert heard
    assert heard[0].alarm.id == alarm


@pytest.mark.parametrize("text", NOT_HEARD_IN_OTHER_LANGUAGES)
def test_a_denial_in_another_language_is_no_alarm(locale: Locale, text: str) -> None:
    assert not locale.alarms.heard(text)


SLIPS = {
    "dropped": lambda word, at: word[:at] + word[at + 1 :],
    "added": lambda word, at: f"{word[:at]}x{word[at:]}",
    "changed": lambda word, at: f"{word[:at]}x{word[at + 1 :]}",
    "swapped": lambda word, at: word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("word", ["agony", "khudkushi"])
def test_one_slip_anywhere_behind_the_first_letter_is_forgiven_and_two_are_not(
    locale: Locale, word: str, slip: str
) -> None:
    for at in range(1, len(word)):
        written = SLIPS[slip](word, at)
        assert locale.alarms.heard(written), written
        for other in {1, at - 1, at, at + 1, at + 2, len(written) - 1} & set(range(1, len(written))):
            # No letter of these is a z: it adds to the first slip and never mends it.
            assert not locale.alarms.heard(f"{written[:other]}zz{written[other:]}")
            if slip == "swapped" and at + 1 < len(word) and other not in (at, at + 1):
                assert not locale.alarms.heard(f"{written[:other]}z{written[other + 1 :]}")
    assert not locale.alarms.heard(f"z{word[1:]}")


@pytest.mark.parametrize("word", ["collapsing", "colapsed", "collaqsed", "collpased", "colllapsed"])
def test_a_slip_in_the_stem_of_a_word_is_forgiven(locale: Locale, word: str) -> None:
    heard = locale.alarms.heard(word)
    assert heard
    assert heard[0].alarm.id == "fainting"


@pytest.mark.parametrize("word", ["colasped", "collection", "colander", "coxxapsed"])
def test_two_slips_in_the_stem_of_a_word_are_not(locale: Locale, word: str) -> None:
    assert not locale.alarms.heard(word)


@pytest.mark.parametrize("word", ["dpain", "pan", "dye"])
def test_a_short_word_must_be_spelt_right(locale: Locale, word: str) -> None:
    assert not locale.alarms.heard(f"severe {word}")


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("not fainted", False), ("not really fainted", False), ("not ever really fainted", False),
        ("not that we ever fainted", True), ("evanouie pas", False), ("evanouie hier pas", False), ("evanouie hier soir pas", True),
        ("no. fainted", True), ("fainted. pas", True), ("hello. bleeding not a lot", False),
    ],
)  # fmt: skip
def test_a_denial_reaches_three_words_ahead_or_two_back_and_never_into_another_clause(
    locale: Locale, text: str, heard: bool
) -> None:
    assert bool(locale.alarms.heard(text)) == heard


@pytest.mark.parametrize(
    "text",
    [
        "no money bleeding heavily", "sina pesa nimebakwa", "pas normal je saigne beaucoup", "nunca sangrei tanto",
        "i have never bled this much", "bleeding band nahi ho rahi", "खून बंद नहीं हो रहा", "damu haikomi", "no pain bleeding a lot",
        "i am not sure what to do she fainted", "saigne beaucoup pas de douleur", "bleeding not stopping heavy",
    ],
)  # fmt: skip
def test_a_denial_binds_what_it_denies_and_nothing_behind_that(locale: Locale, text: str) -> None:
    assert locale.alarms.heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "damu haitoki sana", "nadie me forzo", "personne ne ma force", "bleeding not heavy", "the bleeding has stopped", "no pain",
        "no severe pain or fainting", "bleeding heavily stopped", "khoon band ho gaya bahut", "nobody has forced me",
        "thanks a lot no blood", "my phone is dying i want it charged", "ca fait combien", "nataka kujua bei", "je suis rapide",
        "my faith", "una villa", "how much blood is normal",
    ],
)  # fmt: skip
def test_a_denial_what_is_over_a_manner_of_speaking_and_a_common_word_are_no_alarm(locale: Locale, text: str) -> None:
    assert not locale.alarms.heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "should i go to hospital if i faint", "last year i fainted", "2 years ago i was bleeding heavily",
        "lannee derniere je me suis evanouie", "el ano pasado me desmaye", "pichle saal behosh hui thi",
        "if i bleed heavily what then",
    ],
)  # fmt: skip
def test_what_is_supposed_or_long_ago_is_asked_about(locale: Locale, text: str) -> None:
    assert not locale.alarms.heard(text)
    assert locale.alarms.doubtful(text)


@pytest.mark.parametrize(
    "text",
    [
        "3 years ago i had a baby but now bleeding heavily",
        "if he comes. i am bleeding heavily",
        "he raped me 2 years ago",
    ],
)
def test_what_is_now_or_owed_guidance_at_any_time_is_told(locale: Locale, text: str) -> None:
    assert locale.alarms.heard(text)


def test_all_alarms_of_a_text_are_heard_the_gravest_first(locale: Locale) -> None:
    said = "he raped me, i am bleeding heavily and i want to die"
    assert [one.alarm.id for one in locale.alarms.heard(said)] == ["self_harm", "heavy_bleeding", "forced_sex"]
    assert [one.alarm.id for one in locale.alarms.heard("raped, no heavy bleeding")] == ["forced_sex"]


@pytest.mark.parametrize(
    ("text", "alarm", "language"),
    [
        ("hemorragia fuerte ayuda", "heavy_bleeding", "es"), ("sangramento com hemorragia", "heavy_bleeding", "pt"),
        ("nableed mbaya sana manze", "heavy_bleeding", "sw"), ("bahut bleeding ho rahi hai", "heavy_bleeding", "hi"),
        ("meri beti 8 saal ki hai usko niche se khoon aa raha", "child_bleeding", "hi"),
        ("tampon oublie et jai de la fievre", "object_and_fever", "fr"),
        ("di a luz hace 2 semanas y sangro con mal olor", "infection_after_pregnancy", "es"),
        ("gave birth last week and now blood", "bleeding_after_pregnancy", "en"),
        ("enceinte de 2 mois je vois du sang", "pregnant_bleeding", "fr"),
        ("embarazo de 2 meses y me sale sangre", "pregnant_bleeding", "es"),
    ],
)  # fmt: skip
def test_the_language_is_that_of_most_of_the_words(locale: Locale, text: str, alarm: str, language: str) -> None:
    heard = locale.alarms.heard(text)
    assert (heard[0].alarm.id, heard[0].language) == (alarm, language)


@pytest.mark.parametrize(
    "text",
    [
        "bleedingalot",
        "toomuchblood",
        "im bleeding sooooo muuuuch",
        "bleeding 4pads today",
        "my girl is 9yrs and has blood",
    ],
)
def test_words_run_together_and_drawn_out_are_read(locale: Locale, text: str) -> None:
    assert locale.alarms.heard(text)


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("everything around me is swaying oddly", True), ("je flotte dehors docteur", True), ("odd feeling", False),
        ("what is swaying around me", False), ("thank you so much madam", False), ("hakuna maumivu yoyote mwilini", False),
        ("mera bhai bahar khada", True), ("one. two.", False),
    ],
)  # fmt: skip
def test_some_words_that_nothing_understands_are_strange(locale: Locale, text: str, strange: bool) -> None:
    assert locale.alarms.strange(text) == strange


def test_words_must_stand_within_seven_to_mean_one_thing(locale: Locale) -> None:
    assert locale.alarms.heard("bleeding a b c d e heavily")
    assert not locale.alarms.heard("bleeding a b c d e f heavily")
