"""Offer, hold, book, move, call off; and the promise that a person will ring."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.actions import offering, waiting
from bot.actions.doing import Doing, Slots, result
from bot.actions.introducing import for_the_card
from bot.actions.looking_back import NO_PHONE, answers, on_card, words_for
from bot.actions.places import area_of
from bot.flows.definition import SHARED
from bot.flows.engine import ActionResult, Event
from bot.flows.state import DialogueState
from bot.times import spoken, spoken_date
from services import (
    allocation,
    booking,
    call_backs,
    call_links,
    consent,
    diary,
    duty,
    eligibility,
    people,
    referrals,
    teams,
)
from services.call_fit import WAYS
from services.clock import LONDON
from services.models import Appointment, Coach, Team

WORKING_DAYS = 5
"""By when a team takes on a person whose team nobody knows yet, like a team's own usual promise."""
KIND_FOR = {"messages": "messages", "video": "video", "bsl": "video", "in_person": "in_person"}
NEAR = timedelta(hours=3)


def plan_call(doing: Doing, slots: Slots) -> ActionResult:
    """How the first talk is held: in writing if no call is wanted; BSL needs a picture; relay and interpreters join a call."""
    needs = slots.get("call_needs") or ()
    usual = "messages" if slots.get("phone") == NO_PHONE else "phone"
    kind = next((kind for need, kind in KIND_FOR.items() if need in needs), usual)
    return result(call_kind=kind)


def take_a_call(doing: Doing, slots: Slots) -> ActionResult:
    """Writing is wanted no more; an interpreter or BSL is needed all the same."""
    needs = [need for need in slots.get("call_needs") or () if need not in {"messages", "skipped"}]
    return result(call_needs=needs or ["phone"])


def look_for_way(doing: Doing, slots: Slots) -> ActionResult:
    """Whether a call can be booked in the way wished for now; the coach reads the wish either way."""
    way = str(slots.get("way_wanted"))
    found = offering.find_openings(doing, {**slots, "call_kind": way}, None)
    needs = [need for need in slots.get("call_needs") or () if need not in {*WAYS, "skipped"}]
    if not found:
        return result(way_result="none", call_needs=[way, *needs])
    return result(way_result="free", call_kind=way, call_needs=[way, *needs])


def plan_as_booked(doing: Doing, slots: Slots) -> ActionResult:
    """The call that stands is moved in its own way, also where another was asked for and not taken."""
    row = booking.coming_call(doing.session, doing.conversation.person_id, doing.now)
    return result(call_kind=row.kind) if row else result()


def hold_opening(doing: Doing, slots: Slots) -> ActionResult:
    opening_id = str(slots.get("opening") or "")
    held = booking.hold(doing.session, doing.conversation, opening_id, doing.now, booking.SILENCE[doing.channel])
    wanted = diary.OpeningId.parse(opening_id)
    when = spoken(wanted.starts_at) if wanted else ""
    events = [Event("opening_held", {"starts_at": on_the_wall(wanted.starts_at)})] if held == "held" and wanted else []
    return result(*events, hold_result=held, opening_when=when)


def renew_hold(doing: Doing, slots: Slots) -> ActionResult:
    ttl = booking.SILENCE[doing.channel]
    renewed = booking.renew(doing.session, doing.conversation.id, doing.now, ttl)
    return result(hold_result="held" if renewed else "lapsed")


def release_hold(doing: Doing, slots: Slots) -> ActionResult:
    booking.release(doing.session, doing.conversation.id)
    return result(hold_result=None)


