"""The server's end of turns in a process of their own (docs/adr/0023): pages and sending have one core, turns another.

The server starts that process (bot/turning.py), wakes it for each stored message and says where the language server listens. It says when something
is to be sent, and that it lives. While it starts, hangs or is gone the server takes turns itself: a turn has its
conversation locked, so that both may try.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from bot.assistant import Assistant
from bot.nlu.rasa import OwnNlu

log = structlog.get_logger(__name__)

COMMAND = (sys.executable, "-c", "from bot.turning import main; main()")
SILENT_SECONDS = 5.0
"""Who says nothing for so long hangs: the server takes turns too."""
LOST_SECONDS = 60.0
"""And then it is ended and started anew."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
STOP_SECONDS = 4.0


class TurnsApart:
    """The server's end. `failed`: called when the database failed there."""

    def __init__(self, assistant: Assistant, failed: Callable[[], None], command: Sequence[str] = COMMAND) -> None:
        self.assistant, self.failed, self.command = assistant, failed, command
        self.heard_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        """Held to write to it and to close the pipe: the number of a closed file may be another file's by then."""
        self._ready = self._hangs = False
        self._told_address: tuple[str, str] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._tend, name="turns-apart", daemon=True)

    def start(self) -> None:
        self.assistant.wake = Waking(self)
        self._thread.start()

    def poke(self) -> bool:
        """Say that a message was stored; False when nobody is there to hear it."""
        return self._ready and self._tell("wake")

    def keeps_up(self) -> bool:
        """Whether it takes the turns; asked twice a second, so it is also told where the language server listens."""
        if not self._ready:
            return False
        self._tell_address()
        silent = time.monotonic() - self.heard_at
        process = self._process
        if silent > LOST_SECONDS and process:
            log.error("turns process hangs")
            process.kill()
        return silent < SILENT_SECONDS

    def stop(self) -> None:
        """It finishes the turn it is in; one that does not is ended, and its message is taken by the next life."""
        self._stopping.set()
        process = self._let_go()
        if process:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join(STOP_SECONDS)

    def _tend(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            self._live()
            self.assistant.wake.set()  # what it left is taken here
            pause = FIRST_PAUSE if time.monotonic() - began > LOST_SECONDS else min(2 * pause, LONGEST_PAUSE)
            self._stopping.wait(pause)

    def _live(self) -> None:
        """One life of the process, to its end."""
        offset = self.assistant.clock.offset.total_seconds()
        with subprocess.Popen(
            [*self.command, str(offset)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is ours to pass on
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            os.set_blocking(process.stdin.fileno(), False)
            self._told_address, self._process, self._hangs = None, process, False
            if self._stopping.is_set():
                self._let_go()
            for line in process.stdout:
                self._hear(line.decode().rstrip())
            self._ready = False
            self._let_go()
        if not self._stopping.is_set():
            log.error("turns process ended", status=process.returncode)

    def _hear(self, line: str) -> None:
        what, _, channel = line.partition(" ")
        self._hangs = what == "hangs" or (self._hangs and what == "out")  # other turns may still go on beside it
        if not self._hangs:
            self.heard_at = time.monotonic()
        if what == "out":
            self.assistant.tell_outgoing(channel)
        elif what == "failed":
            self.failed()
        elif what == "looked" and not self._ready:
            self._ready = True
            self._tell_address()

    def _tell_address(self) -> None:
        real = getattr(self.assistant.nlu, "real", None)
        address = real.address if isinstance(real, OwnNlu) else None
        if address != self._told_address and self._tell(" ".join(("nlu", *(address or ())))):
            self._told_address = address

    def _tell(self, line: str) -> bool:
        with self._lock:
            process = self._process
            if process is None or process.stdin is None:
                return False
            try:
                os.write(process.stdin.fileno(), f"{line}\n".encode())
            except BlockingIOError:  # so much to wake it lies there that it needs no more
                return line == "wake"
            except OSError:  # just gone
                return False
        return True

    def _let_go(self) -> subprocess.Popen[bytes] | None:
        """Close its standard input, upon which it ends."""
        with self._lock:
            process, self._process = self._process, None
            if process and process.stdin:
                with suppress(OSError):
                    process.stdin.close()
        return process


class Waking(threading.Event):
    """Set when a message was stored: wakes the process of the turns, or else whoever waits here."""

    def __init__(self, apart: TurnsApart) -> None:
        super().__init__()
        self.apart = apart

    def set(self) -> None:
        if not self.apart.poke():
            super().set()
