"""What came of a call or a promise, and what follows from it: nobody is lost because nobody answered the phone."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy.orm import Session

from services import (
    allocation,
    audit,
    booking,
    call_backs,
    caseload,
    journeys,
    notes,
    referrals,
    scopes,
    team_hooks,
    undoing,
)
from services.clock import LONDON
from services.desk_rows import way_of
from services.diary import working_days_after
from services.models import Appointment, CallBack, Coach, Conversation, DeskNote, Referral
from services.scopes import Viewer
from services.undoing import Touched

Outcome = Literal["reached", "not_reached", "written", "declined", "another_service"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)
"""`written`: a coach wrote to them, and they have not answered yet. It keeps a promise to be in touch, not one to ring."""
NEXT_WITHIN = 5
"""Working days within which a coach has to be at work to be given somebody who was reached."""
ENOUGH_TRIES = 3
"""After so many tries in vain a promise may be closed without having been kept."""
STATUS = {
    "reached": "reached",
    "not_reached": "not_reached",
    "written": "not_reached",
    "declined": "declined",
    "another_service": "reached",
}
CLOSES = {"declined": "declined", "another_service": "closed"}

Kept = Literal["kept", "changed", "early", "call_stands", "none"]
"""`none`: not theirs; `changed`: somebody moved, called off or closed it since the page was opened; `early`: the call has
not begun; `call_stands`: a call to come would be left in the diary of somebody whose referral is closed."""


def of_call(session: Session, call_id: int, outcome: str, viewer: Viewer, now: datetime, words: str = "") -> Kept:
    """Record what came of a call, or put it right. After a missed one a message without blame falls due; who was written
    to instead has that message already. Before it begins a call is moved or called off, and has no outcome.

    ValueError for another outcome than `OUTCOMES`, or a note that is too long.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"an outcome is one of {', '.join(OUTCOMES)}")
    call = scopes.lock(session, Appointment, call_id, viewer, now)
    if call is None:
        return "none"
    if call.status in ("moved", "called_off"):
        scopes.refuse(session, viewer, f"appointment:{call_id}", "changed", now)
        return "changed"
    if now < call.starts_at:
        scopes.refuse(session, viewer, f"appointment:{call_id}", "early", now)
        return "early"
    referral = session.get(Referral, call.referral_id) if call.referral_id else None
    touched = Touched(referral, call, _promise_of(session, referral), notes.outcome_of(session, call.id))
    with undoing.kept(session, viewer, call.conversation_id, outcome, touched, now):
        booking.record_outcome(session, call_id, STATUS[outcome], now, tell=outcome != "written")
        if referral is not None:
            touched.note = _write_down(session, referral, outcome, viewer, now, words, call)
            _go_on(session, referral, outcome, viewer, now)
            _keep_promise(session, touched.promise, outcome, way_of(session, referral, referral.person_id), viewer, now)
    audit.record(session, viewer.actor, "record_outcome", f"appointment:{call_id}", now, {"outcome": outcome})
    return "kept"


def _write_down(
    session: Session, referral: Referral, outcome: str, viewer: Viewer, now: datetime, words: str, call: Appointment
) -> DeskNote:
    """One line a call: a second outcome of the same call puts the first right."""
    before = notes.outcome_of(session, call.id)
    if before is None:
        staff, number = viewer.staff_id, call.id
        return notes.add(session, referral, "outcome", staff, now, words=words, result=outcome, appointment_id=number)
    before.result, before.at, before.staff_id = outcome, now, viewer.staff_id
    before.words = words.strip() or before.words
    session.flush()
    return before


def _go_on(session: Session, referral: Referral, outcome: str, viewer: Viewer, now: datetime) -> None:
    """Reached: into the caseload. Declined or another service: closed. Not reached, or written to: stays where it is.

    What another team has since been handed stays closed here.
    """
    if referral.outcome == referrals.HANDED:
        return
    referral.outcome = outcome
    journeys.attended(session, referral.conversation_id, outcome, now)
    if outcome in CLOSES:
        referrals.close(session, referral, CLOSES[outcome], now)
    elif outcome == "reached":
        referral.status, referral.closed_at, referral.changed_at = caseload.ACTIVE, None, now
        referral.coach_id = referral.coach_id or _whose(session, referral, viewer, now)
    elif referral.status in referrals.CLOSED:
        referral.status, referral.closed_at, referral.changed_at = "shared", None, now
    else:
        referral.changed_at = now
    session.flush()


