"""Which revision is live: the newest publication. Nothing is ever overwritten; rolling back publishes an older one anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services import audit
from services.models import DialogPublication

Kind = Literal["files", "pushed", "published", "rolled_back"]
FROM_FILES: Final = "files"
LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication. `by`: who did it, as the audit names them; `approved_by`: the second person's account."""

    number: int
    hash: str
    kind: str
    note: str
    at: datetime
    by: str
    approved_by: int | None
    follows: int


def live(session: Session) -> Publication | None:
    """What is said now; None before the first start."""
    newest = select(DialogPublication).order_by(DialogPublication.id.desc()).limit(1)
    row = session.scalars(newest).first()
    return _value(row) if row else None


def history(session: Session, limit: int = 50) -> list[Publication]:
    """What was live, newest first."""
    rows = select(DialogPublication).order_by(DialogPublication.id.desc()).limit(limit)
    return [_value(row) for row in session.scalars(rows)]


def find(session: Session, number: int) -> Publication | None:
    """One publication; None when there is none of this number."""
    row = session.get(DialogPublication, number)
    return _value(row) if row else None


def publish(
    session: Session,
    revision: str,
    *,
    follows: int,
    kind: Kind,
    by: str,
    now: datetime,
    note: str = "",
    approved_by: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Publication | None:
    """Let a stored revision be live after publication `follows` (0: the first); None when another came between.

    Audited with `detail` (codes, never words). ValueError when the audit is not told who did it.
    """
    newest = live(session)
    if (newest.number if newest else 0) != follows:
        return None
    row = DialogPublication(
        hash=revision, follows=follows, kind=kind, note=note[:LONGEST_NOTE], at=now, by=by, approved_by=approved_by
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another process published at the same moment
        return None
    told = {"kind": kind, "follows": follows, "publication": row.id, **(detail or {})}
    if approved_by is not None:
        told["approved_by"] = approved_by
    audit.record(session, by, "publish_dialogs", f"revision:{revision}", now, told)
    return _value(row)


def _value(row: DialogPublication) -> Publication:
    return Publication(row.id, row.hash, row.kind, row.note, row.at, row.by, row.approved_by, row.follows)
