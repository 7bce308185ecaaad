"""Times that only tell why: "cos I work 9 to 5", "the gas man comes between 8 and 1 so the afternoon"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.nlu.recognisers.text import Token, bag
from bot.nlu.recognisers.when_values import Item, Kind
from bot.nlu.recognisers.when_words import PARTS

BREAKS: frozenset[Kind] = frozenset({"stop", "but"})
DENIALS: frozenset[Kind] = frozenset({"not", "no_good", "busy"})


def without_reasons(items: list[Item], found: Sequence[Token]) -> list[Item]:
    """The items, with the hours that only explain the wish made words without meaning."""
    return _without_what_led_to_it(_without_because(items, found))


OF_AS = bag("poss pos you u soon early late long far possible well from of now usual normal before always much many if")
"""After "as" these tell a time or a measure; anything else tells why."""
REASONS = bag("because cos coz cuz cus bcos bcoz bc becos becuz")


def _without_because(items: list[Item], found: Sequence[Token]) -> list[Item]:
    """ "Thursdays are out cos I work 9 to 5, any other day": times of the reason for what was said are none of the wish."""
    kept: list[Item] = []
    reason = False
    for item in items:
        word = found[item.start].word
        named = any(one.kind in {"time", "any", "others"} for one in kept)
        after = found[item.end].word if item.end < len(found) else ""
        starts = word in REASONS or (
            word == "as" and item.end == item.start + 1 and after.isalpha() and after not in OF_AS
        )
        reason = (reason or (starts and named)) and item.kind not in {"comma", "stop", "but", "so"}
        kept.append(replace(item, kind="filler", days=None, hours=None) if reason else item)
    return kept


def _without_what_led_to_it(items: list[Item]) -> list[Item]:
    """ "Gas man is here tomorrow 8 to 1 so the afternoon": the day is meant, those hours are not."""
    for n in [n for n, item in enumerate(items) if item.kind == "so"]:
        start = max((m + 1 for m in range(n) if items[m].kind in BREAKS), default=0)
        after = _up_to_break(items[n + 1 :])
        if any(item.hours for item in after) and _names_the_day_again(items[start:n], after):
            items = [
                *items[:start],
                *(replace(one, kind="filler", days=None, hours=None) for one in items[start:n]),
                *items[n:],
            ]
        elif any(item.hours for item in after) and _is_a_reason(items[start:n], after):
            items = [*items[:start], *map(_only_its_day, items[start:n]), *items[n:]]
    return items


def _names_the_day_again(before: Sequence[Item], after: Sequence[Item]) -> bool:
    """ "Dentist tuesday morning so tuesday pm": what stands before "so" is of something else."""
    named, again = ([item.days for item in part if item.days] for part in (before, after))
    hours = any(item.hours for item in before)
    return hours and bool(named) and named == again


def _up_to_break(items: Sequence[Item]) -> Sequence[Item]:
    end = next((n for n, item in enumerate(items) if item.kind == "stop"), len(items))
    return items[:end]


def _is_a_reason(before: Sequence[Item], after: Sequence[Item]) -> bool:
    """Whether the hours before "so" are of something else than the call: clock times of no day, or of a day that is kept."""
    if any(item.kind in {"good", "prefer", "any", "all", "asap", "others", "comma", "so"} for item in before):
        return False
    clocks = [item for item in before if item.hours and not _is_part(item)]
    days = [item.days for item in before if item.days]
    weekly = any(day.recurring or len(day.weekdays) > 1 for day in days)
    own_days = any(item.days for item in after)
    if _tells_of_a_part(before) and not (weekly or own_days or days):
        return any(item.hours and item.hours.bound for item in after)
    return bool(clocks) and not weekly and not (own_days and days)


def _tells_of_a_part(before: Sequence[Item]) -> bool:
    """ "I sleep in the day so after 3", "no good in the morning so after 11": which hours are left is said after "so"."""
    hours = [item for item in before if item.hours]
    return bool(hours) and all(map(_is_part, hours)) and any(item.kind in DENIALS for item in before)


def _is_part(item: Item) -> bool:
    hours = item.hours
    return hours is not None and hours.windows[0] in PARTS.values() and not (hours.clock or hours.bound)


def _only_its_day(item: Item) -> Item:
    if item.kind in DENIALS:
        return replace(item, kind="filler")
    return replace(item, hours=None, kind="time" if item.days else "filler") if item.kind == "time" else item
