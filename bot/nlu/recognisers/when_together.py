"""What two pieces of a message about times have to do with each other: one narrows, repeats or contradicts the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.nlu.recognisers.when_sentences import Clause
from bot.nlu.recognisers.when_values import Days, Hours, Item, meet
from bot.nlu.recognisers.when_words import PARTS


def already_denies(item: Item) -> bool:
    """ "But not early": the hours are those that are left."""
    return item.hours is not None and item.hours.windows in {(PARTS["not_early"],), (PARTS["not_late"],)}


def both(group: Sequence[Days], days: Days) -> list[Days]:
    """Days that narrow each other; a date and a day of the week that do not agree are two readings of one day."""
    parts = [*group, days]
    dates = [part for part in parts if part.readings and not part.span]
    named = [part for part in parts if part.weekdays and not part.recurring]
    if len(parts) != 2 or len(dates) != 1 or len(named) != 1 or len(dates[0].readings) != 1:
        return parts
    if len(dates[0].readings[0]) != 1:
        return parts
    day = min(dates[0].readings[0])
    if day.weekday() in named[0].weekdays:
        return [dates[0]]
    near = [day + timedelta(days=n) for n in (1, -1, 2, -2, 3, -3)]
    other = next(one for one in near if one.weekday() in named[0].weekdays)
    return [Days(readings=(frozenset({day}), frozenset({other})))]


def narrows(group: Sequence[Days], days: Days) -> bool:
    """Whether days said next to each other mean both at once: "thursday next week", "monday 24th"."""
    kinds = [kind(part) for part in group]
    return kind(days) not in kinds or (kind(days) == "span" and "span" in kinds)


def narrows_over_comma(group: Sequence[Days], days: Days) -> bool:
    """ "next week, monday" and "monday, 24th" narrow; "monday, tuesday" do not."""
    kinds = {kind(part) for part in group} | {kind(days)}
    return len(group) == 1 and kinds in ({"span", "weekday"}, {"weekday", "date"})


def kind(days: Days) -> str:
    return "weekday" if days.weekdays else "span" if days.span else "date"


def agrees(group: Sequence[Days], days: Days) -> bool:
    """Whether a date said beside a day of the week is one: "friday, 27th"; not "tomorrow, weds"."""
    dates = [day for part in (*group, days) for reading in part.readings for day in reading]
    weekdays = frozenset[int]().union(*(part.weekdays for part in (*group, days)))
    return all(day.weekday() in weekdays for day in dates)


def share(groups: list[list[Days]], span: Days) -> None:
    """ "monday or tuesday next week": the week is meant for both."""
    for group in groups[:-1]:
        if all(part.weekdays for part in group):
            group.append(span)


def after_and_before(first: Hours, second: Hours, link: str) -> bool:
    """ "after 10 and before 3" is one stretch."""
    if link != "join" or first.clock or second.clock or len(first.windows) + len(second.windows) > 2:
        return False
    (a, b), (c, d) = first.windows[0], second.windows[0]
    return (b >= 1200 and c <= 0 and a < d) or (d >= 1200 and a <= 0 and c < b)


def denied_next(coming: Sequence[Item]) -> bool:
    """Whether the next sign after this time and those beside it is an exclusion of its own."""
    sign = next((item.kind for item in coming if item.kind not in {"time", "filler", "other"}), "")
    return sign == "not"


def names_again(clause: Clause, days: Days) -> bool:
    """Whether days that were named before are named once more, for hours of their own."""
    known = [part for group in clause.days for part in group]
    weekdays = frozenset[int]().union(*(part.weekdays for part in known))
    dates = frozenset(day for part in known for reading in part.readings for day in reading)
    named = frozenset(day for reading in days.readings for day in reading)
    return bool(days.weekdays and days.weekdays <= weekdays) or bool(named and named <= dates and not days.span)


def parted(clause: Clause, item: Item) -> bool:
    """Whether the time after "so" cannot be meant together with the time before it, which then was only the reason."""
    known = [part for group in clause.days for part in group]
    weekdays = frozenset[int]().union(*(part.weekdays for part in known))
    if item.days and item.days.weekdays and weekdays and all(part.weekdays for part in known):
        return not item.days.weekdays & weekdays
    dates = [day for part in known for reading in part.readings for day in reading]
    if item.days and dates and item.days.readings and not weekdays:
        return not any(day in reading for reading in item.days.readings for day in dates)
    return bool(item.hours and clause.hours and not any(meet(part, item.hours) for part in clause.hours))


def in_the_same_week(named: Sequence[Days], days: Days) -> Days | None:
    """ "Next wednesday or thursday": whichever Wednesday is meant, the Thursday is that of its week."""
    either = [min(reading) for part in named for reading in part.readings]
    pair = len(named) == 1 and len(either) == 2 and either[1] - either[0] == timedelta(days=7) and not named[0].span
    if not pair or len(days.weekdays) != 1 or days.recurring:
        return None
    (weekday,) = days.weekdays
    both = zip(named[0].readings, either, strict=True)
    week = [reading | {day + timedelta(days=(weekday - day.weekday()) % 7)} for reading, day in both]
    return Days(readings=tuple(week))
