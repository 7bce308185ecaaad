"""What the assistant said by which revision, and what it did not understand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, Sealed, rows


class DialogRevision(Base):
    """One immutable revision of dialogs/: the file texts and the actions they call."""

    __tablename__ = "dialog_revisions"

    hash: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    actions: Mapped[list[Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class NotUnderstood(Base):
    """Words that were not understood, for whoever improves the assistant; sealed and short-lived."""

    __tablename__ = "not_understood"
    __table_args__ = rows()

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    words: Mapped[str | None] = mapped_column(Sealed("not_understood.words"))
    expecting: Mapped[str | None]
    flow: Mapped[str | None]
    intent: Mapped[str | None]
    confidence: Mapped[float | None]
    handled_at: Mapped[datetime | None]
    retention: Mapped[str] = mapped_column(default="not_understood")
