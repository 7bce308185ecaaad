"""Train the Rasa model: examples and a pipeline in, one archive out.

    .venv/bin/python train.py --data ../nlu_data/train --crises ../nlu_data/safety --config ../config.yml --out models/<name>.tar.gz
"""
from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # before rasa is imported: nothing is sent anywhere
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # many threads on small sums only wait for one another
os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
warnings.showwarning = lambda *ignored, **also: None  # rasa's old dependencies: a filter would be reset by some of them
sys.path.insert(0, str(Path(__file__).resolve().parent))  # the pipeline names `components`

from components.encoder import ONNX_FILE  # noqa: E402


NO_MARKS = str.maketrans("[]{}", "    ")  # would be read as entities


def gather(data: Path, crises: Path, into: Path) -> None:
    """The examples, and one intent more for every train_<kind>.tsv: crisis_<kind>, crisis_none for what only sounds like one."""
    shutil.copytree(data, into)
    ordinary = {line.strip()[2:].casefold() for path in into.glob("**/*.yml") for line in path.read_text("utf-8").splitlines()}
    written = ["version: '3.1'", "nlu:"]
    for path in sorted(crises.glob("train_*.tsv")):
        texts = dict.fromkeys(line.split("\t", 1)[1].translate(NO_MARKS).strip() for line in path.read_text("utf-8").splitlines() if line)
        written += [f"- intent: crisis_{path.stem.removeprefix('train_')}", "  examples: |"]
        written += [f"    - {text}" for text in texts if text and text.casefold() not in ordinary]
    (into / "crises.yml").write_text("\n".join(written) + "\n", encoding="utf-8")


def train(data: Path, crises: Path, config: Path, out: Path) -> None:
    """Write the archive under its own name only once it is whole."""
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        gather(data, crises, Path(folder) / "examples")
        os.environ["RASA_CACHE_DIRECTORY"] = folder  # no .rasa folder, and never an old result
        from rasa.model_training import train_nlu
        from rasa.utils.log_utils import configure_structlog

        configure_structlog(logging.ERROR)
        made = train_nlu(str(config), str(Path(folder) / "examples"), folder, fixed_model_name="model")
        if made is None:
            raise SystemExit("Rasa trained nothing: see the lines above")
        os.replace(made, out)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "crises", "config", "out"):
        reader.add_argument(f"--{name}", type=Path, required=True)
    wanted = reader.parse_args()
    if not ONNX_FILE.exists():
        from build_onnx import build

        build()
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    train(wanted.data.resolve(), wanted.crises.resolve(), wanted.config.resolve(), wanted.out.resolve())


if __name__ == "__main__":
    main()
