"""A web server on loopback that answers with what it is told: a coach's calendar, or mischief."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread

from tests.stand_ins.server import TolerantServer


@dataclass
class Files:
    """`answers`: path -> status, body. A status of 302 leads to the body. `asked`: the paths that were asked for."""

    url: str = ""
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    drips: bool = False
    cut: bool = False
    given: int = 0
    """How many bytes have dripped."""


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Files]:
    """`certificate`: a file with key and certificate of localhost, to speak TLS."""
    files = Files()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            files.asked.append(self.path)
            status, body = files.answers.get(self.path, (404, b""))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body.decode())
                body = b""
            self.send_header("Content-Length", str(len(body) + files.cut))
            self.end_headers()
            with suppress(OSError):
                self.give(body)

        def give(self, body: bytes) -> None:
            if not files.drips:
                self.wfile.write(body)
                return
            for byte in body:
                self.wfile.write(bytes([byte]))
                files.given += 1
                time.sleep(0.05)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is written."""

    server = TolerantServer(("127.0.0.1", 0), Handler)
    if certificate:
        speaks = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        speaks.load_cert_chain(certificate)
        server.socket = speaks.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    files.url = f"https://localhost:{server.server_port}" if certificate else f"http://127.0.0.1:{server.server_port}"
    try:
        yield files
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
