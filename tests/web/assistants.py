"""A small assistant for tests of pages: the real inbox, outbox and database, canned replies."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bot import pages, safety
from services import conversations, inbox, outbox
from services.clock import Clock
from services.crypto import Keyring
from services.db import Database
from services.inbox import Accepted
from services.messages import Choice, Inbound
from services.models import Base
from services.settings import Settings

DIALOGS = Path(__file__).resolve().parents[2] / "dialogs"

Said = tuple[str, Sequence[Choice], str]

WORK = (Choice("work_situation=in_work", "In work"), Choice("work_situation=off_sick", "Off sick"))
HEALTH = (Choice("health=mental_health", "Mental health"), Choice("health=long_term", "Long-term condition"))
SCRIPT: dict[str, list[Said]] = {
    "": [("Hello. You are chatting with a computer.", (), "answer"), ("Are you in work?", WORK, "answer")],
    "work_situation=off_sick": [("Which of these is it?", HEALTH, "answer")],
    "crisis": [("Please talk to a person now. Samaritans: call 116 123.", (), "crisis")],
}


def reply_to(said: str) -> list[Said]:
    return SCRIPT.get(said, [(f"You said {len(said)} characters. Are you in work?", WORK, "answer")])


@dataclass(frozen=True)
class Slot:
    """The part of a slot's definition that pages read."""

    type: str

    def title_of(self, value: str) -> str | None:
        return {"off_sick": "Off sick from a job", "mental_health": "Mental health"}.get(value)


@dataclass
class StandInAssistant:
    """Replies by SCRIPT; `slow` leaves the turn to somebody else, as a busy worker would."""

    settings: Settings
    db: Database
    clock: Clock = field(default_factory=Clock)
    telegram: Any = None
    mail: Any = None
    demo: bool = False
    slow: bool = False
    publication: int = 1
    accepted: list[Inbound] = field(default_factory=list)
    reply: Callable[[str], list[Said]] = reply_to

    def accept(self, inbound: Inbound) -> Accepted:
        accepted = inbox.accept(self.db, inbound, safety.patterns_only(inbound.text) is not None, self.clock.now())
        if accepted.new:
            self.accepted.append(inbound)
        return accepted

    def accept_all(self, arrived: Sequence[Inbound]) -> list[Accepted]:
        return [self.accept(inbound) for inbound in arrived]

    def take_turns(self, conversation_id: int, seconds: float = 2.0) -> None:
        if not self.slow:
            self.answer(conversation_id)

    def tell_outgoing(self, channel: str | None = None) -> None:
        """Nobody sends here."""

    def answer(self, conversation_id: int) -> None:
        now = self.clock.now()
        with self.db.write() as session:
            row = conversations.lock(session, conversation_id)
            for message in inbox.waiting(session, conversation_id):
                if inbox.take(session, message.id, now):
                    for text, choices, purpose in self.reply(message.inbound.pressed or message.inbound.text):
                        outbox.enqueue(session, row, text, choices, purpose=purpose, now=now)

    def book(self, revision: str | None) -> Any:
        return SimpleNamespace(slots={"health": Slot("choices"), "work_situation": Slot("choice")})

    def page_words(self) -> Mapping[str, str]:
        return pages.words(DIALOGS)

    def readiness(self) -> dict[str, str]:
        return {"database": "ok", "nlu": "degraded: not running", "sms": "off"}


@cache
def _empty() -> bytes:
    """A SQLite file with our tables and nothing in them: to make them takes longer than most tests of a page."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        db = Database(f"sqlite:///{path}", Keyring.parse("t1:test-key-not-secret"))
        Base.metadata.create_all(db.engine)
        db.close()
        return path.read_bytes()


def assemble(home: Path, **settings: Any) -> StandInAssistant:
    """An assistant on a fresh SQLite file in `home`; where there is one, on what it holds."""
    chosen = Settings(home=home, secret="a secret of the tests, long enough", **settings)
    if not (home / "anydoor.db").exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "anydoor.db").write_bytes(_empty())
    return StandInAssistant(chosen, Database.of(chosen))
