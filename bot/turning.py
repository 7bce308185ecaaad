"""A process that takes turns and nothing else, for a server that takes in and sends (bot/turns_apart.py).

It reads from its server when to look and where the language server listens; it ends when that pipe does, so also when
the server is killed.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from bot import warming
from bot.assistant import Assistant, beside
from bot.nlu.rasa import OwnNlu
from bot.nlu.stand_in import Backed, StandIn
from bot.one_heap import share_one_heap
from bot.side_by_side import SideBySide
from bot.worker import CONTENT_SECONDS, POLL_SECONDS, STOP_SECONDS, Worker
from services import logs, tracing
from services.settings import Settings, load

log = structlog.get_logger(__name__)

PIPE_BYTES = 65_536
LONG_SECONDS = 2.0
"""A turn that takes longer may hang."""


class Told(threading.Event):
    """That a message of a channel is to be sent: passed on to the server, which sends."""

    def __init__(self, say: Callable[[str], None], channel: str) -> None:
        super().__init__()
        self.say, self.channel = say, channel

    def set(self) -> None:
        self.say(f"out {self.channel}")


class Elsewhere:
    """The language server that our server runs; where it listens is told."""

    def __init__(self) -> None:
        self.url: str | None = None
        self.token = ""

    def told(self, words: Sequence[str]) -> None:
        self.url, self.token = (words[0], words[1]) if len(words) == 2 else (None, "")

    def wait(self, seconds: float) -> bool:
        return self.url is not None

    def stop(self) -> None:
        """It is not ours to stop."""


class Turning:
    """Takes what waits whenever it is told to look, and twice a second."""

    def __init__(self, assistant: Assistant, model: Elsewhere, told: int, tells: int) -> None:
        self.assistant, self.model, self.told, self.tells = assistant, model, told, tells
        self.unread = b""
        assistant.outgoing = {channel: Told(self.say, channel) for channel in ("sms", "telegram", "web")}

    def run(self) -> None:
        beside = SideBySide(self.assistant, partial(self.say, "failed"))
        while self.listen():
            beside.look()
            self.say("looked" if beside.longest() < LONG_SECONDS else "hangs")
        beside.stop(STOP_SECONDS)

    def listen(self) -> bool:
        """Wait for a word of the server's, not for long; False when there is no server any more."""
        if not select.select([self.told], [], [], POLL_SECONDS)[0]:
            return True
        read = os.read(self.told, PIPE_BYTES)
        *lines, self.unread = (self.unread + read).split(b"\n")
        for line in lines:
            what, *words = line.decode().split(" ")
            if what == "nlu":
                self.model.told(words)
        return bool(read)

    def say(self, line: str) -> None:
        with suppress(BrokenPipeError):
            os.write(self.tells, f"{line}\n".encode())


def opened(settings: Settings, offset: float) -> tuple[Assistant, Elsewhere]:
    """What takes turns, by a clock so many seconds ahead of the machine's."""
    model = Elsewhere()
    nlu = None if settings.nlu_url else Backed(OwnNlu(model), StandIn())
    assistant = beside(settings, nlu)
    assistant.clock.offset = timedelta(seconds=offset)
    assistant.warm()
    return assistant, model


def main(*watchers: Callable[[Any], None]) -> None:
    """The process of its own; its last argument is by how many seconds its clock is ahead. It ends with its server, not by a signal to both, which could cut a turn short."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    share_one_heap()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    tells = os.dup(1)
    os.dup2(2, 1)  # whatever is printed by mistake is no word to the server
    settings = load()
    logs.start(settings)
    tracing.start(settings)
    assistant, model = opened(settings, float(sys.argv[-1]))
    assistant.watchers.extend(watchers)
    warming.keep()
    serve(assistant, model, tells)
    tracing.stop()


def serve(assistant: Assistant, model: Elsewhere, tells: int) -> None:
    """Take turns until the server goes; then let go of everything."""
    worker = Worker(assistant)
    worker.every(CONTENT_SECONDS, assistant.books.refresh, "content")
    try:
        Turning(assistant, model, 0, tells).run()
    finally:
        worker.stop()
        assistant.close()
