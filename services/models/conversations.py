"""The thread with one address, what came in and what goes out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import IS_UNSETTLED, Base, Key, Sealed, SealedJson, rows

_TAKEN_OVER = text("coach_takeover_at IS NOT NULL")
_UNTAKEN = text("taken_at IS NULL")


class Conversation(Base):
    """One address's thread: where the person is (`state`), and the counters that give order."""

    __tablename__ = "conversations"
    __table_args__ = rows(
        UniqueConstraint("address_id"),
        Index("ix_conversations_taken_over", "id", sqlite_where=_TAKEN_OVER, postgresql_where=_TAKEN_OVER),
    )

    id: Mapped[Key]
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    channel: Mapped[str]
    state: Mapped[Any | None] = mapped_column(SealedJson("conversations.state"))
    state_version: Mapped[int] = mapped_column(default=0)
    revision: Mapped[str | None] = mapped_column(ForeignKey("dialog_revisions.hash"), index=True)
    next_seq: Mapped[int] = mapped_column(default=1)
    next_out_seq: Mapped[int] = mapped_column(default=1)
    coach_takeover_at: Mapped[datetime | None]
    coach_takeover_by: Mapped[int | None]
    team_id: Mapped[str | None] = mapped_column(index=True)
    source: Mapped[str | None]
    outcome: Mapped[str | None]
    opened_at: Mapped[datetime]
    last_in_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    retention: Mapped[str] = mapped_column(default="conversation")


class MessageIn(Base):
    """One message received; its `seq` is its place in the conversation."""

    __tablename__ = "messages_in"
    __table_args__ = rows(
        UniqueConstraint("channel", "provider_id"),
        UniqueConstraint("conversation_id", "seq"),
        Index("ix_messages_in_waiting", "conversation_id", sqlite_where=_UNTAKEN, postgresql_where=_UNTAKEN),
    )

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int]
    channel: Mapped[str]
    provider_id: Mapped[str]
    kind: Mapped[str]
    body: Mapped[str | None] = mapped_column(Sealed("messages_in.body"))
    pressed: Mapped[str | None] = mapped_column(Sealed("messages_in.pressed"))
    media: Mapped[str | None]
    source: Mapped[str | None]
    provider_stopped: Mapped[bool] = mapped_column(default=False)
    urgent: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    retention: Mapped[str] = mapped_column(default="message")


class MessageOut(Base):
    """One message to send; `lease_until` is real time, every other time is the service's clock."""

    __tablename__ = "messages_out"
    __table_args__ = rows(
        UniqueConstraint("conversation_id", "seq"),
        Index(
            "ix_messages_out_due", "priority", "run_at", "id", sqlite_where=IS_UNSETTLED, postgresql_where=IS_UNSETTLED
        ),
        Index(
            "ix_messages_out_order", "conversation_id", "seq", sqlite_where=IS_UNSETTLED, postgresql_where=IS_UNSETTLED
        ),
        Index(None, "provider_id"),
    )

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    seq: Mapped[int]
    channel: Mapped[str]
    body: Mapped[str | None] = mapped_column(Sealed("messages_out.body"))
    choices: Mapped[Any | None] = mapped_column(SealedJson("messages_out.choices"))
    purpose: Mapped[str]
    priority: Mapped[int] = mapped_column(default=1)
    by_staff_id: Mapped[int | None]
    created_at: Mapped[datetime]
    run_at: Mapped[datetime]
    not_after: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(default="queued")
    lease: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    repeat: Mapped[bool] = mapped_column(default=False)
    first_attempt_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    provider_id: Mapped[str | None]
    segments: Mapped[int] = mapped_column(default=0)
    seen_by_staff_at: Mapped[datetime | None]
    retention: Mapped[str] = mapped_column(default="message")


class EarlyReceipt(Base):
    """A status that came before the provider's own answer told us its id."""

    __tablename__ = "early_receipts"

    channel: Mapped[str] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    reason: Mapped[str | None]
    at: Mapped[datetime]
