"""Who is on duty for safety, whom an alert was put to, and the texts that staff are sent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, Sealed, SealedJson, rows

_OPEN = text("closed_at IS NULL")


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


class DutyException(Base):
    """Days (the last included) that differ from the week: nobody (no `staff_id`), somebody else, other hours."""

    __tablename__ = "duty_exceptions"
    __table_args__ = rows()

    id: Mapped[Key]
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    staff_id: Mapped[int | None]
    deputy_id: Mapped[int | None]
    starts_minute: Mapped[int | None]
    ends_minute: Mapped[int | None]
    created_at: Mapped[datetime]


class DutyRules(Base):
    """How a team's rota works; `then`: who is asked after the deputy, in order; `unplaced`: people of no team too."""

    __tablename__ = "duty_rules"

    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    answer_minutes: Mapped[int] = mapped_column(default=30)
    bank_holidays: Mapped[bool] = mapped_column(default=False)
    unplaced: Mapped[bool] = mapped_column(default=False)
    then: Mapped[list[Any]]


class DutyAlert(Base):
    """One safety alert: raised, put to one person after another (`asks` in order), accepted, closed."""

    __tablename__ = "duty_alerts"
    __table_args__ = rows(
        Index(None, "team_id", "closed_at"),
        Index("ix_duty_alerts_open", "closed_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(index=True)
    team_id: Mapped[str | None]
    kind: Mapped[str]
    reason: Mapped[str]
    raised_at: Mapped[datetime]
    on_duty_id: Mapped[int | None]
    deputy_id: Mapped[int | None]
    asks: Mapped[list[Any] | None]
    answer_minutes: Mapped[int | None]
    answer_by: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    nobody_left_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None]
    closed_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(Sealed("duty_alerts.note"))
    retention: Mapped[str] = mapped_column(default="duty_alert")


class DutyAsk(Base):
    """That one person was asked to take an alert on, and by when; `code` is what they may answer by text."""

    __tablename__ = "duty_asks"
    __table_args__ = rows(UniqueConstraint("alert_id", "staff_id"))

    id: Mapped[Key]
    alert_id: Mapped[int] = mapped_column(index=True)
    staff_id: Mapped[int] = mapped_column(index=True)
    place: Mapped[int]
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    code: Mapped[str | None] = mapped_column(Sealed("duty_asks.code"))


class StaffText(Base):
    """One text to a member of staff: its kind (the words are content) and what is filled in; never about a person."""

    __tablename__ = "staff_texts"
    __table_args__ = rows(Index(None, "status", "created_at"))

    id: Mapped[Key]
    staff_id: Mapped[int] = mapped_column(index=True)
    alert_id: Mapped[int | None] = mapped_column(index=True)
    kind: Mapped[str]
    number: Mapped[str] = mapped_column(Sealed("staff_texts.number"))
    filled: Mapped[Any] = mapped_column(SealedJson("staff_texts.filled"))
    answers: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    not_after: Mapped[datetime]
    status: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    first_attempt_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None]
