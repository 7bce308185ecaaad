"""Invariant 1 and the storing half of invariant 2."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from services import conversations, inbox
from services.db import Database
from services.errors import Stale
from services.messages import Address, Inbound
from services.models import Conversation, MessageIn, Person

ANNA = Address("sms", "+447700900123")


def said(provider_id: str, words: str = "hello", address: Address = ANNA) -> Inbound:
    return Inbound(address, provider_id, words)


def test_invariant_1_accept_stores_with_the_next_seq(db: Database, now: datetime) -> None:
    first = inbox.accept(db, said("SM1", "hi"), False, now)
    second = inbox.accept(db, said("SM2", "I want to die"), True, now)
    assert (first.seq, second.seq, second.conversation_id) == (1, 2, first.conversation_id)
    with db.read() as session:
        waiting = inbox.waiting(session, first.conversation_id)
    assert [(w.seq, w.urgent, w.inbound.text) for w in waiting] == [(1, False, "hi"), (2, True, "I want to die")]
    assert waiting[0].inbound == said("SM1", "hi")


def test_invariant_1_the_same_message_five_times_at_once_is_the_state_of_once(db: Database, now: datetime) -> None:
    with ThreadPoolExecutor(5) as pool:
        accepted = list(pool.map(lambda _: inbox.accept(db, said("SM1"), False, now), range(5)))
    assert sorted(a.new for a in accepted) == [False] * 4 + [True]
    assert len({(a.conversation_id, a.message_id, a.seq) for a in accepted}) == 1
    with db.read() as session:
        assert len(list(session.scalars(select(MessageIn)))) == 1
        assert len(list(session.scalars(select(Person)))) == 1
        assert session.scalars(select(Conversation)).one().next_seq == 2


def test_invariant_1_many_first_messages_at_once_make_one_conversation_without_gaps(
    db: Database, now: datetime
) -> None:
    with ThreadPoolExecutor(10) as pool:
        accepted = list(pool.map(lambda n: inbox.accept(db, said(f"SM{n}"), False, now), range(20)))
    assert len({a.conversation_id for a in accepted}) == 1
    assert sorted(a.seq for a in accepted) == list(range(1, 21))


def test_ids_made_by_a_web_page_count_within_one_address_only(db: Database, now: datetime) -> None:
    one = inbox.accept(db, said("form-1", "a", Address("web", "x")), False, now)
    other = inbox.accept(db, said("form-1", "b", Address("web", "y")), False, now)
    assert other.new
    assert one.conversation_id != other.conversation_id


def test_words_and_numbers_are_not_readable_in_the_file(db: Database, now: datetime) -> None:
    inbox.accept(db, said("SM1", "my back is bad"), False, now)
    with db.read() as session:
        raw = session.execute(text("SELECT body FROM messages_in")).scalar_one()
        value, index = session.execute(text("SELECT value, value_index FROM addresses")).one()
    assert b"back" not in bytes(raw)
    assert b"7700900123" not in bytes(value)
    assert "7700900123" not in index


def test_urgent_conversations_are_served_first(db: Database, now: datetime) -> None:
    calm = inbox.accept(db, said("SM1"), False, now)
    urgent = inbox.accept(db, said("SM2", "", Address("sms", "+447700900124")), True, now)
    with db.read() as session:
        assert inbox.waiting_conversations(session) == [urgent.conversation_id, calm.conversation_id]


def test_invariant_2_a_message_is_taken_once(db: Database, now: datetime) -> None:
    accepted = inbox.accept(db, said("SM1"), False, now)

    def take(_: int) -> bool:
        with db.write() as session:
            conversations.lock(session, accepted.conversation_id)
            return inbox.take(session, accepted.message_id, now)

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(take, range(5))) == [False] * 4 + [True]
    with db.read() as session:
        assert inbox.waiting(session, accepted.conversation_id) == []
        assert inbox.waiting_conversations(session) == []


def test_invariant_2_a_turn_on_an_old_state_is_refused(db: Database, now: datetime) -> None:
    accepted = inbox.accept(db, said("SM1"), False, now)
    with db.write() as session:
        row = conversations.lock(session, accepted.conversation_id, expected_version=0)
        assert conversations.save(session, row, {"schema": 1}, None) == 1
    with pytest.raises(Stale), db.write() as session:
        conversations.lock(session, accepted.conversation_id, expected_version=0)


def test_a_turn_that_fails_leaves_nothing(db: Database, now: datetime) -> None:
    accepted = inbox.accept(db, said("SM1"), False, now)

    def turn() -> None:
        with db.write() as session:
            row = conversations.lock(session, accepted.conversation_id)
            conversations.save(session, row, {"schema": 1}, "booked")
            inbox.take(session, accepted.message_id, now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        turn()
    with db.read() as session:
        seen = conversations.see(session, accepted.conversation_id)
        assert (seen.state, seen.state_version, seen.outcome) == (None, 0, None)
        assert inbox.is_waiting(session, accepted.message_id)


RUNS = itertools.count(1)
deliveries = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4)), min_size=1, max_size=15)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries)
def test_shuffled_repeats_never_change_order_or_number(sqlite_db: Database, arriving: list[tuple[int, int]]) -> None:
    now = datetime.fromisoformat("2026-11-23T09:30:00+00:00")
    run = str(next(RUNS))
    seen: dict[tuple[int, int], inbox.Accepted] = {}
    for person, message in arriving:
        inbound = said(f"{run}-{person}-{message}", "x", Address("telegram", f"{run}{person}"))
        accepted = inbox.accept(sqlite_db, inbound, False, now)
        first = seen.setdefault((person, message), accepted)
        assert (accepted.message_id, accepted.seq) == (first.message_id, first.seq)
        assert accepted.new == (accepted is first)
    for person in {person for person, _ in seen}:
        assert sorted(a.seq for (p, _), a in seen.items() if p == person) == list(
            range(1, 1 + len([1 for p, _ in seen if p == person]))
        )
