"""Boards (ICBs) are data with dates: who is in charge of an area on a day, also after mergers to come.

`services/data/boards.csv` (ONS codes and NHS successions) holds every board since July 2022. A later merger is one
changed line there: `valid_to` and one successor for each board that ends, and a line for the new one. A board that is
split has several successors; then only a new postcode table can tell, and until then nobody is named in charge.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
MOST_MERGERS = 10


@dataclass(frozen=True, slots=True)
class Board:
    """One board: ONS code, names, and the days from and to (inclusive) on which it is in charge."""

    code: str
    ods_code: str
    name: str
    short_name: str
    region: str
    valid_from: date
    valid_to: date | None
    successors: tuple[str, ...]

    def in_charge(self, on: date) -> bool:
        """Whether this board exists on the day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class Boards:
    """All boards by ONS code."""

    def __init__(self, boards: dict[str, Board]) -> None:
        self._boards = boards

    @classmethod
    @cache
    def load(cls) -> Boards:
        """The boards of services/data/boards.csv, read once."""
        return cls({board.code: board for board in read_boards(DATA / "boards.csv")})

    def __getitem__(self, code: str) -> Board:
        return self._boards[code]

    def get(self, code: str) -> Board | None:
        """The board with this ONS code, if there is one."""
        return self._boards.get(code)

    def on(self, day: date) -> tuple[Board, ...]:
        """The boards in charge on a day, by name."""
        found = [board for board in self._boards.values() if board.in_charge(day)]
        return tuple(sorted(found, key=lambda board: board.short_name))

    def in_charge(self, codes: tuple[str, ...], on: date) -> Board | None:
        """The board in charge of an area on a day, given the area's board in each edition of the table, oldest first.

        None when the last one was split and the table does not know into which. Before the first: the first.
        """
        known = [self._boards[code] for code in codes if code in self._boards]
        if not known:
            return None
        begun = [board for board in known if board.valid_from <= on]
        board: Board | None = begun[-1] if begun else known[0]
        for _ in range(MOST_MERGERS):
            if board is None or board.valid_to is None or on <= board.valid_to:
                return board
            board = self._boards.get(board.successors[0]) if len(board.successors) == 1 else None
        return None


def read_boards(path: Path) -> Iterator[Board]:
    """Every line of a table of boards."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Board(
                row["board"],
                row["ods_code"],
                row["name"],
                row["short_name"],
                row["region"],
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                tuple(row["successors"].split()),
            )
