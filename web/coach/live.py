"""New hand-offs without reloading: one look a second for each team that has a page open, told by server-sent events."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import structlog
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from services import desk
from services.db import Session
from services.scopes import Viewer
from web import state

log = structlog.get_logger("web")

LOOK_SECONDS = 1.0
STREAM_SECONDS = 600.0
"""After that a page connects anew, and who may see it is asked anew."""
MOST_STREAMS = 500

Scope = str | None


def mark_of(session: Session, scope: Scope) -> str:
    """A short word that changes whenever something on a team's desk does."""
    return hashlib.sha256(desk.mark(session, Viewer(0, scope)).encode()).hexdigest()[:16]


class DeskLive:
    """`mark` reads the database in a thread, once for all open pages of a team."""

    def __init__(self, mark: Callable[[Scope], str]) -> None:
        self.mark = mark
        self.watchers: dict[Scope, set[asyncio.Event]] = defaultdict(set)
        self.seen: dict[Scope, str] = {}

    @property
    def has_room(self) -> bool:
        return sum(len(each) for each in self.watchers.values()) < MOST_STREAMS

    @contextmanager
    def watching(self, scope: Scope) -> Iterator[asyncio.Event]:
        changed = asyncio.Event()
        self.watchers[scope].add(changed)
        try:
            yield changed
        finally:
            self.watchers[scope].discard(changed)
            if not self.watchers[scope]:
                del self.watchers[scope]
                self.seen.pop(scope, None)

    async def changes(self, scope: Scope, last: str) -> AsyncIterator[str]:
        """The new mark, each time it is another; at once when the page's own is old."""
        with self.watching(scope) as changed:
            self.seen[scope] = await run_in_threadpool(self.mark, scope)
            while True:
                if self.seen.get(scope, last) != last:
                    last = self.seen[scope]
                    yield last
                await changed.wait()
                changed.clear()

    async def run(self) -> None:
        """Look until cancelled; a failure is logged and the next look tries again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception as error:  # a database that is away comes back
                log.warning("desk poll failed", error=type(error).__name__)

    async def look(self) -> None:
        for scope in list(self.watchers):
            mark = await run_in_threadpool(self.mark, scope)
            if scope in self.watchers and self.seen.get(scope) != mark:
                self.seen[scope] = mark
                for changed in list(self.watchers[scope]):
                    changed.set()


async def events(request: Request) -> Response:
    """That something changed, and nothing of what: the page asks for itself again, and is refused where it should be."""
    live = state.desk(request)
    if not live.has_room:
        return Response(status_code=204)  # tells the browser not to try again
    last = request.headers.get("last-event-id") or request.query_params.get("after", "")
    return EventSourceResponse(stream(live, request.state.staff.scope, last[:16]), ping=20, send_timeout=30)


async def stream(live: DeskLive, scope: Scope, last: str) -> AsyncIterator[ServerSentEvent]:
    try:
        async with asyncio.timeout(STREAM_SECONDS):
            async for mark in live.changes(scope, last):
                yield ServerSentEvent(data="", event="changed", id=mark)
    except TimeoutError:
        return
