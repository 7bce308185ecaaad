"""Messages that answer another question than the open one, repeat an answer, or only look like one."""

from __future__ import annotations

import pytest

from bot.flows.commands import Command, Correct, Say, SetSlot, StartFlow
from tests.bot.conversing import said
from tests.bot.test_asks import commands
from tests.bot.test_by_the_way import Thinks

ANSWERS = {
    "work_situation": "off_sick",
    "postcode": "PR1 8XJ",
    "age": 41,
    "health": ["musculoskeletal"],
    "barriers": ["none"],
}


def flows(commands: list[Command]) -> list[str]:
    return [one.flow for one in commands if isinstance(one, StartFlow)]


def told(commands: list[Command]) -> dict[str, object]:
    return {one.slot: one.value for one in commands if isinstance(one, SetSlot | Correct)}


@pytest.mark.parametrize(
    "text", ["no its my knee not my back", "41 as i said", "no wait im off sick", "i told you, 41"]
)
def test_what_stands_already_opens_no_menu(text: str) -> None:
    commands = said(text, "name", ANSWERS, nlu=Thinks("correct"))
    assert flows(commands) == ["pattern_known"]
    assert told(commands) == {}


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("no wait im 42", {"age": 42}),
        ("no wait, its my nerves not my back", {"health": ["mental_health"]}),
        ("no wait they sacked me friday", {"work_situation": "out_of_work"}),
    ],
)
def test_what_is_new_is_changed(text: str, changed: dict[str, object]) -> None:
    assert told(said(text, "name", ANSWERS)) == changed


@pytest.mark.parametrize("text", ["change something", "can i change something", "change it"])
def test_to_change_something_changes_nothing_yet(text: str) -> None:
    assert told(said(text, "name", ANSWERS, last=("barriers",))) == {}


@pytest.mark.parametrize(
    ("text", "changed"),
    [("no wait they sacked me friday", {"work_situation": "out_of_work"}), ("im 42 not 41", {"age": 42})],
)
def test_at_the_menu_the_change_itself_is_heard_and_the_menu_left(text: str, changed: dict[str, object]) -> None:
    assert told(said(text, "change_what", ANSWERS)) == {**changed, "change_what": "nothing"}


@pytest.mark.parametrize("text", ["PR1 8XJ", "M1 1AE"])
def test_a_postcode_asks_for_no_interpreter(text: str) -> None:
    assert told(said(text, "interpreter_call", {})) == {"postcode": text}


def test_words_of_another_language_ask_for_one() -> None:
    commands = said("nie rozumiem po angielsku", "interpreter_call", {}, nlu=Thinks("other_language"))
    assert told(commands) == {"interpreter_call": "yes"}


@pytest.mark.parametrize("text", ["rather not", "id rather not say", "prefer not to say"])
def test_who_would_rather_not_say_where_gets_no_surgery(text: str) -> None:
    assert told(said(text, "place", {"postcode": "rather_not_say"})) == {"place": "not_known"}


@pytest.mark.parametrize(
    "text", ["near the asda in Chorley", "behind the hospital in Chorley", "chorley, by the station in Chorley"]
)
def test_a_landmark_with_its_town_stands_for_a_postcode(text: str) -> None:
    commands = said(text, "postcode", {}, nlu=Thinks("local_help", 0.76))
    assert told(commands) == {"postcode": "rather_not_say", "place": "Chorley"}


def test_the_helpers_own_job_is_no_answer() -> None:
    text = "I am a practice nurse and I want to refer one of my patients"
    commands = said(text, "safe_to_text", {}, nlu=Thinks("on_behalf"))
    assert flows(commands) == ["pattern_on_behalf"]
    assert "work_situation" not in told(commands)


@pytest.mark.parametrize(
    "text", ["yes they gave consent", "she signed the consent form", "i have his verbal consent", "consent was given"]
)
def test_consent_in_the_words_of_a_surgery(text: str) -> None:
    assert told(said(text, "they_agree", {})) == {"they_agree": "yes"}


@pytest.mark.parametrize(
    "text", ["they havent given consent", "not got consent yet", "she hasnt signed the form", "if she gave consent"]
)
def test_consent_not_given_is_none(text: str) -> None:
    assert told(said(text, "they_agree", {})).get("they_agree") != "yes"


