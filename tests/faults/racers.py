"""Eight who go for overlapping, unequal openings in the same moment, round after round; each round has one winner.

In processes of their own on PostgreSQL, in threads of one process on SQLite. A module apart, so that a new process can
import what it runs.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import select

from services import booking, conversations
from services.crypto import Keyring
from services.db import Database
from services.models import Appointment, Team

RACERS = 8
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""A Monday; the calls are in the two weeks that follow."""
LENGTHS = (25, 30, 40, 45, 60)
OFFSETS = (0, 5, 10, 15, 20)
"""Whatever the length, all of a round share the twentieth to twenty-fifth minute: one of them can have it."""
COACHES = 3


class Barrier(Protocol):
    def wait(self, timeout: float | None = None) -> int: ...


@dataclass
class Told:
    """What one racer was told, round by round: the call it got, or the word."""

    racer: int
    calls: dict[int, int] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


def place_of(number: int) -> tuple[int, datetime]:
    """Whose diary and when a round is about: ten working days of five places each, coach by coach, and then again."""
    coach, place = number % COACHES + 1, number // COACHES % 50
    day = NOW.date() + timedelta(days=1 + place // 5 + 2 * ((place // 5 + 1) // 5))
    hour = (9, 10, 13, 14, 15)[place % 5]
    return coach, datetime(day.year, day.month, day.day, hour, 0, tzinfo=UTC)


def race_by_process(url: str, keys: str, racer: int, thread: int, rounds: int, line: Any, told: Any) -> None:
    """One racer in a process of its own."""
    database = Database(url, Keyring.parse(keys))
    try:
        told.put(race(database, racer, thread, rounds, line))
    except BaseException as wrong:
        line.abort()
        told.put(repr(wrong))
    finally:
        database.close()


def race(db: Database, racer: int, thread: int, rounds: int, line: Barrier) -> Told:
    """Every round: make room, set the length anew (one of them), wait for all, go for it, book, wait for all."""
    told, chance = Told(racer), random.Random(racer)
    standing: Appointment | None = None
    for number in range(rounds):
        coach, starts = place_of(number)
        if standing is not None and (overlaps(standing, coach, starts) or chance.random() < 0.3):
            call_off(db, thread, standing)
            standing = None
        if number % RACERS == racer:
            set_length(db, LENGTHS[number // RACERS % len(LENGTHS)])
        line.wait(120)
        got = attempt(db, thread, coach, starts + timedelta(minutes=chance.choice(OFFSETS)))
        if isinstance(got, Appointment):
            standing, told.calls[number] = got, got.id
        else:
            told.words.append(got)
        line.wait(120)
    return told


def overlaps(call: Appointment, coach: int, starts: datetime) -> bool:
    """Whether a call stands in the way of a round (with its buffer, and an hour and twenty minutes from the start)."""
    room = timedelta(minutes=15)
    return (
        call.coach_id == coach
        and call.starts_at < starts + timedelta(minutes=80) + room
        and starts < call.ends_at + room
    )


def set_length(db: Database, minutes: int) -> None:
    """The lead changes how long calls are, so that later ones are longer or shorter than those that stand."""
    with db.write() as session:
        session.get_one(Team, "testshire").call_minutes = minutes


def attempt(db: Database, thread: int, coach: int, starts: datetime) -> Appointment | str:
    """Choose in one turn, book in the next, as a person does."""
    opening = f"o{coach}-{int(starts.timestamp()) // 60}-phone"
    with db.write() as session:
        row = conversations.lock(session, thread)
        held = booking.hold(session, row, opening, NOW, booking.SILENCE["sms"])
    if held != "held":
        return held
    with db.write() as session:
        return booking.book(session, conversations.lock(session, thread), NOW)


def call_off(db: Database, thread: int, call: Appointment) -> None:
    with db.write() as session:
        conversations.lock(session, thread)
        booking.call_off(session, call.id, NOW)


def calls_of(db: Database) -> list[Appointment]:
    """Every call there ever was."""
    with db.read() as session:
        return list(session.scalars(select(Appointment).order_by(Appointment.id)))
