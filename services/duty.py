"""Safety alerts: put to one person after another until somebody takes them on. Without a rota nothing is promised.

On duty, then the deputy, then the team's list; each has the rota's minutes. Whoever is asked finds the alert on the
desk, and is sent a text where their number is known. An alert that was raised out of cover is put to whoever comes on
duty next. Nothing is said to the person about it: who takes an alert on decides what to say.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services import audit, locks, rota, staff_texts
from services.models import DutyAlert, DutyAsk, StaffMember
from services.rota import Duty, Rota

REPEAT_WITHIN = timedelta(minutes=10)
CODE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Alerted:
    """An alert that was raised; `answer_by` is None when nobody is on duty."""

    id: int
    on_duty_id: int | None
    answer_by: datetime | None

    @property
    def result(self) -> str:
        """What a flow branches on: "alerted" or "no_rota"."""
        return "alerted" if self.on_duty_id else "no_rota"


def alert(session: Session, conversation_id: int, team_id: str | None, reason: str, now: datetime) -> Alerted:
    """Raise an alert in the caller's transaction; the same open one of the last ten minutes is answered instead."""
    same = select(DutyAlert).where(
        DutyAlert.conversation_id == conversation_id,
        DutyAlert.reason == reason,
        DutyAlert.closed_at.is_(None),
        DutyAlert.raised_at > now - REPEAT_WITHIN,
    )
    row = session.scalars(same).first() or _raise(session, conversation_id, team_id, reason, now)
    return Alerted(row.id, row.on_duty_id, row.answer_by)


def _raise(session: Session, conversation_id: int, team_id: str | None, reason: str, now: datetime) -> DutyAlert:
    row = DutyAlert(
        conversation_id=conversation_id,
        team_id=team_id,
        kind="safety",
        reason=reason,
        raised_at=now,
    )
    session.add(row)
    session.flush()
    _put_to_rota(session, row, now)
    return row


def _put_to_rota(session: Session, row: DutyAlert, now: datetime) -> bool:
    """Ask who is on duty now; False where nobody is."""
    found = rota.of_alert(session, row.team_id, now)
    if found is None:
        return False
    _begin(session, row, *found, now)
    return True


def _begin(session: Session, row: DutyAlert, of: Rota, duty: Duty, now: datetime) -> None:
    order = of.order(duty)
    row.on_duty_id, row.deputy_id = order[0], order[1] if len(order) > 1 else None
    row.asks, row.answer_minutes = list(order), duty.answer_minutes
    row.answer_by = now + timedelta(minutes=duty.answer_minutes)
    _ask(session, row, 0, now)


def _ask(session: Session, row: DutyAlert, place: int, now: datetime) -> DutyAsk:
    """Put an alert to the person at this place; the text, if they have a number, goes out with the commit."""
    staff_id = (row.asks or [])[place]
    by = now + timedelta(minutes=row.answer_minutes or rota.ANSWER_MINUTES)
    member = session.get(StaffMember, staff_id)
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS)) if member and member.phone else None
    ask = DutyAsk(alert_id=row.id, staff_id=staff_id, place=place, asked_at=now, answer_by=by, code=code)
    session.add(ask)
    session.flush()
    audit.record(session, "system", "asked", f"alert:{row.id}", now, {"staff": staff_id, "place": place})
    if member is not None and code is not None:
        filled = {"code": code, "by": by.isoformat()}
        staff_texts.queue(session, member, "alert", filled, now, not_after=by, alert_id=row.id)
    return ask


def asks_of(session: Session, alert_id: int) -> list[DutyAsk]:
    """Whom an alert was put to, in order."""
    return list(session.scalars(select(DutyAsk).where(DutyAsk.alert_id == alert_id).order_by(DutyAsk.place)))


