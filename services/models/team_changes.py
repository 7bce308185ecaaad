"""Changes to teams that were written in the browser and wait for, or were agreed to by, a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, rows


class TeamChange(Base):
    """One change of a team (services/team_changes.py). Nothing follows from it before `agreed_at`; `dropped_at`: taken back."""

    __tablename__ = "team_changes"
    __table_args__ = rows()

    id: Mapped[Key]
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), index=True)
    kind: Mapped[str]
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    proposed_by: Mapped[int]
    proposed_at: Mapped[datetime]
    agreed_by: Mapped[int | None]
    agreed_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
