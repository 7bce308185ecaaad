"""Openings pointed at by day, date or time: "half two", "the 26th", "tuesday afternoon", "the earliest"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.nlu.recognisers.birth_dates import MONTHS
from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.numbers import number_at, ordinal_at
from bot.nlu.recognisers.options import Option
from bot.nlu.recognisers.text import Token, bag, clean, tokens

DAYS = tuple(
    bag(names)
    for names in (
        "mon monday mo mond munday mondy monady", "tue tues tuesday tusday teusday tuseday tuesdy",
        "wed weds wednesday wedensday wensday wednsday wednesdy", "thu thur thurs thursday thrusday thusday thirsday thursdy",
        "fri friday firday frday fryday fridy", "sat saturday saterday satday", "sun sunday sunady",
    )
)  # fmt: skip
PARTS = {
    "morning": (0, 720),
    "mornin": (0, 720),
    "morn": (0, 720),
    "afternoon": (720, 1020),
    "aft": (720, 1020),
    "arvo": (720, 1020),
}
PARTS |= {
    "lunchtime": (720, 840),
    "lunch": (720, 840),
    "evening": (1020, 1440),
    "eve": (1020, 1440),
    "teatime": (960, 1140),
}
EARLIEST = bag("earliest soonest earlier sooner quickest nearest early")
LATEST = bag("latest later furthest late")
CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?(am|pm)\b|\b(\d{1,2})[:.](\d{2})\b", re.I)
ENDS_THE_ANSWER = bag("if because cos coz cuz as since so when though tho")
SPARE = bag(
    "nd st rd th second third book me pencil stick slot put down first thing at on in the slot slots appointment appt apt appointments time call o clock oclock nov dec"
)
REFUSES = bag(
    "not no none cant cannot dont except but without neither never nor apart wont before after than or until till from between any most every or"
)
HALF_DAY, DAY = 720, 1440


@dataclass(frozen=True, slots=True)
class Slot:
    """What a title says of its time: day of the week (Monday 0), day of the month, month, minutes since midnight."""

    weekday: int | None
    day: int | None
    month: int | None
    minute: int | None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Tokens that leave only some lines of the list; `tentative`: a bare number, which may be something else."""

    lines: frozenset[int]
    start: int
    end: int
    tentative: bool = False


def read_opening(found: Sequence[Token], options: Sequence[Option]) -> int | str | None:
    """The line meant; None where nothing speaks of a time; "unlisted" or "several" where no one line is meant."""
    slots = _slots(tuple(options))
    if sum(slot.minute is not None for slot in slots) < 2 or any(token.word in REFUSES for token in found):
        return None
    said = list(_narrowings(found, slots))
    if not said or (all(one.tentative for one in said) and _is_option(found, said, len(options))):
        return None
    lines = frozenset.intersection(*(one.lines for one in said))
    if len(lines) > 1:
        lines = _by_order(found, lines, slots) or lines
    if not lines:
        return "unlisted" if not all(one.tentative for one in said) else None
    if not _covers(found, said):
        return None
    return next(iter(lines)) if len(lines) == 1 else "several"


def _is_option(found: Sequence[Token], said: Sequence[Narrowing], count: int) -> bool:
    """Whether a bare number may as well be the number of a line."""
    numbers = [number_at(found, one.start) for one in said]
    return len(said) > 1 or any(number is not None and number[0] <= count for number in numbers)


def _covers(found: Sequence[Token], said: Sequence[Narrowing]) -> bool:
    covered = {i for one in said for i in range(one.start, one.end)}
    spare = word_set("choice", "filler") | SPARE | EARLIEST | LATEST
    reasons = (
        i for i in range(said[-1].end, len(found)) if found[i].word in ENDS_THE_ANSWER
    )  # "as my kids are at school"
    end = next(reasons, len(found))
    return all(token.is_mark or i in covered or token.word in spare for i, token in enumerate(found[:end]))


