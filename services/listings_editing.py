"""The signposting directory edited in the browser: found, changed, checked, taken in from a text with a report.

Crisis listings are locked here: their numbers are those of the signed table (services/helplines.py).
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, locks
from services.db import Database
from services.directory import CATEGORY, CHECK_HOLDS, LONGEST_LINE, is_fresh, line_of
from services.errors import TableRefused
from services.models import ListingRow
from services.tables_in_out import Taken
from services.tables_of_listings import numbered, read_listings

Condition = Literal["said", "soon", "quiet", "off", "crisis"]
"""said to people; its check runs out within a month; quiet (unchecked, too old, or no line); switched off; crisis."""
CONDITIONS: tuple[Condition, ...] = ("said", "soon", "quiet", "off", "crisis")
SOON = timedelta(days=30)
NEEDS = tuple(dict.fromkeys(CATEGORY.values()))
LONGEST = {"name": 200, "what_for": 500, "phone": 40, "url": 300, "hours": 120, "sms": LONGEST_LINE}


class _Looked(Exception):
    """A trial run is over: nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Found:
    """A listing with its condition on a day and the line of a text."""

    row: ListingRow
    condition: Condition
    line: str


def condition_of(row: ListingRow, on: date) -> Condition:
    """Whether people are told of it on a day."""
    if row.crisis:
        return "crisis"
    if not row.active:
        return "off"
    if not is_fresh(row, on) or not line_of(row):
        return "quiet"
    return "soon" if row.recheck_by is not None and row.recheck_by <= on + SOON else "said"


def search(session: Session, query: str, wanted: str, on: date) -> list[Found]:
    """Listings with these words in name, purpose, number or category, by name; of one condition if one is wanted."""
    rows = session.scalars(select(ListingRow).order_by(ListingRow.name, ListingRow.id))
    words = query.lower().split()
    found = (Found(row, condition_of(row, on), line_of(row)) for row in rows)
    return [each for each in found if wanted in ("", each.condition) and _has(each.row, words)]


def _has(row: ListingRow, words: Iterable[str]) -> bool:
    text = " ".join(
        [row.id, row.name, row.what_for, row.phone or "", row.area or "", *map(str, row.categories)]
    ).lower()
    return all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a listing is to say. `needs`: which of `NEEDS` it is for; its other categories stay."""

    name: str
    what_for: str
    phone: str
    url: str
    hours: str
    sms: str
    needs: tuple[str, ...]
    active: bool

    def problems(self) -> list[str]:
        """The fields that are wrong: empty name, one too long, an address that is none, a need that is none."""
        wrong = [name for name, most in LONGEST.items() if len(getattr(self, name)) > most]
        wrong += ["name"] if not self.name else []
        wrong += ["url"] if self.url and not self.url.startswith(("https://", "http://")) else []
        wrong += ["phone"] if self.phone and not any(sign.isdigit() for sign in self.phone) else []
        return wrong + (["needs"] if set(self.needs) - set(NEEDS) else [])


def wanted_of(row: ListingRow) -> Wanted:
    """What a listing says now."""
    texts = {name: getattr(row, name) or "" for name in LONGEST}
    return Wanted(**texts, needs=tuple(each for each in row.categories if each in NEEDS), active=row.active)


def mark(row: ListingRow) -> str:
    """Another one whenever what can be changed of a listing is: two people may have the same page open."""
    return hashlib.sha256(repr(wanted_of(row)).encode()).hexdigest()[:16]


def change(
    session: Session, listing_id: str, wanted: Wanted, staff_id: int, now: datetime, seen: str
) -> Literal["kept", "changed", "locked"]:
    """Change a listing; "locked" for one that is, or is not there. A changed number is unchecked again.

    "changed", and nothing kept, when it is not what was `seen` (`mark`). ValueError for one that has `problems`.
    """
    row = locks.get(session, ListingRow, listing_id)
    if row is None or row.crisis:
        return "locked"
    if seen != mark(row):
        return "changed"
    if wanted.problems():
        raise ValueError(", ".join(wanted.problems()))
    if (row.phone or "") != wanted.phone:
        row.checked_on = row.checked_by = row.recheck_by = None
    for name in LONGEST:
        setattr(row, name, getattr(wanted, name) or (None if name not in ("name", "what_for") else ""))
    row.categories = [*(each for each in row.categories if each not in NEEDS), *wanted.needs]
    row.active = wanted.active
    session.flush()
    audit.record(session, f"staff:{staff_id}", "change_listing", f"listing:{listing_id}"[:80], now)
    return "kept"


def check(session: Session, listing_id: str, staff_id: int, on: date, now: datetime) -> bool:
    """Somebody has rung or looked: it is good for a year from this day. False for one that is not there or is locked."""
    row = locks.get(session, ListingRow, listing_id)
    if row is None or row.crisis:
        return False
    row.checked_on, row.checked_by, row.recheck_by = on, f"staff:{staff_id}", on + CHECK_HOLDS
    session.flush()
    audit.record(session, f"staff:{staff_id}", "check_listing", f"listing:{listing_id}"[:80], now)
    return True


def take(db: Database, text: str, ending: str, staff_id: int, now: datetime, *, look: bool) -> Taken:
    """Take listings in from a text: "csv" of our columns, "json" of Open Referral UK. Whole or not at all.

    `look`: only say what it would do. Raises TableRefused with every bad row; crisis listings among them.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"listings.{ending}"
        file.write_text(text, encoding="utf-8", newline="")
        try:
            with db.write() as session:
                locks.alone(session, "listings")
                taken = _take(session, file, staff_id, now)
                if look:
                    raise _Looked
        except _Looked:
            pass
        return taken


def _take(session: Session, file: Path, staff_id: int, now: datetime) -> Taken:
    before = _crisis(session)
    done = read_listings(session, file, now)
    session.flush()
    session.expire_all()
    errors = [numbered(error, file) for error in done.errors]
    if _crisis(session) != before:
        errors.append(
            (1, "a crisis listing would be added or changed: that is done with the file and the signed table")
        )
    if errors:
        raise TableRefused(file.name, errors)
    detail = {"new": done.new, "changed": done.changed}
    audit.record(session, f"staff:{staff_id}", "directory.import", "directory:1", now, detail)
    return Taken(done.new + done.changed + done.same, done.new, done.changed)


def _crisis(session: Session) -> list[tuple[str, ...]]:
    """What the crisis listings say."""
    rows = session.scalars(select(ListingRow).where(ListingRow.crisis).order_by(ListingRow.id))
    return [(row.id, row.name, str(row.phone), str(row.text_number), row.nations, str(row.active)) for row in rows]
