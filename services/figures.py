"""What is going on, in figures: read from what `services.journeys` counts. What each measure means: docs/measures.md.

Whole quarters only, one split at a time: periods that overlap or splits of splits could be taken from one another.
Nothing small is in what these functions answer (`services.small_numbers`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.clock import LONDON
from services.journeys import STAGES, quarter_of
from services.models import DutyAlert, Journey, QuestionTime, SourceCode, Team, UnmetNeed
from services.small_numbers import FEWEST, MOST_ROWS, hide, is_small

QUARTERS = 8
"""How many quarters back can be looked at, with this one."""
LEFT_AFTER = timedelta(days=3)
KEYS = {"place": Journey.team_id, "channel": Journey.channel, "source": Journey.source, "age": Journey.age_band}
SPLITS = tuple(KEYS)
OTHERS = "others"

Counts = tuple[int, ...]
Shown = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One group: its key (None: not known), its name if it has one, and the numbers that may be shown."""

    key: str | None
    name: str
    counts: Shown


@dataclass(frozen=True, slots=True)
class Split:
    """The stages of everybody in groups, and of all."""

    by: str
    rows: tuple[Row, ...]
    total: Shown


@dataclass(frozen=True, slots=True)
class Question:
    """A question: how often answered and left (None: few), within how many seconds half and nine in ten answer (-1: over a day)."""

    key: str
    answered: int | None
    left: int | None
    half: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a channel's messages came to; pounds are None where no price is set; per booked and attended journey."""

    channel: str
    received: int | None
    sent: int | None
    segments: int | None
    pounds: float | None
    per_booked: tuple[float, float | None] | None
    per_attended: tuple[float, float | None] | None


@dataclass(frozen=True, slots=True)
class Alerts:
    """Safety alerts of a place: raised, taken on; minutes until half and nine in ten were taken on."""

    name: str
    raised: int | None
    accepted: int | None
    half: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """A quarter: everything that the page shows."""

    quarter: date
    total: Shown
    splits: tuple[Split, ...]
    questions: tuple[Question, ...]
    costs: tuple[Cost, ...]
    alerts: tuple[Alerts, ...]
    unmet: tuple[tuple[str, int | None], ...]


def quarters(today: date) -> list[date]:
    """The quarters that can be looked at, this one first."""
    found = [quarter_of(today)]
    while len(found) < QUARTERS:
        found.append(quarter_of(found[-1] - timedelta(days=1)))
    return found


def read(session: Session, quarter: date, today: date, *, team_id: str | None = None, pence: float = 0) -> Figures:
    """Everything of a quarter; of one team where one is named. `pence`: what a segment of SMS costs, 0 = not known."""
    splits = tuple(_split(session, by, quarter, team_id) for by in SPLITS if not (by == "place" and team_id))
    channels = next(split for split in splits if split.by == "channel")
    return Figures(
        quarter,
        channels.total,
        splits,
        questions(session, quarter, today, team_id),
        _costs(session, quarter, team_id, channels, pence),
        _alerts(session, quarter, team_id),
        _unmet(session, quarter, team_id),
    )


def _until(quarter: date) -> date:
    return quarter_of(quarter + timedelta(days=100))


def _in_quarter(rows: Select[*tuple[Any, ...]], quarter: date, team_id: str | None) -> Select[*tuple[Any, ...]]:
    rows = rows.where(Journey.began_on >= quarter, Journey.began_on < _until(quarter))
    return rows.where(Journey.team_id == team_id) if team_id else rows


def _split(session: Session, by: str, quarter: date, team_id: str | None) -> Split:
    """Everybody of the quarter by one key, the largest groups first; the smallest are put together."""
    key, stages = KEYS[by], [func.count(getattr(Journey, name)) for name in STAGES]
    found = session.execute(_in_quarter(select(key, *stages).group_by(key), quarter, team_id))
    rows: list[tuple[str | None, Counts]] = [(row[0], tuple(int(each) for each in row[1:])) for row in found]
    rows.sort(key=lambda row: (-row[1][0], row[0] or ""))
    if len(rows) > MOST_ROWS:
        rest = tuple(map(sum, zip(*(counts for _, counts in rows[MOST_ROWS - 1 :]), strict=True)))
        rows = [*rows[: MOST_ROWS - 1], (OTHERS, rest)]
    shown = hide(tuple(counts for _, counts in rows)) or [(0,) * len(STAGES)]
    names = _names(session, by)
    told = [Row(key, names.get(key or "", ""), one) for (key, _), one in zip(rows, shown, strict=False)]
    return Split(by, tuple(told), shown[-1])


def _names(session: Session, by: str) -> dict[str, str]:
    if by == "place":
        return {row.id: row.name for row in session.scalars(select(Team))}
    if by == "source":
        return {row.code: row.name for row in session.scalars(select(SourceCode))}
    return {}


