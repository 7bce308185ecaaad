"""A message about times cut into pieces: days, hours, "not", "or", "but", and words that add nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.numbers import number_at
from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.text import Token, bag
from bot.nlu.recognisers.when_dates import Calendar, one_day
from bot.nlu.recognisers.when_times import hours_at
from bot.nlu.recognisers.when_values import CLOSES, OPENS, SHORTEST, Days, Hours, Item, Kind, Minutes, overlap
from bot.nlu.recognisers.when_weeks import days_at
from bot.nlu.recognisers.when_words import ALONE, DAY_NAMES, PARTS, PLURALS, concepts

ALL_HOURS = ((OPENS, CLOSES),)
MARKS: dict[str, Kind] = {
    ",": "comma",
    ".": "stop",
    ";": "stop",
    "!": "stop",
    "?": "stop",
    "&": "join",
    "/": "join",
    "+": "join",
    "(": "comma",
}
JOINS = bag("or and plus also n then")
PAST = bag("last since previous")
UNITS = bag("minute minutes min mins hour hours day days week month months mths year years yr yrs ago")
SIGNS: dict[str, Kind] = {
    "not": "not",
    "no_good": "no_good",
    "good": "good",
    "prefer": "prefer",
    "asap": "asap",
    "any_day": "any",
}


def pieces(found: Sequence[Token], calendar: Calendar, reference: datetime | None = None) -> list[Item]:
    """The message as items in reading order, covering every token once."""
    phrases = concepts(found)
    items: list[Item] = []
    i = 0
    while i < len(found):
        item = (
            _same(found, i, phrases, reference)
            or _past(found, i, phrases)
            or _timed(found, i, calendar, phrases)
            or _said(found, i, phrases)
        )
        items.append(item)
        i = item.end
    return _without_strays(items, found)


# --- times -------------------------------------------------------------------------------------------------------------


def _timed(found: Sequence[Token], i: int, calendar: Calendar, phrases: dict[int, Hit]) -> Item | None:
    """Days or hours at this token; a longer listed phrase goes first."""
    phrase = phrases.get(i)
    read = days_at(found, i, calendar)
    if read and not (phrase and phrase.end > read[1]):
        return Item("time", i, read[1], days=read[0])
    soon = _from_now(found, i, calendar)
    if soon:
        return soon
    hours = _around_part(found, i, phrases) or hours_at(found, i)
    if hours and not (phrase and phrase.end > hours[1]):
        return Item("time", i, hours[1], hours=hours[0])
    if phrase and phrase.value in PARTS:
        return Item("time", i, phrase.end, hours=Hours((PARTS[phrase.value],)))
    return _this_part(found, i, calendar, phrases)


def _around_part(found: Sequence[Token], i: int, phrases: dict[int, Hit]) -> tuple[Hours, int] | None:
    """after lunch; before midday; "am" and "pm" by themselves, as in "tues pm"."""
    word = _word(found, i)
    if word in {"am", "pm"} and _word(found, i - 1) not in {"i", "who", "what"}:
        return Hours((PARTS["morning" if word == "am" else "afternoon"],)), i + 1
    at = i + 1 + (_word(found, i + 1) in {"the", "my"})
    part = phrases.get(at)
    if word not in {"after", "before", "until", "by", "from"} or part is None or part.value not in PARTS:
        return None
    start, end = PARTS[part.value]
    if word == "after":
        start, end = (end if part.value != "midday" else start), CLOSES
    elif word == "from":
        end = CLOSES
    else:
        start, end = OPENS, start if word != "until" else end
    return Hours(((start, end),)), part.end


def _this_part(found: Sequence[Token], i: int, calendar: Calendar, phrases: dict[int, Hit]) -> Item | None:
    """tonight; this morning; this afternoon; later today."""
    word = _word(found, i)
    today = one_day(calendar.today)
    if word == "tonight":
        return Item("time", i, i + 1, days=today, hours=Hours((PARTS["evening"],)))
    part = phrases.get(i + 1)
    if word == "this" and part and part.value in PARTS:
        return Item("time", i, part.end, days=today, hours=Hours((PARTS[part.value],)))
    if word == "later" and _word(found, i + 1) in {"today", "on"}:
        return Item("time", i, i + 2, days=today)
    return None


def _from_now(found: Sequence[Token], i: int, calendar: Calendar) -> Item | None:
    """in an hour; in 2 hours; in half an hour; in 20 minutes."""
    if _word(found, i) != "in":
        return None
    count = number_at(found, i + 1) or ((1, i + 2) if _word(found, i + 1) in {"a", "an", "half"} else None)
    if count is None:
        return None
    half = _word(found, i + 1) == "half"
    at = count[1] + (half and _word(found, count[1]) in {"a", "an"})
    unit = {"hour": 60, "hours": 60, "hr": 60, "hrs": 60, "minutes": 1, "mins": 1}.get(_word(found, at))
    if unit is None:
        return None
    start = calendar.minute + (30 if half else min(count[0], 600) * unit)
    return Item("time", i, at + 1, days=one_day(calendar.today), hours=Hours(((start, start + SHORTEST),), clock=True))


def _same(found: Sequence[Token], i: int, phrases: dict[int, Hit], reference: datetime | None) -> Item | None:
    """ "same time", "same day": those of the call spoken of."""
    phrase = phrases.get(i)
    if phrase is None or phrase.value not in {"same_time", "same_day"} or reference is None:
        return None
    minutes = reference.hour * 60 + reference.minute
    if phrase.value == "same_time":
        return Item("time", i, phrase.end, hours=Hours(((minutes, minutes + SHORTEST),), clock=True))
    return Item("time", i, phrase.end, days=Days(weekdays=frozenset({reference.weekday()})))


def _past(found: Sequence[Token], i: int, phrases: dict[int, Hit]) -> Item | None:
    """ "since march", "last monday", "3 weeks ago", "for 2 months": times that are gone name no opening."""
    word = _word(found, i)
    if i in phrases and phrases[i].value in PARTS:
        return None
    if word in PAST:
        end = i + 1
        while end < len(found) and end - i < 4 and _about_time(found, end):
            end += 1
        return Item("other", i, end)
    at = i + (word in {"for", "about", "over", "nearly", "a"})
    many = _word(found, at) in {"few", "couple", "several"} or (at < len(found) and found[at].is_number)
    at += many + (_word(found, at + 1) == "of")
    if (
        _word(found, at) in UNITS
        and (many or word == "for")
        and _word(found, i - 1) not in {"in", "within", "next", "coming"}
    ):
        later = _word(found, at + 1) in {"today", "tomorrow", "on", "from", "time", *DAY_NAMES}
        return None if later else Item("other", i, at + 1)
    return None


def _about_time(found: Sequence[Token], i: int) -> bool:
    word = found[i].word
    return (
        found[i].is_number
        or word in {"week", "month", "year", "night", "the", "of", "st", "nd", "rd", "th"}
        or (len(word) > 2 and (word in DAY_NAMES or word in _months()))
    )


def _months() -> frozenset[str]:
    from bot.nlu.recognisers.birth_dates import MONTHS

    return frozenset(MONTHS)


# --- everything else ---------------------------------------------------------------------------------------------------


def _said(found: Sequence[Token], i: int, phrases: dict[int, Hit]) -> Item:
    phrase = phrases.get(i)
    word = found[i].word
    if phrase and phrase.value in SIGNS:
        return Item(SIGNS[phrase.value], i, phrase.end)
    if phrase and phrase.value in {"anytime", ALONE}:
        alone = phrase.value == ALONE or (found[i].word == "any" and phrase.end == i + 1)
        return Item("any" if not alone else "all", i, phrase.end, hours=Hours(ALL_HOURS, tentative=alone))
    if word == "but":
        return Item("but", i, i + 1)
    if word in JOINS:
        return Item("join", i, i + 1)
    if found[i].is_mark:
        return Item(MARKS.get(word, "filler"), i, i + 1)
    kind: Kind = "filler" if word in word_set("when", "filler") or word in PLURALS else "other"
    return Item(kind, i, i + 1)


def _without_strays(items: list[Item], found: Sequence[Token]) -> list[Item]:
    """Bare numbers stay times only beside other words about time, or where nothing else is said."""
    lone = all(item.kind != "other" for item in items)
    kept: list[Item] = []
    for n, item in enumerate(items):
        stray = item.hours is not None and item.hours.tentative and not item.days
        if (
            item.kind == "time"
            and stray
            and not _beside_time(items, n, found)
            and not (lone and _may_stand_alone(items, found, item))
        ):
            item = replace(item, kind="other", hours=None)
        kept.append(item)
    return kept


def _may_stand_alone(items: list[Item], found: Sequence[Token], item: Item) -> bool:
    return found[item.start].word != "one" or len(items) == 1


def _beside_time(items: list[Item], n: int, found: Sequence[Token]) -> bool:
    """Whether a day, part of day or other clock time stands next to it, "or" and "and" aside."""
    if found[items[n].start].word == "one":
        return False
    for step in (-1, 1):
        at = n + step
        while 0 <= at < len(items) and items[at].kind in {"join", "comma"}:
            at += step
        if 0 <= at < len(items) and items[at].kind == "time" and not (items[at].hours and items[at].hours.tentative):  # type: ignore[union-attr]
            return True
    return False


def meet(a: Hours, b: Hours) -> Hours | None:
    """The hours in both, turning an hour said without am or pm where that helps; None where they never meet."""
    for left in (a, a.turned()) if a.turnable else (a,):
        for right in (b, b.turned()) if b.turnable else (b,):
            both = overlap(_stretched(left), _stretched(right))
            if both:
                return Hours(both, a.clock or b.clock)
    return None


def _stretched(hours: Hours) -> tuple[Minutes, ...]:
    """Beside a clock time a morning begins at midnight and an evening ends there: "10 at night" is no 10 in the morning."""
    if hours.clock:
        return hours.windows
    return tuple((0 if a == OPENS else a, 24 * 60 if b == CLOSES else b) for a, b in hours.windows)


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
