"""A call time that is free is offered, in turn and held meanwhile, to one person of the waiting list at a time.

Offers begin between 8am and 8pm in England, and the time to answer runs in those hours only. Who says no, or nothing,
keeps their place: the time goes to the next, and no time is ever offered to the same person twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services import booking, diary, people, referrals, reminders, waiting_list
from services.clock import LONDON
from services.diary import Opening, OpeningId
from services.models import (
    AddressRow,
    Appointment,
    CallBack,
    Conversation,
    Hold,
    OpeningOffer,
    WaitingPlace,
)

ANSWER_WITHIN = timedelta(hours=2)
LEAST_TO_ANSWER = timedelta(minutes=30)
BEFORE_THE_CALL = timedelta(minutes=30)
"""An answer comes so long before the call at the latest; a time that leaves less than `LEAST_TO_ANSWER` is not offered."""
EVERY = 10_000


@dataclass(frozen=True, slots=True)
class Look:
    """What to offer now; and, by place, which times that did not fit are no longer free: they count again when they are."""

    offers: tuple[Offer, ...] = ()
    gone: Mapping[int, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """One free time for one place, and until when it is theirs (UTC)."""

    place_id: int
    conversation_id: int
    reason: str
    opening_id: str
    answer_by: datetime


def answer_by(now: datetime, starts_at: datetime) -> datetime | None:
    """Until when an offer made now is good: two waking hours, and before the call; None = too short to ask."""
    end, until = _awake_after(now, ANSWER_WITHIN), starts_at - BEFORE_THE_CALL
    if until < end:
        end = min(until, _evening_before(until)) if reminders.is_quiet(until) else until
    return end if end >= _awake_after(now, LEAST_TO_ANSWER) else None


def _awake_after(now: datetime, span: timedelta) -> datetime:
    """So much later, the hours from 8pm to 8am not counted."""
    start = reminders.after_quiet(now)
    evening = reminders.quiet_from(start)
    if start + span <= evening:
        return start + span
    return reminders.after_quiet(evening) + (span - (evening - start))


def _evening_before(moment: datetime) -> datetime:
    """8pm of the same evening, or of the evening before when it is early morning."""
    evening = reminders.quiet_from(moment)
    return evening if evening <= moment else reminders.quiet_from(moment - timedelta(days=1))


def due(session: Session, now: datetime) -> Look:
    """What to offer now to whom, in turn; nothing between 8pm and 8am in England, nothing to who is asked just now."""
    if reminders.is_quiet(now):
        return Look()
    places: dict[str, list[WaitingPlace]] = {}
    rows = select(WaitingPlace).where(WaitingPlace.ended_at.is_(None)).order_by(WaitingPlace.id)
    for place in session.scalars(rows):
        places.setdefault(place.team_id, []).append(place)
    rounds = [_Round(session, team_id, waiting, now) for team_id, waiting in places.items()]
    offers = tuple(offer for each in rounds for offer in each.offers())
    return Look(offers, {place_id: gone for each in rounds for place_id, gone in each.gone()})


class _Round:
    """One team's list, and what of its diary is still to be given away in this round."""

    def __init__(self, session: Session, team_id: str, places: list[WaitingPlace], now: datetime) -> None:
        self.session, self.team_id, self.places, self.now = session, team_id, places, now
        self.free: dict[str | None, list[Opening]] = {}
        self.given: set[tuple[int, datetime]] = set()

    def offers(self) -> Iterator[Offer]:
        asked = _offered(self.session, [place.id for place in self.places])
        for place in self.places:
            rows = asked.get(place.id, {})
            if None in rows.values() or not _may_be_asked(self.session, place, self.now):
                continue
            chosen = self._first(place, rows)
            by = answer_by(self.now, chosen.starts_at) if chosen else None
            if chosen is not None and by is not None:
                self.given.add((chosen.coach_id, chosen.starts_at))
                yield Offer(place.id, place.conversation_id, place.reason, chosen.id, by)

    def gone(self) -> Iterator[tuple[int, frozenset[int]]]:
        """Times that did not fit somebody and that others have taken since."""
        for place in self.places:
            free = (
                {waiting_list.minutes_of(each.starts_at) for each in self._free(place.kind)} if place.passed else set()
            )
            gone = frozenset(place.passed) - free
            if gone:
                yield place.id, gone

    def _first(self, place: WaitingPlace, asked: Collection[datetime]) -> Opening | None:
        before = _before(self.session, place, self.now)
        fitting = [each for each in self._free(place.kind) if self._fits(place, each, asked, before)]
        if not fitting:
            return None
        referral = referrals.current(self.session, place.person_id, place.team_id)
        needs = referral.card if referral else None
        if needs and needs.get("call_needs"):
            ids = {each.id for each in self._openings(place.kind, needs)}
            fitting = [each for each in fitting if each.id in ids] or fitting
        return fitting[0]

    def _fits(self, place: WaitingPlace, opening: Opening, asked: Collection[datetime], before: datetime) -> bool:
        if (opening.coach_id, opening.starts_at) in self.given or opening.starts_at in asked:
            return False
        return _suits(place, opening.starts_at, before) and answer_by(self.now, opening.starts_at) is not None

    def _free(self, kind: str | None) -> list[Opening]:
        if kind not in self.free:
            self.free[kind] = self._openings(kind, None)
        return self.free[kind]

    def _openings(self, kind: str | None, needs: dict[str, object] | None) -> list[Opening]:
        return diary.openings(
            self.session, self.team_id, now=self.now, kind=kind, limit=EVERY, needs=needs, has_them=True
        )


