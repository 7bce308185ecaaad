"""A child process for fault tests: accepts what it is told, takes turns, delivers; then says what it saw.

`python loop.py DATABASE PROVIDER_FILE CONVERSATIONS MESSAGES`. The provider is a file: a line is written, synced,
for each message it took. A line on standard output, `accepted <provider id>`, is the acknowledgement.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from services import audit, conversations, faults, inbox, outbox
from services.crypto import Keyring
from services.db import Database
from services.messages import Address, Inbound, Outbound, Receipt

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def accept_all(db: Database, threads: int, messages: int) -> None:
    """What a webhook does: answer only when the message is stored."""
    for number in range(messages):
        for thread in range(threads):
            provider_id = f"SM{thread}-{number}"
            address = Address("sms", f"+44770090{thread:04}")
            inbox.accept(db, Inbound(address, provider_id, f"{number}"), False, NOW)
            print("accepted", provider_id, flush=True)


def take_turns(db: Database) -> None:
    """One turn a message: state, audit, reply and "taken" together."""
    while True:
        with db.read() as session:
            waiting = inbox.waiting_conversations(session)
        if not waiting:
            return
        for conversation_id in waiting:
            take(db, conversation_id)


def take(db: Database, conversation_id: int) -> None:
    with db.write() as session:
        row = conversations.lock(session, conversation_id)
        message = inbox.waiting(session, conversation_id)[0]
        said = [*(row.state or {}).get("said", []), message.inbound.text]
        conversations.save(session, row, {"said": said}, None)
        outbox.enqueue(session, row, f"{message.inbound.provider_id} heard", purpose="answer", now=NOW)
        audit.record(session, "system", "turn", f"conversation:{conversation_id}", NOW)
        inbox.take(session, message.id, NOW)
        faults.point("before_turn_commit")
    faults.point("after_turn_commit")


def main(url: str, provider: Path, threads: int, messages: int) -> None:
    db = Database(url, Keyring.parse("t1:test-key-not-secret"))

    def send(outbound: Outbound) -> Receipt:
        with provider.open("a") as file:
            file.write(f"{outbound.id} {int(outbound.repeat)} {outbound.text}\n")
            file.flush()
            os.fsync(file.fileno())
        return Receipt(f"P{outbound.id}")

    accept_all(db, threads, messages)
    take_turns(db)
    while outbox.deliver(db, send, 10, NOW):
        pass
    audit.seal(db)
    print("done", flush=True)
    db.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
