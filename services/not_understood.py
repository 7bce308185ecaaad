"""What was not understood, kept sealed for whoever improves the assistant."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.models import NotUnderstood


@dataclass(frozen=True, slots=True)
class Miss:
    """One message that was not understood: what was asked, in which flow, the best guess and how sure (0 to 1)."""

    words: str
    expecting: str | None = None
    flow: str | None = None
    intent: str | None = None
    confidence: float | None = None


def record(session: Session, conversation_id: int, miss: Miss, now: datetime) -> None:
    """Keep one message that was not understood, in the turn's transaction."""
    session.add(NotUnderstood(conversation_id=conversation_id, at=now, **asdict(miss)))


def waiting(session: Session, limit: int = 100) -> list[NotUnderstood]:
    """Those that nobody has looked at, newest first."""
    rows = select(NotUnderstood).where(NotUnderstood.handled_at.is_(None))
    return list(session.scalars(rows.order_by(NotUnderstood.id.desc()).limit(limit)))


def handle(session: Session, row_id: int, now: datetime) -> None:
    """Somebody has dealt with it."""
    session.get_one(NotUnderstood, row_id).handled_at = now
    session.flush()
