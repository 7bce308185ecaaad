"""The poller and its fan-out: each open page gets each line once, whatever order things happen in."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest

from services.transcript import Line, Mark
from web.live import Live, Watcher, cursor_of, read_cursor

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def person(seq: int) -> Line:
    return Line(f"in-{seq}", "person", "hello", (), NOW, "", seq)


def ours(seq: int) -> Line:
    return Line(f"out-{seq}", "assistant", "hello", (), NOW, "answer", seq)


@pytest.mark.parametrize(
    ("text", "mark"),
    [("12.7", (12, 7)), ("0.0", (0, 0)), ("", (0, 0)), ("x.7", (0, 0)), ("7", (0, 0)), ("٣.٣", (0, 0))],
)
def test_cursors_are_read_and_nonsense_counts_as_nothing_seen(text: str, mark: Mark) -> None:
    assert read_cursor(text) == mark


def test_the_cursor_names_the_newest_of_both_sides() -> None:
    assert cursor_of([person(1), ours(1), ours(2), person(2)]) == "2.2"


def test_a_page_gets_each_line_once() -> None:
    watcher = Watcher((0, 0))
    assert watcher.fresh((person(1),)) == [person(1)]
    assert watcher.fresh((person(1), ours(1))) == [ours(1)]


def test_a_line_that_comes_late_is_not_lost() -> None:
    watcher = Watcher((0, 0))
    watcher.fresh((ours(2),))
    assert watcher.fresh((ours(1), ours(2))) == [ours(1)]


def test_after_a_reconnect_only_the_last_few_come_again() -> None:
    lines = tuple(ours(number) for number in range(1, 21))
    assert [line.seq for line in Watcher((0, 20)).fresh(lines)] == [15, 16, 17, 18, 19, 20]


class Talk:
    """A conversation in memory that counts how often the poller looks."""

    def __init__(self) -> None:
        self.lines: dict[int, tuple[Line, ...]] = {}
        self.looks = 0

    def marks(self, conversations: list[int]) -> dict[int, Mark]:
        self.looks += 1
        return {number: (0, len(self.lines.get(number, ()))) for number in conversations}

    def read(self, conversation: int) -> tuple[Line, ...]:
        return self.lines.get(conversation, ())


async def watch(live: Live, conversation: int, wanted: int) -> list[str]:
    seen: list[str] = []
    async for new, _ in live.changes(conversation, (0, 0)):
        seen += [line.key for line in new]
        if len(seen) >= wanted:
            break
    return seen


async def test_every_open_page_is_told_by_one_look() -> None:
    talk = Talk()
    live = Live(talk.marks, talk.read)
    pages = [asyncio.create_task(watch(live, 1, 2)) for _ in range(20)]
    other = asyncio.create_task(watch(live, 2, 1))
    await asyncio.sleep(0.05)
    talk.lines[1] = (ours(1), ours(2))
    await live.look()
    assert await asyncio.gather(*pages) == [["out-1", "out-2"]] * 20
    assert (talk.looks, live.streams, other.done()) == (1, 1, False)
    other.cancel()


async def test_a_page_that_closed_is_forgotten() -> None:
    talk = Talk()
    live = Live(talk.marks, talk.read)
    page = asyncio.create_task(watch(live, 1, 1))
    await asyncio.sleep(0.05)
    page.cancel()
    await asyncio.gather(page, return_exceptions=True)
    await live.look()
    assert (live.streams, talk.looks) == (0, 0)


async def test_a_database_that_is_away_does_not_end_the_poller(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(conversations: list[int]) -> dict[int, Mark]:
        raise OSError("away")

    monkeypatch.setattr("web.live.POLL_SECONDS", 0.01)
    live = Live(broken, lambda conversation: ())
    with live.watching(1, (0, 0)):
        poller = asyncio.create_task(live.run())
        await asyncio.sleep(0.1)
        assert not poller.done()
        poller.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await poller
