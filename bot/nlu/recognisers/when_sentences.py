"""What the clauses of a message mean together: sentences that say more, days named twice, what is left out of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.nlu.recognisers.when_values import OPENS, SHORTEST, Days, Hours, meet

MANY_DAYS = 4  # "mon tues thurs fri": each week, not the coming ones


@dataclass(slots=True)
class Clause:
    """Days that share hours. Groups are alternatives; the days inside one group narrow each other."""

    days: list[list[Days]] = field(default_factory=list)
    hours: list[Hours] = field(default_factory=list)
    left_out: bool = False
    universal: str = ""  # "day" or "time" after "any day", "any morning", "weekdays": what "but" then leaves out
    hours_first: bool = False
    anything: bool = False
    over_comma: bool = False  # "most afternoons, wednesdays": hours, and days after a comma
    split: bool = False  # "not wednesday, friday": the last may be what is wanted
    adds: bool = False  # a sentence of its own that says more about the one before: "tuesday. after 2"
    good: bool = False  # said to be good, so never "not then"
    all_day: bool = False  # its days were said to be free all day
    reason: bool = False  # stood before "so"
    own_not: bool = False  # denied by a word of its own, not by one before an earlier "or"
    instead: bool = False  # after "but": its hours take the place of those said of its days before
    sentence: int = 0  # what is left out is left out of the clauses of its own sentence

    @property
    def empty(self) -> bool:
        """Whether nothing has been said yet."""
        return not (self.days or self.hours or self.anything)


def put_together(clauses: Sequence[Clause], weekly: bool) -> list[Clause]:
    """The clauses of a message as they are meant together."""
    kept = [_each_week(clause, weekly) for clause in _in_one(clauses)]
    _share_the_day(kept)
    kept = [clause for n, clause in enumerate(kept) if not _taken_back(clause, kept[n + 1 :])]
    kept = [clause for n, clause in enumerate(kept) if not (clause.reason and _erased(clause, kept[n + 1 :]))]
    return _in_sentences(_named_once([_wanted_after_all(clause, kept) for clause in kept]))


def _share_the_day(clauses: Sequence[Clause]) -> None:
    """ "2pm not 1pm tomorrow": the day is that of both."""
    if len(clauses) != 2 or clauses[0].left_out or not clauses[1].left_out:
        return
    wanted, out = clauses
    points = [part.clock and not part.bound for part in (*wanted.hours, *out.hours)]
    if out.days and out.hours_first and not wanted.days and len(points) == 2 and all(points):
        wanted.days = out.days


def _taken_back(clause: Clause, later: Sequence[Clause]) -> bool:
    """ "Thursday. oh wait, can't do thursday. friday": what was wanted first is denied in so many words."""
    if clause.left_out or not _weekdays(clause) or any(part.readings for group in clause.days for part in group):
        return False
    denied = any(one.left_out and not one.hours and _weekdays(one) == _weekdays(clause) for one in later)
    return denied and any(not one.left_out and one.days for one in later)


def _erased(clause: Clause, later: Sequence[Clause]) -> bool:
    """ "I take my tablets first thing so not before 11": nothing would be left of the hours before "so"."""
    if clause.left_out or clause.days or not later or not later[0].left_out or later[0].days:
        return False
    out = [span for part in later[0].hours for span in part.windows]
    return all(any(a <= start and end <= b for a, b in out) for part in clause.hours for start, end in part.windows)


def _wanted_after_all(clause: Clause, clauses: Sequence[Clause]) -> Clause:
    """ "Mon-fri after 4 and not before 10 at weekends": days of their own with hours are no exception to others."""
    others = [one for one in clauses if not one.left_out]
    if not (clause.left_out and clause.days and len(clause.hours) == 1 and clause.hours[0].bound and others):
        return clause
    named = [_weekdays(one) for one in others]
    if not all(named) or not _weekdays(clause) or any(days & _weekdays(clause) for days in named):
        return clause
    hours = [turned_round(clause.hours[0])] if clause.own_not else clause.hours
    return replace(clause, left_out=False, hours=hours)


def turned_round(hours: Hours) -> Hours:
    """What is left of the day: "after 3" for "before 3"."""
    start, end = hours.windows[0]
    return replace(hours, windows=((end, 24 * 60) if start <= OPENS else (0, start),))


def _weekdays(clause: Clause) -> frozenset[int]:
    return frozenset[int]().union(*(part.weekdays for group in clause.days for part in group))


def _named_once(clauses: list[Clause]) -> list[Clause]:
    """ "Weds or thurs, weds after 12": a day that is named again with hours is not meant all day as well."""
    for n, clause in enumerate(clauses):
        if clause.left_out or clause.hours or clause.anything:
            continue
        again = [one for one in clauses[n + 1 :] if not one.left_out and one.hours and one.days]
        names = frozenset[int]().union(*(_weekdays(one) for one in again))
        kept = [
            group for group in clause.days if not (len(group) == 1 and group[0].weekdays and group[0].weekdays <= names)
        ]
        if len(kept) < len(clause.days):
            clause.days = kept
    clauses = [clause for n, clause in enumerate(clauses) if not _only_again(clause, clauses[:n])]
    return [clause for clause in clauses if clause.days or clause.hours or clause.anything]


def _only_again(clause: Clause, earlier: Sequence[Clause]) -> bool:
    """ "Tues 10am **tuesday": a day that was named with its hours is not meant all day when it is only named again."""
    if clause.left_out or clause.hours or clause.anything or not _weekdays(clause):
        return False
    told = [_weekdays(one) for one in earlier if one.hours and not one.left_out]
    return all(len(group) == 1 and group[0].weekdays for group in clause.days) and any(
        _weekdays(clause) <= days for days in told
    )


def _in_sentences(clauses: list[Clause]) -> list[Clause]:
    """ "Mornings except fridays, evenings except mondays": each exception belongs to what stands before it."""
    sentence, seen_out = 0, False
    for clause in clauses:
        if not clause.left_out and seen_out:
            sentence, seen_out = sentence + 1, False
        seen_out = seen_out or clause.left_out
        clause.sentence = sentence
    own = [{one.left_out for one in clauses if one.sentence == n} for n in range(sentence + 1)]
    if not all(len(kinds) == 2 for kinds in own) or (clauses and clauses[0].left_out):
        for clause in clauses:
            clause.sentence = 0
    return clauses


def other_versions(clauses: Sequence[Clause]) -> list[list[Clause]]:
    """The other ways in which the clauses may hang together."""
    versions = [
        _turned_at_comma(clauses),
        _with_bounds_shared(clauses),
        _with_a_point_for_all(clauses),
        _with_hours_of_the_last(clauses),
    ]
    return [version for version in versions if version]


def last_resorts(clauses: Sequence[Clause]) -> list[list[Clause]]:
    """What may have been meant where nothing is left: what is wanted alone, or each of the days that never meet."""
    wanted = [clause for clause in clauses if not clause.left_out]
    if wanted and len(wanted) < len(clauses):
        return [wanted]
    groups = [(one, group) for one in clauses for group in one.days if len(group) > 1]
    return [[replace(one, days=[[part]])] for one, group in groups[:2] for part in group]  # "next week before thursday"


def _with_bounds_shared(clauses: Sequence[Clause]) -> list[Clause]:
    """ "Any weekday bar monday after 4": monday after 4 is out, or all of monday, and the rest are wanted after 4."""
    if len(clauses) != 2 or clauses[0].left_out or clauses[0].hours or not clauses[1].left_out:
        return []
    wanted, out = clauses
    if not (out.days and len(out.hours) == 1 and out.hours[0].bound) or out.hours_first:
        return []
    return [replace(wanted, hours=out.hours, reason=False), replace(out, hours=[])]


def _with_a_point_for_all(clauses: Sequence[Clause]) -> list[Clause]:
    """ "Any morning bar weds, half 9": that half hour is out on Wednesdays, or it is when the other mornings are wanted."""
    if len(clauses) != 2 or clauses[0].left_out or not clauses[1].left_out or clauses[1].hours_first:
        return []
    wanted, out = clauses
    points = out.days and len(out.hours) == 1 and not out.hours[0].bound and all(map(_is_a_point, out.hours[0].windows))
    if not points:
        return []
    hours = [met for part in wanted.hours if (met := meet(part, out.hours[0]))] if wanted.hours else out.hours
    return [replace(wanted, hours=hours), replace(out, hours=[])] if hours else []


def _is_a_point(span: tuple[int, int]) -> bool:
    return span[1] - span[0] <= SHORTEST


def _with_hours_of_the_last(clauses: Sequence[Clause]) -> list[Clause]:
    """ "Not monday or tuesday mornings": all of monday, it may be."""
    for n, clause in enumerate(clauses):
        if clause.left_out and len(clause.days) > 1 and clause.hours and not clause.hours_first:
            whole = replace(clause, days=clause.days[:-1], hours=[])
            return [*clauses[:n], replace(clause, days=clause.days[-1:]), whole, *clauses[n + 1 :]]
    return []


def _turned_at_comma(clauses: Sequence[Clause]) -> list[Clause]:
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


def _each_week(clause: Clause, weekly: bool) -> Clause:
    """ "Monday mornings": each monday, not only the coming one."""
    many = sum(len(group) == 1 and bool(group[0].weekdays) for group in clause.days) >= MANY_DAYS
    if (weekly or many or any(part.plural for part in clause.hours)) and all(
        part.weekdays for group in clause.days for part in group[-1:]
    ):
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
