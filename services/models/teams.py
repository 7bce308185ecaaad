"""Teams, the places they serve, their coaches and when those work."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, Sealed, rows


class Team(Base):
    """A local team that takes referrals; `id` is the name of its rules file."""

    __tablename__ = "teams"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    short_name: Mapped[str]
    board: Mapped[str | None] = mapped_column(index=True)
    controller: Mapped[str]
    privacy_url: Mapped[str | None]
    caller_number: Mapped[str]
    email: Mapped[str | None]
    min_age: Mapped[int] = mapped_column(default=18)
    asks_months: Mapped[bool] = mapped_column(default=False)
    accepts_call_back: Mapped[bool] = mapped_column(default=True)
    call_back_days: Mapped[int] = mapped_column(default=5)
    call_kinds: Mapped[str] = mapped_column(default="phone")
    call_minutes: Mapped[int] = mapped_column(default=30)
    kind_minutes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How long calls of a kind are where that differs from `call_minutes`."""
    buffer_minutes: Mapped[int] = mapped_column(default=10)
    step_minutes: Mapped[int] = mapped_column(default=30)
    notice_minutes: Mapped[int] = mapped_column(default=120)
    horizon_days: Mapped[int] = mapped_column(default=28)
    most_a_day: Mapped[int | None]
    """Calls that a coach takes a day at most; none = no limit. So `most_a_week` for the whole team."""
    most_a_week: Mapped[int | None]
    retention_days: Mapped[int] = mapped_column(default=365)
    telegram_allowed: Mapped[bool] = mapped_column(default=False)
    demo: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    def has_closed(self, now: datetime) -> bool:
        """Whether the day on which it closes has come."""
        return self.closed_at is not None and self.closed_at <= now

    def minutes_of(self, kind: str) -> int:
        """How long a call of this kind is."""
        return int(self.kind_minutes.get(kind, self.call_minutes))


class Footprint(Base):
    """One place or registration that a team serves, by its public code."""

    __tablename__ = "footprints"
    __table_args__ = (Index(None, "kind", "code"),)

    id: Mapped[Key]
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), index=True)
    kind: Mapped[str]
    code: Mapped[str]
    edition: Mapped[str | None]
    accepts: Mapped[str] = mapped_column(default="lives")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]


class Coach(Base):
    """Who rings people; a coach who left keeps the calls of the past."""

    __tablename__ = "coaches"
    __table_args__ = rows()

    id: Mapped[Key]
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), index=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(Sealed("coaches.email"))
    active: Mapped[bool] = mapped_column(default=True)
    languages: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class WorkingHours(Base):
    """One stretch of a coach's week on the wall in England; weekday 0 is Monday, times are minutes after midnight."""

    __tablename__ = "working_hours"

    id: Mapped[Key]
    coach_id: Mapped[int] = mapped_column(ForeignKey("coaches.id"), index=True)
    weekday: Mapped[int]
    starts_minute: Mapped[int]
    ends_minute: Mapped[int]
    break_starts_minute: Mapped[int | None]
    break_ends_minute: Mapped[int | None]
    call_kinds: Mapped[str | None]
    place: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Absence(Base):
    """Leave, training or illness: no openings from `starts_at` until `ends_at`."""

    __tablename__ = "absences"

    id: Mapped[Key]
    coach_id: Mapped[int] = mapped_column(ForeignKey("coaches.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
