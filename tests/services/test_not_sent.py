"""Messages that cannot be sent for long, crisis help that does not arrive, receipts that pass their message by."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from services import delivery, outbox, statuses
from services.db import Database
from services.messages import Outbound, Receipt, SendLater
from services.models import DutyAlert
from tests.services.test_outbox import Provider, pass_real_time, queue, row_of, talk
from tests.services.test_statuses import status


def test_a_days_outage_is_waited_for_and_then_it_is_a_persons_to_look_at(sqlite_db: Database, now: datetime) -> None:
    message = queue(sqlite_db, talk(sqlite_db, now), "hello", now)
    for hours in (0, 12, 30):
        outbox.deliver(sqlite_db, Provider(SendLater()), 1, now + timedelta(hours=hours))
        pass_real_time(sqlite_db)
        assert row_of(sqlite_db, message).status == "queued"
    outbox.deliver(sqlite_db, Provider(SendLater()), 1, now + timedelta(hours=37))
    assert (row_of(sqlite_db, message).status, row_of(sqlite_db, message).reason) == ("failed", "gave_up")


def test_when_the_provider_is_back_nobody_waits_for_the_next_try(sqlite_db: Database, now: datetime) -> None:
    message = queue(sqlite_db, talk(sqlite_db, now), "hello", now)
    outbox.deliver(sqlite_db, Provider(SendLater(1800)), 1, now)
    assert outbox.deliver(sqlite_db, Provider(), 1, now) == 0
    delivery.try_now(sqlite_db, "telegram")
    assert outbox.deliver(sqlite_db, Provider(), 1, now) == 0
    delivery.try_now(sqlite_db, "sms")
    assert outbox.deliver(sqlite_db, Provider(), 1, now) == 1
    assert row_of(sqlite_db, message).status == "sent"


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
