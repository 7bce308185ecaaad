"""Intents without the trained server: a small model over character n-grams of the same training data.

Less sure than the real one, and honest about it: it answers only above its own threshold.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import structlog
from ruamel.yaml import YAML

from bot.nlu.ngrams import NgramClassifier
from bot.nlu.parsed import Nlu, Parsed

log = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parents[2]
TRAIN = ROOT / "nlu_data" / "train"
CACHE = ROOT / "nlu_server" / "models"
_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


def read_examples(folder: Path = TRAIN) -> list[tuple[str, str]]:
    """(text, intent) of every example, the marks of entities taken out."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        for block in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")).get("nlu", []):
            if "intent" in block:
                lines = (line.strip()[2:] for line in block["examples"].splitlines() if line.strip().startswith("- "))
                found += [(_ENTITY.sub(r"\1", line).strip(), str(block["intent"])) for line in lines]
    return found


class StandIn:
    """Trained from the same examples on first use and kept on disk; `parse` like the real model's."""

    def __init__(self, cache: Path = CACHE) -> None:
        self._model = load_or_train(cache)

    @property
    def up(self) -> bool:
        return True

    def parse(self, text: str) -> Parsed | None:
        ranked = sorted(self._model.scores(text).items(), key=lambda each: -each[1])
        ranking = tuple((label, as_sure_as_the_real_one(share)) for label, share in ranked[:5])
        return Parsed(ranking[0][0], ranking[0][1], ranking)

    def close(self) -> None:
        return None


def as_sure_as_the_real_one(share: float) -> float:
    """Scale so that one threshold serves both models: a share of 0.45 here is right about as often as 0.6 there."""
    return min(1.0, share * 0.6 / 0.45)


def load_or_train(cache: Path) -> NgramClassifier:
    """The saved model if it was made from today's examples, else a new one, saved."""
    hashed = hashlib.sha256(
        "".join(path.read_text("utf-8") for path in sorted(TRAIN.glob("*.yml"))).encode()
    ).hexdigest()
    path = cache / f"stand_in-{hashed[:16]}.npz"
    if path.is_file():
        return NgramClassifier.load(path)
    model = NgramClassifier.train(read_examples())
    try:
        keep(model, path)
    except OSError as error:  # a unit or a container that may only read its program: each start makes it anew
        log.warning("stand_in.not_kept", folder=str(cache), why=error.strerror)
    return model


def keep(model: NgramClassifier, path: Path) -> None:
    """Save it in place of those of other examples. Raises OSError."""
    cache = path.parent
    cache.mkdir(parents=True, exist_ok=True)
    half = (
        cache / f"new-{path.stem}.{os.getpid()}.npz"
    )  # another name than the old ones: other processes may be at it too
    model.save(half)
    half.replace(path)
    for old in cache.glob("stand_in-*.npz"):
        if old != path:
            old.unlink(missing_ok=True)


class Backed:
    """The real model, and the stand-in whenever it gives no answer."""

    def __init__(self, real: Nlu, stand_in: Nlu) -> None:
        self.real, self.stand_in = real, stand_in

    @property
    def up(self) -> bool:
        return self.real.up

    @property
    def why(self) -> str:
        """What is missing, for /readyz."""
        return str(getattr(self.real, "why", "the language model does not answer; the built-in one stands in"))

    def parse(self, text: str) -> Parsed | None:
        return self.real.parse(text) or self.stand_in.parse(text)

    def wait(self, seconds: float) -> bool:
        """Give a real model that is starting up to `seconds`."""
        wait = getattr(self.real, "wait", None)
        return bool(wait(seconds)) if wait else self.real.up

    def close(self) -> None:
        self.real.close()
