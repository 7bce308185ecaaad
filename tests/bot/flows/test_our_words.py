"""What is asked of our own words beyond what the check finds wrong."""

from __future__ import annotations

import re

from bot.actions.catalogue import SPECS
from bot.assistant import DIALOGS
from bot.flows.reading import read_book

NUMBERED = re.compile(r"\b(?:reply|send|text)(?: with)? (?:\d|the number|one number)", re.IGNORECASE)
BY_TEXT_ONLY = {"utter_ask_introduced_safe"}
"""Said in the first text to a number that somebody else gave."""


def test_nobody_with_buttons_is_asked_to_reply_with_a_number() -> None:
    book = read_book(DIALOGS, SPECS)
    asked = {
        (name, part)
        for name, response in book.responses.items()
        for channel in ("telegram", "web")
        for part in ("", "easier")
        if not response.locked and name not in BY_TEXT_ONLY and NUMBERED.search(response.words_of(part, channel))
    }
    assert asked == set()
    assert NUMBERED.search(book.responses["utter_ask_health"].words_of("easier", "sms"))
