"""A safety file that cannot be used stops the start with a sentence that names it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import assistant, safety_check
from bot.safety_lists import FOLDER
from services.errors import RulesError
from services.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "safety")
    return tmp_path / "safety"


def put(path: Path, old: str, new: str) -> int:
    """The line where the first `old` stands, now broken."""
    text = path.read_text("utf-8")
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_published_files_can_be_used() -> None:
    safety_check.check()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("self_harm.yml", "top myself", "top (myself"),
        ("medical.yml", '"chest (pain|', '"... chest (pain|'),
        ("opt_out.yml", "(reply|text|send|texting|replying) stop", "(reply|text|send|texting|replying stop"),
        ("child.yml", "kind: child", "kind: [child"),
    ],
)
def test_a_broken_line_is_named(folder: Path, name: str, old: str, new: str) -> None:
    line = put(folder / name, old, new)
    with pytest.raises(RulesError) as told:
        safety_check.check(folder)
    assert told.value.file == f"nlu_data/safety/{name}"
    assert abs(told.value.line - line) <= 1  # YAML sees some mistakes only on the line after
    assert "put the file right" in str(told.value)


def test_an_entry_without_its_words_is_named_by_its_file(folder: Path) -> None:
    put(folder / "harm_to_others.yml", "    say:", "    sayy:")
    with pytest.raises(RulesError, match=r"harm_to_others\.yml"):
        safety_check.check(folder)


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"PK not a model"), lambda path: path.unlink()])
def test_a_model_that_cannot_be_read_is_named(folder: Path, damage: Callable[[Path], None]) -> None:
    damage(folder / "model.npz")
    with pytest.raises(RulesError, match=r"model\.npz.*python -m bot.safety_model"):
        safety_check.check(folder)


def test_an_opt_out_model_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "opt_out_model.npz").write_bytes(b"PK not a model")
    with pytest.raises(RulesError, match=r"opt_out_model\.npz.*python -m bot.opt_out_training"):
        safety_check.check(folder)


def test_nothing_is_assembled_with_a_broken_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RulesError("nlu_data/safety/medical.yml", 3, "cannot read it", "Put it right.")

    monkeypatch.setattr(safety_check, "check", broken)
    with pytest.raises(RulesError, match=r"medical\.yml, line 3"):
        assistant.assemble(Settings(), throw_away=True)
