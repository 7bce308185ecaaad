"""The draft of the conversation that is edited in the browser: one for everybody, kept over sign-ins and restarts.

It holds whole texts of the files that differ from the publication it started from. Its mark changes with every word of
it, so that an agreement and a trial are of exactly what was read and tried.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services import audit, locks
from services.models import DialogApproval, DialogDraft, DialogTest

ONLY = 1
MOST_BYTES = 4 * 1024 * 1024
"""All changed files of a draft together."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What differs from publication `base`: files and conversation tests by name; who wrote it."""

    base: int
    changes: Mapping[str, str]
    tests: Mapping[str, str]
    authors: tuple[int, ...]
    version: int
    updated_at: datetime
    updated_by: int

    @property
    def mark(self) -> str:
        """Another one whenever anything in it is."""
        whole = json.dumps([self.base, dict(self.changes), dict(self.tests)], sort_keys=True)
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def see(session: Session) -> Draft | None:
    """The draft; None when nothing is being changed."""
    row = session.get(DialogDraft, ONLY)
    return _value(row) if row else None


def lock(session: Session) -> Draft | None:
    """The draft, kept from everybody else until the transaction ends; so is the place for one where there is none."""
    locks.alone(session, "draft")
    row = locks.get(session, DialogDraft, ONLY)
    return _value(row) if row else None


def keep(
    session: Session,
    base: int,
    changes: Mapping[str, str],
    tests: Mapping[str, str],
    staff_id: int,
    now: datetime,
    what: str,
) -> Draft:
    """Let the draft be this from now on; `what` names the piece that changed, an id, for the audit.

    ValueError when it is larger than 4 MB. The caller holds the lock and has looked whether somebody else wrote.
    """
    if sum(len(text.encode("utf-8", "replace")) for text in (*changes.values(), *tests.values())) > MOST_BYTES:
        raise ValueError("a draft holds 4 MB at most")
    row = session.get(DialogDraft, ONLY)
    if row is None:
        row = DialogDraft(id=ONLY, base=base, changes={}, tests={}, authors=[], version=0)
        session.add(row)
    row.base, row.changes, row.tests = base, dict(changes), dict(tests)
    row.authors = [*row.authors, *([] if staff_id in row.authors else [staff_id])]
    row.version += 1
    row.updated_at, row.updated_by = now, staff_id
    session.flush()
    audit.record(session, f"staff:{staff_id}", "change_draft", f"draft:{base}", now, {"what": what[:120]})
    return _value(row)


def discard(session: Session, staff_id: int, now: datetime) -> None:
    """Throw the draft away."""
    row = session.get(DialogDraft, ONLY)
    if row is not None:
        audit.record(session, f"staff:{staff_id}", "discard_draft", f"draft:{row.base}", now, {"version": row.version})
        session.delete(row)
        session.flush()


def settle(session: Session, staff_id: int, now: datetime) -> None:
    """The draft is live: its tests are kept, and it is gone."""
    row = session.get_one(DialogDraft, ONLY)
    for name, text in row.tests.items():
        session.merge(DialogTest(name=name, text=text, at=now, by=staff_id))
    session.delete(row)
    session.execute(delete(DialogApproval))
    session.flush()


def approve(session: Session, draft: Draft, staff_id: int, now: datetime) -> bool:
    """A second person agrees to the draft as it is; False for somebody who wrote in it."""
    if staff_id in draft.authors:
        return False
    if staff_id not in approved(session, draft):
        session.add(DialogApproval(mark=draft.mark, staff_id=staff_id, at=now))
        session.flush()
        audit.record(session, f"staff:{staff_id}", "approve_draft", f"draft:{draft.mark}", now)
    return True


def approved(session: Session, draft: Draft) -> list[int]:
    """Who agreed to the draft exactly as it is."""
    given = select(DialogApproval.staff_id).where(DialogApproval.mark == draft.mark).order_by(DialogApproval.id)
    return [one for one in session.scalars(given) if one not in draft.authors]


def saved_tests(session: Session) -> dict[str, str]:
    """Conversation tests that were saved or accepted in the browser, by name."""
    return {row.name: row.text for row in session.scalars(select(DialogTest).order_by(DialogTest.name))}


def _value(row: DialogDraft) -> Draft:
    return Draft(
        row.base,
        dict(row.changes),
        dict(row.tests),
        tuple(row.authors),
        row.version,
        row.updated_at,
        row.updated_by,
    )
