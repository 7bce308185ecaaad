"""Small numbers are not shown, and cannot be got back by taking one shown number from another.

A table has rows (places, channels...) and nested columns: each counts people of the column before it. Hidden first:
what is under `FEWEST`, and a step to the next column that is. Then, as long as a hidden number (or a small step
between two columns) can be worked out from the shown ones and the totals, the smallest number beside it is hidden too.
Whether it can is linear algebra: it can when it is a sum of shown numbers, each taken any number of times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

FEWEST = 5
MOST_ROWS = 10
"""More rows than these are put together by whoever asks: small rows say nothing, and cost time."""
_NOTHING = 1e-6

Vector = npt.NDArray[np.float64]
Cell = tuple[int, int]


def is_small(count: int) -> bool:
    """Whether a number may stand for so few people that they could be known by it; 0 is nobody."""
    return 0 < count < FEWEST


@lru_cache(maxsize=256)
def hide(rows: tuple[tuple[int, ...], ...]) -> list[tuple[int | None, ...]]:
    """The rows and, last, their total, with None for what is not shown. Columns are nested: none larger than the one before.

    Of the total it depends on nothing but the total what is shown: tables that split the same people differently agree.
    """
    if not rows:
        return []
    table = [*rows, tuple(sum(column) for column in zip(*rows, strict=True))]
    hidden = {(i, j) for i, row in enumerate(table) for j in _steep(row)}
    secrets = list(_secrets(table))
    vectors = np.array([vector for _, vector in secrets]) if secrets else None
    while vectors is not None and (found := _open(table, hidden, [cells for cells, _ in secrets], vectors)):
        hidden.add(found)
    return [tuple(None if (i, j) in hidden else count for j, count in enumerate(row)) for i, row in enumerate(table)]


def _steep(row: Sequence[int]) -> Iterator[int]:
    """The columns hidden at once: small, or fewer than `FEWEST` less than the one shown before."""
    before: int | None = None
    for j, count in enumerate(row):
        if is_small(count) or (before is not None and is_small(before - count)):
            yield j
        else:
            before = count


def _open(
    table: Sequence[Sequence[int]], hidden: set[Cell], secrets: Sequence[tuple[Cell, ...]], vectors: Vector
) -> Cell | None:
    """The cell to hide next, for the first secret that the shown cells give away; None when none is given away."""
    shown = [(i, j) for i, row in enumerate(table) for j in range(len(row)) if (i, j) not in hidden]
    base = _basis([_as_sum(table, cell) for cell in shown], vectors.shape[1])
    told = np.abs(vectors - (vectors @ base) @ base.T).max(axis=1) < _NOTHING
    if not told.any():
        return None
    cells = secrets[int(told.argmax())]
    near = [cell for cell in shown if table[cell[0]][cell[1]] > 0 and cell[0] < len(table) - 1]
    beside = [cell for cell in near if any(cell[0] == i or cell[1] == j for i, j in cells)]
    # a secret that is left where no row is: it is the total's own, whose small numbers are hidden from the start
    return min(beside or near, default=None, key=lambda cell: (table[cell[0]][cell[1]], cell))


def _as_sum(table: Sequence[Sequence[int]], cell: Cell) -> Vector:
    """A cell as a sum of disjoint groups: for each row, who came as far as each column and no further."""
    rows, columns = len(table) - 1, len(table[0])
    vector = np.zeros((rows, columns))
    i, j = cell
    vector[slice(None) if i == rows else i, j:] = 1
    flat: Vector = vector.reshape(-1)
    return flat


def _basis(vectors: Sequence[Vector], size: int) -> Vector:
    if not vectors:
        return np.zeros((size, 1))
    left, values, _ = np.linalg.svd(np.array(vectors).T, full_matrices=False)
    base: Vector = left[:, values > _NOTHING]
    return base


def _secrets(table: Sequence[Sequence[int]]) -> Iterator[tuple[tuple[Cell, ...], Vector]]:
    """Everything small: numbers, and steps from one column to any later one of the same row."""
    for i, row in enumerate(table):
        for j, count in enumerate(row):
            if is_small(count):
                yield ((i, j),), _as_sum(table, (i, j))
            for k in range(j + 1, len(row)):
                if is_small(count - row[k]):
                    yield ((i, j), (i, k)), _as_sum(table, (i, j)) - _as_sum(table, (i, k))
