"""What falls due later, who leads, and how often something was tried."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, rows

_OPEN = text("done_at IS NULL")


class DueWork(Base):
    """One thing to do for a conversation at a time; at most one open of a kind."""

    __tablename__ = "due_work"
    __table_args__ = rows(
        Index("ix_due_work_due", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("uq_due_work_open", "conversation_id", "kind", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[Key]
    conversation_id: Mapped[int]
    kind: Mapped[str]
    subject_id: Mapped[int | None]
    due_at: Mapped[datetime]
    not_after: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    result: Mapped[str | None]


class Lease(Base):
    """Which process leads in something; real time."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


class RateCount(Base):
    """How often something happened in one window of time; keys are hashes or ids."""

    __tablename__ = "rate_counts"
    __table_args__ = (UniqueConstraint("key", "window"),)

    id: Mapped[Key]
    key: Mapped[str]
    window: Mapped[datetime]
    count: Mapped[int]
