"""Checks of crisis numbers that were written in the browser, each agreed to by a second person."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base, Key, rows


class HelplineCheck(Base):
    """Somebody rang a number of the signed table. It counts from `agreed_at` on; never changed after that, only followed.

    `mark`: the row of the table as it was; a number that is changed later has no check. `right` False: something is wrong.
    """

    __tablename__ = "helpline_checks"
    __table_args__ = rows()

    id: Mapped[Key]
    mark: Mapped[str] = mapped_column(index=True)
    right: Mapped[bool]
    note: Mapped[str]
    checked_on: Mapped[date]
    checked_by: Mapped[int]
    written_at: Mapped[datetime]
    agreed_by: Mapped[int | None]
    agreed_at: Mapped[datetime | None]
