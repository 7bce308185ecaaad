"""What is kept how long: each class has its days, and a sweep that holds them to it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from services import privacy, team_hooks, waiting_list
from services.db import Database
from services.models import (
    Appointment,
    CallBack,
    Conversation,
    DutyAlert,
    DutyAsk,
    EarlyReceipt,
    Introduction,
    Invitation,
    Journey,
    MessageIn,
    MessageOut,
    NotUnderstood,
    QuestionTime,
    RateCount,
    SetUpLink,
    SignIn,
    StaffText,
    UnmetNeed,
)

UNFINISHED = timedelta(days=30)
BODIES = timedelta(days=180)
NOT_UNDERSTOOD = timedelta(days=90)
DUTY_ALERT = timedelta(days=365)
TECHNICAL = timedelta(days=35)
FIGURES = timedelta(days=1096)
AT_ONCE = 500
_SAID: tuple[tuple[type[MessageIn], ColumnElement[bool]], tuple[type[MessageOut], ColumnElement[bool]]] = (
    (MessageIn, MessageIn.taken_at.is_not(None)),
    (MessageOut, MessageOut.settled_at.is_not(None)),
)
"""Messages in and out, and what those have that are done with."""


def sweep(db: Database, now: datetime) -> None:
    """Remove what is past its time; may run as often as one likes.

    Words go some conversations at a time, each with a transaction of its own: nobody who writes meanwhile waits for all.
    """
    last = 0
    while ids := _past_their_time(db, now, after=last):
        last = ids[-1]
        with db.write() as session:
            _forget_words(session, ids, now)
    with db.write() as session:
        _forget_the_rest(session, now)


def _forget_the_rest(session: Session, now: datetime) -> None:
    _passed_on(session, now)
    session.execute(delete(NotUnderstood).where(NotUnderstood.at < now - NOT_UNDERSTOOD))
    _alerts(session, now - DUTY_ALERT)
    _figures(session, (now - FIGURES).date())
    waiting_list.forget_ended(session, now - TECHNICAL)
    team_hooks.forget_settled(session, TECHNICAL, now)
    session.execute(delete(StaffText).where(StaffText.created_at < now - TECHNICAL))
    session.execute(delete(EarlyReceipt).where(EarlyReceipt.at < now - TECHNICAL))
    over = select(Appointment.id).where(Appointment.ends_at < now - TECHNICAL)
    session.execute(delete(Invitation).where(Invitation.appointment_id.in_(over)))
    session.execute(delete(RateCount).where(RateCount.window < now - TECHNICAL))
    session.execute(delete(SignIn).where(SignIn.expires_at < now - TECHNICAL))
    session.execute(delete(SetUpLink).where(SetUpLink.expires_at < now - TECHNICAL))


def _figures(session: Session, before: date) -> None:
    """What is counted, three years on."""
    session.execute(delete(Journey).where(Journey.began_on < before))
    session.execute(delete(QuestionTime).where(QuestionTime.quarter < before))
    session.execute(delete(UnmetNeed).where(UnmetNeed.on < before))


def _alerts(session: Session, before: datetime) -> None:
    """Alerts that were dealt with long ago, and whom they were put to."""
    session.execute(delete(DutyAlert).where(DutyAlert.closed_at < before))
    session.execute(delete(DutyAsk).where(DutyAsk.alert_id.not_in(select(DutyAlert.id))))


def _unfinished(now: datetime) -> ColumnElement[bool]:
    """Conversations that came to nothing: their words and answers go."""
    taken_on = [~exists().where(model.conversation_id == Conversation.id) for model in (Appointment, CallBack)]
    return and_(Conversation.last_in_at < now - UNFINISHED, Conversation.outcome.is_(None), *taken_on)


def _past(now: datetime) -> ColumnElement[bool]:
    """Those, and conversations that have been quiet for long: what a team took on is in its own record."""
    return or_(Conversation.last_in_at < now - BODIES, _unfinished(now))


def _past_their_time(db: Database, now: datetime, after: int) -> list[int]:
    """The next of them that still hold words."""
    words = [
        exists().where(row.conversation_id == Conversation.id, settled, row.body.is_not(None)) for row, settled in _SAID
    ]
    holds = or_(and_(_unfinished(now), Conversation.state.is_not(None)), *words)
    found = select(Conversation.id).where(
        Conversation.id > after, Conversation.last_in_at < now - UNFINISHED, _past(now), holds
    )
    with db.read() as session:
        return list(session.scalars(found.order_by(Conversation.id).limit(AT_ONCE)))


def _forget_words(session: Session, ids: list[int], now: datetime) -> None:
    """Asked again inside the transaction: somebody may have written meanwhile."""
    these = Conversation.id.in_(ids)
    empty = update(Conversation).where(these, _unfinished(now)).values(state=None)
    still = list(session.scalars(select(Conversation.id).where(these, _past(now)).with_for_update(key_share=True)))
    session.execute(empty.execution_options(synchronize_session=False))
    (said, taken), (sent, settled) = _SAID
    gone = update(said).where(said.conversation_id.in_(still), taken, said.body.is_not(None))
    session.execute(gone.values(body=None, pressed=None))
    gone = update(sent).where(sent.conversation_id.in_(still), settled, sent.body.is_not(None))
    session.execute(gone.values(body=None, choices=None))


def _passed_on(session: Session, now: datetime) -> None:
    """Who never answered goes whole; of who did, what a professional wrote: it is among their own answers by then."""
    before = now - UNFINISHED
    privacy.forget_silent(session, before, now)
    old = update(Introduction).where(Introduction.at < before)
    session.execute(old.values(name=None, postcode=None, note=None))
