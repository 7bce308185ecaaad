"""How requests are read off the wire: by httptools, which is C, where it is installed; else by uvicorn's h11.

Both must refuse the same. httptools alone sets no bound to what is no body, reads two hosts, and takes what follows a
wish to change the protocol for the next request though it is the body of this one.
"""

from __future__ import annotations

import asyncio

MOST_BESIDE_BYTES = 64 * 1024
"""Of a request, beside its body: head, sizes of chunks, trailers. As uvicorn bounds h11."""
HOSTS = {"1.0": (0, 1), "1.1": (1,)}
"""How many a request names, by the version of HTTP."""

PROTOCOL: type[asyncio.Protocol]

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
except ImportError:
    from uvicorn.protocols.http.h11_impl import H11Protocol

    PROTOCOL = H11Protocol
else:

    class Refused(Exception):
        """Raised to the parser, which makes it a 400 and closes the connection."""

    class Strict(HttpToolsProtocol):
        """One connection."""

        beside = 0

        def data_received(self, data: bytes) -> None:
            self.beside += len(data)
            super().data_received(data)
            if self.beside > MOST_BESIDE_BYTES and not self.transport.is_closing():
                self.send_400_response("Too much beside the body.")

        def on_body(self, body: bytes) -> None:
            self.beside -= len(body)
            super().on_body(body)

        def on_message_complete(self) -> None:
            self.beside = 0
            super().on_message_complete()

        def on_headers_complete(self) -> None:
            if self.is_odd():
                raise Refused
            self.scope["headers"] = self.headers.copy()  # a trailer comes too late to be a header
            super().on_headers_complete()

        def is_odd(self) -> bool:
            """Whether it can be read in two ways, or as no request of ours at all."""
            names, version = [name for name, _ in self.headers], self.parser.get_http_version()
            is_coded = b"transfer-encoding" in names
            has_body = is_coded or b"content-length" in names
            return (
                names.count(b"host") not in HOSTS.get(version, ())
                or (is_coded and version == "1.0")
                or (self.parser.should_upgrade() and (has_body or self.parser.get_method() == b"CONNECT"))
            )

    PROTOCOL = Strict
