"""Settings and the clock (invariant 18)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services import clock, settings
from services.clock import Clock
from services.errors import SettingsError
from services.messages import Address

VARIABLES = [
    "ANYDOOR_HOME",
    "ANYDOOR_DATABASE_URL",
    "ANYDOOR_PUBLIC_URL",
    "ANYDOOR_SECRET_KEY",
    "ANYDOOR_NOW",
    "NLU_URL",
    "NLU_TOKEN",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_MESSAGING_SERVICE_SID",
    "TWILIO_FROM",
    "TWILIO_API_URL",
    "TELEGRAM_BOT_TOKEN",
    "TELEGRAM_WEBHOOK_SECRET",
    "TELEGRAM_API_URL",
    "SMTP_URL",
    "ANYDOOR_FROM_EMAIL",
]


def test_every_variable_of_the_interfaces_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    named = {field.validation_alias for field in settings.Settings.model_fields.values()}
    assert set(VARIABLES) <= named
    for name in VARIABLES:
        monkeypatch.setenv(name, f"value of {name}")
    shown = settings.load().model_dump_json()
    assert "value of TWILIO_FROM" in shown
    for secret in ("ANYDOOR_SECRET_KEY", "NLU_TOKEN", "TWILIO_AUTH_TOKEN", "TELEGRAM_BOT_TOKEN", "SMTP_URL"):
        assert f"value of {secret}" not in shown


def test_no_variable_is_read_by_another_name_than_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """HOME is where a user lives, not where the database is; DEMO and SECRET are other programs' words."""
    fields = settings.Settings.model_fields
    for field in fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    foreign = {name.upper() for name in fields} - {str(field.validation_alias) for field in fields.values()}
    assert {"HOME", "DEMO", "SECRET"} <= foreign
    for name in foreign:
        monkeypatch.setenv(name, "1")
    assert settings.load().model_dump() == {name: field.default for name, field in fields.items()}


def test_a_name_that_is_no_setting_is_refused(tmp_path: Path) -> None:
    """What was meant for another folder would silently be kept in var/ instead."""
    with pytest.raises(ValueError, match="Extra inputs"):
        settings.Settings.model_validate({"ANYDOOR_HOEM": tmp_path})


def test_the_database_is_a_file_at_home_unless_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYDOOR_HOME", str(tmp_path))
    monkeypatch.setenv("ANYDOOR_DATABASE_URL", "")
    assert settings.load().database_url == f"sqlite:///{tmp_path}/anydoor.db"
    monkeypatch.setenv("ANYDOOR_DATABASE_URL", "postgres://u@h/d")
    assert settings.load().database_url == "postgresql+psycopg://u@h/d"


def test_a_channel_without_all_its_settings_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert not settings.load().has_sms
    assert not settings.load().has_telegram
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "TELEGRAM_BOT_TOKEN"):
        monkeypatch.setenv(name, "x")
    assert settings.load().has_sms
    assert settings.load().has_telegram


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing is set, by itself, by a file or by systemd."""
    for field in settings.Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
        monkeypatch.delenv(f"{field.validation_alias}_FILE", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return monkeypatch


def written(path: Path, held: bytes) -> Path:
    path.write_bytes(held)
    path.chmod(0o600)
    return path


def secret_names() -> list[str]:
    return [
        str(field.validation_alias) for field in settings.Settings.model_fields.values() if settings.is_secret(field)
    ]


@pytest.mark.parametrize("by", ["variable", "systemd"])
@pytest.mark.parametrize("name", secret_names())
def test_every_secret_may_stand_in_a_file(alone: pytest.MonkeyPatch, tmp_path: Path, name: str, by: str) -> None:
    file = written(tmp_path / name, b"postgresql://u:a-secret@h/d\n")
    alone.setenv(*(("CREDENTIALS_DIRECTORY", str(tmp_path)) if by == "systemd" else (f"{name}_FILE", str(file))))
    values = {
        str(field.validation_alias): getattr(settings.load(), key)
        for key, field in settings.Settings.model_fields.items()
    }
    value = values[name]
    assert (value if isinstance(value, str) else value.get_secret_value()) == "postgresql://u:a-secret@h/d"
    assert settings.files() == {name: file}


def test_what_is_no_secret_is_read_from_no_file(alone: pytest.MonkeyPatch, tmp_path: Path) -> None:
    alone.setenv("ANYDOOR_PUBLIC_URL_FILE", str(written(tmp_path / "ANYDOOR_PUBLIC_URL", b"https://a.example")))
    alone.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert settings.load().public_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("held", "told"),
    [(b"", "empty"), (b" \n", "empty"), (b"\xff\xfe", "not text"), (b"x" * 70_000, "too long"), (None, "No such file")],
)
def test_a_file_without_a_secret_keeps_the_service_from_starting(
    alone: pytest.MonkeyPatch, tmp_path: Path, held: bytes | None, told: str
) -> None:
    file = tmp_path / "token"
    if held is not None:
        written(file, held)
    alone.setenv("TWILIO_AUTH_TOKEN_FILE", str(file))
    with pytest.raises(SettingsError, match=told):
        settings.load()


def test_a_secret_that_is_given_twice_is_told_apart_by_nobody(alone: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = written(tmp_path / "SMTP_URL", b"smtps://one")
    alone.setenv("SMTP_URL_FILE", str(file))
    alone.setenv("SMTP_URL", "smtps://other")
    with pytest.raises(SettingsError, match="SMTP_URL is given twice"):
        settings.load()
    alone.delenv("SMTP_URL")
    alone.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(SettingsError, match="SMTP_URL is given twice"):
        settings.load()


def test_invariant_18_the_clock_has_an_offset_and_goes_on() -> None:
    moved = Clock.at("2026-03-29T10:00")
    first = moved.now()
    assert timedelta() <= first - datetime(2026, 3, 29, 9, tzinfo=UTC) < timedelta(seconds=5), "wall time in England"
    assert moved.now() >= first
    moved.set(datetime(2030, 1, 1, tzinfo=UTC))
    assert moved.london().year == 2030
    assert abs(Clock().now() - clock.real_now()) < timedelta(seconds=5)
    with pytest.raises(SettingsError):
        Clock.at("tomorrow")


def test_an_address_is_written_and_read() -> None:
    assert str(Address.parse("sms:+447700900123")) == "sms:+447700900123"
    assert Address.parse("web:a:b").value == "a:b"
    for wrong in ("", "sms", "sms:", "fax:1", ":1"):
        with pytest.raises(ValueError, match="an address is written"):
            Address.parse(wrong)
