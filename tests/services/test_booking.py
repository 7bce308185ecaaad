"""Invariants 7 and 8."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from services import booking, call_links, conversations, diary
from services.db import Database
from services.models import Appointment, Coach, DiaryCell, Hold
from tests.services.diaries import hold, make_team, talk

MINUTE = timedelta(minutes=1)


@pytest.fixture
def team(db: Database, now: datetime) -> str:
    with db.write() as session:
        return make_team(session, now).id


def offered(db: Database, now: datetime, limit: int = 3) -> list[str]:
    with db.read() as session:
        return [opening.id for opening in diary.openings(session, "testshire", now=now, limit=limit)]


def book(db: Database, conversation_id: int, now: datetime) -> Appointment | str:
    with db.write() as session:
        return booking.book(session, conversations.lock(session, conversation_id), now)


def move(db: Database, conversation_id: int, now: datetime) -> Appointment | str:
    with db.write() as session:
        return booking.move(session, conversations.lock(session, conversation_id), now)


def cells(db: Database) -> list[tuple[int | None, int | None]]:
    with db.read() as session:
        rows = session.execute(select(DiaryCell.hold_id, DiaryCell.appointment_id))
        return [(row[0], row[1]) for row in rows]


def test_invariant_7_the_primary_key_refuses_an_overlap(db: Database, now: datetime, team: str) -> None:
    def occupy() -> None:
        with db.write() as session:
            session.add(DiaryCell(coach_id=1, cell=5))

    occupy()
    with pytest.raises(IntegrityError):
        occupy()


def test_invariant_7_fifty_people_choose_the_same_opening(db: Database, now: datetime, team: str) -> None:
    opening = offered(db, now)[0]
    people = [talk(db, now, n) for n in range(50)]
    with ThreadPoolExecutor(50) as pool:
        results = list(pool.map(lambda conversation: hold(db, conversation, opening, now), people))
    assert sorted(results) == ["held"] + ["taken"] * 49
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Hold)) == 1


def test_invariant_7_people_who_change_their_minds_at_once_do_not_wait_for_each_other(
    db: Database, now: datetime
) -> None:
    with db.write() as session:
        make_team(session, now, coaches=3)
    people = [talk(db, now, n) for n in range(8)]
    with db.read() as session:
        week = [(now, now + timedelta(days=1))]
        times = [o.starts_at for o in diary.openings(session, "testshire", now=now, windows=week, limit=4)]
    ids = [f"o{coach}-{int(t.timestamp()) // 60}-phone" for coach in (1, 2, 3) for t in times]

    def wander(person: int) -> None:
        for step in range(6):
            hold(db, people[person], ids[(person * 5 + step * 7) % len(ids)], now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(wander, range(8)))
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Hold)) == len(
            set(session.scalars(select(DiaryCell.hold_id)))
        )


def test_invariant_7_an_expired_hold_is_swept_and_the_time_is_free(db: Database, now: datetime, team: str) -> None:
    opening = offered(db, now)[1]
    assert hold(db, talk(db, now, 1), opening, now) == "held"
    assert opening not in offered(db, now)
    later = now + 21 * MINUTE
    assert offered(db, later)[0] == opening
    assert hold(db, talk(db, later, 2), opening, later) == "held"


def test_invariant_8_offering_holds_nothing(db: Database, now: datetime, team: str) -> None:
    assert offered(db, now) == offered(db, now)
    assert cells(db) == []


def test_invariant_8_choosing_holds_and_a_new_choice_lets_the_old_go(db: Database, now: datetime, team: str) -> None:
    first, second, _ = offered(db, now)
    anna = talk(db, now)
    hold(db, anna, first, now)
    assert hold(db, anna, second, now) == "held"
    assert offered(db, now)[0] == first


def test_a_choice_that_is_taken_keeps_the_hold_before(db: Database, now: datetime, team: str) -> None:
    first, second, _ = offered(db, now)
    anna, ben = talk(db, now, 1), talk(db, now, 2)
    hold(db, anna, first, now)
    hold(db, ben, second, now)
    assert hold(db, ben, first, now) == "taken"
    assert isinstance(book(db, ben, now), Appointment)


def test_invariant_8_a_hold_is_renewed_by_each_turn_for_an_hour_at_most(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    hold(db, anna, offered(db, now)[0], now)
    for minutes in (15, 30, 45, 58):
        with db.write() as session:
            assert booking.renew(session, anna, now + minutes * MINUTE, 20 * MINUTE)
    with db.read() as session:
        mine = booking.held(session, anna)
    assert mine is not None
    assert mine.expires_at == now + 60 * MINUTE
    with db.write() as session:
        assert not booking.renew(session, anna, now + 60 * MINUTE, 20 * MINUTE)


def test_invariant_8_a_hold_survives_a_restart(db: Database, now: datetime, team: str, database_url: str) -> None:
    anna = talk(db, now)
    hold(db, anna, offered(db, now)[0], now)
    db.close()
    again = Database(database_url, db.keys)
    assert isinstance(book(again, anna, now), Appointment)
    again.close()


def test_booking_turns_the_hold_into_a_call_once(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    hold(db, anna, offered(db, now)[0], now)
    first, again = book(db, anna, now), book(db, anna, now)
    assert isinstance(first, Appointment)
    assert isinstance(again, Appointment)
    assert first.id == again.id
    assert set(cells(db)) == {(None, first.id)}
    assert len(cells(db)) == 8  # thirty minutes and a buffer of ten


def test_booking_without_a_hold_is_lapsed(db: Database, now: datetime, team: str) -> None:
    assert book(db, talk(db, now), now) == "lapsed"


def test_a_hold_that_ran_out_is_good_while_nobody_else_came(db: Database, now: datetime, team: str) -> None:
    anna, ben = talk(db, now, 1), talk(db, now, 2)
    opening = offered(db, now)[0]
    hold(db, anna, opening, now)
    later = now + 30 * MINUTE
    assert isinstance(book(db, anna, later), Appointment)
    assert hold(db, ben, opening, later) == "taken"


def test_a_hold_that_ran_out_and_went_to_somebody_else_is_gone(db: Database, now: datetime, team: str) -> None:
    anna, ben = talk(db, now, 1), talk(db, now, 2)
    opening = offered(db, now)[1]
    hold(db, anna, opening, now)
    later = now + 30 * MINUTE
    assert hold(db, ben, opening, later) == "held"
    assert book(db, anna, later) == "lapsed"
    assert isinstance(book(db, ben, later), Appointment)


def test_a_coach_who_left_takes_no_call(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    hold(db, anna, offered(db, now)[0], now)
    with db.write() as session:
        session.get_one(Coach, 1).active = False
    assert book(db, anna, now) == "lapsed"
    assert cells(db) == []


def test_nonsense_and_past_openings_lapse(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    opening = offered(db, now)[0]
    assert hold(db, anna, "other_times", now) == "lapsed"
    assert hold(db, anna, opening, now + timedelta(days=1)) == "lapsed"


def test_moving_makes_a_chain_and_frees_the_old_time(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    first, _, third = offered(db, now)
    hold(db, anna, first, now)
    old = book(db, anna, now)
    hold(db, anna, third, now)
    new = move(db, anna, now)
    assert isinstance(old, Appointment)
    assert isinstance(new, Appointment)
    assert (new.moved_from_id, new.moves) == (old.id, 1)
    assert offered(db, now)[0] == first
    assert {appointment for _, appointment in cells(db)} == {new.id}
    with db.read() as session:
        assert session.get_one(Appointment, old.id).status == "moved"


def test_moving_without_a_call_or_a_hold(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    assert move(db, anna, now) == "none"
    hold(db, anna, offered(db, now)[0], now)
    book(db, anna, now)
    assert move(db, anna, now) == "lapsed"


def test_call_off_against_move(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    first, _, third = offered(db, now)
    hold(db, anna, first, now)
    old = book(db, anna, now)
    assert isinstance(old, Appointment)
    hold(db, anna, third, now)

    def call_off() -> bool:
        with db.write() as session:
            conversations.lock(session, anna)
            return booking.call_off(session, old.id, now)

    with ThreadPoolExecutor(2) as pool:
        called_off, moved = pool.submit(call_off), pool.submit(move, db, anna, now)
        results = called_off.result(), moved.result()
    with db.read() as session:
        standing = list(session.scalars(select(Appointment).where(Appointment.status == "booked")))
    if results[0]:
        assert results[1] == "none"
        assert standing == []
    else:
        assert isinstance(results[1], Appointment)
        assert [a.id for a in standing] == [results[1].id]


def test_calling_off_twice(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    hold(db, anna, offered(db, now)[0], now)
    call = book(db, anna, now)
    assert isinstance(call, Appointment)
    with db.write() as session:
        assert booking.call_off(session, call.id, now)
        assert not booking.call_off(session, call.id, now)
        assert not booking.record_outcome(session, call.id, "reached", now)
    assert cells(db) == []


def test_an_old_link_leads_to_the_call_it_was_moved_to(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    first, _, third = offered(db, now)
    hold(db, anna, first, now)
    old = book(db, anna, now)
    hold(db, anna, third, now)
    new = move(db, anna, now)
    assert isinstance(old, Appointment)
    assert isinstance(new, Appointment)
    with db.read() as session:
        token = call_links.link_token(session, old)
        found = call_links.by_token(session, token, now)
        assert found is not None
        assert found.id == new.id
        for wrong in ("", token[:-1], f"{new.id}.{token.partition('.')[2]}", "1", "²." + token, f"9{token}"):
            assert call_links.by_token(session, wrong, now) is None
        over = new.ends_at + call_links.LINK_GOOD_FOR
        assert call_links.by_token(session, token, over - MINUTE) is not None
        assert call_links.by_token(session, token, over) is None


steps = st.lists(
    st.tuples(st.sampled_from(["hold", "book", "move", "off", "wait"]), st.integers(0, 2), st.integers(0, 5)),
    max_size=25,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_invariant_7_no_sequence_of_turns_makes_calls_overlap(
    sqlite_db: Database, script: list[tuple[str, int, int]]
) -> None:
    db, now = sqlite_db, datetime.fromisoformat("2026-11-23T09:30:00+00:00")
    people = _fresh(db, now)
    openings = offered(db, now, limit=6)
    for what, person, number in script:
        if what == "wait":
            now += 10 * MINUTE
        elif what == "hold":
            hold(db, people[person], openings[number], now)
        elif what == "off":
            _call_off(db, people[person], now)
        else:
            (book if what == "book" else move)(db, people[person], now)
        _assert_sound(db, now)


def _fresh(db: Database, now: datetime) -> list[int]:
    with db.write() as session:
        for model in (DiaryCell, Hold):
            session.execute(delete(model))
        for call in session.scalars(select(Appointment)):
            call.status = "called_off"
        if session.get(Coach, 1) is None:
            make_team(session, now)
    return [talk(db, now, n) for n in range(3)]


def _call_off(db: Database, conversation_id: int, now: datetime) -> None:
    with db.write() as session:
        row = conversations.lock(session, conversation_id)
        call = booking.coming_call(session, row.person_id, now)
        if call:
            booking.call_off(session, call.id, now)


def _assert_sound(db: Database, now: datetime) -> None:
    """No two calls of a coach overlap, nobody has two, and every call has exactly its cells."""
    with db.read() as session:
        calls = list(session.scalars(select(Appointment).where(Appointment.status == "booked")))
        kept = {c.id: list(diary.cells(c.starts_at, c.ends_at, 10 * MINUTE)) for c in calls}
        found: dict[int, list[int]] = {c.id: [] for c in calls}
        owned = select(DiaryCell).where(DiaryCell.appointment_id.is_not(None)).order_by(DiaryCell.cell)
        for cell in session.scalars(owned):
            found[cell.appointment_id or 0].append(cell.cell)
    assert found == kept
    ordered = sorted(calls, key=lambda call: call.starts_at)
    assert all(a.ends_at <= b.starts_at for a, b in pairwise(ordered))
    coming = [c.person_id for c in calls if c.ends_at > now]
    assert len(coming) == len(set(coming))
