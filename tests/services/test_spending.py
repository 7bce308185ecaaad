"""What texts may cost: UK mobiles only, so many to a number, so many in all; never at the price of crisis help."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from services import outbox, spending
from services.db import Database
from services.messages import Address
from services.models import MessageOut
from tests.services.test_outbox import ANNA, Provider, queue, talk


def reasons(db: Database) -> list[tuple[str, str | None]]:
    with db.read() as session:
        return [(row.status, row.reason) for row in session.scalars(select(MessageOut).order_by(MessageOut.id))]


@pytest.mark.parametrize(
    "number", ["+33612345678", "+447040000000", "+442079460123", "+447624000", "60777", "WorkWell"]
)
def test_only_uk_mobiles_are_answered_but_for_crisis_help(db: Database, now: datetime, number: str) -> None:
    conversation, provider = talk(db, now, Address("sms", number)), Provider()
    queue(db, conversation, "an answer", now)
    queue(db, conversation, "call 999", now, purpose="crisis")
    outbox.deliver(db, provider, 10, now)
    assert provider.texts == ["call 999"]
    assert ("dropped", "not_uk_mobile") in reasons(db)


def test_other_channels_cost_nothing(db: Database, now: datetime) -> None:
    provider = Provider()
    queue(db, talk(db, now, Address("telegram", "12345")), "an answer", now)
    outbox.deliver(db, provider, 10, now)
    assert provider.texts == ["an answer"]


def test_a_number_that_floods_us_is_answered_so_often_a_day(
    db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spending, "A_NUMBER_A_DAY", 3)
    flooding, other, provider = talk(db, now), talk(db, now, Address("sms", "+447700900124")), Provider()
    for number in range(5):
        queue(db, flooding, f"answer {number}", now)
    queue(db, flooding, "call 999", now, purpose="crisis")
    queue(db, other, "to somebody else", now)
    outbox.deliver(db, provider, 20, now)
    assert sorted(provider.texts) == ["answer 0", "answer 1", "answer 2", "call 999", "to somebody else"]
    assert reasons(db).count(("dropped", "over_number_cap")) == 2
    tomorrow = now + timedelta(days=1)
    queue(db, flooding, "a new day", tomorrow)
    outbox.deliver(db, provider, 20, tomorrow)
    assert provider.texts[-1] == "a new day"


def test_a_sites_own_cap_fails_closed_and_lets_stop_and_crisis_through(db: Database, now: datetime) -> None:
    db.engine.dialect.anydoor_sms_a_day = 2  # type: ignore[attr-defined]
    conversation, provider = talk(db, now, ANNA), Provider()
    for text in ("one", "two", "three"):
        queue(db, conversation, text, now)
    queue(db, conversation, "You're stopped", now, purpose="opt_out")
    queue(db, conversation, "call 999", now, purpose="crisis")
    outbox.deliver(db, provider, 20, now)
    assert sorted(provider.texts) == ["You're stopped", "call 999", "one", "two"]
    assert reasons(db)[2] == ("dropped", "over_site_cap")


def test_what_is_tried_again_is_not_paid_for_twice(
    db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spending, "A_NUMBER_A_DAY", 1)
    message = queue(db, talk(db, now), "once", now)
    with db.write() as session:  # it was claimed before, by a process that died
        row = session.get_one(MessageOut, message)
        row.status, row.first_attempt_at, row.repeat = "sending", now, True
    provider = Provider()
    outbox.deliver(db, provider, 5, now)
    assert provider.texts == ["once"]
