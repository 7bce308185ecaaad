"""The quick search finds exactly what the plainest one finds, whatever the rota, the diary and the rules of the team."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from services import diary
from services.crypto import Keyring
from services.db import Database
from services.models import Absence, Appointment, BusyTime, Coach, Conversation, DiaryCell, Hold, Team, WorkingHours
from tests.conftest import KEYS
from tests.services.diaries import talk
from tests.services.plain_diary import PlainDiary

TEAM, TALKS = "testshire", (1, 2, 3)
MOMENTS = [
    datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    datetime(2026, 12, 23, 16, 7, tzinfo=UTC),  # Christmas, Boxing Day and New Year
    datetime(2027, 3, 26, 23, 59, 59, 4, tzinfo=UTC),  # Easter, and the clocks go forward
    datetime(2027, 10, 29, 23, 30, tzinfo=UTC),  # the clocks go back
]
KINDS = ("phone", "video", "in_person")


TEAMS_KINDS = ("phone", "phone,video", "video,phone", "phone,video,in_person")
NEEDS: list[dict[str, Any] | None] = [
    None,
    {"call_needs": ["bsl"]},
    {"call_needs": ["interpreter"], "call_need_words": "polish"},
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Database]:
    """A database in which people talk; what a try writes is never committed."""
    path = tmp_path_factory.mktemp("search") / "anydoor.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}", Keyring.parse(KEYS))
    for number in TALKS:
        talk(database, MOMENTS[0], number)
    yield database
    database.close()


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=True))
def test_the_search_finds_what_the_plainest_search_finds(place: Database, chance: Random) -> None:
    now = chance.choice(MOMENTS)
    with place.read() as session:
        team = put_team(session, now, chance)
        found = [each for _ in range(4) for each in differences(session, team, now, chance)]
    assert found == []


def differences(session: Session, team: Team, now: datetime, chance: Random) -> list[tuple[Any, ...]]:
    """What is asked, what the quick search finds, and what the plainest one does, wherever the two are not the same."""
    kind, own, limit = chance.choice([None, *KINDS]), chance.choice([None, *TALKS]), chance.choice([1, 3, 60, 1000])
    windows, needs = chance.choice([None, some_windows(now, chance)]), chance.choice(NEEDS)
    plain = PlainDiary(session, team, now, own)
    asked: dict[str, Any] = {"now": now, "windows": windows, "kind": kind, "own_conversation": own}
    quick = diary.openings(session, TEAM, limit=limit, needs=needs, **asked)
    pairs: list[tuple[Any, ...]] = [("openings", quick, plain.openings(kind, windows, needs)[:limit])]
    asked |= {"kind": kind or "phone", "windows": windows or []}
    free = {coach.id: plain.free(coach, asked["kind"], asked["windows"]) for coach in plain.coaches}
    in_order = {number: sorted(found, key=lambda each: each.starts_at) for number, found in free.items()}
    pairs.append(("by_coach", diary.by_coach(session, TEAM, **asked), in_order))
    for coach in plain.coaches:
        named = {opening.id: opening for opening in reversed(plain.free(coach, asked["kind"]))}
        near = [f"o{coach.id}-{int(now.timestamp()) // 60 + fives(chance, 0, 6000)}-{asked['kind']}" for _ in range(5)]
        ids = [*list(named)[::9], *near]
        pairs += [(each, diary.find(session, each, now, own), named.get(each)) for each in ids]
    return [pair for pair in pairs if pair[1] != pair[2]]


def fives(chance: Random, least: int, most: int) -> int:
    return chance.randrange(least, most + 1, 5)


def some_windows(now: datetime, chance: Random) -> list[diary.Window]:
    found = []
    for _ in range(chance.randrange(4)):
        begins = now + timedelta(minutes=chance.randrange(-1500, 10_000))
        found.append((begins, begins + timedelta(minutes=chance.randrange(-60, 2000))))
    return found


def put_team(session: Session, now: datetime, chance: Random) -> Team:
    team = Team(id=TEAM, name="T", short_name="T", controller="An ICB", caller_number="01632960000")
    team.call_kinds, team.call_minutes = chance.choice(TEAMS_KINDS), fives(chance, 10, 60)
    team.kind_minutes = {kind: fives(chance, 10, 90) for kind in KINDS if chance.random() < 0.3}
    team.buffer_minutes, team.step_minutes = fives(chance, 0, 30), chance.choice([0, 5, 15, 30, 45])
    team.notice_minutes, team.horizon_days = chance.choice([0, 45, 120, 2880]), chance.randrange(2, 9)
    team.most_a_day, team.most_a_week = chance.choice([None, None, 1, 3]), chance.choice([None, None, 4, 12])
    session.add(team)
    session.flush()
    holding: set[int] = set()
    for number in range(chance.randrange(4)):
        coach = Coach(team_id=TEAM, name=f"Coach {number}", created_at=now, active=chance.random() < 0.8)
        coach.languages = chance.choice(["", "BSL", "Polish, BSL"])
        session.add(coach)
        session.flush()
        session.add_all(stretch_of(coach.id, day % 7, now.date(), chance) for day in range(chance.randrange(4, 14)))
        for _ in range(chance.randrange(5)):
            begins = whole(now) + timedelta(minutes=fives(chance, -600, 7200))
            away = chance.choice([Absence, BusyTime])
            session.add(away(coach_id=coach.id, starts_at=begins, ends_at=begins + minutes(chance, 600)))
        cells: set[int] = set()
        for _ in range(chance.randrange(16)):
            put_call(session, coach, now, chance, cells, holding)
    session.flush()
    return team


def stretch_of(coach_id: int, weekday: int, today: date, chance: Random) -> WorkingHours:
    row = WorkingHours(coach_id=coach_id, weekday=weekday, call_kinds=chance.choice([None, None, *TEAMS_KINDS]))
    row.starts_minute = chance.choice([0, 60, 75, 540, 540, 543, 600])
    row.ends_minute = chance.choice([180, 720, 1020, 1020, 1440])
    if chance.random() < 0.5:
        row.break_starts_minute = chance.randrange(1200)
        row.break_ends_minute = row.break_starts_minute + chance.randrange(1, 90)
    if chance.random() < 0.2:
        row.valid_from = today + timedelta(days=chance.randrange(-1, 6))
    if chance.random() < 0.2:
        row.valid_to = today + timedelta(days=chance.randrange(-1, 6))
    return row


def put_call(session: Session, coach: Coach, now: datetime, chance: Random, cells: set[int], holding: set[int]) -> None:
    """A hold or a call where the coach has neither yet; a conversation has one hold at most."""
    starts = whole(now) + timedelta(minutes=fives(chance, 0, 7200))
    ends, talk = starts + minutes(chance, 90), session.get_one(Conversation, chance.choice(TALKS))
    status, span = chance.choice(["hold", "booked", "booked", "reached", "called_off"]), {*diary.cells(starts, ends)}
    if span & cells or (status == "hold" and talk.id in holding):
        return
    when = {"coach_id": coach.id, "kind": "phone", "starts_at": starts, "ends_at": ends}
    row: Hold | Appointment
    if status == "hold":
        until = now + timedelta(minutes=chance.choice([-1, 0, 20]))
        row = Hold(conversation_id=talk.id, held_at=now, expires_at=until, **when)
        holding.add(talk.id)
    else:
        of = {"person_id": talk.person_id, "conversation_id": talk.id, "team_id": TEAM, "created_at": now}
        row = Appointment(status=status, **of, **when)
    session.add(row)
    session.flush()
    if status != "called_off":
        named = {"hold_id": row.id} if isinstance(row, Hold) else {"appointment_id": row.id}
        session.add_all(DiaryCell(coach_id=coach.id, cell=cell, **named) for cell in span)
        cells |= span


def minutes(chance: Random, most: int) -> timedelta:
    return timedelta(minutes=fives(chance, 5, most))


def whole(moment: datetime) -> datetime:
    """The five minutes in which a moment lies."""
    return moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)
