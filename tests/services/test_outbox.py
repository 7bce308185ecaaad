"""Invariants 4 and 5; what becomes of a message is in test_statuses.py."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from services import conversations, duty, inbox, outbox, people
from services.db import Database
from services.messages import (
    Address,
    Choice,
    Inbound,
    Outbound,
    PersonStopped,
    Receipt,
    SendError,
    SendFailed,
    SendLater,
)
from services.models import MessageOut

ANNA = Address("sms", "+447700900123")


class Provider:
    """A stand-in that keeps what it was given; `wrong` are errors to raise first."""

    def __init__(self, *wrong: SendError) -> None:
        self.got: list[Outbound] = []
        self.wrong = list(wrong)
        self.lock = threading.Lock()

    def __call__(self, outbound: Outbound) -> Receipt:
        with self.lock:
            if self.wrong:
                raise self.wrong.pop(0)
            self.got.append(outbound)
            return Receipt(f"PID{outbound.id}", segments=2)

    @property
    def texts(self) -> list[str]:
        return [outbound.text for outbound in self.got]


def talk(db: Database, now: datetime, address: Address = ANNA) -> int:
    return inbox.accept(db, Inbound(address, f"in-{address}", "hi"), False, now).conversation_id


def queue(
    db: Database,
    conversation_id: int,
    text: str,
    now: datetime,
    purpose: str = "answer",
    not_after: datetime | None = None,
    run_at: datetime | None = None,
) -> int:
    with db.write() as session:
        row = conversations.lock(session, conversation_id)
        choices = (Choice("1", "One"),)
        return outbox.enqueue(session, row, text, choices, purpose=purpose, now=now, not_after=not_after, run_at=run_at)


def row_of(db: Database, message_id: int) -> MessageOut:
    with db.read() as session:
        return session.get_one(MessageOut, message_id)


def pass_real_time(db: Database) -> None:
    """Let every lease and pause run out."""
    with db.write() as session:
        session.execute(update(MessageOut).values(lease_until=None))


def stop(db: Database, conversation_id: int, now: datetime) -> None:
    with db.write() as session:
        conversations.lock(session, conversation_id)
        people.stop(session, conversation_id, now)


def test_a_message_is_sent_and_settled(db: Database, now: datetime) -> None:
    provider, conversation = Provider(), talk(db, now)
    message = queue(db, conversation, "hello", now)
    assert outbox.deliver(db, provider, 10, now) == 1
    sent = provider.got[0]
    assert (sent.address, sent.text, sent.choices, sent.repeat) == (ANNA, "hello", (Choice("1", "One"),), False)
    row = row_of(db, message)
    assert (row.status, row.provider_id, row.segments, row.lease) == ("sent", f"PID{message}", 2, None)
    assert outbox.deliver(db, provider, 10, now) == 0


def test_invariant_4_no_transaction_is_open_while_the_provider_is_called(db: Database, now: datetime) -> None:
    conversation = talk(db, now)
    queue(db, conversation, "hello", now)

    def send(_: Outbound) -> Receipt:
        queue(db, conversation, "written meanwhile", now)  # would wait for itself
        return Receipt("P1")

    assert outbox.deliver(db, send, 1, now) == 1


def test_invariant_4_order_is_kept_while_an_earlier_message_waits(db: Database, now: datetime) -> None:
    provider, conversation = Provider(SendLater()), talk(db, now)
    for text in ("one", "two", "three"):
        queue(db, conversation, text, now)
    outbox.deliver(db, provider, 10, now)
    assert provider.texts == []
    pass_real_time(db)
    outbox.deliver(db, provider, 10, now)
    assert provider.texts == ["one", "two", "three"]


def test_invariant_4_other_conversations_do_not_wait(db: Database, now: datetime) -> None:
    provider = Provider(SendLater())
    queue(db, talk(db, now), "stuck", now)
    queue(db, talk(db, now, Address("web", "w")), "free", now)
    outbox.deliver(db, provider, 10, now)
    assert provider.texts == ["free"]


def test_invariant_4_safety_replies_bypass_the_order_and_keep_their_own(db: Database, now: datetime) -> None:
    provider, conversation = Provider(SendLater()), talk(db, now)
    queue(db, conversation, "stuck", now)
    outbox.deliver(db, provider, 1, now)
    queue(db, conversation, "crisis 1", now, "crisis")
    queue(db, conversation, "crisis 2", now, "crisis")
    outbox.deliver(db, provider, 10, now)
    assert provider.texts == ["crisis 1", "crisis 2"]


def test_invariant_4_a_stale_message_is_dropped_and_holds_nothing_up(db: Database, now: datetime) -> None:
    provider, conversation = Provider(), talk(db, now)
    late = queue(db, conversation, "your call is tomorrow", now, "reminder", not_after=now + timedelta(hours=1))
    queue(db, conversation, "answer", now)
    outbox.deliver(db, provider, 10, now + timedelta(hours=2))
    assert provider.texts == ["answer"]
    assert (row_of(db, late).status, row_of(db, late).reason) == ("dropped", "late")


def test_a_woken_round_sends_what_was_queued_and_leaves_what_is_late_to_the_next_look(
    db: Database, now: datetime
) -> None:
    provider, thread = Provider(), talk(db, now)
    assert outbox.deliver(db, provider, 10, now, woken=True) == 0
    late = queue(db, thread, "late", now, not_after=now - timedelta(hours=1))
    assert outbox.deliver(db, provider, 10, now, woken=True) == 0
    assert row_of(db, late).status == "queued"
    outbox.deliver(db, provider, 10, now)
    assert row_of(db, late).status == "dropped"
    queue(db, thread, "now", now)
    other = talk(db, now, Address("sms", "+447700900124"))
    stop(db, other, now)
    unwelcome = queue(db, other, "stopped", now)
    assert outbox.deliver(db, provider, 10, now, woken=True) == 1
    assert provider.texts == ["now"]
    assert row_of(db, unwelcome).status == "dropped"


def test_a_message_for_later_holds_nothing_up(db: Database, now: datetime) -> None:
    provider, conversation = Provider(), talk(db, now)
    queue(db, conversation, "nudge", now, "nudge", run_at=now + timedelta(hours=1))
    queue(db, conversation, "answer", now)
    outbox.deliver(db, provider, 10, now)
    assert provider.texts == ["answer"]
    outbox.deliver(db, provider, 10, now + timedelta(hours=1))
    assert provider.texts == ["answer", "nudge"]


def test_invariant_4_a_crash_after_the_claim_gives_one_flagged_repeat(db: Database, now: datetime) -> None:
    provider, conversation = Provider(), talk(db, now)
    queue(db, conversation, "hello", now)

    def die(_: Outbound) -> Receipt:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outbox.deliver(db, die, 10, now)
    assert outbox.deliver(db, provider, 10, now) == 0, "the lease still runs"
    pass_real_time(db)
    outbox.deliver(db, provider, 10, now + timedelta(minutes=2))
    assert [(o.repeat, o.first_attempt_at) for o in provider.got] == [(True, now)]


def test_invariant_4_the_provider_is_asked_before_a_flagged_repeat(db: Database, now: datetime) -> None:
    provider, conversation = Provider(SendError("timeout")), talk(db, now)
    message = queue(db, conversation, "hello", now)
    outbox.deliver(db, provider, 10, now)
    pass_real_time(db)
    outbox.deliver(db, provider, 10, now, already_sent=lambda _: Receipt("PX"))
    assert provider.texts == []
    assert (row_of(db, message).status, row_of(db, message).provider_id) == ("sent", "PX")


def test_send_later_is_no_repeat_and_waits_as_long_as_asked(db: Database, now: datetime) -> None:
    provider, conversation = Provider(SendLater(120)), talk(db, now)
    message = queue(db, conversation, "hello", now)
    outbox.deliver(db, provider, 10, now)
    row = row_of(db, message)
    assert row.status == "queued"
    assert row.lease_until is not None
    pass_real_time(db)
    outbox.deliver(db, provider, 10, now)
    assert [o.repeat for o in provider.got] == [False]


def test_send_failed_goes_onto_a_persons_list_and_lets_the_next_go(db: Database, now: datetime) -> None:
    provider, conversation = Provider(SendFailed("30005")), talk(db, now)
    message = queue(db, conversation, "one", now)
    queue(db, conversation, "two", now)
    outbox.deliver(db, provider, 10, now)
    assert provider.texts == ["two"]
    with db.read() as session:
        assert [(row.id, row.reason) for row in outbox.not_delivered(session)] == [(message, "30005")]


def test_a_channels_own_mistake_is_tried_again(db: Database, now: datetime) -> None:
    conversation = talk(db, now)
    message = queue(db, conversation, "one", now)

    def broken(_: Outbound) -> Receipt:
        raise ZeroDivisionError

    assert outbox.deliver(db, broken, 10, now) == 1
    assert row_of(db, message).status == "sending"


@pytest.mark.parametrize(("purpose", "goes"), [("crisis", True), ("opt_in_answer", True), ("opt_out", True)])
def test_invariant_5_only_exempt_purposes_are_claimed_after_stop(
    db: Database, now: datetime, purpose: str, goes: bool
) -> None:
    provider, conversation = Provider(), talk(db, now)
    waiting = queue(db, conversation, "answer", now)
    stop(db, conversation, now)
    queue(db, conversation, "reminder", now, "reminder")
    queue(db, conversation, purpose, now, purpose)
    outbox.deliver(db, provider, 10, now)
    assert (purpose in provider.texts) == goes
    assert provider.texts == [purpose]
    assert (row_of(db, waiting).status, row_of(db, waiting).reason) == ("dropped", "stopped")


def test_invariant_5_stop_wins_every_race_with_a_claim(db: Database, now: datetime) -> None:
    """Whatever is claimed after STOP committed would be seen here: sends note whether STOP had committed."""
    late: list[str] = []
    for round_ in range(8):
        address = Address("sms", f"+4477009001{round_:02}")
        conversation = talk(db, now, address)
        for n in range(4):
            queue(db, conversation, f"{n}", now)
        committed, begun = threading.Event(), threading.Event()

        def send(outbound: Outbound, committed: threading.Event = committed, begun: threading.Event = begun) -> Receipt:
            begun.set()
            return Receipt(f"P{outbound.id}")

        def halt(conversation: int = conversation, begun: threading.Event = begun) -> None:
            begun.wait(1)
            stop(db, conversation, now)

        with ThreadPoolExecutor(2) as pool:
            stopping = pool.submit(halt)
            pool.submit(outbox.deliver, db, send, 10, now).result()
            stopping.result()
        with db.write() as session:
            counted = select(MessageOut.attempts).where(MessageOut.conversation_id == conversation)
            before = sum(session.scalars(counted))
        outbox.deliver(db, send, 10, now)
        with db.read() as session:
            if sum(session.scalars(counted)) != before:
                late.append(str(round_))
    assert late == []


def test_invariant_5_a_claim_passes_over_an_address_whose_stop_is_about_to_commit(
    postgres_db: Database, now: datetime
) -> None:
    db = postgres_db
    provider, conversation = Provider(), talk(db, now)
    queue(db, conversation, "answer", now)
    with ThreadPoolExecutor(1) as pool, db.write() as session:
        conversations.lock(session, conversation)
        people.stop(session, conversation, now)
        assert pool.submit(outbox.deliver, db, provider, 10, now).result(10) == 0
    outbox.deliver(db, provider, 10, now)
    assert provider.texts == []


def test_invariant_5_stopped_by_the_provider(db: Database, now: datetime) -> None:
    provider, conversation = Provider(PersonStopped()), talk(db, now)
    queue(db, conversation, "help", now, "crisis")
    queue(db, conversation, "answer", now)
    outbox.deliver(db, provider, 10, now)
    assert provider.texts == []
    with db.read() as session:
        assert people.is_stopped(session, conversation)
        assert [alert.reason for alert in duty.open_alerts(session, None)] == ["crisis_help_blocked"]


def test_start_lets_messages_go_again(db: Database, now: datetime) -> None:
    provider, conversation = Provider(), talk(db, now)
    stop(db, conversation, now)
    with db.write() as session:
        assert people.start(session, conversation)
    queue(db, conversation, "answer", now)
    outbox.deliver(db, provider, 10, now)
    assert provider.texts == ["answer"]


def test_stop_nudges_keeps_appointment_texts(db: Database, now: datetime) -> None:
    provider, conversation = Provider(), talk(db, now)
    with db.write() as session:
        assert people.stop_nudges(session, conversation, now)
    queue(db, conversation, "nudge", now, "nudge")
    queue(db, conversation, "reminder", now, "reminder")
    outbox.deliver(db, provider, 10, now)
    assert provider.texts == ["reminder"]


def test_many_workers_send_each_message_once_and_in_order(db: Database, now: datetime) -> None:
    provider = Provider()
    threads = [talk(db, now, Address("sms", f"+44770090010{n}")) for n in range(6)]
    for n in range(5):
        for conversation in threads:
            queue(db, conversation, f"{conversation}:{n}", now)

    def work(_: int) -> None:
        for _ in range(50):
            outbox.deliver(db, provider, 5, now)
            if len(provider.got) >= 30:
                return

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(provider.texts) == 30
    for conversation in threads:
        mine = [text for text in provider.texts if text.startswith(f"{conversation}:")]
        assert mine == [f"{conversation}:{n}" for n in range(5)]


Step = Callable[[Database, int, datetime], None]
RUNS = itertools.count(1)
answers = st.lists(st.sampled_from(["ok", "later", "unknown", "failed"]), max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers)
def test_whatever_the_provider_answers_nothing_is_lost_and_order_stays(sqlite_db: Database, script: list[str]) -> None:
    now = datetime.fromisoformat("2026-11-23T09:30:00+00:00")
    errors = {"later": SendLater(), "unknown": SendError("?"), "failed": SendFailed("f")}
    conversation = talk(sqlite_db, now, Address("telegram", str(next(RUNS))))
    ids = [queue(sqlite_db, conversation, f"{n}", now) for n in range(4)]
    script, got = list(script), []

    def send(outbound: Outbound) -> Receipt:
        answer = script.pop(0) if script else "ok"
        if answer in errors:
            raise errors[answer]
        got.append(outbound.text)
        return Receipt(f"P{outbound.id}")

    for _ in range(30):
        pass_real_time(sqlite_db)
        if not outbox.deliver(sqlite_db, send, 10, now):
            break
    states = [row_of(sqlite_db, message).status for message in ids]
    assert set(states) <= {"sent", "failed"}
    assert got == [f"{n}" for n, state in enumerate(states) if state == "sent"]
