"""How well the recognisers read the held-out texts (nlu_data/test, written blind): totals only, never a line of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from bot.nlu import recognisers as read
from bot.nlu.recognisers import Found, Json, Option, When
from bot.nlu.recognisers.when_values import CLOSES, OPENS, SHORTEST, Window

HELD_OUT = Path(__file__).resolve().parents[2] / "nlu_data" / "test"
TODAY = date(2026, 11, 23)  # the day on which the lengths of time in slots.tsv were told
CELL = timedelta(minutes=15)
A_WEEK, FOUR_WEEKS = 7, 28  # days
SAME = 0.95  # share of quarter hours that two sets of windows must have in common
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXACT_OR_ASKED = "exact or asked"
"""Every line: what is wrong here was read as something else without asking."""
ANY_DAY = frozenset({"any", "all"})


@dataclass(frozen=True, slots=True)
class Report:
    """Totals of one file, or of one kind of row in it."""

    name: str
    n: int
    right: int
    wrong: int  # something else was read than was meant, or something where nothing was
    missed: int  # nothing was read

    @property
    def precision(self) -> float:
        """Of what was read, the share that was meant."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what was meant, the share that was read."""
        meant = self.n
        return self.right / meant if meant else 1.0


def score(folder: Path = HELD_OUT) -> list[Report]:
    """One report a file and kind. Only an evaluation calls this."""
    reports = [*_slots(folder / "slots.tsv"), *_choices(folder / "choices.tsv"), *_when(folder / "when.tsv")]
    return reports


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


