"""The language model taught anew from the studio: beside the server, measured against the one in use, taken only if not worse.

Putting it into use is choosing it: every server process looks each second which model is chosen, starts a second model
server with it, and lets go of the first once the second answers (bot.nlu.process).
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.nlu.places import Places
from bot.nlu.training import forget_old
from bot.studio.retraining import name_of
from services import trainings
from services.clock import Clock
from services.db import Database
from services.settings import Settings
from services.trainings import Training

PLACES = Places()
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")
"""Of the environment; nothing of providers and keys."""
BETWEEN = 5.0
"""Seconds between two writings of how far it is, by which other processes know that it is alive."""
MORE_FALSE_ALARMS = 0.01
"""So many more of the ordinary lines may be taken for a crisis: how many there are is set anew at every training."""
NOT_WORSE = ("f1", "taught_right", "danger")
"""Figures of which none may be below those of the model in use."""


def cannot(settings: Settings) -> str:
    """Why no model can be trained here, a code; "" where one can."""
    if settings.nlu_url:
        return "elsewhere"
    return "missing" if PLACES.environment_missing() else ""


def in_use() -> str:
    """The name of the model that answers; "" where none does."""
    current = PLACES.current()
    return current.name.removesuffix(".tar.gz") if current else ""


def is_new(examples: str) -> bool:
    """Whether the model in use has not learnt just this already."""
    return in_use() != name_of(PLACES, examples)


def is_worse(figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """In which figures the new model is worse than the one in use; a model that cannot answer any more is no measure."""
    before, after = figures.get("before") or {}, figures.get("after") or {}
    found = [name for name in NOT_WORSE if name in before and after.get(name, -1) < before[name]]
    alarms = "false_alarms" in before and after.get("false_alarms", 1) > before["false_alarms"] + MORE_FALSE_ALARMS
    return [*found, *(["false_alarms"] if alarms else [])]


def start(
    db: Database, clock: Clock, staff_id: int, examples: str, held_out: Sequence[tuple[str, str]], taught: int
) -> bool:
    """Begin in a process beside this one; False while another training is under way."""
    holder = secrets.token_hex(8)
    with db.write() as session:
        training = trainings.begin(session, holder, staff_id, taught, clock.now())
    if training is None:
        return False
    given = json.dumps({"examples": examples, "held_out": list(held_out)})
    follower = Follower(db, clock, training, holder)
    threading.Thread(target=follower.follow, args=(given,), name="nlu-teaching", daemon=True).start()
    return True


@dataclass
class Follower:
    """Writes down what the process says, and puts its model into use if it is not worse."""

    db: Database
    clock: Clock
    training: int
    holder: str
    places: Places = field(default_factory=lambda: PLACES)
    result: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    stage: str = "begins"
    began: float = field(default_factory=time.monotonic)
    over: threading.Event = field(default_factory=threading.Event)

    def follow(self, given: str) -> None:
        try:
            with self._child() as child:
                ticking = threading.Thread(target=self._tick, args=(child,), daemon=True)
                ticking.start()
                try:
                    self._read(child, given)
                finally:
                    self.over.set()
                    ticking.join()  # what it writes after the end would keep the next one waiting
        except Exception as error:  # whatever it is, the page must not say for ever that it runs
            self.problem = type(error).__name__
        self._end()

    def _tick(self, child: subprocess.Popen[str]) -> None:
        """Write how far it is now and then, for a step of it takes minutes."""
        while not self.over.wait(BETWEEN):
            self._note(child)

    def _child(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "bot.studio.retraining", str(self.places.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=Places().root,
            env={name: value for name, value in os.environ.items() if name in PASSED_ON},
            start_new_session=True,
        )

    def _read(self, child: subprocess.Popen[str], given: str) -> None:
        """Its input stays open as long as this lives: by that it knows that somebody waits."""
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(given + "\n")
        child.stdin.flush()
        for line in child.stdout:
            told = json.loads(line)
            self.result, self.problem = told.get("done", self.result), told.get("problem", self.problem)
            if "stage" in told:
                self.stage = str(told["stage"])
                self._note(child)

    def _note(self, child: subprocess.Popen[str]) -> None:
        """Where another has the lead meanwhile, this one has been given up for dead: it ends."""
        seconds = round(time.monotonic() - self.began)
        with self.db.write() as session:
            if not trainings.step(session, self.training, self.holder, self.stage, seconds):
                self.problem = "overtaken"
                child.kill()

    def _end(self) -> None:
        """Under the lead, so that two never choose at once."""
        with self.db.write() as session:
            if not self.result or not trainings.step(session, self.training, self.holder, "ends", 0):
                problem = self.problem or "ended early"
                trainings.end(session, self.training, self.holder, trainings.FAILED, self.clock.now(), problem=problem)
                return
            worse = is_worse(self.result["figures"])
            outcome = trainings.WORSE if worse else trainings.USED
            trainings.end(
                session, self.training, self.holder, outcome, self.clock.now(), problem=" ".join(worse), **self.result
            )
            if not worse:
                self._use()

    def _use(self) -> None:
        name, previous = self.result["model"], self.result["previous"]
        self.places.choose(name)
        forget_old(self.places, keep={self.places.model(name), self.places.model(previous or name)})


def can_go_back(history: Sequence[Training]) -> Training | None:
    """The last change of the model in use, where the one before it is still there."""
    last = next((one for one in history if one.outcome in (trainings.USED, trainings.BACK)), None)
    if last is None or last.model != in_use() or not last.previous or not PLACES.model(last.previous).is_file():
        return None
    return last if last.previous != last.model else None


def go_back(db: Database, staff_id: int, seen: int, now: datetime) -> bool:
    """Put the model before into use again; False where something else has changed since it was `seen`."""
    with db.write() as session:
        last = can_go_back(trainings.history(session))
        if last is None or last.id != seen:
            return False
        trainings.went_back(session, staff_id, last.previous, last.model, now)
        PLACES.choose(last.previous)
    return True