def _whose(session: Session, referral: Referral, viewer: Viewer, now: datetime) -> int | None:
    """Who reached somebody who was nobody's goes on with them; where that is no coach, who fits and has the least."""
    own = session.get(Coach, viewer.coach_id) if viewer.coach_id else None
    if own is not None and own.team_id == referral.team_id:
        return own.id
    by = working_days_after(now.astimezone(LONDON).date(), NEXT_WITHIN)
    return allocation.coach_for(session, referral.team_id, referral.card, now, by)


def _promise_of(session: Session, referral: Referral | None) -> CallBack | None:
    promise = call_backs.waiting_for(session, referral.person_id) if referral else None
    return promise if promise is not None and referral and promise.team_id == referral.team_id else None


def _keep_promise(
    session: Session, promise: CallBack | None, outcome: str, way: str, viewer: Viewer, now: datetime
) -> None:
    """Who was reached needs no second call; words keep a promise to be in touch, and none to ring."""
    if promise is None or outcome == "not_reached" or (outcome == "written" and way == "phone"):
        return
    call_backs.finish(session, promise.id, "written" if outcome == "written" else "reached", now, viewer.staff_id)


def of_call_back(
    session: Session, call_back_id: int, outcome: str, viewer: Viewer, now: datetime, words: str = ""
) -> Kept:
    """What came of a promise to be in touch. Not reached: it stands, the try is written down, the person gets a kind
    message. Who wants writing only is never told of a try to ring: for them it means that they have not answered yet.

    `no_answer` closes it once `ENOUGH_TRIES` were made. ValueError for any other word than these and `OUTCOMES`.
    """
    if outcome not in (*OUTCOMES, "no_answer"):
        raise ValueError(f"an outcome is one of {', '.join(OUTCOMES)}")
    row = scopes.lock(session, CallBack, call_back_id, viewer, now)
    if row is None:
        return "none"
    referral = referrals.current(session, row.person_id, row.team_id)
    if row.done_at is not None or not _may_close(session, referral, outcome):
        scopes.refuse(session, viewer, f"call_back:{call_back_id}", "changed", now)
        return "changed"
    if referral is not None and outcome in CLOSES and _has_call(session, referral, viewer, now):
        return "call_stands"
    way = way_of(session, referral, row.person_id)
    outcome = in_their_way(outcome, way)
    touched = Touched(referral, promise=row)
    with undoing.kept(session, viewer, row.conversation_id, outcome, touched, now):
        if referral is not None:
            staff, kind = viewer.staff_id, "try" if outcome != "no_answer" else "note"
            touched.note = notes.add(
                session,
                referral,
                kind,  # type: ignore[arg-type]
                staff,
                now,
                words=words,
                result=outcome,
                call_back_id=row.id,
            )
            if outcome != "no_answer":
                _go_on(session, referral, outcome, viewer, now)
            team_hooks.told(session, "outcome", referral, now)
        _settle(session, row, outcome, way, viewer, now)
    audit.record(session, viewer.actor, "finish_call_back", f"call_back:{row.id}", now, {"result": outcome})
    return "kept"


def _may_close(session: Session, referral: Referral | None, outcome: str) -> bool:
    return outcome != "no_answer" or referral is None or notes.tries(session, referral.id) >= ENOUGH_TRIES


def in_their_way(outcome: str, way: str) -> str:
    """Nobody rings who wants writing only: "not reached" means that a message has no answer yet."""
    return "written" if (outcome, way) == ("not_reached", "messages") else outcome


def _settle(session: Session, row: CallBack, outcome: str, way: str, viewer: Viewer, now: datetime) -> None:
    if outcome == "not_reached":
        booking.say_missed(session, row.conversation_id, now)
    elif not (outcome == "written" and way == "phone"):
        call_backs.finish(session, row.id, outcome, now, viewer.staff_id)


