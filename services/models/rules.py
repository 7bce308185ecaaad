"""Eligibility rules that were written in the browser, each agreed to by a second person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, rows


class TeamRule(Base):
    """One dated rule of a team. Nothing follows from it before `agreed_at`; never changed after that, only followed.

    `value` None: what the files say holds again. `dropped_at`: it was taken back before anybody agreed.
    """

    __tablename__ = "team_rules"
    __table_args__ = rows()

    id: Mapped[Key]
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), index=True)
    kind: Mapped[str]
    value: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    source: Mapped[str]
    confirmed_by: Mapped[str | None]
    confirmed_on: Mapped[date | None]
    recheck_by: Mapped[date | None]
    proposed_by: Mapped[int]
    proposed_at: Mapped[datetime]
    agreed_by: Mapped[int | None]
    agreed_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
