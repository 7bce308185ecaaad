"""`anydoor train --evaluate`: every figure on the held-out sets, in one report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import sqrt
from typing import Any

from bot import safety_scoring, scoring
from bot.nlu import evaluation, training
from bot.scoring import Report

Z = 1.96
"""Standard deviations either side that hold 95% of a normal distribution."""


def report() -> str:
    """Sizes, misses, false alarms and intervals; the model's part says so where no model could be trained."""
    return "\n\n".join((model_report(), recognised(scoring.score()), screened(safety_scoring.score_with_own_server())))


def model_report() -> str:
    try:
        return evaluation.report(training.evaluate())
    except training.CannotTrain as error:
        return f"Intents: {error}"


def interval(right: int, of: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share; from 0 to 1 where nothing was counted."""
    if not of:
        return 0.0, 1.0
    share, spread = right / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    reach = Z * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def recognised(reports: Sequence[Report]) -> str:
    """What is read by rules: a line for each kind, and for each file all of its kinds together."""
    lines = [
        f"{'read by rules':<28}{'size':>6}{'right':>7}{'wrong':>7}{'missed':>8}{'precision':>11}  recall (95% interval)"
    ]
    for name, kinds in groupby(reports, lambda one: one.name.partition(":")[0]):
        every = list(kinds)
        counted = [one for one in every if not one.name.endswith(scoring.EXACT_OR_ASKED)]
        lines += [_line(one) for one in every]
        lines.append(_line(_together(name, counted)))
    return "\n".join(lines)


def _together(name: str, reports: Sequence[Report]) -> Report:
    sums = {part: sum(getattr(one, part) for one in reports) for part in ("n", "right", "wrong", "missed")}
    return Report(f"{name}, together", **sums)


def _line(one: Report) -> str:
    counts = f"{one.name:<28}{one.n:>6}{one.right:>7}{one.wrong:>7}{one.missed:>8}"
    if not one.n:
        return f"{counts}{'-':>11}  - (nothing was meant; wrong: something was read)"
    return f"{counts}{one.precision:>11.3f}  {_share(one.right, one.n)}"


def _share(right: int, of: int) -> str:
    low, high = interval(right, of)
    return f"{right / of if of else 0:.3f} ({low:.3f} to {high:.3f})"


def screened(found: Mapping[str, Mapping[str, Any]]) -> str:
    """The safety screen and the requests to stop: what was heard, what was not, what was taken for one wrongly."""
    lines = ["safety and opt-out: share (95% interval), lines"]
    for group, size in (("safety", "lines"), ("lookalikes", "lines")):
        part = found[group]
        lines += [_counted(f"{group}, {key}", value, part[size]) for key, value in _shares(part)]
        for by in (key for key in part if key.endswith("_by_kind")):
            kinds = ", ".join(f"{kind} {share:.3f}" for kind, share in sorted(part[by].items(), key=lambda one: one[1]))
            lines.append(f"  {group}, {by}: {kinds}")
    stops = found["opt_out"]
    lines.append(_counted("opt_out, recall", stops["recall"], stops["requests"]))
    lines.append(_counted("opt_out, false_stops", stops["false_stops"], stops["others"]))
    return "\n".join(lines)


def _shares(part: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    return ((key, value) for key, value in part.items() if isinstance(value, float))


def _counted(name: str, share: float, of: int) -> str:
    right = round(share * of)
    return f"  {name:<44}{_share(right, of)}, {right} of {of}"
