"""What is handed to a team, why, and who must ring back by when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, Sealed, SealedJson, rows

_PROMISED = text("done_at IS NULL")


class Referral(Base):
    """The record handed to a team; the card is what a coach reads in a minute."""

    __tablename__ = "referrals"
    __table_args__ = rows(
        Index(None, "team_id", "status"), Index(None, "team_id", "changed_at"), Index(None, "coach_id", "status")
    )

    id: Mapped[Key]
    reference: Mapped[str] = mapped_column(Sealed("referrals.reference"))
    reference_index: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(index=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"))
    coach_id: Mapped[int | None]
    consent_id: Mapped[int | None]
    decision_id: Mapped[int | None]
    card: Mapped[Any] = mapped_column(SealedJson("referrals.card"))
    status: Mapped[str] = mapped_column(default="shared")
    outcome: Mapped[str | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    retention: Mapped[str] = mapped_column(default="referral")


class EligibilityDecision(Base):
    """One answer of the rules: which rules, which versions, what each said."""

    __tablename__ = "eligibility_decisions"
    __table_args__ = rows()

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(index=True)
    team_id: Mapped[str | None]
    answer: Mapped[str]
    rules: Mapped[list[Any]]
    at: Mapped[datetime]
    retention: Mapped[str] = mapped_column(default="referral")


class CallBack(Base):
    """A promise that a person is rung by a date."""

    __tablename__ = "call_backs"
    __table_args__ = rows(
        Index(None, "team_id", "done_at"),
        Index("ix_call_backs_promised", "done_at", "person_id", sqlite_where=_PROMISED, postgresql_where=_PROMISED),
    )

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"))
    reason: Mapped[str]
    promised_by: Mapped[date]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None]
    result: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Sealed("call_backs.note"))
    retention: Mapped[str] = mapped_column(default="referral")
