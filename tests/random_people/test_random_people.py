"""Random people: 500 conversations in the suite, as many as asked for by `make soak` (--people)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bot.assistant import assemble
from tests.invariants.conftest import settings_of
from tests.invariants.people import CountingNlu
from tests.random_people.machine import RandomPerson

GROUPS = 4
STEPS = 14
IN_SUITE = 500
"""So many are not shortened when they fail: that may take longer than all the rest of the suite."""


@pytest.mark.slow
@pytest.mark.parametrize("group", range(GROUPS))
def test_random_people_always_have_a_next_step(
    group: int, demo_home: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    asked: int = request.config.getoption("--people")
    morning, nlu = demo_home / "anydoor.db", CountingNlu()
    shutil.copy(morning, tmp_path / "anydoor.db")
    assistant = assemble(settings_of(tmp_path), nlu=nlu, throw_away=True)
    assistant.demo = True
    somebody = type(f"Person{group}", (RandomPerson,), {"assistant": assistant, "nlu": nlu, "morning": morning})
    bounds = settings(
        max_examples=asked // GROUPS,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if asked > IN_SUITE else (Phase.generate,),
        print_blob=False,
    )
    try:
        run_state_machine_as_test(somebody, settings=bounds)
    finally:
        assistant.close()
