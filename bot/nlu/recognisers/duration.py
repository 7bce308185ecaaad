"""How long somebody has been out of work or off sick, in months."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from bot.nlu.recognisers.free_text import book
from bot.nlu.recognisers.moments import moment_at, opens_a_moment
from bot.nlu.recognisers.numbers import number_at
from bot.nlu.recognisers.sounds import numbers_heard
from bot.nlu.recognisers.text import Token, bag, clean, listed, tokens
from bot.nlu.recognisers.values import Found

WEEKS_A_MONTH = 4.0  # "6 weeks" is a month and a half, as people reckon it
DAYS_A_MONTH = 30.44
CUES = bag("for coming nearly almost over past about around")
LONG_AGO = 24.0  # months
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
BESIDE_A_UNIT = bag("full whole or odd long solid bloody flipping so good hard calendar")
NOT_PAST = bag("in next within every per another")
MEASURES_AGE = bag("old pregnant preg sober clean dry teetotal abstinent postpartum")


@dataclass(frozen=True, slots=True)
class Length:
    """A stretch of time told in a text: months, the tokens it covers, and whether it was exact."""

    months: float
    start: int
    end: int
    sure: bool = True
    cued: bool = False  # "for", "ago", "since": said of something that has lasted


_NEVER_OFF = re.compile(
    r"\b(?:never|not|haven'?t|hasn'?t|didn'?t|hardly|barely)\b(?: (?:ever|even|once))*(?: (?:had|have|has|took|taken|take|takes|missed|miss))"
    r"(?: (?:a|one|single|so|much|as|any|more|than|half))* (?:day|days|shift|week)\b",
    re.IGNORECASE,
)
"""Of somebody's good record, and no stretch of being off: "he never had a day off until this"."""


def read_months(text: str, today: date, asked: bool) -> Found | None:
    """Months, to a tenth; unasked only beside words about being off sick or out of work."""
    cleaned = clean(text)
    if not asked:
        cleaned = _NEVER_OFF.sub(lambda told: "," + " " * (len(told[0]) - 1), cleaned)
    found = numbers_heard(tokens(cleaned)) if asked else tokens(cleaned)
    lengths = list(islice(_lengths(found, today), MOST))
    length = (_since_now(found, lengths) if asked else None) or _beside_work(found, lengths)
    if asked:
        length = length or next(iter(lengths), None) or _unit_alone(found)
    if length is None:
        return None
    span = (found[length.start].start, found[length.end - 1].end)
    return Found(_tidy(length.months), _polite_outside(found, length), span, length.sure)


def _since_now(found: Sequence[Token], lengths: Sequence[Length]) -> Length | None:
    """The stretch after "now", where one stands before it: "2 weeks, then back, now off again 3 months"."""
    now = next((i for i, token in enumerate(found) if token.word == "now"), len(found))
    after = [length for length in lengths if length.start > now]
    return after[0] if after and len(after) < len(lengths) else None


def _unit_alone(found: Sequence[Token]) -> Length | None:
    """ "Year" as the whole answer is one year."""
    bare = [i for i, token in enumerate(found) if not token.is_mark]
    if len(bare) != 1 or found[bare[0]].word not in {"year", "yr", "month", "mnth", "mth", "week", "wk", "decade"}:
        return None
    return Length(UNITS[found[bare[0]].word], bare[0], bare[0] + 1, sure=False)


def _tidy(months: float) -> int | float:
    rounded = round(min(months, LONGEST), 1)
    return int(rounded) if rounded == int(rounded) else rounded


OPENS_A_LENGTH = (
    UNITS.keys() | VAGUE.keys()
    | bag("since sinse sinc from before b4 half 1/2 a an quarter in last on the back start beginning of this")
)  # fmt: skip
"""A stretch of time begins with one of these, or with a moment or a number."""


