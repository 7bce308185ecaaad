"""What waits for a team, in the order in which it would be late, on the clock of working hours.

Among what waits of one kind, somebody whose fit note, sick pay or job ends within days comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import alerts, caseload, endings, leavers, notes, scopes, unanswered, working_time
from services.alerts import AlertRow
from services.clock import LONDON
from services.desk_rows import coach_name, person_name, team_name, way_of
from services.endings import Ending
from services.models import Appointment, CallBack, CheckIn, Plan, Referral
from services.referrals import CLOSED, current
from services.scopes import Viewer

Kind = Literal["alert", "message", "call_back", "new", "outcome", "contact", "coach", "check_in"]
KINDS: tuple[Kind, ...] = ("alert", "message", "check_in", "coach", "call_back", "new", "outcome", "contact")
NEW_WITHIN = timedelta(hours=16)
MESSAGE_WITHIN = timedelta(hours=4)
OUTCOME_WITHIN = timedelta(hours=8)
"""Working time within which a hand-off without a call, an unanswered message, a call without an outcome is looked at."""
SOON = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits. `left`: working time until it is late, negative when it is; `tries`: tried in vain so often.

    `way`: how the person is got in touch with (`call_fit.WAYS`); `alert`: what a safety alert's row says.
    `ends`: what ends for them within days, which puts them before others of this kind.
    """

    kind: Kind
    id: int
    referral: int | None
    person: str
    coach_id: int | None
    coach: str | None
    team: str
    since: datetime
    due: datetime
    left: timedelta
    detail: str
    tries: int = 0
    taken_by: str | None = None
    way: str = "phone"
    alert: AlertRow | None = None
    ends: Ending | None = None

    @property
    def late(self) -> bool:
        return self.left < timedelta()

    @property
    def soon(self) -> bool:
        return not self.late and self.left <= SOON


@dataclass(frozen=True, slots=True)
class Queue:
    """Everything that waits, first to be late first but for who is raised within their kind; how many of each kind."""

    items: tuple[Item, ...]
    counts: Mapping[str, int]

    @property
    def next(self) -> Item | None:
        """What is late next, or the latest already."""
        return min(self.items, key=_late_first, default=None)

    def of(self, kind: str) -> tuple[Item, ...]:
        """The items of one kind; all for any other word."""
        return tuple(item for item in self.items if kind not in KINDS or item.kind == kind)


def read(session: Session, viewer: Viewer, now: datetime, *, own: bool = False, words: bool = False) -> Queue:
    """What waits for a team, or with `own` for this coach and those they cover for. The caller audits the reading.

    With `words` alerts carry what raised them, where this viewer may read it; each is audited.
    """
    today = now.astimezone(LONDON).date()
    coaches, gone = set(caseload.looks_after(session, viewer, today)), leavers.gone(session, viewer)
    found = [item for item in _everything(session, viewer, now, words) if not own or _is_mine(item, coaches, gone)]
    found = _in_order([_with_what_ends(session, item, today) for item in found])
    counts: dict[str, int] = {kind: sum(item.kind == kind for item in found) for kind in KINDS}
    return Queue(tuple(found), counts)


def _late_first(item: Item) -> tuple[bool, datetime, int]:
    return item.taken_by is not None, item.due, item.id


def _with_what_ends(session: Session, item: Item, today: date) -> Item:
    """A safety alert has its own clock; nothing raises it and nothing goes before it."""
    referral = session.get(Referral, item.referral) if item.referral and item.kind != "alert" else None
    ends = endings.near(referral.card, today) if referral else None
    return replace(item, ends=ends) if ends else item


def _in_order(found: list[Item]) -> list[Item]:
    """As they would be late; those who are raised take the first places of their kind, and no other kind moves."""
    ordered = sorted(found, key=_late_first)
    by_kind = {kind: iter(sorted(_of(ordered, kind), key=_raised_first)) for kind in KINDS}
    return [next(by_kind[item.kind]) for item in ordered]


def _of(items: list[Item], kind: Kind) -> list[Item]:
    return [item for item in items if item.kind == kind]


def _raised_first(item: Item) -> tuple[bool, int]:
    """Who is raised, by how near it is; the others as they were (sorting is stable)."""
    return item.ends is None, item.ends.days if item.ends else 0


def _is_mine(item: Item, coaches: set[int], gone: set[int]) -> bool:
    """One's own, and what is nobody's yet or was a leaver's: that must not wait because nobody feels meant."""
    return item.coach_id is None or item.coach_id in coaches or item.coach_id in gone


def _everything(session: Session, viewer: Viewer, now: datetime, words: bool) -> Iterator[Item]:
    yield from _alerts(session, viewer, now, words)
    yield from _messages(session, viewer, now)
    yield from _call_backs(session, viewer, now)
    yield from _new(session, viewer, now)
    yield from _outcomes(session, viewer, now)
    yield from _contacts(session, viewer, now)
    yield from _left_behind(session, viewer, now)
    yield from _check_ins(session, viewer, now)


def _alerts(session: Session, viewer: Viewer, now: datetime, words: bool) -> Iterator[Item]:
    for row in alerts.open_ones(session, viewer, now, words=words):
        yield Item(
            kind="alert",
            id=row.id,
            referral=row.referral,
            person=row.person,
            coach_id=None,
            coach=None,
            team="",
            since=row.raised,
            due=row.due,
            left=row.due - now if row.answer_by else working_time.left(now, row.due),
            detail=row.reason,
            taken_by=row.accepted_by,
            alert=row,
        )


def _messages(session: Session, viewer: Viewer, now: datetime) -> Iterator[Item]:
    for each in unanswered.of_team(session, viewer, now):
        referral = session.get_one(Referral, each.referral_id)
        due = working_time.after(each.since, MESSAGE_WITHIN)
        yield _item(session, "message", referral.id, referral, each.since, due, now, "talk" if each.with_coach else "")