def _by_order(found: Sequence[Token], lines: frozenset[int], slots: Sequence[Slot]) -> frozenset[int] | None:
    """The earlier or the later of those left; titles stand in the order of their times."""
    words = {token.word for token in found}
    timed = sorted(line for line in lines if slots[line].minute is not None)
    if not timed or (words & EARLIEST and words & LATEST):
        return None
    if words & EARLIEST:
        return frozenset({timed[0]})
    place = next(
        (ordinal_at(found, i) for i in range(len(found)) if _is_place(found, i)), None
    )  # "the 2nd tuesday one"
    if place and place[0] <= len(timed):
        return frozenset({timed[place[0] - 1]})
    return frozenset({timed[-1]}) if words & LATEST else None


def _is_place(found: Sequence[Token], i: int) -> bool:
    place = ordinal_at(found, i)
    return place is not None and _word(found, place[1]) != "thing"


# --- what the titles say -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _slots(options: tuple[Option, ...]) -> tuple[Slot, ...]:
    return tuple(_slot(option.title) for option in options)


def _slot(title: str) -> Slot:
    cleaned = clean(title)
    found = tokens(cleaned)
    weekday = next((day for token in found for day, names in enumerate(DAYS) if token.word in names), None)
    day, month = next(
        ((d, m) for i in range(len(found)) if (d_m := _date_at(found, i)) for d, m in [d_m[:2]]), (None, None)
    )
    clock = CLOCK.search(cleaned)
    return Slot(weekday, day, month, _minutes(clock) if clock else None)


def _minutes(clock: re.Match[str]) -> int:
    if clock[4]:
        return int(clock[4]) * 60 + int(clock[5])
    return int(clock[1]) % 12 * 60 + int(clock[2] or 0) + (HALF_DAY if clock[3].lower() == "pm" else 0)


def _date_at(found: Sequence[Token], i: int) -> tuple[int, int | None, int] | None:
    """24 nov; nov 24; the 24th: day, month if said, and the index after."""
    ordinal = ordinal_at(found, i)
    number = ordinal or (number_at(found, i) if found[i].is_number else None)
    if number and 1 <= number[0] <= 31:
        after = number[1] + (_word(found, number[1]) == "of")
        month = MONTHS.get(_word(found, after))
        if month:
            return number[0], month, after + 1
        return (number[0], None, number[1]) if ordinal and found[i].is_number else None
    month = MONTHS.get(found[i].word)
    later = (ordinal_at(found, i + 1) or number_at(found, i + 1)) if month and i + 1 < len(found) else None
    return (later[0], month, later[1]) if later and later[0] <= 31 else None


# --- what the person says ----------------------------------------------------------------------------------------------


def _narrowings(found: Sequence[Token], slots: Sequence[Slot]) -> Iterator[Narrowing]:
    i = 0
    while i < len(found):
        one = _day(found, i, slots) or _date(found, i, slots) or _clock(found, i, slots) or _order(found, i, slots)
        if one:
            yield one
        i = one.end if one else i + 1


def _day(found: Sequence[Token], i: int, slots: Sequence[Slot]) -> Narrowing | None:
    word = found[i].word.removesuffix("s") if found[i].word.endswith("days") else found[i].word
    day = next((day for day, names in enumerate(DAYS) if word in names), None)
    if day is not None:
        return _kept(slots, i, i + 1, lambda slot: slot.weekday == day)
    part = "morning" if word == "thing" and _word(found, i - 1) == "first" else word.removesuffix("s")
    if part in PARTS and _word(found, i - 1) != "good":
        low, high = PARTS[part]
        return _kept(slots, i, i + 1, lambda slot: slot.minute is not None and low <= slot.minute < high)
    return None


def _date(found: Sequence[Token], i: int, slots: Sequence[Slot]) -> Narrowing | None:
    said = _date_at(found, i)
    if said is None:
        return None
    day, month, end = said
    if month is None and day <= len(slots) and not any(slot.day == day for slot in slots):
        return None  # "2nd" is the second line unless an opening is on the 2nd
    if month is None and day <= len(slots) and not _beside_a_day(found, i):
        return None
    return _kept(slots, i, end, lambda slot: slot.day == day and month in {None, slot.month})


def _beside_a_day(found: Sequence[Token], i: int) -> bool:
    near = {token.word for token in found[max(0, i - 2) : i]}
    return any(near & names for names in DAYS)


