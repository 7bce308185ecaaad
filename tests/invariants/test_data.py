"""Invariants 14 to 18: what stands in the database and in the logs, audit, SQLite, erasure, time."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from bot.assistant import Assistant, assemble
from bot.nlu.stand_in import StandIn
from bot.simulator import SOMEBODY, Simulator
from services import audit, cards, holdings, referrals
from services.clock import LONDON
from services.errors import StorageError
from services.models import AuditRow, Base, EventRow, Person
from services.scopes import Viewer
from tests.invariants.conftest import settings_of
from tests.invariants.people import TO_THE_CALL, TO_THE_OPENINGS, say_all

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "7700900123"
CANARIES = ["Zebedee", "Quillfeather", NUMBER, "LS1 4AP", "marmalade factory", "Sometimes i feel xylophonic"]
WISH = "a lift to the marmalade factory. Sometimes i feel xylophonic"
STORY = [
    *["LS1 4AP" if words == "PR1 8XJ" else words for words in TO_THE_OPENINGS[:-2]],
    "Zebedee Quillfeather",
    "why",
    "1",
    "1",
    "1",
    "1",
    WISH,
    "1",
]


def raw(assistant: Assistant) -> str:
    """Everything that lies in the tables as it lies there, bytes also as hexadecimal digits."""
    if assistant.db.on_sqlite:
        with sqlite3.connect(str(assistant.db.url.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return Path(str(assistant.db.url.database)).read_bytes().decode("latin-1")
    with assistant.db.engine.connect() as connection:
        tables = list(Base.metadata.tables)
        rows = [row[0] for table in tables for row in connection.execute(text(f"SELECT t::text FROM {table} t"))]
    return "\n".join(rows)


def found_in(dump: str, words: list[str]) -> list[str]:
    shapes = {word: {word, word.lower(), word.encode().hex(), word.replace(" ", "")} for word in words}
    return [word for word, shape in shapes.items() if any(each in dump for each in shape)]


def test_invariant_14_no_name_number_or_word_lies_readable_in_the_database(person: Simulator) -> None:
    ended = say_all(person, STORY)
    assert ended.slots["name"] == "Zebedee Quillfeather"
    assert ended.slots["wish"] == WISH
    dump = raw(person.assistant)
    assert "self_referral" not in found_in(dump, ["nothing"])
    assert "consent:share" in dump, "events are readable, and hold no content"
    assert found_in(dump, CANARIES) == []


def test_invariant_14_the_search_finds_what_is_readable(person: Simulator) -> None:
    person.say("hi")
    with person.assistant.db.write() as session:
        audit.event(session, 1, "test", person.assistant.clock.now(), {"leak": "Zebedee"})
    assert found_in(raw(person.assistant), CANARIES) == ["Zebedee"]


def test_invariant_14_events_and_logs_are_content_free(
    person: Simulator, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    say_all(person, STORY)
    with person.assistant.db.read() as session:
        events = json.dumps([[row.name, row.data] for row in session.scalars(select(EventRow))])
    printed = capsys.readouterr()
    assert found_in(events, CANARIES) == []
    assert found_in(printed.out + printed.err + caplog.text, CANARIES) == []


def test_invariant_15_a_read_is_audited_unsealed_then_chained_and_anchored_outside(
    person: Simulator, tmp_path: Path
) -> None:
    say_all(person, TO_THE_CALL)
    assistant, anchor = person.assistant, tmp_path / "audit.anchor"
    with assistant.db.write() as session:
        referral = referrals.current(session, 1)
        assert referral is not None
        assert cards.read(session, referral.id, Viewer(SOMEBODY, None), assistant.clock.now())
    with assistant.db.read() as session:
        assert set(session.scalars(select(AuditRow.chain))) == {None}
    assert audit.seal(assistant.db, anchor) > 0
    with assistant.db.read() as session:
        assert audit.verify(session, anchor) == []
    with assistant.db.write() as session:
        session.execute(update(AuditRow).where(AuditRow.chain == 1).values(actor="staff:99"))
    with assistant.db.read() as session:
        assert audit.verify(session, anchor) != []


def test_invariant_16_sqlite_waits_writes_ahead_and_syncs_in_full(only_sqlite: Assistant) -> None:
    with only_sqlite.db.read() as session:
        answers = [session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
        assert answers == ["wal", 2]
        assert session.execute(text("PRAGMA busy_timeout")).scalar() == 30_000


def test_invariant_16_a_second_process_that_would_serve_the_same_file_is_refused(
    only_sqlite: Assistant, tmp_path: Path
) -> None:
    only_sqlite.db.claim_process()
    with pytest.raises(StorageError, match="PostgreSQL"):
        assemble(settings_of(tmp_path), nlu=StandIn(), serving=True)


def test_invariant_17_delete_by_text_leaves_a_line_outside_the_database_and_nothing_inside(person: Simulator) -> None:
    say_all(person, [*TO_THE_OPENINGS[:-2], "Zebedee Quillfeather", "delete my data"])
    answered = person.say("1")
    assert answered.slots == {}
    person.settle("")
    assistant = person.assistant
    ledger = holdings.ledger(assistant.settings)
    assert len(ledger.read_text().splitlines()) == 1
    assert found_in(ledger.read_text(), CANARIES) == []
    with assistant.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_invariant_18_one_clock_moves_everything_that_a_person_can_notice(demo_home: Path, tmp_path: Path) -> None:
    moved = assemble(settings_of(tmp_path, now="2027-03-27T10:00"), demo=True, nlu=StandIn())
    try:
        booked = say_all(Simulator(moved), TO_THE_CALL)
        event = next(event for event in booked.events if event["name"] == "appointment_booked")
        starts = datetime.fromisoformat(event["starts_at"])
        assert timedelta() < starts - moved.clock.now() < timedelta(days=7)
        assert moved.clock.london().tzinfo is LONDON
    finally:
        moved.close()


def test_invariant_18_nobody_asks_the_database_or_the_machine_what_time_it_is() -> None:
    asks = re.compile(
        r"func\.now\(|CURRENT_TIMESTAMP|datetime\.now\(|utcnow\(|date\.today\(|time\.time\(|server_default=.*now"
    )
    asking = {
        str(path.relative_to(ROOT))
        for folder in ("bot", "services", "web", "migrations")
        for path in (ROOT / folder).rglob("*.py")
        if asks.search(path.read_text(encoding="utf-8"))
    }
    assert asking == {"services/clock.py"}
