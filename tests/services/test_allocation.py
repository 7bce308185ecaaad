"""Which coach is whose, and that nobody who asked is ever nobody's."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services import (
    allocation,
    booking,
    call_backs,
    call_fit,
    caseload,
    consent,
    conversations,
    diary,
    doctor,
    leavers,
    outcomes,
    staff,
    transfers,
    waiting,
)
from services.areas import Area
from services.clock import LONDON
from services.db import Database, Session
from services.models import (
    Absence,
    Appointment,
    Coach,
    Conversation,
    Footprint,
    Referral,
    Team,
)
from services.referrals import CLOSED, create
from services.scopes import Viewer
from services.settings import Settings
from services.teams import call_back_team
from tests.services.diaries import hold, make_team, talk

TEAM, OTHER = "testshire", "helpshire"
BOARD = "E54000048"
FRIDAY = date(2026, 11, 27)
BSL = {"call_needs": ["bsl"]}
POLISH = {"call_needs": ["interpreter"], "call_need_words": "I speak Polish, a little English"}


def speaks(session: Session, coach_id: int, languages: str) -> None:
    allocation.keep_languages(session, session.get_one(Coach, coach_id), languages, Viewer(1, TEAM), NOW)


NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def refer(
    session: Session, conversation_id: int, card: dict[str, Any] | None = None, coach: int | None = None
) -> Referral:
    row = create(session, session.get_one(Conversation, conversation_id), TEAM, card or {}, NOW, consent_id=None)
    row.coach_id = coach
    session.flush()
    return row


def test_who_has_the_least_is_given_the_next_and_of_two_alike_the_one_longest_here(sqlite_db: Database) -> None:
    people = [talk(sqlite_db, NOW, n) for n in range(6)]
    given: list[int | None] = []
    with sqlite_db.write() as session:
        make_team(session, NOW, coaches=3)
        for conversation in people:
            thread = session.get_one(Conversation, conversation)
            allocation.promise(session, thread, refer(session, conversation), "asked", NOW)
            given.append(refer_of(session, conversation).coach_id)
        assert given == [1, 2, 3, 1, 2, 3]
        assert allocation.load(session, [1, 2, 3], NOW) == {1: 2, 2: 2, 3: 2}


def refer_of(session: Session, conversation_id: int) -> Referral:
    return session.scalars(select(Referral).where(Referral.conversation_id == conversation_id)).one()


def test_language_comes_before_fairness_and_nobody_waits_for_a_language_that_nobody_speaks(sqlite_db: Database) -> None:
    busy = [talk(sqlite_db, NOW, n) for n in range(3)]
    with sqlite_db.write() as session:
        make_team(session, NOW, coaches=3)
        for conversation in busy:
            refer(session, conversation, coach=3)
        assert allocation.coach_for(session, TEAM, BSL, NOW, FRIDAY) == 1, "nobody signs"
        speaks(session, 3, "BSL, polish")
        assert session.get_one(Coach, 3).languages == "BSL, Polish"
        assert allocation.coach_for(session, TEAM, BSL, NOW, FRIDAY) == 3
        assert allocation.coach_for(session, TEAM, POLISH, NOW, FRIDAY) == 3
        assert allocation.coach_for(session, TEAM, {"call_need_words": "polish my CV"}, NOW, FRIDAY) == 1
        assert allocation.coach_for(session, TEAM, {}, NOW, FRIDAY) == 1


def test_openings_are_those_of_the_coach_who_speaks_the_language_while_there_are_any(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        make_team(session, NOW, coaches=2)
        speaks(session, 2, "BSL")
        found = diary.openings(session, TEAM, now=NOW, limit=20, needs=BSL)
        assert {each.coach_id for each in found} == {2}
        session.add(Absence(coach_id=2, starts_at=NOW, ends_at=NOW + timedelta(days=60)))
        session.flush()
        assert {each.coach_id for each in diary.openings(session, TEAM, now=NOW, limit=20, needs=BSL)} == {1}


def test_who_is_away_until_after_the_promised_day_is_not_given_anybody(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        make_team(session, NOW, coaches=2)
        week = NOW + timedelta(days=7)
        session.add(Absence(coach_id=1, starts_at=NOW - timedelta(days=1), ends_at=week))
        session.flush()
        assert allocation.coach_for(session, TEAM, {}, NOW, FRIDAY) == 2
        leavers.close_diary(session, 2)
        assert allocation.coach_for(session, TEAM, {}, NOW, FRIDAY) is None
        assert allocation.coach_for(session, TEAM, {}, NOW, FRIDAY + timedelta(days=7)) == 1


@pytest.mark.parametrize(
    "text", ["<b>", "a,b", "x" * 40, ",".join(f"lang{chr(97 + n)}" for n in range(9)), "Polish; Urdu"]
)
def test_what_are_no_languages_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="commas"):
        call_fit.languages_of(text)


def test_an_area_without_a_team_goes_to_those_who_accepted_it_and_promised_the_least(sqlite_db: Database) -> None:
    area, today = Area(status="found", input="PR1 8XJ", board="E54000048"), NOW.date()
    person = talk(sqlite_db, NOW)
    with sqlite_db.write() as session:
        for team in (TEAM, OTHER, "thirdshire"):
            make_team(session, NOW, team_id=team, opened_at=NOW - timedelta(days=9))
        assert call_back_team(session, area, today) is None, "nobody has accepted it"
        for team in (OTHER, TEAM):
            row = Footprint(team_id=team, kind="board", code="E54000048", edition="2026", accepts="call_back")
            session.add(row)
        session.flush()
        assert (first := call_back_team(session, area, today)) is not None
        assert first.id == OTHER, "of two alike the first by name of its rules"
        call_backs.queue(session, session.get_one(Conversation, person), OTHER, "asked", NOW)
        assert (second := call_back_team(session, area, today)) is not None
        assert second.id == TEAM
        session.get_one(Team, TEAM).accepts_call_back = False
        row.ends_on = today
        assert (third := call_back_team(session, area, today)) is not None
        assert third.id == OTHER
        for each in session.scalars(select(Footprint).where(Footprint.team_id == OTHER)):
            each.ends_on = today - timedelta(days=1)
        session.flush()
        assert call_back_team(session, area, today) is None, "they did, until yesterday"


def a_team_that_has_closed(db: Database) -> tuple[int, int]:
    """Two who asked before it closed: one is promised to be rung, one has a call tomorrow."""
    promised, booked = talk(db, NOW, 1), talk(db, NOW, 2)
    with db.write() as session:
        make_team(session, NOW, coaches=1, opened_at=NOW)
        allocation.promise(session, session.get_one(Conversation, promised), refer(session, promised), "asked", NOW)
        soonest = diary.openings(session, TEAM, now=NOW, limit=1)[0].id
    assert hold(db, booked, soonest, NOW) == "held"
    with db.write() as session:
        assert isinstance(booking.book(session, conversations.lock(session, booked), NOW), Appointment)
        assert allocation.between_teams(session, NOW) == (set(), set())
        session.get_one(Team, TEAM).closed_at = NOW
    return promised, booked


def test_a_team_that_has_closed_goes_on_with_whom_it_has_while_somebody_is_there(sqlite_db: Database) -> None:
    promised, booked = a_team_that_has_closed(sqlite_db)
    with sqlite_db.write() as session:
        assert allocation.between_teams(session, NOW) == ({booked}, {promised}), (
            "its coach rings, nobody reads its desk"
        )
        session.execute(update(Coach).values(active=False))
        assert allocation.between_teams(session, NOW) == (set(), {promised, booked})
        account = staff.add(session, "sam@north.example", "lead", NOW, team_id=TEAM)
        assert allocation.between_teams(session, NOW) == ({promised, booked}, set())
        account.disabled_at = NOW
        session.flush()
        assert allocation.between_teams(session, NOW) == (set(), {promised, booked})


def test_whom_a_team_has_that_never_opened_nobody_has(sqlite_db: Database) -> None:
    promised, booked = a_team_that_has_closed(sqlite_db)
    with sqlite_db.write() as session:
        staff.add(session, "sam@north.example", "lead", NOW, team_id=TEAM)
        session.get_one(Team, TEAM).opened_at = None
        session.flush()
        assert allocation.between_teams(session, NOW) == (set(), {promised, booked})


@pytest.mark.parametrize(("account", "state"), [(True, "attention"), (False, "broken")])
def test_the_doctor_says_who_is_with_a_closed_team(sqlite_db: Database, account: bool, state: str) -> None:
    a_team_that_has_closed(sqlite_db)
    with sqlite_db.write() as session:
        if account:
            staff.add(session, "sam@north.example", "coach", NOW, team_id=TEAM)
        found, words = doctor.people_waiting(session, Settings(), NOW)
    assert found == state
    assert ("can be moved" in words) == account


WHAT = ("ask", "book", "call_off", "call", "promise", "rang", "leave", "day", "hand", "hand")
EVERYWHERE = Viewer(9, None)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_everybody_who_asked_has_an_owner_or_a_dated_promise(sqlite_db: Database, seed: int) -> None:
    chance, now = random.Random(seed), NOW
    with sqlite_db.write() as session:
        make_team(session, NOW, coaches=3, opened_at=NOW)
        make_team(session, NOW, coaches=1, opened_at=NOW, team_id=OTHER)
        for team in (TEAM, OTHER):
            session.add(Footprint(team_id=team, kind="board", code=BOARD, edition="2026", accepts="call_back"))
    people = [talk(sqlite_db, NOW, n) for n in range(3)]
    done: list[str] = []
    for _ in range(100):
        what, person, number = chance.choice(WHAT), chance.randrange(3), chance.randrange(5)
        done.append(f"{what} {person} {number}")
        with sqlite_db.write() as session:
            _do(session, what, people[person], number, now)
            now += timedelta(hours=20 if what == "day" else 1)
            assert _nobodys(session, now) == [], done[-6:]


def _do(session: Session, what: str, conversation_id: int, number: int, now: datetime) -> None:
    thread = conversations.lock(session, conversation_id)
    mine = select(Referral).where(Referral.person_id == thread.person_id).order_by(Referral.id.desc())
    referral = session.scalars(mine).first()
    outcome = ("reached", "not_reached", "declined", "another_service", "no_answer")[number]
    if what == "ask":
        new = create(session, thread, TEAM, {"board": BOARD}, now, consent_id=None)
        allocation.promise(session, thread, new, call_backs.NO_OPENINGS if number else "asked", now)
    elif what == "book":
        _book(session, thread, number, now)
    elif what == "call_off":
        coming = booking.coming_call(session, thread.person_id, now)
        booking.call_off(session, coming.id, now) if coming else None
    elif what == "call" and outcome != "no_answer":
        last = booking.last_call(session, thread.person_id)
        outcomes.of_call(session, last.id, outcome, EVERYWHERE, now) if last else None
    elif what == "promise":
        open_one = call_backs.waiting_for(session, thread.person_id)
        outcomes.of_call_back(session, open_one.id, outcome, EVERYWHERE, now) if open_one else None
    elif what == "rang" and referral and outcome != "no_answer":
        outcomes.of_person(session, referral.id, outcome, EVERYWHERE, now)
    elif what == "hand" and referral:
        _hand(session, thread, referral, number, now)
    elif what == "leave":
        coach = session.get_one(Coach, number % 3 + 1)
        coach.active = not coach.active  # who has left, or has come back
        session.flush()


def _hand(session: Session, thread: Conversation, referral: Referral, number: int, now: datetime) -> None:
    """Ask whether the other team may have them; they say yes, no, or nothing at all."""
    other = OTHER if referral.team_id == TEAM else TEAM
    transfers.ask(session, referral.id, other, "no_time", EVERYWHERE, now)
    row = transfers.begin(session, thread.id, now)
    if row is None or number > 2 or not transfers.still_holds(session, row, now):
        return
    if number:
        transfers.refuse(session, row, "no", now)
        return
    agreed = consent.record(session, thread, "share", wording="May we?", version="1", now=now, team_id=other)
    transfers.carry_out(session, row, thread, agreed, None, now)


def _book(session: Session, thread: Conversation, number: int, now: datetime) -> None:
    found = diary.openings(session, TEAM, now=now, limit=5)
    if found and booking.coming_call(session, thread.person_id, now) is None:
        new = create(session, thread, TEAM, {"board": BOARD}, now, consent_id=None)
        booking.hold(session, thread, found[number % len(found)].id, now, timedelta(minutes=20))
        booked = booking.book(session, thread, now, referral_id=new.id)
        if isinstance(booked, Appointment):
            new.coach_id = booked.coach_id
            session.flush()


def _nobodys(session: Session, now: datetime) -> list[int]:
    """Open referrals with no call to come, no dated promise, no coach who goes on with them, and not on the desk."""
    waits = {item.referral for item in waiting.read(session, EVERYWHERE, now).items if item.kind != "message"}
    active = set(session.scalars(select(Coach.id).where(Coach.active)))
    found = []
    for row in session.scalars(select(Referral).where(Referral.status.not_in(CLOSED))):
        call = booking.coming_call(session, row.person_id, now)
        promise = call_backs.waiting_for(session, row.person_id)
        kept = row.status == caseload.ACTIVE and row.coach_id in active
        if not (call or (promise and promise.promised_by) or kept or row.id in waits):
            found.append(row.id)
    return found


def test_a_promise_is_kept_by_a_day_of_england(sqlite_db: Database) -> None:
    person = talk(sqlite_db, NOW)
    with sqlite_db.write() as session:
        make_team(session, NOW)
        row = allocation.promise(session, session.get_one(Conversation, person), refer(session, person), "asked", NOW)
        assert row.promised_by == diary.working_days_after(NOW.astimezone(LONDON).date(), 5)
