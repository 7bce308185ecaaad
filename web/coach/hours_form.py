"""The forms of the hours page: what was typed, what it means, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from services import hours
from services.call_rules import KINDS, LIMITS, MOSTS, CallRules, fits
from services.clock import LONDON
from services.hours import LONGEST_AWAY, Stretch
from web.coach.times import Span, Wrong, read_date, read_minute, read_spans, spans

LENGTH = "minutes-"
"""Before the kind: the field for how long such calls are."""
FURTHEST = timedelta(days=730)
Typed = dict[str, str | list[str]]
Errors = dict[str, str]
"""The field, and the code of what is wrong with it."""


class Form(Protocol):
    """The part of a posted form that is read here."""

    def get(self, name: str) -> object: ...

    def getlist(self, name: str) -> Sequence[object]: ...


@dataclass(frozen=True, slots=True)
class Absence:
    """From a moment until another, in UTC."""

    starts: datetime
    ends: datetime


def of_week(week: Iterable[Stretch], kinds: tuple[str, ...]) -> Typed:
    """What stands in the fields for a week."""
    week = tuple(week)
    typed: Typed = {"from": ""}
    for weekday in range(7):
        typed |= of_day(weekday, [each for each in week if each.weekday == weekday], kinds)
    return typed


def of_day(weekday: int, day: Sequence[Stretch], kinds: tuple[str, ...]) -> Typed:
    breaks = [(each.break_starts, each.break_ends) for each in day]
    told = [(starts, ends) for starts, ends in breaks if starts is not None and ends is not None]
    offered = {kind for each in day for kind in each.kinds or kinds} if day else {*kinds}
    return {
        f"hours-{weekday}": spans([(each.starts, each.ends) for each in day]),
        f"break-{weekday}": spans(told),
        f"kinds-{weekday}": [kind for kind in kinds if kind in offered],
    }


def typed_week(form: Form, kinds: tuple[str, ...]) -> Typed:
    """What was typed into the week's form."""
    typed: Typed = {"from": word(form, "from")}
    for weekday in range(7):
        typed |= {f"{name}-{weekday}": word(form, f"{name}-{weekday}") for name in ("hours", "break")}
        ticked = {str(each) for each in form.getlist(f"kinds-{weekday}")} if len(kinds) > 1 else {*kinds}
        typed[f"kinds-{weekday}"] = [kind for kind in kinds if kind in ticked]
    return typed


def word(form: Form, name: str) -> str:
    return str(form.get(name) or "").replace("\0", "").strip()


def read_first_day(typed: Typed, today: date, errors: Errors) -> date:
    """From when the hours hold: today where nothing is said."""
    try:
        first_day = read_date(str(typed["from"])) if typed["from"] else today
    except Wrong as wrong:
        errors["from"] = wrong.code
        return today
    if first_day < today:
        errors["from"] = "past_day"
    elif first_day > today + FURTHEST:
        errors["from"] = "too_far"
    return first_day


def read_week(
    typed: Typed, before: tuple[Stretch, ...], kinds: tuple[str, ...], errors: Errors
) -> Mapping[int, tuple[Stretch, ...]]:
    """The week that was typed; a day whose fields say what they said stays exactly as it was."""
    week: dict[int, tuple[Stretch, ...]] = {}
    for weekday in range(7):
        own = tuple(each for each in before if each.weekday == weekday)
        shown = of_day(weekday, own, kinds)
        if all(typed[name] == value for name, value in shown.items()):
            week[weekday] = own
        else:
            day = read_day(typed, weekday, kinds, errors)
            same = typed[f"kinds-{weekday}"] == shown[f"kinds-{weekday}"]
            week[weekday] = _with_own_kinds(day, own) if same else day
    return week


