"""What something costs in processor time, told apart from what else the machine and this process happen to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

TRIES = 5


def costs_less_than(seconds: float, work: Callable[[int], Any]) -> bool:
    """Whether one of five tries takes less than so many seconds of processor: what is slow by itself is slow each time.

    `work` is given the number of the try, from 0: what it works on must be new each time, since much is remembered.
    """
    for number in range(TRIES):
        began = time.process_time()
        work(number)
        if time.process_time() - began < seconds:
            return True
    return False
