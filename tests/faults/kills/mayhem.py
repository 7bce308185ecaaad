"""The warm parent: makes worlds, forks lives into them, kills each at a named point or at random, and counts.

A world is a fresh database on which four people write until all is said; then the next world. Every kill has a seed
of its own, so a run can be broken off and goes on where it was.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import create_engine, make_url, text

from bot import rounds
from bot.assistant import assemble
from bot.nlu.stand_in import Backed
from services import faults
from tests.faults.kills import other_deaths
from tests.faults.kills.life import Life, Provider
from tests.faults.kills.people import WRITERS
from tests.faults.kills.world import Folder, Snapshot, snapshot

ELSEWHERE = frozenset({"after_checkpoint", "mid_migration"})
"""Points that no life under load passes; `other_deaths` dies there."""
POINTS = tuple(point for point in faults.POINTS if point not in ELSEWHERE)
AT_RANDOM, AT_THE_START = "at random under load", "at random while starting"
LONGEST_LIFE = 300.0


@dataclass
class Tally:
    """What a run has come to; written after every world, so that the next run goes on from it."""

    seed: int
    worlds: int = 0
    lives: int = 0
    sent: int = 0
    acknowledged: int = 0
    flagged: int = 0
    seconds: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    @property
    def killed(self) -> int:
        return sum(self.kills.values())

    def to_json(self) -> str:
        return json.dumps({**vars(self), "kills": dict(self.kills)})

    def save(self, file: Path) -> None:
        draft = file.with_suffix(".part")
        draft.write_text(self.to_json())
        draft.replace(file)

    @classmethod
    def load(cls, file: Path, seed: int) -> Tally:
        if not file.exists():
            return cls(seed)
        kept = json.loads(file.read_text())
        return cls(**{**kept, "kills": Counter(kept["kills"])})


class Databases:
    """Makes a fresh database for each world, from one with the demonstration teams in it."""

    def __init__(self, home: Path, server: str) -> None:
        """`server`: address of an empty database on PostgreSQL that becomes the template; "" for SQLite."""
        self.home, self.server = home, server
        self.template = server or f"sqlite:///{home / 'template.db'}"
        self.made = 0

    def make(self, folder: Path, empty: bool = False) -> str:
        if not self.server:
            if not empty:
                shutil.copy(self.home / "template.db", folder / "anydoor.db")
            return f"sqlite:///{folder / 'anydoor.db'}"
        self.made += 1
        url = make_url(self.server)
        name = f"{url.database}_{self.made}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else url.database}")
        return url.set(database=name).render_as_string(hide_password=False)

    def drop(self, address: str) -> None:
        if self.server:
            self._run(f"DROP DATABASE {make_url(address).database} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        engine = create_engine(make_url(self.server).set(database="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


_learnt: list[tuple[bytes, dict[str, list[Snapshot]]]] = []
"""The template and what is right, of the first run on SQLite: the next runs of this process need not learn it again."""


@dataclass
class Mayhem:
    """`control`: the broken build to play, "" for the product as it is; `only`: the one point to kill at."""

    home: Path
    nlu: Backed
    databases: Databases
    seed: int
    control: str = ""
    only: str = ""
    expected: dict[str, list[Snapshot]] = field(default_factory=dict)

    def run(self, kills: int, seconds: float, state: Path | None) -> Tally:
        """Until so many were killed in all, the time is up, or something is wrong."""
        tally = Tally.load(state, self.seed) if state else Tally(self.seed)
        self.learn()
        began = time.monotonic()
        while tally.killed < kills and time.monotonic() - began < seconds and not tally.problems:
            started = time.monotonic()
            self.world(tally, kills)
            if not self.only:
                self.other_deaths(tally, kills)
            tally.seconds += time.monotonic() - started
            if state:
                tally.save(state)
        return tally

    def learn(self) -> None:
        """Make the template; then let everybody say everything, with nobody killed, and keep what is right after each turn."""
        if not self.databases.server and _learnt:
            (self.home / "template.db").write_bytes(_learnt[0][0])
            self.expected = _learnt[0][1]
            return
        folder = self.home / "unhurt"
        folder.mkdir()
        self.forked(lambda: assemble(Life(Folder(folder), self.databases.template, 0, 0, self.nlu).settings, demo=True))
        if not self.databases.server:
            fold(self.home / "template.db")
        database = self.databases.make(folder)
        self.forked(lambda: self.unhurt(folder, database))
        self.expected = json.loads((folder / "expected.json").read_text())
        self.databases.drop(database)
        if not self.databases.server:
            _learnt.append(((self.home / "template.db").read_bytes(), self.expected))

    def unhurt(self, folder: Path, database: str) -> None:
        life = Life(Folder(folder), database, 0, 0, self.nlu)
        assistant = assemble(life.settings, nlu=self.nlu)
        assistant.channels = {**assistant.channels, "sms": Provider(Folder(folder), 0)}
        expected: dict[str, list[Snapshot]] = {}
        for writer in WRITERS:
            expected[writer.number] = [{}]
            for at, words in enumerate(writer.words):
                assistant.accept(life.inbound(writer, at, words))
                rounds.tick(assistant)
                with assistant.db.read() as session:
                    expected[writer.number].append(snapshot(session, writer))
        (folder / "expected.json").write_text(json.dumps(expected))

    def forked(self, work: Any) -> None:
        code = fork(work)
        assert code == 0, f"a life that nobody kills ended with {code}"

    def other_deaths(self, tally: Tally, most: int) -> None:
        """A migration that is killed and gone on with; on SQLite, where it can be torn, a restore too."""
        chance = Random(f"{self.seed} other {tally.worlds}")
        self.dies(tally, most, f"mid_migration:{chance.randint(1, 3)}", other_deaths.migrate)
        if not self.databases.server:
            self.dies(tally, most, f"after_checkpoint:{chance.randint(1, 3)}", other_deaths.put_back)

    def dies(self, tally: Tally, most: int, fault: str, work: Callable[[Life, str], None]) -> None:
        if tally.killed >= most:
            return
        folder = Folder(self.home / f"other{tally.worlds}")
        folder.path.mkdir()
        database = self.databases.make(folder.path, empty=work is other_deaths.migrate)
        life = Life(folder, database, 0, self.seed, self.nlu)
        if work is other_deaths.put_back:
            self.forked(partial(other_deaths.back_up, life))
        code = fork(partial(work, life, fault))
        if code == -signal.SIGKILL:
            tally.kills[fault.partition(":")[0]] += 1
        elif code:
            tally.problems.append(f"{fault} ended with {code}")
        self.forked(partial(work, life, ""))
        tally.problems += folder.lines("problems")
        self.databases.drop(database)
        shutil.rmtree(folder.path)

    def world(self, tally: Tally, most: int) -> None:
        chance = Random(f"{self.seed} {tally.worlds}")
        folder = Folder(self.home / f"world{tally.worlds}")
        folder.path.mkdir()
        database = self.databases.make(folder.path)
        tally.worlds += 1
        for number in range(1, 200):
            how = self.how(chance) if tally.killed < most else ""
            code = self.life(folder, database, number, how, chance)
            tally.lives += 1
            if code == -signal.SIGKILL:
                tally.kills[how.partition(":")[0]] += 1
            elif code:
                tally.problems.append(f"a life ended with {code}")
            tally.problems += [f"world {tally.worlds}: {each}" for each in folder.lines("problems")]
            if code == 0 or tally.problems:
                break
        tally.sent += len(folder.sends())
        tally.flagged += sum(one["repeat"] for one in folder.sends())
        tally.acknowledged += len(set(folder.lines("acknowledged")))
        self.databases.drop(database)
        if not tally.problems:
            shutil.rmtree(folder.path)

    def how(self, chance: Random) -> str:
        """Where the next life dies: a point with its passing, or at random."""
        drawn = chance.random()
        if self.only or drawn < 0.6:
            point = self.only or chance.choice(POINTS)
            return f"{point}:{1 if point in ('before_seal_commit', 'mid_backup') else chance.randint(1, 6)}"
        return AT_RANDOM if drawn < 0.92 else AT_THE_START

    def life(self, folder: Folder, database: str, number: int, how: str, chance: Random) -> int:
        fault = how if how.partition(":")[0] in faults.POINTS else ""
        reads, writes = os.pipe()
        life = Life(folder, database, number, self.seed, self.nlu, fault, self.control, self.expected, writes)
        child = begin(life.run)
        os.close(writes)
        if how == AT_THE_START:
            time.sleep(chance.uniform(0, 0.12))
            os.kill(child, signal.SIGKILL)
        elif how == AT_RANDOM:
            select.select([reads], [], [], LONGEST_LIFE)
            time.sleep(chance.uniform(0, 0.25))
            os.kill(child, signal.SIGKILL)
        os.close(reads)
        return ended(child)


def begin(work: Any) -> int:
    """Do it in a forked process that ends with it, whatever happens; answers its number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def fork(work: Any) -> int:
    return ended(begin(work))


def ended(child: int) -> int:
    """The exit code of a life, negative for a signal; one that hangs is ended and counts as wrong."""
    deadline = time.monotonic() + LONGEST_LIFE
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 124


def fold(file: Path) -> None:
    """Everything of a SQLite database in its one file, so that it can be copied."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
