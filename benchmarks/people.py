"""Many people texting at once: each waits for the reply to be committed before the next text. One event loop, no threads."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from tests.stand_ins.twilio_api import ACCOUNT, SENDER, TOKEN

PATH = "/webhooks/twilio/sms"
POSTCODES = [
    "PR1 8XJ",
    "LS1 4AP",
    "M1 1AE",
    "B33 8TH",
    "EX4 4QJ",
    "NE1 7RU",
    "YO10 5DD",
    "L1 8JQ",
    "BS1 4DJ",
    "OX1 1PT",
]
TEXTS = [
    "hi", "its safe, lets go", "im signed off at the moment they said {count} weeks", "{postcode}", "34", "1 and 2",
    "money trouble, im {count} months behind with everything", "Sam", "1", "1", "1",
]  # fmt: skip
"""The two with a count are what the language server is asked about: hardly two people say the same."""


def as_said(text: str, number: int) -> str:
    """One of TEXTS in the words of the person with this number."""
    return text.format(postcode=POSTCODES[number % len(POSTCODES)], count=2 + number % 89)


@dataclass
class Figures:
    """What one run measured, times in seconds."""

    acknowledged: list[float] = field(default_factory=list)
    committed: list[float] = field(default_factory=list)
    asked_nlu: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    since: float = 0.0
    """Texts sent before this moment (monotonic) do not count."""

    @property
    def rate(self) -> float:
        return len(self.acknowledged) / self.seconds


class Turns:
    """When the server says that a turn was committed, by the provider's id."""

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Future[tuple[float, bool]]] = {}

    def expect(self, provider_id: str) -> asyncio.Future[tuple[float, bool]]:
        self.waiting[provider_id] = asyncio.get_running_loop().create_future()
        return self.waiting[provider_id]

    async def follow(self, said: asyncio.StreamReader) -> None:
        while line := await said.readline():
            provider_id, moment, asked = line.decode().split()
            future = self.waiting.pop(provider_id, None)
            if future and not future.done():
                future.set_result((float(moment), asked == "1"))


@dataclass
class Load:
    """People texting one server. `turns` None: only the acknowledgement is waited for."""

    url: str
    turns: Turns | None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100_000))
    validator: RequestValidator = field(default_factory=lambda: RequestValidator(TOKEN))
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    replies: bytes = b""
    """How an answer begins that is one."""

    def post(self, number: str, text: str) -> tuple[str, bytes]:
        """A provider id and the raw request that brings a text."""
        provider_id = f"SM{next(self.ids):032d}"
        form = {"MessageSid": provider_id, "AccountSid": ACCOUNT, "From": number, "To": SENDER, "Body": text}
        body = urlencode({**form, "NumMedia": "0"}).encode()
        signature = self.validator.compute_signature(self.url + PATH, {**form, "NumMedia": "0"})
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: {urlsplit(self.url).netloc}\r\nX-Twilio-Signature: {signature}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return provider_id, head.encode() + body

    async def person(self, figures: Figures, ends: float, every: float | None = None) -> None:
        """One conversation after another until `ends`; `every`: a text at most each so many seconds."""
        parts = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            for number in self.numbers:
                for text in TEXTS:
                    began = time.monotonic()
                    if began >= ends:
                        return
                    await self.text(reader, writer, f"+447400{number:06d}", as_said(text, number), figures)
                    if every:
                        await asyncio.sleep(max(0.0, began + every - time.monotonic()))
        finally:
            writer.close()

    async def text(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        number: str,
        text: str,
        figures: Figures | None = None,
    ) -> None:
        figures = figures or Figures()
        provider_id, request = self.post(number, text)
        future = self.turns.expect(provider_id) if self.turns else None
        began = time.monotonic()
        writer.write(request)
        reply = await answered(reader)
        if not reply.startswith(self.replies):
            raise RuntimeError(f"the server replied {reply[:60]!r}")
        counts = began >= figures.since
        if counts:
            figures.acknowledged.append(time.monotonic() - began)
        if future:
            moment, asked = await asyncio.wait_for(future, 30)
            if counts:
                figures.committed.append(moment - began)
                figures.asked_nlu += asked


class RasaLoad(Load):
    """The same people at Rasa's REST channel, which answers each post with the replies; none means that none was made."""

    def post(self, number: str, text: str) -> tuple[str, bytes]:
        body = json.dumps({"sender": number, "message": text}).encode()
        head = (
            f"POST /webhooks/rest/webhook HTTP/1.1\r\nHost: {urlsplit(self.url).netloc}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return f"{next(self.ids)}", head.encode() + body


async def answered(reader: asyncio.StreamReader) -> bytes:
    """Read one answer whole; its body. Raises RuntimeError when it is not a 200."""
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(f"the server answered {head[:60]!r}")
    return await reader.readexactly(length_of(head))


def length_of(head: bytes) -> int:
    """Bytes of the body that follows; none where the head names no length, as that of a GET."""
    lengths = (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return int(next(lengths, b":0").split(b":")[1])


async def provider(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A stand-in of Twilio's REST API that takes everything at once and remembers nothing."""
    with_ids = itertools.count(1)
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(length_of(head))
            body = f'{{"sid": "SM{id(writer):016x}{next(with_ids):016x}", "status": "queued"}}'.encode()
            writer.write(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n")
            writer.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def texting(
    load: Load,
    people: int,
    seconds: float,
    every: float | None = None,
    counting: Callable[[], object] = lambda: None,
) -> Figures:
    """So many people for so many seconds, as fast as they are answered, or a text each `every` so many.

    These come one after another within the time that a conversation takes, so that they are at different texts as people are;
    `counting` is called, and what is measured begins, when all of them are there.
    """
    coming = every * len(TEXTS) if every else 0.0
    began = time.monotonic()
    figures = Figures(since=began + coming)

    async def joins(pause: float) -> None:
        await asyncio.sleep(pause)
        await load.person(figures, figures.since + seconds, every)

    async def counts() -> None:
        await asyncio.sleep(coming)
        counting()

    await asyncio.gather(counts(), *(joins(coming * place / people) for place in range(people)))
    figures.seconds = time.monotonic() - figures.since
    return figures
