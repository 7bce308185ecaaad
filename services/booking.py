"""Choosing holds, booking turns the hold into a call, moving makes a chain (invariants 7 and 8).

Lock order: conversation (by the caller), then the team if it has a limit of the week (capacity.py), then coach. What
a person can meet comes back as a word the flow branches on: "taken" (somebody else has it), "lapsed" (it is no longer
to be had), "none".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services import call_backs, capacity, diary, due_work, invitations, locks, reminders, team_hooks, waiting_list
from services.diary import Opening, OpeningId
from services.models import Appointment, Coach, Conversation, DiaryCell, Hold, Team
from services.prepared import Prepared, PreparedList
from services.sessions import savepoint

MISSED_CALL, MISSED_GOOD_FOR = "missed_call", timedelta(hours=12)
HELD_BACK = timedelta(minutes=5)
"""The message after a missed call waits this long: what was recorded by mistake can be taken back before anybody hears."""
LONGEST_HOLD = timedelta(minutes=60)
LAPSED_FOR = timedelta(hours=24)  # a hold that ran out is good while nobody else comes; after a day it is swept away
SILENCE = {"sms": timedelta(minutes=20), "telegram": timedelta(minutes=5), "web": timedelta(minutes=5)}

HoldResult = Literal["held", "taken", "lapsed"]
Refusal = Literal["taken", "lapsed"]


def hold(
    session: Session,
    conversation: Conversation,
    opening_id: str,
    now: datetime,
    ttl: timedelta,
    *,
    longest: timedelta = LONGEST_HOLD,
) -> HoldResult:
    """Keep an opening for a locked conversation for `ttl` (at most `longest`); its earlier hold goes when this is got.

    "taken" when somebody else has the time, "lapsed" when it is no longer an opening (past, notice, leave, nonsense).
    """
    wanted = OpeningId.parse(opening_id)
    mine = held(session, conversation.id)
    if wanted is None:
        return "lapsed"
    capacity.lock(session, wanted.coach_id)
    _lock_coaches(session, wanted.coach_id, mine.coach_id if mine else None)
    if mine and _is_same(mine, wanted) and mine.expires_at > now:
        renew(session, conversation.id, now, ttl)
        return "held"
    _delete_expired(session, wanted.coach_id, now)
    coach = session.get(Coach, wanted.coach_id)
    team = session.get(Team, coach.team_id) if coach else None
    opening = diary.find(session, opening_id, now, own_conversation=conversation.id)
    if opening is None or team is None:
        return "taken" if _is_occupied(session, wanted) else "lapsed"
    return _hold(session, conversation.id, opening, team, now, min(ttl, longest))


def _hold(
    session: Session, conversation_id: int, opening: Opening, team: Team, now: datetime, ttl: timedelta
) -> HoldResult:
    span = diary.cells(opening.starts_at, opening.ends_at, diary.buffer_of(team))
    when = {"starts_at": opening.starts_at, "ends_at": opening.ends_at}
    kept = {"conversation_id": conversation_id, "coach_id": opening.coach_id, "kind": opening.kind, **when}
    try:
        with savepoint(session):  # a conflict undoes the release of the earlier hold as well
            release(session, conversation_id)
            held_as = _HOLD.scalar(session, {**kept, "held_at": now, "expires_at": now + ttl})
            _CELL.each(session, [{"coach_id": opening.coach_id, "cell": cell, "hold_id": held_as} for cell in span])
    except IntegrityError:
        return "taken"
    return "held"


_HOLD = Prepared(
    insert(Hold).returning(Hold.id),
    inserted=("conversation_id", "coach_id", "kind", "starts_at", "ends_at", "held_at", "expires_at"),
)
_CELL = Prepared(insert(DiaryCell), inserted=("coach_id", "cell", "hold_id"))


def held(session: Session, conversation_id: int) -> Any | None:
    """What is kept for a conversation (a row with the columns of `Hold`), also when it has run out but nobody else came."""
    session.flush()
    return _HELD.first(session, {"conversation": conversation_id})


_HELD = Prepared(select(Hold.__table__).where(Hold.conversation_id == bindparam("conversation")))
_RENEWED = Prepared(  # another turn may sweep it just now
    update(Hold)
    .where(Hold.id == bindparam("held"), Hold.expires_at > bindparam("now"))
    .values(expires_at=bindparam("until"))
)


def renew(session: Session, conversation_id: int, now: datetime, ttl: timedelta) -> bool:
    """A turn came: keep the hold for `ttl` more, 60 minutes from its start at most; False when none runs."""
    row = held(session, conversation_id)
    if row is None or row.expires_at <= now:
        return False
    until = max(row.expires_at, min(now + ttl, row.held_at + LONGEST_HOLD))
    return bool(_RENEWED.changed(session, {"held": row.id, "now": now, "until": until}))


def release(session: Session, conversation_id: int) -> None:
    """Let the conversation's hold go, if it has one."""
    session.flush()
    for statement in (_FREED, _RELEASED):
        statement.do(session, {"conversation": conversation_id})


