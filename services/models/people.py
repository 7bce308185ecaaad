"""People, where they can be reached, and what they agreed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, Sealed, rows

_TO_ERASE = text("erase_asked_at IS NOT NULL")


class Person(Base):
    """Who refers themself. Nothing here is needed before it is told."""

    __tablename__ = "people"
    __table_args__ = rows(
        Index(None, "surname_index"),
        Index(None, "phone_index"),
        Index("ix_people_to_erase", "id", sqlite_where=_TO_ERASE, postgresql_where=_TO_ERASE),
    )

    id: Mapped[Key]
    created_at: Mapped[datetime]
    name: Mapped[str | None] = mapped_column(Sealed("people.name"))
    surname_index: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(Sealed("people.phone"))
    phone_index: Mapped[str | None]
    voicemail_ok: Mapped[bool] = mapped_column(default=False)
    erase_asked_at: Mapped[datetime | None]
    retention: Mapped[str] = mapped_column(default="person")


class AddressRow(Base):
    """One way to reach a person; the value is sealed and found by its keyed hash."""

    __tablename__ = "addresses"
    __table_args__ = rows(UniqueConstraint("channel", "value_index"))

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    channel: Mapped[str]
    value_index: Mapped[str]
    value: Mapped[str | None] = mapped_column(Sealed("addresses.value"))
    created_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[str | None]
    nudges_stopped_at: Mapped[datetime | None]
    unsafe_at: Mapped[datetime | None]
    wrong_number_at: Mapped[datetime | None]


class Consent(Base):
    """What a person agreed to or took back: the very words, their version, when, on which channel."""

    __tablename__ = "consents"
    __table_args__ = rows()

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(index=True)
    purpose: Mapped[str]
    given: Mapped[bool]
    wording: Mapped[str]
    version: Mapped[str]
    channel: Mapped[str]
    team_id: Mapped[str | None]
    at: Mapped[datetime]
    retention: Mapped[str] = mapped_column(default="referral")


class SourceCode(Base):
    """A poster, a GP's text, a leaflet: recorded with a conversation, never needed.

    With `refer_per_day` it opens the form for professionals, up to so many numbers an hour and a day.
    """

    __tablename__ = "source_codes"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    team_id: Mapped[str | None]
    controller: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    refer_per_hour: Mapped[int | None]
    refer_per_day: Mapped[int | None]


class Introduction(Base):
    """A professional passed a number on. The keyed hash outlives everything else: one first text a number, ever."""

    __tablename__ = "introductions"
    __table_args__ = rows()

    id: Mapped[Key]
    number_index: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None] = mapped_column(index=True)
    conversation_id: Mapped[int | None] = mapped_column(index=True)
    source: Mapped[str | None]
    staff_id: Mapped[int | None]
    by: Mapped[str]
    name: Mapped[str | None] = mapped_column(Sealed("introductions.name"))
    postcode: Mapped[str | None] = mapped_column(Sealed("introductions.postcode"))
    note: Mapped[str | None] = mapped_column(Sealed("introductions.note"))
    at: Mapped[datetime]
    retention: Mapped[str] = mapped_column(default="conversation")