def questions(session: Session, quarter: date, today: date, team_id: str | None = None) -> tuple[Question, ...]:
    """Every question, those at which most are left first. Times are of every place: they say something of the question, not of a team."""
    silent = Journey.question.is_not(None), Journey.outcome.is_(None), Journey.last_on < today - LEFT_AFTER
    left_at = _in_quarter(select(Journey.question, func.count()).where(*silent), quarter, team_id)
    left = {key: int(count) for key, count in session.execute(left_at.group_by(Journey.question))}
    rows = select(QuestionTime.question, QuestionTime.within, func.sum(QuestionTime.count))
    rows = rows.where(QuestionTime.quarter == quarter).group_by(QuestionTime.question, QuestionTime.within)
    times = defaultdict[str, Counter[int]](Counter)
    for key, within, count in session.execute(rows):
        times[key][within] = int(count)
    keys = sorted({*left, *times}, key=lambda key: (-left.get(key, 0), key))
    return tuple(_question(key, times[key], left.get(key, 0)) for key in keys)


def _question(key: str, times: Counter[int], left: int) -> Question:
    answered = times.total()
    half, most = (_within(times, share) if answered >= FEWEST else None for share in (0.5, 0.9))
    return Question(key, _few(answered), _few(left), half, most)


def _few(count: int) -> int | None:
    return None if is_small(count) else count


def _within(times: Counter[int], share: float) -> int:
    """Seconds within which this share was answered; -1 for more than a day."""
    wanted, so_far = share * times.total(), 0
    for edge in sorted(edge for edge in times if edge > 0):
        so_far += times[edge]
        if so_far >= wanted:
            return edge
    return -1


def _costs(session: Session, quarter: date, team_id: str | None, channels: Split, pence: float) -> tuple[Cost, ...]:
    """By channel, then of all; nothing of a channel so few use that its people are not counted."""
    sums = [func.sum(column) for column in (Journey.received, Journey.sent, Journey.segments)]
    found = session.execute(_in_quarter(select(Journey.channel, *sums).group_by(Journey.channel), quarter, team_id))
    summed = defaultdict[str | None, list[int]](lambda: [0, 0, 0])
    for channel, *counts in found:
        for key in (channel, None):
            summed[key] = [a + int(b) for a, b in zip(summed[key], counts, strict=True)]
    shown = {row.key: row.counts for row in channels.rows} | {None: channels.total}
    texts = summed["sms"][2]
    return tuple(
        _cost(key or "", summed[key], counts, texts * pence / 100 if key in ("sms", None) and pence else None)
        for key, counts in shown.items()
    )


def _cost(channel: str, messages: Sequence[int], people: Shown, pounds: float | None) -> Cost:
    if people[0] is None:
        return Cost(channel, None, None, None, None, None, None)
    each = [_each(messages[1], pounds, people[STAGES.index(stage)]) for stage in ("booked_on", "attended_on")]
    return Cost(channel, messages[0], messages[1], messages[2], pounds, each[0], each[1])


def _each(sent: int, pounds: float | None, people: int | None) -> tuple[float, float | None] | None:
    return (sent / people, None if pounds is None else pounds / people) if people else None


def _alerts(session: Session, quarter: date, team_id: str | None) -> tuple[Alerts, ...]:
    start, end = (datetime.combine(day, time(), LONDON) for day in (quarter, _until(quarter)))
    rows = select(DutyAlert.team_id, DutyAlert.raised_at, DutyAlert.accepted_at)
    rows = rows.where(DutyAlert.raised_at >= start, DutyAlert.raised_at < end)
    waits = defaultdict[str | None, list[float | None]](list)
    for team, raised, accepted in session.execute(rows.where(DutyAlert.team_id == team_id) if team_id else rows):
        waits[team].append((accepted - raised).total_seconds() / 60 if accepted else None)
    order = sorted(waits, key=lambda key: (-len(waits[key]), key or ""))
    shown = hide(tuple((len(waits[key]), sum(each is not None for each in waits[key])) for key in order))
    names = _names(session, "place")
    told = [_alert(names.get(key or "", key or ""), waits[key], one) for key, one in zip(order, shown, strict=False)]
    return (*told, _alert(OTHERS, [each for key in order for each in waits[key]], shown[-1])) if told else ()


def _alert(name: str, waits: Iterable[float | None], shown: Shown) -> Alerts:
    minutes = sorted(each for each in waits if each is not None)
    if not shown[1]:
        return Alerts(name, shown[0], shown[1], None, None)
    return Alerts(name, shown[0], shown[1], median(minutes), minutes[int(0.9 * (len(minutes) - 1))])


def _unmet(session: Session, quarter: date, team_id: str | None) -> tuple[tuple[str, int | None], ...]:
    rows = select(UnmetNeed.need, func.count()).where(UnmetNeed.on >= quarter, UnmetNeed.on < _until(quarter))
    rows = rows.where(UnmetNeed.team_id == team_id) if team_id else rows
    found = session.execute(rows.group_by(UnmetNeed.need).order_by(func.count().desc(), UnmetNeed.need))
    return tuple((need, _few(int(count))) for need, count in found)