def open_alerts(session: Session, team_id: str | None) -> list[DutyAlert]:
    """Alerts of a team, and those of no team, that nobody has closed; oldest first. None = of all teams."""
    rows = select(DutyAlert).where(DutyAlert.closed_at.is_(None)).order_by(DutyAlert.raised_at)
    if team_id is not None:
        rows = rows.where(or_(DutyAlert.team_id == team_id, DutyAlert.team_id.is_(None)))
    return list(session.scalars(rows))


def accept(session: Session, alert_id: int, staff_id: int, now: datetime) -> bool:
    """A member of staff takes an alert on; False when somebody has it already. The others who were asked are told."""
    row = locks.get_one(session, DutyAlert, alert_id)
    if row.accepted_at is not None:
        return False
    row.accepted_at, row.accepted_by = now, staff_id
    session.flush()
    for ask in asks_of(session, alert_id):
        if ask.staff_id != staff_id:
            _tell_taken(session, ask, now)
    return True


def _tell_taken(session: Session, ask: DutyAsk, now: datetime) -> None:
    """Only who was sent a text: whoever it did not reach yet is spared both."""
    member = session.get(StaffMember, ask.staff_id)
    if ask.code and member and member.phone and not staff_texts.drop_waiting(session, ask.alert_id, ask.staff_id, now):
        staff_texts.queue(session, member, "taken", {}, now, alert_id=ask.alert_id)


def close(session: Session, alert_id: int, note: str | None, now: datetime) -> bool:
    """An alert is dealt with; the note is sealed. False when nobody has it, or somebody closed it before."""
    row = locks.get_one(session, DutyAlert, alert_id)
    if row.accepted_at is None or row.closed_at is not None:
        return False
    row.closed_at, row.note = now, note
    session.flush()
    return True


def has_due(session: Session, now: datetime) -> bool:
    """Whether an alert is to be put to somebody (else)."""
    return any(_is_due(session, row, now) for row in session.scalars(_WAITING))


def escalate_overdue(session: Session, now: datetime) -> list[DutyAlert]:
    """Put every alert on whose time is up to the next in line, and one from out of cover to who is on duty by now.

    Answers those that were put to somebody. When nobody is left the alert stays at the top of the desk, as late.
    """
    rows = list(session.scalars(locks.on(_WAITING, skip_locked=True)))
    return [row for row in rows if _is_due(session, row, now) and _move_on(session, row, now)]


_WAITING = (
    select(DutyAlert)
    .where(DutyAlert.accepted_at.is_(None), DutyAlert.closed_at.is_(None), DutyAlert.nobody_left_at.is_(None))
    .order_by(DutyAlert.id)
)


def _is_due(session: Session, row: DutyAlert, now: datetime) -> bool:
    if row.answer_by is None:
        return row.raised_at <= now and rota.of_alert(session, row.team_id, now) is not None
    asked = asks_of(session, row.id)
    return (asked[-1].answer_by if asked else row.answer_by) <= now


def _move_on(session: Session, row: DutyAlert, now: datetime) -> bool:
    if row.answer_by is None:
        return _put_to_rota(session, row, now)
    asked = asks_of(session, row.id)
    place = _next_place(session, row, asked)
    if place is None:
        row.nobody_left_at = now
        audit.record(session, "system", "nobody_answered", f"alert:{row.id}", now, {"asked": len(asked)})
        session.flush()
        return False
    row.escalated_at = row.escalated_at or now
    _ask(session, row, place, now)
    return True


def _next_place(session: Session, row: DutyAlert, asked: list[DutyAsk]) -> int | None:
    """The next in line whose account is still open; an alert of an older version knows the deputy only."""
    if row.asks is None:
        row.asks = [each for each in (row.on_duty_id, row.deputy_id) if each]
    done = {each.staff_id for each in asked}
    begin = asked[-1].place + 1 if asked else 1
    for place in range(begin, len(row.asks)):
        member = session.get(StaffMember, row.asks[place])
        if row.asks[place] not in done and not (member and member.disabled_at):
            return place
    return None
