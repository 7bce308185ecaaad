"""A commit of SQLite is on disk before whoever made it goes on, and who waits for the disk holds no other writer up.

SQLite's own commit waits for the disk while the file is locked, a quarter of the time in which others could write. So
our writes commit with `synchronous=NORMAL`, let the next writer in and wait here, several for one sync. What is written
later stands behind it in the same log: where that is on disk, so is this.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable

from services.errors import StorageError


class DiskWait:
    """What was committed to a SQLite file before `wait` is on disk after it. One for a process and file."""

    def __init__(self, database: str) -> None:
        self._log = f"{database}-wal"
        self._changed = threading.Condition()
        self._came = self._on_disk = 0
        """How many have come to wait, and how many of them, in that order, need not wait any more."""
        self._syncing = self._refused = False
        self._file, self._inode = -1, 0
        self._let_go: Callable[[], object] = lambda: None

    def wait(self) -> None:
        """Raises StorageError where it could not be made sure, and for ever once the disk has refused: it may have dropped it."""
        with self._changed:
            self._came += 1
            mine = self._came
            self._changed.wait_for(lambda: not self._syncing or self._on_disk >= mine)
            if self._on_disk >= mine:
                return
            self.check()
            self._syncing, newest = True, self._came
        done = False
        try:
            self._sync()
            done = True
        except OSError as wrong:
            raise StorageError(f"what was written to {self._log} may not be on disk: {wrong.strerror}") from wrong
        finally:
            with self._changed:
                self._syncing = False
                if done:
                    self._on_disk = newest
                self._changed.notify_all()

    def check(self) -> None:
        """Raises StorageError once the disk has refused."""
        if self._refused:
            raise StorageError(
                f"the disk has refused what was written to {self._log}. See to the disk, then start again"
            )

    def close(self) -> None:
        """Let go of the file; it is opened again when there is need."""
        self._let_go()
        self._file, self._inode = -1, 0

    def _sync(self) -> None:
        try:
            inode = os.stat(self._log).st_ino
        except FileNotFoundError:  # SQLite takes it away after all of it is in the database file, and on disk
            return
        if inode != self._inode:
            self.close()
            self._file, self._inode = os.open(self._log, os.O_RDWR | os.O_CLOEXEC), inode
            self._let_go = weakref.finalize(self, os.close, self._file)
        try:
            to_disk(self._file)
        except OSError:
            self._refused = True
            raise


def to_disk(file: int) -> None:
    """The file is kept open between syncs: what the system could not write meanwhile it tells only whoever had it open.

    SQLite's locks are on other files than the log, so that closing it lets none go.
    """
    os.fdatasync(file)
