"""Hand a person to another team: only to one that has accepted their area, and only once they say yes themself.

The other team is another controller, so the person is asked afresh, in their chat, by that team's name. Until they say
yes nothing leaves their own team, and every promise it made stands. A referral has one open question at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import (
    allocation,
    audit,
    booking,
    call_backs,
    conversations,
    due_work,
    notes,
    people,
    referrals,
    reminders,
    scopes,
    team_hooks,
    teams,
    waiting_list,
)
from services.areas import Area, Areas
from services.clock import LONDON
from services.desk_rows import team_name
from services.models import CallBack, Consent, Conversation, Referral, Team, Transfer
from services.referrals import HANDED
from services.scopes import Viewer

KIND = "transfer"
STANDS = timedelta(days=7)
"""So long a question may be answered; a later yes finds nothing."""
Reason = Literal["no_time", "nearer", "fits_better"]
REASONS: tuple[str, ...] = get_args(Reason)
Asked = bool | str
"""True; False when not theirs; "changed" when closed, "stopped", "has_call", "in_talk", "asked_already"."""


@dataclass(frozen=True, slots=True)
class TransferRow:
    """One question as the card shows it. `state`: waiting, asked, yes, no, gone, taken_back, not_asked, no_answer."""

    id: int
    team: str
    reason: str
    by: str
    at: datetime
    answered: datetime | None
    state: str

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "asked")


def teams_for(session: Session, referral: Referral, now: datetime) -> list[Team]:
    """The other teams that have accepted the area of a referral, by name."""
    on = now.astimezone(LONDON).date()
    return [team for team in teams.accepting(session, _area(referral, now), on) if team.id != referral.team_id]


def _area(referral: Referral, now: datetime) -> Area | None:
    """Where the person lives, as the card has it; the board alone where that is all that is known."""
    card = referral.card or {}
    found = Areas.load().find(str(card.get("postcode") or ""), now.astimezone(LONDON).date()).confirmed()
    if found.board or not card.get("board"):
        return found if found.board else None
    return Area(status="found", input="", nation="england", board=str(card["board"]))


def ask(session: Session, referral_id: int, team_id: str, reason: str, viewer: Viewer, now: datetime) -> Asked:
    """Have the person asked, at once or at 8am after a night. ValueError for another reason than `REASONS`."""
    if reason not in REASONS:
        raise ValueError(f"a reason is one of {', '.join(REASONS)}")
    referral = scopes.lock(session, Referral, referral_id, viewer, now)
    if referral is None:
        return False
    conversation = session.get_one(Conversation, referral.conversation_id)
    if team_id not in {team.id for team in teams_for(session, referral, now)}:
        scopes.refuse(session, viewer, f"team:{team_id}", "area_not_accepted", now)
        return False
    hindered = _hindered(session, referral, conversation, now)
    if hindered:
        return hindered
    row = _put(session, referral, team_id, reason, viewer, now)
    audit.record(session, viewer.actor, "ask_to_transfer", f"referral:{referral_id}", now, {"team": team_id})
    due_work.schedule(
        session,
        conversation.id,
        KIND,
        row.due_at,
        not_after=reminders.quiet_from(row.due_at),
        subject_id=row.id,
    )
    return True


def _hindered(session: Session, referral: Referral, conversation: Conversation, now: datetime) -> str | None:
    if referral.status in referrals.CLOSED:
        return "changed"
    if people.unwanted(session, conversation.id, "reminder"):
        return "stopped"
    if conversation.coach_takeover_at is not None:
        return "in_talk"
    if booking.coming_call(session, referral.person_id, now) is not None:
        return "has_call"
    newest = newest_of(session, conversation.id)
    return "asked_already" if newest is not None and _state(newest, now) in ("waiting", "asked") else None


def _put(session: Session, referral: Referral, team_id: str, reason: str, viewer: Viewer, now: datetime) -> Transfer:
    row = Transfer(referral_id=referral.id, person_id=referral.person_id, conversation_id=referral.conversation_id)
    row.from_team_id, row.to_team_id, row.reason, row.staff_id = referral.team_id, team_id, reason, viewer.staff_id
    row.planned_at, row.due_at = now, reminders.after_quiet(now)
    session.add(row)
    session.flush()
    return row


def take_back(session: Session, transfer_id: int, viewer: Viewer, now: datetime) -> Asked:
    """The person stays: a yes that comes later finds nothing. False when not theirs, "changed" when answered already."""
    row = session.get(Transfer, transfer_id)
    if row is None or scopes.find(session, Referral, row.referral_id, viewer, now) is None:
        return False
    conversations.lock(session, row.conversation_id)
    session.refresh(row)
    if row.answer is not None or row.taken_back_at is not None:
        return "changed"
    row.taken_back_at = now
    due_work.cancel(session, row.conversation_id, (KIND,), now)
    audit.record(session, viewer.actor, "take_transfer_back", f"referral:{row.referral_id}", now)
    return True


def newest_of(session: Session, conversation_id: int) -> Transfer | None:
    """The newest question of a conversation."""
    rows = select(Transfer).where(Transfer.conversation_id == conversation_id)
    return session.scalars(rows.order_by(Transfer.id.desc())).first()


def begin(session: Session, conversation_id: int, now: datetime) -> Transfer | None:
    """The question to ask now, marked as asked in the turn that asks it; None when nothing of it holds any more."""
    row = newest_of(session, conversation_id)
    if row is None or row.asked_at is not None or row.due_at > now or not still_holds(session, row, now):
        return None
    row.asked_at = now
    session.flush()
    return row


def still_holds(session: Session, row: Transfer, now: datetime) -> bool:
    """Whether a yes would do what was said: still open here, no call booked since, and that team still takes the area."""
    referral = session.get_one(Referral, row.referral_id)
    if row.answer or row.taken_back_at or referral.status in referrals.CLOSED or now > row.due_at + STANDS:
        return False
    if booking.coming_call(session, row.person_id, now) is not None:
        return False
    return row.to_team_id in {team.id for team in teams_for(session, referral, now)}


def refuse(session: Session, row: Transfer, answer: Literal["no", "gone"], now: datetime) -> None:
    """The person does not want it, or it came too late: they stay where they are, and their team sees why."""
    row.answer, row.answered_at = row.answer or answer, row.answered_at or now
    session.flush()
    audit.record(session, "system", f"transfer_{answer}", f"referral:{row.referral_id}", now)


def carry_out(
    session: Session, row: Transfer, conversation: Conversation, agreed: Consent, decision: int | None, now: datetime
) -> CallBack:
    """The person has agreed: the other team has the referral and a date to ring by, and the first has a closed one.

    Notes, plans and calls stay with the team that made them. In the person's own turn.
    """
    old = session.get_one(Referral, row.referral_id)
    conversation.team_id = row.to_team_id
    _let_go(session, old, conversation, row, now)
    new = referrals.create(
        session,
        conversation,
        row.to_team_id,
        {**old.card, "handed_from": team_name(session, old.team_id), "handed_reason": row.reason},
        now,
        consent_id=agreed.id,
        decision_id=decision,
    )
    promise = allocation.promise(session, conversation, new, HANDED, now)
    row.answer, row.answered_at, row.new_referral_id = "yes", now, new.id
    session.flush()
    subject, detail = f"referral:{old.id}", {"team": row.to_team_id, "new": new.id, "asked_by": row.staff_id}
    audit.record(session, "system", "transfer", subject, now, detail)
    return promise


def _let_go(session: Session, old: Referral, conversation: Conversation, row: Transfer, now: datetime) -> None:
    """What the first team had promised is the other's to keep now; its own system is told that it is done."""
    promise = call_backs.waiting_for(session, old.person_id)
    if promise is not None:
        call_backs.finish(session, promise.id, HANDED, now)
    waiting_list.leave(session, old.person_id, "moved", now)
    booking.release(session, conversation.id)
    notes.add(session, old, "hand_over", row.staff_id, now, result=team_name(session, row.to_team_id))
    old.outcome = HANDED
    referrals.close(session, old, "closed", now)
    team_hooks.told(session, "outcome", old, now)


def of(session: Session, referral_id: int, now: datetime) -> tuple[TransferRow, ...]:
    """A referral's questions, newest first."""
    rows = select(Transfer).where(Transfer.referral_id == referral_id).order_by(Transfer.id.desc())
    return tuple(_row(session, row, now) for row in session.scalars(rows))


def _row(session: Session, row: Transfer, now: datetime) -> TransferRow:
    by, team = scopes.name_of(session, row.staff_id) or "", team_name(session, row.to_team_id)
    return TransferRow(row.id, team, row.reason, by, row.asked_at or row.due_at, row.answered_at, _state(row, now))


def _state(row: Transfer, now: datetime) -> str:
    if row.taken_back_at is not None:
        return "taken_back"
    if row.answer is not None:
        return row.answer
    if row.asked_at is not None:
        return "asked" if now <= row.due_at + STANDS else "no_answer"
    return "waiting" if now <= reminders.quiet_from(row.due_at) else "not_asked"
