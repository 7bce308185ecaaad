"""Promises that a team rings by a named date, and the list that keeps them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services import locks
from services.clock import LONDON
from services.diary import working_days_after
from services.models import CallBack, Conversation, Team
from services.prepared import Prepared

NO_OPENINGS = "no_openings"


def queue(
    session: Session, conversation: Conversation, team_id: str, reason: str, now: datetime, note: str | None = None
) -> CallBack:
    """Promise a call in the caller's transaction: by the team's number of working days (England) from today.

    An open promise to the same person stands and is answered instead. Reasons: no_openings, asked, stuck, person.
    """
    row = waiting_for(session, conversation.person_id)
    if row is not None:
        row.note = note or row.note
        session.flush()
        return row
    days = session.get_one(Team, team_id).call_back_days
    row = CallBack(
        conversation_id=conversation.id,
        person_id=conversation.person_id,
        team_id=team_id,
        reason=reason,
        promised_by=working_days_after(now.astimezone(LONDON).date(), days),
        created_at=now,
        note=note,
    )
    session.add(row)
    session.flush()
    return row


def waiting_for(session: Session, person_id: int) -> CallBack | None:
    """The open promise to a person; None when there is none."""
    return _OPEN.found(session, CallBack, {"person": person_id})


_OPEN = Prepared(
    select(CallBack.id)
    .where(CallBack.person_id == bindparam("person"), CallBack.done_at.is_(None))
    .order_by(CallBack.id)
    .limit(1)
)


def waiting(session: Session, team_id: str | None) -> list[CallBack]:
    """Open promises of a team, first due first; None = of all teams."""
    rows = select(CallBack).where(CallBack.done_at.is_(None))
    if team_id is not None:
        rows = rows.where(CallBack.team_id == team_id)
    return list(session.scalars(rows.order_by(CallBack.promised_by, CallBack.id)))


def keep_by_booking(session: Session, person_id: int, now: datetime) -> None:
    """A booked call keeps the promise that was made because there was no time; others stand."""
    row = waiting_for(session, person_id)
    if row is not None and row.reason == NO_OPENINGS:
        finish(session, row.id, "booked", now)


def finish(session: Session, call_back_id: int, result: str, now: datetime, by: int | None = None) -> bool:
    """Close a promise (reached, not_reached, booked, withdrawn); False when it was closed before."""
    row = locks.get_one(session, CallBack, call_back_id, key_share=True)
    if row.done_at is not None:
        return False
    row.done_at, row.done_by, row.result = now, by, result
    session.flush()
    return True
