"""Hands tests to the workers of pytest-xdist by group: a file marked `xdist_group` goes to one worker with its group.

Under pytest 9.2 xdist 3.8 forgets those marks without a word (pytest-xdist issue 1386): what a file starts once was
started by each worker. Here a group is read from the source, since the process that hands out never collects.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from xdist.scheduler.loadscope import LoadScopeScheduling

MARK = re.compile(r"\bxdist_group\(\"([\w ]+)\"\)")


@cache
def group_of(file: Path) -> str | None:
    """The group that a file's tests are marked with; None for a file whose tests may run anywhere."""
    found = set(MARK.findall(file.read_text(encoding="utf-8")))
    assert len(found) < 2, f"{file} has tests of more than one group"
    return found.pop() if found else None


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
    """Groups first, the largest before all others; then every other test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(self.config.rootpath / nodeid.partition("::")[0]) or nodeid
