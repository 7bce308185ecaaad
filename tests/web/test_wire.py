"""What comes over the wire, byte by byte: both readers of requests (httptools, and h11 where it is not installed) refuse
the same."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tests.browser.servers import free_port, serving
from tests.web.assistants import StandInAssistant, assemble
from web.app import application
from web.wire import PROTOCOL

START = b"POST /chat HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
CODED = b"Transfer-Encoding: chunked\r\n"
SHAPES = [
    START + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    START + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    START + b"Content-Length: 4\r\nContent-Length: 44\r\n\r\na=1&",
    START + b"Content-Length: +4\r\n\r\na=1&",
    START + b"Content-Length: 0x4\r\n\r\na=1&",
    START + b"Content-Length : 4\r\n\r\na=1&",
    START + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    START + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    START + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    START + b"Host: b\r\nContent-Length: 0\r\n\r\n",
    START.replace(b"Host: a\r\n", b"") + b"Content-Length: 0\r\n\r\n",
    b"GET /chat HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\x00: b\r\n\r\n",
]
"""Shapes of request smuggling, and of requests that can be read in two ways."""
OLD_OR_NEW = [
    START.replace(b"1.1", b"1.0") + b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    START.replace(b"1.1", b"2.0") + b"Content-Length: 0\r\n\r\n",
]
"""h11 reads these as 1.1."""


@pytest.fixture(scope="module", params=[PROTOCOL, H11Protocol], ids=lambda protocol: protocol.__name__)
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    assistant, found = assemble(tmp_path_factory.mktemp("home"), public_url="http://testserver"), free_port()
    with serving(application(assistant, work=False), found, request.param):
        yield found
    assistant.db.close()


def test_the_quicker_reader_is_the_one_that_serves() -> None:
    assert issubclass(PROTOCOL, HttpToolsProtocol)


def said(port: int, *pieces: bytes) -> bytes:
    """What a server answers to these very bytes, a packet each, until it closes the connection."""
    answers = []
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for piece in pieces:
                line.sendall(piece)
            while answer := line.recv(65536):
                answers.append(answer)
        except (ConnectionResetError, BrokenPipeError):
            pass  # it would not read to the end
    return b"".join(answers)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_request_hidden_in_another_is_never_answered(port: int, shape: bytes) -> None:
    """Each is refused, and its connection closed before what follows is read."""
    answer = said(port, shape + HIDDEN)
    assert (answer[:12], answer.count(b"HTTP/1.1 ")) == (b"HTTP/1.1 400", 1)


@pytest.mark.parametrize("shape", OLD_OR_NEW)
def test_another_version_of_the_protocol_is_not_guessed_at(assistant: StandInAssistant, shape: bytes) -> None:
    port = free_port()
    with serving(application(assistant, work=False), port):
        answer = said(port, shape + HIDDEN)
    assert (answer[:12], answer.count(b"HTTP/1.1 ")) == (b"HTTP/1.1 400", 1)


@pytest.mark.parametrize("method", [b"POST", b"GET", b"CONNECT"])
@pytest.mark.parametrize("kind", [b"Content-Length: %d\r\n" % len(HIDDEN), CODED])
def test_what_follows_a_wish_for_another_protocol_is_its_body(port: int, method: bytes, kind: bytes) -> None:
    """A body that looks like a request, in a packet of its own: it must not be answered."""
    head = method + START[4:] + b"Connection: upgrade\r\nUpgrade: h2c\r\n" + kind + b"\r\n"
    body = HIDDEN if kind != CODED else b"%x\r\n%b\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)
    answer = said(port, head, body, b"GET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert b"\r\n\r\nok" not in answer


def test_a_wish_for_another_protocol_alone_is_passed_over(port: int) -> None:
    asked = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: h2c\r\n\r\n"
    assert said(port, asked).endswith(b"\r\n\r\nok")


def test_headers_without_end_are_cut_off(port: int) -> None:
    for headers in (b"X: " + b"a" * 300_000, b"".join(b"X%d: a\r\n" % n for n in range(30_000))):
        answer = said(port, b"GET /chat HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n\r\n")
        assert answer[:12] in {b"", b"HTTP/1.1 400"}
    assert said(port, HIDDEN).endswith(b"\r\n\r\nok"), "and it goes on"


@pytest.mark.parametrize(
    "endless",
    [
        b"1;" + b"a" * 300_000 + b"\r\nx\r\n",
        b"1;a=b\r\nx\r\n" * 30_000,
        b"0\r\n" + b"X: a\r\n" * 40_000,
        b"0\r\nX: " + b"a" * 300_000,
    ],
    ids=["one size", "many sizes", "many trailers", "one trailer"],
)
def test_nothing_beside_the_body_is_without_end(port: int, endless: bytes) -> None:
    pieces = [endless[place : place + 20_000] for place in range(0, len(endless), 20_000)]
    answer = said(port, START + CODED + b"\r\n", *pieces, HIDDEN)
    assert answer[:12] in {b"", b"HTTP/1.1 400"}
    assert b"\r\n\r\nok" not in answer


def test_a_trailer_is_no_header() -> None:
    async def show(request: Request) -> Response:
        await request.body()
        return PlainTextResponse(repr(request.headers.getlist("x-forwarded-for")))

    port = free_port()
    with serving(Starlette(routes=[Route("/", show, methods=["POST"])]), port):
        answer = said(
            port,
            b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: 1.1.1.1\r\n" + CODED + b"\r\n",
            b"1\r\nx\r\n0\r\nX-Forwarded-For: 2.2.2.2\r\n\r\n",
        )
    assert answer.endswith(b"['1.1.1.1']")
