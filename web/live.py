"""Replies as they come: one poller a process looks every 250 ms and tells every open page (invariant 20)."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import structlog
from starlette.concurrency import run_in_threadpool

from services.transcript import Line, Mark

log = structlog.get_logger("web")

POLL_SECONDS = 0.25
MOST_STREAMS, MOST_OF_ONE, MOST_OF_CALLER = 2000, 8, 200
"""Open pages in all, of one chat, and from one network address (a surgery, a library)."""
REPLAYED = 6

Lines: TypeAlias = tuple[Line, ...]


class Watcher:
    """One open page: what it has been sent, and whether there may be more."""

    def __init__(self, cursor: Mark) -> None:
        self.cursor = cursor
        self.sent: set[str] = set()
        self.lines: Lines = ()
        self.changed = asyncio.Event()

    def tell(self, lines: Lines) -> None:
        self.lines = lines
        self.changed.set()

    def fresh(self, lines: Lines) -> list[Line]:
        """Lines that this page has not been sent. After a reconnect a few older ones come again: the page knows its own."""
        old = [line for line in lines if not self.is_after_cursor(line)]
        already = {line.key for line in old[:-REPLAYED]} | self.sent
        new = [line for line in lines if line.key not in already]
        self.sent |= {line.key for line in new}
        return new

    def is_after_cursor(self, line: Line) -> bool:
        return line.seq > self.cursor[0 if line.by == "person" else 1]


def read_cursor(text: str) -> Mark:
    """`12.7`: the newest seq in and out that a page has; what makes no sense counts as nothing seen."""
    first, _, second = text.partition(".")
    ours = first.isascii() and second.isascii() and first.isdigit() and second.isdigit()
    return (int(first[:12]), int(second[:12])) if ours else (0, 0)


def cursor_of(lines: Iterable[Line]) -> str:
    """The cursor after these lines."""
    newest = [0, 0]
    for line in lines:
        side = 0 if line.by == "person" else 1
        newest[side] = max(newest[side], line.seq)
    return f"{newest[0]}.{newest[1]}"


class Live:
    """`marks` and `lines` read the database; they run in a thread, for all open pages together."""

    def __init__(self, marks: Callable[[list[int]], dict[int, Mark]], lines: Callable[[int], Lines]) -> None:
        self.marks, self.lines = marks, lines
        self.watchers: dict[int, set[Watcher]] = defaultdict(set)
        self.seen: dict[int, Mark] = {}
        self.callers: Counter[str] = Counter()

    @property
    def streams(self) -> int:
        return sum(len(watchers) for watchers in self.watchers.values())

    def has_room(self, conversation: int, caller: str | None = None) -> bool:
        """Whether one more page may be told; `caller`: its network address, where that is known."""
        of_one = len(self.watchers.get(conversation, ()))
        few = caller is None or self.callers[caller] < MOST_OF_CALLER
        return self.streams < MOST_STREAMS and of_one < MOST_OF_ONE and few

    @contextmanager
    def watching(self, conversation: int, cursor: Mark, caller: str | None = None) -> Iterator[Watcher]:
        """Keep one open page known to the poller."""
        watcher = Watcher(cursor)
        self.watchers[conversation].add(watcher)
        if caller is not None:
            self.callers[caller] += 1
        try:
            yield watcher
        finally:
            if caller is not None:
                self.callers -= Counter([caller])  # what is at nought is forgotten
            self.watchers[conversation].discard(watcher)
            if not self.watchers[conversation]:
                del self.watchers[conversation]
                self.seen.pop(conversation, None)

    async def changes(
        self, conversation: int, cursor: Mark, caller: str | None = None
    ) -> AsyncIterator[tuple[list[Line], Lines]]:
        """(new lines, all lines), as often as there is something new; begins with what the page missed."""
        with self.watching(conversation, cursor, caller) as watcher:
            watcher.tell(await run_in_threadpool(self.lines, conversation))
            while True:
                await watcher.changed.wait()
                watcher.changed.clear()
                new = watcher.fresh(watcher.lines)
                if new:
                    yield new, watcher.lines

    async def run(self) -> None:
        """Poll until cancelled; a failure is logged and the next look tries again."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.look()
            except Exception as error:  # a database that is away comes back
                log.warning("live poll failed", error=type(error).__name__)
                await asyncio.sleep(1)

    async def look(self) -> None:
        watched = list(self.watchers)
        if not watched:
            return
        marks = await run_in_threadpool(self.marks, watched)
        for conversation, mark in marks.items():
            if self.seen.get(conversation) != mark and conversation in self.watchers:
                lines = await run_in_threadpool(self.lines, conversation)
                self.seen[conversation] = mark
                for watcher in list(self.watchers.get(conversation, ())):
                    watcher.tell(lines)
