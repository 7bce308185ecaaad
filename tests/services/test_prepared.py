"""Statements made once run as SQLAlchemy's own do, on both databases."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import DateTime, bindparam, event, func, insert, select, text, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, NoResultFound

from services.db import Database, Session
from services.models import Conversation, MessageIn, MessageOut, Person, Team
from services.models.base import UtcTime
from services.prepared import Prepared, PreparedList, written
from services.sessions import savepoint
from tests.services.test_outbox import queue, talk

OF = Prepared(select(MessageIn.id, MessageIn.body).where(MessageIn.provider_id == bindparam("known_as")))
STORE = Prepared(
    insert(MessageIn).returning(MessageIn.id),
    inserted=["conversation_id", "seq", "channel", "provider_id", "kind", "body", "received_at"],
)
QUEUED = Prepared(
    select(MessageOut.body, MessageOut.run_at, MessageOut.status).where(MessageOut.status.in_(("queued",)))
)
AMONG = PreparedList(
    lambda names: (
        select(MessageIn.body)
        .where(MessageIn.provider_id.in_(names), MessageIn.channel == bindparam("channel"))
        .order_by(MessageIn.provider_id)
    )
)
STORE_ALL = Prepared(
    insert(MessageIn),
    inserted=["conversation_id", "seq", "channel", "provider_id", "kind", "body", "received_at"],
)
RENAME = Prepared(update(Conversation).where(Conversation.id == bindparam("of")).values(source=bindparam("whence")))

THREAD = Prepared(select(Conversation).where(Conversation.id == bindparam("id")).with_for_update(key_share=True))


def message(conversation: int, now: datetime, provider_id: str = "SM1") -> dict[str, object]:
    row = {"conversation_id": conversation, "seq": 901, "channel": "sms", "provider_id": provider_id, "kind": "text"}
    return {**row, "body": "my back", "received_at": now}


def test_what_is_stored_is_sealed_with_its_defaults_and_read_back(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    with db.write() as session:
        stored = STORE.one(session, message(thread, now))
        assert OF.all(session, {"known_as": "SM1"}) == [(stored.id, "my back")]
    with db.read() as session:
        row = session.get_one(MessageIn, stored.id)
        assert (row.body, row.received_at, row.retention, row.urgent) == ("my back", now, "message", False)
        raw = session.scalar(text("SELECT body FROM messages_in WHERE id = :id").bindparams(id=stored.id))
        assert b"my back" not in bytes(raw)


def test_times_come_back_with_their_zone_and_values_of_a_list_are_written_out(db: Database, now: datetime) -> None:
    queue(db, talk(db, now), "hello", now)
    with db.read() as session:
        row = QUEUED.one(session, {})
        assert (row.body, row.run_at, row.status) == ("hello", now, "queued")


def test_what_ran_in_a_savepoint_is_undone_with_it_and_nothing_else(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    with db.write() as session:
        assert RENAME.changed(session, {"of": thread, "whence": "poster"}) == 1
        trial = session.begin_nested()
        RENAME.changed(session, {"of": thread, "whence": "leaflet"})
        STORE.one(session, message(thread, now))
        with pytest.raises(IntegrityError):
            STORE.one(session, message(thread, now))
        trial.rollback()
        with session.begin_nested():
            STORE.one(session, message(thread, now))
    with db.read() as session:
        assert session.get_one(Conversation, thread).source == "poster"
        assert len(OF.all(session, {"known_as": "SM1"})) == 1


def test_the_object_of_an_id_is_the_sessions_own(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    by_source = Prepared(select(Conversation.id).where(Conversation.source == bindparam("whence")))
    with db.write() as session:
        assert by_source.found(session, Conversation, {"whence": "poster"}) is None
        own = session.get_one(Conversation, thread)
        own.source = "poster"  # not written yet
        assert by_source.found(session, Conversation, {"whence": "poster"}) is own


def test_a_list_may_be_of_any_length(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    with db.write() as session:
        for number in (1, 2):
            row = {**message(thread, now, f"SM{number}"), "seq": 900 + number, "body": f"text {number}"}
            STORE.one(session, row)
        told = {"channel": "sms"}
        for asked, found in ([], []), (["SM2"], ["text 2"]), (["SM2", "SM1", "SM3"], ["text 1", "text 2"]):
            assert [row.body for row in AMONG.all(session, asked, told)] == found
        assert AMONG.all(session, ["SM1"], {"channel": "web"}) == []


def test_rows_changed_are_counted_and_undone_with_the_transaction(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    with db.write() as session:
        assert RENAME.changed(session, {"of": thread, "whence": "poster"}) == 1
        assert RENAME.changed(session, {"of": thread + 1000, "whence": "poster"}) == 0
        session.rollback()
    with db.read() as session:
        assert session.get_one(Conversation, thread).source is None


def test_a_session_used_again_writes_in_its_new_transaction(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    with db.read() as session:
        assert OF.first(session, {"known_as": "SM7"}) is None
        session.rollback()
        with db.write() as other:
            STORE.one(other, message(thread, now, "SM7"))
        assert OF.one(session, {"known_as": "SM7"}).body == "my back"


def test_what_is_missing_is_said(db: Database, now: datetime) -> None:
    with db.read() as session:
        with pytest.raises(KeyError):
            OF.all(session, {})
        with pytest.raises(NoResultFound):
            OF.one(session, {"known_as": "nobody"})


def test_errors_are_sqlalchemys_own_and_hold_no_values(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    with db.read() as session:
        STORE.one(session, message(thread, now))
        with pytest.raises(IntegrityError) as twice:
            STORE.one(session, message(thread, now))
    assert isinstance(twice.value, DBAPIError)
    assert twice.value.params is None


def test_a_row_comes_as_the_sessions_own_object_and_what_is_changed_of_it_is_written(
    db: Database, now: datetime
) -> None:
    thread = talk(db, now)
    with db.write() as session:
        [row] = THREAD.objects(session, {"id": thread})
        assert session.get_one(Conversation, thread) is row
        assert not session.dirty
        row.source = "poster"
    with db.read() as session:
        assert THREAD.objects(session, {"id": thread})[0].source == "poster"


def test_an_object_that_was_there_stays_or_is_brought_up_to_date(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    with db.write() as session:
        row = session.get_one(Conversation, thread)
        RENAME.changed(session, {"of": thread, "whence": "poster"})
        assert THREAD.objects(session, {"id": thread}) == [row]
        assert row.source is None
        assert THREAD.objects(session, {"id": thread}, anew=True) == [row]
        assert row.source == "poster"


def test_what_was_written_by_hand_is_not_written_again(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    with db.write() as session:
        [row] = THREAD.objects(session, {"id": thread})
        RENAME.changed(session, {"of": thread, "whence": "poster"})
        written(row, source="poster")
        assert row.source == "poster"
        assert row not in session.dirty


def test_a_session_takes_sqlalchemys_connection_in_the_same_transaction(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    with db.write() as session:
        RENAME.changed(session, {"of": thread, "whence": "poster"})
        assert session.get_one(Conversation, thread).source == "poster"
        session.get_one(Conversation, thread).outcome = "booked"
        session.flush()
        session.rollback()
    with db.read() as session:
        row = session.get_one(Conversation, thread)
        assert (row.source, row.outcome) == (None, None)


def test_a_savepoint_holds_for_prepared_statements_too(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    with db.write() as session:
        RENAME.changed(session, {"of": thread, "whence": "poster"})
        inner = session.begin_nested()
        RENAME.changed(session, {"of": thread, "whence": "leaflet"})
        inner.rollback()
    with db.read() as session:
        assert session.get_one(Conversation, thread).source == "poster"


def test_a_savepoint_of_prepared_statements_undoes_only_what_failed_in_it(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    with db.write() as session:
        session.get_one(Conversation, thread).outcome = "booked"
        RENAME.changed(session, {"of": thread, "whence": "poster"})
        with suppress(IntegrityError), savepoint(session):
            RENAME.changed(session, {"of": thread, "whence": "leaflet"})
            STORE_ALL.each(session, [message(thread, now), message(thread, now)])
            raise AssertionError("the same message was stored twice")
        with savepoint(session):
            STORE_ALL.each(session, [message(thread, now), {**message(thread, now, "SM2"), "seq": 902}])
    with db.read() as session:
        row = session.get_one(Conversation, thread)
        assert (row.source, row.outcome) == ("poster", "booked")
        assert [len(OF.all(session, {"known_as": name})) for name in ("SM1", "SM2")] == [1, 1]


def test_what_is_done_for_no_rows_is_nothing(db: Database, now: datetime) -> None:
    with db.read() as session:
        STORE_ALL.each(session, [])
        assert not session.in_transaction()


def test_a_row_looked_for_by_its_key_is_the_sessions_own_and_up_to_date(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    with db.write() as session:
        row = session.get_one(Conversation, thread)
        row.source = "poster"
        assert session.get(Conversation, thread) is row
        assert session.get(Conversation, thread + 1000) is None
        session.flush()
        session.rollback()
        assert session.get_one(Conversation, thread).source is None
        session.add(Team(id="new", name="New", short_name="New", controller="New", caller_number="+441632960001"))
        assert session.get_one(Team, "new").name == "New"


@given(st.datetimes(timezones=st.timezones()))
def test_a_time_is_the_same_by_our_reading_and_by_sqlalchemys(at: datetime) -> None:
    ours, theirs = UtcTime().dialect_impl(sqlite.dialect()), DateTime().dialect_impl(sqlite.dialect())
    assume(1 < at.year < 9999)  # else there is no such time in UTC
    as_text = ours.bind_processor(sqlite.dialect())(at)
    assert as_text == theirs.bind_processor(sqlite.dialect())(at.astimezone(UTC))
    assert ours.result_processor(sqlite.dialect(), None)(as_text) == at.astimezone(UTC)


def test_every_connection_is_given_back(db: Database, now: datetime) -> None:
    thread = talk(db, now)
    out: list[object] = []
    event.listen(db.engine, "checkout", lambda driver, *_: out.append(driver))
    event.listen(db.engine, "checkin", lambda driver, *_: out.remove(driver))
    with db.read() as session:
        OF.all(session, {"known_as": "SM1"})
        assert len(out) == 1
    with db.write() as session:
        RENAME.changed(session, {"of": thread, "whence": "poster"})
        session.get_one(Conversation, thread)
        assert len(out) == 1
    with pytest.raises(ZeroDivisionError), db.write():
        raise ZeroDivisionError
    assert out == []


MAKE = Prepared(insert(Person).returning(Person.id), inserted=("created_at",))
STEPS = (
    "prepared",
    "rows",
    "bind",
    "connection",
    "flush",
    "read",
    "kept savepoint",
    "undone savepoint",
    "commit",
    "rollback",
)


def act(session: Session, step: str, now: datetime) -> int:
    """Do one thing with a session; how many people it has made, if it comes to a commit."""
    if step == "prepared":
        MAKE.one(session, {"created_at": now})
        return 1
    if step == "rows":
        session.add(Person(created_at=now))
        return 1
    if step.endswith("savepoint"):
        inner = session.begin_nested()
        made = act(session, "prepared", now) + act(session, "rows", now)
        inner.commit() if step.startswith("kept") else inner.rollback()
        return made if step.startswith("kept") else 0
    done = {"bind": session.get_bind, "connection": session.connection, "flush": session.flush}
    done.get(step, lambda: session.scalar(select(func.count()).select_from(Person)))()
    return 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.sampled_from(STEPS), max_size=6), st.booleans())
@example(["bind", "prepared"], False)
@example(["prepared", "bind"], False)
def test_whatever_a_session_is_used_for_all_of_it_is_kept_or_nothing(
    db: Database, now: datetime, steps: list[str], fails: bool
) -> None:
    def people() -> int:
        with db.read() as session:
            return session.scalar(select(func.count()).select_from(Person)) or 0

    kept, open_ones = people(), 0
    with suppress(ZeroDivisionError), db.write() as session:
        for step in steps:
            if step in ("commit", "rollback"):
                getattr(session, step)()
                kept, open_ones = kept + (open_ones if step == "commit" else 0), 0
            else:
                open_ones += act(session, step, now)
        if fails:
            raise ZeroDivisionError
    assert people() == kept + (0 if fails else open_ones)
