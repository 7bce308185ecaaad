"""Who posts, by network address, and how often: the first line against guessing and flooding.

The counts lie in memory, one table a process: they bound what one caller can cost us. What must hold over all
processes (a first text to a number, tries at one account) is counted in the database.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request

MOST_KEYS = 50_000


def caller_of(request: Request) -> str:
    """The network address behind a post; the last one that a proxy of ours names. A home's IPv6 is its /64."""
    host = request.client.host if request.client else ""
    named = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    try:
        at = ip_address(host)
        at = ip_address(named) if at.is_private and named else at
    except ValueError:
        return host
    return str(ip_network((at, 64), strict=False)) if isinstance(at, IPv6Address) else str(at)


def outside(request: Request) -> str | None:
    """The caller, where it is one on the internet. None where a proxy names nobody: then all would count as one."""
    caller = caller_of(request)
    try:
        return caller if ip_network(caller).is_global else None
    except ValueError:
        return None


@dataclass
class Throttle:
    """At most `most` of something in `seconds` for each key; None is never full."""

    most: int
    seconds: float
    _counts: dict[str, tuple[float, int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_full(self, key: str | None) -> bool:
        """Whether this key has had its share of the window that runs."""
        with self._lock:
            began, count = self._counts.get(key or "", (0.0, 0))
        return key is not None and count >= self.most and time.monotonic() - began < self.seconds

    def count(self, key: str | None) -> None:
        """Count one more."""
        if key is None:
            return
        now = time.monotonic()
        with self._lock:
            began, count = self._counts.get(key, (now, 0))
            self._counts[key] = (now, 1) if now - began >= self.seconds else (began, count + 1)
            if len(self._counts) > MOST_KEYS:
                self._forget(now)

    def take(self, key: str | None) -> bool:
        """Count one more, unless it is full: whether it was not."""
        if self.is_full(key):
            return False
        self.count(key)
        return True

    def _forget(self, now: float) -> None:
        """Windows that are over go; should all still run, the table begins anew rather than grow."""
        self._counts = {key: each for key, each in self._counts.items() if now - each[0] < self.seconds}
        if len(self._counts) > MOST_KEYS:
            self._counts = {}


def sign_ins() -> Throttle:
    """Failures to sign in from one address: 30 in a quarter of an hour."""
    return Throttle(30, 900)


@dataclass
class Chats:
    """What one browser and one network address may post to the web chat. Words of a crisis always pass."""

    messages: Throttle = field(default_factory=lambda: Throttle(30, 60))
    started: Throttle = field(default_factory=lambda: Throttle(120, 3600))

    def take(self, address: str, caller: str | None, *, is_new: bool) -> bool:
        """Count one message; False when there were too many from this browser, or too many new chats from there."""
        return (not is_new or self.started.take(caller)) and self.messages.take(address)


def chats() -> Chats:
    return Chats()
