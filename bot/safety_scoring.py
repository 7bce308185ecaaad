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
from bot.safety import SafetyHit, patterns_only
from services.messages import Address, Inbound

FOLDER = Path(__file__).resolve().parent.parent / "nlu_data" / "test"
NOW = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - London wall clock; no crisis depends on it
READY_SECONDS = 120.0


def lines(name: str, folder: Path = FOLDER) -> Iterator[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(
            (line for line in file if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
        )


def share(hits: int, of: int) -> float:
    return round(hits / of, 4) if of else 0.0


def of_safety(nlu: Nlu | None = None, name: str = "safety.tsv", folder: Path = FOLDER) -> dict[str, object]:
    """Who gets the whole help, and who gets any (the line beside their own answer counts): in all, by kind, without the server."""
    counts: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    heard: Counter[str] = Counter()
    listed = inside = inside_whole = right = 0
    for row in lines(name, folder):
        text, kind = row["text"], row[_label(row)]
        hit = heard_in(text, nlu)
        counts[kind] += 1
        heard[kind] += hit is not None
        whole[kind] += hit is not None and hit.certain
        right += hit is not None and (hit.kind == kind or kind in hit.also)
        listed += patterns_only(text) is not None
        alone = heard_in(text, None)
        inside += alone is not None
        inside_whole += alone is not None and alone.certain
    every = counts.total()
    return {
        "lines": every,
        "whole_help": share(whole.total(), every),
        "any_help": share(heard.total(), every),
        "whole_help_without_server": share(inside_whole, every),
        "any_help_without_server": share(inside, every),
        "heard_by_phrases": share(listed, every),
        "kind_right": share(right, heard.total()),
        "whole_help_by_kind": {kind: share(whole[kind], counts[kind]) for kind in sorted(counts)},
        "any_help_by_kind": {kind: share(heard[kind], counts[kind]) for kind in sorted(counts)},
    }


def of_lookalikes(
    nlu: Nlu | None = None, name: str = "safety_lookalikes.tsv", folder: Path = FOLDER
) -> dict[str, object]:
    """The share of ordinary lines taken for a crisis, and of those that only get a line beside their own answer."""
    texts = [row["text"] for row in lines(name, folder)]
    heard = [hit for hit in (heard_in(text, nlu) for text in texts) if hit]
    alone = [hit for hit in (heard_in(text, None) for text in texts) if hit]
    return {
        "lines": len(texts),
        "whole_help": share(sum(hit.certain for hit in heard), len(texts)),
        "a_line": share(sum(not hit.certain for hit in heard), len(texts)),
        "whole_help_without_server": share(sum(hit.certain for hit in alone), len(texts)),
        "a_line_without_server": share(sum(not hit.certain for hit in alone), len(texts)),
        "heard_by_phrases": share(sum(patterns_only(text) is not None for text in texts), len(texts)),
    }


def heard_in(text: str, nlu: Nlu | None) -> SafetyHit | None:
    """What a turn would hear of it, certain or not, as the first words of a conversation."""
    heard = hear(Inbound(Address("sms", "+447700900123"), "-", text=text), None, NOW, nlu)
    return heard.safety or heard.maybe


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
