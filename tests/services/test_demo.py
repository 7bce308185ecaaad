"""Demonstration teams: one a board, plainly marked, the same however often they are put in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import phonenumbers
from sqlalchemy import func, select

from services import teams
from services.areas import Areas
from services.boards import Boards
from services.db import Database
from services.demo import LONGEST_PLACE, NAMES, demo_teams, install_demo
from services.models import Coach, Footprint, Team, WorkingHours
from services.practices import by_code

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
DRAMA = re.compile(r"01632 960\d{3}|020 7946 0\d{3}|01(13|14|15|16|17|18|21|51|61) ?496 0\d{3}|0191 498 0\d{3}")


def test_one_team_for_each_board_with_two_coaches() -> None:
    found = list(demo_teams(TODAY))
    assert {team.board for team in found} == {board.code for board in Boards.load().on(TODAY)}
    assert len({team.key for team in found}) == len(found) == 36
    for team in found:
        assert team.demonstration
        assert team.name.startswith("Demonstration team: ")
        assert len({coach.name for coach in team.coaches}) == 2
        assert len(team.name) <= len("Demonstration team: ") + LONGEST_PLACE
        assert len(team.short_name) <= 24


def test_numbers_are_those_kept_for_drama_and_differ() -> None:
    numbers = [team.caller_number for team in demo_teams(TODAY)]
    assert len(set(numbers)) == 36
    for number in numbers:
        assert DRAMA.fullmatch(number), number
        assert phonenumbers.is_possible_number(phonenumbers.parse(number, "GB"))
        assert len(number) <= 14


def test_there_are_names_enough() -> None:
    assert len(set(NAMES.split())) == 36


def test_one_coach_works_on_thursday_evenings() -> None:
    team = next(demo_teams(TODAY))
    ends = [{hours.weekday: hours.ends_minute for hours in coach.hours} for coach in team.coaches]
    assert ends[0] == dict.fromkeys(range(5), 17 * 60)
    assert ends[1] == {0: 960, 1: 960, 2: 960, 3: 19 * 60, 4: 960}


def counts(db: Database) -> list[int]:
    with db.read() as session:
        tables = (Team, Coach, WorkingHours, Footprint)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_putting_them_in_twice_changes_nothing(db: Database) -> None:
    with db.write() as session:
        assert install_demo(session, NOW) == 36
    first = counts(db)
    assert first == [36, 72, 360, 36 + 2]
    with db.write() as session:
        team = session.get(Team, "demo_devon")
        assert team is not None
        team.name, team.notice_minutes = "Something else", 30
        install_demo(session, datetime(2026, 12, 1, tzinfo=UTC))
    assert counts(db) == first
    with db.read() as session:
        team = session.get(Team, "demo_devon")
        assert team is not None
        assert (team.name, team.notice_minutes, team.demo) == ("Demonstration team: Devon", 30, True)
        assert team.opened_at == NOW


def test_rules_of_the_demonstration_are_set_on_the_teams(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        install_demo(session, NOW)
        lancashire = session.get(Team, "demo_lancashire_and_south_cumbria")
        devon = session.get(Team, "demo_devon")
        assert lancashire is not None
        assert devon is not None
        assert (lancashire.min_age, lancashire.asks_months) == (16, True)
        assert (devon.min_age, devon.asks_months) == (18, False)


def test_every_board_has_its_team(sqlite_db: Database) -> None:
    postcodes = {"PR1 8XJ": "demo_lancashire_and_south_cumbria", "N1 0AA": "demo_west_and_north_london"}
    with sqlite_db.write() as session:
        install_demo(session, NOW)
        for postcode, key in postcodes.items():
            found = teams.find(session, Areas.load().find(postcode, TODAY), None, TODAY)
            assert (found.result, found.team and found.team.id) == ("found", key)
        guessed = teams.find(session, Areas.load().find("PR1 8ZZ", TODAY), None, TODAY)
        assert guessed.team is not None
        assert teams.find(session, Areas.load().find("EH1 1AA", TODAY), None, TODAY).result == "none"
        by_practice = teams.find(session, None, by_code("P84012"), TODAY)
        assert by_practice.team is not None
        assert by_practice.team.id == "demo_greater_manchester"


def test_a_closed_team_is_not_found(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        install_demo(session, NOW)
        team = session.get(Team, "demo_devon")
        assert team is not None
        team.closed_at = NOW
        home = Areas.load().find("EX1 1AA", TODAY).confirmed()
        assert teams.find(session, home, None, date(2026, 11, 22)).result == "none"
        assert len(teams.open_teams(session, date(2026, 11, 22))) == 35
