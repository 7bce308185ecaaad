"""Who has which five minutes of which coach, and the calls booked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Id, Key, rows


class Hold(Base):
    """An opening kept for one conversation while the person decides."""

    __tablename__ = "holds"
    __table_args__ = rows(UniqueConstraint("conversation_id"))

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    coach_id: Mapped[int] = mapped_column(ForeignKey("coaches.id"), index=True)
    kind: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    held_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Appointment(Base):
    """A booked call; moving it makes a new one that names the old."""

    __tablename__ = "appointments"
    __table_args__ = rows(
        Index(None, "status", "starts_at"),
        Index(None, "coach_id", "starts_at"),
        Index(None, "starts_at"),
        Index(None, "team_id", "outcome_at"),
        Index(None, "team_id", "ended_at"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(index=True)
    coach_id: Mapped[int] = mapped_column(ForeignKey("coaches.id"))
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"))
    referral_id: Mapped[int | None] = mapped_column(index=True)
    kind: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(default="Europe/London")
    status: Mapped[str] = mapped_column(default="booked")
    moved_from_id: Mapped[int | None] = mapped_column(Id, ForeignKey("appointments.id"), unique=True)
    moves: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    outcome_at: Mapped[datetime | None]
    retention: Mapped[str] = mapped_column(default="referral")


class DiaryCell(Base):
    """Five minutes of one coach (`cell` = Unix time // 300): the primary key is what makes overlap impossible."""

    __tablename__ = "diary_cells"

    coach_id: Mapped[int] = mapped_column(ForeignKey("coaches.id"), primary_key=True)
    cell: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("holds.id"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)


class ReminderSent(Base):
    """That one reminder of one appointment was begun; a moved call is another appointment."""

    __tablename__ = "reminders_sent"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
