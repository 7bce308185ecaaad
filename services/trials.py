"""Conversation tests that are being played against a draft, or were: progress and failures, for every process to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from services import locks
from services.clock import real_now
from services.models import DialogTrial

SILENT = timedelta(seconds=120)
"""After this long without a word its process is gone."""
MOST_FAILURES = 2000
CHECK = "check"
"""The scope of a trial that plays nothing and proves the content; its failures are findings."""


@dataclass(frozen=True, slots=True)
class Trial:
    """`failures`: name, the conversation as it `went`, the `problem` that kept it from being played, what was `answered`.

    `covered`: by "topic.card" that was come to, the numbers of the ways that were taken from there.
    """

    id: int
    mark: str
    scope: str
    total: int
    played: int
    failures: tuple[Mapping[str, Any], ...]
    ended: bool
    running: bool
    problem: str
    covered: Mapping[str, Sequence[int]]


def latest(session: Session, mark: str) -> Trial | None:
    """The newest trial of exactly this content."""
    return _newest(session, DialogTrial.mark == mark, DialogTrial.scope != CHECK)


def check_of(session: Session, mark: str) -> Trial | None:
    """The newest proof of exactly this content."""
    return _newest(session, DialogTrial.mark == mark, DialogTrial.scope == CHECK)


def _newest(session: Session, *which: ColumnElement[bool]) -> Trial | None:
    row = session.scalars(select(DialogTrial).where(*which).order_by(DialogTrial.id.desc()).limit(1)).first()
    return _value(row) if row else None


def of(session: Session, mark: str) -> list[Trial]:
    """Every trial of this content that came to its end, newest first."""
    ended, plays = DialogTrial.ended_at.is_not(None), DialogTrial.scope != CHECK
    rows = select(DialogTrial).where(DialogTrial.mark == mark, ended, plays)
    return [_value(row) for row in session.scalars(rows.order_by(DialogTrial.id.desc()))]


def begin(session: Session, mark: str, scope: str, total: int, now: datetime) -> int | None:
    """Begin one; None while another is being played, since one takes a processor for minutes."""
    same = (DialogTrial.scope == CHECK) if scope == CHECK else (DialogTrial.scope != CHECK)
    locks.alone(session, "trial")
    newest = _newest(session, same)
    if newest is not None and newest.running and (scope != CHECK or newest.mark == mark):
        return None
    row = DialogTrial(mark=mark, scope=scope, total=total, failures=[], covered={}, started_at=now, seen_at=real_now())
    session.add(row)
    session.flush()
    return row.id


def step(
    session: Session, trial: int, played: int, failures: list[dict[str, Any]], covered: Mapping[str, Sequence[int]] = {}
) -> None:
    """How far it is, and what was come to."""
    row = session.get_one(DialogTrial, trial)
    row.played, row.failures, row.seen_at = played, failures[:MOST_FAILURES], real_now()
    row.covered = dict(covered)


def beat(session: Session, trial: int) -> None:
    """It still goes on, though there is nothing new to tell: on a busy machine the first conversation takes minutes."""
    session.get_one(DialogTrial, trial).seen_at = real_now()


def end(session: Session, trial: int, now: datetime, problem: str = "") -> None:
    """It is over; `problem`: why not all were played, a code."""
    row = session.get_one(DialogTrial, trial)
    row.ended_at, row.problem = now, problem


def _value(row: DialogTrial) -> Trial:
    running = row.ended_at is None and real_now() - row.seen_at < SILENT
    failures = tuple(row.failures)
    ended = row.ended_at is not None
    told = (row.id, row.mark, row.scope, row.total, row.played)
    return Trial(*told, failures, ended, running, row.problem, row.covered)
