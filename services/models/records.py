"""The audit, its chain, and content-free events for counting."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, rows

_UNSEALED = text("chain IS NULL")


class AuditRow(Base):
    """Who did what to which record; sealed into the chain after it is committed."""

    __tablename__ = "audit"
    __table_args__ = rows(
        Index("ix_audit_unsealed", "id", sqlite_where=_UNSEALED, postgresql_where=_UNSEALED),
        Index(None, "subject"),
    )

    id: Mapped[Key]
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]]
    chain: Mapped[int | None] = mapped_column(unique=True)
    seal: Mapped[str | None]


class AuditHead(Base):
    """The last link of the chain; one row, locked by whoever seals."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chain: Mapped[int]
    seal: Mapped[str]


class EventRow(Base):
    """What happened in a conversation, without words, numbers or names."""

    __tablename__ = "events"
    __table_args__ = rows(Index(None, "name", "at"))

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime]
    name: Mapped[str]
    data: Mapped[dict[str, Any]]
