"""Small numbers: hidden, and not to be had back. Tried against somebody who knows everything that is shown."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from services.small_numbers import FEWEST, MOST_ROWS, hide, is_small
from tests.costs import costs_less_than


def nested(parts: list[list[int]]) -> list[list[int]]:
    return [[sum(row[j:]) for j in range(len(row))] for row in parts]


PARTS = st.lists(st.lists(st.integers(0, 6), min_size=2, max_size=2), min_size=1, max_size=2)


def frozen(rows: list[list[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in rows)


def whole(rows: list[list[int]]) -> list[list[int]]:
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def could_be(shown: list[tuple[int | None, ...]], most: int) -> list[list[list[int]]]:
    """Every table that fits what is shown: what somebody is left with who tries them all."""
    rows = [
        [[a, b] for a in range(most) for b in range(a + 1) if (r[0] in (None, a)) and (r[1] in (None, b))]
        for r in shown[:-1]
    ]
    tables = (list(one) for one in itertools.product(*rows))
    return [t for t in tables if all(s in (None, n) for s, n in zip(shown[-1], whole(t)[-1], strict=True))]


@settings(max_examples=50, deadline=None)
@given(PARTS)
def test_whoever_tries_every_table_finds_no_small_number(parts: list[list[int]]) -> None:
    rows = nested(parts)
    shown = hide(frozen(rows))
    real, fitting = whole(rows), [whole(one) for one in could_be(shown, 14)]
    assert real in fitting
    for i, row in enumerate(real):
        for j, count in enumerate(row):
            assert shown[i][j] in (None, count)
            assert not is_small(shown[i][j] or 0)
            if is_small(count):
                assert len({one[i][j] for one in fitting}) > 1
        if is_small(row[0] - row[1]):
            assert len({one[i][0] - one[i][1] for one in fitting}) > 1


def test_one_small_place_takes_another_with_it() -> None:
    assert hide(((40, 30), (20, 10), (3, 3))) == [(40, 30), (None, None), (None, None), (63, 43)]


def test_large_numbers_and_nobody_are_shown() -> None:
    rows = [[40, 30, 0], [20, 10, 5]]
    assert hide(frozen(rows)) == [tuple(row) for row in whole(rows)]
    assert hide(()) == []


def test_a_step_that_few_did_not_take_is_hidden_too() -> None:
    assert hide(((100, 98, 60),)) == [(100, None, 60)] * 2


def test_a_full_table_takes_no_time() -> None:
    rows = [[50 * n + 9, 40 * n + 3, 20 * n + 2, 9 * n + 1, n] for n in range(MOST_ROWS + 1)]
    shown = hide(frozen(rows))
    assert costs_less_than(2, lambda number: hide(((number, 0, 0, 0, 0), *frozen(rows[1:]))))
    assert all(count is None or count == 0 or count >= FEWEST for row in shown for count in row)
