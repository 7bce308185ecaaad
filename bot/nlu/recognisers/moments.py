"""Past days that people count from: a date, a month, a year, a feast, last week."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from bot.nlu.recognisers.birth_dates import MONTHS
from bot.nlu.recognisers.numbers import number_at, opens_a_number, ordinal_at
from bot.nlu.recognisers.text import Token, bag, listed

PANDEMIC = frozenset({"covid", "covid19", "lockdown", "pandemic", "corona", "coronavirus"})
SEASONS = {"spring": 4, "summer": 7, "autumn": 10, "winter": 1}
STEPS = {"week": 7, "month": 30, "year": 365, "fortnight": 14, "weekend": 7}  # days
DAYS = listed("monday tuesday wednesday thursday friday saturday sunday")


OPENS_A_MOMENT = (
    MONTHS.keys() | SEASONS.keys() | PANDEMIC | set(DAYS) | STEPS.keys()
    | bag("christmas xmas crimbo chrimbo boxing new easter halloween bonfire yr today yesterday")
)  # fmt: skip


def opens_a_moment(token: Token) -> bool:
    """Whether a moment can begin there: of most words none does."""
    return token.word in OPENS_A_MOMENT or opens_a_number(token)


def moment_at(found: Sequence[Token], i: int, today: date, said_last: bool) -> tuple[date, int, bool] | None:
    """A day in the past, the index after it, and whether it is exact enough to count from."""
    if i >= len(found) or not opens_a_moment(found[i]):
        return None
    readers: tuple[Callable[[Sequence[Token], int, date], tuple[date, int, bool] | None], ...] = (
        _day_and_month, _month_and_day, _month_of_year, _month, _year_alone, _feast, _recent, _day_alone,
    )  # fmt: skip
    for reader in readers:
        moment = reader(found, i, today)
        if moment and moment[0] <= today:
            day = moment[0]
            if said_last and reader is _month and (day.year, day.month) == (today.year, today.month):
                day = day.replace(year=today.year - 1)
            return day, moment[1], moment[2] and not (said_last and reader is _month)
    return None


def _day_and_month(found: Sequence[Token], i: int, today: date) -> tuple[date, int, bool] | None:
    """5 march; 5th of march 2025; 5/3/25."""
    number = ordinal_at(found, i) or number_at(found, i)
    if number is None:
        return None
    day, at = number
    if _word(found, at) in {"/", "."} and _word(found, at + 2) in {"/", "."} and _is_number(found, at + 1):
        return _dated(found, day, int(found[at + 1].word[:4]), at + 3, today)
    at += _word(found, at) == "of"
    month = MONTHS.get(_word(found, at))
    return _dated(found, day, month, at + 1, today) if month else None


def _month_and_day(found: Sequence[Token], i: int, today: date) -> tuple[date, int, bool] | None:
    """march 3rd 2025; june the 4th."""
    month = MONTHS.get(_word(found, i))
    at = i + 1 + (_word(found, i + 1) == "the")
    ordinal = ordinal_at(found, at) if month else None
    return _dated(found, ordinal[0], month, ordinal[1], today) if month and ordinal else None


def _month_of_year(found: Sequence[Token], i: int, today: date) -> tuple[date, int, bool] | None:
    """06/2023, counted from the first of the month."""
    if not (
        _is_number(found, i) and _word(found, i + 1) in {"/", "-", "."} and len(_word(found, i + 2)) == _YEAR_DIGITS
    ):
        return None
    year, end = _year(found, i + 2, today)
    made = _date(year, int(found[i].word[:2]), 1) if year else None
    return (made, end, True) if made else None


_YEAR_DIGITS = 4


def _day_alone(found: Sequence[Token], i: int, today: date) -> tuple[date, int, bool] | None:
    """ "since the 5th": of this month or the one before."""
    ordinal = ordinal_at(found, i) if _word(found, i - 1) == "the" else None
    if ordinal is None or _word(found, ordinal[1]) not in {"", ",", ".", "now"}:
        return None
    back = ordinal[0] > today.day
    made = _date(
        today.year - (back and today.month == 1), (today.month - 2) % 12 + 1 if back else today.month, ordinal[0]
    )
    return (made, ordinal[1], True) if made else None


def _dated(found: Sequence[Token], day: int, month: int, at: int, today: date) -> tuple[date, int, bool] | None:
    year, end = _year(found, at, today)
    made = _date(year or today.year, month, day)
    if made and made > today and year is None:
        made = _date(today.year - 1, month, day)
    return (made, end, True) if made else None


def _month(found: Sequence[Token], i: int, today: date) -> tuple[date, int, bool] | None:
    """march; march last year; march 2025: counted from its first day."""
    month = MONTHS.get(_word(found, i))
    if month is None:
        return None
    year, end = _year(found, i + 1, today)
    if _words(found, i + 1, 2) == ("last", "year"):
        year, end = today.year - 1, i + 3
    elif _words(found, i + 1, 2) == ("this", "year"):
        year, end = today.year, i + 3
    if year is None:
        year = today.year if month <= today.month else today.year - 1
    return date(year, month, 1), end, True


def _year(found: Sequence[Token], i: int, today: date) -> tuple[int | None, int]:
    word = _word(found, i)
    if word.isdigit() and len(word) == 4 and 1940 <= int(word) <= today.year:
        return int(word), i + 1
    if _is_number(found, i) and len(word) == 2 and int(word) <= today.year % 100:
        return 2000 + int(word), i + 1
    return None, i


def _year_alone(found: Sequence[Token], i: int, today: date) -> tuple[date, int, bool] | None:
    """2019 is counted from its first day to this year's, since no month was said."""
    word = _word(found, i)
    if _is_number(found, i) and len(word) == _YEAR_DIGITS:
        year, end = int(word), i + 1
    else:
        year, end = _spelt_year(found, i)
    return (date(year, today.month, 1), end, False) if 1940 <= year <= today.year else None