def _call_backs(session: Session, viewer: Viewer, now: datetime) -> Iterator[Item]:
    for row in session.scalars(scopes.mine(viewer, CallBack).where(CallBack.done_at.is_(None))):
        referral = current(session, row.person_id, row.team_id)
        due = working_time.end_of(row.promised_by)
        if referral is not None:
            yield _item(session, "call_back", row.id, referral, row.created_at, due, now, row.reason)
        else:
            yield _without_referral(session, row, due, now)


def _without_referral(session: Session, row: CallBack, due: datetime, now: datetime) -> Item:
    person, team = person_name(session, row.person_id), team_name(session, row.team_id)
    left = working_time.left(now, due)
    way = way_of(session, None, row.person_id)
    return Item("call_back", row.id, None, person, None, None, team, row.created_at, due, left, row.reason, way=way)


def _new(session: Session, viewer: Viewer, now: datetime) -> Iterator[Item]:
    """Handed over, never reached, and nothing is planned: no call, no promise."""
    booked = select(Appointment.person_id).where(Appointment.status == "booked", Appointment.ends_at > now)
    stands = select(Appointment.referral_id).where(Appointment.status == "booked", Appointment.referral_id.is_not(None))
    promised = select(CallBack.person_id).where(CallBack.done_at.is_(None))
    rows = scopes.mine(viewer, Referral).where(
        Referral.status.not_in((*CLOSED, caseload.ACTIVE)),
        Referral.person_id.not_in(booked),
        Referral.id.not_in(stands),  # an old call of an earlier referral says nothing about this one
        Referral.person_id.not_in(promised),
    )
    for referral in session.scalars(rows):
        detail = "tried" if notes.any_try(session, referral.id) else "no_call"
        due = working_time.after(referral.changed_at, NEW_WITHIN)
        yield _item(session, "new", referral.id, referral, referral.created_at, due, now, detail)


def _outcomes(session: Session, viewer: Viewer, now: datetime) -> Iterator[Item]:
    """Calls that are over and of which nobody has said what came of them."""
    rows = scopes.mine(viewer, Appointment).where(Appointment.status == "booked", Appointment.ends_at <= now)
    for call in session.scalars(rows):
        due = working_time.after(call.ends_at, OUTCOME_WITHIN)
        referral = session.get(Referral, call.referral_id) if call.referral_id else None
        yield Item(
            kind="outcome",
            id=call.id,
            referral=call.referral_id,
            person=person_name(session, call.person_id),
            coach_id=call.coach_id,
            coach=coach_name(session, call.coach_id),
            team=team_name(session, call.team_id),
            since=call.starts_at,
            due=due,
            left=working_time.left(now, due),
            detail=call.kind,
            tries=notes.tries(session, referral.id) if referral else 0,
            way=way_of(session, referral, call.person_id),
        )


def _contacts(session: Session, viewer: Viewer, now: datetime) -> Iterator[Item]:
    """People of the caseload whose next contact is today or was to be."""
    today = now.astimezone(LONDON).date()
    rows = scopes.mine(viewer, Referral).join(Plan, Plan.referral_id == Referral.id)
    for referral in session.scalars(rows.where(Referral.status == caseload.ACTIVE, Plan.next_on <= today)):
        plan = caseload.plan_of(session, referral.id)
        if plan is not None and plan.next_on is not None:
            due = working_time.end_of(plan.next_on)
            yield _item(session, "contact", referral.id, referral, plan.changed, due, now, plan.next_what)


def _check_ins(session: Session, viewer: Viewer, now: datetime) -> Iterator[Item]:
    """Answers to check-ins that nobody has read; who would rather not say waits for nobody."""
    rows = select(CheckIn, Referral).join(Referral, Referral.id == CheckIn.referral_id)
    rows = rows.where(viewer.within(Referral.team_id), CheckIn.answered_at.is_not(None), CheckIn.seen_at.is_(None))
    for row, referral in session.execute(rows.where(CheckIn.answer != "no")):
        answered = row.answered_at or now
        due = working_time.after(answered, MESSAGE_WITHIN)
        yield _item(session, "check_in", row.id, referral, answered, due, now, row.answer or "")


def _left_behind(session: Session, viewer: Viewer, now: datetime) -> Iterator[Item]:
    """People whose coach has left: a booked call is to be moved before it comes, everybody is to be handed over."""
    for each in leavers.left_behind(session, viewer, now):
        due = min(working_time.after(each.since, NEW_WITHIN), each.call or datetime.max.replace(tzinfo=UTC))
        yield Item(
            kind="coach",
            id=each.person_id,
            referral=each.referral,
            person=person_name(session, each.person_id),
            coach_id=each.coach_id,
            coach=coach_name(session, each.coach_id),
            team=team_name(session, each.team_id),
            since=each.call or each.since,
            due=due,
            left=working_time.left(now, due),
            detail="call" if each.call else "call_back" if each.promised else "",
        )


def _item(
    session: Session,
    kind: Kind,
    number: int,
    referral: Referral,
    since: datetime,
    due: datetime,
    now: datetime,
    why: str,
) -> Item:
    return Item(
        kind=kind,
        id=number,
        referral=referral.id,
        person=person_name(session, referral.person_id),
        coach_id=referral.coach_id,
        coach=coach_name(session, referral.coach_id),
        team=team_name(session, referral.team_id),
        since=since,
        due=due,
        left=working_time.left(now, due),
        detail=why,
        tries=notes.tries(session, referral.id),
        way=way_of(session, referral, referral.person_id),
    )