def of_person(session: Session, referral_id: int, outcome: str, viewer: Viewer, now: datetime, words: str = "") -> Kept:
    """A coach rang or wrote without a booked call or a promise: a new hand-off, or somebody of the caseload. As `of_call`,
    but nothing is sent after a try in vain.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"an outcome is one of {', '.join(OUTCOMES)}")
    referral = scopes.lock(session, Referral, referral_id, viewer, now)
    if referral is None:
        return "none"
    if outcome in CLOSES and _has_call(session, referral, viewer, now):
        return "call_stands"
    way = way_of(session, referral, referral.person_id)
    outcome = in_their_way(outcome, way)
    touched = Touched(referral, promise=_promise_of(session, referral))
    with undoing.kept(session, viewer, referral.conversation_id, outcome, touched, now):
        touched.note = notes.add(session, referral, "try", viewer.staff_id, now, words=words, result=outcome)
        was_active = referral.status == caseload.ACTIVE
        if not (was_active and outcome in notes.IN_VAIN):
            _go_on(session, referral, outcome, viewer, now)
        _keep_promise(session, touched.promise, outcome, way, viewer, now)
    team_hooks.told(session, "outcome", referral, now)
    audit.record(session, viewer.actor, "record_outcome", f"referral:{referral_id}", now, {"outcome": outcome})
    return "kept"


def _has_call(session: Session, referral: Referral, viewer: Viewer, now: datetime) -> bool:
    """Whether a call to come hangs on this referral, which must not be closed over it; audited then."""
    coming = booking.coming_call(session, referral.person_id, now)
    stands = coming is not None and coming.referral_id == referral.id
    if stands:
        scopes.refuse(session, viewer, f"referral:{referral.id}", "call_stands", now)
    return stands


def wrote(session: Session, conversation: Conversation, viewer: Viewer, now: datetime) -> bool:
    """A coach's own words went out. To who is not to be rung they keep the promise to be in touch, and are the first
    contact; whether they did.
    """
    referral = referrals.current(session, conversation.person_id, conversation.team_id)
    if referral is None or way_of(session, referral, referral.person_id) == "phone":
        return False
    promise = _promise_of(session, referral)
    if promise is None and (referral.status == caseload.ACTIVE or notes.any_try(session, referral.id)):
        return False
    number = promise.id if promise else None
    notes.add(session, referral, "try", viewer.staff_id, now, result="written", call_back_id=number)
    if referral.status != caseload.ACTIVE:
        _go_on(session, referral, "written", viewer, now)
    if promise is not None:
        call_backs.finish(session, promise.id, "written", now, viewer.staff_id)
        audit.record(session, viewer.actor, "finish_call_back", f"call_back:{promise.id}", now, {"result": "written"})
    team_hooks.told(session, "outcome", referral, now)
    return True


def add_note(session: Session, referral_id: int, viewer: Viewer, now: datetime, words: str) -> bool:
    """A note of a coach; False when the referral is not theirs. Empty or too long is a ValueError."""
    referral = scopes.find(session, Referral, referral_id, viewer, now)
    if referral is None:
        return False
    if not words.strip():
        raise ValueError("a note has words")
    notes.add(session, referral, "note", viewer.staff_id, now, words=words)
    audit.record(session, viewer.actor, "note", f"referral:{referral_id}", now)
    return True


def close(session: Session, referral_id: int, viewer: Viewer, now: datetime, words: str = "") -> Kept:
    """The work with a person is done: the referral is closed, and stays readable."""
    referral = scopes.lock(session, Referral, referral_id, viewer, now)
    if referral is None:
        return "none"
    if referral.status in referrals.CLOSED:
        scopes.refuse(session, viewer, f"referral:{referral_id}", "changed", now)
        return "changed"
    if _has_call(session, referral, viewer, now):
        return "call_stands"
    notes.add(session, referral, "outcome", viewer.staff_id, now, words=words, result="closed")
    referrals.close(session, referral, "closed", now)
    audit.record(session, viewer.actor, "close", f"referral:{referral_id}", now)
    return "kept"