def _spelt_year(found: Sequence[Token], i: int) -> tuple[int, int]:
    """twenty nineteen; two thousand and nineteen; 0 where no year is spelt out."""
    first = number_at(found, i)
    if first and first[0] == 2 and _word(found, first[1]) == "thousand":
        rest = number_at(found, first[1] + 1 + (_word(found, first[1] + 1) == "and"))
        return (2000 + rest[0], rest[1]) if rest and rest[0] < 100 else (2000, first[1] + 1)
    rest = number_at(found, first[1]) if first and first[0] in {19, 20} else None
    return (first[0] * 100 + rest[0], rest[1]) if first and rest and 9 < rest[0] < 100 else (0, i)


def _feast(found: Sequence[Token], i: int, today: date) -> tuple[date, int, bool] | None:
    word = _word(found, i)
    year_back = 2 if _words(found, i + 1, 2) == ("before", "last") else 1
    if word in {"christmas", "xmas", "crimbo", "chrimbo"}:
        return _latest(12, 25, today, year_back), i + 1 + 2 * (year_back - 1), True
    if word in PANDEMIC:
        return date(2020, 3, 1), i + 1, False
    if word == "boxing" and _word(found, i + 1) == "day":
        return _latest(12, 26, today), i + 2, True
    if word == "new" and _word(found, i + 1) in {"year", "years", "yr"}:
        return _latest(1, 1, today), i + 2 + (_word(found, i + 2) == "day"), True
    if word == "easter":
        easters = [easter_sunday(year) for year in (today.year - 1, today.year)]
        return max(day for day in easters if day <= today), i + 1, True
    if word in {"halloween", "bonfire"}:
        night = word == "bonfire" and _word(found, i + 1) in {"night", "nite"}
        return _latest(10, 31, today), i + 1 + night, True
    if word in SEASONS:
        return _latest(SEASONS[word], 1, today), i + 1, False
    if (
        word in {"year", "yr"}
        and _words(found, i - 2, 2) in {("of", "the"), ("of", "this")}
        and _word(found, i - 3) in {"start", "beginning"}
    ):
        return date(today.year, 1, 1), i + 1, False
    if word == "year" and _words(found, i - 2, 2) in {("start", "of"), ("beginning", "of")}:
        return date(today.year, 1, 1), i + 1, False
    return None


def _recent(found: Sequence[Token], i: int, today: date) -> tuple[date, int, bool] | None:
    """yesterday, last week, last month, last year, the weekend, monday."""
    word, last = _word(found, i), _word(found, i - 1) == "last"
    if word == "week" and _word(found, i - 1) == "this":
        return today, i + 1, True
    if word in {"today", "yesterday"}:
        return today - timedelta(days=word == "yesterday"), i + 1, True
    if word in STEPS and (last or _word(found, i + 1) == "before"):
        return (
            today - timedelta(days=STEPS[word] * (2 if _word(found, i + 1) == "before" else 1)),
            i + 1,
            word != "year",
        )
    if word in DAYS:
        return today - timedelta(days=(today.weekday() - DAYS.index(word)) % 7 or 7), i + 1, True
    return None


def _latest(month: int, day: int, today: date, years_back: int = 1) -> date:
    this = date(today.year, month, day)
    latest = this if this <= today else date(today.year - 1, month, day)
    return latest.replace(year=latest.year - (years_back - 1))


def easter_sunday(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    n = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * n) // 451
    month, day = divmod(h + n - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _words(found: Sequence[Token], i: int, count: int) -> tuple[str, ...]:
    return tuple(token.word for token in found[i : i + count])


def _is_number(found: Sequence[Token], i: int) -> bool:
    return 0 <= i < len(found) and found[i].is_number


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
