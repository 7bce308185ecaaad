"""Postcode to area: exact for every postcode of the table, honest about the rest."""

from __future__ import annotations

import csv
import gzip
import hashlib
import random
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.areas import Area, Areas, icb_line
from services.areas_table import LETTERS, PostcodeTable
from services.boards import DATA, Board, Boards, read_boards
from tests.costs import costs_less_than

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT.parent / "shared" / "data" / "postcode"
TODAY = date(2026, 11, 21)
ENGLAND = "postcode_icb_england.csv.gz"


def find(text: str, on: date = TODAY) -> Area:
    return Areas.load().find(text, on)


def source_rows(name: str) -> Iterator[dict[str, str]]:
    with (SOURCE / name).open() as file:
        yield from csv.DictReader(file)


@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1])  # in two, so that two cores share it
def test_every_postcode_of_the_table_answers_as_the_table_does(half: int) -> None:
    if not (SOURCE / ENGLAND).exists():  # then the table is held to the one that was checked against its source
        test_the_table_is_the_one_that_was_checked()
        return
    areas = Areas.load()
    rows = 0
    with gzip.open(SOURCE / ENGLAND, "rt") as file:
        for line in islice(file, 1 + half, None, 2):
            postcode, lad, new, old, _, _, status = line.rstrip().split(",")
            area = areas.find(postcode, TODAY)
            answer = area.status, area.exists, area.guess, area.board, area.old_board, area.lad, area.live
            if answer != ("found", True, False, new, old, lad, status != "T"):  # an assert for each takes twice as long
                pytest.fail(f"{postcode}: {answer}")
            rows += 1
    assert rows == 2_264_892 // 2


def test_the_table_is_the_one_that_was_checked() -> None:
    line = (DATA / "postcodes.sha256").read_text(encoding="ascii")
    assert hashlib.sha256((DATA / "postcodes.bin").read_bytes()).hexdigest() == line.split()[0]


@pytest.mark.slow
def test_ten_thousand_postcodes_that_do_not_exist_are_told_apart() -> None:
    known: set[str] = set()
    if (SOURCE / ENGLAND).exists():
        with gzip.open(SOURCE / ENGLAND, "rt") as file:
            known = {line.partition(",")[0] for line in islice(file, 1, None)}
    sectors = sorted({postcode[:-2] for postcode in known}) or ["PR11", "M11", "E11"]
    chance = random.Random(2026)
    wrong: set[str] = set()
    while len(wrong) < (10_000 if known else 200):  # three sectors alone have few that do not exist
        postcode = chance.choice(sectors) + chance.choice(LETTERS) + chance.choice(LETTERS)
        area = find(postcode)
        if postcode in known:
            assert area.status == "found"
        elif not area.exists:  # else it lies outside England, in a sector that the border cuts
            assert area.status in ("unknown", "outside_england")
            assert area.guess
            wrong.add(postcode)
        else:
            assert area.status == "outside_england" or not known


def test_the_nation_of_every_run_outside_england() -> None:
    if not SOURCE.exists():
        assert find("EH1 1AA").nation == "scotland"
        return
    nations = {"W": "wales", "S": "scotland", "N": "northern_ireland", "L": "islands", "M": "islands"}
    for row in source_rows("postcode_runs.csv"):
        if row["icb26"] in nations and row["outcode"] != "NPT":
            for inward in (row["first"], row["last"]):
                area = find(row["outcode"] + inward)
                assert (area.status, area.exists) == ("outside_england", True), row
                assert (area.nation, area.board) == (nations[row["icb26"]], None), row


@pytest.mark.parametrize(
    ("postcode", "nation"),
    [
        ("CF10 1AA", "wales"),
        ("EH1 1AA", "scotland"),
        ("BT1 1AA", "northern_ireland"),
        ("JE2 3AB", "islands"),
        ("GY1 1AA", "islands"),
        ("IM1 1AA", "islands"),
    ],
)
def test_other_nations_and_islands_are_outside_england(postcode: str, nation: str) -> None:
    area = find(postcode)
    assert (area.status, area.nation, area.board) == ("outside_england", nation, None)


@pytest.mark.parametrize(
    "typed", ["PR1 8XJ", "pr18xj", "  Pr1   8xJ\n", "PR1-8XJ", "ＰＲ１ ８ＸＪ", "p r 1 8 x j", "PR1 8XJ."]
)
def test_a_postcode_is_found_however_it_is_spaced(typed: str) -> None:
    area = find(typed)
    assert (area.status, area.postcode, area.input) == ("found", "PR1 8XJ", typed)
    assert (area.board_short, area.lad_name) == ("Lancashire and South Cumbria", "Preston")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("MI IAE", "M1 1AE"),
        ("Ml lae", "M1 1AE"),
        ("PRl 8XJ", "PR1 8XJ"),
        ("S05 1AA", "SO5 1AA"),
        ("AL1O OAA", "AL10 0AA"),
        ("SWIA IAA", "SW1A 1AA"),
        ("P1R 8XJ", "PR1 8XJ"),
        ("PR1 8XXJ", "PR1 8XJ"),
        ("PPR1 8XJ", "PR1 8XJ"),
    ],
)
def test_a_slip_is_offered_as_a_question_and_never_taken(typed: str, meant: str) -> None:
    area = find(typed)
    assert (area.status, area.suggestion, area.exists) == ("unknown", meant, False)
    assert find(meant).exists


