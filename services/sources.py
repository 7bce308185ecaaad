"""Source codes: which poster, GP text or leaflet a conversation began with, and who may pass a number on."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import locks
from services.models import SourceCode

REFERRERS = ("gp", "employer", "jobcentre", "other")
PER_HOUR, PER_DAY = 10, 30
MOST_PER_DAY = 500
MOST_NAME = 60
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are mistaken for another when read aloud


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


def make(session: Session, code: str, name: str, kind: str, now: datetime) -> SourceCode | None:
    """A new code for a poster; None where there is such a one, open or closed: a code is never used for something else."""
    locks.alone(session, f"source:{tidy(code)}")
    taken = session.get(SourceCode, tidy(code)) is not None
    return None if taken else add(session, code, name, kind, now)


def open_form(
    session: Session, name: str, kind: str, now: datetime, *, per_hour: int = PER_HOUR, per_day: int = PER_DAY
) -> SourceCode:
    """A new code for a surgery, an employer or a Jobcentre, which opens /refer. ValueError says what is wrong.

    It ends in ten random letters: unlike a code on a poster it must not be guessed (about 49 bits).
    """
    name = name.strip()
    if kind not in REFERRERS:
        raise ValueError(f"A kind is one of {', '.join(REFERRERS)}.")
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:20].strip("-")
    if not words or len(name) > MOST_NAME:
        raise ValueError(f"A name has letters or digits, and {MOST_NAME} characters at most.")
    if not 1 <= per_hour <= per_day <= MOST_PER_DAY:
        raise ValueError(f"The limits are 1 or more an hour, and as many or more a day, {MOST_PER_DAY} at most.")
    secret = "".join(secrets.choice(_LETTERS) for _ in range(10))
    row = add(session, f"{words}-{secret}", name, kind, now)
    row.refer_per_hour, row.refer_per_day = per_hour, per_day
    session.flush()
    return row


def find_form(session: Session, code: str) -> SourceCode | None:
    """An active code that opens the form; None for any other, a poster's too: that one is read by everybody."""
    row = find(session, code)
    return row if row and row.refer_per_day else None


def close(session: Session, code: str) -> bool:
    """Close a code for good; conversations keep it. False when there is no open one."""
    row = find(session, code)
    if row is None:
        return False
    row.active = False
    session.flush()
    return True


def listed(session: Session) -> list[SourceCode]:
    """Every code, by name."""
    return list(session.scalars(select(SourceCode).order_by(SourceCode.name, SourceCode.code)))
