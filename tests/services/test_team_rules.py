"""Eligibility rules written in the browser: nothing follows from them before a second person has agreed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services import going_live, team_rules
from services.db import Database, Session
from services.eligibility import Facts, decide
from services.models import Team
from services.team_rules import Wanted
from tests.services.diaries import make_team

TODAY = date(2026, 11, 23)
YOUNG = Wanted("min_age", 21, TODAY, "the team's leaflet", confirmed_by="Jo, lead", confirmed_on=TODAY)


def says(session: Session, on: date = TODAY, age: int = 19) -> str:
    return decide(team_rules.of(session, "testshire", on), Facts(age=age), on).answer


def agreed(session: Session, wanted: Wanted, now: datetime) -> int:
    row = team_rules.propose(session, "testshire", wanted, 1, now)
    assert team_rules.agree(session, row.id, 2, now) == "agreed"
    return row.id


def test_a_rule_counts_once_somebody_else_has_agreed(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        row = team_rules.propose(session, "testshire", YOUNG, 1, now)
        assert says(session) == "ask_a_person"
        assert decide(team_rules.of(session, "testshire", TODAY, also=row), Facts(age=19), TODAY).answer == "no"
        assert team_rules.agree(session, row.id, 1, now) == "own"
        assert says(session) == "ask_a_person"
        assert team_rules.agree(session, row.id, 2, now) == "agreed"
        assert says(session) == "no"
        assert team_rules.agree(session, row.id, 3, now) == "gone"
        assert not team_rules.drop(session, row.id, 3, now)
        assert team_rules.of(session, "testshire", TODAY).versions[-1] == ("site_min_age", str(row.id))


def test_rules_follow_each_other_by_their_days(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        agreed(session, YOUNG, now)
        agreed(session, Wanted("min_age", None, TODAY + timedelta(days=10), "the leaflet is withdrawn"), now)
        assert says(session, TODAY - timedelta(days=1)) == "ask_a_person"
        assert says(session, TODAY + timedelta(days=9)) == "no"
        assert says(session, TODAY + timedelta(days=10)) == "ask_a_person"


def test_a_rule_that_nobody_of_the_team_confirmed_never_says_no(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        agreed(session, Wanted("min_age", 21, TODAY, "a newspaper"), now)
        agreed(session, Wanted("local_rules", "known", TODAY, "a newspaper"), now)
        assert says(session) == "ask_a_person"
        assert team_rules.of(session, "testshire", TODAY).local_rules == "known"


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"kind": "shoe_size"}, ["kind"]),
        ({"value": 0}, ["value"]),
        ({"value": True}, ["value"]),
        ({"kind": "residence", "value": ["moon"]}, ["value"]),
        ({"kind": "local_rules", "value": ["known"]}, ["value"]),
        ({"source": ""}, ["source"]),
        ({"source": "x" * 301}, ["source"]),
        ({"ends_on": TODAY - timedelta(days=1)}, ["ends_on"]),
        ({"confirmed_by": None}, ["confirmed_by"]),
        ({"confirmed_on": None}, ["confirmed_on"]),
    ],
)
def test_a_rule_that_makes_no_sense_is_told_by_its_field(
    sqlite_db: Database, now: datetime, changed: dict[str, Any], wrong: list[str]
) -> None:
    bad = Wanted(**{**{name: getattr(YOUNG, name) for name in Wanted.__slots__}, **changed})
    assert bad.problems() == wrong
    with sqlite_db.write() as session, pytest.raises(ValueError, match=wrong[0]):
        team_rules.propose(session, "testshire", bad, 1, now)


def test_what_runs_out_is_told_a_month_before(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        agreed(session, Wanted("min_age", 21, TODAY, "-", ends_on=TODAY + timedelta(days=30)), now)
        agreed(session, Wanted("residence", ["gp"], TODAY, "-", recheck_by=TODAY - timedelta(days=3)), now)
        agreed(session, Wanted("right_to_work", ["right_to_work"], TODAY, "-", ends_on=TODAY + timedelta(days=31)), now)
        assert [row.kind for row in team_rules.runs_out(session, TODAY)] == ["residence", "min_age"]


def test_the_list_before_a_team_opens(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        team = session.get_one(Team, "testshire")
        points = {point.key: point.done for point in going_live.checklist(session, team, TODAY)}
    assert points["caller_number"]
    assert not points["rules"]
    assert not points["rota"]
