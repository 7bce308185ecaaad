"""When somebody can be rung: their own words read into windows of London time."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice, product
from zoneinfo import ZoneInfo

from bot.nlu.recognisers.text import clean
from bot.nlu.recognisers.when_clauses import Builder
from bot.nlu.recognisers.when_dates import DAY, Calendar
from bot.nlu.recognisers.when_denied import plainly_denied
from bot.nlu.recognisers.when_grammar import pieces
from bot.nlu.recognisers.when_reworded import reworded
from bot.nlu.recognisers.when_sentences import Clause, last_resorts, other_versions, turned_round
from bot.nlu.recognisers.when_signs import is_doubtful
from bot.nlu.recognisers.when_values import (
    ALL_HOURS,
    CLOSES,
    DAYS_AHEAD,
    OPENS,
    Days,
    Item,
    Minutes,
    When,
    Window,
    overlap,
)
from bot.nlu.recognisers.when_words import tells_of_each_week, time_tokens
from services.bank_holidays import bank_holidays as of_england

LONDON = ZoneInfo("Europe/London")
MOST_READINGS = 4
MOST_UNKNOWN = 3  # words beside "whenever"
FAR = 120  # days: "in january but not mondays"
LONGEST = 600  # characters: nobody names a time in more

__all__ = ["When", "Window", "read_when"]


@cache
def english_bank_holidays(year: int) -> frozenset[date]:
    """Bank holidays of England in a year and the next."""
    return of_england(year) | of_england(year + 1)


def read_when(
    text: str, now: datetime, *, bank_holidays: Collection[date] | None = None, reference: datetime | None = None
) -> When | None:
    """The times that a message names, over the 28 days after `now`; None where it names none.

    `now` is aware, or London wall clock. `reference` is the time that "same time" means.
    """
    dated = _read(text, now, bank_holidays, reference)
    timed = _read(HOUR_OR_HOUR.sub(_as_hours, text), now, bank_holidays, reference) if _may_be_hours(text) else None
    if timed is None or timed.ambiguous or dated == timed:
        return dated
    if dated is None or dated.ambiguous or not _soon(dated, now):
        return timed
    return replace(dated, windows=_merged((*dated.windows, *timed.windows)), ambiguous=(dated.windows, timed.windows))


HOUR_OR_HOUR = re.compile(r"(?<![\d/.:])(\d{1,2})/(\d{1,2})(?![\d/.:])")


def _may_be_hours(text: str) -> bool:
    """ "5/6": the fifth of June, or five or six; "5/8" is a date, and so is "5/6 at 2"."""
    pairs = [one for one in HOUR_OR_HOUR.finditer(text[:LONGEST]) if int(one[1]) + 1 == int(one[2]) <= 12]
    return bool(pairs) and not any(char.isdigit() for char in HOUR_OR_HOUR.sub("", text))


def _as_hours(said: re.Match[str]) -> str:
    return f"{said[1]} or {said[2]}" if int(said[1]) + 1 == int(said[2]) <= 12 else said[0]


def _soon(when: When, now: datetime) -> bool:
    """Whether some of it lies within the weeks that a call can be booked in."""
    last = _wall(now) + timedelta(days=DAYS_AHEAD)
    return any(start < last for start, _ in when.windows)


def _read(text: str, now: datetime, bank_holidays: Collection[date] | None, reference: datetime | None) -> When | None:
    wall = _wall(now)
    calendar = Calendar(
        wall.date(),
        english_bank_holidays(wall.year) if bank_holidays is None else bank_holidays,
        wall.hour * 60 + wall.minute,
    )
    found = time_tokens(reworded(plainly_denied(clean(text)[:LONGEST])))
    items = pieces(found, calendar, None if reference is None else _wall(reference))
    whole = all(item.kind != "other" for item in items) and len(text) <= LONGEST
    builder = Builder()
    clauses = _with_today_doubted(builder.read(items, tells_of_each_week(found)), calendar)
    if not _names_a_time(items, whole, builder.asap):
        return None
    readings = _readings(clauses, calendar, wall)
    if not readings[0] and all(clause.left_out for clause in clauses):
        return None
    if len(readings) == 1 and is_doubtful(items, found):
        apart = _day_by_day(readings[0]) if any(item.kind == "undecided" for item in items) else []
        readings = apart or _or_the_contrary(readings[0], calendar, wall)
    windows = tuple(sorted({window for reading in readings for window in reading}))
    return When(_merged(windows), builder.asap, tuple(readings) if len(readings) > 1 else None, whole)


def _day_by_day(windows: tuple[Window, ...]) -> list[tuple[Window, ...]]:
    """ "Weds or thurs, not sure which": each by itself."""
    days = sorted({start.date() for start, _ in windows})
    if not 1 < len(days) < MOST_READINGS:
        return []
    return [tuple(window for window in windows if window[0].date() == day) for day in days]


def _or_the_contrary(windows: tuple[Window, ...], calendar: Calendar, wall: datetime) -> list[tuple[Window, ...]]:
    """The times named, and all other times: there was a "not" among words that were not understood."""
    contrary: list[Window] = []
    for start, end in _windows([], calendar, wall):
        inside = [(max(a, start), min(b, end)) for a, b in windows if a < end and start < b]
        edges = [start, *(edge for span in inside for edge in span), end]
        contrary += [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
    return [windows, tuple(contrary)] if windows and contrary else [windows]


def _with_today_doubted(clauses: list[Clause], calendar: Calendar) -> list[Clause]:
    """ "Friday" said on a Friday is today or in a week; as the last of "saturday or friday" it is in a week."""
    today = calendar.today
    wanted = [clause for clause in clauses if not clause.left_out]
    listed = [(clause, n) for clause in wanted for n in range(len(clause.days))]
    for at, (clause, n) in enumerate(listed):
        before = [part for other, m in listed[:at] for part in other.days[m] if not part.recurring]
        alone = len(listed) == 1 and len(wanted) == len(clauses)
        later = bool(before) and all(part.weekdays and min(part.weekdays) > today.weekday() for part in before)
        if _is(clause.days[n], today.weekday()) and (alone or later):
            in_a_week = frozenset({today + 7 * DAY})
            clause.days[n] = [Days(readings=(in_a_week,) if later else (frozenset({today}), in_a_week))]
    return clauses


def _is(group: Sequence[Days], weekday: int) -> bool:
    return len(group) == 1 and group[0].weekdays == {weekday} and not group[0].recurring


def _wall(now: datetime) -> datetime:
    local = now.astimezone(LONDON).replace(tzinfo=None) if now.tzinfo else now
    return local.replace(second=0, microsecond=0) + timedelta(minutes=1 if local.second or local.microsecond else 0)


def _names_a_time(items: Sequence[Item], whole: bool, asap: bool) -> bool:
    """Days or hours were named; "whenever" counts only among few other words, "I'm easy" as the whole message."""
    if any(item.kind in {"time", "asap"} for item in items):
        return True
    unknown = sum(item.kind == "other" for item in items)
    if any(item.kind == "any" for item in items):
        return whole or (unknown < MOST_UNKNOWN and any(item.hours for item in items))
    return whole and (asap or any(item.kind == "all" for item in items))


# --- windows -----------------------------------------------------------------------------------------------------------


def _readings(clauses: Sequence[Clause], calendar: Calendar, wall: datetime) -> list[tuple[Window, ...]]:
    """Every way to understand the clauses, as windows; mostly one."""
    for versions in ((clauses, *other_versions(clauses)), last_resorts(clauses)):
        found = [windows for version in versions for windows in _each_way(version, calendar, wall)]
        if any(found):
            return [windows for windows in dict.fromkeys(found) if windows]
    return [()]


def _each_way(clauses: Sequence[Clause], calendar: Calendar, wall: datetime) -> list[tuple[Window, ...]]:
    ways = [[*_ways(clause), *_turned_round(clause, clauses)] for clause in clauses]
    return [_windows(list(choice), calendar, wall) for choice in islice(product(*ways), MOST_READINGS)]


def _turned_round(clause: Clause, clauses: Sequence[Clause]) -> list[tuple[Clause, Way]]:
    """ "Not after 3 on fridays": any time but that, or Fridays up to three."""
    alone = len(clauses) == 1 and clause.left_out and clause.days and len(clause.hours) == 1
    if not alone or not clause.hours[0].bound:
        return []
    return _ways(replace(clause, left_out=False, hours=[turned_round(clause.hours[0])]))


Way = tuple[tuple[Days, ...], ...]


def _ways(clause: Clause) -> list[tuple[Clause, Way]]:
    """The clause with its hours and each of its ambiguous days settled in one way."""
    hours = islice(product(*(part.readings for part in clause.hours)), MOST_READINGS)
    settled = [replace(clause, hours=list(parts)) for parts in hours]
    ways = list(islice(_days_settled(clause), MOST_READINGS))
    return [(one, way) for one in settled for way in ways][:MOST_READINGS]


def _days_settled(clause: Clause) -> Iterator[Way]:
    named = list(dict.fromkeys(days for group in clause.days for days in group))
    options = [[replace(d, readings=(r,)) for r in d.readings] or [d] for d in named]
    for settled in product(*options):
        meant = dict(zip(named, settled, strict=True))
        yield tuple(tuple(meant[days] for days in group) for group in clause.days)


def _windows(settled: Sequence[tuple[Clause, Way]], calendar: Calendar, wall: datetime) -> tuple[Window, ...]:
    found = _spread(settled, calendar, wall)
    left_out = [(clause, way) for clause, way in settled if clause.left_out]
    if found or len(left_out) < len(settled) or not any(clause.days for clause, _ in left_out):
        return found
    out = [_of(clause, way, calendar, wall, leaving_out=True) for clause, way in left_out]
    later = _beyond(max((day for days in out for day in days), default=calendar.today), calendar)
    return _spread([*settled, later], calendar, wall)  # "not until january"


def _spread(settled: Sequence[tuple[Clause, Way]], calendar: Calendar, wall: datetime) -> tuple[Window, ...]:
    sentences = sorted({clause.sentence for clause, _ in settled}) or [0]
    each = ([one for one in settled if one[0].sentence == n] for n in sentences)
    return _merged([window for some in each for window in _one(some, calendar, wall)])


def _one(settled: Sequence[tuple[Clause, Way]], calendar: Calendar, wall: datetime) -> list[Window]:
    """The windows of one sentence: what is wanted without what is left out."""
    wanted = [(clause, way) for clause, way in settled if not clause.left_out]
    unwanted = [(clause, way) for clause, way in settled if clause.left_out]
    by_day: dict[date, list[Minutes]] = {}
    out = [_of(clause, way, calendar, wall, leaving_out=True) for clause, way in unwanted]
    for clause, way in wanted or [(Clause(), ())]:
        for day, hours in _of(clause, way, calendar, wall).items():
            before = by_day.get(day, [])
            by_day[day] = _instead(before, hours) if clause.instead else [*before, *hours]
    for days in out:
        for day, hours in days.items():
            if day in by_day:
                by_day[day] = _without(by_day[day], hours)
    return [w for day, hours in by_day.items() for w in _clipped(day, hours, calendar, wall)]


def _instead(before: list[Minutes], hours: list[Minutes]) -> list[Minutes]:
    """Hours of a day's own: in place of others of the same kind, "after 5 but fridays from 2", else within them."""
    same = all(len(each) == 1 and each[0][1] >= CLOSES for each in (before, hours))
    return hours if same else list(overlap(tuple(before), tuple(hours))) or hours


