"""SIGKILL at every named point on a text's way, with real turns: what two people get, and what is kept of them, is
the same as if nobody had been killed (invariants 1, 2, 4, 7, 8 and 23)."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from services import audit
from services.crypto import keyring
from services.db import Database
from services.models import Appointment, Consent, Conversation, DiaryCell, Hold, MessageIn, MessageOut, Referral
from tests.conftest import Postgres
from tests.faults.parent import Lives, Texts
from tests.faults.test_kill_points import IN_THE_LOOP
from tests.journeys.product import settings_of
from tests.stand_ins.twilio_api import TwilioApi

pytestmark = pytest.mark.xdist_group("lives")
PEOPLE = {"+447700900321": "PR1 8XJ", "+447700900322": "M1 1AE"}
BEFORE = ["hi", "1", "off sick", "", "34", "1 and 2", "money", "Sam", "1"]
KILLED_IN = ["1", "1", "skip"]
THIRD = 3  # of two people by turns: the first one's booking


def texts(words: list[str], start: int = 0) -> Texts:
    """Two people write by turns; an empty word is their postcode."""
    return [
        (number, f"SM{number[-3:]}x{start + at}", word or PEOPLE[number])
        for at, word in enumerate(words)
        for number in PEOPLE
    ]


@dataclass
class World:
    """A database on which both people stand before the choice of a time, and how to copy it."""

    lives: Lives
    home: Path
    database: str
    postgres: Postgres | None

    def copy(self, folder: Path) -> str:
        if self.postgres:
            return self.postgres.copy(self.database)
        shutil.copy(self.home / "anydoor.db", folder / "anydoor.db")
        return f"sqlite:///{folder / 'anydoor.db'}"

    def drop(self, database: str) -> None:
        if self.postgres:
            self.postgres.drop(database)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, lives: Lives, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("world")
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None
    database = server.make() if server else f"sqlite:///{home / 'anydoor.db'}"
    with TwilioApi() as twilio:
        assert lives.run(home, database, twilio.url, texts(BEFORE), demo=True)[0] == 0
        assert all("Reply" in twilio.bodies(number)[-1] or "1." in twilio.bodies(number)[-1] for number in PEOPLE)
    yield World(lives, home, database, server)
    if server:
        server.drop(database)


def opened(home: Path, database: str) -> Database:
    return Database(database, keyring(settings_of(home, "", "", "")))


def kept(db: Database) -> dict[str, Any]:
    """Everything that must not differ."""
    with db.read() as session:
        count = {
            table.__name__: session.scalar(select(func.count()).select_from(table))
            for table in (Appointment, Consent, DiaryCell, Hold, MessageIn, MessageOut, Referral)
        }
        states = {row.id: (dict(row.state or {}), row.outcome) for row in session.scalars(select(Conversation))}
        calls = sorted(
            (row.coach_id, row.starts_at.isoformat(), row.status) for row in session.scalars(select(Appointment))
        )
        waiting = session.scalar(select(func.count()).where(MessageIn.taken_at.is_(None)))
        assert audit.verify(session) == []
    slots = {
        name: {
            **state["slots"],
            "call_link": None,
            "stack": state["stack"],
            "outcome": outcome,
        }  # an id, and ids have gaps
        for name, (state, outcome) in states.items()
    }
    return {"count": count, "slots": slots, "calls": calls, "waiting": waiting}


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two values differ, each place named."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted(one.keys() | other.keys(), key=str)
        return [each for key in keys for each in differences(one.get(key), other.get(key), f"{path}/{key}")]
    return [] if one == other else [f"{path}: {one!r}, not {other!r}"]


def unhurt(lives: Lives, world: World, folder: Path) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """What two people get, and what is kept, when nobody is killed."""
    database = world.copy(folder)
    with TwilioApi() as twilio:
        assert lives.run(folder, database, twilio.url, texts(KILLED_IN, 50))[0] == 0
        got = {number: twilio.bodies(number) for number in PEOPLE}
    with closing(opened(folder, database)) as db:
        found = kept(db)
    world.drop(database)
    return got, found


@pytest.fixture(scope="module")
def expected(
    lives: Lives, world: World, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, list[str]], dict[str, Any]]:
    got, found = unhurt(lives, world, tmp_path_factory.mktemp("unhurt"))
    assert all(any("Your call is booked" in text for text in mine) for mine in got.values())
    assert found["waiting"] == 0
    return got, found


@pytest.mark.slow
@pytest.mark.parametrize("point", IN_THE_LOOP)
def test_killed_at(
    world: World, expected: tuple[dict[str, list[str]], dict[str, Any]], tmp_path: Path, point: str
) -> None:
    database = world.copy(tmp_path)
    with closing(opened(tmp_path, database)) as db:
        got = killed_and_back(world, db, tmp_path, f"{point}:{1 if point == 'before_seal_commit' else THIRD}")
        with db.read() as session:
            assert session.scalar(select(func.count()).where(MessageOut.repeat)) <= 1
        assert got == expected[0]
        assert differences(kept(db), expected[1]) == []
    world.drop(database)


def killed_and_back(world: World, db: Database, home: Path, fault: str) -> dict[str, list[str]]:
    """One life that is killed and one that is not; the provider posts again what was not acknowledged."""
    said, database = texts(KILLED_IN, 50), db.url.render_as_string(hide_password=False)
    with TwilioApi() as twilio:
        code, acknowledged = world.lives.run(home, database, twilio.url, said, fault)
        assert code == -signal.SIGKILL
        with db.write() as session:
            stored = set(session.scalars(select(MessageIn.provider_id)))
            session.execute(update(MessageOut).values(lease_until=None))  # a minute passes
        assert acknowledged <= stored, "an acknowledged message was lost"
        again = [each for each in said if each[1] not in acknowledged]
        assert world.lives.run(home, database, twilio.url, again)[0] == 0
        return {number: twilio.bodies(number) for number in PEOPLE}
