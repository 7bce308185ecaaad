"""The product itself, assembled on a SQLite file and on a real PostgreSQL, with the demonstration teams."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.assistant import Assistant, assemble
from bot.simulator import Simulator
from services.settings import Settings
from tests.conftest import Postgres
from tests.invariants.people import CountingNlu

NOW = "2026-11-23T09:00"
SECRET = "a-test-secret-that-is-long-enough"


def settings_of(home: Path, database_url: str = "", now: str = NOW) -> Settings:
    given = {
        "ANYDOOR_HOME": home,
        "ANYDOOR_NOW": now,
        "ANYDOOR_SECRET_KEY": SECRET,
        "ANYDOOR_DATABASE_URL": database_url,
    }
    return Settings(**given)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demonstration's SQLite file, made once."""
    home = tmp_path_factory.mktemp("demo")
    assemble(settings_of(home), demo=True, nlu=CountingNlu()).close()
    return home


@pytest.fixture(scope="session")
def demo_postgres(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with the demonstration, to be copied."""
    address = postgres.make()
    assemble(settings_of(tmp_path_factory.mktemp("demo"), address), demo=True, nlu=CountingNlu()).close()
    return str(make_url(address).database)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def demo_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the demonstration, this test's own."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("demo_home") / "anydoor.db", tmp_path / "anydoor.db")
        yield f"sqlite:///{tmp_path / 'anydoor.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"anydoor_{uuid.uuid4().hex[:12]}"
    server._run(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('demo_postgres')}")
    address = server._address(name)
    yield address
    server.drop(address)


@pytest.fixture
def nlu() -> CountingNlu:
    return CountingNlu()


@pytest.fixture
def assistant(demo_url: str, tmp_path: Path, nlu: CountingNlu) -> Iterator[Assistant]:
    """Everything that a turn needs, on both databases."""
    made = assemble(settings_of(tmp_path, demo_url), nlu=nlu)
    made.demo = True
    yield made
    made.close()


@pytest.fixture
def person(assistant: Assistant) -> Simulator:
    """Somebody who texts."""
    return Simulator(assistant)


@pytest.fixture
def only_sqlite(demo_home: Path, tmp_path: Path, nlu: CountingNlu) -> Iterator[Assistant]:
    """The product on SQLite alone, for what is not about storage."""
    shutil.copy(demo_home / "anydoor.db", tmp_path / "anydoor.db")
    made = assemble(settings_of(tmp_path), nlu=nlu)
    made.demo = True
    yield made
    made.close()


@pytest.fixture
def texter(only_sqlite: Assistant) -> Simulator:
    return Simulator(only_sqlite)
