"""Another time than the one that stands: at the check before sharing, or once a call is booked; "friday, same time" too."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from bot.clarifying import MANY, not_the_denied, which_wish
from bot.consenting import is_a_line
from bot.flows.commands import Command, Correct, Say, SetSlot, StartFlow
from bot.flows.definition import Book
from bot.flows.engine import CLARIFY
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.answers import OTHER_TIMES, wish_of
from bot.nlu.recognisers import When, read_when
from bot.nlu.recognisers.by_the_way import says
from bot.nlu.recognisers.said import says_of
from bot.told import CHECK, facts, kept_wish

CLAUSES = re.compile(r"[,.;!?]| so | but ")
SAME = re.compile(r"\bsame (?:time|hour)\b", re.IGNORECASE)
DENIES = re.compile(r"\b(?:not|no|cant|can't|cannot|except|but|bar)\b", re.IGNORECASE)


def moves_the_call(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Can we make it Friday instead", once a call is booked: other times, on Friday if there are any.

    "Next Friday" may be either of two: that is asked first.
    """
    if state.outcome != "booked" or not after_the_questions(heard):
        return []
    if heard.intent != "change_call" and not says("other_time", heard.text) and not same_time_on_a_day(heard, state):
        return []
    when = time_said(heard, state)
    if when is None:
        return []
    wish, change = wish_of(without_the_contrary(when, heard.text), heard.text), StartFlow("change_call")
    which = which_wish(wish, change)
    return [which] if which else [SetSlot("opening_wish", wish), change]


def time_at_the_check(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Can it be thursday instead", "yes but after 3": times that the chosen one does not fit are offered before sharing.

    A time that it fits ("yes, monday is fine", "any afternoon") changes nothing, and the team reads which would suit.
    """
    asked = heard.expecting
    if asked is None or asked.slot not in CHECK or heard.inbound.kind != "text" or is_a_line(heard.text, asked):
        return []
    if heard.text.strip(" .)").isdecimal():
        return []  # "4", of a list that is gone, is no hour
    planned, when = planned_start(state, heard.now), time_said(heard, state)
    cannot = says_of("moving", "cannot", heard.text)
    if when is None or not (when.whole or cannot or says("other_time", heard.text)):
        return []
    wish = not_the_denied(wish_of(without_the_contrary(when, heard.text), heard.text), heard.text)
    if planned is None or any(start <= planned.isoformat() < end for start, end in wish["windows"]):
        told = cannot or (when.whole and heard.reading.answer is None)
        told = told and wish["windows"] and not wish["ambiguous"]
        return [*kept_wish(wish), Say("repeat")] if told else []
    again = Correct("opening")
    which = which_wish(wish, again)
    return [*facts(heard, state, book), *([which] if which else [SetSlot("opening_wish", wish), again])]


def time_after_a_missed_call(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Any time after 4 is best", where a new time is offered after a missed call: only such times are shown."""
    asked, when = heard.expecting, time_said(heard, state)
    if asked is None or asked.slot != BOOK_AGAIN or when is None or "?" in heard.text:
        return []
    if is_a_line(heard.text, asked) or heard.text.strip(" .)").isdecimal():
        return []  # "2" is the second line, and no hour
    if not when.whole and heard.intent not in {"book_call", "change_call"}:
        return []
    then = SetSlot(asked.slot, "time", said=heard.text)
    wish = wish_of(without_the_contrary(when, heard.text), heard.text)
    which = which_wish(wish, then)
    return [which] if which else [SetSlot("opening_wish", wish), then]


BOOK_AGAIN = "book_again"
"""What is asked after a call that was missed."""


def same_time_among_others(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Friday same time", where other times are asked about: at the hour of the call that stands."""
    asked = heard.expecting
    if asked is None or asked.spec.type != "opening" or not same_time_on_a_day(heard, state):
        return []
    when = time_said(heard, state)
    if when is None:
        return []
    wish, other = wish_of(when, heard.text), SetSlot(asked.slot, OTHER_TIMES, said=heard.text)
    which = which_wish(wish, other)
    return [which] if which else [SetSlot("opening_wish", wish), other]


def same_time_on_a_day(heard: Heard, state: DialogueState) -> bool:
    return SAME.search(heard.text) is not None and planned_start(state, heard.now) is not None


def time_said(heard: Heard, state: DialogueState) -> When | None:
    """The time wished for: that of the last clause which names one, or of all of them where they are read whole."""
    if heard.now is None:
        return None
    planned = planned_start(state, heard.now)
    together = read_when(heard.text, heard.now, reference=planned)
    if together and together.whole and not together.ambiguous:
        return together  # "8 is too early, do it thursday": no earlier than that on the new day either
    parts = [*reversed(CLAUSES.split(heard.text)), heard.text]
    return next((found for part in parts if (found := read_when(part, heard.now, reference=planned))), None)


def planned_start(state: DialogueState, now: datetime | None) -> datetime | None:
    """When the call that was chosen or booked begins, on London's wall clock."""
    title = state.slots.get("appointment_when") if state.outcome == "booked" else None
    title = title or (state.slots.get("opening_when") if state.slots.get("opening") or state.outcome else None)
    return start_of(str(title), now) if title and now else None


@lru_cache(maxsize=64)
def start_of(title: str, now: datetime) -> datetime | None:
    """Where the title of an opening begins; several rules of one turn ask it of the same one."""
    found = read_when(title, now)
    return found.windows[0][0] if found and found.windows and not found.ambiguous else None


def without_the_contrary(when: When, text: str) -> When:
    """ "Move it to the 3rd": with no "not" in it, all days but the 3rd are not meant, whatever the other words are."""
    readings = when.ambiguous or ()
    contrary = len(readings) == 2 and len(readings[0]) < MANY <= len(readings[1])
    if not contrary or DENIES.search(text):
        return when
    return replace(when, windows=readings[0], ambiguous=None)


def after_the_questions(heard: Heard) -> bool:
    """Nothing is open, or only one of the extras after booking, or "which did you mean?" after them."""
    asked = heard.expecting
    return asked is None or asked.flow == "after_booking" or (asked.slot == CLARIFY and asked.beneath is None)
