"""How long the oldest thing of each kind has waited, in seconds: what an alert rule can watch. Ids and words stay here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services import outbox
from services.models import AuditRow, DutyAlert, MessageIn


def oldest(session: Session, now: datetime) -> dict[str, float]:
    """Seconds by kind, 0 where nothing waits: to be answered, to be sent, to be taken on (a safety alert), to be sealed."""
    untaken = select(func.min(MessageIn.received_at)).where(MessageIn.taken_at.is_(None))
    nobody = select(func.min(DutyAlert.raised_at)).where(DutyAlert.accepted_at.is_(None), DutyAlert.closed_at.is_(None))
    unsealed = select(func.min(AuditRow.at)).where(AuditRow.chain.is_(None))
    since = {"answer": _one(session, untaken), "alert": _one(session, nobody), "seal": _one(session, unsealed)}
    since["send"] = outbox.oldest_waiting(session, now)
    return {kind: max(0.0, (now - at).total_seconds()) if at else 0.0 for kind, at in since.items()}


def _one(session: Session, query: Select[datetime]) -> datetime | None:
    return session.scalar(query)
