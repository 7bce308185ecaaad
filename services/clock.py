"""One clock: everything a person can notice runs on it, so that a test can move the day.

Leases and back-off do not: they guard against real processes and use `real_now()`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.errors import SettingsError

LONDON = ZoneInfo("Europe/London")


def real_now() -> datetime:
    """The machine's time, aware and in UTC, whatever any test clock says."""
    return datetime.now(UTC)


def aware(moment: datetime) -> datetime:
    """The moment in UTC; a time without a zone is read as Europe/London wall clock."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(UTC)


class Clock:
    """The service's time: the machine's plus an offset that tests may set."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """Now, aware and in UTC."""
        return real_now() + self.offset

    def london(self) -> datetime:
        """Now on the wall in England."""
        return self.now().astimezone(LONDON)

    def set(self, moment: datetime) -> None:
        """Make `now()` the given moment; time goes on from there."""
        self.offset = aware(moment) - real_now()

    @classmethod
    def at(cls, text: str) -> Clock:
        """A clock that starts at an ISO time (ANYDOOR_NOW), or at the real one when the text is empty."""
        clock = cls()
        if text:
            try:
                clock.set(datetime.fromisoformat(text))
            except ValueError as wrong:
                raise SettingsError("ANYDOOR_NOW is not an ISO time such as 2026-11-24T10:00") from wrong
        return clock
