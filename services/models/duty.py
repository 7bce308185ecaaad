"""Who is on duty for safety, and what they were told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, Sealed, rows


class DutyShift(Base):
    """One stretch of the week a named person is on duty; minutes after midnight on the wall in England."""

    __tablename__ = "duty_rota"

    id: Mapped[Key]
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), index=True)
    weekday: Mapped[int]
    starts_minute: Mapped[int]
    ends_minute: Mapped[int]
    staff_id: Mapped[int]
    deputy_id: Mapped[int | None]
    answer_minutes: Mapped[int] = mapped_column(default=30)


class DutyAlert(Base):
    """One safety alert: raised, escalated to the deputy, accepted, closed."""

    __tablename__ = "duty_alerts"
    __table_args__ = rows(Index(None, "team_id", "closed_at"))

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(index=True)
    team_id: Mapped[str | None]
    kind: Mapped[str]
    reason: Mapped[str]
    raised_at: Mapped[datetime]
    on_duty_id: Mapped[int | None]
    deputy_id: Mapped[int | None]
    answer_by: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None]
    closed_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(Sealed("duty_alerts.note"))
    retention: Mapped[str] = mapped_column(default="duty_alert")
