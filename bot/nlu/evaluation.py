"""How well the trained model hears, measured on texts it never saw (nlu_data/test, written blind)."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from bot.nlu.parsed import Nlu

DRAWS = 1_000  # of the bootstrap
EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.01)
OUTSIDE, SURE = "out_of_scope", 0.60  # as in bot/understanding.py
Pairs = Sequence[tuple[str, str]]  # (wanted, heard)


@dataclass(frozen=True, slots=True)
class Bin:
    """Of the texts about which the model was from `low` to `high` sure: how many, how sure on average, how many right."""

    low: float
    high: float
    texts: int
    sure: float
    right: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`low` and `high` hold macro-F1 in 95 of 100 such samples; `misses` counts (wanted, heard).

    `refused`: the share of out-of-scope texts that start nothing, by their intent or for want of certainty.
    """

    size: int
    accuracy: float
    macro_f1: float
    low: float
    high: float
    per_intent: dict[str, float]
    misses: dict[tuple[str, str], int]
    reliability: tuple[Bin, ...] = ()
    refused: float = 0.0

    @property
    def floor(self) -> tuple[str, float]:
        return min(self.per_intent.items(), key=lambda one: one[1])


def read_held_out(path: Path) -> list[tuple[str, str]]:
    """(text, label) a row, after a header. Only an evaluation or a leak test calls this."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["text"], row["label"]) for row in rows if row["text"] and row["label"]]


def evaluate_on(nlu: Nlu, held_out: Sequence[tuple[str, str]]) -> Evaluation:
    """Ask the model for every text. Raises RuntimeError when it gives no answer."""
    pairs, sure = [], []
    for text, wanted in held_out:
        parsed = nlu.parse(text)
        if parsed is None:
            raise RuntimeError("the NLU server gave no answer during the evaluation")
        pairs.append((wanted, parsed.intent or ""))
        sure.append(parsed.confidence)
    return score(pairs, sure)


def score(pairs: Pairs, sure: Sequence[float] = ()) -> Evaluation:
    """Macro-F1 is over the intents that were wanted; the interval is a bootstrap with a fixed seed."""
    per_intent = f1_by_intent(pairs)
    low, high = _interval(pairs)
    misses = Counter((wanted, heard) for wanted, heard in pairs if wanted != heard)
    return Evaluation(
        size=len(pairs),
        accuracy=sum(wanted == heard for wanted, heard in pairs) / len(pairs),
        macro_f1=float(np.mean(list(per_intent.values()))),
        low=low,
        high=high,
        per_intent=per_intent,
        misses=dict(misses.most_common()),
        reliability=tuple(_reliability(pairs, sure)),
        refused=_refused(pairs, sure),
    )


def _reliability(pairs: Pairs, sure: Sequence[float]) -> Iterator[Bin]:
    for low, high in pairwise(EDGES):
        here = [(one, wanted == heard) for one, (wanted, heard) in zip(sure, pairs, strict=False) if low <= one < high]
        if here:
            shares, right = zip(*here, strict=True)
            yield Bin(low, min(high, 1.0), len(here), sum(shares) / len(here), sum(right) / len(here))


def _refused(pairs: Pairs, sure: Sequence[float]) -> float:
    strange = [(heard, one) for (wanted, heard), one in zip(pairs, sure, strict=False) if wanted == OUTSIDE]
    return sum(heard == OUTSIDE or one < SURE for heard, one in strange) / len(strange) if strange else 0.0


def f1_by_intent(pairs: Pairs) -> dict[str, float]:
    wanted, heard = Counter(one for one, _ in pairs), Counter(one for _, one in pairs)
    right = Counter(one for one, other in pairs if one == other)
    return {name: 2 * right[name] / (wanted[name] + heard[name]) for name in sorted(wanted)}


def _interval(pairs: Pairs) -> tuple[float, float]:
    dice = np.random.default_rng(2026)
    means = []
    for _ in range(DRAWS):
        drawn = [pairs[index] for index in dice.integers(0, len(pairs), len(pairs))]
        means.append(np.mean(list(f1_by_intent(drawn).values())))
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def report(result: Evaluation) -> str:
    """A few lines for whoever trains; never a held-out text, so that nobody tunes to one."""
    name, worst = result.floor
    lines = [
        f"{result.size} held-out texts, {len(result.per_intent)} intents",
        f"macro-F1 {result.macro_f1:.3f} (95% interval {result.low:.3f} to {result.high:.3f}), "
        f"accuracy {result.accuracy:.3f}",
        f"lowest intent: {name} {worst:.2f}",
    ]
    lines += [f"  {intent:16} {f1:.2f}" for intent, f1 in sorted(result.per_intent.items(), key=lambda one: one[1])]
    lines += [f"out-of-scope texts that start nothing: {result.refused:.3f}"] if result.reliability else []
    lines += [
        f"  {one.low:.1f} to {one.high:.1f} sure: {one.texts} texts, {one.sure:.2f} on average, {one.right:.2f} right"
        for one in result.reliability
    ]
    lines += [f"  {count:3} times {wanted} heard as {heard}" for (wanted, heard), count in result.misses.items()]
    return "\n".join(lines)
