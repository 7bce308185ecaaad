"""Changes of a team by two people in the same moment, on PostgreSQL, where nothing else keeps them apart."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from services import team_changes, team_rules
from services.db import Database
from services.models import Team, TeamChange, TeamRule
from services.team_rules import Wanted
from tests.services.diaries import make_team

TEAM = "testshire"


@pytest.fixture
def waiting(postgres_db: Database, now: datetime) -> Database:
    """An open team of which a change and a rule wait for a second person."""
    with postgres_db.write() as session:
        seen = team_changes.facts_of(make_team(session, now, opened_at=now))
        team_changes.change(session, TEAM, {**seen, "min_age": 16}, seen, 1, now)
        team_rules.propose(session, TEAM, Wanted("min_age", 16, date(2026, 11, 23), "The leaflet"), 1, now)
    return postgres_db


def agree(session: Session, now: datetime) -> list[str]:
    mark = team_changes.mark_of(session, session.get_one(Team, TEAM))
    return [team_changes.agree(session, 1, mark, 2, now), team_rules.agree(session, 1, 2, now)]


def test_what_was_agreed_to_a_moment_ago_is_not_taken_back(waiting: Database, now: datetime) -> None:
    with waiting.read() as late:
        looked_at: list[Any] = [late.get(TeamChange, 1), late.get(TeamRule, 1)]
        with waiting.write() as session:
            assert agree(session, now) == ["agreed", "agreed"]
        assert not team_changes.drop(late, 1, 3, now)
        assert not team_rules.drop(late, 1, 3, now)
        assert [row.agreed_by for row in looked_at] == [2, 2]


def test_what_another_editor_kept_a_moment_ago_is_seen(waiting: Database, now: datetime) -> None:
    with waiting.read() as late:
        looked_at = late.get_one(Team, TEAM)
        seen = team_changes.facts_of(looked_at)
        with waiting.write() as session:
            assert team_changes.change(session, TEAM, {**seen, "name": "WorkWell Theirs"}, seen, 2, now) == "kept"
        assert team_changes.change(late, TEAM, {**seen, "name": "WorkWell Mine"}, seen, 3, now) == "overtaken"
        assert looked_at.name == "WorkWell Theirs"
