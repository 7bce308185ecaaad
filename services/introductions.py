"""A professional passes a number on, with the person's agreement: one first text to a number, ever.

Somebody we know on any channel, who said STOP, or who was texted before gets nothing new, and whoever asked cannot
tell. The text itself is a flow, begun by the worker when it falls due, so that its words live in dialogs/.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services import audit, conversations, crypto, due_work, people, rate_limits, reminders
from services.messages import Address
from services.models import Conversation, Introduction
from services.prepared import Prepared

KIND = "introduction"
PURPOSE = "first_text"
GOOD_FOR = timedelta(days=3)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PER_CALLER = 20

By = Literal["gp", "employer", "jobcentre", "other", "team"]
Capped = Literal["hour", "day"]


@dataclass(frozen=True, slots=True)
class Referrer:
    """Who passes a number on, and how often they may: a source code, or a member of staff."""

    source: str
    per_hour: int
    per_day: int
    staff_id: int | None = None

    @property
    def actor(self) -> str:
        """As the audit names them."""
        return f"source:{self.source}" if self.staff_id is None else f"staff:{self.staff_id}"


@dataclass(frozen=True, slots=True)
class Given:
    """What the form holds. `number` is a UK mobile as +447700900123."""

    number: str
    by: By
    name: str | None = None
    postcode: str | None = None
    note: str | None = None


def count(session: Session, referrer: Referrer, caller: str, now: datetime) -> Capped | None:
    """Count one form, also one that comes to nothing: the cap that it is over, which is audited, or None.

    `caller` is the network address of whoever posts, kept as a keyed hash.
    """
    mark = crypto.keys_of(session.get_bind()).blind_index("caller", caller)
    caps: tuple[tuple[str, int, timedelta, Capped], ...] = (
        (f"refer:caller:{mark}", max(PER_CALLER, referrer.per_hour), HOUR, "hour"),
        (f"refer:hour:{referrer.actor}", referrer.per_hour, HOUR, "hour"),
        (f"refer:day:{referrer.actor}", referrer.per_day, DAY, "day"),
    )
    for key, most, per, name in caps:
        if not rate_limits.allow(session, key, most, per, now):
            refuse(session, referrer.actor, f"capped_{name}", now)
            return name
    return None


def refuse(session: Session, actor: str, why: str, now: datetime) -> None:
    """Put a refused form into the audit: who, when and why, and nothing of what it held."""
    audit.record(session, actor, "refused", KIND, now, {"why": why})


def pass_on(session: Session, referrer: Referrer, given: Given, now: datetime) -> bool:
    """Keep what was passed on and plan the first text, in the caller's transaction; False when nothing new is sent.

    Safe from many at once: the number's keyed hash is unique, whoever comes second changes nothing.
    """
    row = None if is_known(session, given.number) else _keep(session, referrer, given, now)
    if row is None:
        audit.record(session, referrer.actor, "refer", KIND, now, {"result": "nothing_new"})
        return False
    thread = people.find_or_make_conversation(session, Address("sms", given.number), now)
    conversation = conversations.lock(session, thread)
    conversation.source = conversation.source or referrer.source
    row.person_id, row.conversation_id = conversation.person_id, conversation.id
    due_at = reminders.after_quiet(now)
    due_work.schedule(session, thread, KIND, due_at, not_after=due_at + GOOD_FOR, subject_id=row.id)
    audit.record(session, referrer.actor, "refer", f"{KIND}:{row.id}", now, {"result": "planned", "by": given.by})
    return True


def is_known(session: Session, number: str) -> bool:
    """Whether we know a number: it wrote, it stopped, a person gave it to be rung on, or it was passed on before."""
    if people.find_address(session, Address("sms", number)) or people.find_by_phone(session, number):
        return True
    indexes = crypto.keys_of(session.get_bind()).blind_indexes(KIND, number)
    return bool(session.scalar(select(exists().where(Introduction.number_index.in_(indexes)))))


def _keep(session: Session, referrer: Referrer, given: Given, now: datetime) -> Introduction | None:
    row = Introduction(
        number_index=crypto.keys_of(session.get_bind()).blind_index(KIND, given.number),
        source=referrer.source,
        staff_id=referrer.staff_id,
        by=given.by,
        name=given.name,
        postcode=given.postcode,
        note=given.note,
        at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    return row


def may_text(session: Session, conversation_id: int) -> bool:
    """Whether the first text is still to go, asked under the lock: not to who has written meanwhile."""
    return session.get_one(Conversation, conversation_id).last_in_at is None


def waits(now: datetime) -> bool:
    """Whether first texts wait for 8am: what fell due by day but was kept up is not sent at night."""
    return reminders.is_quiet(now)


def until(now: datetime) -> datetime:
    """How long a first text that is begun now may still be sent: until the quiet hours of today."""
    return reminders.quiet_from(now)


def of(session: Session, conversation_id: int) -> Introduction | None:
    """What was passed on about the person of a conversation; None when nothing was."""
    return _OF.found(session, Introduction, {"conversation": conversation_id})


_OF = Prepared(select(Introduction.id).where(Introduction.conversation_id == bindparam("conversation")))


def forget(session: Session, conversation_ids: Collection[int]) -> None:
    """All that was passed on goes; the keyed hash and the day stay, so that nobody is texted first a second time."""
    gone = update(Introduction).where(Introduction.conversation_id.in_(conversation_ids))
    session.execute(gone.values(name=None, postcode=None, note=None, source=None, person_id=None, conversation_id=None))