class _Tally:
    """Right, wrong and missed by kind."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}

    def add(self, kind: str, wanted: object, got: object, same: Callable[[object, object], bool]) -> None:
        """One comparison; None wanted means that nothing should be read."""
        counts = self._counts.setdefault(kind, [0, 0, 0, 0])
        counts[0] += wanted is not None
        if got is None:
            counts[3] += wanted is not None
        elif wanted is not None and same(wanted, got):
            counts[1] += 1
        else:
            counts[2] += 1

    def reports(self, file: str) -> list[Report]:
        """A report for each kind, by name."""
        return [Report(f"{file}:{kind}", *counts) for kind, counts in sorted(self._counts.items())]


# --- slots -------------------------------------------------------------------------------------------------------------


def _slots(path: Path) -> list[Report]:
    tally = _Tally()
    for row in _rows(path):
        wanted = json.loads(row["values"])
        got = _read_slots(row["text"], row["expecting"])
        for slot in sorted({*wanted, *got}):
            tally.add(slot, wanted.get(slot), got.get(slot), _same_slot)
    return tally.reports("slots")


def _same_slot(wanted: object, got: object) -> bool:
    if isinstance(wanted, list) and isinstance(got, list):
        return set(wanted) == set(got)
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return abs(wanted - got) < 1
    left, right = (str(value).replace(" ", "").lower() for value in (wanted, got))
    return left == right or (left.lstrip("+").isdigit() and left[-10:] == right[-10:])


def _read_slots(text: str, expecting: str) -> dict[str, Json]:
    """Every slot read from the text, as the turn does: the one asked for with `asked`, the others as volunteered."""
    found: dict[str, Found | None] = {
        "work_situation": read.read_situation(text),
        "health": read.read_health(text),
        "barriers": read.read_barriers(text),
        "age": read.read_age(text, TODAY, asked=expecting == "age"),
        "months_out_of_work": read.read_months(text, TODAY, asked=expecting == "months_out_of_work"),
        "name": read.read_name(text, asked=expecting == "name"),
        "postcode": _part(read.read_postcode(text), "postcode"),
        "phone": _part(read.read_phone(text), "e164"),
    }
    return {slot: one.value for slot, one in found.items() if one and _counts(slot, one, expecting)}


def _part(found: Found | None, key: str) -> Found | None:
    if found is None or not isinstance(found.value, Mapping) or found.value[key] is None:
        return None
    return Found(found.value[key], found.whole, found.span, found.sure)


def _counts(slot: str, found: Found, expecting: str) -> bool:
    """A weak reading, or "none" and "rather not say", counts only for the question that was asked."""
    if slot == expecting or not expecting:
        return slot == expecting or (
            found.sure and found.value not in (["none"], ["rather_not_say"], "other", ["other"])
        )
    return found.sure and not found.whole and found.value not in (["none"], ["rather_not_say"], "other", ["other"])


# --- choices -----------------------------------------------------------------------------------------------------------


def _choices(path: Path) -> list[Report]:
    tally = _Tally()
    for row in _rows(path):
        titles = [title for title in json.loads(row["options"]) if title != "*"]  # "*": several answers may be meant
        options = [Option(str(n), title) for n, title in enumerate(titles, 1)]
        wanted = json.loads(row["answer"])
        several = isinstance(wanted, list)
        found = read.read_choices(row["text"], options) if several else read.read_choice(row["text"], options)
        kind = "several" if several else "nothing" if wanted is None else "one"
        tally.add(kind, sorted(wanted) if several else wanted, _numbers(found, several), lambda a, b: a == b)
    return tally.reports("choices")


def _numbers(found: Found | None, several: bool) -> object:
    if found is None:
        return None
    if several and isinstance(found.value, Sequence):
        return sorted(int(str(value)) for value in found.value)
    return int(str(found.value))


# --- times -------------------------------------------------------------------------------------------------------------


def _when(path: Path) -> list[Report]:
    tally = _Tally()
    for row in _rows(path):
        now = datetime.fromisoformat(row["now"])
        wanted = json.loads(row["windows"])
        kind, meant = _meant(wanted, now)
        got = read.read_when(row["text"], now)
        read_as = _as_read(kind, got)
        if isinstance(wanted, Mapping):
            meant, read_as = (_before(_until(wanted, now), windows) for windows in (meant, read_as))
        tally.add(kind, meant, read_as, partial(_same_time, now=now))
        asked = read_as is None or read_as == "AMBIGUOUS"  # nothing read is asked again
        exact = asked or (meant is not None and _same_time(meant, read_as, now=now))
        tally.add(EXACT_OR_ASKED, "yes", "yes" if exact else "silently wrong", lambda a, b: a == b)
    return tally.reports("when")


def _meant(wanted: object, now: datetime) -> tuple[str, object]:
    if isinstance(wanted, str):
        return wanted.lower(), None if wanted == "NONE" else wanted
    if isinstance(wanted, Mapping):
        return "pattern", list(_pattern(wanted, now))
    return "windows", [_window(*pair) for pair in wanted] if isinstance(wanted, list) else []


def _window(start: str, end: str) -> Window:
    """A window; one without length is a clock time, which stands for the half hour that it begins."""
    return _lasting(datetime.fromisoformat(start), datetime.fromisoformat(end))


def _lasting(opens: datetime, closes: datetime) -> Window:
    return opens, opens + timedelta(minutes=SHORTEST) if opens == closes else closes


def _as_read(kind: str, got: When | None) -> object:
    if got is None:
        return None
    if got.ambiguous:
        return "AMBIGUOUS"
    return "ASAP" if kind == "asap" and got.asap else list(got.windows)


def _pattern(wanted: Mapping[str, object], now: datetime) -> Iterator[Window]:
    """Days of the week (less some), hours, and a first and last date, spread over four weeks."""
    first, last = _date(wanted.get("after_date")) or now.date(), _date(wanted.get("before_date"))
    last = last or (max(first, now.date()) + timedelta(days=FOUR_WEEKS))
    days = _weekdays(wanted.get("days")) - (_weekdays(wanted["not_days"]) if wanted.get("not_days") else frozenset())
    for n in range((last - now.date()).days + 1):
        day = now.date() + timedelta(days=n)
        if first <= day and day.weekday() in days:
            yield _lasting(_at(day, wanted.get("from"), OPENS), _at(day, wanted.get("to"), CLOSES))


def _until(wanted: Mapping[str, object], now: datetime) -> datetime:
    """The end of the stretch over which patterns are compared: four weeks from now, further where a later day is named."""
    first, last = _date(wanted.get("after_date")), _date(wanted.get("before_date"))
    named = [first + timedelta(days=A_WEEK)] if first else []
    days = [*named, *([last + timedelta(days=1)] if last else [])]
    return max([now + timedelta(days=FOUR_WEEKS), *(_at(day, None, 0) for day in days)])


def _before(until: datetime, windows: object) -> object:
    if not isinstance(windows, list):
        return windows
    return [(start, min(end, until)) for start, end in windows if start < until]


def _weekdays(named: object) -> frozenset[int]:
    if isinstance(named, list):
        return frozenset(DAYS.index(str(day)[:3].lower()) for day in named)
    return frozenset(range(7)) if str(named).lower() in ANY_DAY else frozenset({DAYS.index(str(named)[:3].lower())})


def _date(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


def _at(day: date, clock: object, default: int) -> datetime:
    hour, minute = (int(part) for part in str(clock).split(":")) if clock else divmod(default, 60)
    return datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 - London wall clock


def _same_time(wanted: object, got: object, *, now: datetime) -> bool:
    if isinstance(wanted, str) or isinstance(got, str):
        return wanted == got
    a, b = _cells(wanted, now), _cells(got, now)
    return a == b or len(a & b) / len(a | b) >= SAME


def _cells(windows: object, now: datetime) -> frozenset[datetime]:
    """Quarter hours covered, from now to the end of the last whole day within four weeks or a later named day."""
    cells: set[datetime] = set()
    for start, end in windows if isinstance(windows, list) else []:
        cell = start
        while cell < end:
            if cell >= now:
                cells.add(cell.replace(minute=cell.minute // 15 * 15))
            cell += CELL
    return frozenset(cells)
