"""The measure of tests/costs.py: a first try that is slow is forgiven, work that is slow each time is not."""

from __future__ import annotations

import time

from tests.costs import TRIES, costs_less_than


def burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_a_slow_first_try_is_forgiven() -> None:
    tries = iter([0.05, 0.0])
    assert costs_less_than(0.03, lambda _: burn(next(tries)))


def test_what_is_slow_each_time_is_noticed() -> None:
    tries = [0.05] * TRIES
    assert not costs_less_than(0.03, lambda _: burn(tries.pop()))
    assert tries == []
