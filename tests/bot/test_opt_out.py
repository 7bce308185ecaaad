"""What is a request to stop, and what only looks like one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import opt_out_model
from bot.nlu.ngrams import NgramClassifier
from bot.opt_out import read_opt_out
from bot.safety import screen
from bot.safety_lists import FOLDER
from bot.understanding import Heard, may_want_a_stop
from services.messages import Address, Inbound
from tests.costs import costs_less_than

ASKED = "give me some peace"

STOP = (
    "take me off this",
    "can u take me off this list",
    "stop texts",
    "stop msgs",
    "stop sending texts",
    "pls stop sending these",
    "no more msgs",
    "that's enough texts thanks",
    "dont want messages",
    "I do not consent to these texts",
    "I withdraw my consent to be texted",
    "would you please stop texting",
    "I've asked you to stop",
    "i want these texts to stop",
    "can you make the messages stop",
    "these texts need to stop",
    "stop spamming me",
    "never text me again",
    "dont ever text me again",
    "how do i turn these off",
    "get me off this list",
    "I want to be removed",
    "stop these",
    "stop all communication",
    "cancel all texts",
    "Stop thank u",
    "bye stop",
    "stop bye",
    "plz stop txtin me",
    "stop it now",
    "unsubscribe from all",
    "opting out",
    "fed up of these texts stop them",
    "pack it in with the texts",
    "who is this stop texting me",
    "I dont know who this is, stop texting me",
    "hiya stop messaging me",
    "new phone stop texting",
    "i have a job now so stop",
    "I'm fine now stop please",
    "not interested, dont contact me",
    "wrong number please stop",
    "no longer need this, stop",
    "please unsubscribe me from this service",
    "do not text this number",
    "stop contact",
    "Stop messaging",
    "please dont message me anymore",
    "I want you to stop texting me",
    "stop texting me you lot",
    "i said STOP",
    "STOP NOW!!!",
    "stop stop stop",
    "ok thats enough stop",
    "please can you stop sending me these texts",
    "leave me alone please",
    "no more contact please",
    "i would like to stop receiving messages",
    "remove me",
    "delete my number please",
    "stop sending me stuff i dont need it",
    "stop im not interested",
    "STOP", "stop", "Stop.", "stop!!", "Stop. Thank you", "STOP ", "\"STOP\"", "s t o p", "stopp", "stpo", "STOPALL", "stop all",
    "unsubscribe", "opt out", "optout", "please stop", "stop please", "Stop please, thanks", "ok stop", "stop now", "STOP STOP",
    "please stop texting me", "stop messaging me", "stop contacting me please", "hi can you please stop messaging this number",
    "dont text me again", "please do not contact me again", "no more texts please", "take me off your list",
    "remove my number from your system", "I don't want any more texts from you", "I no longer wish to receive these messages",
    "how do i stop these texts", "Stop, I've got a job now thanks", "leave me alone", "stop sending me messages", "unsubscribe me",
    "i want to opt out", "stop this", "stop it", "can you stop", "not interested stop", "wrong number stop texting me",
    "I've found work so please stop texting me", "stop msging me", "quit texting me", "cancel these texts",
)  # fmt: skip
START = ("START", "start", "Start please", "UNSTOP", "opt in", "you can text me again", "start texting me again")
NUDGES = (
    "stop nudges",
    "no more reminders",
    "stop reminding me",
    "stop the nudges but keep my appointment texts",
    "no more check ins",
)
NEITHER = (
    "stop smoking",
    "how do i stop smoking",
    "i cant stop",
    "dont stop",
    "make the pain stop",
    "can you make it stop",
    "my ex wont stop texting me",
    "i need them to stop texting me, debt collectors",
    "debt collectors wont stop contacting me",
    "my boss should stop contacting me when im off",
    "how do i stop my boss texting me",
    "he needs to stop messaging me",
    "full stop",
    "bus stop",
    "i want to stop",
    "i want to stop working",
    "i had to stop",
    "can we stop for today",
    "stop the call",
    "cancel",
    "cancel my call",
    "no thanks",
    "not interested",
    "wrong number",
    "delete my data",
    "enough",
    "no more",
    "no more benefits",
    "i dont want this job",
    "no contact with my kids",
    "too many questions",
    "sick of these questions",
    "end",
    "quit",
    "i quit",
    "quit my job",
    "want to quit drinking",
    "my contract ended",
    "no messages from them yet",
    "stop start work",
    "when will it stop",
    "i stopped",
    "stopped my money",
    "they stopped",
    "pip stopped",
    "pit stop",
    "i cant get the crying to stop",
    "dont call me on mondays",
    "never mind",
    "leave it",
    "can i stop and start later",
    "lets stop there for today",
    "please dont tell my boss",
    "dont contact my gp",
    "dont contact my employer",
    "dont ring me before 10",
    "stop smoking", "I want to stop smoking", "endometriosis", "end of my contract", "cancel my call", "can't stop crying", "YES",
    "CANCEL", "END", "QUIT", "start again", "start over", "full stop", "bus stop", "i had to stop work", "I stopped working in march",
    "my boss won't stop texting me", "how do I stop my ex texting me", "work won't stop calling me", "don't stop", "stop the call",
    "my manager wont leave me alone", "they never text me back", "no", "not now", "wait", "",
    "stop the pain", "one stop shop", "non stop pain", "I cant stop worrying", "the bailiffs keep contacting me",
    "can we start on monday", "when do i start", "they stopped my benefits",
)  # fmt: skip


OTHERWISE = {
    "be left": ("just leave me be", "please leave me in peace thanks", "leave us alone will you"),
    "lose the number": (
        "lose my number",
        "forget you ever had my number please",
        "can you delete my number please thanks",
    ),
    "misspelt": ("dnt txt me agen pls", "stop mesaging me", "remove my numba plz", "unsubsribe me pls"),
    "at length": (
        "Hello, I was given this number at the surgery but have now gone back to work, so please do not text me again",
        "thanks for all the help but im going to leave it there so please dont send me any more",
    ),
    "the service": ("i want to cancel this service", "im opting out of this service thanks", "take me off workwell"),
    "no more": (
        "no more of these please",
        "not interested take me off ur list",
        "i want nothing more to do with you, no more texts",
    ),
    "voice to text": ("um can you stop sending me these please", "don't text me again full stop"),
}
NOT_US = {
    "another way": ("dont ring me text me", "texts only please no calls", "please keep texting me"),
    "a call": ("stop the call on friday", "cancel my appointment", "please cancel my call tomorrow"),
    "health": ("my gp stopped my tablets", "cant stop crying", "the pain never stops"),
    "work": ("quit my job", "end of contract", "leave me alone is what my boss should do", "i unsubscribed from work emails"),
    "kept on": ("please dont take me off the list", "dont stop texting me", "i dont want to opt out", "you said no more texts"),
    "answers": ("none of these", "not now", "skip", "no", "not any of those", "i dont want any of these times"),
    "their own flow": ("wrong number", "delete my data", "delete my account", "can i cancel", "i want to leave"),
}  # fmt: skip


LATER = (
    "take me off when we're done", "take me off the list when we are done", "remove me once the call is over",
    "stop texting me after my call", "delete my number after this", "you can stop texting me after thursday", "take me off after",
    "when this is finished take me off your list", "unsubscribe me at the end", "after the appointment please stop texting",
    "once ive had the call dont text me again", "stop when im booked", "take my number off once its sorted",
    "dont text me after the call", "if i say no will you stop texting", "stop texting me if i dont answer",
    "stop if its going to cost me", "leave me alone when im at work", "leave us alone till monday", "stop texting me after 5",
    "can you take me off when the course ends", "please stop texting me until next week", "opt me out at the end please",
)  # fmt: skip
HOURS = (
    "dont text after 5", "dont text me after 5", "no texts after 6pm please", "dont text me in the evening", "only text in the morning",
    "please dont text at night", "dont message me when im at work", "dont text before 9", "don't text me at work",
    "dont text me before 10am", "text me only after 6", "dont contact me till monday", "pls no msgs at weekends",
    "can you not text me while im at work",
)  # fmt: skip
NOW = (
    "leave us be now", "leave us be", "just leave us be now will you", "stop texting me after all", "stop texting me now after all this",
    "ive told you once im done stop texting me", "i finished the course after christmas please stop texting me",
    "I got a job after xmas so stop", "stop texting me i asked once already and im done",
    "stop until further notice", "if you dont mind please stop texting me", "take me off once and for all",
)  # fmt: skip


@pytest.mark.parametrize(("meant", "texts"), [("stop_later", LATER), ("text_hours", HOURS), ("stop", NOW)])
def test_a_request_that_is_put_off_is_told_from_one_that_is_not(meant: str, texts: tuple[str, ...]) -> None:
    assert {text: read_opt_out(text) for text in texts} == dict.fromkeys(texts, meant)


@pytest.mark.parametrize("family", OTHERWISE)
def test_a_request_in_words_nobody_listed_is_heard(family: str) -> None:
    assert {text: read_opt_out(text) for text in OTHERWISE[family]} == dict.fromkeys(OTHERWISE[family], "stop")


@pytest.mark.parametrize("family", NOT_US)
def test_what_is_not_about_our_texts_stops_nothing(family: str) -> None:
    assert {text for text in NOT_US[family] if read_opt_out(text)} == set()


def test_less_certain_words_are_asked_about() -> None:
    judge = opt_out_model.model()
    assert 0.3 < judge.asks < judge.stops < 1
    assert read_opt_out(ASKED) == "ask_stop"
    heard = Heard(ASKED, Inbound(Address("sms", "+447700900123"), "-", text=ASKED), None, opt_out="ask_stop")
    assert may_want_a_stop(heard)
    assert not may_want_a_stop(replace(heard, acts=("skip",)))
    assert not may_want_a_stop(replace(heard, intent="call_off", confidence=0.9))
    assert not heard.settled


def test_the_saved_model_is_of_todays_lines() -> None:
    made_from = json.loads(NgramClassifier.note(FOLDER / "opt_out_model.npz"))["made_from"]
    assert made_from == opt_out_model.fingerprint(), "run python -m bot.opt_out_training"


def test_the_layer_takes_next_to_no_time() -> None:
    texts = [text for family in NOT_US.values() for text in family]
    assert costs_less_than(
        0.003 * len(texts), lambda _: [read_opt_out(text) for text in texts]
    )  # ten times what it takes


@pytest.mark.parametrize("text", STOP)
def test_a_request_to_stop_is_one(text: str) -> None:
    assert read_opt_out(text) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "I told you no on Monday. Take me off your list please. It is rude.",
        "Not for me. Stop texting me.",
        "dont ring me dont text me",
        "rong number pls stop texting",
    ],
)
def test_a_request_that_is_one_sentence_of_several_is_one(text: str) -> None:
    assert read_opt_out(text) == "stop"


@pytest.mark.parametrize(
    "text", ["Not at two. Make it three.", "do you stop texting after the call", "The bus stops at 9. Ring then."]
)
def test_sentences_of_which_none_is_a_request_are_none(text: str) -> None:
    assert read_opt_out(text) is None


@pytest.mark.parametrize("text", START)
def test_a_request_to_start_again_is_one(text: str) -> None:
    assert read_opt_out(text) == "start"


@pytest.mark.parametrize("text", NUDGES)
def test_stopping_the_nudges_keeps_the_rest(text: str) -> None:
    assert read_opt_out(text) == "stop_nudges"


@pytest.mark.parametrize("text", NEITHER)
def test_other_words_are_not_a_request(text: str) -> None:
    assert read_opt_out(text) is None


@pytest.mark.parametrize("text", ["I want it all to stop", "I just want everything to stop", "make it all stop"])
def test_wanting_it_all_to_stop_is_a_crisis(text: str) -> None:
    assert read_opt_out(text) is None
    hit = screen(text)
    assert hit is not None
    assert hit.kind == "self_harm"


@pytest.mark.parametrize("text", STOP + START + NUDGES)
def test_a_request_is_no_crisis(text: str) -> None:
    assert screen(text) is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=600))
def test_no_text_makes_it_fail(text: str) -> None:
    assert read_opt_out(text) in {"stop", "start", "stop_nudges", "ask_stop", "stop_later", "text_hours", None}


@pytest.mark.parametrize(
    "text",
    [
        "STOP. ring me",
        "STOP texting me at work i said ring",
        "STOP ring me instead",
        "STOP i want a phone call",
        "stop i said ring",
        "Stop! you keep asking the same",
        "STOP - im driving",
        "STOP. I have had enough",
        "STOP. ring me after 5",
        "STOP, phone me on the landline",
        "unsubscribe. phone me",
        "stop\nmy wife sorts all this",
    ],
)
def test_a_message_that_opens_with_stop_stops_at_once(text: str) -> None:
    assert read_opt_out(text) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "stop - wait",
        "stop. i meant 45",
        "stop. go back",
        "stop. thats wrong",
        "Stop. No its 45",
        "stop, wrong postcode",
        "STOP. wrong postcode",
        "stop. it was a mistake i put 54",
        "STOP. once my call is done",
        "Stop, my back is killing me",
        "stop smoking clinic",
        "stop asking me that",
        "STOP WORKING HERE",
        "stop phone calls from the agency",
    ],
)
def test_what_only_begins_like_it_stops_nothing_by_itself(text: str) -> None:
    assert read_opt_out(text) != "stop"
