"""The tables of postcodes and practices, in and out: a site's own edition is used before the one that is shipped.

Postcodes: postcode, nation, lad, board26, board23, live (yes or no); the codes are ONS codes and empty outside
England. Practices: code, name, town, postcode, board26, board23, lad. Sources as in services/data/README.md.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

from services.areas_table import PostcodeTable, Value
from services.areas_writing import MOST_VALUES, packed, place, table_bytes, written
from services.boards import Boards
from services.practices import read_practices
from services.settings import Settings
from services.site_tables import SHIPPED, in_use, replace
from services.tables_in_out import MEGABYTE, BadRows, Taken, csv_bytes, read_rows

POSTCODES = ("postcode", "nation", "lad", "board26", "board23", "live")
PRACTICES = ("code", "name", "town", "postcode", "board26", "board23", "lad")
MOST_OF_POSTCODES, MOST_OF_PRACTICES = 400 * MEGABYTE, 20 * MEGABYTE
NATIONS = {"england", "wales", "scotland", "northern_ireland", "islands"}
LIVE = {"yes": True, "no": False}
POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][ABD-HJLNP-UW-Z]{2})", re.ASCII)
PRACTICE_CODE = re.compile(r"[A-Z][0-9]{5}", re.ASCII)
RESTART = "A running server goes on with the old table until it is started again."


def import_postcodes(file: Path, settings: Settings) -> Taken:
    """Take a table of postcodes in place of the one in use. Raises TableRefused with every bad row."""
    bad, values, numbers = BadRows(file), dict[Value, int](), list[int]()
    codes = _Codes()
    for row, cells in read_rows(file, POSTCODES, MOST_OF_POSTCODES, bad):
        why = _postcode_problem(cells, codes) or _add_postcode(cells, values, numbers)
        if why:
            bad.add(row, why)
    numbers.sort()
    twice = {written(one) for one, other in pairwise(numbers) if place(one) == place(other)}
    if twice:
        _find_twice(file, twice, bad)
    if not numbers:
        bad.add(1, "the file holds no postcode")
    bad.refuse()
    return _put("postcodes.bin", table_bytes(numbers, list(values)), len(numbers), settings)


def _find_twice(file: Path, twice: set[str], bad: BadRows) -> None:
    """Which rows repeat a postcode: asked only when some do, since 2.7 million row numbers are much to keep."""
    seen = set[str]()
    for row, cells in read_rows(file, POSTCODES, MOST_OF_POSTCODES, BadRows(file)):
        postcode = _tidy(cells[0])
        if postcode in twice and postcode in seen:
            bad.add(row, f"{postcode} is in the file twice")
        seen.update({postcode} & twice)


def _tidy(postcode: str) -> str:
    match = POSTCODE.fullmatch(postcode.upper())
    return f"{match[1]} {match[2]}" if match else ""


def known_lads() -> frozenset[str]:
    """The ONS codes of the local authorities of England."""
    return frozenset(lad_names())


@cache
def lad_names() -> Mapping[str, str]:
    """The local authorities of England: code and name."""
    with (SHIPPED / "lads.csv").open(encoding="utf-8", newline="") as file:
        return {row["lad"]: row["name"] for row in csv.DictReader(file)}


class _Codes:
    """The codes that are known here: an area whose board nobody knows would leave people without a team."""

    def __init__(self) -> None:
        self.lads = known_lads()
        self.boards = Boards.load()
        self.fine: set[tuple[str, ...]] = set()

    def problem(self, board26: str, board23: str, lad: str) -> str | None:
        """What is wrong with the codes of a place in England; the same ones come again and again, so they are kept."""
        if (board26, board23, lad) in self.fine:
            return None
        for column, code in (("board26", board26), ("board23", board23)):
            if self.boards.get(code) is None:
                return f"{column} is not the ONS code of a board: {code or 'empty'}"
        if lad not in self.lads:
            return f"lad is not the ONS code of a local authority of England: {lad or 'empty'}"
        self.fine.add((board26, board23, lad))
        return None


def _postcode_problem(cells: list[str], codes: _Codes) -> str | None:
    _, nation, lad, board26, board23, live = cells
    if live not in LIVE:
        return f"live is yes or no, not {live or 'empty'}"
    if nation == "england":
        return codes.problem(board26, board23, lad)
    if nation not in NATIONS:
        return f"nation is one of {', '.join(sorted(NATIONS))}, not {nation or 'empty'}"
    return "the codes are for England only" if lad or board26 or board23 else None


def _add_postcode(cells: list[str], values: dict[Value, int], numbers: list[int]) -> str | None:
    match = POSTCODE.fullmatch(cells[0].upper())
    if not match:
        return f"this is not a full postcode: {cells[0][:20] or 'empty'}"
    value = Value(cells[1], cells[2], cells[3], cells[4])
    kind = values.setdefault(value, len(values))
    if kind >= MOST_VALUES:
        return f"more than {MOST_VALUES:,} different areas"
    numbers.append(packed(match[1], match[2], kind, LIVE[cells[5]]))
    return None


def export_postcodes(settings: Settings) -> Iterator[bytes]:
    """The table in use as CSV, in parts: it has 2.7 million rows."""
    yield ",".join(POSTCODES).encode() + b"\n"
    part: list[str] = []
    for postcode, value, live in PostcodeTable(in_use("postcodes.bin", settings)).every():
        said = "yes" if live else "no"
        part.append(f"{postcode},{value.nation},{value.lad},{value.board26},{value.board23},{said}\n")
        if len(part) >= 10_000:
            yield "".join(part).encode()
            part.clear()
    yield "".join(part).encode()


def import_practices(file: Path, settings: Settings) -> Taken:
    """Take a table of practices in place of the one in use. Raises TableRefused with every bad row."""
    bad, codes, found = BadRows(file), _Codes(), dict[str, list[str]]()
    for row, cells in read_rows(file, PRACTICES, MOST_OF_PRACTICES, bad):
        why = _practice_problem(cells, codes)
        if not why and cells[0] in found:
            why = f"practice {cells[0]} is in the file twice"
        if why:
            bad.add(row, why)
        else:
            found[cells[0]] = cells
    if not found:
        bad.add(1, "the file holds no practice")
    bad.refuse()
    rows = [found[code] for code in sorted(found)]
    before = {practice.code: practice for practice in read_practices(in_use("practices.csv", settings))}
    changed = sum(1 for row in rows if row[0] in before and not _same(before[row[0]], row))
    new = sum(1 for row in rows if row[0] not in before)
    taken = _put("practices.csv", csv_bytes(PRACTICES, rows, guard=False), len(rows), settings)
    return Taken(len(rows), new, changed, taken.notes)


def _same(practice: object, row: list[str]) -> bool:
    return all(getattr(practice, name) == cell for name, cell in zip(PRACTICES, row, strict=True))


def _practice_problem(cells: list[str], codes: _Codes) -> str | None:
    code, name, _, postcode, board26, board23, lad = cells
    if not PRACTICE_CODE.fullmatch(code):
        return f"code is a letter and five digits, such as P81001, not {code[:20] or 'empty'}"
    if not name:
        return "name is empty"
    match = POSTCODE.fullmatch(postcode)
    if not match or postcode != f"{match[1]} {match[2]}":
        return f"postcode is written PR1 8XJ, not {postcode[:20] or 'empty'}"
    return codes.problem(board26, board23, lad)


def export_practices(settings: Settings) -> Iterator[bytes]:
    """The table in use as CSV."""
    practices = sorted(read_practices(in_use("practices.csv", settings)), key=lambda practice: practice.code)
    yield csv_bytes(PRACTICES, ([getattr(practice, name) for name in PRACTICES] for practice in practices))


def _put(name: str, content: bytes, rows: int, settings: Settings) -> Taken:
    used = in_use(name, settings)
    before = used.read_bytes()
    if before == content:
        return Taken(rows, notes=("The table in use is the same already.",))
    was = _count(used)
    where = replace(name, content, settings)
    notes = [f"It is kept in {where} and used from now on. {RESTART}"]
    if rows < was * 9 // 10:
        notes.append(
            f"Attention: the table used until now has {was:,} rows, this one {rows:,}. If that is not meant, delete "
            f"{where} and the shipped table is used again."
        )
    return Taken(rows, rows, 0, tuple(notes))


def _count(used: Path) -> int:
    if used.suffix == ".bin":
        return PostcodeTable(used).count
    return sum(1 for _ in read_practices(used))
