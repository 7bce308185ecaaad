"""Who signs in, and how."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, Sealed, SealedJson, rows


class StaffMember(Base):
    """An account: coach, lead, editor, safety or admin. `phone`: where safety alerts are texted, once it was shown to be theirs."""

    __tablename__ = "staff"
    __table_args__ = rows()

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(Sealed("staff.email"))
    email_index: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[str]
    team_id: Mapped[str | None] = mapped_column(ForeignKey("teams.id"), index=True)
    coach_id: Mapped[int | None] = mapped_column(ForeignKey("coaches.id"))
    password_hash: Mapped[str | None]
    totp_secret: Mapped[str | None] = mapped_column(Sealed("staff.totp_secret"))
    totp_last_step: Mapped[int | None]
    phone: Mapped[str | None] = mapped_column(Sealed("staff.phone"))
    phone_index: Mapped[str | None] = mapped_column(index=True)
    phone_waiting: Mapped[Any | None] = mapped_column(SealedJson("staff.phone_waiting"))
    subject: Mapped[str | None] = mapped_column(Sealed("staff.subject"))
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SignIn(Base):
    """One signed-in browser; only the hash of its token is kept."""

    __tablename__ = "staff_sign_ins"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SetUpLink(Base):
    """A link, good once, that sets a password; only its hash is kept."""

    __tablename__ = "staff_set_up_links"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A passkey of an account: its public half, which opens nothing. `uses`: its own count, 0 where it keeps none."""

    __tablename__ = "staff_passkeys"
    __table_args__ = rows()

    id: Mapped[Key]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    credential: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[str]
    uses: Mapped[int] = mapped_column(default=0)
    name: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
