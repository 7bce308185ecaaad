"""A booked call, in whatever words: that it cannot be then, that another time is wanted, that it is off, or stays.

By the rules alone, so that it is understood alike while the language server is down. Nothing is done at once: the old time is
kept until another is picked, and calling off is asked about first.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from bot.another_time import DENIES, after_the_questions, planned_start, time_after_a_missed_call, time_said
from bot.asks import SURE
from bot.clarifying import MANY, which_wish
from bot.flows.commands import Command, SetSlot, StartFlow
from bot.flows.definition import Book
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.answers import OTHER_TIMES, wish_of
from bot.nlu.recognisers import When, read_when
from bot.nlu.recognisers.by_the_way import says
from bot.nlu.recognisers.said import says_of

CHANGE, CALL_OFF, MY_CALL, KEEP = "change_call", "call_off", "pattern_my_call", "keep_call"
OTHER_CALLS = frozenset({CHANGE, "another_way"})
"""Flows in which other times are shown for a call that stands."""
SUPPOSES = re.compile(r"^(?:(?:and|but|so|ok|hi) )*(?:what (?:happens )?)?if\b", re.IGNORECASE)
ASKS_FOR_A_TIME = frozenset({"book_call", "change_call"})
SHORT = 8
"""Words up to which "I don't want it now", where any words are an answer, is meant of the call."""


def is_said(kind: str, text: str) -> bool:
    return says_of("moving", kind, text)


def may_be_of_the_call(heard: Heard, state: DialogueState) -> bool:
    """A call is booked, and nothing else is being asked about."""
    return state.outcome == "booked" and heard.inbound.kind == "text" and not heard.acts and after_the_questions(heard)


def is_open(heard: Heard) -> bool:
    """Whether nothing is asked, or nothing that these words answer."""
    return heard.expecting is None or heard.reading.answer is None


def cannot_make_it(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Cant make it weds anymore", "somethings come up", "got the dentist that day": other times are offered."""
    if not may_be_of_the_call(heard, state):
        return []
    cannot = is_said("cannot", heard.text)
    busy = heard.expecting is None and is_said("busy", heard.text)
    if not (cannot or busy) or is_said("elsewhere", heard.text):
        return []
    when, planned = time_said(heard, state), planned_start(state, heard.now)
    on_it = when is not None and planned is not None and fits(when, planned)
    filled = busy and (on_it or is_said("then", heard.text))
    if not (filled or cannot):
        return []
    if SUPPOSES.match(heard.text):
        return [StartFlow(MY_CALL)] if is_open(heard) else []
    if when is None or when.asap or (filled and not on_it):
        return [StartFlow(CHANGE)]
    return wished(without_the_day(when, planned, heard.now) if planned and (on_it or when.ambiguous) else when, heard)


def wished(when: When | None, heard: Heard) -> list[Command]:
    change = StartFlow(CHANGE)
    if when is None:
        return [change]
    wish = wish_of(when, heard.text)
    which = which_wish(wish, change)
    return [which] if which else [SetSlot("opening_wish", wish), change]


def fits(when: When, planned: datetime) -> bool:
    """Whether the call stands in what was named, and not among "any day but"."""
    readings = when.ambiguous or (when.windows,)
    return any(any(a <= planned < b for a, b in one) for one in readings if len(one) < MANY)


def without_the_day(when: When, planned: datetime, now: datetime | None) -> When | None:
    """All days but the one that is named ("cant make it weds"), or that the call is on ("got the dentist tuesday")."""
    denied = next((reading for reading in when.ambiguous or () if len(reading) >= MANY), None)
    if denied:
        return replace(when, windows=denied, ambiguous=None)
    return read_when(f"not {planned:%A}", now) if now and not when.ambiguous else when


def another_time_wanted(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Any chance of friday?", "friday 2pm", once nothing is asked: what is free then; the call's own time says it again."""
    if not may_be_of_the_call(heard, state) or heard.expecting is not None:
        return []
    when, planned = time_said(heard, state), planned_start(state, heard.now)
    if when is None or planned is None:
        return [StartFlow(CHANGE)] if is_said("other_day", heard.text) and len(heard.text.split()) <= SHORT else []
    asked = when.whole or says("other_time", heard.text)
    asked = asked or (heard.intent in ASKS_FOR_A_TIME and heard.confidence >= SURE)
    if not asked or SUPPOSES.match(heard.text):
        return []
    if not when.ambiguous and fits(when, planned):
        return [StartFlow(MY_CALL)]
    suits = any(a <= planned < b for a, b in when.windows) and not says("other_time", heard.text)
    return [] if suits else wished(when, heard)  # "im working tuesday", of a call on wednesday, moves nothing


def calls_it_off(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "I dont want it now", "changed my mind": asked before it is done, with moving it as another way."""
    if not may_be_of_the_call(heard, state) or not is_open_or_short(heard) or not is_said("off", heard.text):
        return []
    return [] if says("other_time", heard.text) or is_said("other_day", heard.text) else [StartFlow(CALL_OFF)]


def is_open_or_short(heard: Heard) -> bool:
    asked = heard.expecting
    if asked is None:
        return True
    return asked.spec.type == "text" and len(heard.text.split()) <= SHORT


def keeps_the_call(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Actually leave it as it is", where other times are shown for a call that stands."""
    if not shows_other_times(heard, state) or heard.reading.answer or not is_said("keeps", heard.text):
        return []
    return [StartFlow(KEEP)] if len(heard.text.split()) <= SHORT else []


def shows_other_times(heard: Heard, state: DialogueState) -> bool:
    asked = heard.expecting
    moving = any(frame.flow in OTHER_CALLS for frame in state.stack)
    return asked is not None and asked.spec.type == "opening" and state.outcome == "booked" and moving


def another_day_than_that(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Any other day", where other times are shown for a call that stands: not the day it is on."""
    if not shows_other_times(heard, state) or heard.now is None or not is_said("other_day", heard.text):
        return []
    planned = planned_start(state, heard.now)
    if planned is None or read_when(heard.text, heard.now) or len(heard.text.split()) > SHORT:
        return []
    asked = heard.expecting.slot if heard.expecting else "opening"
    day = read_when(f"not {planned:%A}", heard.now) if re.search(r"\bda(?:y|ys|te)\b", heard.text, re.I) else None
    other = SetSlot(asked, OTHER_TIMES, said=heard.text)
    return [SetSlot("opening_wish", wish_of(day, heard.text)), other] if day else [other]


def wants_a_ring_now(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Ring me now": nobody can, and a person is asked for."""
    if not may_be_of_the_call(heard, state) or heard.expecting is not None or not is_said("rings_now", heard.text):
        return []
    if DENIES.search(heard.text):
        return []
    return [StartFlow("pattern_person")]


def lets_it_stand(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Ill be there", "yes thats fine": the call is said again; news of being late goes to the coach."""
    if not may_be_of_the_call(heard, state) or heard.expecting is not None:
        return []
    if is_said("late", heard.text):
        return [SetSlot("note_for_coach", heard.text), StartFlow("pattern_tell_coach")]
    sure = heard.intent == "affirm" and heard.confidence >= SURE and " " in heard.text.strip()
    short = len(heard.text.split()) <= SHORT and "?" not in heard.text
    return [StartFlow(MY_CALL)] if short and (sure or is_said("stands", heard.text)) else []


MOVING = (
    keeps_the_call,
    time_after_a_missed_call,
    another_day_than_that,
    calls_it_off,
    wants_a_ring_now,
    cannot_make_it,
    another_time_wanted,
    lets_it_stand,
)
