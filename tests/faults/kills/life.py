"""One life of the product under load: four people write at once, its own worker takes turns, delivers and seals.

It looks first at what the life before left, then may be killed at any instant.
"""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select, update

from bot import worker
from bot.assistant import Assistant, assemble
from bot.nlu.stand_in import Backed
from bot.worker import Worker
from services import backup, faults
from services.messages import Inbound, Outbound, Receipt
from services.models import MessageIn, MessageOut
from services.settings import Settings
from tests.faults.kills import broken
from tests.faults.kills.people import WRITERS, Writer
from tests.faults.kills.world import Folder, Snapshot, problems, unfinished
from tests.journeys.product import settings_of

NOWHERE = "http://127.0.0.1:9"
PATIENCE = 120.0


class Provider:
    """Stands in for the provider: what it took it has written down before it answers. It cannot be asked."""

    def __init__(self, folder: Folder, life: int) -> None:
        self.folder, self.life = folder, life

    def send(self, outbound: Outbound) -> Receipt:
        taken = {"life": self.life, "id": outbound.id, "to": outbound.address.value, "repeat": outbound.repeat}
        self.folder.append("sends", json.dumps(taken))
        return Receipt(f"P{outbound.id}")


@dataclass
class Life:
    """`armed`: a pipe's end that is told when the load begins; `fault`: where to die, "" for nowhere in particular."""

    folder: Folder
    database: str
    number: int
    seed: int
    nlu: Backed
    fault: str = ""
    control: str = ""
    expected: dict[str, list[Snapshot]] = field(default_factory=dict)
    armed: int = -1

    @property
    def settings(self) -> Settings:
        more = {"ANYDOOR_DATABASE_URL": self.database, "TELEGRAM_BOT_TOKEN": ""}
        return settings_of(self.folder.path, NOWHERE, NOWHERE, NOWHERE, **more)

    @property
    def anchor(self) -> Path:
        return self.folder.path / "audit.anchor"

    def run(self) -> None:
        assistant = assemble(self.settings, nlu=self.nlu)
        provider = Provider(self.folder, self.number)
        assistant.channels = {**assistant.channels, "sms": provider}
        if self.look(assistant):
            return
        with assistant.db.write() as session:
            session.execute(update(MessageOut).values(lease_until=None))  # a minute passes
        broken.build(self.control, provider.send)
        faults._fuse = faults._Fuse(self.fault) if self.fault else None
        if self.armed >= 0:
            os.write(self.armed, b"1")
        self.work(assistant)
        assistant.close()

    def look(self, assistant: Assistant) -> bool:
        """Whether something is wrong already."""
        found = problems(assistant.db, self.folder, self.expected, self.anchor)
        for problem in found:
            self.folder.append("problems", f"life {self.number}: {problem}")
        return bool(found)

    def work(self, assistant: Assistant) -> None:
        worker.SEAL_SECONDS = 0.05
        running = Worker(assistant)
        running.start()
        people = [threading.Thread(target=self.write, args=(assistant, writer)) for writer in WRITERS]
        if self.fault.startswith("mid_backup"):
            people.append(threading.Thread(target=self.back_up, args=(assistant,)))
        for person in people:
            person.start()
        for person in people:
            person.join()
        self.wait(lambda: not unfinished(assistant.db))
        time.sleep(2 * worker.SEAL_SECONDS)
        running.stop()
        for problem in unfinished(assistant.db):
            self.folder.append("problems", f"at the end: {problem}")
        self.look(assistant)

    def write(self, assistant: Assistant, writer: Writer) -> None:
        """Say what is left to say, each once the one before was answered; now and then the provider posts again."""
        chance = Random(f"{self.seed} {self.number} {writer.number}")
        for at, words in enumerate(writer.words):
            sid = writer.sid(at)
            if not self.acknowledged(sid):
                inbound = self.inbound(writer, at, words)
                if self.control == "answers_first":
                    self.folder.append("acknowledged", sid)
                assistant.accept(inbound)
                if self.control != "answers_first":
                    self.folder.append("acknowledged", sid)
                if chance.random() < 0.2:
                    assistant.accept(inbound)
            self.wait(lambda sid=sid: self.heard(assistant, sid))  # type: ignore[misc]

    def inbound(self, writer: Writer, at: int, words: str) -> Inbound:
        return Inbound(writer.address, writer.sid(at), text=words)

    def acknowledged(self, sid: str) -> bool:
        return sid in self.folder.lines("acknowledged")

    def heard(self, assistant: Assistant, sid: str) -> bool:
        with assistant.db.read() as session:
            return session.scalar(select(MessageIn.taken_at).where(MessageIn.provider_id == sid)) is not None

    def back_up(self, assistant: Assistant) -> None:
        for _ in range(20):
            backup.backup(assistant.db, self.settings, self.folder.path / "kept.backup")

    def wait(self, true: Any) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true() and time.monotonic() < deadline:
            time.sleep(0.005)
