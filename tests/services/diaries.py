"""A team, its coaches and people who talk, for tests of the diary."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services import booking, conversations, inbox
from services.db import Database
from services.messages import Address, Inbound
from services.models import Coach, Team, WorkingHours


def make_team(
    session: Session, now: datetime, *, coaches: int = 1, team_id: str = "testshire", **settings: object
) -> Team:
    """A team whose coaches work Monday to Friday, 9:00 to 17:00 with lunch from 12:00 to 13:00."""
    team = Team(
        id=team_id,
        name="WorkWell Testshire",
        short_name="Testshire",
        controller="Testshire ICB",
        caller_number="01234567890",
    )
    for name, value in settings.items():
        setattr(team, name, value)
    session.add(team)
    session.flush()
    for number in range(coaches):
        coach = Coach(team_id=team_id, name=f"Coach {number}", created_at=now)
        session.add(coach)
        session.flush()
        for weekday in range(5):
            session.add(
                WorkingHours(
                    coach_id=coach.id,
                    weekday=weekday,
                    starts_minute=9 * 60,
                    ends_minute=17 * 60,
                    break_starts_minute=12 * 60,
                    break_ends_minute=13 * 60,
                )
            )
    session.flush()
    return team


def talk(db: Database, now: datetime, number: int = 0) -> int:
    """A conversation by SMS; its id."""
    address = Address("sms", f"+44770090{number:04}")
    return inbox.accept(db, Inbound(address, f"SM{number}", "hi"), False, now).conversation_id


def hold(db: Database, conversation_id: int, opening_id: str, now: datetime) -> booking.HoldResult:
    """One turn that chooses an opening."""
    with db.write() as session:
        conversation = conversations.lock(session, conversation_id)
        return booking.hold(session, conversation, opening_id, now, booking.SILENCE["sms"])
