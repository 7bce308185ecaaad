"""The stand-in servers themselves: who hangs up on them is no failure, a mistake of their own is one."""

from __future__ import annotations

import socket
import struct
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.stand_ins.server import Answer, LoopbackServer, Request


def answer(request: Request) -> Answer:
    if request.path == "/broken":
        raise ValueError("a mistake in a stand-in")
    return Answer()


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer(answer) as one:
        yield one


def hang_up(server: LoopbackServer, said: bytes) -> None:
    """Resets the connection (RST, not FIN) after having said something."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(said)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(
    "said", [b"", b"POST /x HTTP/1.1\r\nContent-Le", b"POST /x HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"]
)
def test_a_caller_that_hangs_up_leaves_nothing_in_what_is_printed(
    server: LoopbackServer, said: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(5):
        hang_up(server, said)
    assert urllib.request.urlopen(server.url + "/well", timeout=30).status == 200
    server.__exit__()
    assert "Traceback" not in capfd.readouterr().err


def test_a_mistake_of_its_own_is_printed(server: LoopbackServer, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        urllib.request.urlopen(server.url + "/broken", timeout=30)
    server.__exit__()
    assert "a mistake in a stand-in" in capfd.readouterr().err
