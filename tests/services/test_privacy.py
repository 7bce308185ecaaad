"""Invariant 17: what a person may see, and that what is deleted is gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text

from services import (
    booking,
    consent,
    conversations,
    diary,
    due_work,
    inbox,
    not_understood,
    outbox,
    people,
    privacy,
    referrals,
)
from services.db import Database
from services.messages import Address, Inbound, Outbound, Receipt
from services.models import AddressRow, Base, Conversation, Person, Referral
from tests.services.diaries import make_team

CANARY = "canaryword"
ANNA = Address("sms", "+447700900123")


def live(db: Database, now: datetime, shared: bool = False) -> tuple[int, int]:
    """A person who has said the canary everywhere; conversation and person."""
    accepted = inbox.accept(db, Inbound(ANNA, "SM1", CANARY, pressed=CANARY), False, now)
    with db.write() as session:
        row = conversations.lock(session, accepted.conversation_id)
        inbox.take(session, accepted.message_id, now)
        people.set_name(session, row.person_id, CANARY)
        people.set_phone(session, row.person_id, ANNA.value)
        conversations.save(session, row, {"slots": {"name": CANARY}}, None)
        not_understood.record(session, row.id, not_understood.Miss(CANARY), now)
        due_work.schedule(session, row.id, "nudge", now + timedelta(days=1))
        outbox.enqueue(session, row, CANARY, purpose="answer", now=now)
        given = consent.record(session, row, "share", wording="May we share?", version="r1", now=now)
        if shared:
            make_team(session, now)
            referrals.create(session, row, "testshire", {"wish": CANARY}, now, consent_id=given.id)
        return row.id, row.person_id


def everything(db: Database) -> str:
    """All that the tables hold, opened with the keys."""
    with db.read() as session:
        rows = [row for mapper in Base.registry.mappers for row in session.scalars(select(mapper.class_))]
        return "\n".join(str({c.key: getattr(row, c.key) for c in type(row).__mapper__.column_attrs}) for row in rows)


def send(outbound: Outbound) -> Receipt:
    return Receipt(f"P{outbound.id}")


def erase(db: Database, person_id: int, conversation_id: int, now: datetime, ledger: Path) -> None:
    with db.write() as session:
        row = conversations.lock(session, conversation_id)
        privacy.erase(session, person_id, now, ledger)
        outbox.enqueue(session, row, "We deleted this chat.", purpose="answer", now=now)
        conversations.save(session, row, {"schema": 1}, None)


def finish(db: Database, now: datetime) -> int:
    with db.write() as session:
        return privacy.finish_erasures(session, now)


def test_a_person_sees_everything_held_about_them(db: Database, now: datetime) -> None:
    _, person = live(db, now, shared=True)
    with db.read() as session:
        held = privacy.export(session, person)
    assert (held["name"], held["phone"], held["addresses"]) == (CANARY, ANNA.value, [str(ANNA)])
    assert held["conversations"][0]["answers"] == {"name": CANARY}
    assert [line["text"] for line in held["conversations"][0]["messages"]] == [CANARY, CANARY]
    assert held["consents"][0]["wording"] == "May we share?"
    assert held["referrals"][0]["card"] == {"wish": CANARY}


def test_invariant_17_nothing_is_left_of_who_is_deleted(db: Database, now: datetime, tmp_path: Path) -> None:
    conversation, person = live(db, now)
    assert everything(db).count(CANARY) >= 5
    erase(db, person, conversation, now, tmp_path / "erased.jsonl")
    assert CANARY not in everything(db)
    assert finish(db, now) == 0, "the last reply is still to be sent"
    assert outbox.deliver(db, send, 10, now) == 1
    assert finish(db, now) == 1
    left = everything(db)
    assert CANARY not in left
    assert ANNA.value not in left
    with db.read() as session:
        for model in (Person, AddressRow, Conversation):
            assert session.scalars(select(model)).all() == []


def test_stop_outlives_the_words(db: Database, now: datetime, tmp_path: Path) -> None:
    conversation, person = live(db, now)
    with db.write() as session:
        people.stop(session, conversation, now)
    erase(db, person, conversation, now, tmp_path / "erased.jsonl")
    outbox.deliver(db, send, 10, now)
    assert finish(db, now) == 1
    assert ANNA.value not in everything(db)
    with db.read() as session:
        row = people.find_address(session, ANNA)
        assert row is not None
        assert row.stopped_at is not None


def test_who_comes_back_after_stop_and_delete_is_heard(db: Database, now: datetime, tmp_path: Path) -> None:
    conversation, person = live(db, now)
    with db.write() as session:
        people.stop(session, conversation, now)
    erase(db, person, conversation, now, tmp_path / "erased.jsonl")
    outbox.deliver(db, send, 10, now)
    finish(db, now)
    again = inbox.accept(db, Inbound(ANNA, "SM9", "START"), False, now)
    with db.read() as session:
        assert [w.inbound.address for w in inbox.waiting(session, again.conversation_id)] == [ANNA]


def test_the_teams_own_record_stays(db: Database, now: datetime, tmp_path: Path) -> None:
    conversation, person = live(db, now, shared=True)
    erase(db, person, conversation, now, tmp_path / "erased.jsonl")
    outbox.deliver(db, send, 10, now)
    finish(db, now)
    with db.read() as session:
        assert session.scalars(select(Referral)).one().card == {"wish": CANARY}
        assert session.get_one(Person, person).name == CANARY
        assert session.scalars(select(Conversation)).all() == []


def test_a_coming_call_keeps_the_address_until_it_is_over(db: Database, now: datetime, tmp_path: Path) -> None:
    conversation, person = live(db, now, shared=True)
    with db.write() as session:
        row = conversations.lock(session, conversation)
        opening = diary.openings(session, "testshire", now=now)[0]
        booking.hold(session, row, opening.id, now, timedelta(minutes=20))
        booking.book(session, row, now)
    erase(db, person, conversation, now, tmp_path / "erased.jsonl")
    outbox.deliver(db, send, 10, now)
    assert finish(db, now) == 0
    assert finish(db, now + timedelta(days=1)) == 1


def test_invariant_17_a_restored_backup_is_held_to_the_ledger(db: Database, now: datetime, tmp_path: Path) -> None:
    ledger = tmp_path / "erased.jsonl"
    conversation, person = live(db, now)
    with db.write() as session:
        privacy._write_ledger(session, session.get_one(Person, person), now, ledger)  # as if erased after the backup
        assert privacy.replay(session, ledger, now) == 1
    assert CANARY not in everything(db)
    assert str(conversation) in everything(db)
    assert CANARY not in ledger.read_text()
    with db.write() as session:  # the same id, but somebody else
        session.get_one(Person, person).created_at = now + timedelta(days=1)
        assert privacy.replay(session, ledger, now) == 0


def test_no_table_keeps_the_words_in_clear(db: Database, now: datetime) -> None:
    live(db, now, shared=True)
    with db.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(text(f"SELECT * FROM {table.name}")):
                assert CANARY not in str([bytes(v) if isinstance(v, memoryview) else v for v in row])
