"""Coaches' own calendars: the invitations that go to them, and what they chose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import IS_UNSETTLED, Base, Key, Sealed, rows


class Invitation(Base):
    """One mail to a coach about a call: REQUEST or CANCEL (RFC 5546). `chain_id`: the first call of its chain of moves."""

    __tablename__ = "invitations"
    __table_args__ = rows(
        UniqueConstraint("chain_id", "coach_id", "sequence"),
        Index("ix_invitations_waits", "id", sqlite_where=IS_UNSETTLED, postgresql_where=IS_UNSETTLED),
    )

    id: Mapped[Key]
    chain_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), index=True)
    coach_id: Mapped[int] = mapped_column(ForeignKey("coaches.id"), index=True)
    method: Mapped[str]
    sequence: Mapped[int]
    created_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default="queued")
    reason: Mapped[str | None]
    repeat: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class CoachCalendar(Base):
    """What a coach chose for their own calendar; no row = as it is by itself."""

    __tablename__ = "coach_calendars"

    coach_id: Mapped[int] = mapped_column(ForeignKey("coaches.id"), primary_key=True, autoincrement=False)
    mails: Mapped[bool] = mapped_column(default=True)
    feed: Mapped[int] = mapped_column(default=0)
    """How often a new address was made for the feed: each one ends the one before."""
    busy_address: Mapped[str | None] = mapped_column(Sealed("coach_calendars.busy_address"))
    busy_tried_at: Mapped[datetime | None]
    busy_read_at: Mapped[datetime | None]
    busy_problem: Mapped[str | None]


class BusyTime(Base):
    """When a coach is busy by their own calendar: from when until when, and nothing else."""

    __tablename__ = "busy_times"
    __table_args__ = rows(Index(None, "coach_id", "starts_at"))

    id: Mapped[Key]
    coach_id: Mapped[int] = mapped_column(ForeignKey("coaches.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