def appointment_slots(doing: Doing, row: Appointment) -> dict[str, Any]:
    coach, team = doing.session.get_one(Coach, row.coach_id), doing.session.get_one(Team, row.team_id)
    token = call_links.link_token(doing.session, row)
    return {
        "appointment_when": spoken(row.starts_at),
        "coach_name": coach.name,
        "caller_number": team.caller_number,
        "appointment_kind": row.kind,
        "call_how": call_how(doing, row.kind),
        "call_length": int((row.ends_at - row.starts_at).total_seconds() // 60),
        "call_link": f"{doing.parts.settings.public_url.rstrip('/')}/call/{token}",
    }


def call_how(doing: Doing, kind: str) -> str:
    """ "ring you", "meet them by video": in the content's own words."""
    theirs = doing.state.slots.get("for_someone_else")
    return words_for(doing, "call_how", kind, appointment_kind=kind, for_someone_else=theirs)


def appointment_event(name: str, row: Appointment) -> Event:
    return Event(name, {"starts_at": on_the_wall(row.starts_at), "kind": row.kind})


def on_the_wall(moment: datetime) -> str:
    """ISO, in Europe/London with its offset."""
    return moment.astimezone(LONDON).isoformat()


def book_opening(doing: Doing, slots: Slots) -> ActionResult:
    """Referral and call in this one transaction, after consent to share (invariant 8)."""
    standing = booking.coming_call(doing.session, doing.conversation.person_id, doing.now)
    if standing and booking.held(doing.session, doing.conversation.id) is None:
        return result(booking_result="booked", **appointment_slots(doing, standing))
    if not standing and not takes_them(doing):
        booking.release(doing.session, doing.conversation.id)
        share_nothing(doing)
        return result(booking_result="closed")
    referral = share(doing, slots)
    booked = booking.book(doing.session, doing.conversation, doing.now, referral_id=referral.id)
    if not isinstance(booked, Appointment):
        return result(booking_result=booked)
    referrals.give_to(doing.session, referral, booked.coach_id)
    events = (Event("referral_shared", {"referral": referral.id}), appointment_event("appointment_booked", booked))
    return result(*events, booking_result="booked", **appointment_slots(doing, booked))


def takes_them(doing: Doing) -> bool:
    """Whether the team goes on with this person: one that has closed does so with those whom it has, and nobody else."""
    team = doing.session.get(Team, str(doing.conversation.team_id))
    if team is None or not team.has_closed(doing.now):
        return team is not None
    return referrals.is_with(doing.session, team.id, doing.conversation.id)


def share_nothing(doing: Doing) -> None:
    """The yes was to a team that does not take them: it stands for nothing, and is taken back."""
    consent.withdraw(doing.session, doing.conversation, "share", doing.now, doing.conversation.team_id)


def share(doing: Doing, slots: Slots) -> Any:
    """The record handed to the team, made once a conversation and team, and brought up to date after that."""
    person, team = doing.conversation.person_id, doing.conversation.team_id
    given = consent.current(doing.session, person, "share", team)
    card = card_of(doing, slots)
    if card.get("name"):
        people.set_name(doing.session, person, str(card["name"]))
    if card.get("phone"):
        people.set_phone(doing.session, person, str(card["phone"]))
    return referrals.create(
        doing.session,
        doing.conversation,
        str(team),
        card,
        doing.now,
        consent_id=given.id if given else None,
        decision_id=eligibility.latest_decision(doing.session, doing.conversation.id),
    )


ON_THE_CARD = (
    "name", "phone", "work_situation", "months_out_of_work", "postcode", "place", "practice_pick", "age", "health",
    "barriers", "wish", "call_needs", "call_need_words", "share_condition", "language", "call_times", "told_of_call",
    "own_words", "ends", "voicemail_ok", "call_kind", "eligibility", "on_behalf", "phone_whose", "reach_words",
)  # fmt: skip
"""What of the answers a team reads once the person agrees to share."""
GATHER = frozenset({"self_referral", "book_call", "agree_to_call_back", "ask_for_call_back"})
AGREED = frozenset({"after", "more_help"})
"""Flows that ask whether to share, and their steps after the yes: until then what is said in them is nobody's yet."""


def bring_card_up_to_date(doing: Doing, before: DialogueState) -> None:
    """What is told once the team has the answers reaches the card in the same turn, while the person agrees to share."""
    state = doing.state
    asks = next((frame for frame in reversed(state.stack) if frame.flow in GATHER), None)
    if before.outcome not in SHARED or state.outcome not in SHARED or (asks and asks.step not in AGREED):
        return
    told = {
        name: state.slots[name]
        for name in ON_THE_CARD
        if state.slots.get(name) not in (None, "skipped", NO_PHONE) and state.slots[name] != before.slots.get(name)
    }
    told |= added_since(doing, before)
    team, person = doing.conversation.team_id, doing.conversation.person_id
    referral = referrals.current(doing.session, person, team) if told and team else None
    given = consent.current(doing.session, person, "share", team) if referral else None
    if referral is not None and given is not None and given.given:
        referrals.add_to_card(doing.session, referral, told, doing.now)


def added_since(doing: Doing, before: DialogueState) -> dict[str, Any]:
    """Answers that the content alone names ("drink or drugs"), where one is new. Health that was left out stays out."""
    health = doing.state.slots.get("health")
    left_out = isinstance(health, list) and "rather_not_say" in health
    withheld = {spec.name for spec in doing.book.slots.values() if left_out and spec.on_card and spec.sensitive}
    after, earlier = (
        on_card(doing, {name: value for name, value in state.slots.items() if name not in withheld})
        for state in (doing.state, before)
    )
    return {"added": after} if after and after != earlier else {}


def card_of(doing: Doing, slots: Slots) -> dict[str, Any]:
    """What a coach reads in a minute: ids and the person's own values; titles are put on by the page."""
    area = area_of(doing, slots)
    card: dict[str, Any] = {
        name: slots[name] for name in ON_THE_CARD if slots.get(name) not in (None, "skipped", NO_PHONE)
    }
    if doing.channel == "sms":
        card.setdefault("phone", doing.address_value)
    card["asked"] = [name for name in ON_THE_CARD if slots.get(name) is not None]
    card["answers"] = answers(doing, slots, sensitive=True) + answers(doing, slots, sensitive=False)
    card["added"] = on_card(doing, slots)
    card["board"] = area.board if area else None
    return {**card, **for_the_card(doing)}


def find_appointment(doing: Doing, slots: Slots) -> ActionResult:
    row = booking.coming_call(doing.session, doing.conversation.person_id, doing.now)
    if row is None:
        missed = booking.last_call(doing.session, doing.conversation.person_id)
        return result(appointment_result="none", **(appointment_slots(doing, missed) if missed else {}))
    return result(appointment_result="one", **appointment_slots(doing, row))


def find_promise(doing: Doing, slots: Slots) -> ActionResult:
    """Whether a team still owes them a call, and by when."""
    row = call_backs.waiting_for(doing.session, doing.conversation.person_id)
    if row is None:
        return result(promise_result="none")
    return result(promise_result="open", call_back_by=spoken_date(row.promised_by))


def move_appointment(doing: Doing, slots: Slots) -> ActionResult:
    """The held opening replaces the coming call; after a missed call it is a new one of the same referral."""
    name, moved = "appointment_moved", booking.move(doing.session, doing.conversation, doing.now)
    if moved == "none":
        name = "appointment_booked"
        last = booking.last_call(doing.session, doing.conversation.person_id)
        moved = booking.book(
            doing.session, doing.conversation, doing.now, referral_id=last.referral_id if last else None
        )
    if not isinstance(moved, Appointment):
        return result(booking_result=moved)
    if moved.referral_id is None:  # promised to be rung, and never had a call: it stands on that card
        current = referrals.current(doing.session, moved.person_id, moved.team_id)
        moved.referral_id = current.id if current else None
    return result(appointment_event(name, moved), booking_result="booked", **appointment_slots(doing, moved))


def call_off_appointment(doing: Doing, slots: Slots) -> ActionResult:
    row = booking.coming_call(doing.session, doing.conversation.person_id, doing.now)
    if row is None or not booking.call_off(doing.session, row.id, doing.now):
        return result(call_off_result="none")
    return result(appointment_event("appointment_called_off", row), call_off_result="called_off")


def queue_call_back(doing: Doing, slots: Slots) -> ActionResult:
    """A team rings by a named date; who got no opening, or none that fits, is on the waiting list meanwhile."""
    waits = slots.get("openings_count") == 0 or slots.get("opening") == waiting.WAIT
    promised = promise(doing, slots, call_backs.NO_OPENINGS if waits else "asked")
    if promised is None:
        closed = doing.conversation.team_id is not None and not takes_them(doing)
        if closed:
            share_nothing(doing)
        return result(call_back_result="closed" if closed else "no_team", call_back_by="")
    if waits:
        waiting.join_with_promise(doing, slots)
    return result(*promised[1], call_back_result="queued", call_back_by=promised[0])


def ask_person(doing: Doing, slots: Slots) -> ActionResult:
    """A person looks at what was said; promised only where a team has taken the area on."""
    asked = Event("person_asked_for", {})
    promised = promise(doing, slots, "ask_a_person") or put_to_everybody(doing, slots)
    if promised is None:
        return result(asked, person_result="no_team", call_back_by="")
    return result(asked, *promised[1], person_result="queued", call_back_by=promised[0])


def put_to_everybody(doing: Doing, slots: Slots) -> tuple[str, list[Event]] | None:
    """Nobody knows yet which team is theirs: every team sees it until one takes it on. None where no team is open."""
    if slots.get("team_result") == "none" or not teams.open_teams(doing.session, doing.today):
        return None
    duty.alert(doing.session, doing.conversation.id, None, "which_team", doing.now)
    by = diary.working_days_after(doing.today, WORKING_DAYS)
    return spoken_date(by), [Event("call_back_queued", {"by": by.isoformat()})]


def promise(doing: Doing, slots: Slots, reason: str) -> tuple[str, list[Event]] | None:
    """None where no team is known, or the one that is has closed meanwhile: nobody there would ring."""
    if doing.conversation.team_id is None or not takes_them(doing):
        return None
    referral = share(doing, slots)
    by = allocation.promise(doing.session, doing.conversation, referral, reason, doing.now).promised_by
    events = [Event("referral_shared", {"referral": referral.id}), Event("call_back_queued", {"by": by.isoformat()})]
    return spoken_date(by), events
