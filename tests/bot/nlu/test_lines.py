"""Connections that are kept, against a server that says and hangs up as it is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from bot.nlu import lines
from bot.nlu.lines import NOT_REACHED, Lines, Refused

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def _request(line: socket.socket) -> bytes:
    """Head and body, which come apart; nothing where the other side hung up."""
    read = line.recv(65_536)
    length = int(read.partition(b"Content-Length: ")[2].split(b"\r\n")[0] or b"0")
    while read and len(read.partition(b"\r\n\r\n")[2]) < length:
        read += line.recv(65_536)
    return read


class Server:
    """Says what comes next of `answers` to each request, and hangs up after one that is None. One thread a connection."""

    def __init__(self) -> None:
        self.answers: list[bytes | None] = []
        self.asked: list[bytes] = []
        self.connections = 0
        self.together: threading.Barrier | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.hung_up = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/below"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                line = self._listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line:
            while request := _request(line):
                self.asked.append(request)
                if self.together:
                    self.together.wait(60)
                answer = self.answers.pop(0) if self.answers else WHOLE
                if answer is None:
                    break
                line.sendall(answer)
                if b"Content-Length: 9" in answer or (self.answers and self.answers[0] is None):
                    self.answers = self.answers[1:]
                    break
        self.hung_up.set()

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


Opened = Callable[..., Lines]


@pytest.fixture
def opened(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    monkeypatch.setattr(lines, "KEPT_SECONDS", 600.0)  # on a busy machine four seconds pass between two asks
    made: list[Lines] = []

    def one(url: str = server.url, timeout: float = 30.0) -> Lines:
        made.append(Lines(url, {"Authorization": b"Bearer x"}, timeout, 1_000))
        return made[-1]

    yield one
    for each in made:
        each.close()


def test_one_connection_serves_one_ask_after_another(server: Server, opened: Opened) -> None:
    line = opened()
    assert [line.ask("POST", "/parse", b"a body") for _ in range(5)] == [b"{}"] * 5
    assert server.connections == 1
    assert server.asked[4].startswith(b"POST /below/parse HTTP/1.1\r\n")
    assert b"Authorization: Bearer x\r\n" in server.asked[4]
    assert server.asked[4].endswith(b"\r\n\r\na body")


def test_who_asks_at_the_same_time_has_a_connection_of_his_own(server: Server, opened: Opened) -> None:
    server.together, line = threading.Barrier(3), opened()
    threads = [threading.Thread(target=line.ask, args=("GET", "/")) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.connections == 3
    server.together = None
    assert line.ask("GET", "/") == b"{}"
    assert server.connections == 3


def test_a_kept_connection_that_was_hung_up_meanwhile_costs_no_answer(server: Server, opened: Opened) -> None:
    server.answers, line = [WHOLE, None], opened()
    line.ask("GET", "/")
    assert server.hung_up.wait(60)
    assert line.ask("GET", "/") == b"{}"
    assert server.connections == 2


def test_who_hangs_up_on_a_new_connection_is_not_asked_again(server: Server, opened: Opened) -> None:
    server.answers = [None, WHOLE]
    with pytest.raises(NOT_REACHED):
        opened().ask("GET", "/")
    assert len(server.asked) == 1


def test_a_connection_that_rested_long_is_not_used_again(
    server: Server, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "KEPT_SECONDS", -1.0)
    line = opened()
    assert [line.ask("GET", "/") for _ in range(3)] == [b"{}"] * 3
    assert server.connections == 3


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_other_ways_to_say_the_same_are_read(server: Server, opened: Opened, answer: bytes) -> None:
    server.answers, line = [answer], opened()
    assert [line.ask("GET", "/") for _ in range(2)] == [b"{}"] * 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        b"not http at all\r\n\r\n",
    ],
)
def test_half_an_answer_is_none(server: Server, opened: Opened, answer: bytes) -> None:
    server.answers, line = [answer], opened()
    with pytest.raises(NOT_REACHED):
        line.ask("GET", "/")
    assert line.ask("GET", "/") == b"{}"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 302 There\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001,
    ],
)
def test_another_status_and_too_long_an_answer_are_refused(server: Server, opened: Opened, answer: bytes) -> None:
    server.answers, line = [answer], opened()
    with pytest.raises(Refused):
        line.ask("GET", "/")
    assert line.ask("GET", "/") == b"{}"
    assert server.connections == 2
