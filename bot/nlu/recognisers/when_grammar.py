"""A message about times cut into pieces: days, hours, "not", "or", "but", and words that add nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.numbers import number_at
from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.text import Token, bag
from bot.nlu.recognisers.when_dates import DAY, Calendar, one_day
from bot.nlu.recognisers.when_times import hours_at
from bot.nlu.recognisers.when_values import CLOSES, OPENS, SHORTEST, Days, Hours, Item, Kind, Minutes, overlap
from bot.nlu.recognisers.when_weeks import days_at
from bot.nlu.recognisers.when_words import (
    ALONE,
    DAY_NAMES,
    ON_WEEKDAYS,
    PARTS,
    PLURALS,
    UNSURE_PARTS,
    concepts,
)  # fmt: skip

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
    "some_day": "vague",
}


def pieces(found: Sequence[Token], calendar: Calendar, reference: datetime | None = None) -> list[Item]:
    """The message as items in reading order, covering every token once."""
    phrases = concepts(found)
    items: list[Item] = []
    i = 0
    while i < len(found):
        item = (
            _same(found, i, phrases, calendar, reference)
            or _than_that(found, i, items, calendar)
            or _past(found, i, phrases)
            or _timed(found, i, calendar, phrases)
            or _said(found, i, phrases)
        )
        items.append(item)
        i = item.end
    return _with_vague(_without_strays(items, found), calendar)


def denies_unheard(items: Sequence[Item], found: Sequence[Token]) -> bool:
    """Whether a word of denial stands among the words that were not understood, and none among those that were."""
    if any(item.kind in {"not", "no_good"} for item in items):
        return False
    unheard = (found[i].word for item in items if item.kind == "other" for i in range(item.start, item.end))
    return any(word in word_set("when", "denials") for word in unheard)


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
    if phrase and phrase.value in PARTS | UNSURE_PARTS:
        plural = found[phrase.end - 1].word in PLURAL_PARTS
        return Item("time", i, phrase.end, hours=replace(part_of_day(phrase.value), plural=plural))
    return _this_part(found, i, calendar, phrases)


PLURAL_PARTS = bag("mornings afternoons evenings nights eves lunchtimes lunches dinnertimes teatimes mornins")


def part_of_day(name: str) -> Hours:
    """The hours of a listed part of the day; several readings where people differ about it."""
    first, *others = UNSURE_PARTS.get(name) or (PARTS[name],)
    on = frozenset(range(5)) if name in ON_WEEKDAYS else frozenset[int]()
    return Hours((first,), others=tuple((other,) for other in others), on=on)


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


def _same(
    found: Sequence[Token], i: int, phrases: dict[int, Hit], calendar: Calendar, reference: datetime | None
) -> Item | None:
    """ "same time", "same day": those of the call spoken of; "this time": what the clock says now."""
    phrase = phrases.get(i)
    if phrase is None or phrase.value not in {"same_time", "same_day", "this_time"}:
        return None
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


NAMED_WEEKS = {("next", "week"), ("this", "week"), ("following", "week"), ("the", "following"), ("the", "week")}


def _than_that(found: Sequence[Token], i: int, items: list[Item], calendar: Calendar) -> Item | None:
    """ "I finish at 3 so after that", "I start at 12, before then": the time just named is a bound."""
    if _word(found, i) not in {"after", "before", "until", "from"} or _word(found, i + 1) not in {"that", "then"}:
        return None
    at = next((n for n in range(len(items) - 1, -1, -1) if items[n].kind == "time"), None)
    if at is None:
        return None
    named, dated = items[at].hours, items[at].days
    if named is None:
        if dated is None or not dated.readings or not dated.readings[0]:
            return None
        items[at] = replace(items[at], days=None, kind="filler")
        return Item("time", i, i + 2, days=_around_day(_word(found, i), dated, calendar))
    start, end = named.windows[0]
    edge = end if start <= OPENS else start
    items[at] = replace(items[at], hours=None, kind="time" if items[at].days else "filler")
    before = _word(found, i) in {"before", "until"}
    return Item("time", i, i + 2, hours=Hours(((0, edge) if before else (edge, CLOSES),)))


def _around_day(word: str, named: Days, calendar: Calendar) -> Days:
    first, last = min(named.readings[0]), max(named.readings[0])
    if word in {"before", "until"}:
        return Days(readings=(calendar.between(calendar.today, first - DAY),), span=True)
    begin = last + DAY if word == "after" else first
    return Days(readings=(calendar.between(begin, max(calendar.last, begin + 7 * DAY)),), span=True)


def _with_vague(items: list[Item], calendar: Calendar) -> list[Item]:
    """ "Later", "another day": read as today, this week or next where no other time is named."""
    definite = any(item.kind in {"time", "any", "all", "asap"} for item in items)
    if definite or not any(item.kind == "vague" for item in items):
        return items
    today, end = calendar.today, calendar.monday(1) - DAY
    spans = ((today, today), (today + DAY, end), (end + DAY, end + 7 * DAY))
    days = Days(readings=tuple(calendar.between(a, b) for a, b in spans if a <= b), span=True)
    return [replace(item, kind="time", days=days) if item.kind == "vague" else item for item in items]


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
    """The hours in both, for each way to understand them; None where they never meet."""
    both = [met for left in a.readings for right in b.readings if (met := _meet(left, right))]
    windows = list(dict.fromkeys(met.windows for met in both))
    return replace(both[0], others=tuple(windows[1:]), on=a.on | b.on) if both else None


def _meet(a: Hours, b: Hours) -> Hours | None:
    """The hours in both, turning an hour said without am or pm where that helps."""
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