_FREED = Prepared(
    delete(DiaryCell).where(
        DiaryCell.hold_id.in_(select(Hold.id).where(Hold.conversation_id == bindparam("conversation")))
    )
)
_RELEASED = Prepared(delete(Hold).where(Hold.conversation_id == bindparam("conversation")))


def book(
    session: Session, conversation: Conversation, now: datetime, *, referral_id: int | None = None
) -> Appointment | Refusal:
    """Turn the locked conversation's hold into a call, in the caller's transaction.

    Booked twice is booked once: without a hold, the call that stands is the answer; with one, it replaces the call
    that stands, so that nobody ever has two. A hold that ran out is good while nobody else took the time; else
    "taken", or "lapsed" when there is none or the time is past.
    """
    standing = coming_call(session, conversation.person_id, now)
    if held(session, conversation.id) is None:
        return standing or "lapsed"
    return _turn_hold(session, conversation, now, referral_id, replaces=standing)


def move(session: Session, conversation: Conversation, now: datetime) -> Appointment | Refusal | Literal["none"]:
    """Turn the hold into a call that replaces the person's coming one; "none" when there is no coming call."""
    old = coming_call(session, conversation.person_id, now)
    if old is None:
        return "none"
    return _turn_hold(session, conversation, now, None, replaces=old)


def replace(
    session: Session, conversation: Conversation, old: Appointment, now: datetime, *, by: str
) -> Appointment | Refusal:
    """Turn the hold into a call that replaces this very one, also when it is past: a coach's move."""
    return _turn_hold(session, conversation, now, None, replaces=old, by=by)


def _turn_hold(
    session: Session,
    conversation: Conversation,
    now: datetime,
    referral_id: int | None,
    replaces: Appointment | None,
    by: str = "person",
) -> Appointment | Refusal:
    mine = held(session, conversation.id)
    if mine is None:
        return "lapsed"
    capacity.lock(session, mine.coach_id)
    _lock_coaches(session, mine.coach_id, replaces.coach_id if replaces else None)
    mine = held(session, conversation.id)
    if mine is None:
        return "taken"  # it ran out and somebody else's hold or call swept it away
    coach = session.get_one(Coach, mine.coach_id)
    team = session.get_one(Team, coach.team_id)
    if mine.starts_at <= now or not coach.active or not _still_offered(session, mine, team, replaces, now):
        release(session, conversation.id)
        return "lapsed"
    new = _appointment(session, conversation, mine, coach, now, referral_id, replaces)
    if replaces is not None:
        _end(session, replaces, "moved", by, now)
    invitations.booked(session, new, replaces, now)
    team_hooks.happened(session, "moved" if replaces else "booked", new, now)
    waiting_list.booked(session, new, now)
    call_backs.keep_by_booking(session, conversation.person_id, now)
    return new


