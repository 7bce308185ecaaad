"""docs/running.md and `anydoor serve --help` name every setting there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.cli import serve
from services.settings import Settings
from tests.bot.cli.conftest import Run

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "running.md").read_text(encoding="utf-8")
SETTINGS = {str(field.validation_alias) for field in Settings.model_fields.values()}


def test_the_table_has_every_setting() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", DOCUMENT, re.MULTILINE)) == SETTINGS


def test_the_table_has_the_true_defaults() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \|.*\| (.*) \|$", DOCUMENT, re.MULTILINE))
    for name in ("TWILIO_API_URL", "TELEGRAM_API_URL", "ANYDOOR_PUBLIC_URL"):
        default = next(field.default for field in Settings.model_fields.values() if field.validation_alias == name)
        assert rows[name] == f"`{default}`"


def test_help_of_serve_has_every_setting_but_the_one_it_sets_itself() -> None:
    assert set(
        re.findall(r"\b(?:ANYDOOR|NLU|TWILIO|TELEGRAM|SMTP|OTEL_EXPORTER)_[A-Z_]+\b", serve.HELP)
    ) == SETTINGS - {"ANYDOOR_DEMO"}


def test_every_webhook_it_names_is_there() -> None:
    from web import app

    code = Path(app.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r"`(/webhooks/[a-z/]+)`", DOCUMENT)) | {
        "/webhooks/telegram",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    assert [path for path in sorted(named) if f'"{path}"' not in code] == []


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"anydoor (import|export|backup|restore|doctor)\b", DOCUMENT)))
)
def test_every_command_it_names_is_there(run: Run, command: str) -> None:
    assert run(command, "--help").exit_code == 0
