"""How well the recognisers read the held-out texts (nlu_data/test, written blind): totals only, never a line of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import dropwhile
from pathlib import Path

from bot.nlu import recognisers as read
from bot.nlu.recognisers import When
from bot.nlu.recognisers.when_values import CLOSES, OPENS, SHORTEST, Window
from bot.scoring_turns import picked, told

HELD_OUT = Path(__file__).resolve().parents[1] / "nlu_data" / "test"
NOW = datetime(2026, 11, 23, 9)  # noqa: DTZ001 - London wall clock; when the lengths of time in slots.tsv were told
WITHIN = {"months_out_of_work": 1}  # how far a number may be from the one meant
SEVERAL = "*"  # among the options: several answers may be meant
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
        lines = dropwhile(lambda line: line.startswith("#"), file)  # the header; "#2" may be an answer
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
        got = told(row["text"], row["expecting"], NOW)
        for slot in sorted({*wanted, *got}):
            tally.add(slot, wanted.get(slot), got.get(slot), partial(_same_slot, within=WITHIN.get(slot, 0)))
    return tally.reports("slots")


def _same_slot(wanted: object, got: object, within: float = 0) -> bool:
    if isinstance(wanted, list) and isinstance(got, list):
        return set(wanted) == set(got)
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return abs(wanted - got) <= within
    left, right = (str(value).replace(" ", "").lower() for value in (wanted, got))
    return left == right or (left.lstrip("+").isdigit() and left[-10:] == right[-10:])


# --- choices -----------------------------------------------------------------------------------------------------------


def _choices(path: Path) -> list[Report]:
    tally = _Tally()
    for row in _rows(path):
        said = json.loads(row["options"])
        wanted = json.loads(row["answer"])
        several = isinstance(wanted, list) or SEVERAL in said
        titles = [title for title in said if title != SEVERAL]
        kind = "nothing" if wanted is None else "several" if several else "one"
        got = picked(row["text"], titles, NOW, several=several)
        tally.add(kind, _in_order(wanted, several=several), got, lambda a, b: a == b)
    return tally.reports("choices")


def _in_order(wanted: object, *, several: bool) -> object:
    if wanted is None or not several:
        return wanted
    return sorted(wanted) if isinstance(wanted, list) else [wanted]


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
