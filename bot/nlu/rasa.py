"""The trained model over HTTP: a client that never raises, and a server process of our own.

Rasa needs Python 3.10 and runs apart (nlu_server/). Whatever is wrong with it, a text is answered
without it: `parse` gives None and the built-in recognisers carry on.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import structlog

from bot.nlu.lines import NOT_REACHED, Lines, Refused
from bot.nlu.parsed import Entity, Judged, Nlu, Parsed
from bot.nlu.places import Places
from bot.nlu.process import NluProcess

LONGEST_TEXT = 2_000  # characters, as in nlu_server/server.py
LARGEST_ANSWER = 65_536  # bytes; a real one has about 1,000
REST_SECONDS = 5.0
LOOK_SECONDS = 0.5
POISON = 3  # failed answers in a row before a server that does answer counts as down

T = TypeVar("T")
log = structlog.get_logger(__name__)


class _Breaker:
    """After a failure nothing is tried for a while; then one caller tries, the others still go without."""

    def __init__(self, rest: float, clock: Callable[[], float]) -> None:
        self._rest, self._clock = rest, clock
        self._lock = threading.Lock()
        self._failed_at, self._failed_answers = 0.0, 0
        self.open = False

    def lets_through(self, rest: float | None = None) -> bool:
        """`rest`: after how long this caller may try; /readyz asks sooner than a turn, which would be held up."""
        with self._lock:
            if not self.open:
                return True
            if self._clock() < self._failed_at + min(self._rest, rest or self._rest):
                return False
            self._failed_at = self._clock()
            return True

    def succeeded(self) -> None:
        with self._lock:
            self.open, self._failed_answers = False, 0

    def failed(self, reached: bool) -> None:
        """One text that a server cannot parse says little about the server; silence says enough."""
        with self._lock:
            self._failed_answers += 1
            if not reached or self._failed_answers >= POISON:
                self.open, self._failed_at = True, self._clock()


class RasaClient:
    """Speaks to one NLU server; safe to share between threads."""

    def __init__(
        self,
        url: str,
        token: str,
        timeout: float = 2.0,
        *,
        rest: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}".encode(), "Content-Type": b"application/json"}
        self._lines = Lines(url, headers, timeout, LARGEST_ANSWER)
        self._breaker = _Breaker(rest, clock)

    @property
    def up(self) -> bool:
        """Asks the server, unless it failed just now; an answer lets turns ask it again at once."""
        return bool(self._ask("GET", "/status", None, _is_status, rest=LOOK_SECONDS))

    def parse(self, text: str) -> Parsed | None:
        sendable = text[:LONGEST_TEXT].encode("utf-8", "ignore").decode()  # without half characters
        body = json.dumps(
            {"text": sendable}, ensure_ascii=False, separators=(",", ":")
        ).encode()  # the server's limit is in bytes
        return self._ask("POST", "/model/parse", body, _parsed)

    def close(self) -> None:
        self._lines.close()

    def _ask(
        self, method: str, path: str, body: bytes | None, read: Callable[[Any], T], rest: float | None = None
    ) -> T | None:
        if not self._breaker.lets_through(rest):
            return None
        try:
            answer = _understood(self._lines.ask(method, path, body), read)
        except (*NOT_REACHED, Refused) as problem:
            reached = isinstance(problem, Refused)
            self._breaker.failed(reached)
            log.warning("nlu_no_answer", problem=str(problem) if reached else type(problem).__name__)
            return None
        self._breaker.succeeded()
        return answer


def _understood(received: bytes, read: Callable[[Any], T]) -> T:
    try:
        return read(json.loads(received))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Refused("not an answer of the NLU server") from None


def _is_status(answer: Any) -> bool:
    return isinstance(answer["model_id"], str)


def _parsed(answer: Any) -> Parsed:
    intent = answer["intent"]
    return Parsed(
        intent=None if intent["name"] is None else str(intent["name"]),
        confidence=float(intent["confidence"]),
        ranking=tuple((str(one["name"]), float(one["confidence"])) for one in answer.get("intent_ranking", [])),
        crisis=_judged(answer.get("crisis")),
        entities=tuple(
            Entity(str(one["entity"]), str(one["value"]), int(one["start"]), int(one["end"]))
            for one in answer.get("entities", [])
        ),
    )


def _judged(crisis: Any) -> Judged | None:
    if crisis is None:
        return None
    return Judged(str(crisis["kind"]), float(crisis["confidence"]), crisis["alarm"] is True)


@dataclass(frozen=True, slots=True)
class NoNlu:
    """Nothing trained can run here; `why` says what is missing."""

    why: str
    up: bool = False

    def parse(self, text: str) -> Parsed | None:
        return None

    def close(self) -> None:
        return None


_CLOSED = NoNlu("The NLU server is not ready yet.")


class Running(Protocol):
    """A server that is kept running; `url` None while none is ready."""

    token: str

    @property
    def url(self) -> str | None: ...

    def wait(self, seconds: float) -> bool: ...

    def stop(self) -> None: ...


class OwnNlu:
    """A server process of our own and a client for wherever it listens just now."""

    def __init__(self, process: Running, timeout: float = 2.0) -> None:
        self._process, self._timeout = process, timeout
        self._lock = threading.Lock()
        self._url = ""
        self._client: Nlu = _CLOSED

    @property
    def up(self) -> bool:
        return self._connected().up

    @property
    def why(self) -> str:
        """Why it is not up, for whoever runs the product."""
        return "the language model is not ready yet, or does not answer"

    @property
    def address(self) -> tuple[str, str] | None:
        """Where it listens and the token it wants; None while none is ready."""
        url = self._process.url
        return (url, self._process.token) if url else None

    def parse(self, text: str) -> Parsed | None:
        """A text that the old server was still reading when a new one took over is asked of the new one."""
        asked = self._connected()
        answer = asked.parse(text)
        if answer is None and (now := self._connected()) is not asked:
            answer = now.parse(text)
        return answer

    def wait(self, seconds: float) -> bool:
        """True as soon as the server can parse; for commands that have nothing else to do."""
        return self._process.wait(seconds)

    def close(self) -> None:
        self._process.stop()
        self._client.close()

    def _connected(self) -> Nlu:
        """A client for the server that is ready just now; one in use elsewhere is left to finish."""
        with self._lock:
            url = self._process.url or ""
            if url != self._url:
                self._url = url
                self._client.close()
                self._client = RasaClient(url, self._process.token, self._timeout) if url else _CLOSED
            return self._client


def open_nlu(url: str | None = None, token: str | None = None, places: Places | None = None) -> Nlu:
    """The server at `url`, else one started here, else a stand-in that says what is missing. Returns at once."""
    if url:
        return RasaClient(url, token or "")
    places = places or Places()
    missing = places.missing()
    if missing:
        return NoNlu(missing)
    return OwnNlu(NluProcess(places).start())
