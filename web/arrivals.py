"""Messages that arrive at the same moment share one commit.

SQLite lets one write at a time, and each commit waits for the disk: what arrives meanwhile is stored by the next one. A
message is answered for only after the commit that holds it (invariant 1).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool

from services.inbox import Accepted
from services.messages import Inbound

MOST_TOGETHER = 64

Store = Callable[[Sequence[Inbound]], Sequence[Accepted | Exception]]


class Arrivals:
    """What waits to be stored, of one event loop."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.waiting: list[tuple[Inbound, asyncio.Future[Accepted]]] = []
        self.storing: asyncio.Task[None] | None = None

    async def accept(self, inbound: Inbound) -> Accepted:
        """Store one message, with those that wait beside it. Raises what kept it from being stored."""
        stored: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self.waiting.append((inbound, stored))
        if self.storing is None:
            self.storing = asyncio.create_task(self.run())
        return await stored

    async def run(self) -> None:
        """Commit after commit until nobody waits."""
        try:
            while self.waiting:
                now, self.waiting = self.waiting[:MOST_TOGETHER], self.waiting[MOST_TOGETHER:]
                for (_, stored), outcome in zip(now, await self.outcomes([inbound for inbound, _ in now]), strict=True):
                    if stored.done():  # who posted it has gone; it will come as a repeat
                        continue
                    if isinstance(outcome, Exception):
                        stored.set_exception(outcome)
                    else:
                        stored.set_result(outcome)
        finally:
            self.storing = None

    async def outcomes(self, arrived: Sequence[Inbound]) -> Sequence[Accepted | Exception]:
        try:
            return await run_in_threadpool(self.store, arrived)
        except Exception as error:  # one that cannot even be looked at
            return [error] if len(arrived) == 1 else [(await self.outcomes([each]))[0] for each in arrived]