@pytest.mark.parametrize("typed", ["PR 8XJ", "hello", "", "ZZ99 9ZZ", "1234", "QQ1 1QQ", "GIR 0AA", "\x00", "💷" * 10])
def test_nothing_is_suggested_where_several_would_do_or_none_is_near(typed: str) -> None:
    area = find(typed)
    assert (area.status, area.suggestion, area.board) == ("unknown", None, None)


def test_a_suggestion_always_exists() -> None:
    chance = random.Random(7)
    for _ in range(3_000):
        meant = list("PR18XJ")
        meant[chance.randrange(6)] = chance.choice("ABCDEIOLSZ0158")
        area = find("".join(meant))
        assert area.suggestion is None or find(area.suggestion).exists


@pytest.mark.parametrize(
    ("typed", "board"),
    [
        ("PR1", "E54000048"),
        ("pr1 8", "E54000048"),
        ("PR18", "E54000048"),
        ("PR1 8X", "E54000048"),
        ("GU16", None),
        ("SW1A", None),
        ("SY10", None),
    ],
)
def test_a_part_of_a_postcode_asks_for_the_rest(typed: str, board: str | None) -> None:
    area = find(typed)
    assert (area.status, area.board, area.postcode, area.guess) == ("need_full", board, None, True)


def test_a_part_that_lies_in_one_other_nation_says_which() -> None:
    assert (find("EH1").status, find("EH1").nation) == ("need_full", "scotland")
    assert find("SY10").nation == "unknown"


def test_an_unknown_postcode_in_a_known_sector_carries_a_guess() -> None:
    area = find("PR1 8ZZ")
    assert (area.status, area.exists, area.guess) == ("unknown", False, True)
    assert (area.board, area.lad_name, area.nation) == ("E54000048", "Preston", "england")
    abroad = find("EH1 1ZZ")
    assert (abroad.status, abroad.exists, abroad.guess) == ("outside_england", False, True)


def test_the_board_in_charge_depends_on_the_day() -> None:
    before, since = find("N1 0AA", date(2026, 3, 31)), find("N1 0AA", date(2026, 4, 1))
    assert (before.board_short, since.board_short) == ("North Central London", "West and North London")
    assert before.old_board == since.old_board == "E54000028"


def test_there_are_42_boards_before_april_2026_and_36_since() -> None:
    boards = Boards.load()
    assert len(boards.on(date(2026, 3, 31))) == 42
    assert len(boards.on(date(2026, 4, 1))) == len(boards.on(TODAY)) == 36


def merged(tmp_path: Path, successors: str) -> Areas:
    text = (DATA / "boards.csv").read_text(encoding="utf-8")
    ends = [line for line in text.splitlines() if line.startswith("E54000057,")]
    later = ends[0].rsplit(",", 2)[0] + f",2027-03-31,{successors}"
    new = "E54000099,QXX,NHS New Integrated Care Board,New,North West,2027-04-01,,"
    path = tmp_path / "boards.csv"
    path.write_text(text.replace(ends[0], later) + new + "\n", encoding="utf-8")
    boards: dict[str, Board] = {board.code: board for board in read_boards(path)}
    return Areas(Areas.load().table, Boards(boards), Areas.load().lads)


def test_a_later_merger_is_two_lines_of_the_table_of_boards(tmp_path: Path) -> None:
    areas = merged(tmp_path, "E54000099")
    assert areas.find("M1 1AE", date(2027, 3, 31)).board == "E54000057"
    assert areas.find("M1 1AE", date(2027, 4, 1)).board == "E54000099"


def test_after_a_split_that_the_table_does_not_know_nobody_is_named(tmp_path: Path) -> None:
    area = merged(tmp_path, "E54000099 E54000008").find("M1 1AE", date(2027, 4, 1))
    assert (area.board, area.lad_name) == (None, "Manchester")


def test_the_line_of_the_command_has_the_promised_fields() -> None:
    assert icb_line("pr1 8xj", TODAY) == {
        "input": "pr1 8xj",
        "postcode": "PR1 8XJ",
        "valid": True,
        "suggestion": None,
        "nation": "england",
        "board": "E54000048",
        "board_name": "NHS Lancashire and South Cumbria Integrated Care Board",
        "status": "found",
    }
    assert icb_line("MI IAE", TODAY)["suggestion"] == "M1 1AE"


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "postcodes.bin"
    wrong.write_bytes(b"x" * 100)
    with pytest.raises(ValueError, match="build_area_tables"):
        PostcodeTable(wrong)


@given(st.text(max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    area = find(text)
    assert area.status in ("found", "need_full", "outside_england", "unknown")
    assert area.exists or area.status != "found"


@given(st.text(alphabet="ABCEGHIKLMNOPRSTUVWXY0123456789 ", max_size=9))
def test_near_misses_do_not_make_it_fail_either(text: str) -> None:
    area = find(text)
    assert area.suggestion is None or find(area.suggestion).exists


def test_a_look_up_takes_microseconds() -> None:
    areas, chance = Areas.load(), random.Random(1)
    texts = [f"PR{chance.randint(1, 9)} {chance.randint(0, 9)}{chance.choice(LETTERS)}AA"[:-1] for _ in range(2_000)]
    assert costs_less_than(
        200e-6 * len(texts), lambda _: [areas.find(text, TODAY) for text in texts]
    )  # ten times the promise
