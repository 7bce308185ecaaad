"""How far each journey came, counted in the turn that takes it there; no words, no names, no times of day.

A journey begins with the first message of a conversation, and anew when somebody agrees to begin again more than
`ANEW_AFTER` later. What the figures mean is in docs/measures.md; `services.figures` reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.clock import LONDON
from services.models import Conversation, Journey, QuestionTime, UnmetNeed
from services.prepared import Prepared
from services.sessions import dialect_of

ANEW_AFTER = timedelta(days=30)
STAGES = ("began_on", "started_on", "eligible_on", "booked_on", "attended_on")
"""In order: who came to a later one has come to all before it."""
REACHES = {
    "consent:start": "started_on",
    "eligibility:yes": "eligible_on",
    "eligibility:ask_a_person": "eligible_on",
    "appointment_booked": "booked_on",
    "call_back_queued": "booked_on",
}
"""The stage that an event of the conversation leads to."""
AGE_BANDS = ((18, "under 18"), (25, "18 to 24"), (35, "25 to 34"), (50, "35 to 49"), (65, "50 to 64"))
OLDEST = "65 or over"
WITHIN = (10, 20, 30, 60, 120, 300, 900, 3600, 86400)
"""Seconds within which a question is answered; -1 for later."""
SHARDS = 16

_CURRENT = (
    select(Journey).where(Journey.conversation_id == bindparam("conversation")).order_by(Journey.id.desc()).limit(1)
)
_TURNS_STAGES = STAGES[1:4]
"""Those that a turn may lead to."""
_AT = Prepared(
    select(Journey.id, Journey.started_on, Journey.question, Journey.asked_at)
    .where(Journey.conversation_id == bindparam("conversation"))
    .order_by(Journey.id.desc())
    .limit(1)
)
_BEGUN = Prepared(
    insert(Journey),
    inserted=(
        "conversation_id", "channel", "began_on", "team_id", "source", "age_band", "outcome", "last_on", "question",
        "asked_at", "received", *_TURNS_STAGES,
    ),
)  # fmt: skip


def _new(name: str) -> Any:
    return bindparam(f"new_{name}", type_=getattr(Journey, name).type)


_GONE_ON = Prepared(
    update(Journey)
    .where(Journey.id == bindparam("journey"))
    .values(
        **{name: _new(name) for name in ("team_id", "source", "outcome", "last_on", "question", "asked_at")},
        **{name: func.coalesce(getattr(Journey, name), _new(name)) for name in _TURNS_STAGES},
        age_band=func.coalesce(_new("age_band"), Journey.age_band),
        received=Journey.received + _new("received"),
    )
)
_SENT = Prepared(
    update(Journey)
    .where(
        Journey.id
        == select(func.max(Journey.id)).where(Journey.conversation_id == bindparam("conversation")).scalar_subquery()
    )
    .values(sent=Journey.sent + 1, segments=Journey.segments + bindparam("more"))
)


def _one_more(dialect: Any) -> Prepared:
    key = ["quarter", "question", "within", "shard"]
    counted = dialect.insert(QuestionTime).on_conflict_do_update(
        index_elements=key, set_={"count": QuestionTime.count + 1}
    )
    return Prepared(counted, inserted=[*key, "count"])


_ONE_MORE = {"postgresql": _one_more(postgresql), "sqlite": _one_more(sqlite)}


@dataclass(frozen=True, slots=True)
class Passed:
    """What a turn did: names of its events, the question open after it, age if known."""

    events: tuple[str, ...] = ()
    question: str | None = None
    age: int | None = None
    outcome: str | None = None
    received: bool = True


def pass_on(session: Session, conversation: Conversation, passed: Passed, now: datetime) -> None:
    """Count one turn of a locked conversation, in its transaction."""
    today = day_of(now)
    row = _AT.first(session, {"conversation": conversation.id})
    if row and "consent:start" in passed.events and row.started_on and today - row.started_on > ANEW_AFTER:
        row = None
    values = {
        "team_id": conversation.team_id,
        "source": conversation.source,
        "age_band": age_band(passed.age),
        "outcome": passed.outcome,
        "last_on": today,
        "question": passed.question,
        "asked_at": _asked_at(session, conversation.id, row, passed, now),
        "received": int(passed.received),
        **dict.fromkeys(_TURNS_STAGES),
        **dict.fromkeys(_reached(passed.events), today),
    }
    if row is None:
        begun = {"conversation_id": conversation.id, "channel": conversation.channel, "began_on": today}
        _BEGUN.do(session, {**values, **begun})
    else:
        _GONE_ON.do(session, {"journey": row.id, **{f"new_{name}": value for name, value in values.items()}})


def _asked_at(
    session: Session, conversation_id: int, row: Any | None, passed: Passed, now: datetime
) -> datetime | None:
    """When the question was put that is open now; how long the one took that was answered is counted."""
    question = row.question if row else None
    if passed.question == question:
        return row.asked_at if row else None
    if row and passed.received and question and row.asked_at:
        _add_time(session, question, (now - row.asked_at).total_seconds(), conversation_id, now)
    return now if passed.question else None


def _reached(events: Iterable[str]) -> Iterator[str]:
    """The stages that events lead to, but for the first, where everybody is."""
    for name in events:
        if name in REACHES:
            yield from _TURNS_STAGES[: _TURNS_STAGES.index(REACHES[name]) + 1]


def _add_time(session: Session, question: str, seconds: float, of: int, now: datetime) -> None:
    within = next((edge for edge in WITHIN if seconds <= edge), -1)
    key = {"quarter": quarter_of(day_of(now)), "question": question, "within": within, "shard": of % SHARDS}
    _ONE_MORE[dialect_of(session).name].do(session, {**key, "count": 1})


def _current(session: Session, conversation_id: int) -> Journey | None:
    if any(isinstance(row, Journey) for row in session.new):
        session.flush()
    with session.no_autoflush:  # what the turn has done so far is written once, at its commit
        return session.scalars(_CURRENT, {"conversation": conversation_id}).first()


def _reach(row: Journey, stage: str, today: date) -> None:
    for name in STAGES[: STAGES.index(stage) + 1]:
        if getattr(row, name) is None:
            setattr(row, name, today)


def attended(session: Session, conversation_id: int, outcome: str, now: datetime) -> None:
    """A coach wrote down what came of ringing: reached (or sent on to another service) counts, anything else takes it back."""
    row = _current(session, conversation_id)
    if row is None:
        return
    if outcome in ("reached", "another_service"):
        _reach(row, "attended_on", day_of(now))
    elif outcome == "not_reached":
        row.attended_on = None
    session.flush()


def attended_on(session: Session, conversation_id: int) -> date | None:
    """The day on which the person was first reached, as far as it counts today."""
    row = _current(session, conversation_id)
    return row.attended_on if row else None


def set_attended(session: Session, conversation_id: int, day: str | None) -> None:
    """Back to a day (ISO) or to none: what a coach wrote down was taken back."""
    row = _current(session, conversation_id)
    if row is not None:
        row.attended_on = date.fromisoformat(day) if day else None
        session.flush()


def sent(session: Session, conversation_id: int, segments: int) -> None:
    """One message went out, in so many segments (of SMS; 1 elsewhere)."""
    session.flush()
    _SENT.do(session, {"conversation": conversation_id, "more": segments})


def unmet(session: Session, conversation: Conversation, needs: Iterable[str], now: datetime) -> None:
    """Nothing that may be said meets these needs (codes of `barriers`); once a need within `ANEW_AFTER`."""
    session.flush()
    known = set(_RECENT.scalars(session, {"conversation": conversation.id, "since": day_of(now) - ANEW_AFTER}))
    for need in needs:
        if need not in known:
            known.add(need)
            told = {"on": day_of(now), "team_id": conversation.team_id, "need": need}
            session.add(UnmetNeed(conversation_id=conversation.id, **told))


_RECENT = Prepared(
    select(UnmetNeed.need).where(
        UnmetNeed.conversation_id == bindparam("conversation"), UnmetNeed.on > bindparam("since")
    )
)


def forget(session: Session, conversations: list[int]) -> None:
    """The figures stay, and nothing leads from them to anybody."""
    mine = Journey.conversation_id.in_(conversations)
    session.execute(update(Journey).where(mine).values(conversation_id=None, asked_at=None))
    session.execute(update(UnmetNeed).where(UnmetNeed.conversation_id.in_(conversations)).values(conversation_id=None))


def age_band(age: int | None) -> str | None:
    """The group of an age in years."""
    return None if age is None else next((name for under, name in AGE_BANDS if age < under), OLDEST)


def day_of(now: datetime) -> date:
    """The day in England."""
    return now.astimezone(LONDON).date()


def quarter_of(day: date) -> date:
    """The first day of the quarter: January, April, July, October."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
