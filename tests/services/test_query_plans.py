"""What is asked for every message, every other second and on the desk reads no table that grows with the people, from end to end."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from starlette.testclient import TestClient

from bot import readiness, rounds
from bot.assistant import Assistant, assemble
from bot.nlu.stand_in import StandIn
from services import audit, staff
from services.messages import Address, Inbound, Outbound, Receipt
from services.models import Base, MessageOut, Referral
from services.models.base import UNSETTLED, is_unsettled
from services.settings import Settings
from tests.web.teams import PASSWORD
from web.app import application

SAID = ("hi", "its safe", "im off sick, my back", "PR1 8XJ", "34", "1 and 2", "money trouble", "Sam", "1", "1", "1")
GROWS = (
    "people", "addresses", "conversations", "messages_in", "messages_out", "introductions", "duty_alerts", "hook_events",
    "invitations", "due_work", "waiting_places", "audit", "events", "consents", "not_understood", "journeys", "referrals",
    "appointments", "call_backs", "check_ins",
)  # fmt: skip
"""Tables with rows of people; each row of the others is one that somebody set up, or is soon gone."""
PART = "USING (COVERING )?INDEX ({})".format(
    "|".join(index.name for table in Base.metadata.sorted_tables for index in table.indexes
             if index.name and index.dialect_options["sqlite"]["where"] is not None)
)  # fmt: skip
"""An index of the few rows that wait for something: to read all of those is what it is for."""


class Asked:
    """Every statement that a database was asked, with values of its first time."""

    def __init__(self) -> None:
        self.statements: dict[str, Any] = {}

    @contextmanager
    def watching(self, assistant: Assistant) -> Iterator[None]:
        asked = self.statements

        class Cursor(sqlite3.Cursor):
            def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
                asked.setdefault(sql, values)
                return super().execute(sql, values)

        class Connection(sqlite3.Connection):
            def cursor(self, factory: Any = None) -> Any:
                return super().cursor(Cursor)

            def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
                asked.setdefault(sql, values)
                return super().execute(sql, values)

            def executemany(self, sql: str, rows: Any, /) -> sqlite3.Cursor:
                asked.setdefault(sql, rows[0])
                return super().executemany(sql, rows)

        def connecting(dialect: object, record: object, given: object, named: dict[str, Any]) -> None:
            named["factory"] = Connection

        engine = assistant.db.engine
        engine.dispose()
        event.listen(engine, "do_connect", connecting)
        try:
            yield
        finally:
            event.remove(engine, "do_connect", connecting)
            engine.dispose()

    def read_whole(self, database: Path, but: frozenset[str] = frozenset()) -> list[str]:
        """The statements that read a growing table from end to end; `but`: those that may be."""
        found = []
        with sqlite3.connect(database) as connection:
            for sql, values in self.statements.items():
                if not sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")):
                    continue
                for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values):
                    scanned = re.match(r"SCAN (\w+)(.*)", row[3])
                    if scanned and scanned[1].removesuffix("_1") in {*GROWS} - but and not re.search(PART, scanned[2]):
                        found.append(f"{row[3]}: {' '.join(sql.split())}")
        return found


class Taken:
    """A channel that takes everything at once."""

    def __init__(self) -> None:
        self.sent: list[Outbound] = []

    def send(self, outbound: Outbound) -> Receipt:
        self.sent.append(outbound)
        return Receipt(f"SM{len(self.sent):032d}")


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    given = {
        "ANYDOOR_HOME": tmp_path,
        "ANYDOOR_NOW": "2026-11-23T09:00",
        "ANYDOOR_SECRET_KEY": "a-test-secret-that-is-long-enough",
    }
    made = assemble(Settings.model_validate(given), demo=True, nlu=StandIn())
    made.channels = {"sms": Taken()}  # type: ignore[dict-item]
    made.forgot_on = made.clock.now().date()  # what is forgotten once a day may read what there is
    yield made
    made.close()


def converse(assistant: Assistant, number: str, texts: tuple[str, ...]) -> None:
    for place, text in enumerate(texts):
        assistant.accept(Inbound(Address("sms", number), f"SM{number[1:]}{place:020d}", text=text))
        rounds.tick(assistant)


PAGES: dict[staff.Role, tuple[str, ...]] = {
    "lead": ("/coach", "/coach/queue", "/coach/week", "/coach/people", "/coach/referral/1"),
    "safety": ("/coach", "/coach/queue", "/coach/week", "/coach/people"),
}
OF_EVERY_TEAM = frozenset({"referrals"})
"""What the desk of who sees all teams may go through: the people that are with a coach are the list itself."""


def put_staff(assistant: Assistant, role: staff.Role) -> str:
    with assistant.db.write() as session:
        team = session.scalars(select(Referral.team_id)).first()
        row = staff.add(
            session, f"{role}@north.example", role, assistant.clock.now(), team_id=team if role == "lead" else None
        )
        staff.set_password(session, row, PASSWORD, assistant.clock.now())
        return row.email


def test_no_message_and_no_round_reads_a_growing_table_whole(assistant: Assistant, tmp_path: Path) -> None:
    asked = Asked()
    with asked.watching(assistant):
        converse(assistant, "+447700900417", SAID)
        converse(
            assistant, "+447700900418", ("hi", "i want to kill myself", "no", "stop", "start", "my data", "delete")
        )
        rounds.fall_due(assistant)
        audit.seal(assistant.db, tmp_path / "audit.anchor")
        rounds.tell_systems(assistant)
        readiness.of(assistant)
    assert len(asked.statements) > 100
    whole = asked.read_whole(tmp_path / "anydoor.db")
    assert not whole, "\n".join(whole)


@pytest.mark.parametrize("role", PAGES)
def test_no_page_of_the_desk_reads_a_growing_table_whole(
    assistant: Assistant, tmp_path: Path, role: staff.Role
) -> None:
    converse(assistant, "+447700900417", SAID)
    given = {"email": put_staff(assistant, role), "password": PASSWORD, "code": ""}
    asked = Asked()
    with asked.watching(assistant), TestClient(application(assistant, work=False), follow_redirects=False) as client:
        assert client.post("/sign-in", data=given).status_code == 303
        assert [path for path in PAGES[role] if client.get(path).status_code != 200] == []
    whole = asked.read_whole(tmp_path / "anydoor.db", but=OF_EVERY_TEAM if role == "safety" else frozenset())
    assert not whole, "\n".join(whole)


def test_the_test_itself_tells_a_scan(assistant: Assistant, tmp_path: Path) -> None:
    asked = Asked()
    with asked.watching(assistant), assistant.db.read() as session:
        session.scalars(select(MessageOut).where(MessageOut.status.in_(UNSETTLED))).all()
        session.scalars(select(MessageOut).where(is_unsettled(MessageOut.status))).all()
    assert len(asked.read_whole(tmp_path / "anydoor.db")) == 1
