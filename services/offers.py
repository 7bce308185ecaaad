"""A time that comes free is offered, once and in turn, to people who were promised a call because there was none.

What was offered is a finished row of `due_work`; an offer holds nothing (invariant 8), so no more people are asked
at a time than there are openings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import booking, call_backs, diary, people, reminders
from services.clock import LONDON
from services.models import CallBack, DueWork

KIND = "opening_free"
ANSWER_WITHIN = timedelta(hours=1)  # how long an opening counts as being offered to somebody


@dataclass(frozen=True, slots=True)
class Offer:
    """One promise to which an opening that came free is offered."""

    conversation_id: int
    person_id: int
    call_back_id: int


def due(session: Session, now: datetime) -> list[Offer]:
    """Whom to offer an opening now, the longest promised first; nobody between 8pm and 8am in England."""
    if reminders.is_quiet(now):
        return []
    waiting: dict[str, list[CallBack]] = {}
    for row in call_backs.waiting(session, None):
        if row.reason == call_backs.NO_OPENINGS:
            waiting.setdefault(row.team_id, []).append(row)
    return [offer for team_id, rows in waiting.items() for offer in _of_team(session, team_id, rows, now)]


def _of_team(session: Session, team_id: str, rows: list[CallBack], now: datetime) -> list[Offer]:
    offered = _offered(session, [row.id for row in rows])
    waiting = [row for row in rows if row.id not in offered and _may_be_offered(session, row, now)]
    if not waiting:
        return []
    asked = sum(at > now - ANSWER_WITHIN for at in offered.values())
    window = (now, _end_of(max(row.promised_by for row in waiting)))
    free = diary.openings(session, team_id, now=now, windows=[window], limit=asked + len(waiting))
    chosen: list[Offer] = []
    for row, opening in zip(waiting, free[asked:], strict=False):
        if opening.starts_at < _end_of(row.promised_by):
            chosen.append(Offer(row.conversation_id, row.person_id, row.id))
    return chosen


def _offered(session: Session, call_back_ids: list[int]) -> dict[int, datetime]:
    """When each promise was offered an opening, by its id."""
    made = select(DueWork.subject_id, DueWork.due_at).where(DueWork.kind == KIND, DueWork.subject_id.in_(call_back_ids))
    return {row.subject_id: row.due_at for row in session.execute(made)}


def _may_be_offered(session: Session, row: CallBack, now: datetime) -> bool:
    unwanted = people.unwanted(session, row.conversation_id, "offer")
    return not unwanted and booking.coming_call(session, row.person_id, now) is None


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC)


def begin(session: Session, offer: Offer, now: datetime) -> bool:
    """Record an offer in the turn that makes it; False when it was made, kept or is unwelcome by now."""
    row = session.get_one(CallBack, offer.call_back_id, populate_existing=True)
    if row.done_at is not None or _offered(session, [row.id]) or not _may_be_offered(session, row, now):
        return False
    made = DueWork(conversation_id=row.conversation_id, kind=KIND, subject_id=row.id, due_at=now, done_at=now)
    made.result = "done"
    session.add(made)
    session.flush()
    return True
