"""`anydoor hook`: a team's own system from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.cli.conftest import Run
from tests.bot.cli.test_keep import audited


@pytest.fixture
def team(run: Run, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ANYDOOR_HOOK_LOOPBACK", "1")
    assert run("source", "add", "Oak", "--kind", "gp").exit_code == 0  # makes the database
    from bot.cli.opened import opened
    from services.models import Team

    with opened() as here, here.db.write() as session:
        session.add(Team(id="north", name="North", short_name="N", controller="N", caller_number="01234567890"))
    return "north"


def test_set_show_replay_stop(run: Run, home: Path, team: str) -> None:
    made = run("hook", "set", team, "http://127.0.0.1:9/in")
    assert (made.exit_code, made.stdout[:6]) == (0, "whsec_"), made.stderr
    assert run("hook", "secret", team).stdout not in ("", made.stdout)
    shown = run("hook", "show", team).stdout
    assert shown == "127.0.0.1  event  on\n0 waiting, 0 given up\n"
    assert run("hook", "replay", team).stdout == "0 to be sent again.\n"
    assert run("hook", "stop", team).stdout == "Stopped.\n"
    assert [each[1] for each in audited(home)][1:] == ["hook.give", "hook.secret", "hook.replay", "hook.stop"]


def test_mistakes_are_said_in_a_sentence(run: Run, team: str) -> None:
    assert "No address was given for north." in run("hook", "show", team).stderr
    assert "Nothing goes out for north." in run("hook", "stop", team).stderr
    assert "There is no team south." in run("hook", "set", "south", "http://127.0.0.1:9/in").stderr
    assert "a form is one of event, fhir" in run("hook", "set", team, "http://127.0.0.1:9/in", "--form", "xml").stderr
    refused = run("hook", "set", team, "https://10.0.0.1/in")
    assert (refused.exit_code, "inside a network" in refused.stderr) == (1, True)
