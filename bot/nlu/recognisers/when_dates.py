"""Dates and days counted from today: "24th", "24/11", "tomorrow", "in 3 days", "a week on friday"."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.nlu.recognisers.birth_dates import MONTHS
from bot.nlu.recognisers.numbers import ORDINAL_ENDINGS, number_at
from bot.nlu.recognisers.text import Token
from bot.nlu.recognisers.when_values import DAYS_AHEAD, Days
from bot.nlu.recognisers.when_words import DAY_NAMES

DAY = timedelta(days=1)
FIRST_DAYS = 28  # of a month: every month has them
LAST_HOUR = 23  # "25.11" is no time of day
SMALL_HOURS = 4 * 60  # before four in the morning "tomorrow" may be the day that has begun
JUST_PAST = 120  # days: a date without a year that is longer past than this means next year's


@dataclass(frozen=True, slots=True)
class Calendar:
    """Today, and the bank holidays that are known."""

    today: date
    bank_holidays: Collection[date]
    minute: int = 0  # of the day, now

    @property
    def last(self) -> date:
        """The last day that is looked at unless a later one is named."""
        return self.today + timedelta(days=DAYS_AHEAD)

    def between(self, first: date, last: date) -> frozenset[date]:
        """Every day from the first, or today if later, to the last."""
        first = max(first, self.today)
        return frozenset(first + DAY * n for n in range(min((last - first).days + 1, 400)))

    def monday(self, weeks: int = 0) -> date:
        """The Monday of this week or of one so many weeks later."""
        return self.today - DAY * self.today.weekday() + timedelta(weeks=weeks)

    def coming(self, weekday: int) -> date:
        """The next such day, today counting as one."""
        return self.today + DAY * ((weekday - self.today.weekday()) % 7)


def one_day(day: date) -> Days:
    """A single day."""
    return Days(readings=(frozenset({day}),))


def date_at(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """A date or counted day that begins at token `i`, and the index after it."""
    for reader in (_named, _counted, _week_on, _iso, _slashed, _worded, _bare_ordinal):
        read = reader(found, i, calendar)
        if read:
            return read
    return None


def _named(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """today, tomorrow, the day after tomorrow."""
    word = _word(found, i)
    at = i + (word == "the")
    if _words(found, at, 2) == ("day", "after") and _word(found, at + 2) in {"tomorrow", "next"}:
        return one_day(calendar.today + 2 * DAY), at + 3
    if (
        _words(found, at, 2) == ("day", "after")
        and _word(found, i - 1) in {"or", "and"}
        and _word(found, i - 2) == "tomorrow"
    ):
        return one_day(calendar.today + 2 * DAY), at + 2
    if word in {"today", "tomorrow"}:
        if _word(found, i + 1) == "week":
            return one_day(calendar.today + DAY * (8 if word == "tomorrow" else 7)), i + 2
        days = one_day(calendar.today + DAY * (word == "tomorrow"))
        if word == "tomorrow" and calendar.minute < SMALL_HOURS:
            days = Days(readings=(frozenset({calendar.today}), frozenset({calendar.today + DAY})))
        return days, i + 1
    return None


def _counted(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """in 3 days; in a fortnight; a week today; in a few days; 2 weeks tomorrow; 3 days time."""
    said_in = _word(found, i) in {"in", "within"}
    count = _how_many(found, i + said_in + (said_in and _word(found, i + 1) in {"about", "around", "roughly"}))
    if count is None:
        return None
    number, at = count
    more = number_at(found, at + 1) if _word(found, at) in {"or", "-", "to"} else None
    if more and _word(found, more[1]) in {"day", "days"} and number < more[0] <= 60:
        both = (frozenset({calendar.today + DAY * one}) for one in (number, more[0]))
        return Days(readings=tuple(both)), more[1] + 1 + (_word(found, more[1] + 1) in {"time", "times"})
    unit = {"day": 1, "days": 1, "week": 7, "fortnight": 14, "month": 28, "months": 28}.get(_word(found, at))
    if unit is None:
        return None
    at += _word(found, at + 1) == "from" and _word(found, at + 2) in {"today", "tomorrow"}
    anchor = {"today": 0, "tomorrow": 1}.get(_word(found, at + 1))
    timed = _word(found, at + 1) in {"time", "times"} or _words(found, at + 1, 2) == ("from", "now")
    if anchor is None and not said_in and not timed:
        return None
    day = calendar.today + DAY * (number * unit + (anchor or 0))
    if unit == 28:
        day = _months_on(calendar.today, number)
    end = at + 1 + (anchor is not None) + (2 if _word(found, at + 1) == "from" else int(timed))
    if _word(found, i) == "within":
        return Days(readings=(calendar.between(calendar.today, day),), span=True), end
    if unit == 7 and _word(found, end) == "or" and _word(found, end + 1) in {"two", "so", "2", "3", "three"}:
        return _week_of(day, calendar, day + 7 * DAY), end + 2
    if unit == 7 and _word(found, at - 1) == "few":
        return _week_of(day - 7 * DAY, calendar, day, day + 7 * DAY), end
    if unit >= 7 and anchor is None:
        return Days(readings=(frozenset({day}), *_week_of(day, calendar).readings), span=True), end
    if anchor is None and _word(found, at - 1) in {"few", "of", "couple"}:
        return Days(readings=(frozenset({day}), calendar.between(day - DAY, day + 2 * DAY)), span=True), end
    return one_day(day), end


def _months_on(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return _real(year, month + 1, today.day) or date(year, month + 1, 28)


def _week_of(day: date, calendar: Calendar, *others: date) -> Days:
    """The week of a day, Monday to Sunday; with other days, one reading for each."""
    mondays = [one - DAY * one.weekday() for one in (day, *others)]
    return Days(readings=tuple(calendar.between(monday, monday + 6 * DAY) for monday in mondays), span=True)


def _how_many(found: Sequence[Token], i: int) -> tuple[int, int] | None:
    word = _word(found, i)
    if word == "a" and _word(found, i + 1) == "couple":
        return 2, i + 2 + (_word(found, i + 2) == "of")
    if word == "couple":
        return 2, i + 1 + (_word(found, i + 1) == "of")
    if word == "a" and _word(found, i + 1) == "few":
        return 3, i + 2
    if word in {"a", "week", "fortnight"}:
        return 1, i + (word == "a")
    number = number_at(found, i)
    return number if number and number[0] <= 60 else None


def _week_on(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """a week on friday; friday week; two weeks on monday; friday fortnight."""
    weekday = _weekday(found, i)
    if weekday is not None:
        weeks = {"week": 1, "fortnight": 2}.get(_word(found, i + 1))
        if weeks is None or _word(found, i + 2) in {"commencing", "beginning"}:
            return None
        if _word(found, i + 2) == "after" and _word(found, i + 3) in {"", ",", ".", "next", "that", "this"}:
            return None
        return _weeks_after(calendar, weekday, weeks), i + 2
    count = _how_many(found, i)
    if count is None or _word(found, count[1]) not in {"week", "fortnight"}:
        return None
    at = count[1] + 1
    at += _word(found, at) in {"on", "from"}
    weekday = _weekday(found, at)
    if weekday is None:
        return None
    weeks = count[0] * (2 if _word(found, count[1]) == "fortnight" else 1)
    return _weeks_after(calendar, weekday, weeks), at + 1


def _weeks_after(calendar: Calendar, weekday: int, weeks: int) -> Days:
    """So many weeks after the coming such day; said on that very day, one week more may be meant."""
    day = calendar.coming(weekday) + timedelta(weeks=weeks)
    if calendar.today.weekday() != weekday:
        return one_day(day)
    return Days(readings=(frozenset({day}), frozenset({day + 7 * DAY})))


def _iso(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    parts = [_word(found, j) for j in range(i, i + 5)]
    if len(parts[0]) != 4 or parts[1] not in {"-", "/"} or parts[3] != parts[1]:
        return None
    if (
        not all(part.isdigit() and part.isascii() and len(part) <= 2 for part in (parts[2], parts[4]))
        or not parts[0].isdigit()
    ):
        return None
    return _dated(int(parts[0]), int(parts[2]), int(parts[4])), i + 5


def _slashed(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """24/11, 24/11/26, 24-11-2026, 24.11.26: the day first."""
    day, mark, month = (_word(found, j) for j in range(i, i + 3))
    if not (
        _is_number(found, i) and _is_number(found, i + 2) and mark in {"/", "-", "."} and max(len(day), len(month)) <= 2
    ):
        return None
    year, end = _figures_year(found, i + 3, mark)
    if (
        mark != "/"
        and year is None
        and not (mark == "." and int(day) > LAST_HOUR and found[i + 2].end - found[i].start == 5)
        and not (mark == "-" and 12 < int(day) <= 31 and int(month) <= 12 and found[i + 2].end - found[i].start == 5)
    ):
        return None
    if _word(found, i + 3) in {"am", "pm"} and year is None and int(day) <= 12:
        return None
    d, m = int(day), int(month)
    if m > 12 >= d:
        d, m = m, d  # only the other order makes a date
    if (d, m, year) == (24, 7, None) and calendar.today.month not in {6, 7}:
        return None  # all day, every day
    if not 1 <= m <= 12 or (year is None and not 1 <= d <= 31):
        return None
    return (_dated(year, m, d) if year else _either_way_round(calendar, m, d)), end


def _either_way_round(calendar: Calendar, month: int, day: int) -> Days:
    """ "12/5" said in November: the 12th of May is far for a call, so the 5th of December is asked about too."""
    named, turned = _without_year(calendar, month, day), _without_year(calendar, day, month) if day <= 12 else None
    days = [min(one.readings[0], default=None) for one in (named, turned) if one]
    if len(days) == 2 and days[0] and days[1] and days[0] != days[1]:
        soon, far = calendar.today + DAY * SOON, calendar.today + DAY * FAR
        if calendar.today <= days[1] <= soon and not calendar.today <= days[0] <= far:
            return Days(readings=(frozenset({days[1]}), frozenset({days[0]})))
    return named


SOON, FAR = 45, 60  # days: how near a call may well be, and from when on a date is hardly one for it


def _figures_year(found: Sequence[Token], i: int, mark: str) -> tuple[int | None, int]:
    figures = _word(found, i + 1)
    if _word(found, i) != mark or not _is_number(found, i + 1) or len(figures) not in {2, 4}:
        return None, i
    return (int(figures) if len(figures) == 4 else 2000 + int(figures)), i + 2


def _worded(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """24 nov; the 24th of november 2026; nov 24; 24th and 26th nov."""
    at = i + (_word(found, i) == "the")
    day = _day_number(found, at)
    if day is None:
        return _month_first(found, i, calendar)
    number, end, _ = day
    month_at = _month_ahead(found, end)
    if month_at is None:
        return None
    month = MONTHS[found[month_at].word]
    own = month_at <= end + (_word(found, end) == "of")
    year = _plain_year(found, month_at + 1)
    made = _dated(year, month, number) if year else _without_year(calendar, month, number)
    return made, (month_at + 1 + (year is not None)) if own else end


def _month_ahead(found: Sequence[Token], i: int) -> int | None:
    """The month's place after this day number, over other day numbers that share it."""
    for _ in range(4):
        at = i + (_word(found, i) == "of")
        if _word(found, at) in MONTHS and not (_word(found, at) == "may" and _word(found, at + 1) in {"be", "not"}):
            return at
        if _word(found, i) not in {"or", "and", ",", "-", "to", "&", "/", "until"}:
            return None
        at = i + 1 + (_word(found, i + 1) == "the")
        day = _day_number(found, at)
        if day is None:
            return None
        i = day[1]
    return None


