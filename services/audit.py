"""Who did what to which record. Rows are written unsealed in the turn and chained after they are committed.

Each seal is SHA-256 over the seal before it and the row; the head is also written to a file outside the
database, so that a rewritten chain no longer meets it (invariant 15).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from services import faults, locks
from services.clock import real_now
from services.db import Database
from services.models import AuditHead, AuditRow, EventRow
from services.prepared import Prepared

_START = "0" * 64
_HAPPENED = Prepared(insert(EventRow), inserted=("conversation_id", "at", "name", "data"))


def record(
    session: Session, actor: str, action: str, subject: str, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """Write one audit row in the caller's transaction. ValueError when nobody did it.

    Actors and subjects are ids such as `staff:3`, `person:12`, `referral:7`; detail holds codes, never words.
    """
    kind, _, number = actor.partition(":")
    if not kind or (kind != "system" and not number):
        raise ValueError("an audit row names who did it, for example staff:3")
    session.add(AuditRow(at=now, actor=actor, action=action, subject=subject, detail=dict(detail or {})))


def event(
    session: Session, conversation_id: int, name: str, now: datetime, data: Mapping[str, Any] | None = None
) -> None:
    """Count something that happened in a conversation; the data hold ids and codes, never words or numbers."""
    events(session, conversation_id, now, [(name, data or {})])


def events(
    session: Session, conversation_id: int, now: datetime, happened: Sequence[tuple[str, Mapping[str, Any]]]
) -> None:
    """The same of several things, each a name and its data, in order."""
    row = {"conversation_id": conversation_id, "at": now}
    _HAPPENED.each(session, [{**row, "name": name, "data": dict(data)} for name, data in happened])


def events_after(session: Session, conversation_id: int, last: int) -> list[EventRow]:
    """What happened in a conversation since the event with the id `last`, in order."""
    rows = select(EventRow).where(EventRow.conversation_id == conversation_id, EventRow.id > last)
    return list(session.scalars(rows.order_by(EventRow.id)))


def last(session: Session, action: str) -> datetime | None:
    """When something was last done; None when never."""
    return session.scalar(select(func.max(AuditRow.at)).where(AuditRow.action == action))


def end(session: Session) -> int:
    """The number of the last link of the chain; 0 when there is none."""
    head = session.get(AuditHead, 1)
    return head.chain if head else 0


@dataclass(frozen=True, slots=True)
class Sealing:
    """A row that was just chained, less its detail."""

    chain: int
    seal: str
    at: datetime
    actor: str
    action: str
    subject: str


def seal(
    db: Database, anchor: Path | None = None, limit: int = 1000, tell: Callable[[Sealing], None] | None = None
) -> int:
    """Chain the committed rows that are not chained yet; answers how many. One sealer at a time works.

    `tell` hears each row once it is sealed for good; a process that is killed in between tells some never.
    """
    with db.write() as session:
        head = _head(session)
        unsealed = select(AuditRow).where(AuditRow.chain.is_(None)).order_by(AuditRow.id).limit(limit)
        rows = list(session.scalars(unsealed))
        if rows and anchor is not None and head.chain == 0 and not anchor.exists():
            _write_anchor(anchor, 0, _START)  # else dying right after the first commit would look like a lost anchor
        for row in rows:
            head.chain += 1
            head.seal = row.seal = _seal(head.seal, row)
            row.chain = head.chain
        faults.point("before_seal_commit")
        link = (head.chain, head.seal)
        told = [Sealing(row.chain or 0, row.seal or "", row.at, row.actor, row.action, row.subject) for row in rows]
    if rows and anchor is not None:
        _write_anchor(anchor, *link)
    if tell is not None:
        for each in told:
            tell(each)
    return len(rows)


def _head(session: Session) -> AuditHead:
    head = locks.get(session, AuditHead, 1)
    if head is None:
        head = AuditHead(id=1, chain=0, seal=_START)
        session.add(head)
        session.flush()
    return head


def _seal(before: str, row: AuditRow) -> str:
    detail = json.dumps(row.detail, sort_keys=True, ensure_ascii=False)
    parts = [before, str(row.id), row.at.isoformat(), row.actor, row.action, row.subject, detail]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _write_anchor(anchor: Path, chain: int, link: str) -> None:
    with anchor.open("a", encoding="ascii") as file:
        file.write(f"{real_now().isoformat()} {chain} {link}\n")
        file.flush()
        os.fsync(file.fileno())


def verify(session: Session, anchor: Path | None = None) -> list[str]:
    """Walk the chain; one sentence for each thing that does not fit, none when all is well."""
    problems: list[str] = []
    seals, before = {0: _START}, _START
    chained = select(AuditRow).where(AuditRow.chain.is_not(None)).order_by(AuditRow.chain)
    for place, row in enumerate(session.scalars(chained), start=1):
        if row.chain != place:
            return [*problems, f"link {place} of the audit is missing"]
        if row.seal != _seal(before, row):
            problems.append(f"link {place} of the audit was changed")
        before = seals[place] = row.seal or ""
    return problems + _against_head(session, seals) + _against_anchor(anchor, seals)


def _against_head(session: Session, seals: Mapping[int, str]) -> list[str]:
    head = session.get(AuditHead, 1)
    end, last = (head.chain, head.seal) if head else (0, _START)
    if seals.get(end) != last:
        return ["the end of the audit was cut off or changed"]
    return ["the audit goes on after its end"] if len(seals) - 1 > end else []


def _against_anchor(anchor: Path | None, seals: Mapping[int, str]) -> list[str]:
    if anchor is None:
        return []
    lines = anchor.read_bytes().decode("ascii", "replace").splitlines() if anchor.exists() else []
    if not lines and len(seals) > 1:
        return ["what was written outside about the audit is gone"]
    anchored = [line.split() for line in lines]
    torn = ["a line that was written outside about the audit cannot be read"] * any(map(_is_torn, anchored))
    kept = [(int(parts[1]), parts[2]) for parts in anchored if not _is_torn(parts)]
    return torn + [
        f"link {place} of the audit is not the one written outside" for place, link in kept if seals.get(place) != link
    ]


def _is_torn(parts: list[str]) -> bool:
    return len(parts) != 3 or not parts[1].isdecimal()
