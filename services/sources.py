"""Source codes: which poster, GP text or leaflet a conversation began with."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from services.models import SourceCode


def tidy(code: str) -> str:
    """A code as it is stored: lower case, letters, digits and hyphens, 32 at most."""
    return re.sub(r"[^a-z0-9-]", "", code.strip().lower())[:32]


def add(session: Session, code: str, name: str, kind: str, now: datetime, team_id: str | None = None) -> SourceCode:
    """Make or change a code; kinds: gp, employer, jobcentre, leaflet, friend. ValueError for an empty code."""
    key = tidy(code)
    if not key:
        raise ValueError("a source code has letters or digits")
    row = session.merge(SourceCode(code=key, name=name, kind=kind, team_id=team_id, created_at=now, active=True))
    session.flush()
    return row


def find(session: Session, code: str) -> SourceCode | None:
    """An active code, however it was typed; None when there is none: codes are never needed."""
    row = session.get(SourceCode, tidy(code))
    return row if row and row.active else None
