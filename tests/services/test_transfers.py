"""Handing a person to another team: only one that takes the area, only after their own yes, and nothing is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from services import (
    booking,
    call_backs,
    consent,
    conversations,
    diary,
    due_work,
    outcomes,
    people,
    referrals,
    transfers,
)
from services.clock import LONDON
from services.db import Database, Session
from services.models import AuditRow, Footprint, Referral, Team, Transfer
from services.scopes import Viewer
from tests.services.diaries import make_team, talk

OURS, THEIRS = Viewer(1, "testshire"), Viewer(2, "helpshire")
BOARD = "E54000048"


@pytest.fixture
def referral(db: Database, now: datetime) -> int:
    """Somebody of Testshire who was promised a call; Helpshire takes the area's call-backs, Farshire does not."""
    conversation_id = talk(db, now)
    with db.write() as session:
        for team in ("testshire", "helpshire", "farshire"):
            made = make_team(session, now, team_id=team, opened_at=now - timedelta(days=9))
            made.name = f"WorkWell {team.title()}"
        session.add(Footprint(team_id="helpshire", kind="board", code=BOARD, edition="2026", accepts="call_back"))
        thread = conversations.lock(session, conversation_id)
        row = referrals.create(session, thread, "testshire", {"board": BOARD, "name": "Sam"}, now, consent_id=None)
        call_backs.queue(session, thread, "testshire", "no_openings", now)
        return row.id


def ask(db: Database, referral: int, now: datetime, team: str = "helpshire", viewer: Viewer = OURS) -> bool | str:
    with db.write() as session:
        return transfers.ask(session, referral, team, "no_time", viewer, now)


def says_yes(session: Session, now: datetime) -> Transfer:
    """What the turn does that hears a yes."""
    row = session.scalars(select(Transfer).order_by(Transfer.id.desc())).first()
    assert row is not None
    thread = conversations.lock(session, row.conversation_id)
    assert transfers.begin(session, thread.id, now) is row
    agreed = consent.record(session, thread, "share", wording="May we?", version="1", now=now, team_id=row.to_team_id)
    transfers.carry_out(session, row, thread, agreed, None, now)
    return row


def states(db: Database, referral: int, now: datetime) -> list[str]:
    with db.read() as session:
        return [row.state for row in transfers.of(session, referral, now)]


def test_only_teams_that_took_the_area_are_there_to_hand_to(db: Database, now: datetime, referral: int) -> None:
    with db.write() as session:
        row = session.get_one(Referral, referral)
        assert [team.id for team in transfers.teams_for(session, row, now)] == ["helpshire"]
        session.get_one(Team, "helpshire").accepts_call_back = False
        assert transfers.teams_for(session, row, now) == []
        session.add(Footprint(team_id="farshire", kind="board", code=BOARD, edition="2026", accepts="lives"))
        session.flush()
        assert [team.id for team in transfers.teams_for(session, row, now)] == ["farshire"], "its own area"
        row.card = {"name": "Sam"}
        assert transfers.teams_for(session, row, now) == [], "nobody knows where they live"
    assert ask(db, referral, now, "farshire") is False
    with db.read() as session:
        refused = session.scalars(select(AuditRow).where(AuditRow.action == "refused")).one()
        assert (refused.subject, refused.detail) == ("team:farshire", {"why": "area_not_accepted"})


def test_until_they_say_yes_all_stays_where_it_is(db: Database, now: datetime, referral: int) -> None:
    assert ask(db, referral, now) is True
    assert ask(db, referral, now) == "asked_already"
    with db.write() as session:
        row = session.get_one(Referral, referral)
        assert (row.team_id, row.status) == ("testshire", "shared")
        promise = call_backs.waiting_for(session, row.person_id)
        assert promise is not None
        assert promise.team_id == "testshire"
        assert [work.kind for work in due_work.due(session, now)] == [transfers.KIND]
        asked = transfers.begin(session, row.conversation_id, now)
        assert asked is not None
        transfers.refuse(session, asked, "no", now)
    assert states(db, referral, now) == ["no"]
    assert ask(db, referral, now) is True, "a no today may be a yes another day"


