"""Scores the screen and the opt-out on the test sets written blind: numbers only, never a line. `python -m bot.safety_scoring`."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.hearing import hear
from bot.nlu.parsed import Nlu
from bot.nlu.rasa import OwnNlu, open_nlu
from bot.opt_out import read_opt_out
from bot.safety import SafetyHit, patterns_only, screen
from services.messages import Address, Inbound

FOLDER = Path(__file__).resolve().parent.parent / "nlu_data" / "test"
NOW = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - London wall clock; no crisis depends on it
READY_SECONDS = 120.0


def lines(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(
            (line for line in file if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
        )


def share(hits: int, of: int) -> float:
    return round(hits / of, 4) if of else 0.0


def of_safety(nlu: Nlu | None = None, name: str = "safety.tsv") -> dict[str, object]:
    """Recall in all for each layer beside those before it, and by kind for all of them; and whether the kind was right."""
    counts: Counter[str] = Counter()
    heard: Counter[str] = Counter()
    listed = inside = right = 0
    for row in lines(name):
        text, kind = row["text"], row[_label(row)]
        hit = heard_in(text, nlu)
        counts[kind] += 1
        heard[kind] += hit is not None
        right += hit is not None and (hit.kind == kind or kind in hit.also)
        listed += patterns_only(text) is not None
        inside += screen(text) is not None
    every = counts.total()
    return {
        "lines": every,
        "recall": share(heard.total(), every),
        "recall_by_phrases": share(listed, every),
        "recall_without_server": share(inside, every),
        "kind_right": share(right, heard.total()),
        "recall_by_kind": {kind: share(heard[kind], counts[kind]) for kind in sorted(counts)},
    }


def of_lookalikes(nlu: Nlu | None = None, name: str = "safety_lookalikes.tsv") -> dict[str, object]:
    """The share of ordinary lines taken for a crisis."""
    texts = [row["text"] for row in lines(name)]
    return {
        "lines": len(texts),
        "false_alarms": share(sum(heard_in(text, nlu) is not None for text in texts), len(texts)),
        "false_alarms_by_phrases": share(sum(patterns_only(text) is not None for text in texts), len(texts)),
        "false_alarms_without_server": share(sum(screen(text) is not None for text in texts), len(texts)),
    }


def heard_in(text: str, nlu: Nlu | None) -> SafetyHit | None:
    """What a turn would hear of it, as the first words of a conversation."""
    return hear(Inbound(Address("sms", "+447700900123"), "-", text=text), None, NOW, nlu).safety


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


def score(nlu: Nlu | None = None) -> dict[str, dict[str, object]]:
    """All three files; aggregate numbers only. Without a model (or while it is down) the third layer hears nothing."""
    return {"safety": of_safety(nlu), "lookalikes": of_lookalikes(nlu), "opt_out": of_opt_out()}


def score_with_own_server() -> dict[str, dict[str, object]]:
    """With the trained model where one can run here."""
    nlu = open_nlu()
    try:
        if isinstance(nlu, OwnNlu):
            nlu.wait(READY_SECONDS)
        return score(nlu)
    finally:
        nlu.close()


if __name__ == "__main__":
    print(json.dumps(score_with_own_server(), indent=1))
