"""A message about times cut into pieces: days, hours, "not", "or", "but", and words that add nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.text import Token, bag
from bot.nlu.recognisers.when_dates import DAY, Calendar, one_day
from bot.nlu.recognisers.when_relative import from_now, one_after, same, than_that, with_rough_days
from bot.nlu.recognisers.when_signs import settled, sign_at
from bot.nlu.recognisers.when_times import Clock, clock_at, from_clock, hours_at, until_clock
from bot.nlu.recognisers.when_values import CLOSES, OPENS, SHORTEST, Days, Hours, Item, Minutes
from bot.nlu.recognisers.when_weeks import days_at
from bot.nlu.recognisers.when_words import (
    DAY_NAMES,
    EVENTS,
    ON_WEEKDAYS,
    PARTS,
    UNSURE_PARTS,
    concepts,
)  # fmt: skip

PAST = bag("last since previous")
UNITS = bag("minute minutes min mins hour hours day days week month months mths year years yr yrs ago")


def pieces(found: Sequence[Token], calendar: Calendar, reference: datetime | None = None) -> list[Item]:
    """The message as items in reading order, covering every token once."""
    phrases = concepts(found)
    items: list[Item] = []
    i = 0
    while i < len(found):
        item = (
            same(found, i, phrases, calendar, reference, items)
            or than_that(found, i, items, calendar)
            or one_after(found, i, items, calendar)
            or _past(found, i, phrases)
            or _by_event(found, i)
            or _timed(found, i, calendar, phrases)
            or sign_at(found, i, phrases)
        )
        items.append(item)
        i = item.end
    items = with_rough_days(_with_vague(_without_strays(items, found), calendar), found, calendar)
    return settled(_with_coming_part(items, found, calendar), found)


# --- times -------------------------------------------------------------------------------------------------------------


def _timed(found: Sequence[Token], i: int, calendar: Calendar, phrases: dict[int, Hit]) -> Item | None:
    """Days or hours at this token; a longer listed phrase goes first."""
    phrase = phrases.get(i)
    read = days_at(found, i, calendar)
    if read and not (phrase and phrase.end > read[1]):
        return Item("time", i, read[1], days=read[0])
    soon = from_now(found, i, calendar)
    if soon:
        return soon
    hours = _around_part(found, i, phrases) or hours_at(found, i)
    if hours and not (phrase and phrase.end > hours[1]):
        return Item("time", i, hours[1], hours=hours[0])
    if phrase and phrase.value in AT_WORK:
        clock = _clock_of(found, phrase)
        if clock:
            return Item("time", i, clock.end, hours=(until_clock if phrase.value in BEFORE_WORK else from_clock)(clock))
    if phrase and phrase.value in PARTS | UNSURE_PARTS:
        plural = found[phrase.end - 1].word in PLURAL_PARTS
        return Item("time", i, phrase.end, hours=replace(part_of_day(phrase.value), plural=plural))
    return _this_part(found, i, calendar, phrases)


BEFORE_WORK = bag("before_work before_shift before_school")
AT_WORK = BEFORE_WORK | bag("after_work after_shift after_school")
ITS_CLOCK = bag("ends end finishes finish starts start is which thats about at around roughly ish so say @ - (")


def _by_event(found: Sequence[Token], i: int) -> Item | None:
    """ "Before I go out at 11", "when I'm off the ward about 6": the clock time of what happens is the bound."""
    if _word(found, i) not in EVENT_WORDS or _word(found, i + 1) not in WHO:
        return None
    for at in range(i + 2, min(i + FARTHEST, len(found) - 1)):
        clock = clock_at(found, at + 1) if found[at].word in ITS_HOUR else None
        if clock and not (found[i].word == "when" and found[at].word in {"about", "around", "for"}):
            bound = until_clock if found[i].word in {"before", "until"} else from_clock
            return Item("time", i, clock.end, hours=bound(clock))
        if found[at].is_mark or found[at].is_number or found[at].word in NOT_OF_IT:
            return None
    return None


EVENT_WORDS = bag("after when once before until")
WHO = bag("i ive im id we weve were he hes she shes they theyre theyve my our the his her me hubby kids")
ITS_HOUR = bag("at by about around @ for")
NOT_OF_IT = bag(
    "till until to so or and but then not ring call phone text today tomorrow tonight morning afternoon evening"
) | bag(" ".join(DAY_NAMES))
FARTHEST = 9


def _clock_of(found: Sequence[Token], phrase: Hit) -> Clock | None:
    """ "After my shift ends at 2", "before I start work at 10": the clock time that the event has."""
    at = phrase.end
    while at < phrase.end + 4 and _word(found, at) in ITS_CLOCK:
        at += 1
    return clock_at(found, at)


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
    if word == "between":
        return _between_events(found, i, phrases)
    event = _event(found, i + 1, phrases)
    if word not in {"after", "before", "until", "by", "from"} or event is None:
        return None
    start, end = event[0]
    if word == "after":
        start, end = (end if end - start > SHORTEST else start), CLOSES
    elif word == "from":
        end = CLOSES
    else:
        start, end = OPENS, start if word != "until" else end
    return Hours(((start, end),)), event[1]


def _event(found: Sequence[Token], i: int, phrases: dict[int, Hit]) -> tuple[Minutes, int] | None:
    """A part of the day, breakfast or the school run, and the index after it."""
    at = i + (_word(found, i) in {"the", "my"})
    part = phrases.get(at)
    named = part and (PARTS.get(part.value) or EVENTS.get(part.value))
    return (named, part.end) if part and named else None


def _between_events(found: Sequence[Token], i: int, phrases: dict[int, Hit]) -> tuple[Hours, int] | None:
    """between the school run and 2; between breakfast and lunch; between 10 and lunch."""
    first, clock = _event(found, i + 1, phrases), clock_at(found, i + 1)
    at = first[1] if first else clock.end if clock else i
    if _word(found, at) not in {"and", "&", "n", "to", "-"}:
        return None
    second, until = _event(found, at + 1, phrases), clock_at(found, at + 1)
    ends = first and first[0][1 if first[0][1] - first[0][0] > SHORTEST else 0]  # "noon" is no stretch
    start = ends if ends else clock.minutes if clock else 0
    stop, end = (second[0][0], second[1]) if second else (until.minutes, until.end) if until else (0, at)
    on = frozenset(range(5)) if "run" in {token.word for token in found[i:end]} else frozenset[int]()
    return (Hours(((start, stop),), on=on), end) if start < stop else None


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


FEW = 3  # words beside "after payday"


def _with_vague(items: list[Item], calendar: Calendar) -> list[Item]:
    """ "Later", "another day": read as today, this week or next where no other time is named."""
    definite = any(item.kind in {"time", "any", "all", "asap"} for item in items)
    unknown = sum(item.kind == "other" for item in items)
    if definite or not any(item.kind == "vague" or (item.kind == "own" and unknown < FEW) for item in items):
        return items
    today, end = calendar.today, calendar.monday(1) - DAY
    spans = ((today, today), (today + DAY, end), (end + DAY, end + 7 * DAY))
    days = Days(readings=tuple(calendar.between(a, b) for a, b in spans if a <= b), span=True)
    return [replace(item, kind="time", days=days) if item.kind in {"vague", "own"} else item for item in items]


def _with_coming_part(items: list[Item], found: Sequence[Token], calendar: Calendar) -> list[Item]:
    """ "In the morning", and nothing more: the coming morning, or any."""
    items = [_at_first(item, items, found) for item in items]
    said = [item for item in items if item.kind not in {"filler", "other"}]
    words = [token.word for token in found[said[0].start : said[0].end]] if len(said) == 1 else []
    hours = said[0].hours if len(said) == 1 else None
    if words[:2] != ["in", "the"] or hours is None or hours.plural or said[0].days:
        return items
    day = calendar.today + DAY * (calendar.minute >= hours.windows[0][0])
    days = Days(readings=(frozenset({day}), calendar.between(calendar.today, calendar.last)))
    return [replace(item, days=days) if item is said[0] else item for item in items]


def _at_first(item: Item, items: Sequence[Item], found: Sequence[Token]) -> Item:
    """ "First thing next week": early on its first day, or on each."""
    first = any(one.hours and found[one.start].word in {"first", "1st"} for one in items)
    if not (
        first and item.days and item.days.span and len(item.days.readings) == 1 and len(item.days.readings[0]) > FEW
    ):
        return item
    days = item.days.readings[0]
    return replace(item, days=replace(item.days, readings=(frozenset({min(days)}), days)))


def _past(found: Sequence[Token], i: int, phrases: dict[int, Hit]) -> Item | None:
    """ "since march", "last monday", "3 weeks ago", "for 2 months": times that are gone name no opening."""
    word = _word(found, i)
    if i in phrases and phrases[i].value in PARTS | UNSURE_PARTS:
        return None
    if word in PAST and not (word == "last" and _word(found, i + 2) in {"of", "in"}):
        end = i + 1
        while end < len(found) and end - i < 4 and _about_time(found, end):
            end += 1
        return Item("other", i, end)
    if [_word(found, i + n) for n in (1, 3)] == ["on", "off"] and found[i].is_number:
        return Item("other", i, i + 4)  # "4 on 4 off"
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
        or word
        in {
            "half",
            "quarter",
            "past",
            "to",
            "about",
            "around",
            "early",
            "week",
            "month",
            "year",
            "night",
            "the",
            "of",
            "st",
            "nd",
            "rd",
            "th",
        }
        or (len(word) > 2 and (word in DAY_NAMES or word in _months()))
    )


def _months() -> frozenset[str]:
    from bot.nlu.recognisers.birth_dates import MONTHS

    return frozenset(MONTHS)


# --- everything else ---------------------------------------------------------------------------------------------------


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


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