def test_a_yes_hands_over_with_a_date_and_the_first_team_reads_no_further(
    db: Database, now: datetime, referral: int
) -> None:
    ask(db, referral, now)
    with db.write() as session:
        row = says_yes(session, now)
        old, new = session.get_one(Referral, referral), session.get_one(Referral, row.new_referral_id or 0)
        assert (old.status, old.outcome, old.team_id) == ("closed", referrals.HANDED, "testshire")
        assert (new.status, new.team_id, new.card["name"]) == ("shared", "helpshire", "Sam")
        assert new.card["handed_from"] == "WorkWell Testshire"
        promise = call_backs.waiting_for(session, old.person_id)
        assert promise is not None
        assert (promise.team_id, promise.reason) == ("helpshire", referrals.HANDED)
        assert promise.promised_by == diary.working_days_after(now.astimezone(LONDON).date(), 5)
        given = consent.current(session, old.person_id, "share", "helpshire")
        assert given is not None
        assert new.consent_id == given.id
        assert not transfers.still_holds(session, row, now)
        outcomes.of_person(session, referral, "not_reached", OURS, now)
        assert session.get_one(Referral, referral).status == "closed", "it cannot be taken back behind their back"
    assert states(db, referral, now) == ["yes"]


def test_a_late_yes_finds_nothing(db: Database, now: datetime, referral: int) -> None:
    ask(db, referral, now)
    with db.write() as session:
        row = transfers.begin(session, session.get_one(Referral, referral).conversation_id, now)
        assert row is not None
        assert transfers.still_holds(session, row, now + transfers.STANDS)
        assert not transfers.still_holds(session, row, now + transfers.STANDS + timedelta(seconds=1))
        session.get_one(Team, "helpshire").closed_at = now - timedelta(days=1)
        session.flush()
        assert not transfers.still_holds(session, row, now), "that team has closed"
    assert states(db, referral, now + timedelta(days=8)) == ["no_answer"]


def test_taken_back_while_nobody_has_answered(db: Database, now: datetime, referral: int) -> None:
    ask(db, referral, now)
    with db.write() as session:
        number = transfers.of(session, referral, now)[0].id
        assert transfers.take_back(session, number, THEIRS, now) is False
        assert transfers.take_back(session, 999, OURS, now) is False
        assert transfers.take_back(session, number, OURS, now) is True
        assert transfers.take_back(session, number, OURS, now) == "changed"
        assert due_work.due(session, now) == []
        assert transfers.begin(session, session.get_one(Referral, referral).conversation_id, now) is None


@pytest.mark.parametrize("hindrance", ["stopped", "has_call", "in_talk", "changed"])
def test_nobody_is_asked_who_should_not_be(db: Database, now: datetime, referral: int, hindrance: str) -> None:
    with db.write() as session:
        row = session.get_one(Referral, referral)
        thread = conversations.lock(session, row.conversation_id)
        if hindrance == "stopped":
            people.stop(session, thread.id, now)
        elif hindrance == "has_call":
            opening = diary.openings(session, "testshire", now=now, limit=1)[0]
            booking.hold(session, thread, opening.id, now, timedelta(minutes=20))
            booking.book(session, thread, now, referral_id=row.id)
        elif hindrance == "in_talk":
            conversations.take_over(session, thread, 1, now)
        else:
            referrals.close(session, row, "closed", now)
    assert ask(db, referral, now) == hindrance


def test_of_another_team_and_at_night(db: Database, now: datetime, referral: int) -> None:
    assert ask(db, referral, now, viewer=THEIRS) is False
    with pytest.raises(ValueError, match="a reason"), db.write() as session:
        transfers.ask(session, referral, "helpshire", "dislike", OURS, now)
    night = now.replace(hour=22)
    assert ask(db, referral, night) is True
    with db.read() as session:
        assert due_work.due(session, night) == []
        assert session.scalars(select(Transfer)).one().due_at.astimezone(LONDON).hour == 8
    assert states(db, referral, night) == ["waiting"]
    assert states(db, referral, night + timedelta(days=1)) == ["not_asked"]
