"""One warm process for all tests that fork lives from it: to warm it takes longer than most of them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.faults.parent import Lives


@pytest.fixture(scope="session")
def lives() -> Iterator[Lives]:
    warm = Lives()
    yield warm
    warm.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drills take minutes and need litestream: they are of `make soak`, and left out elsewhere rather than skipped."""
    if os.environ.get("DRILLS"):
        return
    drills = [item for item in items if item.get_closest_marker("drill")]
    if drills:
        config.hook.pytest_deselected(items=drills)
        items[:] = [item for item in items if item not in drills]
