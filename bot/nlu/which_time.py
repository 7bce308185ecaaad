"""Which of two readings of a time is meant, said in other words than its number or its name: "the sooner one", "27th"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.nlu.recognisers import Option, read_when, says_whichever
from bot.nlu.recognisers.when_values import Window, is_sharp
from bot.times import DAYS, spoken_time
from services.clock import LONDON

SOONER = re.compile(r"\b(?:sooner|soonest|earlier|earliest|nearest|closest|this (?:week|coming|one))\b", re.IGNORECASE)
LATER = re.compile(
    r"\b(?:later|latest|furthest|farthest|(?:the )?week after|(?:the )?one after|next week)\b", re.IGNORECASE
)
NEITHER = re.compile(r"\bn(?:ei|ie)ther\b", re.IGNORECASE)
DENIES = re.compile(r"\b(?:not|no|neither|nor|than|dont|don't|cant|can't|too)\b", re.IGNORECASE)
FEW_WORDS, SHORT, BARE = 6, 4, 2
FEW_WINDOWS = 3
"""A reading of more is a pattern of the week, told apart by its days and hours and not by when it comes."""


def which_time(text: str, options: Sequence[Option], now: datetime) -> str | None:
    """The value of the reading that the words name by its time; None where they name none or several."""
    readings = {option.value: _windows(option.title, now) for option in options}
    if not readings or not all(readings.values()) or len(text.split()) > FEW_WORDS:
        return None
    if says_whichever(text) and not NEITHER.search(text):
        return options[0].value
    if DENIES.search(text):
        return None
    return _by_order(text, readings) or _by_time(text, readings, now) or _by_day(text, options, now)


def _is_pattern(readings: Iterable[tuple[Window, ...]]) -> bool:
    return any(len(spans) > FEW_WINDOWS for spans in readings)


def _windows(text: str, now: datetime) -> tuple[Window, ...]:
    when = read_when(text, now)
    return when.windows if when and when.whole and not when.ambiguous else ()


def _by_order(text: str, readings: dict[str, tuple[Window, ...]]) -> str | None:
    """ "The sooner one", "the week after"."""
    first, *others = sorted(readings, key=lambda value: readings[value][0])
    if any(readings[other][0] == readings[first][0] for other in others):
        return None
    if _is_pattern(readings.values()):
        return None
    sooner, later = SOONER.search(text), LATER.search(text)
    if bool(sooner) == bool(later):
        return None
    return first if sooner else others[-1]


def _by_time(text: str, readings: dict[str, tuple[Window, ...]], now: datetime) -> str | None:
    """ "27th", "5 to 7", "just the friday": the one that it touches, or that lies wholly in it."""
    named = read_when(text, now)
    if named is None:
        return None
    meant = [span for one in named.ambiguous or (named.windows,) for span in one]
    touched = [value for value, spans in readings.items() if any(a < d and c < b for a, b in spans for c, d in meant)]
    covered = [value for value in touched if all(any(c <= a and b <= d for c, d in meant) for a, b in readings[value])]
    pattern = _is_pattern(readings.values())
    if len(touched) == 1 and (covered or (len(text.split()) <= BARE and not pattern)):
        return touched[0]
    if len(covered) == 1 and not named.ambiguous:
        return covered[0]
    return None


def _by_day(text: str, options: Sequence[Option], now: datetime) -> str | None:
    """ "Just the friday", where one reading is of Fridays and the other of any day; "half 9", where only one names it."""
    named = _windows(text, now)
    if len(text.split()) > SHORT or not named:
        return None
    if is_sharp(named) and len({start.time() for start, _ in named}) == 1:
        hour = spoken_time(named[0][0].replace(tzinfo=LONDON))
        alike = [one.value for one in options if hour in one.title and f"not {hour}" not in one.title]
        return alike[0] if len(alike) == 1 else None
    if {(start.hour, end.hour) for start, end in named} != {(8, 20)}:
        return None
    days = {DAYS[start.weekday()] for start, _ in named}
    alike = [
        one.value for one in options if not one.title.startswith(ANY) and days == set(DAY_NAMED.findall(one.title))
    ]
    return alike[0] if len(alike) == 1 else None


ANY = "any "
"""How the name of a reading begins that is of most days (bot/clarifying.py)."""
DAY_NAMED = re.compile("|".join(DAYS))
