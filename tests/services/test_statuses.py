"""Invariant 6: what a provider says became of a message only ever moves it forward."""

from __future__ import annotations

from datetime import datetime

from services import outbox
from services.db import Database
from services.messages import Outbound, Receipt
from tests.services.test_outbox import Provider, queue, row_of, talk


def status(db: Database, provider_id: str, word: str, now: datetime, reason: str | None = None) -> bool:
    with db.write() as session:
        return outbox.status_update(session, "sms", provider_id, word, now, reason)


def test_invariant_6_a_status_only_moves_forward(db: Database, now: datetime) -> None:
    message = queue(db, talk(db, now), "hello", now)
    outbox.deliver(db, Provider(), 10, now)
    pid = f"PID{message}"
    assert not status(db, pid, "queued", now)
    assert status(db, pid, "undelivered", now, "30003")
    assert row_of(db, message).reason == "30003"
    assert status(db, pid, "delivered", now)
    assert not status(db, pid, "sent", now)
    assert not status(db, pid, "failed", now)
    assert not status(db, pid, "teleported", now)
    assert row_of(db, message).status == "delivered"


def test_invariant_6_a_receipt_may_overtake_the_providers_answer(db: Database, now: datetime) -> None:
    conversation = talk(db, now)
    message = queue(db, conversation, "hello", now)

    def send(outbound: Outbound) -> Receipt:
        status(db, "PID1", "delivered", now)
        status(db, "PID1", "sent", now)
        return Receipt("PID1")

    outbox.deliver(db, send, 1, now)
    assert row_of(db, message).status == "delivered"
