"""A stand-in of Twilio's REST API for messages, and of Twilio posting to our webhooks."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

from twilio.request_validator import RequestValidator

from tests.stand_ins.server import Answer, LoopbackServer, Request

ACCOUNT = "AC" + "0" * 32
TOKEN = "stand-in-token"
SENDER = "+447700900000"


@dataclass
class Sent:
    sid: str
    to: str
    body: str
    status_callback: str | None
    at: float
    created: datetime | None = None
    status: str = "queued"
    error: int | None = None
    came_in: bool = False


@dataclass
class Fault:
    """What happens to the next send instead of success. `accepted`: it was sent all the same."""

    status: int = 500
    code: int | None = None
    body: bytes | None = None
    hang_seconds: float = 0
    """After it was sent, or not; until `lets_go` at most."""
    accepted: bool = False
    drop: bool = False


class TwilioApi:
    """Records every message it is given; `faults` are used up one by one.

    `down`: answers nothing at all; `listing_status`: the error that its list answers with. `now`: dates every message, as the real one does. `texts`: what people wrote to us,
    whether or not we took it.
    """

    def __init__(self, port: int = 0, now: Callable[[], datetime] | None = None) -> None:
        self.sent: list[Sent] = []
        self.texts: list[Sent] = []
        self.down = False
        self.listing_status: int | None = None
        self.now = now or (lambda: None)
        self.faults: list[Fault] = []
        self.lets_go = threading.Event()
        self.lock = threading.Lock()
        self.arrived = threading.Condition(self.lock)
        self.server = LoopbackServer(self.handle, port)

    @property
    def url(self) -> str:
        return self.server.url

    def __enter__(self) -> TwilioApi:
        self.server.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self.server.__exit__(*exc)

    def handle(self, request: Request) -> Answer:
        if self.down:
            return Answer(drop=True)
        if not request.path.endswith("/Messages.json"):
            return Answer(b'{"message": "no such page", "code": 20404}', 404)
        if request.method == "GET" and self.listing_status:
            return self.failure(Fault(self.listing_status))
        if request.method == "GET":
            return self.listing(request.query)
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        with self.lock:
            fault = self.faults.pop(0) if self.faults else None
        sent = None if fault and not fault.accepted else self.record(form)
        if fault and fault.hang_seconds:
            self.lets_go.wait(fault.hang_seconds)
        return self.failure(fault) if fault else Answer(json.dumps(self.resource(sent)).encode(), 201)

    def record(self, form: dict[str, str]) -> Sent:
        with self.arrived:
            sid = f"SM{len(self.sent):032x}"
            body, callback = form.get("Body", ""), form.get("StatusCallback")
            sent = Sent(sid, form.get("To", ""), body, callback, time.monotonic(), self.now())
            self.sent.append(sent)
            self.arrived.notify_all()
        return sent

    def failure(self, fault: Fault) -> Answer:
        if fault.drop:
            return Answer(drop=True)
        if fault.body is not None:
            return Answer(fault.body, fault.status, "text/html")
        body = {"code": fault.code or fault.status, "message": "stand-in fault", "status": fault.status}
        return Answer(json.dumps(body).encode(), fault.status)

    def resource(self, sent: Sent | None) -> dict[str, Any]:
        assert sent is not None
        dated = format_datetime(sent.created) if sent.created else None
        return {
            "sid": sent.sid,
            "to": SENDER if sent.came_in else sent.to,
            "from": sent.to if sent.came_in else SENDER,
            "body": sent.body,
            "status": "received" if sent.came_in else sent.status,
            "error_code": sent.error,
            "direction": "inbound" if sent.came_in else "outbound-api",
            "date_created": dated,
            "date_sent": dated,
            "num_media": "0",
            "account_sid": ACCOUNT,
        }

    def texted(self, number: str, body: str, sid: str) -> None:
        """Somebody texts us, and our webhook does not answer: the provider keeps it and posts it no more."""
        with self.lock:
            self.texts.append(Sent(sid, number, body, None, time.monotonic(), self.now(), came_in=True))

    def listing(self, query: dict[str, list[str]]) -> Answer:
        number = query.get("To", [""])[0]
        with self.lock:
            known = sorted((*self.sent, *self.texts), key=lambda sent: sent.at)
            messages = [self.resource(sent) for sent in known if not number or (sent.to == number and not sent.came_in)]
        return Answer(
            json.dumps({"messages": messages[::-1], "next_page_uri": None, "page": 0, "page_size": 50}).encode()
        )

    def bodies(self, number: str) -> list[str]:
        with self.lock:
            return [sent.body for sent in self.sent if sent.to == number]

    def wait_for(self, number: str, count: int, seconds: float = 60) -> list[str]:
        """The texts sent to `number` once there are `count` of them. Raises AssertionError after `seconds`."""
        deadline = time.monotonic() + seconds
        with self.arrived:
            while True:
                bodies = [sent.body for sent in self.sent if sent.to == number]
                left = deadline - time.monotonic()
                if len(bodies) >= count:
                    return bodies
                assert left > 0, f"waited {seconds} s for {count} texts, got {len(bodies)}: {bodies}"
                self.arrived.wait(left)


@dataclass
class Phone:
    """A person's phone: makes the signed form posts that Twilio would make for it."""

    number: str
    token: str = TOKEN
    counter: int = field(default=0)

    def form(self, body: str, sid: str | None = None, **more: str) -> dict[str, str]:
        self.counter += 1
        return {
            "MessageSid": sid or f"SM{self.number[-9:]}{self.counter:021d}",
            "AccountSid": ACCOUNT,
            "From": self.number,
            "To": SENDER,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            **more,
        }

    def signature(self, url: str, form: dict[str, str]) -> str:
        return str(RequestValidator(self.token).compute_signature(url, form))
