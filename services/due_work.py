"""What falls due later for a conversation: a nudge, its expiry, a check-in. At most one open of a kind."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from services.models import DueWork


def schedule(
    session: Session,
    conversation_id: int,
    kind: str,
    due_at: datetime,
    *,
    not_after: datetime | None = None,
    subject_id: int | None = None,
) -> int:
    """Put one thing in the diary of a locked conversation; an open one of the same kind is replaced. Its id."""
    cancel(session, conversation_id, (kind,), due_at)
    row = DueWork(conversation_id=conversation_id, kind=kind, due_at=due_at, not_after=not_after, subject_id=subject_id)
    session.add(row)
    session.flush()
    return row.id


def cancel(session: Session, conversation_id: int, kinds: tuple[str, ...], now: datetime) -> int:
    """Nothing of these kinds falls due any more (the person wrote, the call was called off); how many."""
    still = update(DueWork).where(DueWork.conversation_id == conversation_id, DueWork.done_at.is_(None))
    session.flush()
    stopped = still.where(DueWork.kind.in_(kinds)).values(done_at=now, result="cancelled")
    return session.connection().execute(stopped).rowcount


def due(session: Session, now: datetime, limit: int = 100) -> list[DueWork]:
    """What is due and not too late, longest due first. Read outside the turn; the turn then says `finish`."""
    fresh = or_(DueWork.not_after.is_(None), DueWork.not_after >= now)
    rows = select(DueWork).where(DueWork.done_at.is_(None), DueWork.due_at <= now, fresh)
    return list(session.scalars(rows.order_by(DueWork.due_at, DueWork.id).limit(limit)))


def finish(session: Session, work_id: int, now: datetime, result: str = "done") -> bool:
    """Mark a thing done in the turn that does it; False when it was done, replaced or cancelled meanwhile."""
    done = update(DueWork).where(DueWork.id == work_id, DueWork.done_at.is_(None))
    return bool(session.connection().execute(done.values(done_at=now, result=result)).rowcount)


def drop_late(session: Session, now: datetime) -> int:
    """Close what can no longer be done in time; answers how many."""
    late = update(DueWork).where(DueWork.done_at.is_(None), DueWork.not_after < now)
    return session.connection().execute(late.values(done_at=now, result="late")).rowcount
def has_late(session: Session, now: datetime) -> bool:
    """Whether something can no longer be done in time."""
    return (
        session.scalars(select(DueWork.id).where(DueWork.done_at.is_(None), DueWork.not_after < now)).first()
        is not None
    )


