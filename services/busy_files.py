"""When somebody is busy, by their calendar file (RFC 5545). Run as a program, in a process of its own:

a file from elsewhere may hold a rule that never ends, so it is read where time and memory have a bound and no secret is
at hand. The file comes on stdin, times go out as JSON; of the events nothing else is looked at or kept.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from services.calendar_entries import OURS
from services.clock import LONDON
from services.errors import CalendarUnread

SECONDS, MEMORY = 20, 1_000_000_000
MOST = 20_000
FREE = {"FREE", "WORKINGELSEWHERE"}
FOLDER = Path(__file__).resolve().parent.parent

Window: TypeAlias = tuple[datetime, datetime]


def read(data: bytes, first: datetime, last: datetime) -> list[Window]:
    """The busy times of a calendar file between two moments (UTC), in order; recurring events unfolded.

    CalendarUnread: `not_a_calendar`, or `too_much` when it takes too long, too much memory or has too many events.
    """
    command = [sys.executable, "-m", "services.busy_files", first.isoformat(), last.isoformat()]
    bare = {"PATH": os.environ.get("PATH", ""), "PYTHONWARNINGS": "ignore"}
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, cwd=FOLDER, env=bare)
    except subprocess.TimeoutExpired as slow:
        raise CalendarUnread("too_much") from slow
    if done.returncode != 0:
        raise CalendarUnread("not_a_calendar" if done.returncode == 1 else "too_much")
    return [
        (datetime.fromtimestamp(starts, UTC), datetime.fromtimestamp(ends, UTC))
        for starts, ends in json.loads(done.stdout)
    ]


def busy_times(data: bytes, first: datetime, last: datetime) -> list[Window]:
    """The same in this process. ValueError for what is no calendar; may take for ever."""
    from icalendar import Calendar

    calendars = [each for each in Calendar.from_ical(data, multiple=True) if each.name == "VCALENDAR"]
    if not calendars:
        raise ValueError("no calendar")
    found = {window for calendar in calendars for window in (*_events(calendar, first, last), *_periods(calendar))}
    inside = [(max(starts, first), min(ends, last)) for starts, ends in found if starts < last and first < ends]
    return sorted(window for window in inside if window[0] < window[1])


def _events(calendar: Any, first: datetime, last: datetime) -> Iterator[Window]:
    import recurring_ical_events

    for event in recurring_ical_events.of(calendar, skip_bad_series=True).between(first, last):
        if _is_busy(event):
            yield _moment(event["DTSTART"].dt), _moment(event["DTEND"].dt)


def _is_busy(event: Any) -> bool:
    """Not free, not cancelled, and no call of ours: those are in the diary already."""
    shown = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "BUSY")).upper()
    free = str(event.get("TRANSP", "OPAQUE")).upper() == "TRANSPARENT" or shown in FREE
    off = str(event.get("STATUS", "")).upper() == "CANCELLED"
    return not (free or off or str(event.get("UID", "")).endswith(OURS))


def _periods(calendar: Any) -> Iterator[Window]:
    """A file that only tells free and busy (VFREEBUSY)."""
    for part in calendar.walk("VFREEBUSY"):
        told = part.get("FREEBUSY", [])
        for line in told if isinstance(told, list) else [told]:
            if str(line.params.get("FBTYPE", "BUSY")).upper() != "FREE":
                for starts, ends in _spans(line):
                    yield _moment(starts), _moment(starts + ends if isinstance(ends, timedelta) else ends)


def _spans(line: Any) -> Iterator[tuple[Any, Any]]:
    values = getattr(line, "dts", [line])
    for value in values:
        span = value.dt if hasattr(value, "dt") else value
        yield span[0], span[1]


def _moment(when: datetime | date) -> datetime:
    """Whole days and times without a zone are meant on the wall in England."""
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day)  # noqa: DTZ001  it gets its zone below
    return (when if when.tzinfo else when.replace(tzinfo=LONDON)).astimezone(UTC)


def main() -> None:
    """Read the file under bounds; ends with 1 for no calendar, 2 for too much."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    first, last = (datetime.fromisoformat(each) for each in sys.argv[1:3])
    try:
        found = busy_times(sys.stdin.buffer.read(), first, last)
    except MemoryError:
        sys.exit(2)
    except Exception:  # whatever a library makes of a file that is none
        sys.exit(1)
    if len(found) > MOST:
        sys.exit(2)
    print(json.dumps([[starts.timestamp(), ends.timestamp()] for starts, ends in found]))


if __name__ == "__main__":
    main()
