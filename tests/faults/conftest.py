"""One warm process for all tests that fork lives from it: to warm it takes longer than most of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.parent import Lives


@pytest.fixture(scope="session")
def lives() -> Iterator[Lives]:
    warm = Lives()
    yield warm
    warm.close()
