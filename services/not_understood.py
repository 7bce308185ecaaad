"""What was not understood, kept sealed for whoever improves the assistant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.models import NotUnderstood


def record(
    session: Session,
    conversation_id: int,
    words: str,
    now: datetime,
    *,
    expecting: str | None = None,
    flow: str | None = None,
    intent: str | None = None,
    confidence: float | None = None,
) -> None:
    """Keep one message that was not understood, in the turn's transaction; confidence is from 0 to 1."""
    session.add(
        NotUnderstood(
            conversation_id=conversation_id,
            at=now,
            words=words,
            expecting=expecting,
            flow=flow,
            intent=intent,
            confidence=confidence,
        )
    )


def waiting(session: Session, limit: int = 100) -> list[NotUnderstood]:
    """Those that nobody has looked at, newest first."""
    rows = select(NotUnderstood).where(NotUnderstood.handled_at.is_(None))
    return list(session.scalars(rows.order_by(NotUnderstood.id.desc()).limit(limit)))


def handle(session: Session, row_id: int, now: datetime) -> None:
    """Somebody has dealt with it."""
    session.get_one(NotUnderstood, row_id).handled_at = now
    session.flush()
