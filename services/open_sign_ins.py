"""Where a member of staff is signed in now, for themself to see and to end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import staff
from services.models import SignIn

KEY_LETTERS = 16
"""Of the hash of a token: enough to name one of a few sign-ins, and no help in making the token."""


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    """One browser. `here`: the one that is asking."""

    key: str
    began: datetime
    seen: datetime
    here: bool


def of(session: Session, staff_id: int, token: str, now: datetime) -> list[OpenSignIn]:
    """Those that still open something: this one first, then the last used."""
    rows = [row for row in _all_of(session, staff_id) if staff.is_open(row, now)]
    mine = staff.hash_of(token)
    found = [OpenSignIn(_key(row), row.created_at, row.seen_at, row.token_hash == mine) for row in rows]
    return sorted(found, key=lambda one: (not one.here, -one.seen.timestamp()))


def end(session: Session, staff_id: int, key: str, now: datetime) -> bool:
    """End one of this account's; False where none of them goes by this key."""
    ended = [row for row in _all_of(session, staff_id) if row.ended_at is None and _key(row) == key]
    for row in ended:
        row.ended_at = now
    session.flush()
    return bool(ended)


def _all_of(session: Session, staff_id: int) -> list[SignIn]:
    return list(session.scalars(select(SignIn).where(SignIn.staff_id == staff_id)))


def _key(row: SignIn) -> str:
    return row.token_hash[:KEY_LETTERS]
