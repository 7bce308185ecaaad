"""The directory in and out: nothing half-imported, an export that changes nothing."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from services.db import Database
from services.directory import LISTINGS
from services.errors import TableRefused
from services.models import ListingRow
from services.tables_of_listings import export_listings, import_listings

HEADER = "id,name,categories,what_for,phone,nations,source,confidence,checked\n"
GOOD = "a-place,A place,money,Help with money,0300 123 4567,E,seen,high,2026-10-01\n"


def written(tmp_path: Path, text: str, name: str = "table.csv") -> Path:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def rows(db: Database) -> dict[str, dict[str, object]]:
    with db.read() as session:
        columns = [column.key for column in ListingRow.__mapper__.column_attrs]
        found = session.scalars(select(ListingRow))
        return {row.id: {name: getattr(row, name) for name in columns} for row in found}


def test_the_shipped_directory_comes_back_the_same(sqlite_db: Database, tmp_path: Path, now: datetime) -> None:
    first = import_listings(sqlite_db, LISTINGS, now)
    assert first.new == first.rows > 50
    before = rows(sqlite_db)
    exported = written(tmp_path, export_listings(sqlite_db).decode())
    again = import_listings(sqlite_db, exported, now)
    assert (again.rows, again.new, again.changed) == (first.rows, 0, 0)
    assert rows(sqlite_db) == before


def test_open_referral_comes_in_and_goes_out_as_csv(sqlite_db: Database, tmp_path: Path, now: datetime) -> None:
    area = {"name": "Preston", "extent": "https://example.org/E07000123"}
    service = {
        "id": "x1",
        "name": "=Debt help",
        "description": "Help",
        "service_areas": [area],
        "phones": [{"number": "+44 300 123"}],
        "status": "inactive",
        "attributes": [{"taxonomy_term": {"name": "Money"}}],
    }
    assert import_listings(sqlite_db, written(tmp_path, json.dumps([service]), "t.json"), now).new == 1
    before = rows(sqlite_db)
    exported = export_listings(sqlite_db).decode()
    cells = next(csv.DictReader(io.StringIO(exported)))
    assert (cells["name"], cells["phone"], cells["area_codes"]) == ("'=Debt help", "'+44 300 123", "E07000123")
    assert import_listings(sqlite_db, written(tmp_path, exported), now).changed == 0
    assert rows(sqlite_db) == before


def test_a_bad_row_is_named_as_a_spreadsheet_does_and_nothing_is_taken(
    sqlite_db: Database, tmp_path: Path, now: datetime
) -> None:
    bad = GOOD.replace("a-place", "").replace("A place", "B")
    late = GOOD.replace("a-place", "c").replace("2026-10-01", "October")
    more = GOOD.replace("a-place", "d").replace("\n", ",one,two\n")
    with pytest.raises(TableRefused) as error:
        import_listings(sqlite_db, written(tmp_path, HEADER + GOOD + bad + late + more), now)
    assert [number for number, _ in error.value.rows] == [3, 4, 5]
    assert rows(sqlite_db) == {}


@pytest.mark.parametrize(("name", "text"), [("t.json", "{"), ("t.json", "3"), ("t.txt", ""), ("t.csv", "a,b\n1,2\n")])
def test_what_is_no_directory_is_refused(
    sqlite_db: Database, tmp_path: Path, now: datetime, name: str, text: str
) -> None:
    with pytest.raises(TableRefused):
        import_listings(sqlite_db, written(tmp_path, text, name), now)
    with pytest.raises(TableRefused, match="no such file"):
        import_listings(sqlite_db, tmp_path / "nothing.csv", now)
