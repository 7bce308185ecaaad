"""Facts that a message carries beside its answer, whatever was asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.nlu.answers import SAYS_TOO_LITTLE, WORK, wish_of
from bot.nlu.recognisers import (
    Found,
    read_age,
    read_barriers,
    read_health,
    read_months,
    read_name,
    read_postcode,
    read_situation,
    set_aside,
)
from bot.nlu.recognisers.age import read_their_age
from bot.nlu.recognisers.by_the_way import read_call_needs
from bot.nlu.recognisers.call_told import read_asked_times, read_ring_times, read_times_beside, read_told_phone
from bot.nlu.recognisers.postcode import postcodes_to_choose_from


def told_of_another(text: str) -> dict[str, Any]:
    """What is said of "he" or "she", where the questions are about them and not about who writes."""
    age = read_their_age(text)
    return {"age": age.value} if age else {}


def volunteered(text: str, now: datetime) -> dict[str, Any]:
    """Every fact that the words carry by themselves, whatever was asked."""
    postcode = None if postcodes_to_choose_from(text) or set_aside.is_of_work(text) else read_postcode(text)
    read: Any = postcode.value if postcode and postcode.sure else {}
    if postcode and postcode.whole and read.get("postcode"):
        return {"postcode": read["postcode"]}  # "SR4 7TZ is home" says nothing about housing
    found: dict[str, Found | None] = {
        WORK: read_situation(set_aside.without_supposing(text)),
        "health": read_health(text),
        "barriers": read_barriers(text),
        "call_needs": read_call_needs(text),
        "phone": read_told_phone(text),
        "age": read_age(text, now.date(), False),
        "months_out_of_work": read_months(text, now.date(), False),
        "name": read_name(text, False),
    }
    sure = {slot: reading for slot, reading in found.items() if reading and reading.sure}
    if "age" in sure and "months_out_of_work" in sure and _same_words(sure["age"], sure["months_out_of_work"]):
        del sure["months_out_of_work"]  # "i have 34 years, no work"
    values = {slot: reading.value for slot, reading in sure.items() if reading.value not in SAYS_TOO_LITTLE}
    if read.get("postcode"):
        values["postcode"] = read["postcode"]
    times = read_ring_times(text, now) or read_asked_times(text, now)
    if times:
        values["standing_wish"] = wish_of(times, text)
    return values


def times_beside_a_way(text: str, now: datetime) -> dict[str, Any]:
    """ "Video, next week", where it is asked how a coach shall talk with them: times and nothing else beside it."""
    way = read_call_needs(text, phone=True)
    times = read_times_beside(text, way.span if way else None, now)
    return {"standing_wish": wish_of(times, text)} if times else {}


def _same_words(one: Found, other: Found) -> bool:
    return one.span[0] < other.span[1] and other.span[0] < one.span[1]
