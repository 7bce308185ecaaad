"""`anydoor duty`: the first rota of a real team, without a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.duty import days_of, spans_of
from services.clock import Clock
from services.db import Database
from services.settings import load
from tests.bot.cli.conftest import Run
from tests.services.diaries import make_team

EMAILS = ("robin@north.example", "priya@north.example", "lee@north.example")


@pytest.fixture
def team(home: Path, run: Run) -> str:
    db, now = Database.of(load()), Clock().now()
    with db.write() as session:
        make_team(session, now, opened_at=now)
    db.close()
    for email in EMAILS:
        assert run("staff", "add", email, "--role", "coach", "--team", "testshire", "--name", email[:3]).exit_code == 0
    return "testshire"


def test_a_rota_is_set_shown_and_cleared(run: Run, team: str) -> None:
    done = run("duty", "set", team, "--on", EMAILS[0], "--deputy", EMAILS[1], "--hours", "9:00-13:00,14:00-17:00")
    assert (done.exit_code, done.stdout) == (0, f"Kept. See it with: anydoor duty show {team}\n")
    assert run("duty", "set", team, "--on", EMAILS[1], "--days", "sat,sun", "--hours", "0:00-24:00").exit_code == 0
    assert run("duty", "rules", team, "--minutes", "20", "--then", EMAILS[2]).exit_code == 0
    shown = run("duty", "show", team).stdout
    assert "Each has 20 minutes: on duty, then the deputy, then lee." in shown
    assert "9:00-13:00 rob (pri), 14:00-17:00 rob (pri)" in shown
    assert "0:00-24:00 pri" in shown
    assert "No number yet" in shown
    assert run("duty", "clear", team, "--days", "mon-fri").exit_code == 0
    assert "rob" not in run("duty", "show", team).stdout.split("Each has")[1].split("No number")[0]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "nowhere"), "There is no team nowhere"),
        (("set", "testshire", "--on", "nobody@north.example"), "has no account"),
        (("set", "testshire", "--on", EMAILS[0], "--days", "someday"), "Days are written"),
        (("set", "testshire", "--on", EMAILS[0], "--hours", "17:00-9:00"), "Hours are written"),
        (("set", "testshire", "--on", EMAILS[0], "--deputy", EMAILS[0]), "deputy is somebody else"),
        (("rules", "testshire", "--minutes", "1"), "limits"),
    ],
)
def test_a_mistake_is_said_in_a_sentence_and_changes_nothing(
    run: Run, team: str, arguments: tuple[str, ...], told: str
) -> None:
    done = run("duty", *arguments)
    assert (done.exit_code, told in done.stderr) == (1, True), done.stderr
    assert "nobody" in run("duty", "show", team).stdout.splitlines()[1]


def test_days_and_hours_as_they_are_written() -> None:
    assert days_of("fri-sun, mon") == [0, 4, 5, 6]
    assert spans_of("0:00-24:00") == [(0, 1440)]