def test_who_gives_a_number_is_not_the_wrong_person() -> None:
    commands = said("his number is 07700 900999", "barriers", ANSWERS, nlu=Thinks("wrong_number"))
    assert flows(commands) == []
    assert told(commands)["phone"] == "+447700900999"
    wrong = said("you have the wrong number mate", "barriers", ANSWERS, nlu=Thinks("wrong_number"))
    assert flows(wrong) == ["pattern_wrong_number"]


def test_a_time_is_no_address_to_write_to() -> None:
    commands = said("Thursday after 1", "reach_words", ANSWERS)
    assert "reach_words" not in told(commands)
    assert "standing_wish" in told(commands)
    assert commands[-1] == Say("repeat")
    assert told(said("ruth@example.org", "reach_words", ANSWERS))["reach_words"] == "ruth@example.org"


def test_a_limit_on_times_is_kept_where_the_age_is_asked() -> None:
    told_times = told(said("voice call pls but not before 10 i take my tablets then", "age", {}))
    assert told_times["call_times"] == "any day after 10am"
    assert "standing_wish" not in told(said("im 34", "age", {}))


@pytest.mark.parametrize(
    "text",
    [
        "can i do this without a phone?",
        "can i do it on whatsapp",
        "does it have to be by phone call",
        "is it only by phone",
    ],
)
def test_other_ways_than_the_phone_are_named(text: str) -> None:
    assert flows(said(text, "age", {}, nlu=Thinks("am_i_eligible"))) == ["pattern_other_ways"]


@pytest.mark.parametrize("text", ["my phone is broken", "i cant do phone calls", "they rang me on whatsapp"])
def test_what_is_told_of_phones_asks_nothing(text: str) -> None:
    assert "pattern_other_ways" not in flows(said(text, "age", {}))


def test_bsl_is_kept_beside_the_question() -> None:
    commands = said("I'm Deaf and use BSL. Can I do this without phone?", "age", {})
    assert told(commands) == {"call_needs": ["bsl"]}
    assert flows(commands) == ["pattern_other_ways"]


@pytest.mark.parametrize("text", ["just epilepsy", "anxiety", "my back"])
def test_nobody_is_called_by_an_illness(text: str) -> None:
    assert "name" not in told(said(text, "name", ANSWERS))


@pytest.mark.parametrize(("text", "name"), [("Grace", "Grace"), ("joy", "Joy"), ("im Sam", "Sam")])
def test_a_name_is_one(text: str, name: str) -> None:
    assert told(said(text, "name", ANSWERS))["name"] == name


def test_a_town_between_commas_is_heard_beside_half_a_postcode() -> None:
    assert told(said("its E8 but dunno the end bit, hackney", "postcode", {}))["place"] == "Hackney"


def test_who_was_sent_to_ask_comes_back_with_a_yes() -> None:
    asked = said("she says yes now", "safe_to_text", {"they_agree": "not_yet", "safe_to_text": None})
    assert flows(asked) == ["pattern_on_behalf"]
    assert flows(said("yes", "safe_to_text", {"they_agree": "not_yet", "safe_to_text": None})) == []
    assert flows(said("she says yes now", "safe_to_text", {"safe_to_text": None})) == []


def test_maternity_leave_is_no_goodbye() -> None:
    assert flows(said("mat leave", "postcode", {}, nlu=Thinks("goodbye", 0.92))) == []
    assert flows(said("bye for now then", "postcode", {}, nlu=Thinks("goodbye", 0.92))) == ["pattern_goodbye"]


@pytest.mark.parametrize("text", ["can i change it to a video", "can it be face to face instead"])
def test_times_in_another_way_are_looked_for_once_a_call_is_booked(text: str) -> None:
    assert flows(commands(text, slot="follow_up_ok", outcome="booked")) == ["another_way"]


def test_a_need_goes_to_the_coach_once_a_call_is_booked() -> None:
    assert flows(commands("i need a bsl interpreter", slot="follow_up_ok", outcome="booked")) == ["pattern_tell_coach"]


@pytest.mark.parametrize("text", ["yes", "ring me on friday", "thanks"])
def test_what_is_no_other_way_does_not(text: str) -> None:
    assert flows(commands(text, slot="follow_up_ok", outcome="booked")) != ["pattern_tell_coach"]
