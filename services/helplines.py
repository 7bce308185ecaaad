"""One table of crisis and help numbers; every number that a response says comes from here.

The table is signed: `signature` is a checksum over its rows, so that a digit cannot change unnoticed. It is re-made by
whoever has checked the numbers (`python -m services.helplines`), never by hand.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

TABLE = Path(__file__).parent / "data" / "helplines.yml"
NATIONS = {"england": "E", "wales": "W", "scotland": "S", "northern_ireland": "N", "islands": "I"}
ENGLAND = "E"


class HelplineError(ValueError):
    """The table cannot be trusted; says what to do."""


@dataclass(frozen=True, slots=True)
class Helpline:
    """A number as it is said. `nations`: letters of E, W, S, N, I where it may be given."""

    key: str
    name: str
    number: str
    nations: str
    hours: str
    free: bool
    listing: str
    checked: date | None


def signature(rows: list[dict[str, object]]) -> str:
    """The checksum over everything that a person could be told."""
    said = [[row["key"], row["name"], row["number"], row["nations"], row["hours"], row["free"]] for row in rows]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


@cache
def table(path: Path = TABLE) -> tuple[Helpline, ...]:
    """Every row, in order of preference for its key. HelplineError when the signature does not fit."""
    content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    if content["signature"] != signature(content["helplines"]):
        raise HelplineError(
            f"{path.name}: a number or name was changed without being checked. Check every number with its service, "
            "then run: python -m services.helplines"
        )
    return tuple(_row(row) for row in content["helplines"])


def _row(row: dict[str, object]) -> Helpline:
    checked = row.get("checked")
    return Helpline(
        str(row["key"]),
        str(row["name"]),
        str(row["number"]),
        str(row["nations"]),
        str(row["hours"]),
        bool(row["free"]),
        str(row.get("listing", "")),
        checked if isinstance(checked, date) else None,
    )


def number(key: str, nation: str = "england") -> str:
    """The number to say for a key to somebody in a nation; England's where that nation has no row of its own.

    HelplineError for a key that is not in the table: `anydoor check` finds it before anybody could need it.
    """
    rows = [row for row in table() if row.key == key]
    letter = NATIONS.get(nation, ENGLAND)
    fitting = [row for row in rows if letter in row.nations] or [row for row in rows if ENGLAND in row.nations]
    if not fitting:
        raise HelplineError(f"There is no helpline {key}. Add it to services/data/helplines.yml.")
    return fitting[0].number


def unchecked() -> list[str]:
    """Numbers whose check has no date; a live service refuses to start with one. Words in place of a number need none."""
    return [row.key for row in table() if row.checked is None and any(sign.isdigit() for sign in row.number)]


def main() -> None:
    """Print the signature of the table as it stands, for whoever has just checked it."""
    content = YAML(typ="safe", pure=True).load(TABLE.read_text(encoding="utf-8"))
    print(signature(content["helplines"]))


if __name__ == "__main__":
    main()
