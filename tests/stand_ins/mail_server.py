"""A real mail server on loopback, which keeps what it takes, and can be told to misbehave."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Event, Thread
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """`answers`: what RCPT or DATA is answered next ("451 later"), or "hang up" after the text was taken."""

    url: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    to_rcpt: list[str] = field(default_factory=list)
    to_data: list[str] = field(default_factory=list)
    down: bool = False
    """Hangs up on whoever calls."""

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.to_rcpt:
            return self.to_rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.to_data.pop(0) if self.to_data else "250 OK"
        if answer.startswith("250") or answer == "hang up":
            self.mails.append(message_from_bytes(bytes(envelope.content or b""), policy=default))  # type: ignore[arg-type]
            self.to += envelope.rcpt_tos
        if answer == "hang up":
            server.transport.abort()
        return answer


class HangsUp(asyncio.Protocol):
    """A server that is not well."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


@contextmanager
def serving(mailbox: Mailbox | None = None) -> Iterator[Mailbox]:
    """The server in a thread of its own, until the end of the block."""
    box, ready, over = mailbox or Mailbox(), Event(), Event()
    listening = socket.create_server(("127.0.0.1", 0))
    box.url = f"smtp://127.0.0.1:{listening.getsockname()[1]}"

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: HangsUp() if box.down else SMTP(box, loop=loop, hostname="mail.test"), sock=listening
        )
        ready.set()
        while not over.is_set():
            await asyncio.sleep(0.02)
        server.close()

    thread = Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield box
    finally:
        over.set()
        thread.join(10)
