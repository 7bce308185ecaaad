"""What a coach does at the desk: record, note, plan, hand over, talk. Each form is good once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import coaching
from services import alerts, caseload, check_ins, outcomes, people, scopes, staff_diaries, transfers, undoing
from services.db import Session
from services.models import Appointment, Referral
from services.referrals import HANDED
from services.scopes import Viewer
from web import state
from web.coach.viewing import member_of, once, problem, viewer_of

MOST_WORDS = 1000
Act = Callable[[Session, Viewer, datetime], Any]


def field(request: Request, name: str) -> str:
    """A field of the form, as it was typed."""
    return str(request.state.form.get(name) or "").replace("\0", "").strip()


def do(request: Request, act: Act, to: str) -> Response:
    """Act in one transaction, then go to a page; 404 where there was nothing of theirs (the refusal is in the audit)."""
    assistant = state.assistant(request)
    try:
        with assistant.db.write() as session:
            kept = act(session, viewer_of(request), assistant.clock.now())
    except ValueError:
        return problem(request, "not_so")
    if kept in (False, None, "none"):
        raise HTTPException(404)
    if kept not in (True, "kept"):
        return problem(request, str(kept))
    return RedirectResponse(to, status_code=303)


def after(request: Request, done: str) -> str:
    """Where to go on: back to the page that the form was on, if it said so, and else to today."""
    page = field(request, "then")
    known = page == "/coach" or page.startswith(("/coach/", "/coach?"))
    return f"{page if known else '/coach'}{'&' if '?' in page else '?'}done={done}"


@once
def outcome(request: Request) -> Response:
    """What came of a booked call; `moved` goes to another opening, `called_off` ends it, and both tell the person."""
    number, result, words = request.path_params["id"], field(request, "outcome"), field(request, "words")
    if result in BEFORE_IT_BEGINS:
        return BEFORE_IT_BEGINS[result](request, number)
    return do(
        request,
        lambda session, viewer, now: outcomes.of_call(session, number, result, viewer, now, words),
        after(request, "recorded"),
    )


def move(request: Request, call_id: int) -> Response:
    assistant, viewer = state.assistant(request), viewer_of(request)
    if not field(request, "opening"):
        return problem(request, "no_time")
    must_be_theirs(request, call_id)
    moved = coaching.move_call(assistant, call_id, field(request, "opening"), viewer.staff_id)
    if moved != "moved":
        return problem(request, moved)
    return RedirectResponse(after(request, "moved"), status_code=303)


def call_off(request: Request, call_id: int) -> Response:
    must_be_theirs(request, call_id)
    try:
        done = coaching.call_off(
            state.assistant(request), call_id, viewer_of(request).staff_id, field(request, "words")
        )
    except ValueError:
        return problem(request, "not_so")
    return RedirectResponse(after(request, "called-off"), status_code=303) if done else problem(request, "changed")


def must_be_theirs(request: Request, call_id: int) -> None:
    """404, and audited, for another team's call."""
    assistant = state.assistant(request)
    with assistant.db.write() as session:
        found = scopes.find(session, Appointment, call_id, viewer_of(request), assistant.clock.now())
    if found is None:
        raise HTTPException(404)


BEFORE_IT_BEGINS: Mapping[str, Callable[[Request, int], Response]] = {"moved": move, "called_off": call_off}
"""What can become of a call at any time; everything else is an outcome, which it has once it has begun."""


@once
def call_back(request: Request) -> Response:
    """What came of a promise to be in touch."""
    number, result, words = request.path_params["id"], field(request, "outcome"), field(request, "words")
    return do(
        request,
        lambda session, viewer, now: outcomes.of_call_back(session, number, result, viewer, now, words),
        after(request, "recorded"),
    )


@once
def rang(request: Request) -> Response:
    """What came of ringing or writing to somebody without a booked call."""
    number, result, words = request.path_params["id"], field(request, "outcome"), field(request, "words")
    return do(
        request,
        lambda session, viewer, now: outcomes.of_person(session, number, result, viewer, now, words),
        after(request, "recorded"),
    )


@once
def take_back_outcome(request: Request) -> Response:
    """What this member of staff recorded last stands no more."""
    return do(request, lambda session, viewer, now: undoing.take_back(session, viewer, now), after(request, "undone"))


