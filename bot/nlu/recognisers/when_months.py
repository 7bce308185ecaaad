"""Months and parts of them: "in december", "the first week of january", "the last friday of the month"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.nlu.recognisers.birth_dates import MONTHS
from bot.nlu.recognisers.numbers import ordinal_at
from bot.nlu.recognisers.text import Token
from bot.nlu.recognisers.when_dates import DAY, Calendar
from bot.nlu.recognisers.when_values import Days
from bot.nlu.recognisers.when_words import DAY_NAMES

LONG_AHEAD = 240 * DAY
# Which days of a week its parts are, Monday being 0.
PARTS_OF_WEEK = {
    "start": (0, 1), "beginning": (0, 1), "early": (0, 1), "middle": (1, 3), "mid": (1, 3), "end": (3, 4), "late": (3, 4),
    "later": (2, 4), "latter": (2, 4), "earlier": (0, 1), "second": (2, 4), "2nd": (2, 4), "rest": (0, 6), "back": (3, 4), "backend": (3, 4), "tail": (3, 4), "first": (0, 1), "all": (0, 6),
}  # fmt: skip
PARTS_OF_MONTH = {
    "start": (1, 10),
    "beginning": (1, 10),
    "early": (1, 10),
    "middle": (11, 20),
    "mid": (11, 20),
    "end": (21, 31),
    "late": (21, 31),
}


def part_at(found: Sequence[Token], i: int) -> tuple[str, int]:
    """ "the end of", "early", "later": which part, and the index after it."""
    at = i + (_word(found, i) in {"the", "at"}) + (_words(found, i, 2) == ("at", "the"))
    at += _words(found, at, 2) == ("very", "end")
    part = _word(found, at)
    if part in {"second", "2nd"} and _word(found, at + 1) != "half":
        return "", i
    if part == "first" and _word(found, at + 1) != "part" and _word(found, at + 1) != "half":
        return "", i
    if part in PARTS_OF_WEEK and part != "all":
        at += 1 + (_word(found, at + 1) in {"end", "part", "half"})
        while _word(found, at) in {"of", "in", "on", "-"}:
            at += 1
        return part, at
    return "", i


def month_at(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """in december; early january; the end of the month; next month."""
    part, at = part_at(found, i)
    lead = at + (_word(found, at) in {"in", "during", "sometime"}) + (_words(found, at, 2) == ("sometime", "in"))
    lead += _word(found, lead) == "the"
    words = _words(found, lead, 2)
    if words in {("next", "month"), ("this", "month")} or (words[:1] == ("month",) and part):
        ahead = int(words[0] == "next")
        first = _first_of(calendar, calendar.today.month + ahead)
        return _within_month(first, part, calendar), lead + len(words if words[0] != "month" else words[:1])
    month = MONTHS.get(_word(found, lead))
    if month is None or not (part or lead > at or found[lead].word not in {"may", "march", "mar", "dec", "sept"}):
        return None
    first = _first_of(calendar, month if month >= calendar.today.month else month + 12)
    if first - calendar.today > LONG_AHEAD:
        return None  # "I was in hospital in october"
    return _within_month(first, part, calendar), lead + 1


def week_of_month(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """the first week of december; the second week in january; the last week of november."""
    at = i + (_word(found, i) == "in")
    at += _word(found, at) == "the"
    place = (-1, at + 1) if _word(found, at) == "last" else ordinal_at(found, at)
    if place is None or _word(found, place[1]) != "week" or _word(found, place[1] + 1) not in {"of", "in"}:
        return None
    month = MONTHS.get(_word(found, place[1] + 2))
    if month is None or not -1 <= place[0] <= 5:
        return None
    first = _first_of(calendar, month if month >= calendar.today.month else month + 12)
    days = sorted(min(_within_month(first, "", calendar).readings))
    chosen = days[-7:] if place[0] == -1 else days[7 * (place[0] - 1) : 7 * place[0]]
    return Days(readings=(frozenset(chosen),), span=True), place[1] + 3


def weekday_of_month(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """the first monday in december; the last friday of the month."""
    at = i + (_word(found, i) in {"on", "the"})
    at += _word(found, at) == "the"
    place = (-1, at + 1) if _word(found, at) == "last" else ordinal_at(found, at)
    if place is None or _word(found, place[1]) not in DAY_NAMES or _word(found, place[1] + 1) not in {"of", "in"}:
        return None
    each = _words(found, place[1] + 2, 2) in {("each", "month"), ("every", "month")}
    read = month_at(found, place[1] + 2, calendar) or month_at(found, place[1] + 1, calendar)
    if read is None and (each or _words(found, place[1] + 2, 2) == ("the", "month")):
        read = _within_month(_first_of(calendar, calendar.today.month), "", calendar), place[1] + 4
    if read is None or not -1 <= place[0] <= 5:
        return None
    weekday = DAY_NAMES.index(_word(found, place[1]))
    chosen = _nth(read[0].readings[0], weekday, place[0])
    if not chosen and _word(found, read[1] - 1) == "month":  # this month's is past
        chosen = _nth(
            _within_month(_first_of(calendar, calendar.today.month + 1), "", calendar).readings[0], weekday, place[0]
        )
    return Days(readings=(frozenset(chosen),)), read[1]


def _nth(days: frozenset[date], weekday: int, place: int) -> list[date]:
    named = sorted(day for day in days if day.weekday() == weekday)
    return named[-1:] if place == -1 else [day for day in named if (day.day - 1) // 7 + 1 == place]


def _first_of(calendar: Calendar, month: int) -> date:
    return date(calendar.today.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _within_month(first: date, part: str, calendar: Calendar) -> Days:
    low, high = PARTS_OF_MONTH.get(part, (1, 31))
    month = [first + DAY * n for n in range(31) if (first + DAY * n).month == first.month]
    return Days(readings=(frozenset(d for d in month if low <= d.day <= high and d >= calendar.today),), span=True)


def _words(found: Sequence[Token], i: int, count: int) -> tuple[str, ...]:
    return tuple(token.word for token in found[i : i + count])


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
