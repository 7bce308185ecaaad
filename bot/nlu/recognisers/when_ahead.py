"""Stretches of days from today on: "the next few days", "the next working day"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.nlu.recognisers.numbers import number_at
from bot.nlu.recognisers.text import Token
from bot.nlu.recognisers.when_dates import DAY, Calendar, one_day
from bot.nlu.recognisers.when_values import Days

MOST_DAYS = 30
SATURDAY = 5


def next_working_day(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """The next working day: no weekend, no bank holiday."""
    at = i + (_word(found, i) == "the")
    if _word(found, at) not in {"next", "first"}:
        return None
    words = tuple(_word(found, at + n) for n in range(3))
    if words not in {("next", "working", "day"), ("first", "working", "day"), ("next", "week", "day")}:
        return None
    days = (calendar.today + DAY * n for n in range(1, MOST_DAYS))
    return one_day(next(day for day in days if day.weekday() < SATURDAY and day not in calendar.bank_holidays)), at + 3


def few_days(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """the next few days; the next couple of weeks; next 3 days; within the next week."""
    within = _word(found, i) in {"in", "over", "within", "during"}
    at = i + within
    at += _word(found, at) == "the"
    if _word(found, at) not in {"next", "coming"}:
        return None
    at += 1
    unit = {"week": 7, "fortnight": 14, "month": 30}.get(_word(found, at))
    if unit and ((within and at == i + 3) or unit == 14):
        return Days(readings=(calendar.between(calendar.today, calendar.today + DAY * unit),), span=True), at + 1
    told = number_at(found, at)
    many = {"few": 3, "couple": 2}.get(_word(found, at)) or (told[0] if told and told[0] <= MOST_DAYS else None)
    if many is None:
        return None
    at = told[1] if told else at + 1
    at += _word(found, at) in {"of", "working"}
    unit = {"day": 1, "days": 1, "week": 7}.get(_word(found, at))
    if unit is None:
        return None
    return Days(readings=(calendar.between(calendar.today, calendar.today + DAY * many * unit),), span=True), at + 1


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
