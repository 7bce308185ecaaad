"""Keeps one NLU server running: starts it, replaces it when it dies or a better model is chosen, stops it."""

from __future__ import annotations

import os
import secrets
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from bot.nlu.places import Places

LOOK_SECONDS = 1.0
LONGEST_BACK_OFF = 30.0
SECONDS_TO_STOP = 5.0
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")

log = structlog.get_logger(__name__)


def passed_on() -> dict[str, str]:
    """What Rasa's old packages may know of our surroundings: no key, no token, no password."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


class _Server:
    """One run of nlu_server/server.py. It ends when its standard input closes, so also when we are killed."""

    def __init__(self, places: Places, model: Path, token: str) -> None:
        self.model = model
        self.url: str | None = None
        self._process = subprocess.Popen(
            [str(places.python), str(places.server / "server.py"), str(model), "--with-parent"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=places.server,
            text=True,
            env={**passed_on(), "NLU_TOKEN": token},
            start_new_session=True,
        )  # Ctrl-C is ours to pass on

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def wait_until_ready(self) -> bool:
        """Reads until the server says where it listens; False = it ended first."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("ready "):
                self.url = f"http://127.0.0.1:{int(line.split()[1])}"
                return True
        self._process.wait()
        return False

    def end(self) -> None:
        """Asks by closing its input, insists after a while; a second call does nothing."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """As `end`, for when nobody is reading what it says any more."""
        self.end()
        assert self._process.stdout is not None
        self._process.stdout.close()


class NluProcess:
    """`url` is None until a server is ready; `start` returns at once and a thread does the waiting."""

    def __init__(self, places: Places, model: Callable[[], Path | None] | None = None) -> None:
        self.token = secrets.token_urlsafe(32)
        self._places, self._model = places, model or places.current
        self._server: _Server | None = None
        self._starting: _Server | None = None
        self._lock = threading.Lock()
        self._ready, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._tend, name="nlu-process", daemon=True)

    @property
    def url(self) -> str | None:
        server = self._server
        return server.url if server and server.alive else None

    def start(self) -> NluProcess:
        self._thread.start()
        return self

    def wait(self, seconds: float) -> bool:
        return self._ready.wait(seconds) and self.url is not None

    def stop(self) -> None:
        """Ends the server and waits for it; a second call does nothing."""
        with self._lock:
            self._stopping.set()
            running, self._server = [self._server, self._starting], None
        for server in filter(None, running):
            server.end()  # also wakes the thread, which may be waiting for it to be ready
        if self._thread.is_alive():
            self._thread.join(2 * SECONDS_TO_STOP)
        for server in filter(None, running):
            server.stop()

    def _tend(self) -> None:
        pause = 0.0
        failures = 0
        while not self._stopping.wait(pause):
            wanted, now = self._model(), self._server
            if wanted is None or (now is not None and now.alive and now.model == wanted):
                pause = LOOK_SECONDS
                continue
            failures = 0 if self._replace(wanted) else failures + 1
            pause = min(LOOK_SECONDS * 2**failures, LONGEST_BACK_OFF)

    def _replace(self, model: Path) -> bool:
        """Start the new server, switch to it once it is ready, and only then stop the old one."""
        with self._lock:
            if self._stopping.is_set():
                return False
            started = self._starting = _Server(self._places, model, self.token)
        ready = started.wait_until_ready()
        with self._lock:
            self._starting = None
            if ready and not self._stopping.is_set():
                old, self._server = self._server, started
            else:
                old, ready = started, False
        if ready:
            self._ready.set()
        else:
            log.warning("nlu_server_did_not_start", model=model.name)
        if old is not None:
            old.stop()
        return ready
