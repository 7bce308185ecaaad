"""The trained model's answers from a file, so that conversation tests run in seconds without the server."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.nlu.parsed import Entity, Judged, Nlu, Parsed
from bot.nlu.places import training_hash

DIGITS = 3  # of a confidence: enough for every threshold, and the file changes less


class NotRecorded(Exception):
    """The recording cannot stand in for the model; the message says which command makes it anew."""


class RecordedNlu:
    """Answers exactly the texts that were recorded, and only for the training data they were recorded with."""

    def __init__(self, path: Path, data_hash: str | None = None) -> None:
        self._path = path
        self._texts = _read(path, data_hash or training_hash())

    @property
    def up(self) -> bool:
        return True

    def parse(self, text: str) -> Parsed | None:
        try:
            return _from_json(self._texts[text])
        except KeyError:
            raise NotRecorded(f"{self._path.name} has no answer for {text!r}. Run: make record") from None

    def close(self) -> None:
        return None


def record(texts: Iterable[str], client: Nlu, path: Path, data_hash: str | None = None) -> int:
    """Write the model's answer to each text, sorted; gives how many. Raises NotRecorded if the model is down."""
    answers: dict[str, Any] = {}
    for text in sorted(set(texts)):
        parsed = client.parse(text)
        if parsed is None:
            raise NotRecorded("The NLU server gave no answer. Start it, then run: make record")
        answers[text] = _to_json(parsed)
    whole = {"training_data": data_hash or training_hash(), "answers": answers}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return len(answers)


def _read(path: Path, data_hash: str) -> dict[str, Any]:
    try:
        recorded = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotRecorded(f"{path.name} is missing. Run: make record") from None
    if recorded["training_data"] != data_hash:
        raise NotRecorded(f"{path.name} was recorded with other training data. Run: make record")
    answers: dict[str, Any] = recorded["answers"]
    return answers


def _to_json(parsed: Parsed) -> dict[str, Any]:
    return {
        "intent": parsed.intent,
        "confidence": round(parsed.confidence, DIGITS),
        "ranking": [[name, round(confidence, DIGITS)] for name, confidence in parsed.ranking],
        "entities": [[one.entity, one.value, one.start, one.end] for one in parsed.entities],
        **({"crisis": _judged(parsed.crisis)} if parsed.crisis else {}),
    }


def _judged(crisis: Judged) -> list[Any]:
    return [crisis.kind, round(crisis.sure, DIGITS), crisis.alarm]


def _from_json(answer: dict[str, Any]) -> Parsed:
    return Parsed(
        answer["intent"],
        answer["confidence"],
        tuple((name, share) for name, share in answer["ranking"]),
        tuple(Entity(*one) for one in answer["entities"]),
        Judged(*answer["crisis"]) if "crisis" in answer else None,
    )
