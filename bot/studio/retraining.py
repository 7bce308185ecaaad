"""Trains and measures in a process of its own: `python -m bot.studio.retraining ROOT`.

Reads a line of JSON, {"examples": what was taught, "held_out": [[words, meaning]…]}, and writes lines of JSON: how far it
is, and last the figures or the problem. Words go in and only numbers come out. It ends, with all that it started, when
its standard input closes: so also when whoever began it is gone. It puts no model into use: that is for who began it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot import safety_scoring
from bot.nlu.evaluation import evaluate_on, read_held_out
from bot.nlu.places import Places, training_hash
from bot.nlu.process import NluProcess
from bot.nlu.rasa import OwnNlu
from bot.nlu.training import CannotTrain, run_training

READY_SECONDS = 180.0
LOWER = 10
"""How far below the server's own the priority is."""


def name_of(places: Places, examples: str) -> str:
    """The model of today's training data and what was taught besides."""
    base = training_hash(places)
    return f"{base}-{hashlib.sha256(examples.encode()).hexdigest()[:8]}" if examples else base


def tell(**told: Any) -> None:
    print(json.dumps(told), flush=True)


def work(places: Places, examples: str, held_out: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The new model's name, that of the one in use, and the figures of both. Raises CannotTrain."""
    name, current = name_of(places, examples), places.current()
    tell(stage="trains")
    if not places.model(name).exists():
        train(places, name, examples)
    figures: dict[str, Any] = {}
    tell(stage="measures_before")
    if current and current != places.model(name):
        figures["before"] = _or_nothing(places, current, held_out)
    tell(stage="measures_after")
    figures["after"] = measured(places, places.model(name), held_out)
    previous = current.name.removesuffix(".tar.gz") if current else ""
    return {"model": name, "previous": previous, "figures": figures}


def train(places: Places, name: str, examples: str) -> None:
    """What was taught lies beside the others in a folder of its own, for as long as it takes."""
    with tempfile.TemporaryDirectory(prefix="anydoor-taught-") as folder:
        data = Path(folder) / "train"
        shutil.copytree(places.examples, data)
        if examples:
            (data / "taught_here.yml").write_text(examples, encoding="utf-8")
        run_training(places, name, data)


def _or_nothing(places: Places, model: Path, held_out: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """None of a model that this version of the server can no longer run: nothing is lost with it."""
    try:
        return measured(places, model, held_out)
    except CannotTrain:
        return {}


def measured(places: Places, model: Path, held_out: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Aggregates of a model, asked as it would be: the blind sets, and the held-out share of what was taught."""
    nlu = OwnNlu(NluProcess(places, lambda: model).start(), timeout=10.0)
    try:
        if not nlu.wait(READY_SECONDS):
            raise CannotTrain("The language model's server did not start with the model.")
        found: dict[str, Any] = {"of_taught": len(held_out)}
        found["taught_right"] = sum(heard == wanted for heard, wanted in _asked(nlu, held_out))
        if places.held_out.exists():
            blind = evaluate_on(nlu, read_held_out(places.held_out))
            found |= {"f1": round(blind.macro_f1, 4), "right": round(blind.accuracy, 4), "lines": blind.size}
        if (places.held_out.parent / "safety.tsv").exists():
            danger = safety_scoring.of_safety(nlu, folder=places.held_out.parent)
            alike = safety_scoring.of_lookalikes(nlu, folder=places.held_out.parent)
            found |= {"danger": danger["any_help"], "of_danger": danger["lines"], "false_alarms": alike["whole_help"]}
        return found
    finally:
        nlu.close()


def _asked(nlu: OwnNlu, held_out: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    answers = [(nlu.parse(words), wanted) for words, wanted in held_out]
    return [(parsed.intent or "" if parsed else "", wanted) for parsed, wanted in answers]


def _end_with_parent() -> None:
    sys.stdin.read()
    os.killpg(0, signal.SIGTERM)


def main() -> int:
    os.nice(LOWER)
    places, given = Places(Path(sys.argv[1])), json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        held_out = [(words, wanted) for words, wanted in given["held_out"]]
        tell(done=work(places, given["examples"], held_out))
    except (CannotTrain, OSError, RuntimeError) as error:
        tell(problem=str(error)[-500:])
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
