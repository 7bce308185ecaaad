"""The forms of the rota page: what was typed, what it means, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.rota import Rota, Rules, Stretch
from services.rota_changes import ANSWER_LIMITS
from web.coach.hours_form import FURTHEST, Errors, Form, word
from web.coach.times import Wrong, read_date, read_spans, spans

Typed = dict[str, str]
MOST_ROWS = 6
"""Stretches of one day, at most."""
LISTED = 4
"""How many may be named to be asked after the deputy."""
DIFFERENT = ("first", "last", "day-who", "day-deputy", "day-hours")


@dataclass(frozen=True, slots=True)
class Days:
    """Days that are to differ; no `staff_id`: nobody."""

    first: date
    last: date
    staff_id: int | None
    deputy_id: int | None
    hours: tuple[int, int] | None


def rows_of(typed: Typed, weekday: int) -> int:
    """How many rows a day has in the form: those that say something and an empty one."""
    used = [row for row in range(MOST_ROWS) if any(typed.get(f"{name}-{weekday}-{row}") for name in ("hours", "who"))]
    return min(MOST_ROWS, max(used, default=-1) + 2)


def of_week(rota: Rota) -> Typed:
    """What stands in the fields for a week."""
    typed: Typed = {}
    for weekday in range(7):
        own = [each for each in rota.week if each.weekday == weekday]
        for row, each in enumerate(own[:MOST_ROWS]):
            typed[f"hours-{weekday}-{row}"] = spans([(each.starts, each.ends)])
            typed[f"who-{weekday}-{row}"] = str(each.staff_id)
            typed[f"deputy-{weekday}-{row}"] = str(each.deputy_id or "")
    return typed


def typed_week(form: Form) -> Typed:
    """What was typed into the week's form; with `same` Tuesday to Friday are like Monday."""
    names = [
        f"{name}-{day}-{row}" for name in ("hours", "who", "deputy") for day in range(7) for row in range(MOST_ROWS)
    ]
    typed = {name: word(form, name) for name in names}
    if word(form, "same"):
        for name in list(typed):
            field, day, row = name.split("-")
            if day in "1234":
                typed[name] = typed[f"{field}-0-{row}"]
    return typed


def read_week(typed: Typed, people: Collection[int], errors: Errors) -> tuple[Stretch, ...]:
    """The week that was typed; what is wrong is in `errors`, by field."""
    week = tuple(each for day in range(7) for row in range(MOST_ROWS) for each in _row(typed, day, row, people, errors))
    for weekday in range(7):
        own = sorted((each for each in week if each.weekday == weekday), key=lambda each: each.starts)
        if any(own[n].ends > own[n + 1].starts for n in range(len(own) - 1)):
            errors.setdefault(f"hours-{weekday}-0", "overlap")
    return week


def _row(typed: Typed, day: int, row: int, people: Collection[int], errors: Errors) -> Iterator[Stretch]:
    """One row: hours, several where they are written so, of one person with one deputy."""
    at = f"{day}-{row}"
    hours, who, deputy = (typed.get(f"{name}-{at}", "") for name in ("hours", "who", "deputy"))
    if not hours and not who:
        return
    person, second = number(who, people), number(deputy, people)
    if not hours:
        errors[f"hours-{at}"] = "no_hours"
    elif person is None:
        errors[f"who-{at}"] = "no_one"
    elif person == second:
        errors[f"deputy-{at}"] = "same_person"
    else:
        try:
            for starts, ends in read_spans(hours):
                yield Stretch(day, starts, ends, person, second)
        except Wrong as wrong:
            errors[f"hours-{at}"] = wrong.code


def number(text: str, people: Collection[int]) -> int | None:
    """Somebody who may be on the rota; None for nobody and for anybody else."""
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    return found if found in people else None


def of_rules(rules: Rules) -> Typed:
    """What stands in the fields for the rules."""
    listed = {f"then-{place}": str(rules.then[place]) if place < len(rules.then) else "" for place in range(LISTED)}
    ticks = {"bank-holidays": "yes" if rules.bank_holidays else "", "unplaced": "yes" if rules.unplaced else ""}
    return {"minutes": str(rules.answer_minutes), **ticks, **listed}


def typed_rules(form: Form) -> Typed:
    """What was typed into the form of the rules."""
    return {name: word(form, name) for name in of_rules(Rules())}


def read_rules(typed: Typed, people: Collection[int], errors: Errors) -> Rules | None:
    """The rules; None when something is wrong."""
    text = typed["minutes"]
    minutes = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    if not ANSWER_LIMITS[0] <= minutes <= ANSWER_LIMITS[1]:
        errors["minutes"] = "answer_limits"
        return None
    listed = [number(typed[f"then-{place}"], people) for place in range(LISTED)]
    then = tuple(dict.fromkeys(each for each in listed if each is not None))
    return Rules(minutes, bool(typed["bank-holidays"]), bool(typed["unplaced"]), then)


def typed_days(form: Form) -> Typed:
    """What was typed into the form of the days that differ."""
    return {name: word(form, name) for name in DIFFERENT}


def read_days(typed: Typed, rota: Rota, people: Collection[int], today: date, errors: Errors) -> Days | None:
    """The days that differ; None when something is wrong. Without a last day it is one day."""
    first = _date(typed, "first", errors)
    last = _date(typed, "last", errors) or first
    who, deputy = number(typed["day-who"], people), number(typed["day-deputy"], people)
    hours = _hours(typed, errors)
    if not typed["first"]:
        errors["first"] = "no_first"
    if who is not None and who == deputy:
        errors["day-deputy"] = "same_person"
    if errors or first is None or last is None:
        return None
    _check_days(first, last, today, errors)
    if not errors and who is not None and hours is None and not _has_hours(rota, first, last):
        errors["day-hours"] = "no_usual"
    return None if errors else Days(first, last, who, deputy, hours)


def _date(typed: Typed, name: str, errors: Errors) -> date | None:
    try:
        return read_date(typed[name]) if typed[name] else None
    except Wrong as wrong:
        errors[name] = wrong.code
        return None


def _hours(typed: Typed, errors: Errors) -> tuple[int, int] | None:
    try:
        found = read_spans(typed["day-hours"])
    except Wrong as wrong:
        errors["day-hours"] = wrong.code
        return None
    if len(found) > 1:
        errors["day-hours"] = "one_span"
    return found[0] if found else None


def _check_days(first: date, last: date, today: date, errors: Errors) -> None:
    if last < first:
        errors["last"] = "ends_first"
    elif last < today:
        errors["last" if first != last else "first"] = "past_away"
    elif last > today + FURTHEST:
        errors["last"] = "too_far"


def _has_hours(rota: Rota, first: date, last: date) -> bool:
    """Whether the week has hours on one of these days at least; a bank holiday without cover has none."""
    days = (first + timedelta(days=n) for n in range(min((last - first).days, 400) + 1))
    return any(not rota.is_free(day) and any(each.weekday == day.weekday() for each in rota.week) for day in days)
