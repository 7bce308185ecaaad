"""What coaches write down: notes and tries, the plan after a first call, who covers for whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, Sealed, rows

_UNSEEN = text("seen_at IS NULL")


class DeskNote(Base):
    """One line of a referral's record: a note, a try to reach the person, an outcome, a hand-over."""

    __tablename__ = "desk_notes"
    __table_args__ = rows(Index(None, "referral_id", "kind"))

    id: Mapped[Key]
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"))
    staff_id: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str]
    result: Mapped[str | None]
    appointment_id: Mapped[int | None]
    call_back_id: Mapped[int | None]
    words: Mapped[str | None] = mapped_column(Sealed("desk_notes.words"))
    retention: Mapped[str] = mapped_column(default="referral")


class Plan(Base):
    """What a person and their coach have agreed, in the person's words, and when the coach is next in touch."""

    __tablename__ = "plans"
    __table_args__ = rows(Index(None, "next_on"))

    id: Mapped[Key]
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    words: Mapped[str | None] = mapped_column(Sealed("plans.words"))
    next_on: Mapped[date | None]
    next_what: Mapped[str | None] = mapped_column(Sealed("plans.next_what"))
    changed_at: Mapped[datetime]
    changed_by: Mapped[int]
    retention: Mapped[str] = mapped_column(default="referral")


class Cover(Base):
    """Days on which one coach looks after another's people; both days are inside."""

    __tablename__ = "covers"
    __table_args__ = rows()

    id: Mapped[Key]
    coach_id: Mapped[int] = mapped_column(ForeignKey("coaches.id"), index=True)
    by_coach_id: Mapped[int] = mapped_column(ForeignKey("coaches.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_at: Mapped[datetime]
    created_by: Mapped[int]


class CheckIn(Base):
    """A question of a coach's that the person is asked on a day, and what they answered."""

    __tablename__ = "check_ins"
    __table_args__ = rows(
        Index("ix_check_ins_unseen", "referral_id", "answered_at", sqlite_where=_UNSEEN, postgresql_where=_UNSEEN)
    )

    id: Mapped[Key]
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(index=True)
    staff_id: Mapped[int]
    question: Mapped[str] = mapped_column(Sealed("check_ins.question"))
    due_at: Mapped[datetime]
    planned_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    taken_back_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    words: Mapped[str | None] = mapped_column(Sealed("check_ins.words"))
    answered_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    retention: Mapped[str] = mapped_column(default="referral")


class LastOutcome(Base):
    """What a member of staff recorded last, and how its rows stood before and after: ids, codes and times, for an undo."""

    __tablename__ = "last_outcomes"

    staff_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    conversation_id: Mapped[int] = mapped_column(index=True)
    referral_id: Mapped[int | None]
    result: Mapped[str]
    at: Mapped[datetime]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
