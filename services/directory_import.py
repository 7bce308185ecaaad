"""Listings in: our own columns as CSV, or Open Referral UK 3.0 services as JSON. Idempotent, with a row for each error."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from services.models import ListingRow
from services.tables_in_out import unguarded

COLUMNS = ("id", "name", "what_for", "nations", "source")
CHECK_HOLDS = timedelta(days=365)
LARGEST = 20 * 1024 * 1024
NOT_SAID = re.compile(r"do not signpost", re.IGNORECASE)


@dataclass
class Imported:
    """How many rows were new, changed or the same, and what was wrong with each bad one (numbered from 1)."""

    new: int = 0
    changed: int = 0
    same: int = 0
    errors: list[str] = field(default_factory=list)


class BadRow(ValueError):
    """A row that cannot become a listing; says why."""


def import_file(session: Session, path: Path, now: datetime) -> Imported:
    """Import a CSV of our columns or an Open Referral UK JSON file, by its ending. ValueError for anything else."""
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} is larger than {LARGEST // 2**20} MB. Split it.")
    if path.suffix.lower() == ".csv":
        return import_csv(session, path, now)
    if path.suffix.lower() == ".json":
        return import_oruk(session, path, now)
    raise ValueError(f"{path.name}: a directory file ends in .csv or .json.")


def import_csv(session: Session, path: Path, now: datetime) -> Imported:
    """Our own columns, one listing a row."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return put_all(session, csv.DictReader(file), lambda row: from_csv(plain(row)))


def plain(row: Mapping[str | None, Any]) -> dict[str, str]:
    """A row without the apostrophes that an export puts before what a spreadsheet would run."""
    if None in row:
        raise BadRow("there are more cells than columns")
    return {str(name): unguarded(cell) for name, cell in row.items() if cell is not None}


def import_oruk(session: Session, path: Path, now: datetime) -> Imported:
    """An Open Referral UK 3.0 service, a page of them (`contents`), or a list."""
    content = json.loads(path.read_text(encoding="utf-8"))
    services = content.get("contents", [content]) if isinstance(content, dict) else content
    return put_all(session, services, from_oruk)


def put_all(session: Session, rows: Iterable[Mapping[str, Any]], read: Any) -> Imported:
    done = Imported()
    for number, row in enumerate(rows, start=1):
        try:
            put(session, read(row), done)
        except (BadRow, KeyError, TypeError, AttributeError, ValueError) as error:
            done.errors.append(f"row {number}: {error or type(error).__name__}")
    session.flush()
    return done


def put(session: Session, values: dict[str, Any], done: Imported) -> None:
    row = session.get(ListingRow, values["id"])
    if row is None:
        session.add(ListingRow(**values))
        done.new += 1
        return
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    done.changed += bool(changed)
    done.same += not changed


def from_csv(row: Mapping[str, str]) -> dict[str, Any]:
    missing = [name for name in COLUMNS if name not in row]
    if missing:
        raise BadRow(f"the columns {', '.join(missing)} are missing")
    if not row["id"] or not row["name"]:
        raise BadRow("needs an id and a name")
    categories = [each for each in (row.get("categories") or row.get("category") or "").split(";") if each]
    said = " ".join(row.get(name) or "" for name in ("conditions", "evidence", "confidence"))
    checked = date_of(row.get("checked") or "")
    return {
        "id": row["id"],
        "name": row["name"],
        "categories": categories,
        "what_for": row["what_for"],
        "phone": row.get("phone") or None,
        "phone_cost": row.get("phone_cost") or None,
        "text_number": row.get("text_number") or None,
        "url": row.get("url") or None,
        "hours": row.get("hours") or None,
        "nations": row["nations"],
        "area": row.get("area") or None,
        "area_codes": [each for each in (row.get("area_codes") or "").split(";") if each],
        "ages": row.get("ages") or None,
        "self_refer": row.get("self_refer") != "n",
        "who_for": row.get("conditions") or None,
        "crisis": "crisis" in categories and row.get("confidence") != "low",
        "active": row.get("confidence") != "low" and not NOT_SAID.search(said),
        "source": row["source"],
        "source_date": row.get("source_date") or None,
        "checked_on": checked,
        "recheck_by": checked + CHECK_HOLDS if checked else None,
        "extra": {"confidence": row.get("confidence") or ""},
    }


def date_of(text: str) -> date | None:
    """A date, a month or a year as its first day; None when none is given. BadRow for anything else."""
    if not text.strip():
        return None
    parts = text.strip().split("-")
    try:
        year, month, day = (int(part) for part in (*parts, "1", "1")[:3])
        return date(year, month, day)
    except ValueError as error:
        raise BadRow(f"{text!r} is not a date such as 2026-10-01") from error


def from_oruk(service: Mapping[str, Any]) -> dict[str, Any]:
    if not service.get("id") or not service.get("name"):
        raise BadRow("a service needs an id and a name")
    checked = date_of(str(service.get("assured_date") or service.get("last_modified") or "")[:10])
    return {
        "id": str(service["id"]),
        "name": str(service["name"])[:200],
        "categories": list(terms(service)),
        "what_for": str(service.get("description") or ""),
        "phone": next((str(phone["number"]) for phone in service.get("phones", []) if phone.get("number")), None),
        "phone_cost": str(service.get("fees_description") or "") or None,
        "url": service.get("url"),
        "hours": next(
            (str(each.get("description")) for each in service.get("schedules", []) if each.get("description")), None
        ),
        "nations": "".join(service.get("nations", "E")),
        "area": next((str(each.get("name")) for each in service.get("service_areas", []) if each.get("name")), None),
        "area_codes": list(area_codes(service)),
        "ages": ages(service),
        "active": service.get("status", "active") == "active",
        "crisis": "crisis" in set(terms(service)),
        "source": f"Open Referral UK: {(service.get('organization') or {}).get('name', 'unknown')}"[:200],
        "checked_on": checked,
        "recheck_by": checked + CHECK_HOLDS if checked else None,
        "extra": {"confidence": "imported"},
    }


def terms(service: Mapping[str, Any]) -> Iterator[str]:
    """Our categories among the service's taxonomy terms."""
    for attribute in service.get("attributes", []):
        term = attribute.get("taxonomy_term") or {}
        name = str(term.get("name") or attribute.get("value") or "").strip().lower().replace(" ", "_")
        if name:
            yield name


def area_codes(service: Mapping[str, Any]) -> Iterator[str]:
    """Authority codes (E06…, E07…, E08…, E09…) that the service names as its areas."""
    for area in service.get("service_areas", []):
        code = str(area.get("extent") or area.get("uri") or "").rsplit("/", 1)[-1]
        if re.fullmatch(r"E0[6-9]\d{6}", code):
            yield code


def ages(service: Mapping[str, Any]) -> str | None:
    least, most = service.get("minimum_age"), service.get("maximum_age")
    if least is None and most is None:
        return None
    return f"{int(least or 0)}-{int(most if most is not None else 200)}"
