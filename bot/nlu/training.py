"""Train the model when something it depends on changed, and let it answer only if it is not worse."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from bot.nlu.evaluation import Evaluation, evaluate_on, read_held_out, report
from bot.nlu.places import Places, training_hash
from bot.nlu.process import NluProcess, passed_on
from bot.nlu.rasa import OwnNlu

READY_SECONDS = 120.0


class CannotTrain(Exception):
    """Training is not possible here; the message says what is missing or what failed."""


@dataclass(frozen=True, slots=True)
class Trained:
    """`chosen`: the running server may use it; `result` is None where there is nothing to evaluate on or compare with."""

    name: str
    fresh: bool
    chosen: bool
    seconds: float
    result: Evaluation | None
    note: str


def train(force: bool = False, places: Places | None = None) -> Trained:
    """Train if needed, compare with the one in use, and point `current` at the model unless it is worse. Raises CannotTrain."""
    places = places or Places()
    name = training_hash(places)
    if not force and places.is_current(name):
        return Trained(name, False, True, 0.0, None, "Nothing has changed since the last training.")
    if places.environment_missing():
        raise CannotTrain(places.environment_missing())
    seconds = 0.0
    if force or not places.model(name).exists():
        seconds = run_training(places, name)
    return _choose(places, name, seconds)


def evaluate(places: Places | None = None) -> Evaluation:
    """Print how well the current model hears; gives the numbers. Raises CannotTrain."""
    places = places or Places()
    model = places.current()
    if places.missing() or model is None:
        raise CannotTrain(places.missing())
    result = _evaluate(places, model)
    if result is None:
        raise CannotTrain(f"There is nothing to evaluate on: {places.held_out.name} is missing.")
    print(report(result))
    return result


def run_training(places: Places, name: str, examples: Path | None = None) -> float:
    """Make the model; how many seconds it took. `examples`: a folder instead of the usual one. Raises CannotTrain."""
    if not may_write(places.models):
        raise CannotTrain(
            f"Nothing can be trained here: {places.models} may only be read. Let the user of this service write there "
            "(docs/running.md, One machine)."
        )
    started = time.monotonic()
    command = [
        places.python,
        places.server / "train.py",
        "--data",
        examples or places.examples,
        "--crises",
        places.crises,
        "--config",
        places.pipeline,
        "--out",
        places.model(name),
    ]
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        cwd=places.server,
        env={**passed_on(), "PYTHONHASHSEED": "0"},
    )
    if done.returncode:
        raise CannotTrain("Training failed:\n" + done.stderr[-2_000:])
    return time.monotonic() - started


def may_write(folder: Path) -> bool:
    """Whether files can be made there, or the folder itself; not so in a unit or a container that may only read its program."""
    return os.access(folder if folder.exists() else folder.parent, os.W_OK)


def _choose(places: Places, name: str, seconds: float) -> Trained:
    """The first model there is needs no comparison: the service waits for it."""
    current = places.current()
    other = current if current != places.model(name) else None
    result = _evaluate(places, places.model(name)) if other else None
    before = _evaluate_in_use(places, other) if result and other else None
    if result and before and result.macro_f1 < before.macro_f1:
        return Trained(
            name,
            True,
            False,
            seconds,
            result,
            f"Not used: macro-F1 {result.macro_f1:.3f} is below the {before.macro_f1:.3f} of the model in use.",
        )
    places.choose(name)
    forget_old(places, keep={places.model(name), current or places.model(name)})
    return Trained(name, True, True, seconds, result, "The new model is in use.")


def _evaluate_in_use(places: Places, model: Path) -> Evaluation | None:
    """None for a model that this version of the server can no longer run: nothing is lost with it."""
    try:
        return _evaluate(places, model)
    except CannotTrain:
        return None


def _evaluate(places: Places, model: Path) -> Evaluation | None:
    """Through a server of its own, as it would answer; None without a held-out file."""
    if not places.held_out.exists():
        return None
    nlu = OwnNlu(NluProcess(places, lambda: model).start(), timeout=10.0)
    try:
        if not nlu.wait(READY_SECONDS):
            raise CannotTrain("The NLU server did not start with the trained model.")
        return evaluate_on(nlu, read_held_out(places.held_out))
    finally:
        nlu.close()


def forget_old(places: Places, keep: set[Path]) -> None:
    """Keep the chosen model and the one before it, to go back to."""
    for model in places.models.glob("*.tar.gz"):
        if model not in keep:
            model.unlink()
