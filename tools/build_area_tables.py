"""Make the compact tables of services/data from the open data (see services/data/README.md).

    python tools/build_area_tables.py SHARED_DATA [--elsewhere FILE.csv.gz]

SHARED_DATA is the folder with icb.csv, postcode/ and geography/. `--elsewhere` is a list "postcode,nation" (nation one
of W S N L M) of the postcodes outside England, from the ONS Postcode Directory; without it they are taken over from
the present table.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from services.areas_table import PAIR_OF, PAIRS, PostcodeTable, Value, sector_key  # noqa: E402
from services.areas_writing import table_bytes  # noqa: E402  (found once the root is on the path)

DATA = ROOT / "services" / "data"
NATIONS = {"W": "wales", "S": "scotland", "N": "northern_ireland", "L": "islands", "M": "islands"}
Row = tuple[int, int, Value, bool]  # sector key, letter pair, value, live


def english(shared: Path) -> Iterator[Row]:
    values: dict[tuple[str, str, str], Value] = {}
    with gzip.open(shared / "postcode" / "postcode_icb_england.csv.gz", "rt", encoding="ascii", newline="") as file:
        for postcode, lad, new, old, _, _, status in list(csv.reader(file))[1:]:
            value = values.setdefault((lad, new, old), Value("england", lad, new, old))
            yield sector_key(postcode[:-3], postcode[-3]), PAIR_OF[postcode[-2:]], value, status != "T"


def from_list(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="ascii", newline="") as file:
        for postcode, nation in list(csv.reader(file))[1:]:
            if len(postcode) >= 5 and postcode[-3].isdigit() and postcode[-2:] in PAIR_OF and postcode[1:-3] != "PT":
                value = Value(NATIONS[nation], "", "", "")
                yield sector_key(postcode[:-3], postcode[-3]), PAIR_OF[postcode[-2:]], value, True


def from_present_table() -> Iterator[Row]:
    for postcode, value, live in PostcodeTable(DATA / "postcodes.bin").every():
        if value.nation != "england":
            outward, inward = postcode.split(" ")
            yield sector_key(outward, inward[0]), PAIR_OF[inward[1:]], value, live


def table_of(rows: list[Row]) -> bytes:
    values = sorted({row[2] for row in rows}, key=lambda v: (v.nation, v.lad, v.board26, v.board23))
    kind_of = {value: number for number, value in enumerate(values)}
    return table_bytes(
        [(key * PAIRS + pair) << 17 | kind_of[value] << 1 | live for key, pair, value, live in rows], values
    )


def write_csv(name: str, header: list[str], rows: Iterable[Iterable[str]]) -> None:
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_boards(shared: Path) -> None:
    with (shared / "icb.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ["ons_code", "ods_code", "name", "short_name", "nhs_region", "valid_from", "valid_to", "successors"]
    header = ["board", "ods_code", "name", "short_name", "region", "valid_from", "valid_to", "successors"]
    write_csv("boards.csv", header, ([row[column] for column in columns] for row in rows))


def write_lads(shared: Path) -> None:
    with (shared / "geography" / "lad25_icb.csv").open(encoding="utf-8", newline="") as file:
        names = {row["lad25cd"]: row["lad25nm"] for row in csv.DictReader(file)}
    write_csv("lads.csv", ["lad", "name"], sorted(names.items()))


def write_practices(shared: Path) -> None:
    with (shared / "geography" / "gp_practices.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ["practice_ods", "name", "town", "postcode", "icb26", "icb23", "lad25"]
    header = ["code", "name", "town", "postcode", "board26", "board23", "lad"]
    write_csv("practices.csv", header, ([row[column] for column in columns] for row in rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--elsewhere", type=Path)
    given = parser.parse_args()
    elsewhere = from_list(given.elsewhere) if given.elsewhere else from_present_table()
    rows = sorted([*english(given.shared), *elsewhere], key=lambda row: row[:2])
    table = table_of(rows)
    (DATA / "postcodes.bin").write_bytes(table)
    (DATA / "postcodes.sha256").write_text(hashlib.sha256(table).hexdigest() + "  postcodes.bin\n", encoding="ascii")
    write_boards(given.shared)
    write_lads(given.shared)
    write_practices(given.shared)
    print(f"{len(rows)} postcodes, {len(table)} bytes")


if __name__ == "__main__":
    main()
