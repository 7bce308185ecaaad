"""Which edition of a table is in use: the site's own, imported under ANYDOOR_HOME, before the one that is shipped."""

from __future__ import annotations

import os
from pathlib import Path

from services.settings import Settings, load

SHIPPED = Path(__file__).parent / "data"


def in_use(name: str, settings: Settings | None = None) -> Path:
    """The file of a table: ANYDOOR_HOME/data/<name> where somebody imported one, else the shipped one."""
    own = site_copy(name, settings or load())
    return own if own.exists() else SHIPPED / name


def site_copy(name: str, settings: Settings) -> Path:
    """Where a site's own edition of a table is kept."""
    return settings.home / "data" / name


def replace(name: str, content: bytes, settings: Settings) -> Path:
    """Put a table in place of the site's own; a reader sees the old one or the new one, never half of one."""
    target = site_copy(name, settings)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{name}.{os.getpid()}.new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, target)
    return target
