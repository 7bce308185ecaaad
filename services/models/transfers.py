"""People whom one team would hand to another, and what they said to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, rows


class Transfer(Base):
    """A person is asked whether another team may have their referral; until they say yes it stays where it is."""

    __tablename__ = "transfers"
    __table_args__ = rows()

    id: Mapped[Key]
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(index=True)
    from_team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"))
    to_team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"))
    staff_id: Mapped[int]
    reason: Mapped[str]
    due_at: Mapped[datetime]
    planned_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    taken_back_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    new_referral_id: Mapped[int | None]
    retention: Mapped[str] = mapped_column(default="referral")
