"""SIGKILL at every named point of accept, turn and delivery: nothing acknowledged is lost, order stays, and at
most the one message in flight is repeated, flagged (invariants 1, 2, 4 and 23)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update

from services import audit, faults
from services.crypto import Keyring
from services.db import Database
from services.models import Conversation, MessageIn, MessageOut
from tests.faults.syncs import count_syncs

LOOP = Path(__file__).with_name("loop.py")
THREADS, MESSAGES = 2, 3
TOTAL = THREADS * MESSAGES

IN_THE_LOOP = (
    "before_accept_commit",
    "after_accept_commit",
    "before_turn_commit",
    "after_turn_commit",
    "after_claim_commit",
    "after_send",
    "before_settle_commit",
    "after_settle_commit",
    "before_seal_commit",
)


def run(url: str, provider: Path, fault: str = "") -> tuple[int, list[str]]:
    """One life of the process: its exit code, and the provider ids it acknowledged."""
    command = [sys.executable, str(LOOP), url, str(provider), str(THREADS), str(MESSAGES)]
    environment = {**os.environ, "ANYDOOR_FAULT": fault}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    acknowledged = [line.split()[1] for line in ended.stdout.splitlines() if line.startswith("accepted")]
    return ended.returncode, acknowledged


def let_leases_pass(db: Database) -> None:
    with db.write() as session:
        session.execute(update(MessageOut).values(lease_until=None))


@pytest.mark.slow
@pytest.mark.parametrize("point", IN_THE_LOOP)
def test_killed_at(database_url: str, db: Database, tmp_path: Path, point: str) -> None:
    passing = 1 if point == "before_seal_commit" else 3  # the seal is passed once
    provider = tmp_path / "provider.txt"
    code, acknowledged = run(database_url, provider, f"{point}:{passing}")
    assert code == -signal.SIGKILL
    assert set(acknowledged) <= stored(db), "an acknowledged message was lost"
    let_leases_pass(db)
    assert run(database_url, provider)[0] == 0
    check(db, provider)


def stored(db: Database) -> set[str]:
    with db.read() as session:
        return set(session.scalars(select(MessageIn.provider_id)))


def check(db: Database, provider: Path) -> None:
    """After the second life everything is as if nothing had happened, but for one flagged repeat."""
    sent = [line.split(maxsplit=2) for line in provider.read_text().splitlines()]
    flagged = [line for line in sent if line[1] == "1"]
    assert len(sent) - len({line[0] for line in sent}) <= 1
    assert len(flagged) <= 1
    assert len({line[0] for line in sent}) == TOTAL
    first_time = list(dict.fromkeys(line[2] for line in sent))
    for thread in range(THREADS):
        mine = [text for text in first_time if text.startswith(f"SM{thread}-")]
        assert mine == [f"SM{thread}-{number} heard" for number in range(MESSAGES)]
    with db.read() as session:
        assert stored(db) == {f"SM{t}-{n}" for t in range(THREADS) for n in range(MESSAGES)}
        for row in session.scalars(select(Conversation)):
            assert row.state == {"said": [str(n) for n in range(MESSAGES)]}
        assert set(session.scalars(select(MessageOut.status))) == {"sent"}
        assert audit.verify(session) == []


def test_every_point_is_covered_or_named_elsewhere() -> None:
    """And each is passed somewhere: a point that no code passes would kill nothing."""
    elsewhere = {"after_checkpoint", "mid_migration", "mid_backup"}
    assert set(IN_THE_LOOP) | elsewhere == set(faults.POINTS)
    root = LOOP.parents[2]
    code = "\n".join(
        file.read_text() for part in ("services", "bot", "migrations") for file in root.glob(f"{part}/*.py")
    )
    assert [point for point in faults.POINTS if f'faults.point("{point}")' not in code] == []


def test_killed_in_the_middle_of_a_migration(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    code = (
        "from services.db import Database; from services.crypto import Keyring; "
        f"Database({url!r}, Keyring.parse('t1:test-key-not-secret')).migrate()"
    )
    environment = {**os.environ, "ANYDOOR_FAULT": "mid_migration:2"}
    killed = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    db = Database(url, Keyring.parse("t1:test-key-not-secret"))
    db.migrate()
    assert run(url, tmp_path / "provider.txt")[0] == 0
    check(db, tmp_path / "provider.txt")
    db.close()


def test_an_unknown_point_is_refused(tmp_path: Path) -> None:
    environment = {**os.environ, "ANYDOOR_FAULT": "nowhere:1"}
    started = subprocess.run(
        [sys.executable, "-c", "import services.faults"], env=environment, capture_output=True, text=True, check=False
    )
    assert "names no known point" in started.stderr


def test_invariant_23_every_commit_is_synced(sqlite_template: Path, tmp_path: Path) -> None:
    """SIGKILL cannot show durability, so the syncs themselves are counted."""
    code = (
        "import sys\n"
        "from services.db import Database\n"
        "from services.crypto import Keyring\n"
        "from sqlalchemy import text\n"
        "db = Database(sys.argv[1], Keyring.parse('t1:test-key-not-secret'))\n"
        "for n in range(int(sys.argv[2])):\n"
        "    with db.write() as session:\n"
        "        session.execute(text(f\"INSERT INTO leases VALUES ('{n}', 'x', '2026-01-01')\"))\n"
        "db.close()\n"
    )

    def syncs(commits: int) -> int:
        path = tmp_path / f"{commits}.db"
        path.write_bytes(sqlite_template.read_bytes())
        return count_syncs([sys.executable, "-c", code, f"sqlite:///{path}", str(commits)])

    assert syncs(11) - syncs(1) >= 10
