"""Connections to one server that are kept between asks. Each is one thread's while it asks, so threads never wait for one another."""

from __future__ import annotations

import time
from collections import deque
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from urllib.parse import urlsplit

KEPT_SECONDS = 4.0  # the NLU server hangs up after five without a word
READ_AT_ONCE = 65_536  # bytes

NOT_REACHED = (OSError, HTTPException, ValueError)
"""What `Lines.ask` raises where there is no whole answer, or no such address."""


class Refused(Exception):
    """The server answered, with another status than 200 or without end."""


class Lines:
    """Asks `url` with these headers; `timeout` in seconds for each wait, and for the body of an answer as a whole."""

    def __init__(self, url: str, headers: dict[str, bytes], timeout: float, largest: int) -> None:
        self._url, self._headers, self._timeout, self._largest = url, headers, timeout, largest
        self._kept: deque[tuple[HTTPConnection, float]] = deque()
        self._closed = False

    def ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """The body of a 200. Raises NOT_REACHED or Refused. A kept connection may be dead: then once more on a new one."""
        kept = self._still_good()
        if kept is not None:
            try:
                return self._asked(kept, method, path, body)
            except ConnectionError:
                pass
        return self._asked(self._opened(), method, path, body)

    def close(self) -> None:
        """Whoever is asking just now may finish."""
        self._closed = True
        self._drop_kept()

    def _still_good(self) -> HTTPConnection | None:
        """The one used last, since the others may rest for long."""
        try:
            line, since = self._kept.pop()
        except IndexError:
            return None
        if time.monotonic() < since + KEPT_SECONDS:
            return line
        line.close()
        self._drop_kept()  # older still
        return None

    def _drop_kept(self) -> None:
        while self._kept:
            try:
                self._kept.pop()[0].close()
            except IndexError:  # another thread took the last one
                return

    def _opened(self) -> HTTPConnection:
        parts = urlsplit(self._url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("not an address of a server")
        if parts.scheme == "http":
            return HTTPConnection(parts.hostname, parts.port, timeout=self._timeout)
        from httpx2 import create_ssl_context  # its certificates take 0.2 s

        return HTTPSConnection(
            parts.hostname, parts.port, timeout=self._timeout, context=create_ssl_context(trust_env=False)
        )

    def _asked(self, line: HTTPConnection, method: str, path: str, body: bytes | None) -> bytes:
        good = False
        try:
            line.request(method, urlsplit(self._url).path.rstrip("/") + path, body, self._headers)
            with line.getresponse() as response:
                received = self._read(response)
                good = not response.will_close
        finally:
            if good:
                self._kept.append((line, time.monotonic()))
            else:
                line.close()
            if self._closed:
                self._drop_kept()
        return received

    def _read(self, response: HTTPResponse) -> bytes:
        if response.status != 200:
            raise Refused(f"status {response.status}")
        give_up, received = time.monotonic() + self._timeout, b""
        while part := response.read1(READ_AT_ONCE):
            received += part
            if len(received) > self._largest or time.monotonic() > give_up:
                raise Refused("an answer without end")
        if response.length:
            raise IncompleteRead(b"", response.length)
        return received
