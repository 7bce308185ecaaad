"""A team's own system: signed, in order, tried again, given up, replayed; nothing without consent, nothing to inside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.assistant import todays_book
from bot.handing_out import bundle
from services import booking, consent, conversations, diary, guarded_fetch, hook_sending, privacy, referrals, team_hooks
from services.db import Database
from services.errors import CalendarUnread
from services.models import Appointment, AuditRow, HookEvent
from tests.services.diaries import hold, make_team, talk
from tests.stand_ins.server import Answer, LoopbackServer, Request

TEAM = "testshire"


class System:
    """A team's system: what it got, what it answers."""

    def __init__(self) -> None:
        self.got: list[Request] = []
        self.status, self.drop = 204, False
        self.slow: threading.Event | None = None

    def __call__(self, request: Request) -> Answer:
        self.got.append(request)
        if self.slow is not None:
            self.slow.wait(60)
        return Answer(b"", self.status, drop=self.drop)

    @property
    def told(self) -> list[str]:
        return [json.loads(each.body)["type"] for each in self.got]


@pytest.fixture
def system() -> System:
    return System()


@pytest.fixture
def server(system: System) -> Iterator[LoopbackServer]:
    with LoopbackServer(system) as running:
        yield running


@pytest.fixture
def secret(db: Database, now: datetime, server: LoopbackServer) -> str:
    with db.write() as session:
        make_team(session, now)
        return team_hooks.give(session, TEAM, f"{server.url}/in", "event", "staff:1", now, loopback=True)


def shared(db: Database, now: datetime, number: int = 0) -> tuple[int, int]:
    """Somebody who agreed to share: conversation, referral."""
    conversation_id = talk(db, now, number)
    with db.write() as session:
        conversation = conversations.lock(session, conversation_id)
        given = consent.record(session, conversation, "share", wording="?", version="1", now=now, team_id=TEAM)
        card = {"name": "Sam", "postcode": "PR1 8XJ", "health": ["mental_health"]}
        made = referrals.create(session, conversation, TEAM, card, now, consent_id=given.id)
        return conversation_id, made.id


def book(db: Database, conversation_id: int, referral: int, now: datetime, number: int = 0) -> Appointment:
    with db.read() as session:
        wanted = diary.openings(session, TEAM, now=now, limit=50)[number]
    assert hold(db, conversation_id, wanted.id, now) == "held"
    with db.write() as session:
        made = booking.book(session, conversations.lock(session, conversation_id), now, referral_id=referral)
    assert isinstance(made, Appointment)
    return made


def send(db: Database, now: datetime) -> int:
    def describe(out: Any) -> dict[str, Any]:
        return bundle(todays_book(), now, out)

    return hook_sending.deliver(db, describe, now, loopback=True)


def states(db: Database) -> list[tuple[str, str, str | None]]:
    with db.read() as session:
        return [(row.kind, row.status, row.reason) for row in session.scalars(select(HookEvent).order_by(HookEvent.id))]


def pass_real_time(db: Database) -> None:
    with db.write() as session:
        past = datetime.fromisoformat("2020-01-01T00:00+00:00")
        session.execute(update(HookEvent).values(run_at=past, lease_until=None))


def test_what_happens_to_a_call_is_told_in_order_and_signed(
    db: Database, now: datetime, system: System, secret: str
) -> None:
    anna, referral = shared(db, now)
    book(db, anna, referral, now)
    moved = book(db, anna, referral, now, 5)
    with db.write() as session:
        booking.call_off(session, moved.id, now)
    assert send(db, now) == 3
    assert system.told == ["booked", "moved", "called_off"]
    for request in system.got:
        mark = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        made = base64.b64encode(hmac.new(key, mark, hashlib.sha256).digest()).decode()
        assert request.headers["webhook-signature"] == f"v1,{made}"
        assert json.loads(request.body)["id"] == request.headers["webhook-id"]
        assert b"Sam" not in request.body, "an event has a reference and no name"
        assert b"mental_health" not in request.body
    assert send(db, now) == 0
    with db.read() as session:
        handed = session.scalars(select(AuditRow).where(AuditRow.action == "hand_out")).all()
        assert [row.detail["as"] for row in handed] == ["hook:event"] * 3