def _still_offered(session: Session, mine: Any, team: Team, replaces: Appointment | None, now: datetime) -> bool:
    """Leave or other hours may have been entered since the opening was chosen (the coach is locked).

    So may others have filled the day or the week while a hold that ran out counted for nothing.
    """
    if not diary.fits(session, mine.coach_id, mine.kind, mine.starts_at, mine.ends_at):
        return False
    gone = replaces.id if replaces else None
    starts, own = mine.starts_at, mine.conversation_id
    return capacity.full(session, team, starts, starts, now, own=own, replaces=gone).takes(mine.coach_id, starts)


def _appointment(
    session: Session,
    conversation: Conversation,
    mine: Any,
    coach: Coach,
    now: datetime,
    referral_id: int | None,
    replaces: Appointment | None,
) -> Appointment:
    row = Appointment(
        person_id=conversation.person_id,
        conversation_id=conversation.id,
        coach_id=coach.id,
        team_id=coach.team_id,
        referral_id=referral_id or (replaces.referral_id if replaces else None),
        kind=mine.kind,
        starts_at=mine.starts_at,
        ends_at=mine.ends_at,
        moved_from_id=replaces.id if replaces else None,
        moves=replaces.moves + 1 if replaces else 0,
        created_at=now,
    )
    session.add(row)
    session.flush()
    _KEPT.do(session, {"held": mine.id, "call": row.id})
    _RELEASED.do(session, {"conversation": conversation.id})
    return row


_KEPT = Prepared(
    update(DiaryCell)
    .where(DiaryCell.hold_id == bindparam("held"))
    .values(appointment_id=bindparam("call", type_=DiaryCell.appointment_id.type), hold_id=None)
)


def call_off(session: Session, appointment_id: int, now: datetime, by: str = "person") -> bool:
    """Call off a booked call and free its time; False when it is not booked any more. The conversation is locked."""
    row = locks.get_one(session, Appointment, appointment_id, key_share=True)
    if row.status != "booked":
        return False
    _lock_coaches(session, row.coach_id)
    _end(session, row, "called_off", by, now)
    invitations.called_off(session, row, now)
    team_hooks.happened(session, "called_off", row, now)
    return True


def _end(session: Session, row: Appointment, status: str, by: str, now: datetime) -> None:
    row.status, row.ended_at, row.ended_by = status, now, by
    session.execute(delete(DiaryCell).where(DiaryCell.appointment_id == row.id))
    session.flush()


def record_outcome(session: Session, appointment_id: int, outcome: str, now: datetime, *, tell: bool = True) -> bool:
    """What came of a call: reached, not_reached or declined; False when it was moved or called off before.

    After a missed one a no-blame message falls due in `HELD_BACK`, or at 8am when it is night; not without `tell`.
    """
    row = locks.get_one(session, Appointment, appointment_id, key_share=True)
    if outcome not in ("reached", "not_reached", "declined"):
        raise ValueError("an outcome is reached, not_reached or declined")
    if row.status in ("moved", "called_off"):
        return False
    if row.status != outcome:
        _plan_missed(session, row, outcome if tell else "", now)
    row.status, row.outcome_at = outcome, now
    session.flush()
    team_hooks.happened(session, "outcome", row, now)
    return True


def _plan_missed(session: Session, row: Appointment, outcome: str, now: datetime) -> None:
    """A message falls due after a missed call, and none any more when the coach corrects what they recorded."""
    due_work.cancel(session, row.conversation_id, (MISSED_CALL,), now)
    if outcome == "not_reached":
        say_missed(session, row.conversation_id, now)


def say_missed(session: Session, conversation_id: int, now: datetime) -> None:
    """The message after a try in vain falls due: after `HELD_BACK`, and in the morning when that is in the night."""
    at = reminders.after_quiet(now + HELD_BACK)
    due_work.schedule(session, conversation_id, MISSED_CALL, at, not_after=at + MISSED_GOOD_FOR)


def coming_call(session: Session, person_id: int, now: datetime) -> Appointment | None:
    """The person's next booked call that has not ended; None when there is none."""
    return _COMING.found(session, Appointment, {"person": person_id, "now": now})


