"""What is said of the times on offer and names none: later ones, others, "dunno", "you choose". By the rules alone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from bot.clarifying import which_part
from bot.flows.commands import Command, SetSlot, StartFlow
from bot.flows.definition import Book
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.answers import OTHER_TIMES
from bot.nlu.openings import shown_openings
from bot.nlu.recognisers.said import is_all_of, says_of
from bot.nlu.recognisers.when_values import CLOSES, DAYS_AHEAD, OPENS

MOST_WORDS = 14
"""A longer message tells a story, and may say "depends" of anything."""
PARTS = ((OPENS, 12 * 60), (12 * 60, 17 * 60), (17 * 60, CLOSES))
"""Mornings, afternoons and evenings, in minutes of the day."""


def of_the_times_on_offer(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """Never the same list again without a word: other openings, or one short question."""
    asked = heard.expecting
    if asked is None or asked.spec.type != "opening" or heard.acts or heard.inbound.kind != "text" or not heard.now:
        return []
    other = SetSlot(asked.slot, OTHER_TIMES, said=heard.text)
    said = next((words for words in ("ours", "later", "sooner") if is_all_of("offered", words, heard.text)), None)
    now = heard.now.replace(tzinfo=None)
    shown = shown_openings([one for one in asked.choices if one[0] != OTHER_TIMES], now) if said else []
    if shown and said == "ours":
        return [SetSlot(asked.slot, shown[0][0], said=heard.text)]
    if shown and said == "later":
        last = max(start for _, start in shown)
        return [
            SetSlot("opening_wish", wish(last + timedelta(minutes=1), last + timedelta(days=2 * DAYS_AHEAD))),
            other,
        ]
    if shown and said == "sooner":
        return [SetSlot("opening_wish", wish(now, shown[0][1])), other]
    if is_all_of("offered", "more", heard.text):
        return [other]
    return undecided(heard)


def undecided(heard: Heard) -> list[Command]:
    """ "Depends on my shifts": which part of the day is best; who will tell us later is not hurried."""
    short = len(heard.text.split()) <= MOST_WORDS
    if heard.reading.answer or heard.reading.several or not short or heard.expecting is None or heard.now is None:
        return []
    if says_of("offered", "tells_later", heard.text):
        return [StartFlow("pattern_wait")]
    if heard.asked_which or not says_of("offered", "undecided", heard.text):
        return []
    return [which_part([every_day(part, heard.now) for part in PARTS], heard.expecting.slot, heard.text)]


def wish(start: datetime, end: datetime) -> dict[str, Any]:
    """One stretch of London time, as the slot `opening_wish` holds it."""
    return {"windows": [[start.isoformat(), end.isoformat()]], "asap": False, "ambiguous": None}


def every_day(part: tuple[int, int], now: datetime) -> list[tuple[datetime, datetime]]:
    """These hours of each of the coming days, London wall clock."""
    first = datetime.combine(now.date(), time())
    days = (first + timedelta(days=n) for n in range(1, DAYS_AHEAD + 1))
    return [(day + timedelta(minutes=part[0]), day + timedelta(minutes=part[1])) for day in days]
