"""The page "What is going on" over many journeys: how long the figures take to read."""

from __future__ import annotations

import random
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert

from services import figures
from services.crypto import Keyring
from services.db import Database
from services.journeys import WITHIN
from services.models import Journey, QuestionTime, UnmetNeed

JOURNEYS = 100_000
QUARTER = date(2026, 10, 1)
QUESTIONS = [f"question_{number}" for number in range(30)]
TEAMS = [f"team_{number}" for number in range(40)]
SOURCES = [f"poster_{number}" for number in range(200)]


def journey(draw: random.Random, number: int) -> dict[str, object]:
    """One of the quarter: each stage is reached by some of those of the stage before."""
    began, stages = QUARTER + timedelta(days=90 * number // JOURNEYS), draw.choice((0, 1, 2, 3, 3, 4))
    reached = dict.fromkeys(("started_on", "eligible_on", "booked_on", "attended_on")[:stages], began)
    return {
        **dict.fromkeys(("started_on", "eligible_on", "booked_on", "attended_on")),
        **reached,
        "conversation_id": number,
        "channel": draw.choice(("sms", "sms", "sms", "web", "telegram")),
        "team_id": draw.choice(TEAMS),
        "source": draw.choice((None, *SOURCES)),
        "age_band": draw.choice((None, "18 to 24", "25 to 34", "35 to 49", "50 to 64")),
        "began_on": began,
        "last_on": began,
        "question": draw.choice(QUESTIONS),
        "outcome": "booked" if stages > 2 else None,
        "received": 11,
        "sent": 12,
        "segments": 16,
    }


def fill(db: Database, journeys: int) -> None:
    draw = random.Random(7)
    with db.write() as session:
        for start in range(0, journeys, 5000):
            rows = [journey(draw, number) for number in range(start, min(start + 5000, journeys))]
            session.execute(insert(Journey), rows)
        times = [
            {"quarter": QUARTER, "question": each, "within": within, "shard": shard, "count": draw.randrange(500)}
            for each in QUESTIONS
            for within in WITHIN
            for shard in range(16)
        ]
        session.execute(insert(QuestionTime), times)
        needs = [{"on": QUARTER, "team_id": draw.choice(TEAMS), "need": "money"} for _ in range(journeys // 20)]
        session.execute(insert(UnmetNeed), needs)


def measure(journeys: int) -> tuple[float, float]:
    """Seconds of a first and a second reading of everything the page shows."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{Path(folder) / 'figures.db'}", Keyring.parse("t1:benchmark-key-not-secret"))
        db.migrate()
        fill(db, journeys)
        took = []
        for _ in range(2):
            began = time.perf_counter()
            with db.read() as session:
                figures.read(session, QUARTER, date(2026, 12, 30), pence=2.4)
            took.append(time.perf_counter() - began)
        db.close()
    return took[0], took[1]


def main() -> None:
    for journeys in (JOURNEYS // 10, JOURNEYS):
        first, again = measure(journeys)
        print(f"{journeys:>7,} journeys in one quarter: {first:.2f} s, again {again:.2f} s")