def _month_first(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    if _word(found, i) not in MONTHS:
        return None
    at = i + 1 + (_word(found, i + 1) == "the")
    day = _day_number(found, at)
    if day is None or _word(found, day[1]) in {"am", "pm", "oclock", ":"}:
        return None
    year = _plain_year(found, day[1] + (_word(found, day[1]) == ","))
    end = day[1] + (year is not None) + (year is not None and _word(found, day[1]) == ",")
    month = MONTHS[found[i].word]
    return (_dated(year, month, day[0]) if year else _without_year(calendar, month, day[0])), end


def _day_number(found: Sequence[Token], i: int) -> tuple[int, int, bool] | None:
    """A day of the month in figures, index after it, and whether "th" was said."""
    word = _word(found, i)
    if not _is_number(found, i) or len(word) > 2 or not 1 <= int(word) <= 31:
        return None
    ordinal = _word(found, i + 1) in ORDINAL_ENDINGS
    return int(word), i + 1 + ordinal, ordinal


def _bare_ordinal(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """the 24th; 24th; on the 24: this month's, or next month's when past."""
    said_the = _word(found, i) == "the"
    day = _day_number(found, i + said_the)
    if day is None or _word(found, day[1]) in {"one", "option", "choice", "week", "of"}:
        return None
    number, end, ordinal = day
    if not ordinal and not (said_the and number > 12 and _word(found, end) in {"", ",", ".", "or", "and"}):
        return None
    for ahead in range(3):
        year, month = divmod(calendar.today.year * 12 + calendar.today.month - 1 + ahead, 12)
        made = _real(year, month + 1, number)
        if made and made == calendar.today and number <= FIRST_DAYS:
            return Days(readings=(frozenset({made}), frozenset({_months_on(made, 1)}))), end
        if made and made >= calendar.today:
            return one_day(made), end
    return None


def _without_year(calendar: Calendar, month: int, day: int) -> Days:
    """The coming such date; a recent past one stays in the past, where no call can be."""
    for year in (calendar.today.year, calendar.today.year + 1):
        made = _real(year, month, day)
        if made and made >= calendar.today - DAY * JUST_PAST:
            return one_day(made)
        if made is None and 1 <= month <= 12 and (year, month) >= (calendar.today.year, calendar.today.month):
            return _no_such_day(year, month, day)
    return Days(readings=(frozenset(),))


def _dated(year: int, month: int, day: int) -> Days:
    """A date with its year; one that does not exist is no day at all."""
    made = _real(year, month, day)
    return one_day(made) if made else _no_such_day(year, month, day)


def _no_such_day(year: int, month: int, day: int) -> Days:
    """ "31st november": the last of the month, or the first of the next."""
    if not (1 <= month <= 12 and 29 <= day <= 31):
        return Days(readings=(frozenset(),))
    first = date(year + month // 12, month % 12 + 1, 1)
    return Days(readings=(frozenset({first - DAY}), frozenset({first})))


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _plain_year(found: Sequence[Token], i: int) -> int | None:
    word = _word(found, i)
    return int(word) if _is_number(found, i) and len(word) == 4 and 2000 <= int(word) < 2100 else None


def _weekday(found: Sequence[Token], i: int) -> int | None:
    word = _word(found, i)
    return DAY_NAMES.index(word) if word in DAY_NAMES else None


def _words(found: Sequence[Token], i: int, count: int) -> tuple[str, ...]:
    return tuple(token.word for token in found[i : i + count])


def _is_number(found: Sequence[Token], i: int) -> bool:
    return 0 <= i < len(found) and found[i].is_number


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
