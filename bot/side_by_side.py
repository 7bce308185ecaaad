"""Turns of several conversations at a time, each conversation in one thread: who waits for the database, the disk or the
language server holds nobody else up.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

import structlog

from bot import rounds
from bot.assistant import Assistant
from bot.trouble import place_of
from services import inbox

log = structlog.get_logger(__name__)

THREADS = 4
PAUSE_SECONDS = 1.0


class SideBySide:
    """Threads that take what waits, woken by `look`. `failed`: called when the database failed."""

    def __init__(self, assistant: Assistant, failed: Callable[[], None], threads: int = THREADS) -> None:
        self.assistant, self.failed = assistant, failed
        self._changed = threading.Condition()
        self._due: deque[tuple[int, int]] = deque()
        """Conversations that wait, with their newest message."""
        self._held: dict[int, tuple[int, float]] = {}
        """Conversations that a thread is at: the newest message known by then, and since when."""
        self._again: set[int] = set()
        """Of those, where something came since."""
        self._wanted = self._stopping = False
        """`_wanted`: something may wait that is neither due nor held."""
        self._threads = [
            threading.Thread(target=self._work, name=f"turns-{number}", daemon=True) for number in range(threads)
        ]
        self._threads[0].start()  # the others follow its first turn, which loads what all need (2 s)

    def look(self) -> None:
        """A message was stored, or may have been."""
        with self._changed:
            self._want()

    def _want(self) -> None:
        self._wanted = True
        self._changed.notify()

    def longest(self) -> float:
        """For how many seconds the oldest of the turns under way has been under way."""
        now = time.monotonic()
        with self._changed:
            return max((now - since for _, since in self._held.values()), default=0.0)

    def stop(self, seconds: float) -> None:
        """Let every thread finish the conversation it is at; one that takes longer is left."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        while not self._stopping:
            try:
                conversation = self._next()
                if conversation is not None:
                    self._take(conversation)
            except Exception as error:  # a failing database is tried again, gently
                log.error("turns", problem=place_of(error))
                self.failed()
                time.sleep(PAUSE_SECONDS)

    def _take(self, conversation: int) -> None:
        try:
            rounds.catch_up_with(self.assistant, conversation)
        finally:
            with self._changed:
                self._start_others()
                del self._held[conversation]
                if conversation in self._again:
                    self._again.remove(conversation)
                    self._want()

    def _start_others(self) -> None:
        for thread in self._threads:
            if thread.ident is None and not self._stopping:
                thread.start()

    def _next(self) -> int | None:
        """The conversation whose turn it is, which is held from now on; None at the end."""
        with self._changed:
            while not self._due:
                self._changed.wait_for(lambda: self._due or self._wanted or self._stopping)
                if self._stopping:
                    return None
                if not self._due:
                    self._find()
            conversation, newest = self._due.popleft()
            self._held[conversation] = newest, time.monotonic()
            if self._due:
                self._changed.notify()
            return conversation

    def _find(self) -> None:
        """What waits, in the order in which it is to be taken."""
        self._wanted = False
        with self.assistant.db.read() as session:
            waiting = inbox.waiting_with_newest(session)
        for conversation, newest in waiting:
            if conversation not in self._held:
                self._due.append((conversation, newest))
            elif newest > self._held[conversation][0]:
                self._again.add(conversation)
