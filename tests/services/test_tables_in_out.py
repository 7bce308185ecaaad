"""Tables in and out: an export comes back unchanged, a bad row is named and nothing is taken."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import staff, tables_of_places, tables_of_staff
from services.areas import Areas
from services.areas_table import PostcodeTable
from services.db import Database
from services.errors import TableRefused
from services.practices import Practices
from services.settings import Settings
from services.site_tables import SHIPPED, in_use
from services.tables_in_out import BadRows, csv_bytes, guarded, read_rows, unguarded
from tests.services.diaries import make_team

HEADER = "postcode,nation,lad,board26,board23,live\n"
PRESTON = "PR1 8XJ,england,E07000123,E54000048,E54000048,yes\n"
WREXHAM = "LL11 1AA,wales,,,,yes\n"
PRACTICES = "code,name,town,postcode,board26,board23,lad\n"
DENSHAM = "A81001,THE DENSHAM SURGERY,STOCKTON-ON-TEES,TS18 1HU,E54000050,E54000050,E06000004\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"ANYDOOR_HOME": tmp_path / "home"})


def written(tmp_path: Path, text: str | bytes) -> Path:
    file = tmp_path / "table.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def refused(file: Path, settings: Settings, what: str = "postcodes") -> list[tuple[int, str]]:
    with pytest.raises(TableRefused) as error:
        getattr(tables_of_places, f"import_{what}")(file, settings)
    assert not (settings.home / "data").exists()
    return list(error.value.rows)


def test_postcodes_are_used_before_the_shipped_ones(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, HEADER + PRESTON.replace("PR1 8XJ", "PR99 9ZZ") + WREXHAM)
    taken = tables_of_places.import_postcodes(file, settings)
    assert taken.rows == 2
    assert any("2,707,132" in note for note in taken.notes)
    monkeypatch.setenv("ANYDOOR_HOME", str(settings.home))
    Areas.load.cache_clear()
    try:
        area = Areas.load().find("PR99 9ZZ", date(2026, 11, 21))
    finally:
        Areas.load.cache_clear()
    assert (area.status, area.board, area.lad) == ("found", "E54000048", "E07000123")


def test_postcodes_that_are_exported_come_back_the_same(tmp_path: Path, settings: Settings) -> None:
    file = written(tmp_path, HEADER + PRESTON + WREXHAM + "LL11 1AB,wales,,,,no\nGY1 1AA,islands,,,,yes\n")
    tables_of_places.import_postcodes(file, settings)
    before = in_use("postcodes.bin", settings).read_bytes()
    exported = b"".join(tables_of_places.export_postcodes(settings))
    assert sorted(exported.decode().splitlines()) == sorted(file.read_text().splitlines())
    again = tables_of_places.import_postcodes(written(tmp_path, exported), settings)
    assert again.new == 0
    assert in_use("postcodes.bin", settings).read_bytes() == before


def test_the_shipped_table_gives_out_what_it_holds() -> None:
    table = PostcodeTable(SHIPPED / "postcodes.bin")
    assert table.count == 2_707_132
    for (postcode, value, live), _ in zip(table.every(), range(5_000), strict=False):
        outward, inward = postcode.split(" ")
        entry = table.entry(outward, inward)
        assert entry is not None
        assert (entry.exists, entry.live, entry.value) == (True, live, value)


def test_every_bad_row_of_postcodes_is_named_by_its_number(tmp_path: Path, settings: Settings) -> None:
    rows = [
        PRESTON,
        "PR1 8X,england,E07000123,E54000048,E54000048,yes\n",
        "PR1 8XL,england,E07000123,E54999999,E54000048,yes\n",
        "PR1 8XN,england,X,E54000048,E54000048,yes\n",
        "PR1 8XP,england,E07000123,E54000048,E54000048,maybe\n",
        "PR1 8XQ,narnia,,,,yes\n",
        "LL11 1AA,wales,E07000123,,,yes\n",
        "too,few\n",
        PRESTON,
        PRESTON.replace("PR1 8XJ", "pr18xj"),
        'x"y\0,\n',
    ]
    found = refused(written(tmp_path, HEADER + "".join(rows)), settings)
    assert [number for number, _ in found] == [3, 4, 5, 6, 7, 8, 9, 12, 10, 11]
    told = dict(found)
    assert "not a full postcode" in told[3]
    assert "board26" in told[4]
    assert "local authority" in told[5]
    assert "twice" in told[10]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "the first row names the columns"),
        ("postcode,nation\n", "missing: lad"),
        (HEADER.replace("live", "life"), "unknown: life"),
        (HEADER, "holds no postcode"),
        ((HEADER + PRESTON.replace("PR1", "\xe9")).encode("latin-1"), "UTF-8"),
        (HEADER + '"PR1 8XJ\n', "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, settings: Settings, content: str | bytes, why: str) -> None:
    assert why in refused(written(tmp_path, content), settings)[0][1]


def test_a_file_that_is_not_there_or_too_large_is_refused(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no such file" in refused(tmp_path / "nothing.csv", settings)[0][1]
    monkeypatch.setattr(tables_of_places, "MOST_OF_PRACTICES", 10)
    assert "larger than" in refused(written(tmp_path, PRACTICES + DENSHAM), settings, "practices")[0][1]


def test_practices_are_used_before_the_shipped_ones(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = DENSHAM.replace("THE DENSHAM SURGERY", "THE NEW SURGERY")
    added = DENSHAM.replace("A81001", "Z99999").replace("THE DENSHAM SURGERY", "=A MADE UP SURGERY")
    taken = tables_of_places.import_practices(written(tmp_path, PRACTICES + changed + added), settings)
    assert (taken.rows, taken.new, taken.changed) == (2, 1, 1)
    monkeypatch.setenv("ANYDOOR_HOME", str(settings.home))
    Practices.load.cache_clear()
    try:
        found = Practices.load().by_code
    finally:
        Practices.load.cache_clear()
    assert {code: practice.name for code, practice in found.items()} == {
        "A81001": "THE NEW SURGERY",
        "Z99999": "=A MADE UP SURGERY",
    }


def test_the_shipped_practices_come_back_the_same(tmp_path: Path, settings: Settings) -> None:
    exported = b"".join(tables_of_places.export_practices(settings))
    taken = tables_of_places.import_practices(written(tmp_path, exported), settings)
    assert (taken.rows, taken.new, taken.changed) == (6_202, 0, 0)
    assert "same already" in taken.notes[0]


def test_every_bad_row_of_practices_is_named_by_its_number(tmp_path: Path, settings: Settings) -> None:
    rows = [
        DENSHAM,
        DENSHAM,
        DENSHAM.replace("A81001", "81001"),
        DENSHAM.replace("A81001", "A81002").replace("TS18 1HU", "TS181HU"),
        DENSHAM.replace("A81001", "A81003").replace("THE DENSHAM SURGERY", ""),
        DENSHAM.replace("A81001", "A81004").replace("E06000004", "E06999999"),
    ]
    found = refused(written(tmp_path, PRACTICES + "".join(rows)), settings, "practices")
    assert [number for number, _ in found] == [3, 4, 5, 6, 7]


@given(st.text(max_size=30))
def test_a_cell_comes_back_as_it_was_and_never_runs(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell or cell.startswith("'")
    assert not guarded(cell).startswith(("=", "+", "-", "@"))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("bytes") / "table.csv"
    file.write_bytes(b"a,b\n" + content)
    bad = BadRows(file)
    for _, cells in read_rows(file, ("a", "b"), 1_000, bad):
        assert len(cells) == 2
    assert all(row >= 2 for row, _ in bad.found)


def test_the_order_of_columns_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    file = written(tmp_path, b"\xef\xbb\xbfB,a\r\n2,1\r\n")
    assert list(read_rows(file, ("a", "b"), 1_000, BadRows(file))) == [(2, ["1", "2"])]


STAFF = "email,name,role,team\n"


def test_staff_are_made_once_and_come_back_the_same(sqlite_db: Database, tmp_path: Path, now: datetime) -> None:
    with sqlite_db.write() as session:
        make_team(session, now)
        file = written(tmp_path, STAFF + "Ada@example.org,Ada,coach,testshire\nbea@example.org,'=Bea,admin,\n")
        taken, tokens = tables_of_staff.import_staff(session, file, now)
        assert (taken.rows, taken.new, [email for email, _ in tokens]) == (2, 2, ["ada@example.org", "bea@example.org"])
        member = staff.find(session, "bea@example.org")
        assert member is not None
        assert member.name == "=Bea"
        exported = tables_of_staff.export_staff(session)
        assert b"'=Bea" in exported
        again, tokens = tables_of_staff.import_staff(session, written(tmp_path, exported), now)
        assert (again.rows, again.new, again.changed, tokens) == (2, 0, 0, [])


def test_a_changed_role_ends_the_sign_ins(sqlite_db: Database, tmp_path: Path, now: datetime) -> None:
    with sqlite_db.write() as session:
        make_team(session, now)
        tables_of_staff.import_staff(session, written(tmp_path, STAFF + "a@example.org,Ada,lead,testshire\n"), now)
        member = staff.find(session, "a@example.org")
        assert member is not None
        token = staff.sign_in(session, member, now)
        file = written(tmp_path, STAFF + "a@example.org,Ada,coach,testshire\n")
        assert tables_of_staff.import_staff(session, file, now)[0].changed == 1
        assert staff.signed_in(session, token, now) is None


def test_every_bad_row_of_staff_is_named_and_nobody_is_made(sqlite_db: Database, tmp_path: Path, now: datetime) -> None:
    rows = [
        "fine@example.org,Fine,admin,\n",
        "fine@example.org,Fine,admin,\n",
        "no address,X,admin,\n",
        "b@example.org,X,boss,\n",
        "c@example.org,X,coach,\n",
        "d@example.org,X,coach,testshir\n",
    ]
    with sqlite_db.write() as session:
        make_team(session, now)
    with pytest.raises(TableRefused) as error, sqlite_db.write() as session:
        tables_of_staff.import_staff(session, written(tmp_path, STAFF + "".join(rows)), now)
    told = dict(error.value.rows)
    assert sorted(told) == [3, 4, 5, 6, 7]
    assert "The nearest: testshire" in told[7]
    with sqlite_db.read() as session:
        assert staff.find(session, "fine@example.org") is None


def test_a_table_for_ourselves_is_not_guarded() -> None:
    assert csv_bytes(("a",), [["=1"]], guard=False) == b"a\n=1\n"
