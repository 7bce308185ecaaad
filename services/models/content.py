"""What the assistant says by which revision, who changed it, and what it did not understand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
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


class DialogPublication(Base):
    """A revision went live: the newest row is what is said now. `follows` is unique: two at once are one and a refusal."""

    __tablename__ = "dialog_publications"
    __table_args__ = rows()

    id: Mapped[Key]
    hash: Mapped[str] = mapped_column(ForeignKey("dialog_revisions.hash"))
    follows: Mapped[int] = mapped_column(unique=True)
    kind: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    by: Mapped[str]
    approved_by: Mapped[int | None]


class DialogDraft(Base):
    """What is being changed in the browser, for everybody who edits: whole texts of the files that differ from `base`."""

    __tablename__ = "dialog_drafts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    base: Mapped[int]
    changes: Mapped[dict[str, Any]]
    tests: Mapped[dict[str, Any]]
    authors: Mapped[list[Any]]
    version: Mapped[int]
    updated_at: Mapped[datetime]
    updated_by: Mapped[int]


class DialogApproval(Base):
    """A second person has read a draft, as it was then, and agrees."""

    __tablename__ = "dialog_approvals"
    __table_args__ = rows(UniqueConstraint("mark", "staff_id"))

    id: Mapped[Key]
    mark: Mapped[str]
    staff_id: Mapped[int]
    at: Mapped[datetime]


class DialogTest(Base):
    """A conversation test that was saved or accepted in the browser; it stands before the file of that name."""

    __tablename__ = "dialog_tests"

    name: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[int]


class DialogTrial(Base):
    """Conversation tests played against a draft: how far it is and what failed."""

    __tablename__ = "dialog_trials"
    __table_args__ = rows()

    id: Mapped[Key]
    mark: Mapped[str] = mapped_column(index=True)
    scope: Mapped[str]
    total: Mapped[int]
    played: Mapped[int] = mapped_column(default=0)
    failures: Mapped[list[Any]]
    covered: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")


class NluExample(Base):
    """Words that somebody labelled to teach the assistant; nothing says whose they were. `mark`: the same words only once."""

    __tablename__ = "nlu_examples"
    __table_args__ = rows()

    id: Mapped[Key]
    mark: Mapped[str] = mapped_column(unique=True)
    words: Mapped[str] = mapped_column(Sealed("nlu_examples.words"))
    intent: Mapped[str]
    held_out: Mapped[bool]
    added_by: Mapped[int]
    added_at: Mapped[datetime]


class NluTraining(Base):
    """A training of the language model begun in the studio: how far it is, what came of it. Numbers and codes only."""

    __tablename__ = "nlu_trainings"
    __table_args__ = rows()

    id: Mapped[Key]
    started_by: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    stage: Mapped[str]
    seconds: Mapped[int] = mapped_column(default=0)
    model: Mapped[str]
    previous: Mapped[str]
    taught: Mapped[int]
    figures: Mapped[dict[str, Any]]
    outcome: Mapped[str]
    problem: Mapped[str]


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