def _beyond(last: date, calendar: Calendar) -> tuple[Clause, Way]:
    """Every day up to a week after one that lies beyond the four weeks."""
    days = Days(readings=(calendar.between(calendar.today, last + 8 * DAY),), span=True)
    return Clause(days=[[days]]), ((days,),)


def _of(
    clause: Clause, way: Way, calendar: Calendar, wall: datetime, leaving_out: bool = False
) -> dict[date, list[Minutes]]:
    """The clause's hours on each of its days."""
    hours = [window for part in clause.hours for window in part.windows] or list(ALL_HOURS)
    days = [day for group in way for day in _days(group, hours, calendar, wall, leaving_out)]
    if not clause.days:
        on = {day for part in clause.hours for day in part.on or range(7)} or set(range(7))
        days = [calendar.today + DAY * n for n in range(DAYS_AHEAD + 1)]
        days = [day for day in days if day.weekday() in on]
    if clause.days and not any(part.recurring for group in clause.days for part in group):
        return dict.fromkeys(days, hours)
    now = wall.hour * 60 + wall.minute
    if leaving_out or max(days, default=calendar.last) != calendar.last:
        return dict.fromkeys(days, hours)
    return {day: hours if day < calendar.last else _without(hours, [(now, 24 * 60)]) for day in days}