@once
def link_diary(request: Request) -> Response:
    """A lead says in which diary an account of the team works."""
    account, coach = whole(field(request, "account")), whole(field(request, "diary"))
    return do(
        request,
        lambda session, viewer, now: staff_diaries.link(session, account, coach, viewer, now),
        "/coach/hours?done=linked#accounts",
    )


@once
def accept_alert(request: Request) -> Response:
    """Take a safety alert on."""
    number = request.path_params["id"]
    return do(
        request,
        lambda session, viewer, now: _changed(alerts.accept, session, number, viewer, now),
        after(request, "alert"),
    )


@once
def close_alert(request: Request) -> Response:
    """A safety alert is dealt with."""
    number, note = request.path_params["id"], field(request, "words")
    closed = do(
        request,
        lambda session, viewer, now: _changed(alerts.close, session, number, viewer, now, note),
        after(request, "closed"),
    )
    if closed.status_code == 303:
        let_assistant_answer(request, number)
    return closed


def let_assistant_answer(request: Request, alert_id: int) -> None:
    """Nobody is left in silence: who has no page at the desk, and was written to from the alert, is handed back with it."""
    assistant, member = state.assistant(request), member_of(request)
    with assistant.db.read() as session:
        conversation = alerts.talk_of_own(session, alert_id, member.id)
    if conversation is not None:
        coaching.hand_back(assistant, conversation, member.id)


@once
def write_to_alert(request: Request) -> Response:
    """Words to somebody without a team, from the alert about them, on their channel: by who took it on."""
    number, words = request.path_params["id"], field(request, "words")
    if not words or len(words) > MOST_WORDS:
        return problem(request, "empty" if not words else "too_long")
    assistant, viewer = state.assistant(request), viewer_of(request)
    with assistant.db.write() as session:
        found = alerts.to_write(session, number, viewer, assistant.clock.now())
    if found is None:
        raise HTTPException(404)
    conversation, hindered = found
    if hindered:
        return problem(request, hindered)
    coaching.say(assistant, conversation, words, viewer.staff_id)
    if field(request, "last"):
        coaching.hand_back(assistant, conversation, viewer.staff_id)
    return RedirectResponse(f"/coach/alert/{number}?done=said#talk", status_code=303)


def _changed(act: Callable[..., bool], session: Session, number: int, viewer: Viewer, now: datetime, *more: str) -> Any:
    """Not done: 404 for what is not theirs, and a page that says so where a colleague was quicker."""
    if act(session, number, viewer, now, *more):
        return True
    return "changed" if alerts.is_theirs(session, number, viewer) else None


@once
def note(request: Request) -> Response:
    """Write a note into the record."""
    number, words = request.path_params["id"], field(request, "words")
    to = f"/coach/referral/{number}?done=noted#notes"
    return do(request, lambda session, viewer, now: outcomes.add_note(session, number, viewer, now, words), to)


@once
def plan(request: Request) -> Response:
    """Keep the plan and the next contact."""
    number, words, what = request.path_params["id"], field(request, "words"), field(request, "next_what")
    try:
        next_on = date.fromisoformat(field(request, "next_on")) if field(request, "next_on") else None
    except ValueError:
        return problem(request, "no_date")

    seen = field(request, "seen")

    def keep(session: Session, viewer: Viewer, now: datetime) -> str:
        return caseload.keep_plan(session, number, viewer, now, words=words, next_on=next_on, what=what, seen=seen)

    return do(request, keep, f"/coach/referral/{number}?done=planned#plan")


@once
def plan_check_in(request: Request) -> Response:
    """Plan a question that the person is asked on a day."""
    number, words = request.path_params["id"], field(request, "question")
    try:
        on = date.fromisoformat(field(request, "on"))
    except ValueError:
        return problem(request, "no_date")
    to = f"/coach/referral/{number}?done=check-in#check-in"
    return do(request, lambda session, viewer, now: check_ins.plan(session, number, words, on, viewer, now), to)


@once
def take_check_in_back(request: Request) -> Response:
    """The question is not asked after all."""
    number = request.path_params["id"]
    to = after(request, "check-in-back")
    return do(request, lambda session, viewer, now: check_ins.take_back(session, number, viewer, now), to)


