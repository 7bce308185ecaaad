"""Invariant 6: what a provider says became of a message only ever moves it forward."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from services import outbox, statuses
from services.db import Database
from services.messages import Outbound, Receipt
from services.models import DutyAlert
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


def test_invariant_6_a_receipt_and_the_answer_may_pass_each_other_unseen(db: Database, now: datetime) -> None:
    message_id = queue(db, talk(db, now), "help is near", now, purpose="crisis")
    outbox.deliver(db, Provider(), 10, now)
    for word in ("delivered", "failed", "sent"):  # each written by who did not see that the id was known already
        with db.write() as session:
            statuses.keep_early(session, "sms", f"PID{message_id}", word, None, now)
    with db.read() as session:
        assert statuses.has_left(session)
    with db.write() as session:
        statuses.take_up_left(session, now)
    assert row_of(db, message_id).status == "delivered"
    with db.read() as session:
        assert not statuses.has_left(session)


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize(("purpose", "alerts"), [("crisis", ["crisis_help_blocked"]), ("answer", [])])
def test_crisis_help_that_a_receipt_says_did_not_arrive_alerts_the_duty_person(
    sqlite_db: Database, now: datetime, purpose: str, alerts: list[str], early: bool
) -> None:
    message = queue(sqlite_db, talk(sqlite_db, now), "call 999", now, purpose)

    def send(outbound: Outbound) -> Receipt:
        if early:
            status(sqlite_db, "PID1", "undelivered", now, "30005")
        return Receipt("PID1")

    outbox.deliver(sqlite_db, send, 1, now)
    status(sqlite_db, "PID1", "undelivered", now, "30005")
    assert row_of(sqlite_db, message).status == "undelivered"
    with sqlite_db.read() as session:
        assert list(session.scalars(select(DutyAlert.reason))) == alerts
