"""How often something may happen: counts in our own table, for every process alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.models import RateCount
from services.prepared import Prepared
from services.sessions import dialect_of


def _one_more(dialect: Any) -> Prepared:
    first = dialect.insert(RateCount)
    counted = first.on_conflict_do_update(
        index_elements=["key", "window"],
        set_={"count": RateCount.count + 1},
        where=RateCount.count < bindparam("most", type_=Integer()),
    )
    return Prepared(counted, inserted=["key", "window", "count"])


_ONE_MORE = {"postgresql": _one_more(postgresql), "sqlite": _one_more(sqlite)}


def allow(session: Session, key: str, most: int, per: timedelta, now: datetime) -> bool:
    """Count one more of `key` (an id or a hash, never a number or a word); False when there were `most` already.

    Windows are fixed: the clock cut into pieces of `per`.
    """
    window = datetime.fromtimestamp(now.timestamp() // per.total_seconds() * per.total_seconds(), UTC)
    counts = {"key": key, "window": window, "count": 1, "most": most}
    return most > 0 and bool(_ONE_MORE[dialect_of(session).name].changed(session, counts))


def forget_before(session: Session, moment: datetime) -> None:
    """Delete counts of windows that began before a moment."""
    session.execute(delete(RateCount).where(RateCount.window < moment))
