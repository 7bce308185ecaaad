"""Postcode to area: nation, board in charge on a day, board of the pilots' time, local authority.

Source: ONS Postcode Directory, November 2025 (see services/data/README.md). Exact for every postcode of the table, and
it says when a postcode is not in it: a new one, or a slip. What is then offered is a guess, to be confirmed.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from services.areas_suggest import suggestion
from services.areas_table import PostcodeTable, Value
from services.boards import Board, Boards
from services.clock import LONDON, real_now
from services.site_tables import in_use

Status = Literal["found", "need_full", "outside_england", "unknown"]
DATA = Path(__file__).parent / "data"
FULL = re.compile(r"\s*([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9][ABD-HJLNP-UW-Z]{2})\s*", re.ASCII | re.IGNORECASE)
PARTIAL = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)(?:\s*[0-9][ABD-HJLNP-UW-Z]?)?")
LEADING = re.compile(r"[A-Z]+")
NOT_CODE = re.compile(r"[^A-Z0-9]")
LONGEST_TEXT = 40
NOWHERE = Value("unknown", "", "", "")


@dataclass(frozen=True, slots=True)
class Area:
    """What is known of a postcode. Codes are ONS codes; None = not known or not in England.

    `board` is in charge on the day asked for, `board26` and `old_board` (of 2023) are those of the table's editions.
    `exists`: it is in the table, live or terminated. `guess`: nation, boards and authority are the best guess, for a
    postcode that is not in the table or for an outward code alone, and must be confirmed with the person.
    """

    status: Status
    input: str
    postcode: str | None = None
    outcode: str | None = None
    exists: bool = False
    live: bool | None = None
    suggestion: str | None = None
    nation: str = "unknown"
    board: str | None = None
    board_name: str | None = None
    board_short: str | None = None
    board26: str | None = None
    old_board: str | None = None
    lad: str | None = None
    lad_name: str | None = None
    guess: bool = False

    @property
    def valid(self) -> bool:
        """Whether it is a full postcode that exists."""
        return self.exists

    def confirmed(self) -> Area:
        """The same, once the person has said that the postcode is right: the guess is then what we go by."""
        if self.postcode is None or self.nation == "unknown":
            return self
        return replace(self, status="found" if self.nation == "england" else "outside_england", guess=False)


class Areas:
    """Look-ups in the postcode table; load once, share freely between threads."""

    def __init__(self, table: PostcodeTable, boards: Boards, lads: dict[str, str]) -> None:
        self.table, self.boards, self.lads = table, boards, lads
        self._in_charge: dict[tuple[Value, date], Board | None] = {}

    @classmethod
    @cache
    def load(cls) -> Areas:
        """The tables of services/data, or the site's own postcodes where somebody imported them; mapped once."""
        with (DATA / "lads.csv").open(encoding="utf-8", newline="") as file:
            lads = {row["lad"]: row["name"] for row in csv.DictReader(file)}
        return cls(PostcodeTable(in_use("postcodes.bin")), Boards.load(), lads)

    def find(self, text: str, on: date | None = None) -> Area:
        """The area of a postcode typed alone, on a day (today in England if none is given). Never raises."""
        on = on or real_now().astimezone(LONDON).date()
        match = FULL.fullmatch(text)
        if match:
            return self._full(text, match[1].upper(), match[2].upper(), on)
        spaced = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).upper().strip()
        compact = NOT_CODE.sub("", spaced)
        if len(text) > LONGEST_TEXT:
            return Area("unknown", text)
        if match := FULL.fullmatch(compact):
            return self._full(text, match[1], match[2], on)
        return self._outward(text, spaced, compact, on) or self._unknown(text, compact, known_sector=False)

    def around(self, area: Area) -> frozenset[Value]:
        """What occurs in the same postcode area (the letters that a postcode begins with): the near neighbourhood."""
        letters = LEADING.match(area.outcode or "")
        return self.table.values_around(letters[0]) if letters else frozenset()

    def _full(self, text: str, outward: str, inward: str, on: date) -> Area:
        entry = self.table.entry(outward, inward)
        if entry and entry.exists:
            status: Status = "found" if entry.value.nation == "england" else "outside_england"
            return self._area(status, text, outward, inward, entry.value, on, exists=True, live=entry.live)
        if entry is None:
            values = self.table.values_of(outward)
            if not values:
                return self._unknown(text, outward + inward, known_sector=False)
            value = _agreed(values)
        else:
            value = entry.value
        offered = self._suggested(outward + inward, known_sector=entry is not None)
        abroad = _abroad(self.table.values_of(outward))
        return self._area("outside_england" if abroad else "unknown", text, outward, inward, value, on, offered=offered)

    def _outward(self, text: str, spaced: str, compact: str, on: date) -> Area | None:
        """An outward code alone, or with a part of the rest: ask for the whole, with a guess where all of it agrees."""
        for candidate in (spaced, compact):
            match = PARTIAL.fullmatch(candidate)
            if not match:
                continue
            codes = (match[1], candidate[:-1]) if candidate == match[1] else (match[1],)
            for outward in codes:
                if re.fullmatch(PARTIAL, outward) and self.table.knows(outward):
                    return self._area("need_full", text, outward, "", _agreed(self.table.values_of(outward)), on)
        return None

    def _unknown(self, text: str, compact: str, *, known_sector: bool) -> Area:
        written = f"{compact[:-3]} {compact[-3:]}" if FULL.fullmatch(compact) else None
        return Area("unknown", text, written, suggestion=self._suggested(compact, known_sector=known_sector))

    def _suggested(self, compact: str, *, known_sector: bool) -> str | None:
        split = suggestion(self.table, compact, known_sector=known_sector)
        return f"{split[0]} {split[1]}" if split else None

    def _area(
        self,
        status: Status,
        text: str,
        outward: str,
        inward: str,
        value: Value,
        on: date,
        *,
        exists: bool = False,
        live: bool | None = None,
        offered: str | None = None,
    ) -> Area:
        board = self._board(value, on)
        return Area(
            status,
            text,
            f"{outward} {inward}" if inward else None,
            outward,
            exists,
            live,
            offered,
            value.nation,
            board.code if board else None,
            board.name if board else None,
            board.short_name if board else None,
            value.board26 or None,
            value.board23 or None,
            value.lad or None,
            self.lads.get(value.lad),
            not exists,
        )

    def _board(self, value: Value, on: date) -> Board | None:
        """The board in charge; a handful of areas and days recur, so the answers are kept."""
        key = (value, on)
        if key not in self._in_charge:
            if len(self._in_charge) > 10_000:
                self._in_charge.clear()
            self._in_charge[key] = self.boards.in_charge((value.board23, value.board26), on)
        return self._in_charge[key]


def _agreed(values: frozenset[Value]) -> Value:
    """What all the values have in common; the rest is left open."""
    if not values:
        return NOWHERE

    def same(field: str, otherwise: str) -> str:
        found = {getattr(value, field) for value in values}
        return found.pop() if len(found) == 1 else otherwise

    if len({value.nation for value in values}) > 1:
        return NOWHERE
    return Value(same("nation", "unknown"), same("lad", ""), same("board26", ""), same("board23", ""))


def _abroad(values: frozenset[Value]) -> bool:
    return bool(values) and all(value.nation != "england" for value in values)


def icb_line(text: str, on: date | None = None) -> dict[str, str | bool | None]:
    """The fields that `anydoor icb --json` prints for one line; `board` is the ONS code of the board in charge."""
    area = Areas.load().find(text, on)
    return {
        "input": area.input,
        "postcode": area.postcode,
        "valid": area.valid,
        "suggestion": area.suggestion,
        "nation": None if area.nation == "unknown" else area.nation,
        "board": area.board,
        "board_name": area.board_name,
        "status": area.status,
    }
