"""Trainings of the language model that somebody began in the studio: how far, what came of it, for every process to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, leases
from services.clock import real_now
from services.models import NluTraining

LEASE = "nlu_training"
SILENT = timedelta(seconds=120)
"""After this long without a word its process is gone."""
USED, WORSE, FAILED, BROKEN_OFF, BACK = "used", "worse", "failed", "broken_off", "back"


@dataclass(frozen=True, slots=True)
class Training:
    """`outcome`: "" while it runs, else one of the codes above; `figures`: aggregates of the models "before" and "after"."""

    id: int
    started_by: int
    started_at: datetime
    stage: str
    seconds: int
    model: str
    previous: str
    taught: int
    figures: Mapping[str, Any]
    outcome: str
    problem: str

    @property
    def running(self) -> bool:
        return not self.outcome


def begin(session: Session, holder: str, staff_id: int, taught: int, now: datetime) -> int | None:
    """Begin one; None while another is under way. `taught`: how many examples of the studio it learns."""
    if not leases.lead(session, LEASE, holder, SILENT.total_seconds()):
        return None
    row = NluTraining(
        started_by=staff_id, started_at=now, seen_at=real_now(), stage="begins", model="", previous="", taught=taught,
        figures={}, outcome="", problem="",
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, f"staff:{staff_id}", "train", f"training:{row.id}", now, {"count": taught})
    return row.id


def step(session: Session, training: int, holder: str, stage: str, seconds: int) -> bool:
    """How far it is; False where it was given up for dead meanwhile and another holds the lead."""
    if not leases.lead(session, LEASE, holder, SILENT.total_seconds()):
        return False
    row = session.get_one(NluTraining, training)
    row.stage, row.seconds, row.seen_at = stage, seconds, real_now()
    return True


def end(
    session: Session, training: int, holder: str, outcome: str, now: datetime, *,
    model: str = "", previous: str = "", figures: Mapping[str, Any] | None = None, problem: str = "",
) -> None:  # fmt: skip
    """It is over, and the next may begin."""
    row = session.get_one(NluTraining, training)
    row.outcome, row.ended_at, row.model, row.previous = outcome, now, model, previous
    row.figures, row.problem = dict(figures or {}), problem[:500]
    audit.record(session, f"staff:{row.started_by}", f"training_{outcome}", f"training:{training}", now)
    leases.resign(session, LEASE, holder)


def went_back(session: Session, staff_id: int, model: str, previous: str, now: datetime) -> None:
    """An earlier model is in use again; `previous`: the one that was."""
    row = NluTraining(
        started_by=staff_id, started_at=now, seen_at=real_now(), ended_at=now, stage="", model=model, previous=previous,
        taught=0, figures={}, outcome=BACK, problem="",
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, f"staff:{staff_id}", "training_back", f"training:{row.id}", now)


def history(session: Session, most: int = 10) -> list[Training]:
    """The newest first. One whose process is gone counts as broken off."""
    rows = session.scalars(select(NluTraining).order_by(NluTraining.id.desc()).limit(most))
    return [_value(row) for row in rows]


def _value(row: NluTraining) -> Training:
    gone = not row.outcome and real_now() - row.seen_at >= SILENT
    return Training(
        row.id, row.started_by, row.started_at, row.stage, row.seconds, row.model, row.previous, row.taught, row.figures,
        BROKEN_OFF if gone else row.outcome, row.problem,
    )  # fmt: skip
