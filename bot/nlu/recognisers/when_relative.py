"""Times told by other times: "after that", "the one after", "the day before", "same time", "in an hour"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.nlu.recognisers.numbers import number_at
from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.text import Token
from bot.nlu.recognisers.when_dates import DAY, Calendar, one_day
from bot.nlu.recognisers.when_values import ALL_HOURS, CLOSES, OPENS, SHORTEST, Days, Hours, Item
from bot.nlu.recognisers.when_words import DAY_NAMES

NAMED_WEEKS = {("next", "week"), ("this", "week"), ("following", "week"), ("the", "following"), ("the", "week")}


def from_now(found: Sequence[Token], i: int, calendar: Calendar) -> Item | None:
    """in an hour; in 2 hours; in half an hour; in 20 minutes."""
    if _word(found, i) != "in":
        return None
    of = i + 1 + (_word(found, i + 1) in {"about", "around", "roughly", "say"})
    couple = of + (_word(found, of) == "a")
    if _word(found, couple) == "couple":
        count: tuple[int, int] | None = (2, couple + 1 + (_word(found, couple + 1) == "of"))
    else:
        count = number_at(found, of) or ((1, of + 1) if _word(found, of) in {"a", "an", "half"} else None)
    if count is None:
        return None
    half = _word(found, of) == "half"
    at = count[1] + (half and _word(found, count[1]) in {"a", "an"})
    unit = {"hour": 60, "hours": 60, "hr": 60, "hrs": 60, "minutes": 1, "mins": 1}.get(_word(found, at))
    if unit is None:
        return None
    start = calendar.minute + (30 if half else min(count[0], 600) * unit)
    later = number_at(found, at + 2) if unit == 60 and _word(found, at + 1) == "or" else None
    others = (((calendar.minute + later[0] * 60, calendar.minute + later[0] * 60 + SHORTEST),),) if later else ()
    end = later[1] if later else at + 1 + 2 * ([_word(found, at + n) for n in (1, 2)] == ["or", "so"])
    hours = Hours(((start, start + SHORTEST),), clock=True, others=others)
    return Item("time", i, end, days=one_day(calendar.today), hours=hours)


def same(
    found: Sequence[Token],
    i: int,
    phrases: dict[int, Hit],
    calendar: Calendar,
    reference: datetime | None,
    items: Sequence[Item] = (),
) -> Item | None:
    """ "same time", "same day": those of the call spoken of; "this time": what the clock says now."""
    phrase = phrases.get(i)
    if phrase is None or phrase.value not in {"same_time", "same_day", "this_time"}:
        return None
    told = next((item.hours for item in reversed(items) if item.hours and item.hours.clock), None)
    if phrase.value == "same_time" and told:
        return Item("time", i, phrase.end, hours=told)  # "today 4ish else tomorrow same time"
    if phrase.value == "this_time":
        reference = datetime.combine(calendar.today, time()) + timedelta(minutes=calendar.minute)
    elif reference is None:
        return _same_as_unknown(phrase, calendar)
    minutes = reference.hour * 60 + reference.minute
    weekday = Days(weekdays=frozenset({reference.weekday()}))
    in_a_week = tuple(token.word for token in found[phrase.end : phrase.end + 2]) in NAMED_WEEKS
    if phrase.value == "same_day":
        return Item("time", i, phrase.end, days=weekday)
    hours = Hours(((minutes, minutes + SHORTEST),), clock=True)
    return Item("time", i, phrase.end, days=weekday if in_a_week else None, hours=hours)


def _same_as_unknown(phrase: Hit, calendar: Calendar) -> Item:
    """No call is spoken of: it may be the time of day now, or any."""
    if phrase.value == "same_day":
        return Item("time", phrase.start, phrase.end, days=Days(weekdays=frozenset({calendar.today.weekday()})))
    now = max(OPENS, min(calendar.minute, CLOSES - SHORTEST))
    hours = Hours(((now, now + SHORTEST),), others=(ALL_HOURS,))
    return Item("time", phrase.start, phrase.end, hours=hours)


def than_that(found: Sequence[Token], i: int, items: list[Item], calendar: Calendar) -> Item | None:
    """ "I finish at 3 so after that", "I start at 12, before then": the time just named is a bound."""
    if _word(found, i) not in {"after", "before", "until", "from"}:
        return None
    alone = _word(found, i) in {"after", "before"} and _word(found, i + 1) in {"", ".", "!", "please", "pls", "thanks"}
    alone = alone and not (items and items[-1].kind == "not")
    if not alone and _word(found, i + 1) not in {"that", "then"}:
        return None
    over = i + 1 + (not alone)
    timed = [n for n in range(len(items) - 1, -1, -1) if items[n].kind == "time"]
    if not timed:
        return None
    at = next((n for n in timed[:2] if items[n].hours), timed[0])
    named, dated = items[at].hours, items[at].days
    if named is None:
        if dated is None or alone:
            return None
        if len(dated.weekdays) == 1 and not dated.recurring:
            dated = one_day(calendar.coming(min(dated.weekdays)))
        if not dated.readings or not dated.readings[0]:
            return None
        items[at] = replace(items[at], days=None, kind="filler")
        return Item("time", i, over, days=_around_day(_word(found, i), dated, calendar))
    start, end = named.windows[0]
    before = _word(found, i) in {"before", "until"}
    edge = end if start <= OPENS or (end - start > SHORTEST and end < CLOSES and not before) else start
    items[:at] = [replace(item, kind="filler") if item.kind == "busy" else item for item in items[:at]]
    if at and items[at - 1].kind == "not":
        items[at - 1] = replace(items[at - 1], kind="filler")  # "I sleep till 3, after that"
    items[at] = replace(items[at], hours=None, kind="time" if items[at].days else "filler")
    return Item("time", i, over, hours=Hours(((0, edge) if before else (edge, CLOSES),)))


def one_after(found: Sequence[Token], i: int, items: list[Item], calendar: Calendar) -> Item | None:
    """ "Not this thursday, the one after": a week later than the day just named."""
    at = i + (_word(found, i) == "the")
    if _word(found, at) == "day" and _word(found, at + 1) in {"before", "after"}:
        return _next_to(found, i, at, items, calendar)
    if _word(found, at) not in {"one", "week"} or _word(found, at + 1) not in {"after", "following"}:
        return None
    day, week = _last_named(items, calendar), next((item.days for item in reversed(items) if item.days), None)
    if _word(found, at + 2) == "next":
        return None
    if _word(found, at) == "week" and week and week.span and all(week.readings):
        following = [frozenset(max(one) + DAY * n for n in range(1, 8)) for one in week.readings]
        end = at + 2 + (_word(found, at + 2) in {"that", "then"})
        return Item("time", i, end, days=Days(readings=tuple(following), span=True))
    if day is None:
        return None
    return Item("time", i, at + 2 + (_word(found, at + 2) == "that"), days=one_day(day + 7 * DAY))


def _last_named(items: Sequence[Item], calendar: Calendar) -> date | None:
    named = next((item.days for item in reversed(items) if item.days), None)
    if named is None or named.span or len(named.readings or named.weekdays) != 1:
        return None
    dated = named.readings and named.readings[0]
    return min(named.readings[0]) if dated else calendar.coming(min(named.weekdays, default=0))


def _next_to(found: Sequence[Token], i: int, at: int, items: list[Item], calendar: Calendar) -> Item | None:
    """ "My appointment is on the 27th so the day before": the day named is only the reason."""
    day = _last_named(items, calendar)
    end = at + 2 + (_word(found, at + 2) in {"that", "it", "then"})
    if day is None or _word(found, at + 2) in DAY_WORDS or _word(found, i - 1) in {"or", "and"}:
        return None
    items[:] = [replace(item, kind="filler", days=None, hours=None) if item.days else item for item in items]
    items[:] = [replace(item, kind="filler") if item.kind in {"busy", "not", "no_good"} else item for item in items]
    return Item("time", i, end, days=one_day(day + DAY * (1 if _word(found, at + 1) == "after" else -1)))


DAY_WORDS = frozenset({"tomorrow", "today", "my", "the", "next", *DAY_NAMES})


ROUGHLY = frozenset({"around", "about", "roughly", "approx", "approximately", "circa", "round"})
BEFORE_ROUGHLY = frozenset(
    {"", ",", ".", "sometime", "maybe", "probably", "perhaps", "say", "or", "for", "like", "time"}
)


def with_rough_days(items: Sequence[Item], found: Sequence[Token], calendar: Calendar) -> list[Item]:
    """ "About the 10th", "tuesday ish": that day, or the days about it as well."""
    return [_roughly(item, items[n + 1 : n + 2], found, calendar) for n, item in enumerate(items)]


def _roughly(item: Item, after: Sequence[Item], found: Sequence[Token], calendar: Calendar) -> Item:
    if item.kind != "time" or item.hours or not item.days or (after and after[0].hours):
        return item
    before = _word(found, item.start - 1) in ROUGHLY and _word(found, item.start - 2) in BEFORE_ROUGHLY
    said_after = _word(found, item.end) == "ish" or (_word(found, item.end), _word(found, item.end + 1)) == ("or", "so")
    day = _last_named([item], calendar) if before or said_after else None
    if day is None or item.days.recurring:
        return item
    about = calendar.between(day - DAY, day + DAY)
    return replace(item, days=Days(readings=(frozenset({day}), about)))


def _around_day(word: str, named: Days, calendar: Calendar) -> Days:
    first, last = min(named.readings[0]), max(named.readings[0])
    if last >= calendar.last:
        last = first  # "back on friday so after that"
    if word in {"before", "until"}:
        return Days(readings=(calendar.between(calendar.today, first - DAY),), span=True)
    begin = last + DAY if word == "after" else first
    return Days(readings=(calendar.between(begin, max(calendar.last, begin + 7 * DAY)),), span=True)


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
