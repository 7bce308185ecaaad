"""The crisis screen: what it must hear, what it must let pass, that nothing makes it fail or dawdle."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import safety_model
from bot.nlu.ngrams import NgramClassifier
from bot.safety import SafetyHit, patterns_only, screen, weighed
from bot.safety_lists import FOLDER, KINDS, PhraseBook, book, load_yaml
from bot.safety_phrases import Automaton, PhraseError, examples, parse
from tests.costs import costs_less_than


def kind_of(text: str) -> str | None:
    hit = patterns_only(text)
    return hit.kind if hit else None


SAID = {
    "self_harm": (
        "I want to die", "kms", "gonna unalive myself", "dont wanna b here anymore", "I want it all to stop", "better off dead",
        "1 but I don't want to be here", "no i want to die", "not ok. want to die", "not sleeping, want to die", "sucidal",
        "i feel suicidal", "k.m.s", "i w4nt to d1e", "Sarah but i want to kill myself", "whats the point in living",
        "can't stop thinking about killing myself", "not only suicidal but scared", "I don't think I want to live any more",
        "My son says he wants to kill himself", "everyone would be better off without me", "self-harming again",
        "I want to d\u200bie", "I WANT TO DIE", "ｉ ｗａｎｔ ｔｏ ｄｉｅ", "i want to\ndie", "I dont want 2 live nemore",
        "just tired of everything, dont see me being around for xmas", "i cant really picture me still being here come spring",
        "not sure ill be here by the spring", "ill be gone soon anyway so whatever", "ive been banging my head off the wall till it bleeds",
        "forget the call i just want to go to sleep and not wake up", "i wish i could fall asleep and not wake up", "id love to drift off and not wake up",
        "jus wanna slp n not wke up", "every night i pray i wont wake up", "id be ok with not waking up tomorrow", "ive enough tablets here to not wake up",
    ),
    "medical": (
        "ive od'd", "she od'd last night", "he's OD'd on heroin", "i think my mate od'd", "od'd again",
        "chest pain and my arm has gone numb", "I can't breathe", "took 30 paracetamol", "I've taken an overdose",
        "my face is drooping and my speech is slurred", "he has collapsed and isn't breathing", "think I'm having a heart attack",
        "he's asleep and not waking up", "dad went to bed and is not waking up", "I wish i could help, dad is not waking up", "my bits feel numb",
        "took 40 pills and want to go to sleep and not wake up",
    ),
    "child": ("I'm 12 and my dad hits me", "my ex hits my kids", "i might hurt my baby", "im 14 and my stepdad touches me"),
    "harm_by_others": (
        "my husband hits me", "he'll kill me if he finds out", "I'm not suicidal but my partner beats me", "ive been raped",
        "he wont let me leave the house", "she hits me and nobody believes me", "I'm scared of my boyfriend",
    ),
    "harm_to_others": ("i want to kill my boss", "got a knife and im going to stab him", "voices telling me to hurt people"),
}  # fmt: skip
RED_FLAGS = (
    "numb between my legs", "i cant feel my legs", "my bum has gone numb and I can't wee", "lost control of my bladder",
    "both legs have gone weak", "numbness around my back passage", "cant control my bowels since my back went",
)  # fmt: skip
PASSES = (
    "this job is killing me", "my back is killing me", "not suicidal", "I'm not suicidal", "never had any thoughts of suicide",
    "could murder a curry", "dying for a fag", "my phone is about to die", "I don't want to be here at work", "no self harm",
    "I used to be suicidal when I was younger", "my brother committed suicide in 2015", "had a heart attack in 2021",
    "I had a stroke last year and lost my job", "my boss will kill me if I'm late", "depression hit me hard", "beats me",
    "hurt myself at work lifting boxes", "I left an abusive relationship three years ago", "my son is 12 and has autism",
    "end of my contract", "can't stop crying", "sciatica down my left leg", "panic attacks", "I want to end my contract",
    "dont see me being around for xmas were at my sisters", "not sure ill be here in the spring we might be moving",
    "dont see me being in work for xmas", "ill be gone soon for half an hour", "now im dead broke", "they shot me down in the meeting",
    "migraines, they make me want to bang my head off the wall", "my knee is gonna kill me one of these days",
    "these stairs will finish me off", "need to go shes coming out of school", "he's coming to fix the boiler so got to go at 3",
    "fifty odd", "im fifty odd", "thats odd", "the odd day", "i get the odd bad day", "its a bit odd", "odd", "30 odd years in the trade",
    "im 5 months pregnant and on my feet all day, my pelvis is in bits", "my back is in bits", "im in bits", "my knees are all in bits",
    "manager is bullying me", "i take sertraline tablets", "1", "PR1 8XJ", "14", "Sam", "", "   ", "yes",
)  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_it_hears_what_must_be_heard(kind: str, text: str) -> None:
    assert kind_of(text) == kind


KIN = ("mum", "dad", "nan", "daughter", "son", "carer")
PHONE = (
    "my {who} checks my phone",
    "will you tell my {who}",
    "my {who} reads my messages because im dyslexic",
    "my {who} pays for my phone",
)
FRIGHTENS = (
    "my {who} checks my phone and i'm scared of him", "my {who} goes through my phone and shouts and pushes me",
    "my {who} reads my messages and hurts me", "my {who} checks my phone and goes mad if i text anyone",
)  # fmt: skip
GREETINGS = ("Dear Sir or Madam,", "Good morning,", "To whom it may concern,", "Hello,")
LETTERS = (
    "I am afraid I cannot attend on Thursday owing to a funeral.", "I have been off work with my back since March and would be grateful for advice.",
    "My wife died in 2020 and I should like to work again.", "I regret that I do not know my postcode by heart.",
    "I would be obliged if you would not telephone before ten.", "I am worried that my employer will be told.",
)  # fmt: skip
CLOSINGS = ("Kind regards, Margaret", "Yours faithfully, R. Thompson", "Many thanks and God bless", "")


@pytest.mark.parametrize("who", KIN)
@pytest.mark.parametrize("said", PHONE)
def test_family_near_the_phone_is_no_alarm(who: str, said: str) -> None:
    assert screen(said.format(who=who)) is None


@pytest.mark.parametrize("who", ["partner", "husband", "boyfriend", "ex"])
@pytest.mark.parametrize("said", FRIGHTENS)
def test_somebody_who_checks_the_phone_and_frightens_is_one(who: str, said: str) -> None:
    hit = screen(said.format(who=who))
    assert hit is not None
    assert hit.kind == "harm_by_others"


@pytest.mark.parametrize("letter", LETTERS)
def test_a_polite_letter_is_no_alarm(letter: str) -> None:
    written = [f"{greeting} {letter} {closing}" for greeting in GREETINGS for closing in CLOSINGS]
    assert [text for text in written if screen(text)] == []


@pytest.mark.parametrize("letter", LETTERS)
def test_a_crisis_in_a_polite_letter_is_heard(letter: str) -> None:
    hit = screen(f"Dear Sir or Madam, {letter} I no longer wish to live. Kind regards, Margaret")
    assert hit is not None
    assert hit.kind == "self_harm"


AT_THE_DOOR = (
    "hang on hes at the door", "Hang on. He's at the door", "brb shes at the door with the parcel", "wait theyre at the door",
    "one sec shes at the door", "hes at the door brb", "hes at the door with shopping", "sorry hes at the door",
    "he's at the door with my prescription, back in a mo", "hes at the door dropping off a parcel", "back in 5 hes at the door",
    "shes at the door to read the meter", "hold on, dad's at the door", "hang on someones at the door", "phone ringing hang on",
    "back in a bit hes on the phone", "hes at work til 5", "hes at work tonight", "mum is at the door gotta go",
)  # fmt: skip
AT_THE_DOOR_NOW = (
    "hes at the door", "my ex is at the door", "hang on my ex is at the door", "hang on hes at the door again",
    "hang on hes at the door with a knife", "hes at the door and hes shouting", "hes at the door drunk", "hes outside my house",
    "wait hes at the door banging", "hes banging on the door hang on", "hes at my work again", "hes waiting outside my work",
    "hes here cant talk", "he's here, can't talk", "shes back cant text", "husband just got home cant talk", "cant talk hes here",
    "cant talk now hes back", "my husband has come in i cant text", "partners home i cant talk now",
    "shes sat next to me cant say", "hes just come in cant text",
)  # fmt: skip


def test_a_caller_at_the_door_is_no_alarm() -> None:
    assert {text for text in AT_THE_DOOR if screen(text)} == set()


def test_somebody_to_be_afraid_of_at_the_door_or_near_is_one() -> None:
    assert {text for text in AT_THE_DOOR_NOW if not screen(text)} == set()


EVERYDAY = (
    "I'd rather not wake the baby", "don't want to wake the kids", "id rather not wake the baby, text me", "not at night i dont want to wake the bairns",
    "i wish i could sleep and not wake the kids up crying", "cant ring me late itll wake my mum", "dont ring before 9 youll wake the whole house",
    "scared of waking the little one", "trying not to wake my husband", "cant talk now, dont want to wake him",
    "whenever he's home from dialysis", "when hes back from his chemo", "when my husband is back from the hospital", "once shes home from respite",
    "when he gets home from nursery", "after the kids are home from school", "until hes home from rehab", "my pelvis is killing me",
    "my sacroiliac is killing me", "me womb is killing us", "spd is killing me", "my gums are killing me",
)  # fmt: skip
NO_EVERYDAY = (
    "id rather not wake up", "dont want to wake up tomorrow", "i dont want to wake up the kids and do it in front of them, i want to die",
    "i just dont want to wake the kids finding me dead", "i dont want to wake the kids so i will do it quietly tonight",
    "dont want to wake the baby and i cant go on", "he hits me when hes home from dialysis", "im scared when hes home from dialysis",
    "when hes home from hospital he kicks off", "dont wake him he goes mad", "he hits me if i wake the baby", "only when hes home",
    "when he gets back from the pub he batters me", "i cant go on, when hes home from school it will be over",
)  # fmt: skip


@pytest.mark.parametrize("text", EVERYDAY)
def test_a_house_that_sleeps_and_who_comes_home_from_treatment_are_no_alarm(text: str) -> None:
    assert weighed(text, screen(text), None) is None


@pytest.mark.parametrize("text", NO_EVERYDAY)
def test_a_crisis_in_such_words_is_heard(text: str) -> None:
    assert weighed(text, screen(text), None) is not None


@pytest.mark.parametrize("text", RED_FLAGS)
def test_red_flags_of_physiotherapy_are_medical(text: str) -> None:
    assert kind_of(text) == "medical"


@pytest.mark.parametrize("text", PASSES)
def test_idioms_denials_and_the_long_past_pass(text: str) -> None:
    assert screen(text) is None


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("Chcę umrzeć", "pl", "self_harm"), ("nie chce zyc", "pl", "self_harm"), ("mąż mnie bije", "pl", "harm_by_others"),
        ("dw i eisiau marw", "cy", "self_harm"), ("مرنا چاہتا ہوں", "ur", "self_harm"), ("marna chahta hun", "ur", "self_harm"),
        ("أريد أن أموت", "ar", "self_harm"), ("ألم في صدري", "ar", "medical"), ("vreau să mor", "ro", "self_harm"),
        ("ਮਰਨਾ ਚਾਹੁੰਦਾ ਹਾਂ", "pa", "self_harm"), ("আমি মরতে চাই", "bn", "self_harm"), ("મારે મરવું છે", "gu", "self_harm"),
        ("quero morrer", "pt", "self_harm"), ("quiero morir", "es", "self_harm"), ("je veux mourir", "fr", "self_harm"),
        ("waxaan rabaa inaan dhinto", "so", "self_harm"), ("ölmek istiyorum", "tr", "self_harm"), ("хочу померти", "uk", "self_harm"),
        ("не хочу жить", "ru", "self_harm"), ("தற்கொலை", "ta", "self_harm"), ("我想死", "zh", "self_harm"),
        ("voglio morire", "it", "self_harm"), ("बच्चों को मारता है", "hi", "child"),
    ],
)  # fmt: skip
def test_hazard_19_a_crisis_in_another_language_is_heard(text: str, language: str, kind: str) -> None:
    hit = patterns_only(text)
    assert hit is not None
    assert (hit.nation_language, hit.kind) == (language, kind)


@pytest.mark.parametrize("text", ["nie chcę umrzeć", "no quiero morir", "我不想死", "dzień dobry", "bonjour ça va"])
def test_the_same_denied_in_another_language_passes(text: str) -> None:
    assert patterns_only(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("i want to die and ive taken 40 paracetamol", "medical"),
        ("im 13 and my dad hits me and i want to die", "child"),
        ("my ex hits my kids and i want to die", "self_harm"),
        ("my husband hits me and i want to die", "self_harm"),
        ("he beats me and im going to kill him", "harm_by_others"),
    ],
)
def test_the_most_urgent_kind_leads_and_the_others_are_named(text: str, kind: str) -> None:
    hit = patterns_only(text)
    assert hit is not None
    assert hit.kind == kind
    assert hit.also


def test_every_phrase_of_every_list_is_heard_as_its_kind() -> None:
    """A phrase that a fold, a rewrite or its own `unless` makes unreachable is a defect."""
    deaf = []
    for entry in book().written():
        phrase = entry.phrase
        for said in entry.say:
            kept_or_cleared = [book().find(book().words(text)) for text in examples(said)[:12]]
            if not any(found.phrase.id == phrase.id for kept, _ in kept_or_cleared for found in kept):
                deaf.append(f"{phrase.kind}/{phrase.id}: {examples(said)[:2]}")
    assert deaf == []


def test_every_entry_says_why_it_is_there() -> None:
    assert all(phrase.reason.strip() for phrase in book().phrases)
    assert {phrase.kind for phrase in book().phrases} == set(KINDS)
    ids = [phrase.id for phrase in book().phrases]
    assert len(ids) == len(set(ids))


def test_a_sentence_end_stops_a_denial_and_a_gap() -> None:
    assert kind_of("No. Suicidal") == "self_harm"
    assert kind_of("im not from here. i feel suicidal") == "self_harm"


@pytest.mark.parametrize(
    "text", ["i'm texting from the bathroom he mustn't see", "i have a plan and a date to end my life soon"]
)
def test_either_layer_is_enough(text: str) -> None:
    assert screen(text) is not None


@pytest.mark.parametrize("text", ["domestic", "its domestic", "Domestic."])
def test_a_word_that_is_a_job_as_well_gets_a_line_and_no_more(text: str) -> None:
    hit = screen(text)
    assert hit is not None
    assert (hit.kind, hit.certain) == ("harm_by_others", False)


@pytest.mark.parametrize(
    "text", ["ok i need to go hes coming", "gotta stop hes on the stairs", "need to go shes coming"]
)
def test_who_breaks_off_as_somebody_comes_gets_a_careful_line(text: str) -> None:
    hit = screen(text)
    assert hit is not None
    assert (hit.kind, hit.certain) == ("harm_by_others", False)


@pytest.mark.parametrize("text", ["domestic violence", "domestic abuse", "DV"])
def test_what_happens_at_home_by_its_name_gets_the_whole_help(text: str) -> None:
    hit = screen(text)
    assert hit is not None
    assert hit.certain


@pytest.mark.parametrize("text", ["im a domestic at the hospital", "domestic appliances", "i did domestic cleaning"])
def test_a_domestic_at_work_is_no_danger(text: str) -> None:
    assert screen(text) is None


def test_the_model_hears_much_of_what_the_lists_miss() -> None:
    crises = [text for text, kind in safety_model.training_lines() if kind != "none"]
    unlisted = [text for text in crises if patterns_only(text) is None]
    hits = [hit for hit in map(screen, unlisted) if hit]
    assert all(hit.layer == "model" and hit.phrase_id.startswith("model-") for hit in hits)
    assert len(hits) >= len(unlisted) / 2


def test_the_model_beside_the_training_lines_was_made_from_them() -> None:
    note = json.loads(NgramClassifier.note(FOLDER / "model.npz"))
    assert note["made_from"] == safety_model.fingerprint(), "run: python -m bot.safety_model"
    assert note["false_alarms"] <= 0.01
    assert note["lines_alone"] <= 0.02
    assert note["mild"] < note["threshold"]
    assert (FOLDER / "model.npz").stat().st_size < 700_000


def test_there_are_enough_lines_of_both_sorts_and_each_once() -> None:
    lines = safety_model.training_lines()
    kinds = [kind for _, kind in lines]
    assert sum(kind != "none" for kind in kinds) >= 600
    assert kinds.count("none") >= 900
    assert set(kinds) == {*KINDS, "none"}
    assert len({text for text, _ in lines}) == len(lines)


def test_ordinary_lines_of_the_training_set_raise_few_alarms() -> None:
    ordinary = [text for text, kind in safety_model.training_lines() if kind == "none"]
    alarms = [text for text in ordinary if screen(text)]
    assert len(alarms) <= len(ordinary) * 0.01, alarms


def test_crises_of_the_training_set_are_heard() -> None:
    crises = [text for text, kind in safety_model.training_lines() if kind != "none"]
    missed = [text for text in crises if screen(text) is None]
    assert len(missed) <= len(crises) * 0.01, missed


def test_a_crisis_anywhere_in_a_very_long_message_is_heard() -> None:
    filler = "i went to the shop and bought some bread and milk for tea. "
    for before, after in ((0, 400), (100, 100), (400, 0)):
        text = filler * before + "honestly i want to kill myself. " + filler * after
        assert kind_of(text) == "self_harm", (before, after)


def test_a_message_takes_little_time_and_a_long_one_not_much_more() -> None:
    screen("warm up")
    ordinary = [text for text, _ in safety_model.training_lines()][::10]
    assert costs_less_than(
        0.002 * len(ordinary), lambda number: [screen(f"{text}{' .' * number}") for text in ordinary]
    )
    for text in ((" ".join(ordinary) * 10)[:10_000], "i want to " * 1_000, "a" * 10_000, "k i l l " * 1_250):
        assert costs_less_than(0.4, lambda number, text=text: screen(text[number:]))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_no_text_makes_the_screen_fail(text: str) -> None:
    hit = screen(text)
    assert hit is None or isinstance(hit, SafetyHit)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([text for texts in SAID.values() for text in texts]),
    st.text(alphabet=" .,!?\n\t\u200b😀", max_size=6),
)
def test_marks_around_a_crisis_do_not_hide_it(text: str, around: str) -> None:
    assert patterns_only(f"{around} {text} {around}") is not None


@pytest.mark.parametrize(
    "text",
    ["\x00", "\u202eeid ot tnaw i", "\ud800", "{{7*7}}", "<script>", "=cmd()", "a" * 200_000, "😀" * 500, "\n" * 5000],
)
def test_odd_texts_pass_without_a_failure(text: str) -> None:
    assert screen(text) is None


@pytest.mark.parametrize("phrase", ["(want to die", "want <nothing>", "... die", "[maybe]", "want to) die", "die?"])
def test_a_phrase_that_cannot_be_read_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        compiled(phrase)


def compiled(phrase: str) -> None:
    Automaton([parse(phrase, {}, str.split)])


def test_an_unknown_key_in_a_list_is_refused(tmp_path: object) -> None:
    content = load_yaml(FOLDER / "child.yml")
    content["phrases"][0]["unles"] = []
    with pytest.raises(PhraseError, match="unles"):
        list(PhraseBook._kind(book(), content, "child"))