def _with_own_kinds(day: tuple[Stretch, ...], own: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """An evening by phone only stays that when its end is changed and no box was touched."""
    kinds = {each.starts: each.kinds for each in own}
    return tuple(replace(each, kinds=kinds.get(each.starts, each.kinds)) for each in day)


def read_day(typed: Typed, weekday: int, kinds: tuple[str, ...], errors: Errors) -> tuple[Stretch, ...]:
    found: dict[str, list[Span]] = {}
    for name in (f"hours-{weekday}", f"break-{weekday}"):
        try:
            found[name] = read_spans(str(typed[name]))
        except Wrong as wrong:
            errors[name] = wrong.code
    if len(found) < 2:
        return ()
    work, breaks = found[f"hours-{weekday}"], found[f"break-{weekday}"]
    inside = {span: [each for each in breaks if span[0] < each[0] and each[1] < span[1]] for span in work}
    if sum(len(each) for each in inside.values()) < len(breaks):
        errors[f"break-{weekday}"] = "break_outside" if work else "break_alone"
    elif any(len(each) > 1 for each in inside.values()):
        errors[f"break-{weekday}"] = "two_breaks"
    ticked = tuple(typed[f"kinds-{weekday}"])
    if work and not ticked:
        errors[f"kinds-{weekday}"] = "no_kind"
    offered = () if ticked == kinds else ticked
    return tuple(_stretch(weekday, span, inside[span], offered) for span in work)


def _stretch(weekday: int, work: Span, breaks: list[Span], kinds: tuple[str, ...]) -> Stretch:
    starts, ends = breaks[0] if breaks else (None, None)
    return Stretch(weekday, *work, starts, ends, kinds)


T = TypeVar("T")
AWAY = ("first", "first-time", "last", "last-time")


def typed_absence(form: Form) -> Typed:
    """What was typed into the form for time away."""
    return {name: word(form, name) for name in AWAY}


def read_absence(typed: Typed, now: datetime, errors: Errors) -> Absence | None:
    """The time away; None when something is wrong. Without a last day it is one day, without times whole days."""
    first, last = (_part(read_date, typed, name, errors) for name in ("first", "last"))
    begins, ends = (_part(read_minute, typed, name, errors) for name in ("first-time", "last-time"))
    if not typed["first"]:
        errors["first"] = "no_first"
    if errors or first is None:
        return None
    last = last or first
    if max(abs(day - now.astimezone(LONDON).date()) for day in (first, last)) > FURTHEST:
        errors["first"] = "too_far"
        return None
    starts = hours.moment(first, begins or 0)
    until = hours.moment(last, 24 * 60 if ends is None else ends)
    return _checked(starts, until, now, errors)


def _part(read: Callable[[str], T], typed: Typed, name: str, errors: Errors) -> T | None:
    try:
        return read(str(typed[name])) if typed[name] else None
    except Wrong as wrong:
        errors[name] = wrong.code
        return None


def _checked(starts: datetime, ends: datetime, now: datetime, errors: Errors) -> Absence | None:
    if ends <= starts:
        errors["last"] = "ends_first"
    elif ends <= now:
        errors["last"] = "past_away"
    elif ends - starts > LONGEST_AWAY:
        errors["last"] = "too_long_away"
    return None if errors else Absence(starts, ends)


def of_rules(rules: CallRules) -> Typed:
    """What stands in the fields for a team's rules."""
    lengths = {f"{LENGTH}{kind}": str(rules.other_minutes.get(kind, "")) for kind in KINDS}
    mosts = {name: str(getattr(rules, name) or "") for name in MOSTS}
    return {name: str(getattr(rules, name)) for name in LIMITS} | mosts | lengths | {"kinds": list(rules.kinds)}


def typed_rules(form: Form) -> Typed:
    """What was typed into the form of a team's rules."""
    names = (*LIMITS, *MOSTS, *(f"{LENGTH}{kind}" for kind in KINDS))
    return {name: word(form, name) for name in names} | {"kinds": [str(each) for each in form.getlist("kinds")]}


def read_rules(typed: Typed, known: tuple[str, ...], errors: Errors) -> CallRules | None:
    """The rules; None when something is wrong. The kinds keep their order: the first is the usual one."""
    found = {name: read_number(typed, name, name, errors) for name in LIMITS}
    kinds = tuple(kind for kind in known if kind in typed["kinds"])
    own = [kind for kind in KINDS if kind in kinds and typed[f"{LENGTH}{kind}"]]
    lengths = {kind: read_number(typed, f"{LENGTH}{kind}", "minutes", errors) for kind in own}
    mosts = {name: read_number(typed, name, name, errors) if typed[name] else None for name in MOSTS}
    if not kinds:
        errors["kinds"] = "no_kind"
    return (
        None
        if errors
        else CallRules(
            **found,
            kinds=kinds,
            other_minutes=lengths,
            most_a_day=mosts["most_a_day"],
            most_a_week=mosts["most_a_week"],
        )
    )


def read_number(typed: Typed, field: str, rule: str, errors: Errors) -> int:
    """A number of a field that keeps to a rule's limits; -1 where it does not, which is noted."""
    text = str(typed[field])
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    if not fits(rule, number):
        errors[field] = f"limits_{rule}"
        return -1
    return number
