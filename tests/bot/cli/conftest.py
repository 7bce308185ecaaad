"""The commands, run in this process on a home folder of the test's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import keep
from services.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ANYDOOR_HOME with a migrated, empty database, and nothing else in the environment."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "anydoor.db")
    monkeypatch.setenv("ANYDOOR_HOME", str(folder))
    monkeypatch.setenv("ANYDOOR_SECRET_KEY", "test-key-not-secret")
    return folder


@pytest.fixture
def run(home: Path) -> Run:
    """Run one command; the result has `exit_code`, `stdout` and `stderr`."""
    app = typer.Typer()
    keep.add_to(app)

    def invoke(*arguments: str | Path) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return invoke
