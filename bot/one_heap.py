"""One heap for all threads of a process."""

from __future__ import annotations

import ctypes
from contextlib import suppress

M_ARENA_MAX = -8  # of malloc.h


def share_one_heap() -> None:
    """Ten threads with a heap of their own each keep 10 MB that nobody uses (`python -m benchmarks memory`).

    Not every C library has such a switch; without it the server only takes more memory.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
