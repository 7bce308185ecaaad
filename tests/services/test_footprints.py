"""Which team serves a home or a practice, and what is asked where that cannot be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.areas import Area, Areas
from services.eligibility_files import known_teams
from services.footprints import Footprint, lives_in, match, registered_in, team_for
from services.practices import Practice, Practices, by_code

TODAY = date(2026, 11, 21)
LANCASHIRE, MANCHESTER = "E54000048", "E54000057"
HERE = Footprint("here", boards=frozenset({LANCASHIRE}))
OPEN_DOOR = Footprint("open_door", boards=frozenset({MANCHESTER}), accepts=frozenset({"lives", "gp"}))
PILOTS = tuple(file.footprint for file in known_teams())


def area(postcode: str) -> Area:
    return Areas.load().find(postcode, TODAY)


def practice(code: str) -> Practice:
    found = by_code(code)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("postcode", "lives"),
    [("PR1 8XJ", True), ("M1 1AE", False), ("EH1 1AA", False), ("PR1", None), ("PR1 8ZZ", None), ("hello", None)],
)
def test_whether_a_home_lies_in_a_boards_place(postcode: str, lives: bool | None) -> None:
    assert lives_in(HERE, area(postcode)) is lives


def test_a_guessed_postcode_counts_once_the_person_confirmed_it() -> None:
    assert lives_in(HERE, area("PR1 8ZZ").confirmed()) is True
    assert area("hello").confirmed() == area("hello")
    assert area("PR1").confirmed() == area("PR1")


@pytest.mark.parametrize(
    "footprint",
    [
        Footprint("t", boards_old=frozenset({LANCASHIRE})),
        Footprint("t", lads=frozenset({"E07000123"})),
        Footprint("t", postcodes=("PR1",)),
        Footprint("t", postcodes=("PR1 8",)),
        Footprint("t", postcodes=("PR1 8XJ",)),
    ],
)
def test_a_footprint_may_be_drawn_by_old_board_authority_or_postcode(footprint: Footprint) -> None:
    assert lives_in(footprint, area("PR1 8XJ")) is True
    assert lives_in(footprint, area("M1 1AE")) is False
    assert lives_in(replace(footprint, part=True), area("PR1 8XJ")) is None


def test_an_outward_code_is_not_the_beginning_of_another() -> None:
    assert lives_in(Footprint("t", postcodes=("PR1",)), area("PR11 0AA")) is not True
    assert lives_in(Footprint("t", postcodes=("M1",)), area("M11 1AA")) is False


def test_whether_a_practice_belongs() -> None:
    ours = next(each for each in Practices.load().all if each.board26 == MANCHESTER)
    assert registered_in(OPEN_DOOR, ours, TODAY) is True
    assert registered_in(HERE, ours, TODAY) is False
    assert registered_in(OPEN_DOOR, None, TODAY) is None
    assert registered_in(Footprint("t", practices=frozenset({ours.code})), ours, TODAY) is True
    assert registered_in(replace(OPEN_DOOR, part=True), ours, TODAY) is None


def test_a_practice_elsewhere_may_be_commissioned_here() -> None:
    register = Practices.load()
    strays = [p for p in register.all if p.board26 != (area(p.postcode).board26 or p.board26)]
    assert strays
    stray = strays[0]
    ours = Footprint("ours", boards=frozenset({stray.board26}), accepts=frozenset({"lives", "gp"}))
    assert match(ours, area(stray.postcode), stray, TODAY).belongs == "yes"


def test_the_team_of_the_home_is_found_without_asking_for_more() -> None:
    finding = team_for([HERE, OPEN_DOOR], area("PR1 8XJ"), None, TODAY)
    assert (finding.result, finding.team) == ("found", "here")


def test_near_an_open_door_the_practice_is_asked_and_decides() -> None:
    home = area("WA5 0AA")
    near = Areas.load().around(home)
    assert MANCHESTER in {value.board26 for value in near}
    assert team_for([OPEN_DOOR], home, None, TODAY, around=near).result == "ask_practice"
    assert team_for([OPEN_DOOR], home, None, TODAY, around=near, asked_practice=True).result == "none"
    finding = team_for([OPEN_DOOR], home, practice("P84012"), TODAY, around=near)
    assert (finding.result, finding.team) == ("found", "open_door")


def test_far_from_any_team_nothing_is_asked() -> None:
    home = area("TR1 1AA")
    finding = team_for([HERE, OPEN_DOOR], home, None, TODAY, around=Areas.load().around(home))
    assert (finding.result, finding.team) == ("none", None)


def test_without_a_home_the_practice_stands_for_it() -> None:
    assert team_for([HERE, OPEN_DOOR], None, None, TODAY).result == "ask_practice"
    assert team_for([HERE, OPEN_DOOR], None, None, TODAY, asked_practice=True).result == "ask_person"
    finding = team_for([HERE, OPEN_DOOR], None, practice("P84012"), TODAY)
    assert (finding.result, finding.team) == ("found", "open_door")
    assert team_for([HERE], None, practice("P84012"), TODAY).result == "none"
    assert team_for([], None, None, TODAY).result == "none"


def test_a_place_served_in_part_goes_to_a_person() -> None:
    finding = team_for(PILOTS, area("B9 5AA"), None, TODAY)
    assert (finding.result, finding.team) == ("ask_person", "birmingham_and_solihull")


@pytest.mark.parametrize(
    ("postcode", "team"),
    [
        ("N1 0AA", "north_central_london"),
        ("W2 1AA", "north_west_london"),
        ("GU16 7UJ", "frimley"),
        ("PR1 8XJ", "lancashire_and_south_cumbria"),
        ("TR1 2HE", "cornwall_and_the_isles_of_scilly"),
    ],
)
def test_a_pilot_is_found_by_the_board_of_its_time(postcode: str, team: str) -> None:
    assert team_for(PILOTS, area(postcode), None, TODAY).team == team


def test_where_two_teams_serve_a_place_the_closer_drawn_one_is_meant() -> None:
    close = Footprint("zz_close", lads=frozenset({"E07000123"}))
    assert team_for([HERE, close], area("PR1 8XJ"), None, TODAY).team == "zz_close"


def test_a_footprint_holds_from_its_first_to_its_last_day() -> None:
    dated = replace(HERE, starts=date(2026, 1, 1), ends=TODAY)
    home = area("PR1 8XJ")
    assert team_for([dated], home, None, TODAY).result == "found"
    assert team_for([dated], home, None, date(2026, 11, 22)).result == "none"
    assert team_for([dated], home, None, date(2025, 12, 31)).result == "none"


def test_after_a_merger_a_footprint_is_still_found_by_the_edition_it_was_drawn_in() -> None:
    later = replace(area("PR1 8XJ"), board="E54000099")
    assert lives_in(HERE, later) is True
