"""A message that can be meant in two ways, asked about: times, options of a list, and what the person wants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from bot.flows.commands import Back, Clarify, Correct, Option, Say, SetSlot, Skip, StartFlow
from bot.flows.definition import Book
from bot.flows.engine import Expecting
from bot.nlu.answers import OTHER_TIMES, Answer
from bot.nlu.recognisers.said import says_of
from bot.nlu.recognisers.when_values import CLOSES, OPENS, SHORTEST
from bot.times import DAYS, spoken_date, spoken_time
from services.clock import LONDON

MOST = 3
LIKELY, SECOND = 0.35, 0.15
"""Shares of the model's belief: below the first nothing is worth asking about; a second reading needs the other."""
NEITHER = "utter_meant_none"
FEW_DAYS, WEEK = 3, 7

Span = tuple[datetime, datetime]


def without_the_denied(answer: Answer, said: str) -> Answer:
    """The answer, with its wish for a time as `not_the_denied` has it."""
    wish = answer.also.get("opening_wish")
    if not isinstance(wish, Mapping) or not_the_denied(wish, said) is wish:
        return answer
    return replace(answer, also={**answer.also, "opening_wish": not_the_denied(wish, said)})


def about_times(expecting: Expecting, answer: Answer, said: str) -> Clarify | None:
    """Which of the readings of a time was meant, each named by its days and hours; None where names do not tell them apart."""
    wish = answer.also.get("opening_wish")
    return which_wish(wish, SetSlot(expecting.slot, OTHER_TIMES, said=said)) if isinstance(wish, Mapping) else None


def which_wish(wish: Mapping[str, Any], then: SetSlot | StartFlow | Correct) -> Clarify | None:
    """Which reading of a wish was meant, and what follows when one is picked; None where there is only one, or one name."""
    readings: Sequence[Any] = wish.get("ambiguous") or ()
    titles = [title_of([_span(pair) for pair in reading]) for reading in readings[:MOST]]
    if len(set(titles)) < len(titles):
        titles = [f"{title}, {_reach(reading)}" for title, reading in zip(titles, readings, strict=False)]
    if len(titles) < 2 or len(set(titles)) < len(titles):
        return None
    return Clarify(
        tuple(
            Option(title, (SetSlot("opening_wish", {"windows": reading, "asap": False, "ambiguous": None}), then))
            for title, reading in zip(titles, readings, strict=False)
        )
    )


def not_the_denied(wish: Mapping[str, Any], said: str) -> Mapping[str, Any]:
    """ "Thursday's no good anymore", "cant do thursday": of "thursday" and "any day but thursday" only one can be meant."""
    readings: Sequence[Any] = wish.get("ambiguous") or ()
    left = [reading for reading in readings if len(reading) >= MANY]
    if len(readings) != 2 or len(left) != 1 or not says_of("moving", "cannot", said):
        return wish
    return {**wish, "windows": left[0], "asap": False, "ambiguous": None}


MANY = 20
"""Days of the four weeks: a reading of so many is all that another leaves over."""


def _reach(reading: Sequence[Sequence[str]]) -> str:
    """From the first day to the last."""
    days = sorted(_span(pair)[0].date() for pair in reading)
    return f"{spoken_date(days[0])}-{spoken_date(days[-1])}" if days else ""


def _span(pair: Sequence[str]) -> Span:
    return datetime.fromisoformat(pair[0]), datetime.fromisoformat(pair[1])


def which_part(parts: Sequence[Sequence[Span]], slot: str, said: str) -> Clarify:
    """Which part of the day is best, where somebody cannot name a time."""
    readings = [[[start.isoformat(), end.isoformat()] for start, end in part] for part in parts]
    wishes = [{"windows": reading, "asap": False, "ambiguous": None} for reading in readings]
    then = SetSlot(slot, OTHER_TIMES, said=said)
    picks = [(SetSlot("opening_wish", wish), then) for wish in wishes]
    return Clarify(tuple(Option(title_of(part), pick) for part, pick in zip(parts, picks, strict=True)), PART)


PART = "utter_which_part"


def title_of(windows: Sequence[Span]) -> str:
    """A reading in few plain words: "Thu 26 Nov", "Fri before 3pm", "any morning but Wed", "any day, Fri before 3pm"."""
    by_day: dict[date, list[Span]] = {}
    for start, end in windows:
        by_day.setdefault(start.date(), []).append((start, end))
    groups: dict[str, list[date]] = {}
    for day, hours in _whole_days(by_day).items():
        groups.setdefault(hours, []).append(day)
    first, *others = sorted(groups.items(), key=lambda group: -len(group[1]))[:MOST]
    named = _weekdays(day for days in groups.values() for day in days)
    also = [(days, hours.removeprefix(f"{first[0]}, ")) for hours, days in others]
    return ", ".join([_day_and_hours(first[1], first[0], named), *(_day_and_hours(*one) for one in also)])


def _day_and_hours(days: Sequence[date], hours: str, named: frozenset[int] = frozenset()) -> str:
    """ "Fri before 3pm"; for the days of a whole week "any morning but Wed"."""
    if len(set(days)) > FEW_DAYS and len(named) > FEW_DAYS and not _is_one_run(days) and not _few_runs(days):
        every, missing = ("weekday", WORKING - named) if named <= WORKING else ("day", frozenset(range(WEEK)) - named)
        in_part = hours in PARTS_OF_DAY.values()
        part = " ".join(["weekday"] * (every == "weekday") + [hours]) if in_part else every
        but = f" but {' or '.join(DAYS[day] for day in sorted(missing))}" if missing else ""
        if not missing or (len(missing) <= FEW_MISSING and every == "day"):
            return f"any {part}{but}{'' if in_part else _joined_by_space(hours)}"
    return f"{_days(days)}{_joined_by_space(hours)}"


