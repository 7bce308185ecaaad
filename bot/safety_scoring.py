"""Scores the screen and the opt-out on the test sets written blind: numbers only, never a line. `python -m bot.safety_scoring`."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bot.opt_out import read_opt_out
from bot.safety import patterns_only, screen

FOLDER = Path(__file__).resolve().parent.parent / "nlu_data" / "test"


def lines(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(
            (line for line in file if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
        )


def share(hits: int, of: int) -> float:
    return round(hits / of, 4) if of else 0.0


def of_safety(name: str = "safety.tsv") -> dict[str, object]:
    """Recall by kind and in all, for the phrases alone and for both layers; and whether the kind was right."""
    counts: Counter[str] = Counter()
    heard: Counter[str] = Counter()
    listed = right = 0
    for row in lines(name):
        text, kind = row["text"], row[_label(row)]
        hit = screen(text)
        counts[kind] += 1
        heard[kind] += hit is not None
        right += hit is not None and (hit.kind == kind or kind in hit.also)
        listed += patterns_only(text) is not None
    every = counts.total()
    return {
        "lines": every,
        "recall": share(heard.total(), every),
        "recall_by_phrases": share(listed, every),
        "kind_right": share(right, heard.total()),
        "recall_by_kind": {kind: share(heard[kind], counts[kind]) for kind in sorted(counts)},
    }


def of_lookalikes(name: str = "safety_lookalikes.tsv") -> dict[str, object]:
    """The share of ordinary lines taken for a crisis."""
    texts = [row["text"] for row in lines(name)]
    return {
        "lines": len(texts),
        "false_alarms": share(sum(screen(text) is not None for text in texts), len(texts)),
        "false_alarms_by_phrases": share(sum(patterns_only(text) is not None for text in texts), len(texts)),
    }


def of_opt_out(name: str = "opt_out.tsv") -> dict[str, object]:
    """Recall of requests to stop, and false stops among the rest."""
    asked = heard = other = wrong = 0
    for row in lines(name):
        stop = row[_label(row)].strip().lower() in {"stop", "yes", "true", "1", "opt_out", "opt-out"}
        said = read_opt_out(row["text"]) == "stop"
        asked, heard = asked + stop, heard + (stop and said)
        other, wrong = other + (not stop), wrong + (said and not stop)
    return {"requests": asked, "recall": share(heard, asked), "others": other, "false_stops": share(wrong, other)}


def _label(row: dict[str, str]) -> str:
    return next(name for name in row if name != "text")


def score() -> dict[str, dict[str, object]]:
    """All three files; aggregate numbers only."""
    return {"safety": of_safety(), "lookalikes": of_lookalikes(), "opt_out": of_opt_out()}


if __name__ == "__main__":
    print(json.dumps(score(), indent=1))
