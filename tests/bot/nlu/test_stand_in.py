"""The built-in model is trained once for its examples, whoever comes first."""

from __future__ import annotations

import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.nlu import stand_in
from bot.nlu.stand_in import load_or_train


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [(f"number {n} please", "book_call") for n in range(30)] + [(f"thanks {n}", "thanks") for n in range(30)]
    monkeypatch.setattr(stand_in, "read_examples", lambda: lines)


@pytest.mark.usefixtures("few")
def test_what_another_process_is_writing_is_left_alone(tmp_path: Path) -> None:
    theirs, old = tmp_path / "new-stand_in-0123.4711.npz", tmp_path / "stand_in-0123.npz"
    theirs.touch()
    old.touch()
    load_or_train(tmp_path)
    assert theirs.exists()
    assert not old.exists()


@pytest.mark.usefixtures("few")
def test_several_at_once_all_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = iter(range(100))
    monkeypatch.setattr(stand_in.os, "getpid", lambda: next(ids))
    with ThreadPoolExecutor(4) as several:
        models = list(several.map(lambda _: load_or_train(tmp_path), range(12)))
    assert len(models) == 12
    assert len(list(tmp_path.glob("*"))) == 1


@pytest.mark.usefixtures("few")
def test_a_service_that_may_only_read_its_program_has_it_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(stand_in.NgramClassifier, "save", refused)
    assert load_or_train(tmp_path).scores("number 7 please")
    assert not list(tmp_path.glob("stand_in-*"))
