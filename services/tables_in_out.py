"""Tables in and out as CSV: bounded, every row checked, taken whole or not at all.

An export can be imported again and changes nothing. Rows are numbered as a spreadsheet does: the header is row 1.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.errors import TableRefused

MOST_BAD_ROWS = 1000
LONGEST_CELL = 2_000
FORMULA = ("=", "+", "-", "@")  # what a spreadsheet would run; written with an apostrophe before it
MEGABYTE = 1_000_000
EMAIL = re.compile(r"[^\s@,;<>\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
LONGEST_NAME = 100
NOT_UTF8 = re.compile("[\udc80-\udcff]")  # what surrogateescape makes of a byte that is no text


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did: rows of the file, how many of them were new and changed, and what to say about it."""

    rows: int
    new: int = 0
    changed: int = 0
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.rows:,} rows read: {self.new:,} new, {self.changed:,} changed."


class BadRows:
    """Collects what is wrong, row by row; `refuse` raises TableRefused if anything is."""

    def __init__(self, file: Path) -> None:
        self.file, self.found = file, list[tuple[int, str]]()

    def add(self, row: int, why: str) -> None:
        """Note a bad row; gives up at once on a file that is nothing but bad rows."""
        self.found.append((row, why))
        if len(self.found) >= MOST_BAD_ROWS:
            self.refuse()

    def refuse(self) -> None:
        if self.found:
            raise TableRefused(self.file.name, self.found)


def read_rows(file: Path, columns: Sequence[str], most_bytes: int, bad: BadRows) -> Iterator[tuple[int, list[str]]]:
    """Row number and cells, in the order of `columns`, of a CSV file in UTF-8. Raises TableRefused.

    A row with too few or too many cells, a cell that is too long or holds control characters is noted as bad.
    """
    check_size(file, most_bytes)
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as opened:
        reader = csv.reader(opened, strict=True)
        order: list[int] | None = None
        while True:
            start = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                bad.add(start, f"this cannot be read as CSV ({error})")
                return
            if cells is None:
                break
            if order is None:
                order = header(cells, columns, file)
            elif cells:
                yield from _checked(start, cells, order, bad)
    if order is None:
        raise TableRefused(file.name, [(1, f"the first row names the columns: {', '.join(columns)}")])


def check_size(file: Path, most_bytes: int) -> None:
    """TableRefused for a file that is not there, is no file, or is larger than `most_bytes`."""
    if not file.is_file():
        raise TableRefused(file.name, [(1, "there is no such file")])
    if file.stat().st_size > most_bytes:
        raise TableRefused(file.name, [(1, f"the file is larger than {most_bytes // MEGABYTE} MB")])


def header(cells: Sequence[str], columns: Sequence[str], file: Path) -> list[int]:
    """Where each column stands; TableRefused when one is missing, unknown or named twice."""
    names = [cell.strip().lower() for cell in cells]
    missing = [name for name in columns if name not in names]
    unknown = [name for name in names if name not in columns]
    if missing or unknown or len(names) != len(columns):
        wrong = [f"missing: {', '.join(missing)}"] if missing else []
        wrong += [f"unknown: {', '.join(unknown)}"] if unknown else []
        raise TableRefused(
            file.name, [(1, f"the columns are {', '.join(columns)} ({'; '.join(wrong) or 'one is named twice'})")]
        )
    return [names.index(name) for name in columns]


def _checked(row: int, cells: Sequence[str], order: Sequence[int], bad: BadRows) -> Iterator[tuple[int, list[str]]]:
    if len(cells) != len(order):
        bad.add(row, f"{len(cells)} cells where there are {len(order)} columns")
    elif any(len(cell) > LONGEST_CELL for cell in cells):
        bad.add(row, f"a cell has more than {LONGEST_CELL} characters")
    elif NOT_UTF8.search("".join(cells)):
        bad.add(row, "this is not text in UTF-8; save the table as CSV UTF-8")
    elif not all(cell.isprintable() for cell in cells):
        bad.add(row, "a cell holds a line break or another control character")
    else:
        yield row, [unguarded(cells[place].strip()) for place in order]


def unguarded(cell: str) -> str:
    """A cell without the apostrophe that `guarded` put before it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def csv_bytes(columns: Sequence[str], rows: Iterable[Iterable[str]], *, guard: bool = True) -> bytes:
    """A table as CSV in UTF-8 for a spreadsheet and for `read_rows`; without `guard` for ourselves alone."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([guarded(cell) if guard else cell for cell in row] for row in rows)
    return text.getvalue().encode()
