"""How often something may happen: counts in our own table, for every process alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.models import RateCount


def allow(session: Session, key: str, most: int, per: timedelta, now: datetime) -> bool:
    """Count one more of `key` (an id or a hash, never a number or a word); False when there were `most` already.

    Windows are fixed: the clock cut into pieces of `per`.
    """
    window = datetime.fromtimestamp(now.timestamp() // per.total_seconds() * per.total_seconds(), UTC)
    row = _row(session, key, window) or _new(session, key, window)
    if row.count >= most:
        return False
    row.count += 1
    session.flush()
    return True


def forget_before(session: Session, moment: datetime) -> None:
    """Delete counts of windows that began before a moment."""
    session.execute(delete(RateCount).where(RateCount.window < moment))


def _row(session: Session, key: str, window: datetime) -> RateCount | None:
    same = select(RateCount).where(RateCount.key == key, RateCount.window == window)
    return session.scalars(same.with_for_update()).first()


def _new(session: Session, key: str, window: datetime) -> RateCount:
    row = RateCount(key=key, window=window, count=0)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        found = _row(session, key, window)
        if found is None:
            raise
        return found
    return row
