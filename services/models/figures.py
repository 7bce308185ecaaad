"""What is counted: how far each journey came, how long questions take, what nobody here can help with. No words."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, rows


class Journey(Base):
    """One way from a first message to a call. Days, never times; `conversation_id` is gone once the person is erased."""

    __tablename__ = "journeys"
    __table_args__ = rows(
        Index("ix_journeys_begun", "began_on", "team_id"),
        Index(None, "conversation_id"),
    )

    id: Mapped[Key]
    conversation_id: Mapped[int | None]
    channel: Mapped[str]
    team_id: Mapped[str | None]
    source: Mapped[str | None]
    age_band: Mapped[str | None]
    began_on: Mapped[date]
    started_on: Mapped[date | None]
    eligible_on: Mapped[date | None]
    booked_on: Mapped[date | None]
    attended_on: Mapped[date | None]
    outcome: Mapped[str | None]
    question: Mapped[str | None]
    """The question that is open now; where nothing came for days, where the person left."""
    asked_at: Mapped[datetime | None]
    last_on: Mapped[date]
    received: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    segments: Mapped[int] = mapped_column(default=0)


class QuestionTime(Base):
    """How often a question was answered within so many seconds, a quarter; `shard` keeps turns from waiting for each other."""

    __tablename__ = "question_times"

    quarter: Mapped[date] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    within: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shard: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(default=0)


class UnmetNeed(Base):
    """Somebody named a need, and no listing that may be said met it where they are. Once a journey and need."""

    __tablename__ = "unmet_needs"
    __table_args__ = rows(Index(None, "on"), Index(None, "conversation_id"))

    id: Mapped[Key]
    conversation_id: Mapped[int | None]
    on: Mapped[date]
    team_id: Mapped[str | None]
    need: Mapped[str]
