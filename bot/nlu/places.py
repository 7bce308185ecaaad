"""Where the parts of the trained model are, and which of them are missing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Places:
    """The paths below one checkout of this repository."""

    root: Path = ROOT

    @property
    def server(self) -> Path:
        return self.root / "nlu_server"

    @property
    def python(self) -> Path:
        scripts = self.server / ".venv" / ("Scripts" if os.name == "nt" else "bin")
        return scripts / ("python.exe" if os.name == "nt" else "python")

    @property
    def models(self) -> Path:
        return self.server / "models"

    @property
    def examples(self) -> Path:
        return self.root / "nlu_data" / "train"

    @property
    def crises(self) -> Path:
        """What people say in a crisis, and what only sounds like one: train_<kind>.tsv."""
        return self.root / "nlu_data" / "safety"

    @property
    def held_out(self) -> Path:
        return self.root / "nlu_data" / "test" / "intents.tsv"

    @property
    def pipeline(self) -> Path:
        return self.root / "config.yml"

    def model(self, name: str) -> Path:
        return self.models / f"{name}.tar.gz"

    def current(self) -> Path | None:
        """The model that `anydoor train` chose last, if its file is there."""
        try:
            chosen = self.model((self.models / "current").read_text().strip())
        except OSError:
            return None
        return chosen if chosen.is_file() else None

    def is_current(self, name: str) -> bool:
        """Whether the model in use is made of this, alone or with what was taught in the studio besides."""
        current = self.current()
        return current is not None and current.name.removesuffix(".tar.gz").partition("-")[0] == name

    def choose(self, name: str) -> None:
        """Point at another model; a reader sees the old name or the new one, never half of one."""
        written = self.models / "current.new"
        written.write_text(name + "\n")
        os.replace(written, self.models / "current")

    def mark_training(self, process: int) -> None:
        """A process is training a first or a newer model just now."""
        self.models.mkdir(parents=True, exist_ok=True)
        (self.models / "training").write_text(f"{process}\n")

    def being_trained(self) -> bool:
        """Whether the process that was marked is still at work."""
        try:
            os.kill(int((self.models / "training").read_text()), 0)
        except (OSError, ValueError):
            return False
        return True

    def environment_missing(self) -> str | None:
        """What keeps Rasa from running here, in one sentence for whoever runs the product."""
        if self.python.exists():
            return None
        return (
            "The trained language model is left out: nlu_server/.venv is missing. It needs Python 3.10; "
            "install that, then run: python3 tools/environment.py nlu"
        )

    def missing(self) -> str | None:
        """What keeps the trained model from answering here; None = nothing."""
        if self.environment_missing():
            return self.environment_missing()
        if self.current() is None and not self.being_trained():
            return "The trained language model is left out: nothing is trained yet. Run: anydoor train"
        return None


def training_hash(places: Places | None = None) -> str:
    """Names everything that a trained model depends on; a changed example is another name."""
    places = places or Places()
    digest = hashlib.sha256()
    for path in _ingredients(places):
        digest.update(f"{path.relative_to(places.root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _ingredients(places: Places) -> Iterator[Path]:
    yield from sorted(places.examples.glob("**/*.yml"))
    yield from sorted(places.crises.glob("train_*.tsv"))
    yield places.pipeline
    yield from sorted((places.server / "components").glob("*.py"))
    yield from sorted((places.server / "encoder").glob("*.npz"))
    yield from (places.server / name for name in ("build_onnx.py", "requirements.lock", "train.py"))