def _days(
    group: Sequence[Days], hours: list[Minutes], calendar: Calendar, wall: datetime, leaving_out: bool
) -> set[date]:
    """The dates on which all of a group's parts agree."""
    dates = [part.readings[0] for part in group if part.readings]
    weekdays = [part for part in group if part.weekdays]
    if dates:
        both = set(dates[0]).intersection(*dates[1:])
        return {day for day in both if all(day.weekday() in part.weekdays for part in weekdays)}
    if leaving_out or any(part.recurring for part in weekdays):
        horizon = [calendar.today + DAY * n for n in range((FAR if leaving_out else DAYS_AHEAD) + 1)]
        return {day for day in horizon if all(day.weekday() in part.weekdays for part in weekdays)}
    return {_coming(weekday, hours, calendar, wall) for part in weekdays for weekday in part.weekdays}


def _coming(weekday: int, hours: list[Minutes], calendar: Calendar, wall: datetime) -> date:
    """The next such day on which the hours are not yet past."""
    day = calendar.coming(weekday)
    gone = day == calendar.today and all(min(end, CLOSES) <= wall.hour * 60 + wall.minute for _, end in hours)
    return day + 7 * DAY if gone else day


def _without(hours: list[Minutes], out: list[Minutes]) -> list[Minutes]:
    left = hours
    for a, b in out:
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, a)), (max(start, b), end))
            if piece[0] < piece[1]
        ]
    return left


def _clipped(day: date, hours: list[Minutes], calendar: Calendar, wall: datetime) -> list[Window]:
    midnight = datetime.combine(day, time())
    windows = []
    for start, end in hours:
        opens, closes = max(start, OPENS), min(end, CLOSES)
        begin = max(midnight + timedelta(minutes=opens), wall)
        finish = midnight + timedelta(minutes=closes)
        if begin < finish and opens < closes:
            windows.append((begin, finish))
    return windows


def _merged(windows: Sequence[Window]) -> tuple[Window, ...]:
    """Windows that touch or overlap become one."""
    merged: list[Window] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