def test_the_whole_referral_as_fhir(db: Database, now: datetime, system: System, secret: str) -> None:
    from fhir.resources.R4B.bundle import Bundle

    with db.write() as session:
        address = session.get_one(team_hooks.TeamHook, TEAM).address
        team_hooks.give(session, TEAM, address, "fhir", "staff:1", now, loopback=True)
    anna, referral = shared(db, now)
    book(db, anna, referral, now)
    send(db, now)
    told = json.loads(system.got[0].body)
    Bundle.model_validate(told["fhir"])
    kinds = [each["resource"]["resourceType"] for each in told["fhir"]["entry"]]
    assert kinds == ["ServiceRequest", "Patient", "QuestionnaireResponse", "Appointment"]


def test_nothing_is_sent_about_who_does_not_agree_or_asked_to_be_deleted(
    db: Database, now: datetime, system: System, secret: str, tmp_path: Path
) -> None:
    anna, hers = shared(db, now, 1)
    ben, his = shared(db, now, 2)
    never = talk(db, now, 3)
    book(db, anna, hers, now)
    book(db, ben, his, now)
    with db.read() as session:
        wanted = diary.openings(session, TEAM, now=now, limit=50)[0]
    hold(db, never, wanted.id, now)
    with db.write() as session:
        booking.book(session, conversations.lock(session, never), now)
        consent.withdraw(session, conversations.lock(session, anna), "share", now)
        privacy.erase(session, conversations.see(session, ben).person_id, now, tmp_path / "ledger")
    send(db, now)
    assert system.got == []
    assert [each[1:] for each in states(db)] == [("dropped", "no_consent"), ("dropped", "no_referral")]


