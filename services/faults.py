"""Named places where a test may kill the process: `ANYDOOR_FAULT=after_accept_commit:3`.

Free when off: one comparison with None.
"""

from __future__ import annotations

import os
import signal
import threading

POINTS = (
    "before_accept_commit",
    "after_accept_commit",
    "before_turn_commit",
    "after_turn_commit",
    "after_claim_commit",
    "after_send",
    "before_settle_commit",
    "after_settle_commit",
    "before_seal_commit",
    "after_checkpoint",
    "mid_migration",
    "mid_backup",
)


class _Fuse:
    """Counts how often one point is passed and kills the process at the given passing."""

    def __init__(self, setting: str) -> None:
        self.name, _, count = setting.partition(":")
        self.left = int(count or 1)
        self.lock = threading.Lock()
        if self.name not in POINTS:
            raise ValueError(f"ANYDOOR_FAULT names no known point: {self.name}")

    def passed(self, name: str) -> None:
        if name != self.name:
            return
        with self.lock:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


_fuse = _Fuse(os.environ["ANYDOOR_FAULT"]) if os.environ.get("ANYDOOR_FAULT") else None


def point(name: str) -> None:
    """Pass a named point; the process dies here when a test asked for it."""
    if _fuse is not None:
        _fuse.passed(name)