def _offered(session: Session, place_ids: list[int]) -> dict[int, dict[datetime, str | None]]:
    """What each place was offered: when it starts, and what came of it (None = still open)."""
    found: dict[int, dict[datetime, str | None]] = {}
    for row in session.scalars(select(OpeningOffer).where(OpeningOffer.place_id.in_(place_ids))):
        found.setdefault(row.place_id, {})[row.starts_at] = row.result if row.settled_at else None
    return found


def _suits(place: WaitingPlace, starts_at: datetime, before: datetime) -> bool:
    if starts_at >= before or waiting_list.minutes_of(starts_at) in place.passed:
        return False
    windows = waiting_list.windows_of(place)
    return not windows or any(begins <= starts_at < ends for begins, ends in windows)


def _before(session: Session, place: WaitingPlace, now: datetime) -> datetime:
    """Only times before this help: the call they have, or the end of the day by which they are rung anyway."""
    call = booking.coming_call(session, place.person_id, now)
    promise = session.get(CallBack, place.call_back_id) if place.call_back_id else None
    moments = [call.starts_at] if call else []
    return min([*moments, _end_of(promise.promised_by)] if promise else moments, default=now + timedelta(days=400))


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC)


def _may_be_asked(session: Session, place: WaitingPlace, now: datetime) -> bool:
    """Not who wants no offers, nor who is just choosing another time."""
    if people.unwanted(session, place.conversation_id, "offer"):
        return False
    choosing = select(Hold.id).where(Hold.conversation_id == place.conversation_id, Hold.expires_at > now)
    return session.scalars(choosing).first() is None


def begin(session: Session, offer: Offer, now: datetime) -> bool:
    """Hold the time and record the offer, in the turn that makes it; False when either has changed meanwhile."""
    place = session.get_one(WaitingPlace, offer.place_id, populate_existing=True)
    wanted = OpeningId.parse(offer.opening_id)
    if wanted is None or place.ended_at or not _may_be_asked(session, place, now):
        return False
    asked = _offered(session, [place.id]).get(place.id, {})
    suits = _suits(place, wanted.starts_at, _before(session, place, now))
    if not suits or wanted.starts_at in asked or None in asked.values():
        return False
    conversation = session.get_one(Conversation, place.conversation_id)
    until = offer.answer_by - now
    if booking.hold(session, conversation, offer.opening_id, now, until, longest=until) != "held":
        return False
    return _record(session, place, wanted, offer.answer_by, now)


def _record(session: Session, place: WaitingPlace, wanted: OpeningId, by: datetime, now: datetime) -> bool:
    """False, and the hold goes, where an offer of the very time is still open for somebody else."""
    row = OpeningOffer(place_id=place.id, coach_id=wanted.coach_id, kind=wanted.kind, starts_at=wanted.starts_at)
    row.offered_at, row.answer_by = now, by
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        booking.release(session, place.conversation_id)
        return False
    return True


def to_settle(session: Session, now: datetime) -> list[int]:
    """Places of which something is over, by id: no answer in time, another time chosen, nothing to wait for any more."""
    held = exists().where(
        Hold.conversation_id == WaitingPlace.conversation_id,
        Hold.coach_id == OpeningOffer.coach_id,
        Hold.starts_at == OpeningOffer.starts_at,
    )
    late = exists().where(
        OpeningOffer.place_id == WaitingPlace.id,
        OpeningOffer.settled_at.is_(None),
        or_(OpeningOffer.answer_by <= now, ~held),
    )
    stopped = exists().where(
        Conversation.id == WaitingPlace.conversation_id,
        AddressRow.id == Conversation.address_id,
        or_(AddressRow.stopped_at.is_not(None), AddressRow.nudges_stopped_at.is_not(None)),
    )
    kept = exists().where(CallBack.id == WaitingPlace.call_back_id, CallBack.done_at.is_not(None))
    coming = exists().where(
        Appointment.person_id == WaitingPlace.person_id, Appointment.status == "booked", Appointment.ends_at > now
    )
    over = or_(late, stopped, kept, (WaitingPlace.reason == waiting_list.EARLIER) & ~coming)
    rows = select(WaitingPlace.id).where(WaitingPlace.ended_at.is_(None), over)
    return list(session.scalars(rows.order_by(WaitingPlace.id)))


def forget_gone(session: Session, place_id: int, gone: Collection[int]) -> None:
    """Times that did not fit and that were taken since count as new when they come free; the conversation is locked."""
    place = session.get_one(WaitingPlace, place_id, populate_existing=True)
    place.passed = [minutes for minutes in place.passed if minutes not in gone]
    session.flush()


def conversation_of(session: Session, place_id: int) -> int:
    """Whose lock is needed to settle a place."""
    return session.get_one(WaitingPlace, place_id).conversation_id


def settle(session: Session, place_id: int, now: datetime) -> None:
    """Close what is over of a place, with its conversation locked: a late offer, or the place itself."""
    place = session.get_one(WaitingPlace, place_id, populate_existing=True)
    if place.ended_at is not None or place_id not in to_settle(session, now):
        return
    offer = waiting_list.open_offer(session, place.id)
    if offer is not None and (offer.answer_by <= now or not _is_held(session, place, offer)):
        waiting_list.decline(session, place.person_id, now, "no_answer" if offer.answer_by <= now else "other_time")
    if place_id in to_settle(session, now):
        stopped = people.unwanted(session, place.conversation_id, "reminder")
        waiting_list.leave(session, place.person_id, "stopped" if stopped else "over", now)


def _is_held(session: Session, place: WaitingPlace, offer: OpeningOffer) -> bool:
    held = booking.held(session, place.conversation_id)
    return held is not None and (held.coach_id, held.starts_at) == (offer.coach_id, offer.starts_at)
