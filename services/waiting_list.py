"""The waiting list: who waits for a call time or for an earlier one, in the order in which they asked.

What is offered, and to whom, is `services.offers`. Every change here is made with the conversation locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from services.diary import Window
from services.models import Appointment, Conversation, DiaryCell, Hold, OpeningOffer, WaitingPlace
from services.prepared import Prepared

NO_OPENINGS, NONE_FIT, EARLIER = "no_openings", "none_fit", "earlier"
"""Why somebody waits: there was no time; none of the times fits; they have a call and would like an earlier one."""


_ANYBODY = select(WaitingPlace.id).where(WaitingPlace.ended_at.is_(None)).limit(1)


def anybody(session: Session) -> bool:
    """Whether anybody is on the list at all."""
    return session.connection().scalar(_ANYBODY) is not None


def join(
    session: Session,
    conversation: Conversation,
    team_id: str,
    reason: str,
    now: datetime,
    *,
    kind: str | None = None,
    windows: Sequence[Window] = (),
    passed: Sequence[datetime] = (),
    call_back_id: int | None = None,
) -> WaitingPlace:
    """Put a person on the list; who waits already keeps their turn and has what they wait for brought up to date.

    `windows` (UTC, half-open): when it would suit, none = any time. `passed`: times that are free now and do not fit.
    """
    place = place_of(session, conversation.person_id)
    if place is None or place.team_id != team_id:
        leave(session, conversation.person_id, "moved", now)
        place = WaitingPlace(person_id=conversation.person_id, team_id=team_id, joined_at=now)
        session.add(place)
    place.conversation_id, place.reason, place.kind = conversation.id, reason, kind
    place.windows = [[starts.isoformat(), ends.isoformat()] for starts, ends in windows]
    place.passed = sorted({minutes_of(moment) for moment in passed})
    place.call_back_id = call_back_id
    session.flush()
    return place


def minutes_of(moment: datetime) -> int:
    """A time as it is kept on the list: Unix minutes."""
    return int(moment.timestamp()) // 60


def windows_of(place: WaitingPlace) -> list[Window]:
    """When it would suit; empty = any time."""
    return [(datetime.fromisoformat(starts), datetime.fromisoformat(ends)) for starts, ends in place.windows]


def place_of(session: Session, person_id: int) -> WaitingPlace | None:
    """The person's place on a list; None when they wait for nothing."""
    session.flush()
    number = _MINE.scalar(session, {"person": person_id})
    return None if number is None else session.get(WaitingPlace, number, populate_existing=True)


_MINE = Prepared(
    select(WaitingPlace.id).where(WaitingPlace.person_id == bindparam("person"), WaitingPlace.ended_at.is_(None))
)


def turn_of(session: Session, place: WaitingPlace) -> int:
    """How many wait before and including this one in its team: 1 = next."""
    before = select(func.count()).where(WaitingPlace.team_id == place.team_id, WaitingPlace.ended_at.is_(None))
    return session.scalar(before.where(WaitingPlace.id <= place.id)) or 0


def open_offer(session: Session, place_id: int) -> OpeningOffer | None:
    """What is offered to a place just now; None when nothing is."""
    mine = select(OpeningOffer).where(OpeningOffer.place_id == place_id, OpeningOffer.settled_at.is_(None))
    return session.scalars(mine).first()


def decline(session: Session, person_id: int, now: datetime, result: str = "declined") -> bool:
    """The offered time is not wanted or was not answered for in time: it is free again, the place stays."""
    place = place_of(session, person_id)
    offer = open_offer(session, place.id) if place else None
    if place is None or offer is None:
        return False
    _settle(session, place, offer, result, now)
    return True


def leave(session: Session, person_id: int, result: str, now: datetime) -> bool:
    """Off the list, and a time that is held for an offer is free again; False when they were on none."""
    place = place_of(session, person_id)
    if place is None:
        return False
    offer = open_offer(session, place.id)
    if offer is not None:
        _settle(session, place, offer, "withdrawn", now)
    place.ended_at, place.result = now, result
    session.flush()
    return True


def booked(session: Session, call: Appointment, now: datetime) -> None:
    """The person has a new call: what was offered is settled by it, and nothing more is offered."""
    place = place_of(session, call.person_id)
    if place is None:
        return
    offer = open_offer(session, place.id)
    if offer is not None:
        took = (offer.coach_id, offer.starts_at) == (call.coach_id, call.starts_at)
        offer.settled_at, offer.result = now, "taken" if took else "other_time"
    place.ended_at, place.result = now, "booked"
    session.flush()


def _settle(session: Session, place: WaitingPlace, offer: OpeningOffer, result: str, now: datetime) -> None:
    """The offer is over; the hold goes, if the conversation still holds that very time."""
    offer.settled_at, offer.result = now, result
    held = select(Hold.id).where(Hold.conversation_id == place.conversation_id, Hold.coach_id == offer.coach_id)
    ids = list(session.scalars(held.where(Hold.starts_at == offer.starts_at)))
    session.execute(delete(DiaryCell).where(DiaryCell.hold_id.in_(ids)))
    session.execute(delete(Hold).where(Hold.id.in_(ids)))
    session.flush()


def forget(session: Session, conversation_ids: Sequence[int]) -> None:
    """Nothing stays of who waited in these conversations, nor of what they were offered."""
    _delete(session, WaitingPlace.conversation_id.in_(conversation_ids))


def forget_ended(session: Session, before: datetime) -> None:
    """Places that ended before a moment go."""
    _delete(session, WaitingPlace.ended_at < before)


def _delete(session: Session, which: Any) -> None:
    places = select(WaitingPlace.id).where(which)
    session.execute(delete(OpeningOffer).where(OpeningOffer.place_id.in_(places)))
    session.execute(delete(WaitingPlace).where(which))
