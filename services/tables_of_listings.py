"""The signposting directory, in and out, whole or not at all. The importer itself is services/directory_import.py."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, directory_import
from services.db import Database
from services.errors import TableRefused
from services.models import ListingRow
from services.tables_in_out import Taken, check_size, csv_bytes

COLUMNS = [
    "id",
    "name",
    "categories",
    "what_for",
    "phone",
    "phone_cost",
    "text_number",
    "url",
    "hours",
    "area",
    "area_codes",
    "self_refer",
    "conditions",
    "evidence",
    "source",
    "source_date",
    "confidence",
    "nations",
    "ages",
    "checked",
]
ERROR = re.compile(r"row (\d+): (.*)", re.DOTALL)
INACTIVE = "do not signpost"  # words by which the importer knows an entry that may not be said


def import_listings(db: Database, file: Path, now: datetime) -> Taken:
    """Take listings in (CSV of our columns, or Open Referral UK JSON). Raises TableRefused with every bad row.

    Entries that the file does not name stay as they are.
    """
    check_size(file, directory_import.LARGEST)
    with db.write() as session:
        done = read_listings(session, file, now)
        if done.errors:
            raise TableRefused(file.name, [numbered(error, file) for error in done.errors])
        detail = {"new": done.new, "changed": done.changed}
        audit.record(session, "system", "directory.import", "directory:1", now, detail)
    return Taken(done.new + done.changed + done.same, done.new, done.changed)


def read_listings(session: Session, file: Path, now: datetime) -> directory_import.Imported:
    """Put a file's entries into the session. Raises TableRefused for a file that cannot be read at all."""
    try:
        return directory_import.import_file(session, file, now)
    except UnicodeDecodeError as error:
        raise TableRefused(file.name, [(1, "this is not text in UTF-8")]) from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        why = "this is not JSON of Open Referral UK" if file.suffix.lower() == ".json" else str(error)
        raise TableRefused(file.name, [(1, why)]) from error


def numbered(error: str, file: Path) -> tuple[int, str]:
    """The importer counts entries; a spreadsheet counts its header too."""
    match = ERROR.fullmatch(error)
    if match is None:
        return 1, error
    return int(match[1]) + (file.suffix.lower() == ".csv"), match[2]


def export_listings(db: Database) -> bytes:
    """Every listing as CSV of our columns; imported again it changes nothing."""
    with db.read() as session:
        return csv_bytes(COLUMNS, [_cells(row) for row in session.scalars(select(ListingRow).order_by(ListingRow.id))])


def _cells(row: ListingRow) -> list[str]:
    confidence = str(row.extra.get("confidence") or "")
    derived = {
        "categories": ";".join(str(each) for each in row.categories),
        "area_codes": ";".join(str(each) for each in row.area_codes),
        "self_refer": "y" if row.self_refer else "n",
        "conditions": row.who_for or "",
        "evidence": "" if row.active or confidence == "low" else INACTIVE,
        "confidence": confidence,
        "checked": row.checked_on.isoformat() if row.checked_on else "",
    }
    return [derived[name] if name in derived else str(getattr(row, name) or "") for name in COLUMNS]