def _clock(found: Sequence[Token], i: int, slots: Sequence[Slot]) -> Narrowing | None:
    said = _worded(found, i) or _figures(found, i)
    if said is None:
        return None
    minutes, end, tentative = said
    for word in (_word(found, end), _word(found, end + 1)):
        end += word in {"o", "clock", "oclock", "ish"}
        tentative = tentative and word not in {"clock", "oclock"}
    half = _word(found, end)
    if half in {"am", "pm"}:
        minutes = {minute % HALF_DAY + (HALF_DAY if half == "pm" else 0) for minute in minutes}
        end, tentative = end + 1, False
    kept = _kept(slots, i, end, lambda slot: slot.minute in minutes)
    if not tentative:
        return kept
    number = number_at(found, i)
    at = _word(found, i - 1) == "at"
    line = {number[0] - 1} if number and not at and 1 <= number[0] <= len(slots) else set()
    return Narrowing(kept.lines | line, i, end, tentative=not at) if kept.lines | line or at else None


def _worded(found: Sequence[Token], i: int) -> tuple[set[int], int, bool] | None:
    """half two; quarter past nine; ten to five; two thirty."""
    steps = {"half": 30, "quarter": 15, "1/4": 15}
    first = steps.get(found[i].word)
    at = i + 1
    if first is None:
        number = number_at(found, i)
        if not number or number[0] not in {5, 10, 20, 25, 15, 30, 45} or _word(found, number[1]) not in {"past", "to"}:
            return _hour_and_minutes(found, i)
        first, at = number
    back = _word(found, at) == "to"
    at += _word(found, at) in {"past", "to", "after", "gone"}
    hour = number_at(found, at)
    if hour is None or not 1 <= hour[0] <= 12 or (first != 30 and at == i + 1):
        return None
    return _both_halves(hour[0] * 60 + (-first if back else first)), hour[1], False


def _hour_and_minutes(found: Sequence[Token], i: int) -> tuple[set[int], int, bool] | None:
    """ "two thirty", "nine fifteen": words, since figures with a space are two numbers."""
    hour = number_at(found, i)
    if hour is None or found[i].is_number or not 1 <= hour[0] <= 12:
        return None
    minute = number_at(found, hour[1])
    if minute is None or minute[0] not in {15, 30, 45, 10, 20, 40, 50}:
        return None
    return _both_halves(hour[0] * 60 + minute[0]), minute[1], False


def _figures(found: Sequence[Token], i: int) -> tuple[set[int], int, bool] | None:
    """2.30; 14:30; 1430; 10; ten."""
    word = found[i].word
    if found[i].is_number and len(word) == 4 and int(word[:2]) < 24 and int(word[2:]) < 60:
        return {int(word[:2]) * 60 + int(word[2:])}, i + 1, False
    if found[i].is_number and len(word) == 3 and 1 <= int(word[0]) <= 9 and int(word[1:]) < 60:
        return _both_halves(int(word[0]) * 60 + int(word[1:])), i + 1, False
    number = number_at(found, i)
    if number is None or not 0 <= number[0] < 24 or (i and word in {"one", "1"} and found[i - 1].word != "at"):
        return None  # "the latest one"
    hour, end = number
    minutes = _word(found, end + 1)
    if found[i].is_number and _word(found, end) in {".", ":"} and minutes.isdigit() and len(minutes) == 2:
        at = hour * 60 + int(minutes)
        return ({at} if hour > 12 or word.startswith("0") else _both_halves(at)), end + 2, False
    return ({hour * 60} if hour > 12 else _both_halves(hour * 60)), end, True


def _both_halves(minute: int) -> set[int]:
    return {minute % HALF_DAY, minute % HALF_DAY + HALF_DAY}


def _order(found: Sequence[Token], i: int, slots: Sequence[Slot]) -> Narrowing | None:
    """The earliest, the latest; "earlier" only says which of those that are left."""
    word = found[i].word
    timed = [line for line, slot in enumerate(slots) if slot.minute is not None]
    in_order = word in {"early", "earlier", "late", "later"} and _word(found, i + 1) in {"one", "1", "slot", "time"}
    if in_order or word in {"earliest", "soonest", "quickest", "latest"}:
        return Narrowing(frozenset(timed), i, i + 1)
    return None


def _kept(slots: Sequence[Slot], start: int, end: int, fits: Callable[[Slot], bool]) -> Narrowing:
    return Narrowing(frozenset(line for line, slot in enumerate(slots) if fits(slot)), start, end)


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
