"""The signposting directory."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from services.models.base import Base


class ListingRow(Base):
    """One entry of the directory, with where it comes from and when a person last checked it."""

    __tablename__ = "listings"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    categories: Mapped[list[Any]]
    what_for: Mapped[str]
    phone: Mapped[str | None]
    phone_cost: Mapped[str | None]
    text_number: Mapped[str | None]
    url: Mapped[str | None]
    hours: Mapped[str | None]
    nations: Mapped[str] = mapped_column(default="E")
    area: Mapped[str | None]
    area_codes: Mapped[list[Any]]
    ages: Mapped[str | None]
    self_refer: Mapped[bool] = mapped_column(default=True)
    who_for: Mapped[str | None]
    sms: Mapped[str | None]
    crisis: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str]
    source_date: Mapped[str | None]
    checked_on: Mapped[date | None]
    checked_by: Mapped[str | None]
    recheck_by: Mapped[date | None]
    extra: Mapped[dict[str, Any]]