_COMING = Prepared(
    select(Appointment.id)
    .where(Appointment.person_id == bindparam("person"), Appointment.status == "booked")
    .where(Appointment.ends_at > bindparam("now"))
    .order_by(Appointment.starts_at)
    .limit(1)
)
_LAST = Prepared(
    select(Appointment.id)
    .where(Appointment.person_id == bindparam("person"), Appointment.status.not_in(("moved", "called_off")))
    .order_by(Appointment.starts_at.desc())
    .limit(1)
)


def last_call(session: Session, person_id: int) -> Appointment | None:
    """The person's newest call that was not moved or called off, past ones included."""
    return _LAST.found(session, Appointment, {"person": person_id})


def calls_between(
    session: Session, team_id: str | None, starts: datetime, ends: datetime, coach_id: int | None = None
) -> list[Appointment]:
    """A team's (or one coach's) calls that stand, in order of time; None = all teams."""
    stands = Appointment.status.not_in(("moved", "called_off"))
    calls = select(Appointment).where(stands, Appointment.starts_at >= starts, Appointment.starts_at < ends)
    if team_id is not None:
        calls = calls.where(Appointment.team_id == team_id)
    if coach_id is not None:
        calls = calls.where(Appointment.coach_id == coach_id)
    return list(session.scalars(calls.order_by(Appointment.starts_at, Appointment.id)))


def has_lapsed(session: Session, now: datetime) -> bool:
    """Whether a hold ran out more than `LAPSED_FOR` ago."""
    return session.connection().scalar(_LAPSED, {"since": now - LAPSED_FOR}) is not None


_LAPSED = select(Hold.id).where(Hold.expires_at <= bindparam("since")).limit(1)


def sweep_holds(session: Session, now: datetime) -> int:
    """Delete holds that ran out, coach by coach in order; answers how many."""
    coaches = select(Hold.coach_id).where(Hold.expires_at <= now).distinct().order_by(Hold.coach_id)
    swept = 0
    for coach_id in list(session.scalars(coaches)):
        _lock_coaches(session, coach_id)
        swept += _delete_expired(session, coach_id, now)
    return swept


_COACHES = PreparedList(
    lambda ids: select(Coach.id).where(Coach.id.in_(ids)).order_by(Coach.id).with_for_update(key_share=True)
)


def _lock_coaches(session: Session, *ids: int | None) -> None:
    """Lock the coaches in order of id, so that two turns never wait for each other."""
    wanted = sorted({coach_id for coach_id in ids if coach_id is not None})
    session.flush()
    _COACHES.all(session, wanted)


_EXPIRED = Prepared(select(Hold.id).where(Hold.coach_id == bindparam("coach"), Hold.expires_at <= bindparam("now")))


def _delete_expired(session: Session, coach_id: int, now: datetime) -> int:
    session.flush()
    ids = _EXPIRED.scalars(session, {"coach": coach_id, "now": now})
    if not ids:
        return 0
    session.execute(delete(DiaryCell).where(DiaryCell.hold_id.in_(ids)))
    session.execute(delete(Hold).where(Hold.id.in_(ids)))
    return len(ids)


def _is_same(mine: Any, wanted: OpeningId) -> bool:
    return (mine.coach_id, mine.starts_at, mine.kind) == (wanted.coach_id, wanted.starts_at, wanted.kind)


def _is_occupied(session: Session, wanted: OpeningId) -> bool:
    coach = session.get(Coach, wanted.coach_id)
    minutes = session.get_one(Team, coach.team_id).minutes_of(wanted.kind) if coach else 0
    span = diary.cells(wanted.starts_at, wanted.starts_at + timedelta(minutes=minutes))
    inside = DiaryCell.coach_id == wanted.coach_id, DiaryCell.cell >= span.start, DiaryCell.cell < span.stop
    return session.execute(select(DiaryCell.cell).where(*inside)).first() is not None
