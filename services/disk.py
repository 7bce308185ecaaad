"""A commit of SQLite is on disk before whoever made it goes on, and who waits for the disk holds no other writer up.

SQLite's own commit waits for the disk while the file is locked, a quarter of the time in which others could write. So
our writes commit with `synchronous=NORMAL`, let the next writer in and wait here, several for one sync. What is written
later stands behind it in the same log: where that is on disk, so is this.
"""

from __future__ import annotations

import os
import threading

from services.errors import StorageError


class DiskWait:
    """What was committed to a SQLite file before `wait` is on disk after it. One for a process and file."""

    def __init__(self, database: str) -> None:
        self._log = f"{database}-wal"
        self._changed = threading.Condition()
        self._came = self._on_disk = 0
        """How many have come to wait, and how many of them, in that order, need not wait any more."""
        self._syncing = self._refused = False

    def wait(self) -> None:
        """Raises StorageError where the disk refuses, and from then on: what it once refused it may have dropped."""
        with self._changed:
            self._came += 1
            mine = self._came
            self._changed.wait_for(lambda: not self._syncing or self._on_disk >= mine)
            if self._on_disk >= mine:
                return
            self.check()
            self._syncing, newest = True, self._came
        try:
            _sync(self._log)
        except OSError as refused:
            self._refused = True
            raise StorageError(f"the disk refused what was written to {self._log}: {refused.strerror}") from refused
        finally:
            with self._changed:
                self._syncing = False
                if not self._refused:
                    self._on_disk = newest
                self._changed.notify_all()

    def check(self) -> None:
        """Raises StorageError once the disk has refused."""
        if self._refused:
            raise StorageError(
                f"the disk has refused what was written to {self._log}. See to the disk, then start again"
            )


def _sync(log: str) -> None:
    """SQLite locks other files than this one, so that closing it lets no lock go."""
    try:
        opened = os.open(log, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:  # SQLite takes it away after all of it is in the database file, and on disk
        return
    try:
        os.fdatasync(opened)
    finally:
        os.close(opened)
