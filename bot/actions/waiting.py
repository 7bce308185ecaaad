"""Wait for a time: on the list, offered one, not wanted, off the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.actions.doing import Doing, Slots, result
from bot.flows.engine import ActionResult, Event
from bot.times import spoken, spoken_date, spoken_time, windows_of
from services import booking, call_backs, diary, waiting_list
from services.clock import LONDON

WAIT = "wait"
"""What the slot `opening` holds for somebody whom no time fits."""
EVERY = 10_000


def choice(doing: Doing) -> dict[str, Any]:
    """The way to say that none fits, as the content words it, put beside the times on offer."""
    spec = doing.book.slots["opening_wait"]
    wording = next(each for each in spec.choices if each.value == WAIT)
    return {"value": WAIT, "title": wording.title, "also": list(wording.also)}


def has_call(doing: Doing) -> bool:
    return booking.coming_call(doing.session, doing.conversation.person_id, doing.now) is not None


def free_now(doing: Doing, kind: str | None) -> Sequence[datetime]:
    """When a call could start by now: none of these fits, or somebody would have taken it."""
    team = str(doing.conversation.team_id)
    found = diary.openings(doing.session, team, now=doing.now, kind=kind, limit=EVERY, has_them=True)
    return [each.starts_at for each in found]


def join_with_promise(doing: Doing, slots: Slots) -> None:
    """Somebody who is promised a call instead: they wait until it is kept."""
    promise = call_backs.waiting_for(doing.session, doing.conversation.person_id)
    none_fits = slots.get("opening") == WAIT
    join(
        doing, slots, waiting_list.NONE_FIT if none_fits else waiting_list.NO_OPENINGS, promise.id if promise else None
    )


def join(doing: Doing, slots: Slots, reason: str, call_back_id: int | None = None) -> None:
    kind = slots.get("call_kind")
    wanted = None if kind in (None, "skipped") else str(kind)
    none_fits = reason != waiting_list.NO_OPENINGS
    waiting_list.join(
        doing.session,
        doing.conversation,
        str(doing.conversation.team_id),
        reason,
        doing.now,
        kind=wanted,
        windows=windows_of(slots.get("openings_asked")) if none_fits else (),
        passed=free_now(doing, wanted) if none_fits else (),
        call_back_id=call_back_id,
    )


def join_waiting_list(doing: Doing, slots: Slots) -> ActionResult:
    """Who has a call keeps it, and is told when an earlier time comes free."""
    if doing.conversation.team_id is None or not has_call(doing):
        return result(waiting_result="none")
    join(doing, slots, waiting_list.EARLIER)
    return result(Event("waiting_list_joined", {}), waiting_result="waiting")


def offer_free_opening(doing: Doing, slots: Slots) -> ActionResult:
    """What is held for them just now, until when, and what stands if they do not take it."""
    person = doing.conversation.person_id
    place = waiting_list.place_of(doing.session, person)
    offer = waiting_list.open_offer(doing.session, place.id) if place else None
    promise = call_backs.waiting_for(doing.session, person)
    by = spoken_date(promise.promised_by) if promise else ""
    if offer is None:
        return result(openings_count=0, hold_result=None, call_back_by=by)
    return result(
        openings_count=1,
        opening=f"o{offer.coach_id}-{waiting_list.minutes_of(offer.starts_at)}-{offer.kind}",
        opening_when=spoken(offer.starts_at),
        free_until=until_words(offer.answer_by, doing.now),
        hold_result=None,
        call_back_by=by,
    )


def until_words(moment: datetime, now: datetime) -> str:
    """ "2pm" today, else "Tue 24 Nov, 10am"."""
    same_day = moment.astimezone(LONDON).date() == now.astimezone(LONDON).date()
    return spoken_time(moment) if same_day else spoken(moment)


def decline_free_opening(doing: Doing, slots: Slots) -> ActionResult:
    """The time goes to the next in turn; they stay on the list."""
    waiting_list.decline(doing.session, doing.conversation.person_id, doing.now)
    return result()


def leave_waiting_list(doing: Doing, slots: Slots) -> ActionResult:
    left = waiting_list.leave(doing.session, doing.conversation.person_id, "left", doing.now)
    return result(*([Event("waiting_list_left", {})] if left else []))