def test_a_failed_turn_tells_nobody(db: Database, now: datetime, system: System, secret: str) -> None:
    anna, _ = shared(db, now)
    with db.read() as session:
        wanted = diary.openings(session, TEAM, now=now)[0]
    hold(db, anna, wanted.id, now)

    def fail() -> None:
        with db.write() as session:
            booking.book(session, conversations.lock(session, anna), now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert states(db) == []


@pytest.mark.parametrize(
    ("goes_wrong", "why"),
    [({"status": 500}, "status_500"), ({"status": 302}, "status_302"), ({"drop": True}, "unavailable")],
)
def test_what_does_not_arrive_is_tried_again_in_order_and_then_given_up_and_replayed(
    db: Database, now: datetime, system: System, secret: str, goes_wrong: dict[str, Any], why: str
) -> None:
    for name, value in goes_wrong.items():
        setattr(system, name, value)
    anna, referral = shared(db, now)
    book(db, anna, referral, now)
    book(db, anna, referral, now, 5)
    assert send(db, now) == 1
    assert states(db) == [("booked", "queued", why), ("moved", "queued", None)]
    assert send(db, now) == 0, "not before its time"
    for _ in hook_sending.PAUSES:
        pass_real_time(db)
        send(db, now)
    assert states(db)[0] == ("booked", "dead", why)
    with db.read() as session:
        assert team_hooks.dead(session) == 1
    system.status, system.drop, system.got = 200, False, []
    with db.write() as session:
        assert team_hooks.replay(session, TEAM, "staff:1", now) == 1
    pass_real_time(db)
    send(db, now)
    assert system.told == ["booked", "moved"]
    assert all(status == "sent" for _, status, _ in states(db))


def test_a_system_that_is_gone_and_comes_back(db: Database, now: datetime, system: System, secret: str) -> None:
    anna, referral = shared(db, now)
    book(db, anna, referral, now)
    with LoopbackServer(system) as elsewhere, db.write() as session:
        team_hooks.give(session, TEAM, f"{elsewhere.url}/in", "event", "staff:1", now, loopback=True)
    assert send(db, now) == 1
    assert states(db) == [("booked", "queued", "unavailable")]
    with LoopbackServer(system) as back:
        with db.write() as session:
            team_hooks.give(session, TEAM, f"{back.url}/in", "event", "staff:1", now, loopback=True)
        pass_real_time(db)
        send(db, now)
    assert states(db) == [("booked", "sent", None)]


def test_a_slow_system_is_cut_off(
    db: Database, now: datetime, system: System, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick: Callable[..., int] = guarded_fetch.post
    monkeypatch.setattr(guarded_fetch, "post", lambda *args, **kwargs: quick(*args, **{**kwargs, "seconds": 0.3}))
    system.slow = threading.Event()
    anna, referral = shared(db, now)
    book(db, anna, referral, now)
    send(db, now)
    system.slow.set()
    assert states(db) == [("booked", "queued", "slow")]


def test_one_team_that_is_down_holds_up_nobody_else(db: Database, now: datetime, system: System, secret: str) -> None:
    with db.write() as session:
        make_team(session, now, team_id="other")
        team_hooks.give(session, "other", "http://127.0.0.1:9/in", "event", "staff:1", now, loopback=True)
        team_hooks.try_out(session, "other", "staff:1", now)
        team_hooks.try_out(session, TEAM, "staff:1", now)
    send(db, now)
    assert sorted(states(db), key=str) == [("test", "queued", "unavailable"), ("test", "sent", None)]


def test_killed_between_sending_and_settling_it_comes_again_with_the_same_id(
    db: Database, now: datetime, system: System, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, referral = shared(db, now)
    book(db, anna, referral, now)

    def killed(name: str) -> None:
        if name == "after_send":
            raise KeyboardInterrupt

    monkeypatch.setattr(hook_sending.faults, "point", killed)
    with pytest.raises(KeyboardInterrupt):
        send(db, now)
    monkeypatch.undo()
    assert send(db, now) == 0, "somebody may still be sending it"
    pass_real_time(db)
    assert send(db, now) == 1
    assert len({each.headers["webhook-id"] for each in system.got}) == 1
    assert states(db) == [("booked", "sent", None)]


def test_a_new_secret_signs_from_then_on_and_stopping_drops_what_waits(
    db: Database, now: datetime, system: System, secret: str
) -> None:
    anna, referral = shared(db, now)
    book(db, anna, referral, now)
    with db.write() as session:
        new = team_hooks.renew_secret(session, TEAM, "staff:1", now)
    assert new not in (None, secret)
    with db.write() as session:
        assert team_hooks.stop(session, TEAM, "staff:1", now)
        assert not team_hooks.stop(session, TEAM, "staff:1", now)
        assert not team_hooks.try_out(session, TEAM, "staff:1", now)
    assert send(db, now) == 0
    assert states(db) == [("booked", "dropped", "stopped")]
    book(db, anna, referral, now, 5)
    assert len(states(db)) == 1
    with db.read() as session:
        actions = session.scalars(select(AuditRow.action).where(AuditRow.action.startswith("hook."))).all()
    assert actions == ["hook.give", "hook.secret", "hook.stop"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://example.org/in", "not_https"),
        ("https://user:pass@example.org/in", "not_https"),
        ("https://127.0.0.1/in", "not_public"),
        ("https://10.0.0.1/in", "not_public"),
        ("https://169.254.169.254/latest", "not_public"),
        ("https://[::ffff:127.0.0.1]/in", "not_public"),
    ],
)
def test_addresses_inside_are_refused(db: Database, now: datetime, address: str, code: str) -> None:
    with db.write() as session:
        make_team(session, now)
        with pytest.raises(CalendarUnread) as wrong:
            team_hooks.give(session, TEAM, address, "event", "staff:1", now, loopback=False)
    assert wrong.value.code == code


def test_an_address_that_means_something_inside_by_now_gets_nothing(
    db: Database, now: datetime, system: System, secret: str
) -> None:
    anna, referral = shared(db, now)
    book(db, anna, referral, now)
    hook_sending.deliver(db, lambda out: {}, now, loopback=False)
    assert system.got == []
    assert states(db) == [("booked", "queued", "not_https")]


def test_the_secret_and_the_address_are_sealed(db: Database, now: datetime, secret: str) -> None:
    from sqlalchemy import text

    with db.read() as session:
        raw = session.execute(text("SELECT address, secret FROM team_hooks")).one()
        assert team_hooks.read(session, TEAM) is not None
    assert secret.encode() not in bytes(raw[1])
    assert b"127.0.0.1" not in bytes(raw[0])


def test_old_messages_go(db: Database, now: datetime, system: System, secret: str) -> None:
    with db.write() as session:
        team_hooks.try_out(session, TEAM, "staff:1", now)
    send(db, now)
    with db.write() as session:
        team_hooks.forget_settled(session, timedelta(days=35), now + timedelta(days=36))
    assert states(db) == []
