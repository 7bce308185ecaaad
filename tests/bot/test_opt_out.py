"""What is a request to stop, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.opt_out import read_opt_out
from bot.safety import screen

STOP = (
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
    "stop smoking", "I want to stop smoking", "endometriosis", "end of my contract", "cancel my call", "can't stop crying", "YES",
    "CANCEL", "END", "QUIT", "start again", "start over", "full stop", "bus stop", "i had to stop work", "I stopped working in march",
    "my boss won't stop texting me", "how do I stop my ex texting me", "work won't stop calling me", "don't stop", "stop the call",
    "dont text me before 10am", "my manager wont leave me alone", "they never text me back", "no", "not now", "wait", "",
    "stop the pain", "one stop shop", "non stop pain", "I cant stop worrying", "the bailiffs keep contacting me",
    "can we start on monday", "when do i start", "they stopped my benefits",
)  # fmt: skip


@pytest.mark.parametrize("text", STOP)
def test_a_request_to_stop_is_one(text: str) -> None:
    assert read_opt_out(text) == "stop"


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
    assert read_opt_out(text) in {"stop", "start", "stop_nudges", None}
