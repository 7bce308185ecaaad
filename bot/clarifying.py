"""A message that can be meant in two ways, asked about: times, options of a list, and what the person wants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from bot.actions.times import DAYS, spoken_date, spoken_time
from bot.flows.commands import Back, Clarify, Option, Say, SetSlot, Skip, StartFlow
from bot.flows.definition import Book
from bot.flows.engine import Expecting
from bot.nlu.answers import OTHER_TIMES, Answer
from services.clock import LONDON

MOST = 3
LIKELY, SECOND = 0.35, 0.15
"""Shares of the model's belief: below the first nothing is worth asking about; a second reading needs the other."""
NEITHER = "utter_meant_none"
FEW_DAYS, WEEK = 3, 7

Span = tuple[datetime, datetime]


def about_times(expecting: Expecting, answer: Answer, said: str) -> Clarify | None:
    """Which of the readings of a time was meant, each named by its days and hours; None where names do not tell them apart."""
    wish = answer.also.get("opening_wish")
    readings: Sequence[Any] = (wish.get("ambiguous") or ()) if isinstance(wish, Mapping) else ()
    titles = [title_of([_span(pair) for pair in reading]) for reading in readings[:MOST]]
    if len(titles) < 2 or len(set(titles)) < len(titles):
        return None
    return Clarify(
        tuple(
            Option(
                title,
                (
                    SetSlot("opening_wish", {"windows": reading, "asap": False, "ambiguous": None}),
                    SetSlot(expecting.slot, OTHER_TIMES, said=said),
                ),
            )
            for title, reading in zip(titles, readings, strict=False)
        )
    )


def _span(pair: Sequence[str]) -> Span:
    return datetime.fromisoformat(pair[0]), datetime.fromisoformat(pair[1])


def title_of(windows: Sequence[Span]) -> str:
    """Days and hours of a reading: "Thu 26 Nov", "Mon 30 Nov-Sun 6 Dec", "Fri, 8am-3pm"."""
    by_day: dict[date, list[Span]] = {}
    for start, end in windows:
        by_day.setdefault(start.date(), []).append((start, end))
    groups: dict[str, list[date]] = {}
    for day, spans in by_day.items():
        groups.setdefault(_hours(spans), []).append(day)
    if len(groups) > 1:
        groups = _without_clipped(groups)
    kept = sorted(groups.items(), key=lambda group: -len(group[1]))[:2]
    return "; ".join(", ".join(part for part in (_days(days), hours) if part) for hours, days in kept)


def _without_clipped(groups: dict[str, list[date]]) -> dict[str, list[date]]:
    """Today and the last day are cut short by the clock; their hours are those of the days between."""
    first, last = (
        min(day for days in groups.values() for day in days),
        max(day for days in groups.values() for day in days),
    )
    inner = {hours: days for hours, days in groups.items() if set(days) - {first, last}}
    if len(inner) != 1:
        return inner or groups
    ((hours, _),) = inner.items()
    return {hours: sorted(day for days in groups.values() for day in days)}


def _hours(spans: Iterable[Span]) -> str:
    told = [f"{_time(start)}-{_time(end)}" for start, end in spans]
    return ", ".join(told) if told != ["8am-8pm"] else ""


def _time(moment: datetime) -> str:
    return spoken_time(moment.replace(tzinfo=LONDON))


def _days(days: Sequence[date]) -> str:
    runs = list(_runs(sorted(days)))
    if len(runs) == 1 and len(days) <= 2 * WEEK:
        first, last = runs[0][0], runs[0][-1]
        return spoken_date(first) if first == last else f"{spoken_date(first)}-{spoken_date(last)}"
    if len(days) <= FEW_DAYS:
        return ", ".join(map(spoken_date, sorted(days)))
    weekdays = sorted({day.weekday() for day in days})
    return f"{DAYS[0]}-{DAYS[-1]}" if len(weekdays) == WEEK else ", ".join(DAYS[weekday] for weekday in weekdays)


def _runs(days: Sequence[date]) -> Iterable[list[date]]:
    """Days in a row."""
    for _, run in groupby(enumerate(days), key=lambda pair: pair[1].toordinal() - pair[0]):
        yield [day for _, day in run]


def about_options(expecting: Expecting, values: Sequence[str], said: str) -> Clarify | None:
    """Which of two or three options was meant, by their titles."""
    titles = {value: title for value, title, _ in expecting.choices}
    if not 1 < len(values) < len(titles) or not set(values) <= titles.keys():
        return None
    return Clarify(tuple(Option(titles[value], (SetSlot(expecting.slot, value, said=said),)) for value in values))


def about_wishes(ranking: Sequence[tuple[str, float]], book: Book) -> Clarify | None:
    """Which of the two likeliest things was wanted, or neither; None where the model has no idea."""
    likely = [intent for intent, share in ranking[:2] if share >= (SECOND if intent != ranking[0][0] else LIKELY)]
    if not likely or likely[0] != ranking[0][0]:
        return None
    options = [option for intent in likely if (option := _wish(intent, book))]
    if not options or options[0].title != f"utter_meant_{likely[0]}" or NEITHER not in book.responses:
        return None
    return Clarify((*options, Option(NEITHER, ())))


def _wish(intent: str, book: Book) -> Option | None:
    title = f"utter_meant_{intent}"
    if title not in book.responses:
        return None
    acts: dict[str, Say | Back | Skip] = {"why": Say("why"), "repeat": Say("repeat"), "back": Back(), "skip": Skip()}
    if intent in acts:
        return Option(title, (acts[intent],))
    return Option(title, (StartFlow(book.triggers[intent]),)) if intent in book.triggers else None
