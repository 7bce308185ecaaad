"""Whatever somebody does to the audit behind our back is noticed: rows changed, deleted, swapped, inserted, the end
cut off with what was written outside, or without. 300 tries here, TAMPERINGS of them in `make soak`."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from services import audit
from services.db import Database
from services.models import AuditHead, AuditRow

TAMPERINGS = int(os.environ.get("TAMPERINGS", "300"))
SEED = int(os.environ.get("SOAK_SEED", "20261123"))
ROWS = 60
Tamper: TypeAlias = Callable[[Session, random.Random], None]


def row(session: Session, chance: random.Random) -> AuditRow:
    return session.scalars(select(AuditRow).where(AuditRow.chain == chance.randint(1, ROWS))).one()


def change(session: Session, chance: random.Random) -> None:
    """Any one thing that a row says, also its place or its seal."""
    chosen = row(session, chance)
    ways: dict[str, Any] = {
        "actor": "staff:999",
        "action": "nothing",
        "subject": "referral:999",
        "detail": {**chosen.detail, "page": "other"},
        "at": chosen.at + timedelta(microseconds=1),
        "seal": "0" * 64,
        "chain": chosen.chain or 0,
    }
    name = chance.choice(list(ways))
    value = ROWS + 1 if name == "chain" else ways[name]
    session.execute(update(AuditRow).where(AuditRow.id == chosen.id).values({name: value}))


def take_out(session: Session, chance: random.Random) -> None:
    session.execute(delete(AuditRow).where(AuditRow.id == row(session, chance).id))


def unseal(session: Session, chance: random.Random) -> None:
    """Puts a row back among those that are not chained yet, to be chained anew with other words."""
    session.execute(update(AuditRow).where(AuditRow.id == row(session, chance).id).values(chain=None, seal=None))


def swap(session: Session, chance: random.Random) -> None:
    """Two rows change places, with or without their seals."""
    one, other = chance.sample(range(1, ROWS + 1), 2)
    first, second = (session.scalars(select(AuditRow).where(AuditRow.chain == each)).one() for each in (one, other))
    kept = (first.chain, first.seal), (second.chain, second.seal)
    with_seals = chance.random() < 0.5
    first.chain = None
    session.flush()
    second.chain = kept[0][0]
    session.flush()
    first.chain = kept[1][0]
    if with_seals:
        first.seal, second.seal = kept[1][1], kept[0][1]
    session.flush()


def put_in(session: Session, chance: random.Random) -> None:
    """A row that never was, at the end or as if it had been there; the head moved along, or not."""
    head = session.get_one(AuditHead, 1)
    made = AuditRow(at=head_time(session), actor="staff:1", action="read", subject="referral:1", detail={})
    session.add(made)
    session.flush()
    place = ROWS + 1
    if chance.random() < 0.5:
        place = chance.randint(1, ROWS)
        for each in session.scalars(select(AuditRow).where(AuditRow.chain >= place).order_by(AuditRow.chain.desc())):
            each.chain = (each.chain or 0) + 1
            session.flush()
    made.chain, made.seal = place, audit._seal(head.seal, made)
    if chance.random() < 0.5:
        head.chain += 1
        if place == ROWS + 1:
            made.seal = "f" * 64
            head.seal = "e" * 64
    session.flush()


def head_time(session: Session) -> datetime:
    found = session.scalar(select(func.max(AuditRow.at)))
    assert found is not None
    return found


def cut(session: Session, chance: random.Random) -> None:
    """The end is cut off; the head is told, or not: what was written outside knows."""
    last = chance.randint(0, ROWS - 1)
    session.execute(delete(AuditRow).where(AuditRow.chain > last))
    if chance.random() < 0.5:
        rewrite_head(session, last)


def rewrite_head(session: Session, last: int) -> None:
    seal = session.scalar(select(AuditRow.seal).where(AuditRow.chain == last)) or audit._START
    session.execute(update(AuditHead).values(chain=last, seal=seal))


def behead(session: Session, _chance: random.Random) -> None:
    """What the database itself says about the end is gone."""
    session.execute(delete(AuditHead))


def rewrite(session: Session, chance: random.Random) -> None:
    """One row is changed and everything after it sealed anew, by somebody who knows how: only the outside tells."""
    changed = chance.randint(1, ROWS)
    before = audit._START
    for each in session.scalars(select(AuditRow).order_by(AuditRow.chain)):
        if each.chain == changed:
            each.actor = "staff:999"
        before = each.seal = audit._seal(before, each)
    session.execute(update(AuditHead).values(seal=before))


WAYS: tuple[Tamper, ...] = (change, take_out, unseal, swap, put_in, cut, behead, rewrite)


def test_every_tampering_with_the_audit_is_noticed(sqlite_db: Database, now: datetime, tmp_path: Path) -> None:
    anchor = tmp_path / "audit.anchor"
    for number in range(ROWS):
        with sqlite_db.write() as session:
            audit.record(session, f"staff:{number % 7}", "read", f"referral:{number}", now, {"page": "card"})
        if number % 5 == 4:
            audit.seal(sqlite_db, anchor)
    chance, missed, tried = random.Random(SEED), Counter[str](), Counter[str]()
    for _ in range(TAMPERINGS):
        way = chance.choice(WAYS)
        tried[way.__name__] += 1
        with sqlite_db.read() as session:  # what is changed in it is lost at its end
            way(session, chance)
            session.flush()
            missed[way.__name__] += not audit.verify(session, anchor)
    print(f"{TAMPERINGS} tamperings: {dict(tried)}")
    assert set(tried) == {way.__name__ for way in WAYS}
    assert sum(missed.values()) == 0, missed
    with sqlite_db.read() as session:
        assert audit.verify(session, anchor) == []


def test_every_change_to_what_was_written_outside_is_noticed(
    sqlite_db: Database, now: datetime, tmp_path: Path
) -> None:
    """A character of it, or the file: an end that is cut off line by line is an older, true one, and the chain tells."""
    anchor = tmp_path / "audit.anchor"
    for number in range(5):
        with sqlite_db.write() as session:
            audit.record(session, "staff:3", "read", f"referral:{number}", now)
        audit.seal(sqlite_db, anchor)
    kept, chance, silent = anchor.read_bytes(), random.Random(SEED), []
    for _ in range(min(TAMPERINGS, 300)):
        line = chance.randrange(5)
        start = sum(len(each) + 1 for each in kept.split(b"\n")[:line])
        at = start + kept[start:].index(b" ") + 1 + chance.randrange(66)  # its place and its seal; not the time
        changed = bytearray(kept)
        changed[at] = chance.choice([byte for byte in b"0123456789abcdef" if byte != kept[at]])
        anchor.write_bytes(changed)
        with sqlite_db.read() as session:
            if not audit.verify(session, anchor):
                silent.append(at)
    assert silent == []
