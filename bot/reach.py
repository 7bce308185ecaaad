"""Whether a provider can be reached, so that an outage is said at once, costs little and ends by itself.

Down: a send went wrong through no fault of its message, and a question that sends nothing was not answered either.
From then on nothing is tried but that question, twice a second, until it is answered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from services.messages import PersonStopped, SendError, SendFailed, SendLater

PROBE_SECONDS = 0.5

T = TypeVar("T")
R = TypeVar("R")


class Reach:
    """One provider's. `ask`: "" when it answers, else what is wrong in words; `now`: the time to say it with."""

    def __init__(self, ask: Callable[[], str], now: Callable[[], datetime]) -> None:
        self.ask, self.now = ask, now
        self.why = ""
        self.since: datetime | None = None
        self._next, self._lock = 0.0, threading.Lock()

    def through(self, send: Callable[[T], R], message: T) -> R:
        """Send, and take note of how it went; SendLater at once while it is known to be down."""
        if self.why:
            raise SendLater()
        try:
            return send(message)
        except (SendFailed, PersonStopped):
            raise
        except SendError:
            self.look()
            raise

    def look(self) -> bool:
        """Ask now; whether it answers."""
        why = self.ask()
        if why and not self.why:
            self.since = self.now()
        self.why = why
        return not why

    def came_back(self) -> bool:
        """While it is down: whether it has just answered again; asked twice a second at most."""
        with self._lock:
            if not self.why or time.monotonic() < self._next:
                return False
            self._next = time.monotonic() + PROBE_SECONDS
            return self.look()

    def words(self) -> str:
        """For /readyz: "" when all is well, else what is wrong, since when, and what happens meanwhile."""
        if not self.why or self.since is None:
            return ""
        return (
            f"{self.why} (since {self.since:%d %b %H:%M}); what is to be sent waits and goes out when it answers again"
        )
