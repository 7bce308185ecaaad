"""A stand-in of the Telegram Bot API: long polling, sends recorded, faults on demand."""

from __future__ import annotations

import json
import threading
import time
from typing import Any
from urllib.parse import parse_qs

from tests.stand_ins.server import Answer, LoopbackServer, Request

TOKEN = "123456:stand-in"


class TelegramApi:
    """Queue updates with `say`, `press`, `share_number`; read what the bot sent in `sent`."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.updates: list[dict[str, Any]] = []
        self.faults: list[Answer] = []
        self.confirmed = 0
        self.down = False
        self.next_id = 1000
        self.changed = threading.Condition()
        self.server = LoopbackServer(self.handle)

    @property
    def url(self) -> str:
        return self.server.url + "/bot"

    def __enter__(self) -> TelegramApi:
        self.server.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self.server.__exit__(*exc)

    def handle(self, request: Request) -> Answer:
        if self.down:
            return Answer(drop=True)
        method = request.path.rsplit("/", 1)[-1]
        given = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        with self.changed:
            self.calls.append(method)
        if method == "getUpdates":
            return ok(self.get_updates(int(given.get("offset") or 0), float(given.get("timeout") or 0)))
        if method == "getMe":
            return ok({"id": 123456, "is_bot": True, "first_name": "Stand-in", "username": "stand_in_bot"})
        if method == "sendMessage":
            return self.send_message(given)
        return ok(True)

    def get_updates(self, offset: int, timeout: float) -> list[dict[str, Any]]:
        deadline = time.monotonic() + min(timeout, 2)
        with self.changed:
            self.confirmed = max(self.confirmed, offset)
            while True:
                self.updates = [update for update in self.updates if update["update_id"] >= offset]
                left = deadline - time.monotonic()
                if self.updates or left <= 0:
                    return list(self.updates)
                self.changed.wait(left)

    def send_message(self, given: dict[str, str]) -> Answer:
        with self.changed:
            if self.faults:
                return self.faults.pop(0)
            markup = json.loads(given["reply_markup"]) if given.get("reply_markup") else {}
            self.sent.append({"chat_id": given["chat_id"], "text": given["text"], "markup": markup})
            self.changed.notify_all()
            message_id = len(self.sent)
        chat = {"id": int(given["chat_id"]), "type": "private"}
        return ok({"message_id": message_id, "date": 1_790_000_000, "chat": chat, "text": given["text"]})

    def queue(self, update: dict[str, Any]) -> int:
        with self.changed:
            self.next_id += 1
            self.updates.append({"update_id": self.next_id, **update})
            self.changed.notify_all()
            return self.next_id

    def say(self, chat: int, text: str) -> int:
        return self.queue({"message": message(chat, text=text)})

    def press(self, chat: int, value: str) -> int:
        sender = {"id": chat, "is_bot": False, "first_name": "Test"}
        query = {
            "id": str(self.next_id),
            "from": sender,
            "chat_instance": "1",
            "data": value,
            "message": message(chat, text="?"),
        }
        return self.queue({"callback_query": query})

    def share_number(self, chat: int, number: str) -> int:
        return self.queue(
            {"message": message(chat, contact={"phone_number": number, "first_name": "Test", "user_id": chat})}
        )

    def wait_for(self, chat: int, count: int, seconds: float = 60) -> list[dict[str, Any]]:
        """What was sent to `chat` once there are `count` of them. Raises AssertionError after `seconds`."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while True:
                found = [sent for sent in self.sent if sent["chat_id"] == str(chat)]
                left = deadline - time.monotonic()
                if len(found) >= count:
                    return found
                assert left > 0, f"waited {seconds} s for {count} messages, got {len(found)}"
                self.changed.wait(left)


def ok(result: Any) -> Answer:
    return Answer(json.dumps({"ok": True, "result": result}).encode())


def refused(code: int, description: str, **parameters: Any) -> Answer:
    body = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    return Answer(json.dumps(body).encode(), code)


def message(chat: int, **content: Any) -> dict[str, Any]:
    sender = {"id": chat, "is_bot": False, "first_name": "Test"}
    return {
        "message_id": 1,
        "date": 1_790_000_000,
        "chat": {"id": chat, "type": content.pop("chat_type", "private")},
        "from": sender,
        **content,
    }