WORKING = frozenset(range(5))
FEW_MISSING = 2


def _joined_by_space(hours: str) -> str:
    """Clock times after a comma, words after a space."""
    return f", {hours}" if hours[:1].isdigit() else f" {hours}" if hours else ""


def _weekdays(days: Iterable[date]) -> frozenset[int]:
    return frozenset(day.weekday() for day in days)


def _few_runs(days: Sequence[date]) -> bool:
    """A week with a day missing is told by its dates."""
    return (max(days) - min(days)).days < WEEK and len(list(_runs(sorted(days)))) <= 2


def _is_one_run(days: Sequence[date]) -> bool:
    """Days in a row of no more than two weeks are told by their dates."""
    return len(list(_runs(sorted(days)))) == 1 and len(days) <= 2 * WEEK


def _whole_days(by_day: Mapping[date, list[Span]]) -> dict[date, str]:
    """The hours of each day; the first and the last, where the clock cuts them short, have those of the days between."""
    told = {day: _hours(spans) for day, spans in by_day.items()}
    days = sorted(by_day)
    for day, edge in ((days[0], 1), (days[-1], 0)) if len(days) > 2 else ():
        others = [one for one in days if one not in {days[0], days[-1]}]
        like = next((one for one in others if one.weekday() == day.weekday()), others[0])
        if _cut_short(by_day[day], by_day[like], edge):
            told[day] = told[like]
    return told


def _cut_short(spans: Sequence[Span], usual: Sequence[Span], edge: int) -> bool:
    """Whether the spans are the usual ones with something missing at the other end."""
    ends, usual_ends = ({span[edge].time() for span in one} for one in (spans, usual))
    shorter = spans[0][0].time() >= usual[0][0].time() if edge else spans[-1][1].time() <= usual[-1][1].time()
    return ends <= usual_ends and shorter


def _hours(spans: Sequence[Span]) -> str:
    """ "before 3pm", "after 5pm", "morning", "12pm-2pm", "morning, not 9:30am"."""
    opens, closes = spans[0][0], spans[-1][1]
    whole = _stretch(opens, closes)
    gaps = [_gap(before[1], after[0]) for before, after in pairwise(spans)]
    return ", ".join(part for part in [whole, *(f"not {gap}" for gap in gaps)] if part)


def _stretch(start: datetime, end: datetime) -> str:
    a, b = (moment.hour * 60 + moment.minute for moment in (start, end))
    if (a, b) in PARTS_OF_DAY:
        return PARTS_OF_DAY[a, b]
    if a <= OPENS and b >= CLOSES:
        return ""
    if b >= CLOSES:
        return f"after {_time(start)}"
    if a <= OPENS:
        return f"before {_time(end)}"
    return _gap(start, end)


def _gap(start: datetime, end: datetime) -> str:
    """A point is told by its beginning."""
    return _time(start) if end - start <= timedelta(minutes=SHORTEST) else f"{_time(start)}-{_time(end)}"


PARTS_OF_DAY = {(480, 720): "morning", (720, 1020): "afternoon", (1020, 1200): "evening"}


def _time(moment: datetime) -> str:
    return spoken_time(moment.replace(tzinfo=LONDON))


def _days(days: Sequence[date]) -> str:
    runs = list(_runs(sorted(days)))
    if len(runs) == 1 and len(days) <= 2 * WEEK:
        first, last = runs[0][0], runs[0][-1]
        return spoken_date(first) if first == last else f"{spoken_date(first)}-{spoken_date(last)}"
    if _few_runs(days):
        return ", ".join(
            spoken_date(a) if a == b else f"{spoken_date(a)}-{spoken_date(b)}"
            for a, *_, b in ([*r, r[-1]] for r in runs)
        )
    if len(days) <= FEW_DAYS:
        return ", ".join(map(spoken_date, sorted(days)))
    weekdays = sorted({day.weekday() for day in days})
    return ", ".join(DAYS[a] if a == b else f"{DAYS[a]}-{DAYS[b]}" for a, b in _ends(weekdays))


def _ends(weekdays: Sequence[int]) -> Iterable[tuple[int, int]]:
    """First and last of the days of the week that follow each other."""
    for _, run in groupby(enumerate(weekdays), key=lambda pair: pair[1] - pair[0]):
        together = [day for _, day in run]
        yield together[0], together[-1]


def _runs(days: Sequence[date]) -> Iterable[list[date]]:
    """Days in a row."""
    for _, run in groupby(enumerate(days), key=lambda pair: pair[1].toordinal() - pair[0]):
        yield [day for _, day in run]


def about_options(expecting: Expecting, values: Sequence[str], said: str) -> Clarify | None:
    """Which of two or three options was meant, by their titles."""
    titles = {value: title for value, title, _ in expecting.choices}
    if expecting.spec.type == "postcode" and 1 < len(values) <= MOST:  # two homes: which of them
        return Clarify(tuple(Option(value, (SetSlot(expecting.slot, value, said=said),)) for value in values))
    if not 1 < len(values) < len(titles) or not set(values) <= titles.keys():
        return None
    several = expecting.spec.type == "choices"
    picks = {value: SetSlot(expecting.slot, [value] if several else value, said=said) for value in values}
    return Clarify(tuple(Option(titles[value], (pick,)) for value, pick in picks.items()))


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
