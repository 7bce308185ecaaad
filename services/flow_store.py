"""Dialog revisions: immutable rows that conversations pin (invariant 10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.models import Conversation, DialogRevision


def store(
    session: Session, revision: str, content: Mapping[str, Any], actions: Sequence[str], by: str, now: datetime
) -> bool:
    """Write a revision if it is new (its hash is its name); False when it was there. It is never changed."""
    if session.get(DialogRevision, revision) is not None:
        return False
    row = DialogRevision(hash=revision, content=dict(content), actions=sorted(actions), created_at=now, created_by=by)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another process started at the same moment
        return False
    return True


def load(session: Session, revision: str) -> Mapping[str, Any]:
    """The content of a revision; NoResultFound when it was never stored."""
    content: Mapping[str, Any] = session.get_one(DialogRevision, revision).content
    return content


def pinned(session: Session) -> list[str]:
    """Revisions that some open conversation is tied to."""
    tied = select(Conversation.revision).where(Conversation.revision.is_not(None), Conversation.closed_at.is_(None))
    return sorted(revision for revision in session.scalars(tied.distinct()) if revision)


def missing_actions(session: Session, known: Collection[str]) -> dict[str, list[str]]:
    """Pinned revisions that call actions which no longer exist; start-up refuses unless this is empty."""
    rows = session.scalars(select(DialogRevision).where(DialogRevision.hash.in_(pinned(session))))
    gone = {row.hash: sorted(set(row.actions) - set(known)) for row in rows}
    return {revision: names for revision, names in gone.items() if names}
