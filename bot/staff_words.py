"""The words of texts to staff, out of dialogs/staff_texts.yml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot import pages
from bot.times import spoken_time

DIALOGS = Path(__file__).resolve().parent.parent / "dialogs"


@cache
def texts() -> Mapping[str, str]:
    """Every kind with its words."""
    return {kind: str(words) for kind, words in pages.read(DIALOGS / "staff_texts.yml", "texts").items()}


def render(site: str, kind: str, filled: Mapping[str, Any]) -> str:
    """One text, whole: the time as people say it in England, the link to the desk of the `site`."""
    by = {"by": spoken_time(datetime.fromisoformat(filled["by"]))} if "by" in filled else {}
    return texts()[kind].format(**{**filled, **by, "link": f"{site.rstrip('/')}/coach"})
