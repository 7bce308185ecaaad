"""How long somebody has been out of work or off sick, in months."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from bot.nlu.recognisers.birth_dates import MONTHS
from bot.nlu.recognisers.free_text import book
from bot.nlu.recognisers.numbers import number_at, ordinal_at
from bot.nlu.recognisers.sounds import numbers_heard
from bot.nlu.recognisers.text import Token, bag, clean, listed, tokens
from bot.nlu.recognisers.values import Found

WEEKS_A_MONTH = 4.0  # "6 weeks" is a month and a half, as people reckon it
DAYS_A_MONTH = 30.44
MOST = 30  # times and phrases looked at: nobody means more
LONGEST = 12 * 80

UNITS = dict.fromkeys(listed("m month months mth mths mnth mnths mo mos monts moths monthes"), 1.0)
UNITS |= dict.fromkeys(listed("week weeks wk wks weaks weks"), 1 / WEEKS_A_MONTH)
UNITS |= dict.fromkeys(listed("y year years yr yrs yeras yeers"), 12.0)
UNITS |= dict.fromkeys(listed("day days dys"), 1 / 30)
UNITS |= dict.fromkeys(listed("fortnight fortnights"), 0.5)
UNITS |= dict.fromkeys(listed("decade decades"), 120.0)
VAGUE = {
    "couple": (2, True),
    "cpl": (2, True),
    "cuple": (2, True),
    "coupla": (2, True),
    "few": (3, False),
    "several": (6, False),
    "many": (None, False),
    "some": (None, False),
}
SEASONS = {"spring": 4, "summer": 7, "autumn": 10, "winter": 1}
NOT_PAST = bag("in next within every per another")
MEASURES_AGE = bag("old pregnant")


@dataclass(frozen=True, slots=True)
class Length:
    """A stretch of time told in a text: months, the tokens it covers, and whether it was exact."""

    months: float
    start: int
    end: int
    sure: bool = True
    cued: bool = False  # "for", "ago", "since": said of something that has lasted


def read_months(text: str, today: date, asked: bool) -> Found | None:
    """Months, to a tenth; unasked only beside words about being off sick or out of work."""
    cleaned = clean(text)
    found = numbers_heard(tokens(cleaned)) if asked else tokens(cleaned)
    lengths = list(islice(_lengths(found, today), MOST))
    length = (lengths[0] if lengths else None) if asked else _beside_work(found, lengths)
    if length is None:
        return None
    span = (found[length.start].start, found[length.end - 1].end)
    return Found(_tidy(length.months), _polite_outside(found, length), span, length.sure)


def _tidy(months: float) -> int | float:
    rounded = round(min(months, LONGEST), 1)
    return int(rounded) if rounded == int(rounded) else rounded


def _lengths(found: Sequence[Token], today: date) -> Iterator[Length]:
    i = 0
    while i < len(found):
        length = _since(found, i, today) or _counted(found, i) or _point(found, i, today)
        if length:
            yield length
            i = length.end
        else:
            i += 1


_POLITE = bag(
    "i ive im id have has had been off out of work for about around roughly approx approximately maybe nearly almost over just "
    "like now it its is was the a since then er um so well hi yes yeah ok please pls thanks ta x job my without not worked "
    "working sick signed unemployed probably think say would i'd ago time only getting on to coming up more than under less at "
    "least least bit and ish or so last left lost ended finished stopped in on when this"
)


def _polite_outside(found: Sequence[Token], length: Length) -> bool:
    return all(
        token.is_mark or length.start <= i < length.end or token.word in _POLITE for i, token in enumerate(found)
    )


# --- a number of units -------------------------------------------------------------------------------------------------


def _counted(found: Sequence[Token], i: int) -> Length | None:
    """4 months; a year and a half; 2 years 3 months; a couple of weeks; 18 mths."""
    first = _one_count(found, i)
    if first is None:
        return None
    months, end, sure = first
    bigger = found[end - 1].word
    joined = end + 1 if _word(found, end) in {"and", ","} else end
    second = _one_count(found, joined)
    if _words(found, end, 3) in {("and", "a", "half"), ("an", "a", "half")} or _words(found, end, 2) == ("and", "half"):
        end += 3 if _word(found, end + 1) == "a" else 2
        months += UNITS.get(bigger, 1.0) / 2
    elif second and UNITS[found[second[1] - 1].word] < UNITS[bigger]:
        months, end, sure = months + second[0], second[1], sure and second[2]
    if _word(found, end) in MEASURES_AGE or (_word(found, i - 1) in NOT_PAST and not _not_worked(found, i - 1)):
        return None
    cued = _word(found, end) in {"ago", "now", "back"} or any(_word(found, j) == "for" for j in range(max(0, i - 3), i))
    exact = _word(found, i - 1) not in {
        "over",
        "than",
        "least",
        "under",
        "nearly",
        "almost",
        "about",
        "around",
        "maybe",
    }
    sure = sure and (exact or _word(found, i - 1) in {"about", "around"})
    return Length(months, i, end + (_word(found, end) == "ago"), sure, cued)


def _not_worked(found: Sequence[Token], i: int) -> bool:
    """ "Havent worked in 3 years" looks back."""
    return found[i].word == "in" and any(
        token.word in {"havent", "not", "aint", "hasnt"} for token in found[max(0, i - 4) : i]
    )


def _one_count(found: Sequence[Token], i: int) -> tuple[float, int, bool] | None:
    """One number and its unit: months, index after, whether exact."""
    amount = _amount(found, i)
    if amount is None:
        return None
    number, after, sure = amount
    if _word(found, after) in {"full", "whole", "or", "odd"}:
        after += 1
    unit = UNITS.get(_word(found, after))
    if unit is None or number is None:
        return None
    return number * unit, after + 1, sure


def _amount(found: Sequence[Token], i: int) -> tuple[float | None, int, bool] | None:
    word = _word(found, i)
    if word in {"half", "1/2"}:
        return 0.5, i + (2 if _word(found, i + 1) in {"a", "an"} else 1), True
    if word in {"a", "an"} and _word(found, i + 1) in VAGUE:
        return _vague(found, i + 1)
    if word in VAGUE:
        return _vague(found, i)
    if word in {"a", "an"}:
        return 1.0, i + 1, True
    if word in UNITS and _and_a_half(found, i + 1):
        return 1.0, i, True
    if (
        word in UNITS
        and _word(found, i + 1) == "or"
        and _word(found, i + 2) in {"two", "2", "so"}
        and word not in {"m", "y"}
    ):
        return (1.0 if _word(found, i + 2) == "so" else 1.5), i, False
    if word in {"fortnight", "decade"}:
        return 1.0, i, True
    if _words(found, i, 4) in {("three", "quarters", "of", "a"), ("3", "quarters", "of", "a")}:
        return 0.75, i + 4, True
    number = number_at(found, i)
    if number is None:
        return None
    return _with_fraction(found, *number)


def _vague(found: Sequence[Token], i: int) -> tuple[float | None, int, bool]:
    count, sure = VAGUE[_word(found, i)]
    after = i + 2 if _word(found, i + 1) == "of" else i + 1
    return (None if count is None else float(count)), after, sure


def _and_a_half(found: Sequence[Token], i: int) -> int | None:
    """The index after "and a half", "n a half", "and half", "& 1/2"."""
    if _word(found, i) not in {"and", "n", "an", "&"}:
        return None
    at = i + 1 + (_word(found, i + 1) == "a")
    return at + 1 if _word(found, at) == "half" else None


def _with_fraction(found: Sequence[Token], value: int, after: int) -> tuple[float | None, int, bool]:
    """1.5, 1 1/2, 2 and a half, 3 or 4, 3-4 (the middle, unsure)."""
    if _word(found, after) == "." and _is_number(found, after + 1):
        return float(f"{value}.{found[after + 1].word[:2]}"), after + 2, True
    if _words(found, after, 3) == ("1", "/", "2"):
        return value + 0.5, after + 3, True
    half = _and_a_half(found, after)
    if half:
        return value + 0.5, half, True
    if _word(found, after) in {"+", "ish", "plus"}:
        return float(value), after + 1, False
    if _word(found, after) in {"or", "/", "-", "to"}:
        other = number_at(found, after + 1)
        if other and other[0] > value:
            return (value + other[0]) / 2, other[1], False
    return float(value), after, True


# --- since when --------------------------------------------------------------------------------------------------------


def _since(found: Sequence[Token], i: int, today: date) -> Length | None:
    if _word(found, i) not in {"since", "sinse", "sinc", "from"}:
        return None
    at = i + 1
    while _word(found, at) in {
        "about",
        "around",
        "the",
        "like",
        "roughly",
        "maybe",
        "last",
        "early",
        "late",
        "end",
        "start",
    } | {
        "beginning",
        "middle",
        "of",
        "mid",
        "back",
        "in",
        "on",
    }:
        at += 1
    began = _moment(found, at, today, said_last=any(_word(found, j) == "last" for j in range(i, at)))
    if began is None:
        return None
    day, end, sure = began
    return Length(_months_between(day, today), i, end, sure and at - i <= 2, cued=True)


def _point(found: Sequence[Token], i: int, today: date) -> Length | None:
    """A moment by itself: "2019", "march", "in june", "last christmas", "yesterday"."""
    at, last = i, False
    while _word(found, at) in {"in", "last", "on", "the", "back"} or (
        _word(found, at) in {"start", "beginning", "of", "this"} and at - i < 6
    ):
        last = last or found[at].word == "last"
        at += 1
    began = _moment(found, at, today, said_last=last)
    if began is None or (at == i and found[i].is_number and began[1] == i + 1 and len(found[i].word) != 4):
        return None
    day, end, sure = began
    return Length(_months_between(day, today), i, end, sure and at - i > 0, cued=at > i)


def _months_between(day: date, today: date) -> float:
    whole = (today.year - day.year) * 12 + today.month - day.month
    if day.day == 1:
        return float(max(0, whole))
    return max(0.0, round((today - day).days / DAYS_A_MONTH * 2) / 2)


def _moment(found: Sequence[Token], i: int, today: date, said_last: bool) -> tuple[date, int, bool] | None:
    """A day in the past, the index after it, and whether it is exact enough to count from."""
    readers: tuple[Callable[[Sequence[Token], int, date], tuple[date, int, bool] | None], ...] = (
        _day_and_month, _month, _year_alone, _feast, _recent,
    )  # fmt: skip
    for reader in readers:
        moment = reader(found, i, today)
        if moment and moment[0] <= today:
            return moment[0], moment[1], moment[2] and not (said_last and reader is _month)
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
    if not (_is_number(found, i) and len(word) == 4 and 1940 <= int(word) <= today.year):
        return None
    return date(int(word), today.month, 1), i + 1, False


def _feast(found: Sequence[Token], i: int, today: date) -> tuple[date, int, bool] | None:
    word = _word(found, i)
    year_back = 2 if _words(found, i + 1, 2) == ("before", "last") else 1
    if word in {"christmas", "xmas", "crimbo", "chrimbo"}:
        return _latest(12, 25, today, year_back), i + 1 + 2 * (year_back - 1), True
    if word == "boxing" and _word(found, i + 1) == "day":
        return _latest(12, 26, today), i + 2, True
    if word == "new" and _word(found, i + 1) in {"year", "years", "yr"}:
        return _latest(1, 1, today), i + 2 + (_word(found, i + 2) == "day"), True
    if word == "easter":
        easters = [_easter(year) for year in (today.year - 1, today.year)]
        return max(day for day in easters if day <= today), i + 1, True
    if word in {"halloween", "bonfire"}:
        return _latest(10, 31, today), i + 1 + (word == "bonfire"), True
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
    if word in {"today", "yesterday"}:
        return today - timedelta(days=word == "yesterday"), i + 1, True
    steps = {"week": 7, "month": 30, "year": 365, "fortnight": 14, "weekend": 7}
    if word in steps and (last or _word(found, i + 1) == "before"):
        return (
            today - timedelta(days=steps[word] * (2 if _word(found, i + 1) == "before" else 1)),
            i + 1,
            word != "year",
        )
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    if word in days:
        return today - timedelta(days=(today.weekday() - days.index(word)) % 7 or 7), i + 1, True
    return None


def _latest(month: int, day: int, today: date, years_back: int = 1) -> date:
    this = date(today.year, month, day)
    latest = this if this <= today else date(today.year - 1, month, day)
    return latest.replace(year=latest.year - (years_back - 1))


def _easter(year: int) -> date:
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


# --- beside words about work -------------------------------------------------------------------------------------------

ABOUT_WORK = frozenset({"off_sick", "out_of_work", "weak_out_of_work", "weak_off_sick"})
REACH = 8  # tokens between the words about work and the time


def _beside_work(found: Sequence[Token], lengths: Sequence[Length]) -> Length | None:
    """The time that stands nearest to words about being off sick or out of work."""
    about = [hit for hit in book("situation").find(found) if hit.value in ABOUT_WORK][:MOST]
    near = [
        (_gap(length, hit.start, hit.end), length)
        for length in lengths
        for hit in about
        if length.cued or _spans(hit.start, hit.end, length)
    ]
    near = [(gap, length) for gap, length in near if gap <= REACH]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _gap(length: Length, start: int, end: int) -> int:
    return max(0, length.start - end, start - length.end)


def _spans(start: int, end: int, length: Length) -> bool:
    """The phrase itself holds or touches the time: "been off 3 weeks"."""
    return _gap(length, start, end) <= 1


def _words(found: Sequence[Token], i: int, count: int) -> tuple[str, ...]:
    return tuple(token.word for token in found[i : i + count])


def _is_number(found: Sequence[Token], i: int) -> bool:
    return 0 <= i < len(found) and found[i].is_number


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
