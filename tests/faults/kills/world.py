"""What is kept of four people and what they were sent, and what must hold of it at any instant."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import audit, conversations
from services.db import Database
from services.models import (
    Appointment,
    CallBack,
    Consent,
    Conversation,
    DutyAlert,
    EventRow,
    MessageIn,
    MessageOut,
    Referral,
)
from tests.faults.kills.people import WRITERS, Writer

Snapshot = dict[str, Any]
PER_PERSON = (Appointment, Referral, CallBack)


@dataclass(frozen=True)
class Folder:
    """Where one world's lives write down what SIGKILL must not take with it: each line is one `write` to a file."""

    path: Path

    def append(self, name: str, line: str) -> None:
        descriptor = os.open(self.path / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{line}\n".encode())
        finally:
            os.close(descriptor)

    def lines(self, name: str) -> list[str]:
        file = self.path / name
        return file.read_text().splitlines() if file.exists() else []

    def sends(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines("sends")]


def snapshot(session: Session, writer: Writer) -> Snapshot:
    """What is kept of one person; numbers of rows that have gaps are left out."""
    conversation_id = conversations.find(session, writer.address)
    row = session.get(Conversation, conversation_id) if conversation_id else None
    if row is None:
        return {"taken": 0}
    state = dict(row.state or {})
    slots = {**state.get("slots", {}), "call_link": None}
    of_person = {
        table.__name__: session.scalar(
            select(func.count()).select_from(table).where(table.person_id == row.person_id)  # type: ignore[attr-defined]
        )
        for table in (Consent, *PER_PERSON)
    }
    events = select(EventRow.name).where(EventRow.conversation_id == row.id).order_by(EventRow.id)
    outs = select(MessageOut).where(MessageOut.conversation_id == row.id).order_by(MessageOut.seq)
    alerts = select(DutyAlert.reason).where(DutyAlert.conversation_id == row.id).order_by(DutyAlert.id)
    return {
        "taken": len(taken(session, row.id)),
        "slots": slots,
        "stack": state.get("stack"),
        "outcome": row.outcome,
        **of_person,
        "events": list(session.scalars(events)),
        "alerts": list(session.scalars(alerts)),
        "outs": [[out.body, out.priority] for out in session.scalars(outs)],
    }


def taken(session: Session, conversation_id: int) -> list[str]:
    rows = select(MessageIn.provider_id).where(MessageIn.conversation_id == conversation_id)
    return list(session.scalars(rows.where(MessageIn.taken_at.is_not(None)).order_by(MessageIn.seq)))


def problems(db: Database, folder: Folder, expected: dict[str, list[Snapshot]], anchor: Path) -> list[str]:
    """One sentence for each thing that may not be, at whatever instant the last life was killed."""
    with db.read() as session:
        if not db.on_sqlite:  # what the killed life had begun may just be ending
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        found = lost(session, folder) + [f"the audit: {each}" for each in audit.verify(session, anchor)]
        for writer in WRITERS:
            found += torn(session, writer, expected[writer.number]) + sent_wrongly(session, writer, folder)
    return found + repeats(folder)


def lost(session: Session, folder: Folder) -> list[str]:
    stored = set(session.scalars(select(MessageIn.provider_id)))
    return [f"lost: {sid} was acknowledged" for sid in folder.lines("acknowledged") if sid not in stored]


def torn(session: Session, writer: Writer, expected: list[Snapshot]) -> list[str]:
    """After so many turns exactly this is kept, all of it or nothing; and the messages are those said, in order."""
    conversation_id = conversations.find(session, writer.address)
    if conversation_id is None:
        return []
    rows = select(MessageIn.provider_id, MessageIn.seq).where(MessageIn.conversation_id == conversation_id)
    said = list(session.execute(rows.order_by(MessageIn.seq)))
    found = []
    if [tuple(row) for row in said] != [(writer.sid(at), at + 1) for at in range(len(said))]:
        found.append(f"order: {writer.number} said {said}")
    kept = snapshot(session, writer)
    if taken(session, conversation_id) != writer.sids[: kept["taken"]]:
        found.append(f"order: {writer.number} was not heard in order")
    due = expected[kept["taken"]] if kept["taken"] else {**kept, "outs": [], "events": [], "outcome": None}
    differ = {name: (kept[name], due.get(name)) for name in kept if kept[name] != due.get(name)}
    return [*found, f"torn: {writer.number} after {kept['taken']} turns: {differ}"] if differ else found


def sent_wrongly(session: Session, writer: Writer, folder: Folder) -> list[str]:
    """Each person gets each text for the first time in order; nothing is settled as sent that never left."""
    conversation_id = conversations.find(session, writer.address)
    rows = select(MessageOut.id, MessageOut.seq, MessageOut.priority, MessageOut.status)
    kept = {row.id: row for row in session.execute(rows.where(MessageOut.conversation_id == conversation_id))}
    first = list(dict.fromkeys(one["id"] for one in folder.sends() if one["to"] == writer.number))
    found = [f"sent and not kept: {one}" for one in first if one not in kept]
    for priority in (0, 1):
        seqs = [kept[one].seq for one in first if one in kept and kept[one].priority == priority]
        if seqs != sorted(seqs):
            found.append(f"order: {writer.number} was sent {seqs}")
    settled = {row.id for row in kept.values() if row.status == "sent"}
    return found + [f"lost: {one} counts as sent and never left" for one in settled - set(first)]


def repeats(folder: Folder) -> list[str]:
    """What is sent again is flagged; and there were never more flagged ones than kills before them."""
    found, seen, flagged = [], set[int](), 0
    for one in folder.sends():
        if one["id"] in seen and not one["repeat"]:
            found.append(f"repeat: {one['id']} went out again and was not flagged")
        seen.add(one["id"])
        flagged += one["repeat"]
        if flagged >= one["life"]:
            found.append(f"repeat: {flagged} flagged by life {one['life']}")
    return found


def unfinished(db: Database) -> list[str]:
    """What is left once everybody has said everything and nobody was killed."""
    with db.read() as session:
        waiting = list(session.scalars(select(MessageIn.provider_id).where(MessageIn.taken_at.is_(None))))
        stuck = select(MessageOut.id, MessageOut.status, MessageOut.reason).where(MessageOut.status != "sent")
        unsent = [tuple(row) for row in session.execute(stuck) if row.reason != "stopped"]
        said = {sid for writer in WRITERS for sid in writer.sids} - set(session.scalars(select(MessageIn.provider_id)))
    return [f"left: {each}" for each in (*waiting, *unsent, *said)]
