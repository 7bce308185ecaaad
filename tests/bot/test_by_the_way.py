"""What is said beside the questions: each rule hears its own and leaves the rest alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot import understanding
from bot.flows import engine
from bot.flows.commands import Clarify, Command, Correct, Option, Say, SetSlot, StartFlow, Unclear, option_to_json
from bot.flows.state import DialogueState
from bot.nlu.parsed import Parsed
from services.messages import Address, Inbound
from tests.bot.conversing import NOW, book, said, standing_at


class Thinks:
    """A model with one thing to say."""

    up = True

    def __init__(self, intent: str, confidence: float = 0.95) -> None:
        self.intent, self.confidence = intent, confidence

    def parse(self, text: str) -> Parsed:
        return Parsed(self.intent, self.confidence, ((self.intent, self.confidence),))

    def close(self) -> None:
        return None


def heard(text: str, state: DialogueState, intent: str = "") -> list[Command]:
    """What a message is taken for where no question is open."""
    nlu = Thinks(intent) if intent else None
    inbound = Inbound(Address("sms", "+447700900123"), "-", text=text)
    return understanding.read(understanding.hear(inbound, engine.expecting(book(), state), NOW, nlu), state, book())


def ended(outcome: str, **slots: Any) -> DialogueState:
    return DialogueState(revision=book().revision, outcome=outcome, slots={"safe_to_text": "yes", **slots})


BOOKED = ended("booked", postcode="PR1 8XJ", opening="a")


def started(commands: list[Command]) -> list[str]:
    return [command.flow for command in commands if isinstance(command, StartFlow)]


# --- a call that nobody wants ---------------------------------------------------------------------------------------------


WISHING = replace(standing_at("wish", {"postcode": "PR1 8XJ", "opening": "a"})[0], outcome="booked")


@pytest.mark.parametrize("state", [BOOKED, WISHING])
@pytest.mark.parametrize(
    "text",
    [
        "you know what sod it call it off",
        "i said cancel it",
        "can you cancel my appt pls",
        "i dont want the call anymore",
        "actually scrap the call",
        "yes call it off",
    ],
)
def test_a_call_that_nobody_wants_is_no_note_for_the_coach(text: str, state: DialogueState) -> None:
    assert started(heard(text, state)) == ["call_off"]


@pytest.mark.parametrize(
    "text",
    [
        "no dont cancel it i just want to know",
        "to get my call centre job back",
        "they might cancel my benefits",
        "i had to cancel my holiday",
        "i called in sick",
    ],
)
def test_what_only_sounds_like_it_is_a_wish(text: str) -> None:
    assert started(heard(text, WISHING)) == []


# --- moving a booked call -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "can we make it friday 4 dec instead",
        "cant do that, thursday 3 dec at 2?",
        "could you move it to 3 dec after 3",
        "move it to thursday 3 dec please",
    ],
)
def test_another_time_for_a_booked_call_is_a_wish(text: str) -> None:
    wish, change = heard(text, BOOKED)
    assert isinstance(wish, SetSlot)
    assert wish.slot == "opening_wish"
    assert isinstance(wish.value, dict)
    assert wish.value["ambiguous"] is None
    assert change == StartFlow("change_call")


def test_a_time_with_two_readings_is_asked_about_before_the_call_is_moved() -> None:
    (asked,) = heard("can we make it next friday instead", BOOKED)
    assert isinstance(asked, Clarify)
    assert [option.title for option in asked.options] == ["Fri 27 Nov", "Fri 4 Dec"]
    for option in asked.options:
        wish, change = option.commands
        assert isinstance(wish, SetSlot)
        assert isinstance(wish.value, dict)
        assert len({window[0][:10] for window in wish.value["windows"]}) == 1
        assert change == StartFlow("change_call")


@pytest.mark.parametrize(
    ("text", "picked"), [("2", "2"), ("aye first un", "1"), ("4th dec", "2"), ("the sooner one", "1")]
)
def test_the_reading_is_picked_though_no_question_is_open(text: str, picked: str) -> None:
    option = Option("Fri 27 Nov", (StartFlow("change_call"),))
    other = Option("Fri 4 Dec", (StartFlow("change_call"),))
    waiting = replace(BOOKED, pending=(option_to_json(option), option_to_json(other)))
    assert heard(text, waiting) == [SetSlot("clarify", picked, said=text)]


def test_who_names_another_time_instead_of_a_reading_is_heard() -> None:
    option = Option("Fri 27 Nov", (StartFlow("change_call"),))
    waiting = replace(BOOKED, pending=(option_to_json(option), option_to_json(option)))
    assert started(heard("can we do monday 7 dec instead", waiting)) == ["change_call"]


@pytest.mark.parametrize("text", ["thanks that's great", "see you friday", "is it free"])
def test_other_words_move_no_call(text: str) -> None:
    assert "change_call" not in started(heard(text, BOOKED))


def test_no_call_is_moved_before_one_is_booked() -> None:
    assert "change_call" not in started(said("can we make it friday instead", "age", {}))


# --- news for the coach -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["use the landline not the mobile", "i might be five mins late for it"])
def test_news_after_booking_goes_to_the_coach(text: str) -> None:
    assert heard(text, BOOKED) == [SetSlot("note_for_coach", text), StartFlow("pattern_tell_coach")]


@pytest.mark.parametrize("text", ["battery went, was on the bus sorry", "i was sat by the phone all morning"])
def test_why_a_call_was_missed_is_news(text: str) -> None:
    found = said(text, "book_again", BOOKED.slots, outcome="booked")
    assert found[0] == SetSlot("note_for_coach", text)


@pytest.mark.parametrize(("text", "hours"), [("any time after 4 is best", "T16:00"), ("not before 2pm", "T14:00")])
def test_times_told_after_a_missed_call_are_kept(text: str, hours: str) -> None:
    wish, again = said(text, "book_again", BOOKED.slots, outcome="booked")
    assert isinstance(wish, SetSlot)
    assert wish.slot == "opening_wish"
    assert hours in str(wish.value)
    assert again == SetSlot("book_again", "time", said=text)


@pytest.mark.parametrize("text", ["1", "2", "3.", "yes", "no thanks", "person", "not now"])
def test_a_plain_answer_after_a_missed_call_is_no_news(text: str) -> None:
    found = said(text, "book_again", BOOKED.slots, outcome="booked")
    assert "pattern_tell_coach" not in started(found)
    assert not any(isinstance(one, SetSlot) and one.slot == "opening_wish" for one in found)


@pytest.mark.parametrize(("text", "intent"), [("ta very much", "thanks"), ("what is this?", "who"), ("ok", "affirm")])
def test_what_is_no_news_does_not(text: str, intent: str) -> None:
    assert "pattern_tell_coach" not in started(heard(text, BOOKED, intent))


def test_nothing_goes_to_a_coach_who_has_no_answers() -> None:
    assert "pattern_tell_coach" not in started(heard("use the landline not the mobile", ended("signposted")))


# --- where somebody lives -----------------------------------------------------------------------------------------------


def test_a_place_elsewhere_answers_the_postcode_question() -> None:
    assert said("Cardiff", "postcode", {}) == [
        SetSlot("postcode", "rather_not_say", said="Cardiff"), Correct("place", "Cardiff"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["im in cardiff", "i live in south wales", "we're up in Aberdeen"])
def test_a_place_elsewhere_at_the_first_question_is_looked_at_at_once(text: str) -> None:
    commands = said(text, "work_situation", {})
    assert commands[0] == SetSlot("postcode", "rather_not_say", said=text)
    assert commands[-1] == StartFlow("pattern_elsewhere")


def test_a_postcode_at_the_first_question_is_looked_at_at_once() -> None:
    assert said("CF10 1EP", "work_situation", {})[-1] == StartFlow("pattern_elsewhere")


@pytest.mark.parametrize(
    "text", ["my mum lives in wales", "moved here from swansea", "i used to live in cardiff", "i work in cardiff"]
)
def test_somebody_elses_place_and_one_that_was_left_are_not(text: str) -> None:
    assert "pattern_elsewhere" not in started(said(text, "work_situation", {}))


def test_a_place_beside_an_answer_waits_for_its_question() -> None:
    assert "pattern_elsewhere" not in started(said("off sick, CF10 1EP", "work_situation", {}))


def test_a_place_in_the_first_words_is_kept() -> None:
    commands = heard("off sick, i live in cardiff", DialogueState(revision=book().revision))
    assert SetSlot("place", "Cardiff") in commands
    assert commands[-1] == StartFlow("pattern_start")


# --- how to talk, crises that were none, other languages -----------------------------------------------------------------


def test_a_need_told_after_it_was_asked_is_added() -> None:
    answers: Mapping[str, Any] = {"call_needs": ["phone"]}
    assert said("i need bsl", "opening", {**answers, "opening_choices": []}) == [Correct("call_needs", ["bsl"])]


@pytest.mark.parametrize("needs", [["bsl"], ["bsl", "interpreter"]])
def test_a_need_that_is_known_changes_nothing(needs: list[str]) -> None:
    told = said("i need bsl", "opening", {"call_needs": needs, "opening_choices": []})
    assert not any(isinstance(command, Correct) for command in told)


def test_a_denial_after_crisis_help_goes_on() -> None:
    state, expecting = standing_at("age", {})
    state = replace(state, crisis="self_harm")
    inbound = Inbound(Address("sms", "+447700900123"), "-", text="no i meant my back, im fine")
    commands = understanding.read(understanding.hear(inbound, expecting, NOW, None), state, book())
    assert commands[-1] == Say("repeat")


def test_without_a_crisis_the_same_words_are_no_denial() -> None:
    assert Say("repeat") not in said("no i meant my back, im fine", "age", {})


def test_another_language_counts_as_a_miss_once_the_interpreter_is_known() -> None:
    told = said("nie rozumiem co to jest", "age", {"call_needs": ["interpreter"]}, nlu=Thinks("other_language"))
    assert told == [Unclear("utter_invalid_age")]


def test_is_it_a_no_is_answered_at_any_question() -> None:
    assert started(said("so its a no?", "age", {})) == [book().triggers["is_it_no"]]


@pytest.mark.parametrize(
    "text",
    ["im asking for my daughter shes 17", "writing on behalf of Mrs Ahmed", "filling this in for my dad", "texting about my mate"],
)  # fmt: skip
def test_who_asks_for_somebody_else_is_heard_whatever_the_model_thinks(text: str) -> None:
    found = said(text, "work_situation", {}, nlu=Thinks("about_me"))
    assert found[-1] == StartFlow("pattern_on_behalf")
    assert all(isinstance(one, SetSlot) and one.slot == "told_of_them" for one in found[:-1])


@pytest.mark.parametrize("text", ["im asking about my call", "im asking for my coach", "im doing this for my kids"])
def test_asking_for_something_is_not_asking_for_somebody(text: str) -> None:
    assert StartFlow("pattern_on_behalf") not in said(text, "work_situation", {}, nlu=Thinks("about_me"))


# --- somebody else to be rung ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slot", ["phone", "call_needs", "health", "opening"])
@pytest.mark.parametrize(
    "text", ["can u ring my mum", "Can you call my mum instead please", "ring my dad not me", "speak to my carer", "could they phone my wife"]
)  # fmt: skip
def test_who_wants_a_relative_rung_asks_for_themself(slot: str, text: str) -> None:
    for nlu in (None, Thinks("on_behalf")):
        assert said(text, slot, {"age": 16}, nlu=nlu) == [SetSlot("told_of_call", text), Say("repeat")]


@pytest.mark.parametrize(
    "text", ["can you ring my mum she needs help", "can you help my mum", "its for my mum", "ring my mum about her job"]
)
def test_who_asks_for_a_relative_is_asked_about_it(text: str) -> None:
    assert "pattern_on_behalf" in started(said(text, "health", {"age": 34}, nlu=Thinks("on_behalf")))


# --- words that wait for nothing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["sleeping in my car", "im sleeping in the car atm", "my back is bad"])
def test_what_is_hard_is_no_wish_for_time(text: str) -> None:
    assert "pattern_wait" not in started(said(text, "work_situation", {}, nlu=Thinks("wait")))


@pytest.mark.parametrize(
    "text", ["my back is bad hang on", "in bed with my back, back in a bit", "depressed today ill reply later"]
)
def test_who_asks_for_time_beside_it_has_it(text: str) -> None:
    assert "pattern_wait" in started(said(text, "work_situation", {}, nlu=Thinks("wait")))


# --- the number of a line, where words are wanted -------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1", "2.", "12", "3)"])
def test_a_bare_number_is_no_wish(text: str) -> None:
    assert any(isinstance(one, Unclear) for one in said(text, "wish", {"opening": "a"}))


@pytest.mark.parametrize("text", ["16 hours", "1 day a week", "more hours", "2 kids so school hours"])
def test_a_wish_with_a_number_in_it_is_one(text: str) -> None:
    assert SetSlot("wish", text, said=text) in said(text, "wish", {"opening": "a"})


# --- a call after all -----------------------------------------------------------------------------------------------------


IN_WRITING = ended("call_back", postcode="PR1 8XJ", call_needs=["messages"], call_kind="messages", consent_share="yes")
A_CALL_AFTER_ALL = (
    "can you ring me after all",
    "ring me instead",
    "a call is better",
    "changed my mind, phone is fine",
    "can i have a call",
    "no writing, ring me",
    "please call me thursday after 2",
)
NO_CALL = (
    "dont ring me whatever you do",
    "please dont let them ring me",
    "i dont want a call still",
    "a call is not good for me",
    "i have a call with my gp friday",
    "my boss wants me to ring him",
    "can you ring my mum about it",
    "call me sam not samuel",
    "my new number is 07700 900456 ring me there",
)


@pytest.mark.parametrize("text", A_CALL_AFTER_ALL)
def test_who_asked_for_writing_may_ask_for_a_call(text: str) -> None:
    assert started(heard(text, IN_WRITING))[-1:] == ["book_call"]


@pytest.mark.parametrize("text", NO_CALL)
def test_who_asked_for_writing_is_asked_about_no_call_unbidden(text: str) -> None:
    assert "book_call" not in started(heard(text, IN_WRITING))


def test_the_day_that_is_named_beside_it_is_kept() -> None:
    told = heard("please call me thursday after 2", IN_WRITING)
    assert "standing_wish" in {command.slot for command in told if isinstance(command, SetSlot)}


def test_who_is_promised_a_ring_tells_the_coach() -> None:
    rung = ended("call_back", postcode="PR1 8XJ", call_needs=["phone"], call_kind="phone", consent_share="yes")
    assert started(heard("ring me instead of texting", rung)) == ["pattern_tell_coach"]
