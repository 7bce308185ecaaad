"""Consent, referrals, promises, duty, due work, revisions, leases, rates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest

from services import (
    call_backs,
    consent,
    conversations,
    due_work,
    duty,
    flow_store,
    inbox,
    leases,
    outbox,
    rate_limits,
    referrals,
    retention,
    sources,
    transcript,
)
from services.db import Database
from services.messages import Address, Choice, Inbound
from services.models import Conversation, DutyShift, MessageIn
from tests.services.diaries import make_team, talk

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def somebody(db: Database, now: datetime) -> int:
    return talk(db, now)


def test_consent_is_kept_with_its_words_once_and_can_be_taken_back(db: Database, now: datetime) -> None:
    with db.write() as session:
        row = conversations.lock(session, 1)
        for _ in range(2):
            consent.record(session, row, "share", wording="Share?", version="r1", now=now, team_id="t")
        assert consent.current(session, row.person_id, "share") is None, "another team was named"
        assert consent.current(session, row.person_id, "share", "t") is not None
        assert consent.withdraw(session, row, "share", now)
        assert consent.current(session, row.person_id, "share", "t") is None
        assert not consent.withdraw(session, row, "share", now)
        assert [c.given for c in consent.history(session, row.person_id)] == [True, False]


def test_a_referral_is_made_once_and_found_by_its_reference(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        row = conversations.lock(session, 1)
        first = referrals.create(session, row, "testshire", {"wish": "a"}, now, consent_id=1)
        again = referrals.create(session, row, "testshire", {"wish": "b"}, now, consent_id=1)
        assert (first.id, again.card) == (again.id, {"wish": "b"})
        referrals.add_to_card(session, again, {"needs": "BSL"}, now)
        assert again.card == {"wish": "b", "needs": "BSL"}
        found = referrals.find_by_reference(session, f" {first.reference.lower()} ")
        assert found is not None
        assert found.id == first.id
        assert referrals.find_by_reference(session, "WW-2222222") is None
        assert [r.id for r in referrals.of_team(session, "testshire")] == [first.id]
        referrals.close(session, first, "withdrawn", now)
        assert referrals.create(session, row, "testshire", {}, now, consent_id=1).id != first.id


def test_a_call_back_is_promised_in_working_days_and_once(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        row = conversations.lock(session, 1)
        friday = now + timedelta(days=32)  # Friday, 25 December
        promise = call_backs.queue(session, row, "testshire", "no_openings", friday)
        assert promise.promised_by == date(2027, 1, 5)
        assert call_backs.queue(session, row, "testshire", "asked", now).id == promise.id
        assert [c.id for c in call_backs.waiting(session, "testshire")] == [promise.id]
        assert call_backs.finish(session, promise.id, "reached", now, by=3)
        assert not call_backs.finish(session, promise.id, "reached", now)
        assert call_backs.waiting(session, None) == []


def test_with_no_rota_nothing_is_promised(db: Database, now: datetime) -> None:
    with db.write() as session:
        alert = duty.alert(session, 1, None, "self_harm", now)
        assert (alert.result, alert.answer_by) == ("no_rota", None)
        assert [a.reason for a in duty.open_alerts(session, "any")] == ["self_harm"]


def test_an_alert_goes_to_who_is_on_duty_then_to_the_deputy(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        session.add(
            DutyShift(
                team_id="testshire", weekday=0, starts_minute=9 * 60, ends_minute=17 * 60, staff_id=3, deputy_id=4
            )
        )
        session.flush()
        alert = duty.alert(session, 1, "testshire", "self_harm", now)
        assert (alert.result, alert.answer_by) == ("alerted", now + timedelta(minutes=30))
        assert duty.alert(session, 1, "testshire", "self_harm", now).id == alert.id
        assert duty.alert(session, 1, "testshire", "self_harm", now + 8 * HOUR).result == "no_rota"
        assert duty.escalate_overdue(session, now) == []
        assert [a.id for a in duty.escalate_overdue(session, now + HOUR)] == [alert.id]
        assert duty.escalate_overdue(session, now + HOUR) == []
        assert duty.accept(session, alert.id, 4, now)
        assert not duty.accept(session, alert.id, 3, now)
        assert duty.close(session, alert.id, "rang back", now)
        assert len(duty.open_alerts(session, "testshire")) == 1


def test_due_work_is_replaced_cancelled_and_done_once(db: Database, now: datetime) -> None:
    with db.write() as session:
        first = due_work.schedule(session, 1, "nudge", now + HOUR)
        second = due_work.schedule(session, 1, "nudge", now + 2 * HOUR, not_after=now + 3 * HOUR)
        due_work.schedule(session, 1, "expiry", now + 5 * HOUR)
        assert due_work.due(session, now + HOUR) == []
        assert [w.id for w in due_work.due(session, now + 2 * HOUR)] == [second]
        assert due_work.due(session, now + 4 * HOUR) == [], "too late"
        assert not due_work.finish(session, first, now)
        assert due_work.finish(session, second, now)
        assert not due_work.finish(session, second, now)
        assert due_work.cancel(session, 1, ("expiry",), now) == 1
        assert due_work.due(session, now + 9 * HOUR) == []


def test_invariant_10_revisions_never_change_and_pinned_ones_need_their_actions(db: Database, now: datetime) -> None:
    with db.write() as session:
        assert flow_store.store(session, "r1", {"a.yml": "x"}, ["find_area", "old_action"], "start-up", now)
        assert not flow_store.store(session, "r1", {"a.yml": "changed"}, [], "start-up", now)
        assert flow_store.load(session, "r1") == {"a.yml": "x"}
        assert flow_store.missing_actions(session, {"find_area"}) == {}, "nobody is tied to it"
        conversations.pin(session, conversations.lock(session, 1), "r1")
        assert flow_store.pinned(session) == ["r1"]
        assert flow_store.missing_actions(session, {"find_area"}) == {"r1": ["old_action"]}
        assert flow_store.missing_actions(session, {"find_area", "old_action"}) == {}


def test_one_process_leads_at_a_time(db: Database) -> None:
    def lead(holder: str, seconds: float = 30) -> bool:
        with db.write() as session:
            return leases.lead(session, "telegram", holder, seconds)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lead, "abcd")) == 1
    with db.write() as session:
        for holder in "abcd":
            leases.resign(session, "telegram", holder)
    assert lead("a", seconds=-1)
    assert lead("b")
    assert not lead("a")
    assert lead("b")


def test_rates_are_counted_by_window_and_key(db: Database, now: datetime) -> None:
    def allow(key: str, at: datetime) -> bool:
        with db.write() as session:
            return rate_limits.allow(session, key, 3, HOUR, at)

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(lambda _: allow("a", now), range(5))) == 3
    assert allow("b", now)
    assert allow("a", now + HOUR)
    with db.write() as session:
        rate_limits.forget_before(session, now + HOUR)
    assert allow("a", now)


def test_source_codes_are_tidied_and_never_needed(db: Database, now: datetime) -> None:
    with db.write() as session:
        sources.add(session, "GP 23", "Poster at the surgery", "gp", now)
        found = sources.find(session, " gp23 ")
        assert found is not None
        assert found.kind == "gp"
        assert sources.find(session, "nothing") is None
        with pytest.raises(ValueError, match="letters or digits"):
            sources.add(session, "!!", "", "gp", now)


def test_a_conversation_reads_in_order_and_tells_what_is_new(db: Database, now: datetime) -> None:
    with db.write() as session:
        row = conversations.lock(session, 1)
        outbox.enqueue(session, row, "one", (Choice("1", "One"),), purpose="answer", now=now)
        outbox.enqueue(session, row, "two", purpose="answer", now=now)
        lines = transcript.read(session, 1, now)
        assert [line.text for line in lines] == ["hi", "one", "two"]
        assert lines[1].choices == (Choice("1", "One"),)
        assert [line.text for line in transcript.read(session, 1, now, most=1)] == ["two"]
        assert transcript.marks(session, [1, 2], now) == {1: (1, 2), 2: (0, 0)}


def test_a_coach_takes_over_and_hands_back(db: Database, now: datetime) -> None:
    with db.write() as session:
        row = conversations.lock(session, 1)
        conversations.take_over(session, row, 3, now)
        assert conversations.see(session, 1).coach_takes_over
        conversations.hand_back(session, row)
        assert not conversations.see(session, 1).coach_takes_over


def test_however_many_are_past_their_time_all_are_forgotten_and_nobody_else(
    db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than one transaction takes, with some in between who wrote lately or whom a team took on."""
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    for number in range(2, 14):
        inbox.accept(db, Inbound(Address("sms", f"+4477009001{number:02}"), f"SM{number}", "words"), False, now)
    with db.write() as session:
        for row in session.query(Conversation):
            row.state, row.outcome = {"slots": {"age": 40}}, "referred" if row.id % 4 == 0 else None
            row.last_in_at = now + timedelta(days=20) if row.id % 3 == 0 else now
        for message in session.query(MessageIn):
            message.taken_at = now
    retention.sweep(db, now + timedelta(days=31))
    retention.sweep(db, now + timedelta(days=31))
    with db.read() as session:
        kept = {row.id for row in session.query(Conversation) if row.state is not None}
        worded = {message.conversation_id for message in session.query(MessageIn) if message.body is not None}
    assert kept == worded == {number for number in range(1, 14) if number % 4 == 0 or number % 3 == 0}
    retention.sweep(db, now + timedelta(days=181))
    with db.read() as session:
        assert {row.id for row in session.query(Conversation) if row.state} == {4, 8, 12}, (
            "answers of who was referred stay"
        )
        assert [message.id for message in session.query(MessageIn) if message.body is not None] == [
            message.id for message in session.query(MessageIn) if message.conversation_id == 12
        ], "who wrote twenty days later has twenty days more"


def test_unfinished_conversations_keep_no_words_after_thirty_days(db: Database, now: datetime) -> None:
    with db.write() as session:
        row = conversations.lock(session, 1)
        conversations.save(session, row, {"slots": {"age": 40}}, None)
        for message in session.query(MessageIn):
            message.taken_at = now
    retention.sweep(db, now + timedelta(days=29))
    with db.read() as session:
        assert session.get_one(Conversation, 1).state is not None
    retention.sweep(db, now + timedelta(days=31))
    with db.read() as session:
        assert session.get_one(Conversation, 1).state is None
        assert session.get_one(MessageIn, 1).body is None
