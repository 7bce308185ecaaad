"""Trains the language model beside a server that answers already, with the stand-in or with the model it has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bot.nlu.places import Places, training_hash

BESIDE = "from bot.cli.meanwhile import train_beside; train_beside()"
LOWER = 10
"""How far below the server's own the priority is."""


@contextmanager
def trained_meanwhile(places: Places | None = None) -> Iterator[bool]:
    """Another process trains while the block goes on, and ends with it; gives whether there is anything to train."""
    places = places or Places()
    if places.environment_missing() or places.is_current(training_hash(places)):
        yield False
        return
    command = [sys.executable, "-c", BESIDE]
    trainer = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, cwd=places.root)
    places.mark_training(trainer.pid)
    try:
        yield True
    finally:
        assert trainer.stdin is not None
        trainer.stdin.close()
        trainer.wait()


def train_beside() -> None:
    """In the process of its own: trains, and ends with all it started when whoever started it is gone, killed or not."""
    from bot.cli import main

    os.nice(LOWER)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["anydoor", "train", "--if-needed"]
    main()


def _end_with_parent() -> None:
    sys.stdin.read()
    os.killpg(0, signal.SIGTERM)
