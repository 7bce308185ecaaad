"""Where something went wrong, fit for a log: the kind of error and the place in the code, never its words."""

from __future__ import annotations

import traceback
from pathlib import Path


def place_of(error: BaseException) -> str:
    """ "ValueError at turns.py:120" - an error's own text may hold what a person wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    last = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{last}"