@once
def check_in_seen(request: Request) -> Response:
    """The answer has been read."""
    number = request.path_params["id"]
    to = after(request, "check-in-read")
    return do(request, lambda session, viewer, now: check_ins.seen(session, number, viewer, now), to)


@once
def ask_to_transfer(request: Request) -> Response:
    """Have the person asked whether another team may have them."""
    number, team, reason = request.path_params["id"], field(request, "team"), field(request, "reason")
    to = f"/coach/referral/{number}?done=transfer#hand"
    return do(request, lambda session, viewer, now: transfers.ask(session, number, team, reason, viewer, now), to)


@once
def take_transfer_back(request: Request) -> Response:
    """They stay with their team after all."""
    number = request.path_params["id"]
    to = after(request, "transfer-back")
    return do(request, lambda session, viewer, now: transfers.take_back(session, number, viewer, now), to)


@once
def give(request: Request) -> Response:
    """Hand a person to a colleague."""
    number, words, coach = request.path_params["id"], field(request, "words"), whole(field(request, "coach"))
    to = f"/coach/referral/{number}?done=given"
    return do(request, lambda session, viewer, now: caseload.give(session, number, coach, viewer, now, words), to)


@once
def close(request: Request) -> Response:
    """The work with a person is done."""
    number, words = request.path_params["id"], field(request, "words")
    to = "/coach/people?done=ended"
    return do(request, lambda session, viewer, now: outcomes.close(session, number, viewer, now, words), to)


@once
def cover(request: Request) -> Response:
    """Name who looks after somebody's people while they are away; a coach does so for themself, a lead for anybody."""
    member = member_of(request)
    coach, by = whole(field(request, "coach")), whole(field(request, "by"))
    try:
        starts, ends = date.fromisoformat(field(request, "starts")), date.fromisoformat(field(request, "ends"))
    except ValueError:
        return problem(request, "no_date")

    def keep(session: Session, viewer: Viewer, now: datetime) -> bool:
        if member.role != "lead" and coach != member.coach_id:
            scopes.refuse(session, viewer, f"coach:{coach}", "role", now)
            return False
        return caseload.cover(session, coach, by, starts, ends, viewer, now)

    return do(request, keep, "/coach/people?done=covered")


@once
def end_cover(request: Request) -> Response:
    """Take a cover back."""
    number = request.path_params["id"]
    return do(
        request,
        lambda session, viewer, now: caseload.end_cover(session, number, viewer, now),
        "/coach/people?done=uncovered",
    )


def whole(text: str) -> int:
    """A number out of a form; 0, which is nobody, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@once
def say(request: Request) -> Response:
    """A coach's own words on the person's channel; with `last` the conversation is handed back after them."""
    words = field(request, "words")
    if not words or len(words) > MOST_WORDS:
        return problem(request, "empty" if not words else "too_long")
    conversation, hindered = talk_of(request)
    if hindered:
        return problem(request, hindered)
    assistant, staff = state.assistant(request), member_of(request).id
    coaching.say(assistant, conversation, words, staff)
    if field(request, "last"):
        coaching.hand_back(assistant, conversation, staff)
    return back_to_talk(request)


@once
def hand_back(request: Request) -> Response:
    """The assistant answers again."""
    conversation, hindered = talk_of(request)
    if hindered == HANDED:
        return problem(request, hindered)
    coaching.hand_back(state.assistant(request), conversation, member_of(request).id)
    return back_to_talk(request)


def talk_of(request: Request) -> tuple[int, str | None]:
    """The conversation of a person of theirs, and why nobody may write: STOP, another team has them; 404 for others'."""
    assistant, viewer = state.assistant(request), viewer_of(request)
    with assistant.db.write() as session:
        row = scopes.find(session, Referral, request.path_params["id"], viewer, assistant.clock.now())
        if row is not None and row.outcome == HANDED:
            scopes.refuse(session, viewer, f"referral:{row.id}", HANDED, assistant.clock.now())
            return row.conversation_id, HANDED
        if row is not None:
            return row.conversation_id, "stopped" if people.is_stopped(session, row.conversation_id) else None
    raise HTTPException(404)


def back_to_talk(request: Request) -> Response:
    return RedirectResponse(f"/coach/referral/{request.path_params['id']}?done=said#talk", status_code=303)
