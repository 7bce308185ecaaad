"""A site's own teams, areas and diaries: taken in whole or not at all, given out the same, and enough to be rung."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.assistant import assemble
from bot.simulator import Simulator
from services import tables_of_teams, teams
from services.areas import Areas
from services.clock import LONDON
from services.db import Database
from services.errors import TableRefused
from services.models import AuditRow, Coach, Footprint, Referral, Team, WorkingHours
from services.settings import Settings
from services.tables_in_out import Taken
from tests.invariants.people import TO_THE_CALL
from tests.services.diaries import make_team

Take = Callable[[Session, Path, datetime], Taken]
TEAMS = (
    "team,name,short_name,board,controller,privacy_url,caller_number,email,min_age,asks_months,accepts_call_backs,"
    "call_back_days,telegram,opens_on,closes_on\n"
)
LANCASHIRE = (
    "lancashire_and_south_cumbria,WorkWell Lancashire,Lancashire team,E54000048,Lancashire NHS Trust,https://example.org/privacy,"
    "01632 960123,team@example.org,18,no,yes,5,no,2026-11-01,\n"
)
AREAS = "team,kind,code,accepts,starts_on,ends_on\n"
BOARD = "lancashire_and_south_cumbria,board,E54000048,lives,,\n"
COACHES = "team,name,email,languages,takes_calls\n"
ASHA = "lancashire_and_south_cumbria,Asha Mir,asha@example.org,Urdu,yes\n"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    return file


def take(db: Database, what: str, file: Path, now: datetime) -> Taken:
    taking: Take = getattr(tables_of_teams, f"import_{what}")
    with db.write() as session:
        return taking(session, file, now)


def take_all(db: Database, tmp_path: Path, now: datetime) -> None:
    for what, text in (("teams", TEAMS + LANCASHIRE), ("areas", AREAS + BOARD), ("coaches", COACHES + ASHA)):
        assert take(db, what, written(tmp_path, text), now).new == 1


def test_what_was_taken_comes_back_the_same_and_changes_nothing(db: Database, tmp_path: Path, now: datetime) -> None:
    take_all(db, tmp_path, now)
    for what, text in (("teams", TEAMS + LANCASHIRE), ("areas", AREAS + BOARD), ("coaches", COACHES + ASHA)):
        with db.read() as session:
            out = getattr(tables_of_teams, f"export_{what}")(session)
        assert out.decode() == text
        again = take(db, what, written(tmp_path, out.decode()), now)
        assert (again.rows, again.new, again.changed) == (1, 0, 0)


def test_a_team_opens_with_what_it_lacks_said_and_serves_its_area(
    sqlite_db: Database, tmp_path: Path, now: datetime
) -> None:
    [note] = take(sqlite_db, "teams", written(tmp_path, TEAMS + LANCASHIRE), now).notes
    assert "still lacks: footprint" in note
    take(sqlite_db, "areas", written(tmp_path, AREAS + BOARD), now)
    with sqlite_db.read() as session:
        found = teams.find(session, Areas.load().find("PR1 8XJ", now.date()), None, now.date())
        opened = session.get_one(Team, "lancashire_and_south_cumbria").opened_at
        actors = set(session.scalars(select(AuditRow.actor)))
    assert (found.result, found.team.name if found.team else None) == ("found", "WorkWell Lancashire")
    assert opened == datetime(2026, 11, 1, tzinfo=LONDON)
    assert actors == {"system"}


def test_the_areas_of_a_team_are_just_what_the_table_says(sqlite_db: Database, tmp_path: Path, now: datetime) -> None:
    take_all(sqlite_db, tmp_path, now)
    rows = (
        "lancashire_and_south_cumbria,board23_part,E54000048,gp,2026-12-01,2027-03-31\n"
        "lancashire_and_south_cumbria,postcode,PR1 8,lives,,\n"
        "lancashire_and_south_cumbria,board,E54000050,call_back,,\n"
    )
    taken = take(sqlite_db, "areas", written(tmp_path, AREAS + rows), now)
    assert (taken.rows, taken.new, len(taken.notes)) == (3, 3, 1)
    with sqlite_db.read() as session:
        kept = {(row.kind, row.code, row.edition, row.accepts) for row in session.scalars(select(Footprint))}
    assert kept == {
        ("board_part", "E54000048", "2023", "gp"),
        ("postcode", "PR1 8", None, "lives"),
        ("board", "E54000050", "2026", "call_back"),
    }


def test_a_coach_who_takes_no_calls_keeps_what_is_booked(sqlite_db: Database, tmp_path: Path, now: datetime) -> None:
    take_all(sqlite_db, tmp_path, now)
    file = written(tmp_path, COACHES + ASHA.replace(",yes", ",no").replace("Asha Mir", "Asha Khan"))
    assert take(sqlite_db, "coaches", file, now).changed == 1
    with sqlite_db.read() as session:
        [coach] = session.scalars(select(Coach))
    assert (coach.name, coach.active) == ("Asha Khan", False)


@pytest.mark.parametrize(
    ("what", "text", "why"),
    [
        ("teams", TEAMS + LANCASHIRE + LANCASHIRE, "in the file twice"),
        ("teams", TEAMS + LANCASHIRE.replace("E54000048", "E54999999"), "board is empty or the ONS code"),
        ("teams", TEAMS + LANCASHIRE.replace("01632 960123", "call us"), "caller_number is the number"),
        ("teams", TEAMS + LANCASHIRE.replace(",18,", ",3,"), "min_age is a number from 14 to 99"),
        ("teams", TEAMS + LANCASHIRE.replace("2026-11-01", "1/11/2026"), "opens_on is empty or a day"),
        ("teams", TEAMS + LANCASHIRE.replace("https://", "javascript:"), "privacy_url"),
        ("teams", TEAMS + LANCASHIRE.replace(",no,yes,", ",maybe,yes,"), "asks_months is yes or no"),
        ("teams", TEAMS + "../x" + LANCASHIRE[28:], "team is small letters"),
        ("areas", AREAS + BOARD.replace("lancashire_and", "lancashyre_and"), "lancashire_and_south_cumbria"),
        ("areas", AREAS + BOARD.replace(",board,", ",county,"), "kind is one of"),
        ("areas", AREAS + BOARD.replace("E54000048", "E07000123"), "code is not one of a board"),
        ("areas", AREAS + BOARD.replace("lives", "call_back").replace(",board,", ",board23,"), "for a board only"),
        ("areas", AREAS + BOARD.replace("lives,,", "lives,2026-12-02,2026-12-01"), "not before the first"),
        ("areas", AREAS + BOARD + BOARD, "in the file twice"),
        ("coaches", COACHES + ASHA.replace("asha@", "asha at "), "an e-mail address"),
        ("coaches", COACHES + ASHA.replace("Urdu", "?"), "languages are words"),
        ("coaches", COACHES + ASHA.replace(",yes", ",perhaps"), "takes_calls is yes or no"),
        ("coaches", COACHES + ASHA + ASHA.upper().replace("LANCASHIRE_AND_SOUTH_CUMBRIA", "lancashire_and_south_cumbria"), "twice"),
        ("coaches", COACHES + ASHA.replace("lancashire_and_south_cumbria", "testshire"), "a demonstration team"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_and_nothing_is_taken(
    sqlite_db: Database, tmp_path: Path, now: datetime, what: str, text: str, why: str
) -> None:
    with sqlite_db.write() as session:
        make_team(session, now)
        session.get_one(Team, "testshire").demo = True
    if what != "teams":
        take(sqlite_db, "teams", written(tmp_path, TEAMS + LANCASHIRE), now)
    with pytest.raises(TableRefused) as refused:
        take(sqlite_db, what, written(tmp_path, text), now)
    assert [why in each for _, each in refused.value.rows] == [True]
    with sqlite_db.read() as session:
        assert {row.team_id for row in session.scalars(select(Footprint))} <= {"testshire"}
        assert {row.team_id for row in session.scalars(select(Coach))} <= {"testshire"}
        assert session.query(Team).count() == (1 if what == "teams" else 2)


def test_a_site_that_took_its_tables_in_is_rung(tmp_path: Path) -> None:
    """The whole way without the demonstration: tables, hours, a person's own words, a call with this site's coach."""
    given = {"ANYDOOR_HOME": tmp_path, "ANYDOOR_SECRET_KEY": "x" * 40, "ANYDOOR_NOW": "2026-11-23T09:00"}
    assistant = assemble(Settings.model_validate(given))
    now = assistant.clock.now()
    take_all(assistant.db, tmp_path, now)
    with assistant.db.write() as session:
        coach = session.scalars(select(Coach.id)).one()
        session.add_all(
            WorkingHours(coach_id=coach, weekday=day, starts_minute=540, ends_minute=1020) for day in range(5)
        )
    person = Simulator(assistant, "sms")
    for text in TO_THE_CALL:
        answered = person.say(text)
    with assistant.db.read() as session:
        referral = session.scalars(select(Referral)).one()
    assert (answered.outcome, referral.team_id, referral.coach_id) == ("booked", "lancashire_and_south_cumbria", coach)
