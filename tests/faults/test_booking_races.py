"""Booking attempts by eight at once on overlapping, unequal openings: no overlap, one winner each round, none lost.

On SQLite eight threads of one process, on PostgreSQL eight processes. 2,400 attempts each here, which is about 60 s of
processor in all; `make slow` makes 20,000 and `make soak` 200,000 (ATTEMPTS=n for another number).
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import select

from services import diary
from services.db import Database
from services.models import DiaryCell, Hold
from tests.conftest import KEYS
from tests.faults import racers
from tests.faults.racers import COACHES, NOW, RACERS, Told
from tests.services.diaries import make_team, talk

ATTEMPTS = int(os.environ.get("BOOKING_ATTEMPTS", "2400"))
ROUNDS = ATTEMPTS // RACERS


def by_threads(db: Database, threads: list[int]) -> list[Told]:
    line = threading.Barrier(RACERS)

    def one(racer: int) -> Told:
        try:
            return racers.race(db, racer, threads[racer], ROUNDS, line)
        except BaseException:
            line.abort()
            raise

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(one, range(RACERS)))


def by_processes(url: str, threads: list[int]) -> list[Told]:
    apart = multiprocessing.get_context("forkserver")
    apart.set_forkserver_preload(["tests.faults.racers"])  # what all of them run is imported once
    line, told = apart.Barrier(RACERS), apart.Queue()
    running = [
        apart.Process(target=racers.race_by_process, args=(url, KEYS, racer, threads[racer], ROUNDS, line, told))
        for racer in range(RACERS)
    ]
    for each in running:
        each.start()
    found = [told.get(timeout=60 + ATTEMPTS) for _ in running]
    for each in running:
        each.join(30)
    assert [each for each in found if not isinstance(each, Told)] == []
    return found


@pytest.mark.slow
def test_eight_at_once_have_one_winner_each_round_and_no_call_overlaps(db: Database, database_url: str) -> None:
    threads = [talk(db, NOW, number) for number in range(RACERS)]
    with db.write() as session:
        make_team(session, NOW, coaches=COACHES, notice_minutes=0, step_minutes=5, horizon_days=28)
    told = by_threads(db, threads) if database_url.startswith("sqlite") else by_processes(database_url, threads)
    winners = [sum(number in each.calls for each in told) for number in range(ROUNDS)]
    assert [number for number, count in enumerate(winners) if count != 1] == [], "one winner each round"
    assert sum(len(each.words) + len(each.calls) for each in told) == ATTEMPTS
    assert {word for each in told for word in each.words} == {"taken"}
    none_lost(db, told)
    nothing_overlaps(db)


def none_lost(db: Database, told: list[Told]) -> None:
    """Every call that anybody was told of is there, for the person who was told, and no other."""
    calls = racers.calls_of(db)
    assert sorted(number for each in told for number in each.calls.values()) == [call.id for call in calls]
    assert len({call.ends_at - call.starts_at for call in calls}) > 1, "they are unequal"


def nothing_overlaps(db: Database) -> None:
    standing = [call for call in racers.calls_of(db) if call.status == "booked"]
    ordered = sorted(standing, key=lambda call: (call.coach_id, call.starts_at))
    for one, other in pairwise(ordered):
        assert one.coach_id != other.coach_id or one.ends_at <= other.starts_at
    assert len(standing) == len({call.person_id for call in standing}) <= RACERS
    with db.read() as session:
        kept = session.execute(select(DiaryCell.coach_id, DiaryCell.cell).order_by(DiaryCell.coach_id, DiaryCell.cell))
        cells = [(row[0], row[1]) for row in kept]
        assert list(session.scalars(select(Hold.id))) == []
        pause = diary.buffer_of(session.get_one(racers.Team, "testshire"))
    expected = [(call.coach_id, cell) for call in ordered for cell in diary.cells(call.starts_at, call.ends_at, pause)]
    assert cells == expected, "what stands occupies its time, and nothing else does"
