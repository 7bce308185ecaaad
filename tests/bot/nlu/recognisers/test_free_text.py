"""Work, health and what else is hard, from free text."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers import read_barriers, read_health, read_situation
from bot.nlu.recognisers.by_the_way import read_call_needs

SITUATIONS = [
    ("signed off since march", "off_sick"), ("im signed off with stress from work", "off_sick"), ("on the sick with me nerves", "off_sick"),
    ("I've been off since january with my knee", "off_sick"), ("I'm not working at the moment because signed off sick", "off_sick"),
    ("lost my job in june", "out_of_work"), ("lost me job xmas time", "out_of_work"), ("got made redundant in sept", "out_of_work"),
    ("unemployd", "out_of_work"), ("my contract ended", "out_of_work"), ("got sacked for being off sick", "out_of_work"),
    ("I dont have a job", "out_of_work"), ("no i dont work", "out_of_work"), ("on the dole", "out_of_work"),
    ("havent worked for 3 years", "out_of_work"), ("unable to work at the min due to epilepsy", "out_of_work"),
    ("working but struggling", "in_work"), ("self employed plasterer", "in_work"), ("zero hours contract at tesco", "in_work"),
    ("im a nurse, still working", "in_work"), ("i have a job but my boss is on at me", "in_work"), ("im at college", "other"),
    ("retired", "other"), ("something else", "other"), ("im not off sick, im unemployed", "out_of_work"),
    ("my wife is off sick but im working", "in_work"), ("i used to be a chef but lost my job", "out_of_work"),
]  # fmt: skip
NO_SITUATION = [
    "hello",
    "",
    "how does this work",
    "my back is off the scale",
    "i want to go back to work",
    "im sick of this",
    "1",
]
HEALTH = [
    ("depression", ["mental_health"]), ("deppression", ["mental_health"]), ("anxitey", ["mental_health"]), ("panik attacks", ["mental_health"]),
    ("me nerves are shot", ["mental_health"]), ("my heads gone", ["mental_health"]), ("bad back", ["musculoskeletal"]),
    ("siatica", ["musculoskeletal"]), ("i broke my wrist", ["musculoskeletal"]), ("me knees are shot", ["musculoskeletal"]),
    ("type 2 diabetes and high blood pressure", ["long_term"]), ("COPD", ["long_term"]), ("long covid", ["long_term"]),
    ("adhd", ["neurodivergence"]), ("learning difficulties", ["neurodivergence"]), ("autistic and anxious", ["neurodivergence", "mental_health"]),
    ("anxiety n bad back", ["mental_health", "musculoskeletal"]), ("not just my back, my nerves too", ["musculoskeletal", "mental_health"]),
    ("i dont have any mental health problems, its my knees", ["musculoskeletal"]), ("no debts and my back hurts", ["musculoskeletal"]),
    ("my back is fine its my head thats gone", ["mental_health"]), ("no mental health issues just arthritis", ["musculoskeletal"]),
    ("not depression or anxiety, its epilepsy", ["long_term"]), ("I used to have depression but now its sciatica", ["musculoskeletal"]),
    ("my daughter has adhd and my back is bad", ["musculoskeletal"]), ("my wife has cancer and im depressed", ["mental_health"]),
    ("depression since my mum died", ["mental_health"]), ("im ill", ["other"]), ("menopause", ["other"]),
    ("prefer not to say", ["rather_not_say"]), ("its personal", ["rather_not_say"]), ("id rather not say thanks", ["rather_not_say"]),
]  # fmt: skip
NO_HEALTH = [
    "my son has autism", "i want to go back to work", "call me back", "holding me back", "i'll tell you later", "", "no depression",
    "i have no back problems", "my mum has dementia and i look after her", "fed up", "the rents behind", "my boss is bullying me",
]  # fmt: skip
BARRIERS = [
    ("the rent's behind", ["housing"]), ("skint", ["money"]), ("no money", ["money"]), ("balifs at the door", ["money"]),
    ("skint and being evicted", ["money", "housing"]), ("no money worries but my housing is bad", ["housing"]),
    ("not housing just money", ["money"]), ("housing is ok but i owe loads", ["money"]), ("rent is fine its just debt", ["money"]),
    ("money is not an issue its my landlord", ["housing"]), ("no debts no housing issues just childcare", ["caring"]),
    ("i look after my disabled son", ["caring"]), ("nobody to have the kids", ["caring"]), ("i havent got a car", ["travel"]),
    ("cant get to work no bus", ["travel"]), ("my boss is bullying me", ["employer"]), ("no confidence and no qualifications", ["skills"]),
    ("cant read very well", ["skills"]), ("i was in prison", ["other"]), ("cant pay the rent", ["housing"]),
    ("behind with the rent and got bailiffs", ["housing", "money"]), ("none", ["none"]), ("no", ["none"]), ("nothing else thanks", ["none"]),
    ("nope thats it", ["none"]), ("none that i can think of", ["none"]), ("nothing apart from money", ["money"]),
]  # fmt: skip
NO_BARRIERS = [
    "money isnt a problem", "im not in debt", "dont have any problems with housing", "not struggling with money", "", "hello",
    "i broke my leg", "i work from home", "no idea", "nothing to live for", "lost my job", "take care",
]  # fmt: skip


@pytest.mark.parametrize(("said", "value"), SITUATIONS)
def test_situation(said: str, value: str) -> None:
    found = read_situation(said)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(("said", "values"), HEALTH)
def test_health(said: str, values: list[str]) -> None:
    found = read_health(said)
    assert found is not None
    assert found.value == values


@pytest.mark.parametrize(("said", "values"), BARRIERS)
def test_barriers(said: str, values: list[str]) -> None:
    found = read_barriers(said)
    assert found is not None
    assert found.value == values


@pytest.mark.parametrize("said", NO_SITUATION)
def test_no_situation(said: str) -> None:
    assert read_situation(said) is None


@pytest.mark.parametrize("said", NO_HEALTH)
def test_no_health(said: str) -> None:
    assert read_health(said) is None


@pytest.mark.parametrize("said", NO_BARRIERS)
def test_no_barriers(said: str) -> None:
    assert read_barriers(said) is None


@pytest.mark.parametrize(
    ("said", "whole"), [("just money really", True), ("money, and i want to die", False), ("anxiety", True)]
)
def test_whole_only_when_nothing_else_is_said(said: str, whole: bool) -> None:
    found = read_barriers(said) or read_health(said)
    assert found is not None
    assert found.whole is whole


def test_two_ways_of_standing_with_work_are_unsure() -> None:
    found = read_situation("got sacked for being off sick")
    assert found is not None
    assert not found.sure


LOOSER = [
    ("i drive a van for amazon", "in_work"), ("work at asda", "in_work"), ("part time", "in_work"), ("sole trader", "in_work"),
    ("doctors put me off", "off_sick"), ("sicknote", "off_sick"), ("employed but off ill", "off_sick"), ("not currently in work", "out_of_work"),
    ("they got rid of me", "out_of_work"), ("my job went", "out_of_work"), ("shop shut down", "out_of_work"), ("no work", "out_of_work"),
    ("mat leave", "other"), ("full time student", "other"), ("i care for my mum full time", "other"),
]  # fmt: skip
NOTHING_ELSE = [
    "nothing apart from my health",
    "no im alright",
    "nope all good",
    "all sorted otherwise",
    "nah just that",
    "none really",
]


@pytest.mark.parametrize(("said", "value"), LOOSER)
def test_work_said_in_other_ways(said: str, value: str) -> None:
    found = read_situation(said)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize("said", NOTHING_ELSE)
def test_nothing_else_is_hard(said: str) -> None:
    found = read_barriers(said)
    assert found is not None
    assert found.value == ["none"]


@pytest.mark.parametrize(
    "said", ["im off to bed", "i live in reading", "i have a high temp", "i had to leave the room"]
)
def test_everyday_words_say_nothing_of_work(said: str) -> None:
    assert read_situation(said) is None
    assert read_barriers(said) is None


def test_a_hyphen_joins_the_words_of_a_phrase() -> None:
    found = read_health("long-term illness")
    assert found is not None
    assert (found.value, found.whole) == (["long_term"], True)


SOMEBODY_ELSES_WORK = (
    "hes at work", "he's at work", "shes at work now", "my fella is at work", "he is working", "hes off sick", "he works nights",
    "hes out of work", "she lost her job", "he just lost his job", "theyre at work", "its ok hes at work", "yes hes at work",
    "my mans at work", "hubbys at work", "hes at work so i can text",
)  # fmt: skip
OWN_WORK = {
    "im at work": "in_work", "he let me go": "out_of_work", "they sacked me": "out_of_work", "she signed me off": "off_sick",
    "hes at work im off sick": "off_sick", "im off sick hes working": "off_sick", "i work with him": "in_work",
    "im at work and hes at home": "in_work",
}  # fmt: skip


def test_somebody_elses_work_is_not_ones_own() -> None:
    assert {text for text in SOMEBODY_ELSES_WORK if read_situation(text)} == set()
    assert {text: found.value for text in OWN_WORK if (found := read_situation(text))} == OWN_WORK


NO_CALL = (
    "I do not want phone call", "i dont want a phone call", "dont want phone calls", "no phone call please", "please dont ring me",
    "dont phone me text me", "i hate phones", "i cant do phone calls", "i'd rather text", "prefer texting", "no calls",
    "can i do it by text", "i cant speak", "i dont do phones", "can you text not ring", "rather not talk on the phone",
    "email only", "i dont want to talk on the phone", "not a phone call please", "im deaf no bsl", "I am deaf but dont use BSL",
)  # fmt: skip
RELAY = (
    "cant hear on phone",
    "cant hear on the phone",
    "I cant hear phone",
    "i am hard of hearing",
    "i cant hear people on the phone",
)
LIPS = ("no BSL. I lip read", "i lipread", "I lip-read, no sign language", "deaf, I read lips")
NO_WISH = ("dont ring me before 10", "no calls before 9", "my mum likes calls", "i want a call", "a phone call is fine")


def test_how_a_person_can_be_reached_is_read_from_their_words() -> None:
    def needs(text: str) -> object:
        found = read_call_needs(text)
        return found.value if found else None

    assert {text: needs(text) for text in NO_CALL} == {text: ["messages"] for text in NO_CALL}
    assert {text: needs(text) for text in RELAY} == {text: ["text_relay"] for text in RELAY}
    assert {text: needs(text) for text in LIPS} == {text: ["video"] for text in LIPS}
    assert {text for text in NO_WISH if needs(text)} == set()
    assert needs("I use BSL") == ["bsl"]
