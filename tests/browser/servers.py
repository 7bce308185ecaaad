"""A real uvicorn on a free loopback port, in a thread, with a small assistant behind it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import SystemRandom

import uvicorn
from starlette.applications import Starlette

from services.messages import Inbound
from tests.web.assistants import StandInAssistant
from web.wire import PROTOCOL


@contextmanager
def serving(app: Starlette, port: int, http: type[asyncio.Protocol] = PROTOCOL) -> Iterator[None]:
    config = uvicorn.Config(
        app, "127.0.0.1", port, http=http, log_level="error", access_log=False, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until_open(port)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=60)


def wait_until_open(port: int) -> None:
    for _ in range(1200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the server did not start")


def free_port() -> int:
    """One of those that Linux gives to nobody by itself (ip_local_port_range): else a connection, also one that looks
    whether the server is up, might get it before the server does.
    """
    for port in SystemRandom().sample(range(20_000, 32_768), 1000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")


@contextmanager
def working(assistant: StandInAssistant) -> Iterator[None]:
    """A worker in a thread, as the real one would be: it answers what was accepted."""
    accept, woken, ended = assistant.accept, threading.Event(), threading.Event()

    def accept_and_wake(inbound: Inbound) -> object:
        accepted = accept(inbound)
        pending.append(accepted.conversation_id)
        woken.set()
        return accepted

    def work() -> None:
        while not ended.is_set():
            woken.wait(0.1)
            woken.clear()
            while pending:
                assistant.answer(pending.pop())

    pending: list[int] = []
    assistant.accept = accept_and_wake  # type: ignore[method-assign, assignment]
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=60)
