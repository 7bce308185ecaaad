"""The doctor: each part says what is so and what to do, and never falls ill itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from services import audit, conversations, demo, doctor, inbox, outbox, people
from services.clock import real_now
from services.db import Database
from services.doctor import Part
from services.messages import Address, Inbound
from services.models import AuditRow, StaffMember
from services.settings import Settings
from tests.services.diaries import make_team

ANNA = Address("sms", "+447700900123")
TWILIO = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+441632960000"}
BY_NAME = Callable[..., dict[str, Part]]


@pytest.fixture
def examined(tmp_path: Path, sqlite_template: Path) -> BY_NAME:
    """The parts by name, on a migrated database unless told otherwise."""
    shutil.copy(sqlite_template, tmp_path / "anydoor.db")

    def examine(**given: str) -> dict[str, Part]:
        return {part.name: part for part in doctor.examine(settings_of(tmp_path, **given))}

    return examine


def settings_of(home: Path, **given: str) -> Settings:
    empty = {str(field.validation_alias): field.default for field in Settings.model_fields.values()}
    return Settings.model_validate(
        {**empty, "ANYDOOR_HOME": home, "ANYDOOR_SECRET_KEY": "test-key-not-secret", **given}
    )


def test_a_healthy_site_has_nothing_broken(examined: BY_NAME) -> None:
    found = examined()
    assert not [part for part in found.values() if part.state == "broken"]
    assert found["database"].words.startswith("SQLite, WAL, every write waits for the disk, at the newest migration")
    assert found["writing"].state == found["audit"].state == found["messages"].state == "ok"


def test_a_site_that_was_never_started_is_left_as_it_is(tmp_path: Path) -> None:
    found = {part.name: part for part in doctor.examine(settings_of(tmp_path / "home"))}
    assert found["database"].state == "attention"
    assert not (tmp_path / "home").exists()


def test_a_file_that_is_no_database_is_broken(tmp_path: Path) -> None:
    (tmp_path / "anydoor.db").write_bytes(b"not a database" * 100)
    found = {part.name: part for part in doctor.examine(settings_of(tmp_path))}
    assert found["database"].state == "broken"


def test_an_older_database_is_brought_forward_by_the_next_start(tmp_path: Path, examined: BY_NAME) -> None:
    db = Database.of(settings_of(tmp_path))
    db.migrate("0001")
    db.close()
    assert "at migration 0001; the next start brings it to" in examined()["database"].words


@pytest.mark.parametrize(
    ("given", "part", "state", "words"),
    [
        ({"TWILIO_ACCOUNT_SID": "AC1"}, "SMS", "broken", "Missing: TWILIO_AUTH_TOKEN, TWILIO_MESSAGING_SERVICE_SID or"),
        (TWILIO, "SMS", "broken", "https"),
        ({**TWILIO, "TWILIO_API_URL": "http://127.0.0.1:9"}, "SMS", "ok", "/webhooks/twilio/sms"),
        ({**TWILIO, "ANYDOOR_PUBLIC_URL": "https://a.example/"}, "SMS", "ok", "https://a.example/webhooks/twilio/sms"),
        ({"TELEGRAM_WEBHOOK_SECRET": "s"}, "Telegram", "attention", "no TELEGRAM_BOT_TOKEN"),
        ({"TELEGRAM_BOT_TOKEN": "1:a"}, "Telegram", "ok", "polled"),
        (
            {"TELEGRAM_BOT_TOKEN": "1:a", "ANYDOOR_PUBLIC_URL": "https://a.example"},
            "Telegram",
            "broken",
            "TELEGRAM_WEBHOOK_SECRET",
        ),
        ({"SMTP_URL": "smtp://a"}, "mail", "attention", "ANYDOOR_FROM_EMAIL"),
        ({"ANYDOOR_NOW": "2020-01-01T10:00"}, "clock", "attention", "Take it out"),
        ({"ANYDOOR_NOW": "2020-01-01T10:00", **TWILIO}, "clock", "broken", "Take it out"),
        ({"ANYDOOR_NOW": "yesterday"}, "clock", "broken", "ISO time"),
    ],
)
def test_settings_that_do_not_fit_are_said(
    examined: BY_NAME, given: dict[str, str], part: str, state: str, words: str
) -> None:
    found = examined(**given)[part]
    assert (found.state, words in found.words) == (state, True), found


@pytest.mark.parametrize(("free", "state"), [(5e7, "broken"), (5e8, "attention"), (5e9, "ok")])
def test_little_disk_space_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, state: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 5, int(free)))  # type: ignore[attr-defined]
    assert doctor.disk(settings_of(tmp_path)).state == state


def test_an_unchecked_crisis_number_is_broken_only_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.helplines, "unchecked", lambda: ["samaritans"])
    assert doctor.crisis_numbers(settings_of(tmp_path)).state == "attention"
    assert doctor.crisis_numbers(settings_of(tmp_path, **TWILIO)).state == "broken"
    monkeypatch.setattr(doctor.helplines, "unchecked", list)
    assert doctor.crisis_numbers(settings_of(tmp_path, **TWILIO)).state == "ok"


def test_a_key_that_others_can_read_is_said(tmp_path: Path) -> None:
    key = tmp_path / "secret.key"
    key.write_text("a-secret-of-enough-length")
    key.chmod(0o644)
    assert "chmod 600" in doctor.home(settings_of(tmp_path, ANYDOOR_SECRET_KEY="")).words


def test_a_file_of_a_secret_that_others_can_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text("a-secret")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_FILE", str(file))
    file.chmod(0o644)
    assert (doctor.secrets().state, str(file) in doctor.secrets().words) == ("attention", True)
    file.chmod(0o600)
    assert doctor.secrets() == Part("secrets", "ok", "TWILIO_AUTH_TOKEN from files.")


def look(tmp_path: Path, at: datetime, **given: str) -> dict[str, Part]:
    return {part.name: part for part in doctor.databases(settings_of(tmp_path, ANYDOOR_NOW=at.isoformat(), **given))}


@pytest.fixture
def database(tmp_path: Path, sqlite_template: Path) -> Database:
    shutil.copy(sqlite_template, tmp_path / "anydoor.db")
    return Database.of(settings_of(tmp_path))


def test_messages_that_wait_are_said_with_their_age(tmp_path: Path, database: Database, now: datetime) -> None:
    accepted = inbox.accept(database, Inbound(ANNA, "SM1", "hello"), False, now)
    assert look(tmp_path, now + timedelta(minutes=1))["messages"].state == "ok"
    late = look(tmp_path, now + timedelta(minutes=7))["messages"]
    assert (late.state, "be answered for 7 minutes" in late.words) == ("attention", True)
    with database.write() as session:
        inbox.take(session, accepted.message_id, now)
        row = conversations.lock(session, people.find_or_make_conversation(session, ANNA, now))
        outbox.enqueue(session, row, "hi", purpose="answer", now=now)
    database.close()
    too_late = look(tmp_path, now + timedelta(hours=2))["messages"]
    assert (too_late.state, "be sent for 120 minutes" in too_late.words) == ("broken", True)


def test_audit_rows_that_nobody_seals_or_somebody_changed_are_said(
    tmp_path: Path, database: Database, now: datetime
) -> None:
    with database.write() as session:
        audit.record(session, "system", "looked", "person:1", now)
    assert look(tmp_path, now)["audit"].state == "ok"
    assert "1 rows are not sealed" in look(tmp_path, now + timedelta(minutes=2))["audit"].words
    audit.seal(database, tmp_path / "audit.anchor")
    assert look(tmp_path, now + timedelta(minutes=2))["audit"].state == "ok"
    with database.write() as session:
        session.execute(update(AuditRow).values(actor="staff:9"))
    database.close()
    assert look(tmp_path, now)["audit"].state == "broken"


def test_open_demonstration_teams_beside_a_live_provider_are_broken(tmp_path: Path, database: Database) -> None:
    with database.write() as session:
        demo.install_demo(session, real_now())
    database.close()
    found = look(tmp_path, real_now())
    assert "invented" in found["teams"].words
    assert found["duty rota"].words == "no real team is open yet."
    assert look(tmp_path, real_now(), **TWILIO)["teams"].state == "broken"


def test_a_team_that_is_to_close_is_open_until_its_day(tmp_path: Path, database: Database, now: datetime) -> None:
    with database.write() as session:
        make_team(session, now, opened_at=now, closed_at=now + timedelta(days=1))
    with database.read() as session:
        assert doctor.teams(session, settings_of(tmp_path), now) == ("ok", "1 open.")
        assert doctor.duty_rota(session, settings_of(tmp_path), now)[0] == "attention"
        assert doctor.teams(session, settings_of(tmp_path), now + timedelta(days=1))[0] == "attention"


def test_it_asks_for_an_admin(tmp_path: Path, database: Database, now: datetime) -> None:
    assert "staff add" in look(tmp_path, now)["staff"].words
    with database.write() as session:
        session.add(StaffMember(email="a@example.org", email_index="i", role="admin", created_at=now))
    database.close()
    assert look(tmp_path, now)["staff"] == Part("staff", "ok", "1 admin.")


def test_a_look_that_fails_is_a_finding() -> None:
    def fail() -> Part:
        raise RuntimeError

    assert doctor.guarded("part", fail) == Part("part", "broken", "RuntimeError")
