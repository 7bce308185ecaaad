"""What is kept how long: each class has its days, and a sweep that holds them to it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services import privacy, team_hooks, waiting_list
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


def sweep(session: Session, now: datetime) -> None:
    """Remove what is past its time; may run as often as one likes."""
    _unfinished(session, now - UNFINISHED)
    _bodies(session, now - BODIES)
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


def _unfinished(session: Session, before: datetime) -> None:
    """Conversations that came to nothing: their words and answers go."""
    taken_on = [Conversation.id.not_in(select(model.conversation_id)) for model in (Appointment, CallBack)]
    old = select(Conversation.id).where(Conversation.last_in_at < before, Conversation.outcome.is_(None), *taken_on)
    ids = list(session.scalars(old))
    session.execute(update(Conversation).where(Conversation.id.in_(ids)).values(state=None))
    _forget_words(session, ids)


def _bodies(session: Session, before: datetime) -> None:
    """Words of conversations that have been quiet for long; what a team took on is in its own record."""
    ids = list(session.scalars(select(Conversation.id).where(Conversation.last_in_at < before)))
    _forget_words(session, ids)


def _passed_on(session: Session, now: datetime) -> None:
    """Who never answered goes whole; of who did, what a professional wrote: it is among their own answers by then."""
    before = now - UNFINISHED
    privacy.forget_silent(session, before, now)
    old = update(Introduction).where(Introduction.at < before)
    session.execute(old.values(name=None, postcode=None, note=None))


def _forget_words(session: Session, ids: list[int]) -> None:
    taken = MessageIn.conversation_id.in_(ids), MessageIn.taken_at.is_not(None), MessageIn.body.is_not(None)
    session.execute(update(MessageIn).where(*taken).values(body=None, pressed=None))
    settled = MessageOut.conversation_id.in_(ids), MessageOut.settled_at.is_not(None), MessageOut.body.is_not(None)
    session.execute(update(MessageOut).where(*settled).values(body=None, choices=None))
