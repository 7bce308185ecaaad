"""The outermost layer: how large, how slow and how unexpected a request may be, and the headers of every answer.

Failures are logged by type and place only: an exception's own words may hold somebody's words.
"""

from __future__ import annotations

import asyncio
import secrets
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services import tracing
from web import state

log = structlog.get_logger("web")

MOST_BODY_BYTES = 128 * 1024
MOST_DRAINED_BYTES = 16 * 1024 * 1024
BODY_SECONDS = 20.0
DRAIN_SECONDS = 5.0
ANSWER_SECONDS = 30.0
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
UNTIMED = {"/chat/events", "/coach/events"}
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "referrer-policy": "same-origin",  # with no-referrer browsers call our own posts origin "null"
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "x-robots-tag": "noindex",
}
HTTPS_ONLY = {"strict-transport-security": "max-age=63072000; includeSubDomains"}
UNKEPT = {"cache-control": "no-store"}


def raw(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


ON_HTTP, ON_HTTPS = raw({**HEADERS, **UNKEPT}), raw({**HEADERS, **HTTPS_ONLY, **UNKEPT})
"""What every answer has that does not say it otherwise itself."""


class TooLarge(Exception):
    """The body is over the limit."""


class TooSlow(Exception):
    """The body did not arrive in time."""


class TwoLengths(Exception):
    """Its length is said in two ways: a proxy in front may have read the other one, and hidden a request behind it."""


Failure = Callable[[Request, int], Response]


class Outermost:
    """Wraps the whole application; `failed` makes the answer for a status."""

    def __init__(self, app: ASGIApp, failed: Failure) -> None:
        self.app, self.failed = app, failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        with tracing.span("request", id=exchange.id) as span:
            try:
                await self.answer(exchange)
            finally:
                exchange.count()
                span.set_attributes(exchange.told)

    async def answer(self, exchange: Exchange) -> None:
        seconds = None if exchange.scope["path"] in UNTIMED else ANSWER_SECONDS
        try:
            exchange.refuse_by_length()
            async with asyncio.timeout(seconds):
                await self.app(exchange.scope, exchange.receive, exchange.send)
        except TwoLengths:
            await self.fail(exchange, 400)
        except TooLarge:
            await exchange.drain()
            await self.fail(exchange, 413)
        except TooSlow:
            await self.fail(exchange, 408)
        except TimeoutError:
            log.warning("request timed out", id=exchange.id, route=exchange.route)
            await self.fail(exchange, 503)
        except Exception as error:
            log.error(
                "request failed", id=exchange.id, route=exchange.route, error=type(error).__name__, at=place(error)
            )
            await self.fail(exchange, 500)

    async def fail(self, exchange: Exchange, status: int) -> None:
        if exchange.status:
            return  # the answer had begun: all that is left is to end it
        response = self.failed(exchange.request, status)
        await response(exchange.scope, exchange.receive, exchange.send)


def place(error: BaseException) -> str:
    """The innermost file and line of an exception, without its words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""


class Exchange:
    """One request and its answer: what was read, what was said, how long it took."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.request = Request(scope)
        self.id = secrets.token_hex(6)
        self.began = time.perf_counter()
        self.read, self.status, self.ended, self.is_last = 0, 0, False, False

    @property
    def route(self) -> str:
        """The pattern of the route, never the address itself: that may hold a secret."""
        return getattr(self.scope.get("route"), "path", "") or "none"

    @property
    def method(self) -> str:
        """Callers make up any word."""
        return self.scope["method"] if self.scope["method"] in METHODS else "other"

    @property
    def told(self) -> dict[str, str | int]:
        """What a trace says of it, in OpenTelemetry's own words."""
        named = {"http.route": self.route, "http.request.method": self.method}
        return {**named, "http.response.status_code": self.status}

    def refuse_by_length(self) -> None:
        """Raise TwoLengths, and let nothing more be read from the connection; TooLarge where the sender says so itself."""
        headers = dict(self.scope["headers"])
        length = headers.get(b"content-length", b"0")
        if b"content-length" in headers and b"transfer-encoding" in headers:
            self.is_last = True
            raise TwoLengths
        if not length.isdigit() or int(length) > MOST_BODY_BYTES:
            raise TooLarge

    async def receive(self) -> Message:
        message = await self._next()
        self.read += len(message.get("body", b""))
        if self.read > MOST_BODY_BYTES:
            raise TooLarge
        return message

    async def _next(self) -> Message:
        if self.ended:  # what follows the body is only the wait for a disconnect
            return await self._receive()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                message = await self._receive()
        except TimeoutError as error:
            raise TooSlow from error
        self.ended = not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        """Read the rest and drop it, within reason, so that the browser shows our answer and not a reset."""
        with suppress(TooSlow, TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):  # in all: a sender that drips holds no connection
                while not self.ended and self.read < MOST_DRAINED_BYTES:
                    self.read += len((await self._next()).get("body", b""))

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.add_headers(message)
        await self._send(message)

    def add_headers(self, message: Message) -> None:
        said = message.get("headers", ())
        names = {name for name, _ in said}
        ours = ON_HTTPS if state.on_https(self.request) else ON_HTTP
        last = [(b"connection", b"close")] if self.is_last else []
        message["headers"] = [*said, *(each for each in ours if each[0] not in names), *last]

    def count(self) -> None:
        metrics = state.metrics(self.request)
        metrics.requests.labels(self.route, self.method, self.status).inc()
        metrics.seconds.labels(self.route).observe(time.perf_counter() - self.began)
