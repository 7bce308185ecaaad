"""What falls due later for a conversation: a nudge, its expiry, a question after seven days. At most one open of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from services.models import DueWork
from services.prepared import Prepared

_DUE = (
    select(DueWork)
    .where(DueWork.done_at.is_(None), DueWork.due_at <= bindparam("now"))
    .where(or_(DueWork.not_after.is_(None), DueWork.not_after >= bindparam("now")))
    .order_by(DueWork.due_at, DueWork.id)
    .limit(bindparam("most"))
)
_LATE = select(DueWork.id).where(DueWork.done_at.is_(None), DueWork.not_after < bindparam("now")).limit(1)

_PLAN = Prepared(insert(DueWork), inserted=("conversation_id", "kind", "due_at", "not_after"))


@cache
def _cancelled(kinds: tuple[str, ...]) -> Prepared:
    return Prepared(
        update(DueWork)
        .where(DueWork.conversation_id == bindparam("conversation"), DueWork.done_at.is_(None), DueWork.kind.in_(kinds))
        .values(done_at=bindparam("now"), result="cancelled")
    )


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing to come, in UTC; not done any more after `not_after`."""

    kind: str
    due_at: datetime
    not_after: datetime | None = None


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
    _flush_planned(session)
    return _cancelled(kinds).changed(session, {"conversation": conversation_id, "now": now})


def _flush_planned(session: Session) -> None:
    if any(isinstance(row, DueWork) for row in session.new):  # planned in this very turn, and not written yet
        session.flush()


def replace(
    session: Session, conversation_id: int, kinds: tuple[str, ...], planned: Sequence[Planned], now: datetime
) -> None:
    """Cancel what is open of these kinds and put these in the diary instead."""
    _flush_planned(session)
    _cancelled(kinds).do(session, {"conversation": conversation_id, "now": now})
    _PLAN.each(
        session,
        [
            {"conversation_id": conversation_id, "kind": each.kind, "due_at": each.due_at, "not_after": each.not_after}
            for each in planned
        ],
    )


def due(session: Session, now: datetime, limit: int = 100) -> list[DueWork]:
    """What is due and not too late, longest due first. Read outside the turn; the turn then says `finish`."""
    return list(session.scalars(_DUE, {"now": now, "most": limit}))


def open_one(session: Session, conversation_id: int, kind: str) -> DueWork | None:
    """The thing of this kind that is still to come; None when there is none."""
    rows = select(DueWork).where(DueWork.conversation_id == conversation_id, DueWork.kind == kind)
    return session.scalars(rows.where(DueWork.done_at.is_(None))).first()


def finish(session: Session, work_id: int, now: datetime, result: str = "done") -> bool:
    """Mark a thing done in the turn that does it; False when it was done, replaced or cancelled meanwhile."""
    done = update(DueWork).where(DueWork.id == work_id, DueWork.done_at.is_(None))
    return bool(session.connection().execute(done.values(done_at=now, result=result)).rowcount)


def has_late(session: Session, now: datetime) -> bool:
    """Whether something can no longer be done in time."""
    return session.connection().scalar(_LATE, {"now": now}) is not None


def drop_late(session: Session, now: datetime) -> int:
    """Close what can no longer be done in time; answers how many."""
    late = update(DueWork).where(DueWork.done_at.is_(None), DueWork.not_after < now)
    return session.connection().execute(late.values(done_at=now, result="late")).rowcount
