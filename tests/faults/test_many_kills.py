"""Many real kills, at every named point and at random under load: nothing acknowledged is lost, nothing torn, at most
one flagged repeat a kill, order kept. Some here; `make soak` kills 2,000 lives on SQLite and 500 on PostgreSQL.

KILLS and KILLS_POSTGRES are how many; SOAK_SEED, SOAK_SECONDS (for each database) and SOAK_FOLDER, in which a run that
was broken off is gone on with.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from services import faults
from tests.conftest import Postgres
from tests.faults.kills.broken import CONTROLS
from tests.faults.parent import Lives

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lives")]

KILLS = int(os.environ.get("KILLS", "10"))
KILLS_POSTGRES = int(os.environ.get("KILLS_POSTGRES", "4"))
SEED = int(os.environ.get("SOAK_SEED", "20261123"))
SECONDS = float(os.environ.get("SOAK_SECONDS", "7200"))
FOLDER = os.environ.get("SOAK_FOLDER", "")
TELLING = {"answers_first": "lost", "sends_first": "repeat", "two_commits": "torn"}
"""What each broken build is noticed by. What it sent and forgot goes out again: not flagged, or flagged too often."""
ENOUGH_FOR_ALL = 400
"""So many kills meet every point."""


def long_run(lives: Lives, folder: Path, name: str, kills: int, server: str = "") -> dict[str, Any]:
    """As many kills as are asked for, gone on with where an earlier run was broken off."""
    state = Path(FOLDER) / f"kills-{name}-{SEED}.json" if FOLDER else None
    if state:
        state.parent.mkdir(parents=True, exist_ok=True)
    home = folder / "home"
    home.mkdir()
    tally = lives.kill_many(home, kills, SEED, seconds=SECONDS, server=server, state=str(state or ""))
    print(f"{name}: {tally}")
    return tally


def all_is_well(tally: dict[str, Any], kills: int, but: set[str]) -> None:
    killed = sum(tally["kills"].values())
    assert tally["problems"] == []
    assert killed == kills or tally["seconds"] >= SECONDS
    assert tally["flagged"] <= killed
    if killed >= ENOUGH_FOR_ALL:
        assert set(faults.POINTS) - but <= set(tally["kills"])


def test_killed_at_every_point_and_at_random(lives: Lives, tmp_path: Path) -> None:
    all_is_well(long_run(lives, tmp_path, "sqlite", KILLS), KILLS, but=set())


@pytest.mark.postgres
def test_killed_on_postgresql(lives: Lives, postgres: Postgres, tmp_path: Path) -> None:
    server = postgres.make()
    tally = long_run(lives, tmp_path, "postgresql", KILLS_POSTGRES, server)
    postgres.drop(server)
    all_is_well(tally, KILLS_POSTGRES, but={"after_checkpoint"})  # a SQLite file's own


@pytest.mark.parametrize(("control", "point"), CONTROLS.items())
def test_a_broken_build_is_noticed(lives: Lives, tmp_path: Path, control: str, point: str) -> None:
    """Answers before it stores, sends before it has claimed, takes a message before the rest of its turn."""
    home = tmp_path / "home"
    home.mkdir()
    tally = lives.kill_many(home, 40, SEED, control=control, only=point)
    assert tally["problems"], "the harness notices nothing"
    assert any(f" {TELLING[control]}: " in each for each in tally["problems"]), tally["problems"]
