"""Pieces of a message about times put together: which days with which hours, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.nlu.recognisers.when_sentences import Clause, put_together
from bot.nlu.recognisers.when_values import Days, Hours, Item, meet
from bot.nlu.recognisers.when_words import PARTS


class Builder:
    """Reads the pieces in order into clauses."""

    def __init__(self) -> None:
        self.clauses: list[Clause] = []
        self._clause = Clause()
        self._link = ""  # what stood since the last time: "", "join", "comma", "but"
        self._not = False
        self._stopped = False
        self._so = False
        self._mended = False
        self._denied = False  # whether the item before this is a "not"
        self._listed = ""  # how the day before was joined to the one before it
        self._coming: Sequence[Item] = ()
        self.asap = False

    def read(self, items: Sequence[Item], weekly: bool = False) -> list[Clause]:
        """All clauses of a message; `weekly` where it tells how each week goes."""
        for n, item in enumerate(items):
            self._coming = items[n + 1 :]
            self._denied = n > 0 and items[n - 1].kind == "not"
            if item.kind in {"vague", "own"}:
                continue
            self._clause.adds = self._clause.adds or (self._stopped and item.kind == "time" and self._clause.empty)
            self._stopped = self._stopped and item.kind in {"filler", "other", "comma", "stop", "prefer", "good"}
            getattr(self, f"_on_{item.kind}")(item)
        self._close()
        return put_together(self.clauses, weekly)

    def _close(self) -> None:
        if not self._clause.empty:
            self.clauses.append(self._clause)
        self._clause = Clause(left_out=self._not)
        self._link, self._so = "", False

    # --- signs

    def _on_filler(self, item: Item) -> None:
        pass

    _on_other = _on_filler

    def _on_join(self, item: Item) -> None:
        self._link = "join"

    def _on_comma(self, item: Item) -> None:
        self._link = self._link or "comma"

    def _on_stop(self, item: Item) -> None:
        self._not = False
        self._close()
        self._stopped = True

    def _on_but(self, item: Item) -> None:
        if self._clause.universal and not self._clause.left_out:
            self._link = "but"
            return
        was_empty = self._clause.empty
        self._not = False
        if not was_empty:
            self._link = "but"
        self._clause.left_out = self._clause.left_out and not was_empty

    def _on_not(self, item: Item) -> None:
        self._mended = False
        self._not = True
        self._clause.reason = self._so
        self._close()
        self._clause.own_not = True

    def _on_so(self, item: Item) -> None:
        self._on_prefer(item)
        self._so = not self._clause.empty

    def _on_mended(self, item: Item) -> None:
        """ "Thursday, no wait, friday": the later takes the place of the earlier."""
        if self._clause.empty and self.clauses:
            self._clause = self.clauses.pop()
        self._mended = True

    def _mend(self, item: Item) -> None:
        clause, self._mended, self._link = self._clause, False, ""
        self._not = clause.left_out = False
        if item.days:
            clause.days = []
        if item.hours:
            clause.hours = []

    def _on_not_that(self, item: Item) -> None:
        """ "Thursdays I have group so not then"."""
        named = self._clause if not self._clause.empty else self.clauses[-1] if self.clauses else None
        if named and not (named.good or named.anything):
            named.left_out = True
        self._not = False
        self._close()

    def _on_others(self, item: Item) -> None:
        """ "Any other day", "the rest": all but the days just named, unless those are good too."""
        if self.clauses or not self._clause.empty:
            self._on_not_that(item)
            self._clause.universal = "day"
            self._clause.anything = True

    def _on_prefer(self, item: Item) -> None:
        self._link = "" if self._link == "but" else self._link  # "weekdays but only after 4"
        if self._not:
            self._not = False
            self._close()
            self._clause.adds = True  # "any day except mondays and only after 2"

    def _on_no_good(self, item: Item) -> None:
        if self._clause.empty:
            self._not = True
            self._close()
            return
        if self._clause.over_comma:
            self.clauses.append(Clause(hours=self._clause.hours))
            self._clause.hours = []
        self._clause.left_out = True
        self._not = False
        self._close()

    def _on_good(self, item: Item) -> None:
        if self._clause.left_out and not self._clause.empty:
            self._keep_last()
        said = not self._clause.empty
        self._clause.good = True
        self._not = False
        self._close()
        self._stopped = said  # "mornings are best, mondays or tuesdays"

    def _keep_last(self) -> None:
        """ "not monday, tuesday is good": the last day named is wanted after all."""
        clause = self._clause
        if len(clause.days) > 1:
            last = clause.days.pop()
            self._close()
            self._clause = Clause(days=[last])
        elif len(clause.hours) > 1 and not clause.days:
            late = clause.hours.pop()  # "not great in the mornings, afternoons better"
            self._close()
            self._clause = Clause(hours=[late])
        else:
            clause.left_out = False

    def _on_asap(self, item: Item) -> None:
        self.asap = self.asap or not self._denied

    _on_soon = _on_asap

    def _on_any(self, item: Item) -> None:
        clause = self._clause
        both = clause.days and clause.hours
        if self._not or (both and (self._link == "join" or (self._link == "comma" and item.hours))):
            self._not = False  # "saturday morning or any evening", "after 6 weekdays, anytime weekends"
            self._close()
        elif both and clause.hours_first and len(clause.days) > 1 and item.hours:
            last = clause.days.pop()  # "after 2 mon to thurs, fri any time"
            self._close()
            self._clause.days = [last]
        self._clause.universal = "day" if item.hours is None else "time"
        self._clause.anything = True
        self._clause.all_day = bool(item.hours and self._clause.days)

    _on_all = _on_any

    # --- times

    def _on_time(self, item: Item) -> None:
        if self._mended:
            self._mend(item)
        self._turn_at_but(item)
        if self._clause.left_out and self._link and _denied_next(self._coming):
            self._not = False  # "mornings except fridays, afternoons except mondays"
            self._close()
        elif item.days and self._link == "comma" and self._may_be_named_again(item.days):
            self._close()  # "weds or thurs, weds after 12"
        elif self._so and not self._clause.left_out and _parted(self._clause, item):
            self._clause = Clause()  # "my back is bad in the morning so afternoons"
        if item.days:
            self._add_days(item.days)
        if item.hours:
            self._link = "" if item.days else self._link
            self._add_hours(item.hours)
        self._link, self._so = "", False

    def _has_hours_of_its_own(self, item: Item) -> bool:
        """ "Any day after 3 but weds after 4"; not "any day but weds after 4"."""
        only = bool(self._coming) and self._coming[0].kind == "prefer"
        own = [one.hours for one in self._coming[only : only + 1] if one.hours and one.hours.bound]
        return item.hours is None and bool(own) and (only or [hours.bound for hours in self._clause.hours] == [True])

    def _may_be_named_again(self, days: Days) -> bool:
        clause = self._clause
        return not (clause.left_out or clause.hours or clause.universal) and _names_again(clause, days)

    def _turn_at_but(self, item: Item) -> None:
        """ "any morning but weds" leaves out; "monday but after 3" narrows; "not monday but tuesday" turns round."""
        if self._link != "but":
            return
        universal, was_left_out = self._clause.universal, self._clause.left_out
        if was_left_out:
            self._close()
            self._clause = Clause()
        elif item.days and (_names_again(self._clause, item.days) or self._has_hours_of_its_own(item)):
            universal = "" if self._clause.days else universal
            self._close()  # "any day after 3 but weds after 4"
            self._clause.instead = True
            self._clause.universal = universal
        elif universal and not (universal == "day" and item.days is None) and not _already_denies(item):
            self._not = True
            self._close()
        self._link = ""

    def _add_days(self, days: Days) -> None:
        clause = self._clause
        spans = self._not and clause.days and not self._link and clause.days[-1][-1].span and days.span
        second = self._listed == "join" and self._link == "comma" and not (clause.left_out or clause.hours)
        settled = clause.all_day and self._link and not clause.hours  # "thursday all day or friday until 1"
        if clause.days and (spans or second or settled):
            self._not = self._not and not spans  # "not next week the week after", "mon or tues, thurs afternoon"
            self._close()
            clause = self._clause
        self._listed = self._link if clause.days else ""
        until = self._not and days.left_out and days.span
        if self._not and days.left_out:
            days = replace(days, readings=days.left_out)
        if clause.days and clause.hours and not clause.hours_first and not (days.span and not self._link):
            self._close()
            clause = self._clause
        if clause.hours and not clause.days and self._link == "join":
            self._close()  # "evenings or weekends"
            clause = self._clause
        if days.recurring and len(days.weekdays) > 1:
            clause.universal = clause.universal or "time"
        if clause.days and not self._link and _narrows(clause.days[-1], days):
            clause.days[-1] = _both(clause.days[-1], days)
            if days.span:
                _share(clause.days, days)
            return
        if clause.days and self._link == "comma" and _narrows_over_comma(clause.days[-1], days):
            clause.days[-1] = _both(clause.days[-1], days)
            return
        shared = (
            [part for part in clause.days[-1] if part.span]
            if clause.days and days.weekdays and len(clause.days[-1]) > 1
            else []
        )
        clause.split = clause.left_out and self._link == "comma" and len(clause.days) == 1 and not clause.hours
        beside = bool(self._link and clause.days and any(part.recurring for part in clause.days[-1]))
        if days.weekdays and (beside or (clause.instead and clause.universal)):
            days = replace(days, recurring=True)  # "mondays and weds"
        clause.over_comma = bool(clause.hours) and not clause.days and self._link == "comma"
        clause.days.append([*shared, days])
        clause.hours_first = clause.hours_first or (bool(clause.hours) and len(clause.days) == 1)
        if until:
            self._not = False  # "not until next week, afternoons"
            self._close()
            self._clause.adds = True

    def _wanted_after_all(self, hours: Hours) -> bool:
        """ "Any day but wednesday, after lunch", "not mondays, after 3": the hours are those that are wanted."""
        out, wanted = self._clause, [one for one in self.clauses if not one.left_out]
        barred = out.left_out and out.days and not out.hours and self._link == "comma"
        if not barred or (hours.clock and not hours.bound) or any(one.hours for one in wanted):
            return False
        self._not = False
        self._close()
        (wanted[-1] if wanted else self._clause).hours.append(hours)
        return True

    def _add_hours(self, hours: Hours) -> None:
        clause = self._clause
        if self._wanted_after_all(hours):
            return
        if clause.left_out and clause.days and not clause.hours and self._link == "join":
            self._close()  # "not mondays or before 10": two things left out
            clause = self._clause
        if clause.anything and clause.universal == "time" and clause.days and not clause.hours and self._link == "join":
            self._close()  # "anytime weekends and after 5 in the week"
            clause = self._clause
        if clause.hours and clause.hours_first and clause.days:
            if not self._link:
                self._narrow(hours)
                return
            self._close()
            clause = self._clause
        if clause.hours and (not self._link or _after_and_before(clause.hours[-1], hours, self._link)):
            self._narrow(hours)
            return
        if clause.hours and self._link == "comma" and not (clause.hours[-1].clock and hours.clock):
            clause.split = clause.left_out and not clause.days
            self._narrow(hours)  # "evenings, after 6"
            return
        clause.split = clause.left_out and self._link == "comma" and len(clause.hours) == 1 and not clause.days
        clause.hours.append(hours)

    def _narrow(self, hours: Hours) -> None:
        last = self._clause.hours[-1]
        both = meet(last, hours)
        if both:
            self._clause.hours[-1] = both
        elif self._link == "" and (last.clock or last.bound) != (hours.clock or hours.bound):
            self._clause.hours[-1] = replace(last, others=(hours.windows,))  # "tuesday morning at 3"
        else:
            self._clause.hours.append(hours)


def _already_denies(item: Item) -> bool:
    """ "But not early": the hours are those that are left."""
    return item.hours is not None and item.hours.windows in {(PARTS["not_early"],), (PARTS["not_late"],)}


def _both(group: Sequence[Days], days: Days) -> list[Days]:
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


def _narrows(group: Sequence[Days], days: Days) -> bool:
    """Whether days said next to each other mean both at once: "thursday next week", "monday 24th"."""
    kinds = [_kind(part) for part in group]
    return _kind(days) not in kinds or (_kind(days) == "span" and "span" in kinds)


def _narrows_over_comma(group: Sequence[Days], days: Days) -> bool:
    """ "next week, monday" and "monday, 24th" narrow; "monday, tuesday" do not."""
    kinds = {_kind(part) for part in group} | {_kind(days)}
    return len(group) == 1 and kinds in ({"span", "weekday"}, {"weekday", "date"})


def _kind(days: Days) -> str:
    return "weekday" if days.weekdays else "span" if days.span else "date"


def _share(groups: list[list[Days]], span: Days) -> None:
    """ "monday or tuesday next week": the week is meant for both."""
    for group in groups[:-1]:
        if all(part.weekdays for part in group):
            group.append(span)


def _after_and_before(first: Hours, second: Hours, link: str) -> bool:
    """ "after 10 and before 3" is one stretch."""
    if link != "join" or first.clock or second.clock or len(first.windows) + len(second.windows) > 2:
        return False
    (a, b), (c, d) = first.windows[0], second.windows[0]
    return (b >= 1200 and c <= 0 and a < d) or (d >= 1200 and a <= 0 and c < b)


def _denied_next(coming: Sequence[Item]) -> bool:
    """Whether the next sign after this time and those beside it is an exclusion of its own."""
    sign = next((item.kind for item in coming if item.kind not in {"time", "filler", "other"}), "")
    return sign == "not"


def _names_again(clause: Clause, days: Days) -> bool:
    """Whether days that were named before are named once more, for hours of their own."""
    known = [part for group in clause.days for part in group]
    weekdays = frozenset[int]().union(*(part.weekdays for part in known))
    dates = frozenset(day for part in known for reading in part.readings for day in reading)
    named = frozenset(day for reading in days.readings for day in reading)
    return bool(days.weekdays and days.weekdays <= weekdays) or bool(named and named <= dates and not days.span)


def _parted(clause: Clause, item: Item) -> bool:
    """Whether the time after "so" cannot be meant together with the time before it, which then was only the reason."""
    known = [part for group in clause.days for part in group]
    weekdays = frozenset[int]().union(*(part.weekdays for part in known))
    if item.days and item.days.weekdays and weekdays and all(part.weekdays for part in known):
        return not item.days.weekdays & weekdays
    dates = [day for part in known for reading in part.readings for day in reading]
    if item.days and dates and item.days.readings and not weekdays:
        return not any(day in reading for reading in item.days.readings for day in dates)
    return bool(item.hours and clause.hours and not any(meet(part, item.hours) for part in clause.hours))