def _lengths(found: Sequence[Token], today: date) -> Iterator[Length]:
    i = 0
    while i < len(found):
        length = None
        if found[i].word in OPENS_A_LENGTH or opens_a_moment(found[i]):
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
    half = _and_a_half(found, end)
    if half:
        end, months = half, months + UNITS.get(bigger, 1.0) / 2
    elif second and UNITS[found[second[1] - 1].word] < UNITS[bigger] and _word(found, second[1]) not in MEASURES_AGE:
        months, end, sure = months + second[0], second[1], sure and second[2]
    if _word(found, end) in MEASURES_AGE or (_word(found, i - 1) in NOT_PAST and not _not_worked(found, i - 1)):
        return None
    cued = _word(found, end) in {"ago", "now", "back", "since"} or any(
        _word(found, j) in CUES for j in range(max(0, i - 3), i)
    )
    sure = sure and _word(found, i - 1) not in {"than", "least", "under", "maybe"}
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
    after += 3 if _words(found, after, 3) == ("and", "a", "bit") else 0
    while _word(found, after) in BESIDE_A_UNIT:
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
    if _word(found, i) == "quarter" and _words(found, i + 1, 2) == ("of", "a"):
        return 0.25, i + 3, True
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
    if _word(found, after) in {"or", "/", "-", "to"} or (_word(found, after) == "and" and _between(found, after - 1)):
        other = number_at(found, after + 1)
        if other and other[0] > value:
            return (value + other[0]) / 2, other[1], False
    return float(value), after, True


def _between(found: Sequence[Token], i: int) -> bool:
    """ "Between 6 and 8"."""
    return "between" in {_word(found, i - 1), _word(found, i - 2)}


# --- since when --------------------------------------------------------------------------------------------------------


def _since(found: Sequence[Token], i: int, today: date) -> Length | None:
    if _word(found, i) not in {"since", "sinse", "sinc", "from", "before", "b4"}:
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
    began = moment_at(found, at, today, said_last=any(_word(found, j) == "last" for j in range(i, at)))
    if began is None:
        return None
    day, end, sure = began
    months = _months_between(day, today)
    near_enough = found[at].is_number and months > LONG_AGO  # "since 2019": a few months matter little
    return Length(months, i, end, (sure and at - i <= 2) or near_enough, cued=True)


def _point(found: Sequence[Token], i: int, today: date) -> Length | None:
    """A moment by itself: "2019", "march", "in june", "last christmas", "yesterday"."""
    at, last = i, False
    while _word(found, at) in {"in", "last", "on", "the", "back"} or (
        _word(found, at) in {"start", "beginning", "of", "this"} and at - i < 6
    ):
        last = last or found[at].word == "last"
        at += 1
    began = moment_at(found, at, today, said_last=last)
    if began is None or (at == i and found[i].is_number and began[1] == i + 1 and len(found[i].word) != 4):
        return None
    day, end, sure = began
    months = _months_between(day, today)
    return Length(months, i, end, at > i and (sure or (found[at].is_number and months > LONG_AGO)), cued=at > i)


def _months_between(day: date, today: date) -> float:
    whole = (today.year - day.year) * 12 + today.month - day.month
    if day.day == 1:
        return float(max(0, whole))
    return max(0.0, round((today - day).days / DAYS_A_MONTH * 2) / 2)


# --- beside words about work -------------------------------------------------------------------------------------------

ABOUT_WORK = frozenset({"off_sick", "out_of_work", "weak_out_of_work", "weak_off_sick"})
REACH = 8  # tokens between the words about work and the time


def _beside_work(found: Sequence[Token], lengths: Sequence[Length]) -> Length | None:
    """The time that stands nearest to words about being off sick or out of work."""
    about = [hit for hit in book("situation").find(found) if hit.value in ABOUT_WORK][:MOST]
    near = [
        ((_gap(length, hit.start, hit.end), length.start < hit.start), length)
        for length in lengths
        for hit in about
        if length.cued or _spans(hit.start, hit.end, length)
    ]
    near = [(place, length) for place, length in near if place[0] <= REACH and not _of_a_birthday(found, length)]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _of_a_birthday(found: Sequence[Token], length: Length) -> bool:
    return any(
        token.word in {"turned", "birthday", "bday", "born", "dob"}
        for token in found[max(0, length.start - 3) : length.start]
    )


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
