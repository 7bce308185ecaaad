"""Words that people said and nobody understood, labelled to teach the assistant. What is kept says nothing of who said it.

One in eight is held out: it is never trained on, and tells whether the others helped. The blind sets are elsewhere and
are not touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, crypto, locks
from services.models import NluExample, NotUnderstood

HELD_OUT = 8
"""One in so many is kept for measuring."""
LONGEST = 200
PERSONAL = re.compile(r"\d{4}|\d[\d ()+-]{7,}\d|@|https?:|www\.|\b[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}\b", re.IGNORECASE)
"""A number, a mail or web address, a postcode. A name cannot be told from a word: whoever labels takes it out."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message as it is to be taught: which row it comes from, its words without names, what it means."""

    row_id: int
    words: str


def is_personal(words: str) -> bool:
    """Whether words hold something by which a person is known."""
    return PERSONAL.search(words) is not None


def tidy(words: str) -> str:
    """One line, as the training data are written."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())


def teach(session: Session, labelled: Iterable[Labelled], intent: str, staff_id: int, now: datetime) -> int:
    """Keep these words under one meaning and put their rows aside; how many were new.

    ValueError where words are empty, too long or `is_personal`: nothing is kept then.
    """
    chosen = [(each.row_id, tidy(each.words)) for each in labelled]
    if any(not words or len(words) > LONGEST or is_personal(words) for _, words in chosen):
        raise ValueError("words to teach are short, and hold no number, address or postcode")
    locks.alone(session, "examples")
    added = sum(_add(session, words, intent, staff_id, now) for _, words in chosen)
    put_aside(session, [row_id for row_id, _ in chosen], now)
    audit.record(session, f"staff:{staff_id}", "teach", "examples:1", now, {"intent": intent, "count": added})
    return added


def _add(session: Session, words: str, intent: str, staff_id: int, now: datetime) -> bool:
    mark = crypto.keys_of(session.get_bind()).blind_index("nlu_example", words.casefold())
    known = session.scalars(select(NluExample).where(NluExample.mark == mark)).first()
    if known is not None:
        known.intent = intent
        return False
    held_out = sum(mark.encode()) % HELD_OUT == 0
    session.add(NluExample(mark=mark, words=words, intent=intent, held_out=held_out, added_by=staff_id, added_at=now))
    session.flush()
    return True


def put_aside(session: Session, row_ids: Sequence[int], now: datetime) -> None:
    """Somebody has dealt with these messages."""
    for row in session.scalars(select(NotUnderstood).where(NotUnderstood.id.in_(row_ids))):
        row.handled_at = now
    session.flush()


def collected(session: Session) -> list[NluExample]:
    """Everything that was labelled, by meaning, in order."""
    return list(session.scalars(select(NluExample).order_by(NluExample.intent, NluExample.id)))


def forget(session: Session, example_id: int, staff_id: int, now: datetime) -> bool:
    """Delete one; False when it is gone already."""
    row = session.get(NluExample, example_id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    audit.record(session, f"staff:{staff_id}", "forget_example", f"example:{example_id}", now)
    return True
