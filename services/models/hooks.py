"""Where a team's own system is told what happened, and what it was or is to be told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import IS_UNSETTLED, Base, Key, Sealed, rows


class TeamHook(Base):
    """One team's address, and the secret with which what goes there is signed. No row = nothing goes anywhere."""

    __tablename__ = "team_hooks"

    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    address: Mapped[str] = mapped_column(Sealed("team_hooks.address"))
    secret: Mapped[str] = mapped_column(Sealed("team_hooks.secret"))
    form: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class HookEvent(Base):
    """One thing that happened and that a team's system is told; `run_at` and the lease are real time."""

    __tablename__ = "hook_events"
    __table_args__ = rows(
        Index("ix_hook_events_waits", "team_id", "id", sqlite_where=IS_UNSETTLED, postgresql_where=IS_UNSETTLED)
    )

    id: Mapped[Key]
    event_id: Mapped[str] = mapped_column(unique=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), index=True)
    kind: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(index=True)
    referral_id: Mapped[int | None]
    appointment_id: Mapped[int | None]
    happened_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default="queued")
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime]
    lease: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
