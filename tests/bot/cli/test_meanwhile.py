"""The language model is trained beside a server that answers already."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.cli import meanwhile
from bot.cli.meanwhile import trained_meanwhile
from bot.nlu.places import Places, training_hash
from bot.nlu.rasa import NoNlu, OwnNlu, open_nlu

SLOW = "import threading, time; from bot.cli.meanwhile import _end_with_parent as end; "
SLOW += "threading.Thread(target=end, daemon=True).start(); time.sleep(60)"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A checkout in which training takes a minute."""
    made = Places(tmp_path)
    for folder in (made.examples, made.crises, made.python.parent):
        folder.mkdir(parents=True)
    for name in ("build_onnx.py", "requirements.lock", "train.py"):
        (made.server / name).touch()
    made.pipeline.touch()
    made.python.symlink_to(sys.executable)
    monkeypatch.setattr(meanwhile, "BESIDE", SLOW)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    return made


def test_a_first_model_is_awaited_while_it_is_trained(places: Places) -> None:
    assert "nothing is trained yet" in (places.missing() or "")
    with trained_meanwhile(places) as training:
        assert training
        assert places.being_trained()
        nlu = open_nlu(places=places)
        assert isinstance(nlu, OwnNlu)
        assert not nlu.up
        nlu.close()
    assert not places.being_trained()
    assert isinstance(open_nlu(places=places), NoNlu)


def test_nothing_is_trained_twice_or_without_what_it_needs(places: Places) -> None:
    name = training_hash(places)
    places.models.mkdir(parents=True)
    places.model(name).touch()
    places.choose(name)
    with trained_meanwhile(places) as training:
        assert not training
    places.python.unlink()
    places.model(name).unlink()
    with trained_meanwhile(places) as training:
        assert not training


@pytest.mark.slow
def test_the_trainer_ends_when_the_server_is_killed(places: Places) -> None:
    serve = (
        "import os, pathlib, signal; from bot.cli import meanwhile; from bot.nlu.places import Places; "
        f"meanwhile.BESIDE = {SLOW!r}\n"
        f"with meanwhile.trained_meanwhile(Places(pathlib.Path({str(places.root)!r}))): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", serve], check=False)
    assert (places.models / "training").exists()
    give_up = time.monotonic() + 60
    while places.being_trained() and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not places.being_trained()
