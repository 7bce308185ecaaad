"""Pieces of a message about times put together: which days with which hours, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.nlu.recognisers.when_grammar import meet
from bot.nlu.recognisers.when_values import Days, Hours, Item


@dataclass(slots=True)
class Clause:
    """Days that share hours. Groups are alternatives; the days inside one group narrow each other."""

    days: list[list[Days]] = field(default_factory=list)
    hours: list[Hours] = field(default_factory=list)
    left_out: bool = False
    universal: str = ""  # "day" or "time" after "any day", "any morning", "weekdays": what "but" then leaves out
    hours_first: bool = False
    anything: bool = False
    split: bool = False  # "not wednesday, friday": the last may be what is wanted
    adds: bool = False  # a sentence of its own that says more about the one before: "tuesday. after 2"

    @property
    def empty(self) -> bool:
        """Whether nothing has been said yet."""
        return not (self.days or self.hours or self.anything)


class Builder:
    """Reads the pieces in order into clauses."""

    def __init__(self) -> None:
        self.clauses: list[Clause] = []
        self._clause = Clause()
        self._link = ""  # what stood since the last time: "", "join", "comma", "but"
        self._not = False
        self._stopped = False
        self.asap = False

    def read(self, items: Sequence[Item]) -> list[Clause]:
        """All clauses of a message."""
        for item in items:
            if item.kind == "vague":
                continue
            self._clause.adds = self._clause.adds or (self._stopped and item.kind == "time" and self._clause.empty)
            self._stopped = self._stopped and item.kind in {"filler", "other", "comma", "stop"}
            getattr(self, f"_on_{item.kind}")(item)
        self._close()
        return [_each_week(clause) for clause in _in_one(self.clauses)]

    def _close(self) -> None:
        if not self._clause.empty:
            self.clauses.append(self._clause)
        self._clause = Clause(left_out=self._not)
        self._link = ""

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
        self._not = True
        self._close()

    def _on_prefer(self, item: Item) -> None:
        if self._not:
            self._not = False
            self._close()

    def _on_no_good(self, item: Item) -> None:
        if self._clause.empty:
            self._not = True
            self._close()
            return
        self._clause.left_out = True
        self._not = False
        self._close()

    def _on_good(self, item: Item) -> None:
        if self._clause.left_out and not self._clause.empty:
            self._keep_last()
        self._not = False
        self._close()

    def _keep_last(self) -> None:
        """ "not monday, tuesday is good": the last day named is wanted after all."""
        clause = self._clause
        if len(clause.days) > 1:
            last = clause.days.pop()
            self._close()
            self._clause = Clause(days=[last])
        else:
            clause.left_out = False

    def _on_asap(self, item: Item) -> None:
        self.asap = True

    def _on_any(self, item: Item) -> None:
        both = self._clause.days and self._clause.hours
        if self._not or (both and self._link == "join"):  # "saturday morning or any evening"
            self._not = False
            self._close()
        self._clause.universal = "day" if item.hours is None else "time"
        self._clause.anything = True

    _on_all = _on_any

    # --- times

    def _on_time(self, item: Item) -> None:
        self._turn_at_but(item)
        if item.days:
            self._add_days(item.days)
        if item.hours:
            self._link = "" if item.days else self._link
            self._add_hours(item.hours)
        self._link = ""

    def _turn_at_but(self, item: Item) -> None:
        """ "any morning but weds" leaves out; "monday but after 3" narrows; "not monday but tuesday" turns round."""
        if self._link != "but":
            return
        universal, was_left_out = self._clause.universal, self._clause.left_out
        if was_left_out:
            self._close()
            self._clause = Clause()
        elif universal and not (universal == "day" and item.days is None):
            self._not = True
            self._close()
        self._link = ""

    def _add_days(self, days: Days) -> None:
        clause = self._clause
        if self._not and days.left_out:
            days = replace(days, readings=(days.left_out,))
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
        if days.weekdays and self._link and clause.days and any(part.recurring for part in clause.days[-1]):
            days = replace(days, recurring=True)  # "mondays and weds"
        clause.days.append([*shared, days])
        clause.hours_first = clause.hours_first or (bool(clause.hours) and len(clause.days) == 1)

    def _add_hours(self, hours: Hours) -> None:
        clause = self._clause
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
            self._narrow(hours)  # "evenings, after 6"
            return
        clause.split = clause.left_out and self._link == "comma" and len(clause.hours) == 1 and not clause.days
        clause.hours.append(hours)

    def _narrow(self, hours: Hours) -> None:
        both = meet(self._clause.hours[-1], hours)
        if both:
            self._clause.hours[-1] = both
        else:
            self._clause.hours.append(hours)


def turned_at_comma(clauses: Sequence[Clause]) -> list[Clause]:
    """ "Not wednesday, friday" with friday wanted; nothing where no clause can be meant so."""
    turned: list[Clause] = []
    for clause in clauses:
        parts = [clause]
        if clause.split and len(clause.days) == 2:
            parts = [
                replace(clause, days=clause.days[:1], split=False),
                Clause(days=clause.days[1:], hours=clause.hours),
            ]
        elif clause.split and len(clause.hours) == 2:
            parts = [replace(clause, hours=clause.hours[:1], split=False), Clause(hours=clause.hours[1:])]
        turned += parts
    return turned if len(turned) > len(clauses) else []


def _each_week(clause: Clause) -> Clause:
    """ "Monday mornings": each monday, not only the coming one."""
    if any(part.plural for part in clause.hours):
        clause.days = [
            [replace(part, recurring=part.recurring or bool(part.weekdays)) for part in group] for group in clause.days
        ]
    return clause


def _in_one(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses, with a sentence that only names days or hours taken into the wanted one before it."""
    kept: list[Clause] = []
    for clause in clauses:
        wanted = next((one for one in reversed(kept) if not one.left_out), None)
        if not (clause.adds and wanted and not clause.left_out and _taken_in(wanted, clause)):
            kept.append(clause)
    return kept


def _taken_in(wanted: Clause, more: Clause) -> bool:
    """ "any afternoon. after two"; "after 2. thursdays"; "next week. monday or tuesday"."""
    if more.hours and not more.days:
        both = [met for part in wanted.hours for other in more.hours if (met := meet(part, other))]
        wanted.hours = both or [*wanted.hours, *more.hours]
        return True
    if more.hours or not more.days:
        return False
    if not wanted.days:
        wanted.days = more.days
        return True
    spans = [part for group in wanted.days for part in group if part.span]
    if len(wanted.days) == 1 and spans and all(part.weekdays for group in more.days for part in group):
        wanted.days = [[*spans, *group] for group in more.days]
        return True
    return False


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
