"""Feasts and bank holidays: Christmas, New Year, Easter, "the bank holiday"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.nlu.recognisers.moments import easter_sunday
from bot.nlu.recognisers.text import Token
from bot.nlu.recognisers.when_dates import DAY, Calendar, one_day
from bot.nlu.recognisers.when_values import Days
from bot.nlu.recognisers.when_words import DAY_NAMES


def feast(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """christmas (24 to 26 December), christmas eve, boxing day, new year."""
    word, after = _word(found, i), _word(found, i + 1)
    easter = _easter(found, i, calendar)
    if easter:
        return easter
    if word == "christmas":
        day = {"eve": 24, "day": 25}.get(after)
        if day is None and _word(found, i - 1) in {"until", "by", "to"}:
            day, i = 24, i - 1
        days = [day] if day else [24, 25, 26]
        if day is None and _word(found, i - 1) in {"around", "over", "round", "about", "at", "during"}:
            first = _coming_date(calendar, 12, 24)
            whole = calendar.between(first - 3 * DAY, first + 7 * DAY)
            return Days(readings=(frozenset(first + DAY * n for n in range(3)), whole), span=True), i + 1
        return Days(readings=(frozenset(_coming_date(calendar, 12, d) for d in days),)), i + 1 + (day is not None)
    if word == "boxing" and after == "day":
        return one_day(_coming_date(calendar, 12, 26)), i + 2
    if word == "new" and after in {"year", "years"}:
        if _word(found, i - 1) == "the" and _word(found, i - 2) in {"in", "until", "till"} and after == "year":
            first = _coming_date(calendar, 1, 1)
            return Days(readings=(calendar.between(first, first + 30 * DAY),), span=True), i + 2
        eve = _word(found, i + 2) in {"eve"}
        new_year = _coming_date(calendar, 12, 31) if eve else _coming_date(calendar, 1, 1)
        return one_day(new_year), i + 2 + (_word(found, i + 2) in {"eve", "day"})
    return None


def beside_a_feast(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """ "Tuesday before christmas", "the day after boxing day", "monday after the bank holiday": the nearest such day."""
    at = i + (_word(found, i) == "the")
    day, way = _word(found, at), _word(found, at + 1)
    if way not in {"before", "after"} or not (day == "day" or day in DAY_NAMES):
        return None
    at += 2 + (_word(found, at + 2) == "the" and _word(found, at + 3) != "bank")
    told = bank_holiday(found, at, calendar) or feast(found, at, calendar)
    if told is None or not told[0].readings or not told[0].readings[0]:
        return None
    days, end = told
    alone = _word(found, at) == "christmas" and end == at + 1
    dates = {_coming_date(calendar, 12, 25)} if alone else days.readings[0]
    step = DAY if way == "after" else -DAY
    meant = (max(dates) if way == "after" else min(dates)) + step
    while day in DAY_NAMES and meant.weekday() != DAY_NAMES.index(day):
        meant += step
    return one_day(meant), end


def _easter(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """Good Friday, Easter, Easter Monday; "good friday" only in the two months before, else Friday is merely good."""
    sunday = next(day for n in range(2) if (day := easter_sunday(calendar.today.year + n)) + DAY >= calendar.today)
    word, after = _word(found, i), _word(found, i + 1)
    if word == "good" and after == "friday" and sunday - calendar.today < 60 * DAY:
        return one_day(sunday - 2 * DAY), i + 2
    if word != "easter":
        return None
    named = {"friday": -2, "saturday": -1, "sunday": 0, "monday": 1}.get(after)
    if named is not None:
        return one_day(sunday + DAY * named), i + 2
    return Days(readings=(calendar.between(sunday - 2 * DAY, sunday + DAY),)), i + 1


def _coming_date(calendar: Calendar, month: int, day: int) -> date:
    this = date(calendar.today.year, month, day)
    return this if this >= calendar.today else date(calendar.today.year + 1, month, day)


def bank_holiday(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """the (next) bank holiday, with "monday" before or after it."""
    at = i + (_word(found, i) in {"the", "next"})
    at += _word(found, at) in DAY_NAMES
    if _word(found, at) != "bank" or _word(found, at + 1) not in {"holiday", "hol", "hols", "holidays"}:
        return None
    end = at + 2 + (_word(found, at + 2) in DAY_NAMES)
    named = {DAY_NAMES.index(word) for j in (at - 1, end - 1) if (word := _word(found, j)) in DAY_NAMES}
    coming = [day for day in calendar.bank_holidays if day >= calendar.today and (not named or day.weekday() in named)]
    if not coming:
        return Days(readings=(frozenset(),)), end
    first = min(coming)
    run = {first + DAY * n for n in range(5) if all(_closed(first + DAY * m, calendar) for m in range(n + 1))}
    if _word(found, end - 1) == "holidays":
        return Days(readings=(frozenset(coming),)), end
    return Days(readings=(frozenset(run & set(coming)),)), end


def _closed(day: date, calendar: Calendar) -> bool:
    return day in calendar.bank_holidays or day.weekday() >= 5


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
