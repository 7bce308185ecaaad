"""Pieces of a message about times put together: which days with which hours, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.nlu.recognisers.when_sentences import Clause, put_together
from bot.nlu.recognisers.when_together import (
    after_and_before,
    agrees,
    already_denies,
    both,
    denied_next,
    in_the_same_week,
    names_again,
    narrows,
    narrows_over_comma,
    parted,
    share,
)
from bot.nlu.recognisers.when_values import CLOSES, Days, Hours, Item, meet


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
        self._either = False  # whether hours after "but" may be wanted or left out
        self.asap = False

    def read(self, items: Sequence[Item], weekly: bool = False) -> list[Clause]:
        """All clauses of a message; `weekly` where it tells how each week goes."""
        for n, item in enumerate(items):
            self._coming = items[n + 1 :]
            self._denied = n > 0 and items[n - 1].kind == "not"
            if item.kind in {"vague", "own", "undecided"}:
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
        if self._clause.empty and self.clauses:
            self._clause = self.clauses.pop()
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
        if item.hours is None and self._clause.empty and self.clauses and _hours_alone(self.clauses[-1]):
            self._clause = self.clauses.pop()  # "dinner time is best, any day"
        if item.hours and self._clause.empty and self.clauses and _days_alone(self.clauses[-1]):
            coming = self._coming[0] if self._coming else item
            if coming is not item and coming.hours and not coming.days:
                self._clause = self.clauses.pop()  # "today is fine, any time after twelve"
                return
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
        if self._denied and already_denies(item):
            self._not = self._clause.left_out = False  # "any time but not early"
        self._turn_at_but(item)
        if self._clause.left_out and self._link and denied_next(self._coming):
            self._not = False  # "mornings except fridays, afternoons except mondays"
            self._close()
        elif item.days and self._link == "comma" and self._may_be_named_again(item.days):
            self._close()  # "weds or thurs, weds after 12"
        elif self._so and not self._clause.left_out and parted(self._clause, item):
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
        return not (clause.left_out or clause.hours or clause.universal) and names_again(clause, days)

    def _turn_at_but(self, item: Item) -> None:
        """ "any morning but weds" leaves out; "monday but after 3" narrows; "not monday but tuesday" turns round."""
        if self._link != "but":
            return
        universal, was_left_out = self._clause.universal, self._clause.left_out
        if was_left_out:
            self._close()
            self._clause = Clause()
        elif item.days and (names_again(self._clause, item.days) or self._has_hours_of_its_own(item)):
            universal = "" if self._clause.days else universal
            self._close()  # "any day after 3 but weds after 4"
            self._clause.instead = True
            self._clause.universal = universal
        elif universal == "time" and item.days is None and item.hours and item.hours.bound:
            self._either = True  # "whenever but before 2": that, or all but that
        elif universal and not (universal == "day" and item.days is None) and not already_denies(item):
            self._not = True
            self._close()
        self._link = ""

    def _add_days(self, days: Days) -> None:
        clause = self._clause
        beside = self._beside_plural(days)
        if clause.days and self._link and (week := in_the_same_week(clause.days[-1], days)):
            clause.days[-1] = [week]  # "next wednesday or thursday"
            return
        spans = self._not and clause.days and not self._link and clause.days[-1][-1].span and days.span
        second = self._listed == "join" and self._link == "comma" and not (clause.left_out or clause.hours)
        settled = clause.all_day and self._link and not clause.hours  # "thursday all day or friday until 1"
        if clause.days and (spans or second or settled):
            self._not = self._not and not spans  # "not next week the week after", "mon or tues, thurs afternoon"
            self._close()
            clause = self._clause
        self._listed = self._link if clause.days else ""
        if self._takes_back(days):
            self.clauses.pop()  # "monday oh no cant do monday tuesday"
            self._not = False
            self._clause = clause = Clause()
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
        if clause.days and not self._link and narrows(clause.days[-1], days):
            clause.days[-1] = both(clause.days[-1], days)
            if days.span:
                share(clause.days, days)
            return
        apart = clause.left_out and not agrees(clause.days[-1], days) if clause.days else False
        if clause.days and self._link == "comma" and not apart and narrows_over_comma(clause.days[-1], days):
            clause.days[-1] = both(clause.days[-1], days)
            return
        shared = _spans_of_the_list(clause, days)
        clause.split = clause.left_out and self._link == "comma" and len(clause.days) == 1 and not clause.hours
        beside = beside or bool(self._link and clause.days and any(part.recurring for part in clause.days[-1]))
        if days.weekdays and (beside or (clause.instead and clause.universal)):
            days = replace(days, recurring=True)  # "mondays and weds"
        clause.over_comma = bool(clause.hours) and not clause.days and self._link == "comma"
        clause.days.append([*shared, days])
        clause.hours_first = clause.hours_first or (bool(clause.hours) and len(clause.days) == 1)
        if until:
            self._not = False  # "not until next week, afternoons"
            self._close()
            self._clause.adds = True

    def _takes_back(self, days: Days) -> bool:
        """Whether the day just denied is the one that was wanted before, and another follows in its place."""
        out, before = self._clause, self.clauses[-1] if self.clauses else Clause()
        named = [part.weekdays for group in out.days for part in group]
        wanted = [part.weekdays for group in before.days for part in group]
        again = len(named) == 1 and bool(named[0]) and named == wanted and not (before.left_out or out.hours)
        return again and out.left_out and not self._link and not days.recurring

    def _beside_plural(self, days: Days) -> bool:
        """ "Mondays 10-11 or weds 10-11": the name that has no plural of its own is meant each week too."""
        named = self._clause.days[-1] if self._clause.days else ()
        plural = any(part.recurring and len(part.weekdays) == 1 for part in named)
        return self._link == "join" and plural and len(days.weekdays) == 1

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
        if self._either:
            start, end = hours.windows[0]
            others = ((0, start),) if end >= CLOSES else ((end, CLOSES),)
            hours, self._either = replace(hours, others=(others,)), False
        clause = self._clause
        if self._wanted_after_all(hours):
            return
        if clause.left_out and clause.days and not clause.hours and self._link == "join":
            self._close()  # "not mondays or before 10": two things left out
            clause = self._clause
        if clause.anything and clause.universal == "time" and clause.days and not clause.hours and self._link == "join":
            self._close()  # "anytime weekends and after 5 in the week"
            clause = self._clause
        weekly = bool(clause.days) and all(part.recurring for group in clause.days for part in group)
        if self._link == "join" and weekly and hours.plural and not (clause.hours or clause.left_out):
            self._close()  # "weekends or evenings"
            clause = self._clause
        if clause.hours and clause.hours_first and clause.days:
            if not self._link:
                self._narrow(hours)
                return
            self._close()
            clause = self._clause
        if clause.hours and (not self._link or after_and_before(clause.hours[-1], hours, self._link)):
            self._narrow(hours)
            return
        if clause.hours and self._link == "comma" and not (clause.hours[-1].clock and hours.clock):
            clause.split = clause.left_out and not clause.days
            self._narrow(hours)  # "evenings, after 6"
            return
        if not clause.days:
            clause.split = clause.left_out and self._link == "comma" and len(clause.hours) == 1
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


def _hours_alone(clause: Clause) -> bool:
    return bool(clause.hours) and not (clause.days or clause.left_out or clause.anything)


def _days_alone(clause: Clause) -> bool:
    return clause.good and bool(clause.days) and not (clause.hours or clause.left_out)


def _spans_of_the_list(clause: Clause, days: Days) -> list[Days]:
    """ "Next week monday or tuesday": the week is meant for each day of the list."""
    several = bool(clause.days) and bool(days.weekdays) and len(clause.days[-1]) > 1
    return [part for part in clause.days[-1] if part.span] if several else []
