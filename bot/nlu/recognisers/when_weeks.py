"""Named days, weeks, months and stretches: "thursdays", "end of next week", "in december", "after the bank holiday"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.nlu.recognisers.birth_dates import MONTHS
from bot.nlu.recognisers.text import Token, bag
from bot.nlu.recognisers.when_ahead import few_days, next_working_day
from bot.nlu.recognisers.when_dates import DAY, Calendar, date_at, one_day
from bot.nlu.recognisers.when_feasts import bank_holiday, beside_a_feast, feast
from bot.nlu.recognisers.when_months import PARTS_OF_WEEK, month_at, part_at, week_of_month, weekday_of_month
from bot.nlu.recognisers.when_times import at_most
from bot.nlu.recognisers.when_values import Days
from bot.nlu.recognisers.when_words import DAY_NAMES, PLURALS

NAMED = {(word,) for word in (*DAY_NAMES, *PLURALS, *MONTHS, "week", "month", "weekend")}
WEEKDAYS = frozenset(range(5))
WEEKEND = frozenset({5, 6})
RECURRING = bag("any every each all most")
COMING = bag("this coming on upcoming")
SAID_AS_WORDS = {
    "sat": bag("i was been im have just"),
    "sun": frozenset({"the", "in"}),
    "wed": bag("was were got am be been newly recently"),
}


def days_at(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """Days that begin at token `i`, and the index after them."""
    read = _range(found, i, calendar) or _bounded(found, i, calendar) or _plain(found, i, calendar)
    if read and _word(found, read[1]) in {"onwards", "onward"} and not read[0].span and _dates(read[0], calendar):
        return _from_on(read[0], calendar), read[1] + 1  # "weds onwards"
    return read


def _plain(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    for reader in (
        beside_a_feast,
        bank_holiday,
        week_of_month,
        weekday_of_month,
        date_at,
        _week,
        _weekend,
        _weekday,
        month_at,
        feast,
        few_days,
        next_working_day,
    ):
        read = reader(found, i, calendar)
        if read:
            return read
    return None


# --- before, after, from, to -------------------------------------------------------------------------------------------


def _bounded(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """after wednesday; from the 24th; before christmas; by friday; until the 5th."""
    word = _word(found, i)
    if word == "this" and _word(found, i + 1) == "side":
        word, i = "before", i + 2
    if word == "back" and _word(found, i - 1) in {"im", "am", "be", "get", "were", "home"}:
        word, i = "from", i + (_word(found, i + 1) == "on")
    through = word == "until" and _word(found, i + 1) == "after"  # "not until after christmas"
    i += through
    if word in {"up", "upto"} and (word == "upto" or _word(found, i + 1) in {"to", "until"}):
        word, i = "until", i + (word == "up")
    if _word(found, i + 1) == "than" and word in {"sooner", "earlier", "later"}:
        word, i = "after" if word == "later" else "before", i + 1
    if word == "until" and _word(found, i - 1) in {"it", "wait", "off"}:
        word = "from"  # "leave it till next month"
    bound, far = at_most(found, i)
    if bound:
        word, i = bound, far - 1
    if word not in {"after", "from", "before", "by", "until"}:
        return None
    at = (
        i
        + 1
        + (_word(found, i + 1) == "the" and _word(found, i + 2) not in {"day"} and not _word(found, i + 2).isdigit())
    )
    read = _plain(found, at, calendar)
    if read is None:
        return None
    readings = read[0].readings if len(read[0].readings) > 1 else (_dates(read[0], calendar),)
    if not all(readings):
        return Days(readings=(frozenset(),), span=True), read[1]
    end = read[1] + (_word(found, read[1]) in {"onwards", "onward", "on"})
    if word == "before" and "end" in {_word(found, at), _word(found, at + 1)}:
        word = "by"
    if word in {"before", "by", "until"} or (word == "from" and read[0].weekdays):
        readings = tuple(_not_today(days, calendar) for days in readings)
    stretches = tuple(_stretch(word, days, calendar) for days in readings)
    back = tuple(calendar.between(calendar.today, min(days) - DAY) for days in readings)
    return Days(readings=stretches, span=True, left_out=back if word == "until" and not through else ()), end


def _not_today(days: frozenset[date], calendar: Calendar) -> frozenset[date]:
    """ "Until monday", said on a Monday."""
    return frozenset(day + 7 * DAY for day in days) if days == {calendar.today} else days


def _stretch(word: str, days: frozenset[date], calendar: Calendar) -> frozenset[date]:
    """The days on one side of those named."""
    first, last = min(days), max(days)
    if word == "after":
        return calendar.between(last + DAY, max(calendar.last, last + 8 * DAY))
    if word == "from":
        return calendar.between(first, max(calendar.last, first + 7 * DAY))
    return calendar.between(calendar.today, first - DAY if word == "before" else last)


def _from_on(days: Days, calendar: Calendar) -> Days:
    return Days(readings=(_stretch("from", _dates(days, calendar), calendar),), span=True)


def _dates(days: Days, calendar: Calendar) -> frozenset[date]:
    """The coming days meant, with every reading."""
    named = {calendar.coming(weekday) for weekday in days.weekdays}
    if days.weekdays == WEEKEND:
        named = {calendar.coming(5), calendar.coming(5) + DAY} if calendar.today.weekday() != 6 else {calendar.today}
    return frozenset(named.union(*days.readings))


def _range(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """monday to thursday; mon-fri; between the 24th and the 27th."""
    between = _word(found, i) in {"between", "from"}
    at = i + between
    first = _plain(found, at, calendar)
    joins = {"to", "-", "until", "thru", "through"} | ({"and"} if _word(found, i) == "between" else set())
    if first is None or _word(found, first[1]) not in joins:
        return None
    second = _plain(found, first[1] + 1, calendar)
    if second is None or first[0].span or second[0].span:
        return None
    if len(first[0].weekdays) == len(second[0].weekdays) == 1:
        start, end = min(first[0].weekdays), min(second[0].weekdays)
        through = frozenset((start + n) % 7 for n in range((end - start) % 7 + 1))
        return Days(weekdays=through, recurring=True), second[1]
    if first[0].recurring or len(first[0].weekdays) > 1:
        return None  # "weekdays until christmas"
    starts, ends = _dates(first[0], calendar), _dates(second[0], calendar)
    if not starts or not ends or max(ends) < min(starts):
        return None
    return Days(readings=(calendar.between(min(starts), max(ends)),), span=True), second[1]


# --- days of the week --------------------------------------------------------------------------------------------------


def _weekday(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """thursday; thursdays; next thursday; any thursday; this coming thursday; the thursday after next."""
    at, said = i, set[str]()
    while (
        _word(found, at) in RECURRING | COMING | {"next", "following", "the", "a", "alternate", "other"} and at - i < 4
    ):
        said.add(found[at].word)
        at += 1
    if "every" in said and _word(found, at) in {"other", "second", "2nd"}:
        said.add("other")
        at += 1
    word = _word(found, at)
    name = word if word in DAY_NAMES else word.removesuffix("s")
    if name not in DAY_NAMES or _only_a_word(found, at):
        return None
    weekday, plural = DAY_NAMES.index(name), word in PLURALS
    if "alternate" in said or {"other", "every"} <= said:
        return _every_other(calendar, weekday), at + 1
    after_next = _words(found, at + 1, 2) == ("after", "next")
    if _word(found, at + 1) == "after" and _word(found, at + 2) in {"", ",", ".", "that", "then", "please", "instead"}:
        base = calendar.coming(weekday)  # "not this friday but the friday after"
        return one_day(base + 7 * DAY), at + 2 + (_word(found, at + 2) in {"that", "then"})
    if after_next:
        base = calendar.coming(weekday)
        return Days(readings=(frozenset({base + 7 * DAY}), frozenset({base + 14 * DAY}))), at + 3
    if "following" in said:
        return one_day(calendar.monday(1) + DAY * weekday), at + 1
    dated = _with_number(found, at, calendar)
    if dated and "next" in said:
        return dated
    if "other" in said and "the" in said:
        return _next(calendar, weekday), at + 1  # "the other tuesday"
    if "next" in said or (_word(found, at + 1) == "next" and _word(found, at + 2) not in {"week", "month"}):
        return _next(calendar, weekday), at + 1 + ("next" not in said)
    if said & COMING - {"on"}:
        return _this(calendar, weekday), at + 1 + (_word(found, at + 1) in {"coming", "upcoming"})
    if dated:
        return dated
    if _word(found, at + 1) == "coming":
        return one_day(calendar.coming(weekday)), at + 2
    recurring = plural or bool(said & RECURRING) or ("a" in said)
    return Days(weekdays=frozenset({weekday}), recurring=recurring), at + 1


def _this(calendar: Calendar, weekday: int) -> Days:
    """The coming one; said on that day or after it in the week, that or the one after."""
    day = calendar.coming(weekday)
    if calendar.today.weekday() < weekday:
        return one_day(day)
    return Days(readings=(frozenset({day}), frozenset({day + 7 * DAY})))


def _only_a_word(found: Sequence[Token], i: int) -> bool:
    """ "I sat ..." and "in the sun" name no day."""
    raw = found[i].end - found[i].start
    name = found[i].word[:3]
    return raw == 3 and name in SAID_AS_WORDS and _word(found, i - 1) in SAID_AS_WORDS[name]


def _with_number(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """weds 25; thursday 26th; friday the 27th of november: the date, and the nearest such day too where they differ."""
    named = date_at(found, i + 1 + (_word(found, i + 1) == ","), calendar)
    number = _word(found, i + 1)
    clock = _word(found, i + 2) in {":", "."} and _word(found, i + 3).isdigit()
    if named is None and not clock and number.isascii() and number.isdigit() and 12 < int(number[:3]) <= 31:
        named = date_at([Token("the", 0, 0), found[i + 1]], 0, calendar)
        named = (named[0], i + 2) if named else None
    if named is None or len(named[0].readings) != 1 or len(named[0].readings[0]) != 1 or named[0].span:
        return None
    if not found[named[1] - 1].word.isalnum() or _word(found, i + 1) in {"today", "tomorrow", "in", "a", "week"}:
        return None
    day = min(named[0].readings[0])
    weekday = DAY_NAMES.index(found[i].word.removesuffix("s"))
    if day.weekday() == weekday:
        return named
    nearest = min(
        (day + DAY * n for n in range(-3, 4) if (day + DAY * n).weekday() == weekday), key=lambda d: abs(d - day)
    )
    return Days(readings=(frozenset({day}), frozenset({nearest}))), named[1]


def _every_other(calendar: Calendar, weekday: int) -> Days:
    """Every second one: from the coming one on, or from the one after."""
    first = calendar.coming(weekday)
    one, other = (frozenset(first + DAY * n for n in steps) for steps in ((0, 14, 28), (7, 21)))
    return Days(readings=(one, other))


def _next(calendar: Calendar, weekday: int) -> Days:
    """Two readings: to some it is the coming one, to others the one after. Said on that very day it is a week off."""
    ahead = (weekday - calendar.today.weekday()) % 7
    if not ahead:
        return one_day(calendar.today + 7 * DAY)
    coming = calendar.today + DAY * ahead
    return Days(readings=(frozenset({coming}), frozenset({coming + 7 * DAY})))


def _weekend(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """weekends; the weekend; next weekend; weekdays."""
    at, said = i, set[str]()
    while (
        _word(found, at)
        in RECURRING | COMING | {"next", "the", "at", "a", "in", "during", "through", "throughout", "thru", "over"}
        and at - i < 4
    ):
        said.add(found[at].word)
        at += 1
    word = _word(found, at)
    if _words(found, at, 3) in {("m", "-", "f"), ("m", "to", "f")}:
        return Days(weekdays=WEEKDAYS, recurring=True), at + 3
    if word in {"weekday", "weekdays"} or _words(found, at, 2) in {
        ("week", "day"),
        ("week", "days"),
        ("working", "days"),
    }:
        return Days(weekdays=WEEKDAYS, recurring=True), at + (1 if word.startswith("weekd") else 2)
    if word == "week" and {"the"} <= said and said & {"in", "during", "through", "throughout", "thru"}:
        return Days(weekdays=WEEKDAYS, recurring=True), at + 1
    if word == "midweek" or _words(found, at, 2) == ("mid", "week"):
        return Days(weekdays=frozenset({1, 2, 3}), recurring=True), at + (1 if word == "midweek" else 2)
    if word not in {"weekend", "weekends"}:
        return None
    each = _word(found, at + 1) in {"mornings", "afternoons", "evenings", "nights", "lunchtimes"}
    if word == "weekends" or said & RECURRING or "a" in said or each:
        return Days(weekdays=WEEKEND, recurring=True), at + 1
    saturday = calendar.coming(5) if calendar.today.weekday() != 6 else calendar.today - DAY
    this = calendar.between(saturday, saturday + DAY)
    if "next" not in said:
        every = frozenset(day for day in calendar.between(calendar.today, calendar.last) if day.weekday() >= 5)
        return Days(readings=(this,), left_out=(this if "this" in said else every,)), at + 1
    after = calendar.between(saturday + 7 * DAY, saturday + 8 * DAY)
    started = calendar.today.weekday() >= 5
    return Days(readings=(after,) if started else (this, after)), at + 1


# --- weeks -------------------------------------------------------------------------------------------------------------


def _week(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[Days, int] | None:
    """next week; end of next week; the week after next; later this week; week commencing the 30th."""
    part, at = part_at(found, i)
    read = _which_week(found, at, calendar)
    if read is None:
        return None
    monday, end = read
    first, last = PARTS_OF_WEEK.get(part, (0, 6))
    start = monday + DAY * first
    if calendar.today.weekday() >= SATURDAY and monday <= calendar.monday(1) and (not part or monday > calendar.today):
        return _either_week(monday, first, last, calendar), end
    if part == "later" and monday <= calendar.today:
        start = calendar.today + DAY
        last = max(last, min(6, calendar.today.weekday() + 1))
    stretch = calendar.between(start, monday + DAY * last)
    if part and monday <= calendar.today and stretch <= {calendar.today}:
        later = calendar.between(start + 7 * DAY, monday + DAY * (last + 7))  # it is over, or nearly
        return Days(readings=(stretch, later) if stretch else (later,), span=True), end
    return Days(readings=(stretch,), span=True), end


SATURDAY = 5


def _either_week(monday: date, first: int, last: int, calendar: Calendar) -> Days:
    """ "This week", "next week" at the weekend: the one that ends or begins, or the one after it."""
    weeks = (monday, monday + 7 * DAY)
    return Days(readings=tuple(calendar.between(one + DAY * first, one + DAY * last) for one in weeks), span=True)


def _which_week(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[date, int] | None:
    at = i + (_word(found, i) in {"the", "any", "sometime", "during", "in"})
    at += _word(found, at) == "the"
    words = _words(found, at, 3)
    if words == ("w", "/", "c") or words[:1] == ("wc",):
        return _week_of(found, at + (3 if len(words) == 3 and words[1] == "/" else 1), calendar)
    if words[:2] == ("week", "after") and words[2:] in {
        (),
        ("next",),
        ("that",),
        ("this",),
        (",",),
        (".",),
        ("please",),
    }:
        return calendar.monday(2), at + 2 + (words[2:] in {("next",), ("that",), ("this",)})
    if (
        words[:1] == ("week",)
        and words[1:2]
        and words[1] in {"commencing", "beginning", "starting", "of", "com", "comm", "commence", "beg"}
    ):
        return _week_of(found, at + 2, calendar)
    if (
        words[:1] == ("next",)
        and words[1:2] not in NAMED
        and _word(found, i - 1) in {"or", "and"}
        and _word(found, i - 2) == "week"
    ):
        return calendar.monday(1), at + 1
    if words[:2] == ("next", "week"):
        return calendar.monday(1), at + 2
    if words[:2] == ("following", "week"):
        return calendar.monday(2 if i and _word(found, i - 1) == "the" and calendar.today.weekday() > 7 else 1), at + 2
    if words[:2] in {("this", "week"), ("current", "week")}:
        return calendar.monday(0), at + 2
    if i != at and words[:1] == ("week",) and _part_before(found, i):
        return calendar.monday(0), at + 1
    return None


def _week_of(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[date, int] | None:
    """The week that holds the date at token `i`."""
    named = date_at(found, i, calendar)
    if named is None or not named[0].readings or not named[0].readings[0]:
        return None
    day = min(named[0].readings[0])
    return day - DAY * day.weekday(), named[1]


def _part_before(found: Sequence[Token], i: int) -> bool:
    """Whether "the week" is the end of "the end of the week"."""
    return any(_word(found, j) in PARTS_OF_WEEK for j in range(max(0, i - 4), i))


def _words(found: Sequence[Token], i: int, count: int) -> tuple[str, ...]:
    return tuple(token.word for token in found[i : i + count])


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
