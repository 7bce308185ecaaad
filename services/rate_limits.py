"""How often something may happen: counts in our own table, for every process alike."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.models import RateCount
from services.prepared import Prepared

_ONE_MORE = Prepared(
    update(RateCount)
    .where(
        RateCount.key == bindparam("named"),
        RateCount.window == bindparam("since"),
        RateCount.count < bindparam("most"),
    )
    .values(count=RateCount.count + 1)
)


def allow(session: Session, key: str, most: int, per: timedelta, now: datetime) -> bool:
    """Count one more of `key` (an id or a hash, never a number or a word); False when there were `most` already.

    Windows are fixed: the clock cut into pieces of `per`.
    """
    window = datetime.fromtimestamp(now.timestamp() // per.total_seconds() * per.total_seconds(), UTC)
    counts = {"named": key, "since": window, "most": most}
    if _ONE_MORE.changed(session, counts):
        return True
    if _is_there(session, key, window):
        return False
    _new(session, key, window)
    return bool(_ONE_MORE.changed(session, counts))


def forget_before(session: Session, moment: datetime) -> None:
    """Delete counts of windows that began before a moment."""
    session.execute(delete(RateCount).where(RateCount.window < moment))


def _is_there(session: Session, key: str, window: datetime) -> bool:
    same = select(RateCount.id).where(RateCount.key == key, RateCount.window == window)
    return session.scalars(same).first() is not None


def _new(session: Session, key: str, window: datetime) -> None:
    """A count at nought; somebody else may have made it in the same moment."""
    with suppress(IntegrityError), session.begin_nested():
        session.add(RateCount(key=key, window=window, count=0))
