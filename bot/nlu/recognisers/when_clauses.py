"""Pieces of a message about times put together: which days with which hours, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

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
        self.asap = False

    def read(self, items: Sequence[Item]) -> list[Clause]:
        """All clauses of a message."""
        for item in items:
            getattr(self, f"_on_{item.kind}")(item)
        self._close()
        return self.clauses

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
        if clause.days and clause.hours and not clause.hours_first and not (days.span and not self._link):
            self._close()
            clause = self._clause
        if clause.hours and not clause.days and self._link == "join":
            self._close()  # "evenings or weekends"
            clause = self._clause
        if days.recurring and len(days.weekdays) > 1:
            clause.universal = clause.universal or "time"
        if clause.days and not self._link and _narrows(clause.days[-1], days):
            clause.days[-1].append(days)
            if days.span:
                _share(clause.days, days)
            return
        if clause.days and self._link == "comma" and _narrows_over_comma(clause.days[-1], days):
            clause.days[-1].append(days)
            return
        shared = (
            [part for part in clause.days[-1] if part.span]
            if clause.days and days.weekdays and len(clause.days[-1]) > 1
            else []
        )
        if days.weekdays and self._link and clause.days and any(part.recurring for part in clause.days[-1]):
            days = replace(days, recurring=True)  # "mondays and weds"
        clause.days.append([*shared, days])
        clause.hours_first = clause.hours_first or (bool(clause.hours) and len(clause.days) == 1)

    def _add_hours(self, hours: Hours) -> None:
        clause = self._clause
        if clause.left_out and clause.days and not clause.hours and self._link == "join":
            self._close()  # "not mondays or before 10": two things left out
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
        clause.hours.append(hours)

    def _narrow(self, hours: Hours) -> None:
        both = meet(self._clause.hours[-1], hours)
        if both:
            self._clause.hours[-1] = both
        else:
            self._clause.hours.append(hours)


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
