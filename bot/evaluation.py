"""`anydoor train --evaluate`: every figure on the held-out sets, in one report."""

from __future__ import annotations

from bot import safety_scoring, scoring
from bot.nlu import evaluation, training


def report() -> str:
    """Sizes, misses, false alarms and intervals; the model's part says so where no model could be trained."""
    parts = [model_report(), scoring.score(), safety_scoring.score_with_own_server()]
    return "\n\n".join(str(part) for part in parts)


def model_report() -> str:
    try:
        return evaluation.report(training.evaluate())
    except training.CannotTrain as error:
        return f"Intents: {error}"
