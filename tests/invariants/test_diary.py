"""Invariants 7 to 9 on the product itself: no overlap, offering holds nothing, times and quiet hours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot import rounds, turns
from bot.assistant import Assistant
from bot.simulator import Answered, Simulator
from services import booking, conversations, faults, reminders
from services.clock import LONDON
from services.messages import Address, Inbound
from services.models import Appointment, DiaryCell, Hold, MessageOut, Referral
from tests.invariants.people import TO_THE_CALL, TO_THE_CHECK, TO_THE_OPENINGS, call_of, say_all, words

MANY = 6


def held(person: Simulator) -> Hold | None:
    with person.assistant.db.read() as session:
        return booking.held(session, person.conversation_id())


def count(assistant: Assistant, table: type) -> int:
    with assistant.db.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def another(person: Simulator, number: int) -> Simulator:
    """Somebody else at the same assistant."""
    other = Simulator(person.assistant)
    other.address = Address("sms", f"+4477009002{number:02}")
    other.count = number * 1000
    other.collected = person.collected
    person.assistant.channels = dict.fromkeys(("sms", "telegram", "web"), person.collected)
    return other


def wait(person: Simulator, **time: int) -> Answered:
    return person.until(person.assistant.clock.now() + timedelta(**time))


def test_invariant_07_people_who_choose_the_same_opening_at_once_never_overlap(person: Simulator) -> None:
    assistant = person.assistant
    crowd = [another(person, number) for number in range(MANY)]
    for one in crowd:
        say_all(one, TO_THE_OPENINGS)
    first = crowd[0].settle("").slots["opening_choices"][0]["value"]
    chosen = [assistant.accept(Inbound(one.address, f"same-{n}", "1")) for n, one in enumerate(crowd)]
    with ThreadPoolExecutor(MANY) as pool:
        list(pool.map(lambda each: turns.catch_up(assistant, each.conversation_id), chosen))
    with assistant.db.read() as session:
        wanted = [hold for hold in session.scalars(select(Hold)) if first.startswith(f"o{hold.coach_id}-")]
        cells = session.execute(select(DiaryCell.coach_id, DiaryCell.cell)).all()
    assert len(wanted) == 1
    assert len(cells) == len(set(cells))
    told = words(crowd[0].settle(""))
    assert told.count("Please check") == 1
    assert told.count("that time has just gone") == MANY - 1


def test_invariant_07_the_time_that_was_just_taken_is_said_to_be_gone(person: Simulator) -> None:
    other = another(person, 1)
    say_all(person, TO_THE_OPENINGS)
    say_all(other, TO_THE_CALL)
    gone = person.say("1")
    assert "that time has just gone" in words(gone)
    assert gone.messages[-1].choices
    assert held(person) is None


def test_invariant_08_offering_holds_nothing_and_choosing_holds(person: Simulator) -> None:
    say_all(person, TO_THE_OPENINGS)
    assert count(person.assistant, Hold) == count(person.assistant, DiaryCell) == 0
    person.say("1")
    assert held(person) is not None
    assert count(person.assistant, Appointment) == 0


def test_invariant_08_a_hold_is_renewed_by_each_turn_for_an_hour_at_most(person: Simulator) -> None:
    say_all(person, TO_THE_CHECK)
    began = held(person)
    assert began is not None
    seen = [began.expires_at]
    for _ in range(5):
        wait(person, minutes=15)
        person.say("who sees this?")
        kept = held(person)
        assert kept is not None
        seen.append(kept.expires_at)
    assert seen[1] - seen[0] > timedelta(minutes=14), "a turn within the twenty minutes renews"
    assert max(seen) <= began.held_at + booking.LONGEST_HOLD
    assert seen[-1] == seen[-2], "and no longer once it has run out"


def test_invariant_08_a_hold_that_ran_out_is_good_while_nobody_comes_and_swept_after_a_day(person: Simulator) -> None:
    say_all(person, [*TO_THE_OPENINGS, "3"])
    wait(person, hours=2)
    assert held(person) is not None
    wait(person, hours=25)
    assert held(person) is None
    assert count(person.assistant, DiaryCell) == 0
    person.say("1")  # the nudge's "carry on"
    assert "that time has just gone" in words(person.say("1"))


def test_invariant_08_after_consent_one_transaction_makes_referral_and_appointment(
    person: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    say_all(person, TO_THE_CHECK)
    assistant = person.assistant
    seen: list[tuple[int, int]] = []

    def point(name: str) -> None:
        if name in {"before_turn_commit", "after_turn_commit"}:
            seen.append((count(assistant, Referral), count(assistant, Appointment)))

    monkeypatch.setattr(faults, "point", point)
    person.say("1")
    assert seen == [(0, 0), (1, 1)]
    call = call_of(person)
    assert call is not None
    assert call.referral_id is not None


def test_invariant_09_stored_in_utc_and_shown_in_london(person: Simulator) -> None:
    person.assistant.clock.set(datetime(2027, 7, 5, 9, 0))  # noqa: DTZ001  wall clock in a summer when the team is open
    booked = say_all(person, TO_THE_CALL)
    call = call_of(person)
    assert call is not None
    assert call.starts_at.utcoffset() == timedelta()
    wall = call.starts_at.astimezone(LONDON)
    assert wall.utcoffset() == timedelta(hours=1)
    event = next(event for event in booked.events if event["name"] == "appointment_booked")
    assert event["starts_at"] == wall.isoformat()
    hour = wall.hour % 12 or 12
    assert f"{wall.day} Jul, {hour}" in words(booked)


def test_invariant_09_nothing_goes_unasked_in_quiet_hours(person: Simulator) -> None:
    say_all(person, TO_THE_OPENINGS)
    person.say("3")  # Tue 24 Nov, 8am: an hour before is in the night
    assert "8am" in words(person.say("1"))
    call = call_of(person)
    assert call is not None
    until = person.until(call.starts_at + timedelta(minutes=5))
    reminded = [event["kind"] for event in until.events if event["name"] == "reminder_sent"]
    assert reminded, "the evening before"
    with person.assistant.db.read() as session:
        sent = session.scalars(select(MessageOut).where(MessageOut.purpose.in_(("reminder", "nudge", "offer")))).all()
    assert sent
    assert [row.id for row in sent if reminders.is_quiet(row.created_at)] == []
    assert {row.created_at.astimezone(LONDON).date() for row in sent} == {call.starts_at.date() - timedelta(days=1)}


def test_an_opening_that_comes_free_is_offered_in_turn_and_to_no_more_people_than_there_are_times(
    person: Simulator,
) -> None:
    from bot import trial

    trial.set_world(person.assistant, "no_openings")
    crowd = [person, another(person, 1), another(person, 2)]
    for one in crowd:
        say_all(one, TO_THE_CHECK[:-1])
        assert one.say("1").outcome == "call_back"
    trial.meanwhile(person, "an opening comes free")
    rounds.tick(person.assistant)
    with person.assistant.db.read() as session:
        offered = session.scalars(select(MessageOut).where(MessageOut.purpose == "offer")).all()
        first = conversations.find(session, person.address)
    assert [row.conversation_id for row in offered] == [first]
    assert offered[0].not_after is not None
    assert person.say("1").outcome == "booked"
    rounds.tick(person.assistant)
    assert count_offers(person.assistant) == 1, "the time is taken, so nobody else is asked"


def count_offers(assistant: Assistant) -> int:
    with assistant.db.read() as session:
        offers = select(func.count()).select_from(MessageOut).where(MessageOut.purpose == "offer")
        return session.scalar(offers) or 0
