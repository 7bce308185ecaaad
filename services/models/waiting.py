"""Who waits for a call time, and which time was offered to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, rows

_OPEN = text("ended_at IS NULL")
_UNSETTLED = text("settled_at IS NULL")


class WaitingPlace(Base):
    """A person's place on a team's waiting list; places are in turn by id, and nobody has two."""

    __tablename__ = "waiting_places"
    __table_args__ = rows(
        Index("uq_waiting_places_open", "person_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_waiting_places_turn", "team_id", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_waiting_places_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"))
    reason: Mapped[str]
    kind: Mapped[str | None]
    windows: Mapped[list[Any]]
    """When it would suit: pairs of ISO times; none = any time."""
    passed: Mapped[list[Any]]
    """Times (Unix minutes) that were free when the person said that none fits: these are not offered to them."""
    call_back_id: Mapped[int | None]
    joined_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[str | None]


class OpeningOffer(Base):
    """One time offered to one place: open until it is settled; a time has one open offer, a place no time twice."""

    __tablename__ = "opening_offers"
    __table_args__ = rows(
        UniqueConstraint("place_id", "starts_at"),
        Index(
            "uq_opening_offers_open",
            "coach_id",
            "starts_at",
            unique=True,
            sqlite_where=_UNSETTLED,
            postgresql_where=_UNSETTLED,
        ),
    )

    id: Mapped[Key]
    place_id: Mapped[int] = mapped_column(ForeignKey("waiting_places.id"))
    coach_id: Mapped[int] = mapped_column(ForeignKey("coaches.id"))
    kind: Mapped[str]
    starts_at: Mapped[datetime]
    offered_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    result: Mapped[str | None]
