"""Statements of the hot path, put into SQL once a database: SQLAlchemy's own way costs ten times what the database does.

A statement is written as ever and wrapped in `Prepared`; its conversions (times, sealed columns) are the column types'
own. It runs in the session's transaction and flushes nothing.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state, manager_of_class, set_committed_value
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    from services.sessions import LeanSession

Convert = Callable[[Any], Any]
_Kind = TypeVar("_Kind")
_ASKED: Any = object()
"""Stands for a value that has to be given with each run."""


class Asked(NamedTuple):
    """A prepared statement with its values: by place, or all by name in their order."""

    sql: str
    bound: Any
    only_reads: bool


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement for one database."""

    sql: str
    fixed: Any
    """What is bound, in the driver's own shape, with the values that the statement itself holds."""
    asked: tuple[tuple[Any, str, Convert | None], ...]
    """Where the others belong in it, the names they go by and how they are converted."""
    row: Callable[..., Any] | None
    """Makes a row of what the database answers; None where it answers no rows."""
    converts: tuple[tuple[int, Convert], ...]
    only_reads: bool
    """It changes and locks nothing."""

    def bound(self, values: Mapping[str, Any]) -> Any:
        """What the driver is given; KeyError where a value is missing."""
        found = self.fixed.copy()
        for place, name, convert in self.asked:
            found[place] = convert(values[name]) if convert else values[name]
        return found

    def asked_with(self, values: Mapping[str, Any]) -> Asked:
        return Asked(self.sql, self.bound(values), self.only_reads)

    def rows(self, answered: Sequence[Sequence[Any]]) -> list[Any]:
        """What the driver answered, as named tuples."""
        if not answered or self.row is None:
            return []
        if not self.converts:
            return [self.row(row) for row in answered]
        found = []
        for row in answered:
            cells = list(row)
            for place, convert in self.converts:
                cells[place] = convert(cells[place])
            found.append(self.row(cells))
        return found


class Prepared:
    """One statement. Values are bound by name; those that the statement itself holds are not given again."""

    def __init__(self, statement: Executable, *, inserted: Sequence[str] = ()) -> None:
        """`inserted`: for an INSERT, the columns whose values are given."""
        self._statement, self._inserted = statement, list(inserted) or None
        self._model: type[Any] | None = None

    def all(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """Every row, as a named tuple."""
        return self._run(session, values)[0]

    def first(self, session: Session, values: Mapping[str, Any]) -> Any | None:
        """The first row; None when there is none."""
        return next(iter(self._run(session, values)[0]), None)

    def one(self, session: Session, values: Mapping[str, Any]) -> Any:
        """The only row; NoResultFound when there is none."""
        row = self.first(session, values)
        if row is None:
            raise NoResultFound("no row was found where there must be one")
        return row

    def scalar(self, session: Session, values: Mapping[str, Any]) -> Any | None:
        """The first column of the first row; None when there is none."""
        row = self.first(session, values)
        return None if row is None else row[0]

    def scalars(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self._run(session, values)[0]]

    def found(self, session: Session, kind: type[_Kind], values: Mapping[str, Any]) -> _Kind | None:
        """The object of the first id it answers, what is not written yet considered; None when there is none."""
        session.flush()
        key = self.scalar(session, values)
        return None if key is None else session.get(kind, key)

    def objects(self, session: Session, values: Mapping[str, Any], *, anew: bool = False) -> list[Any]:
        """Of a `select` of one table: every row as the session's object. `anew`: one that was there is brought up to date."""
        return self.objects_of(session, self._run(session, values)[0], anew=anew)

    def objects_of(self, session: Session, rows: Sequence[Any], *, anew: bool = False) -> list[Any]:
        """The session's objects of rows that it answered."""
        model = self._model = self._model or self._statement.column_descriptions[0]["entity"]  # type: ignore[attr-defined]
        return [object_of(session, model, row._asdict(), anew=anew) for row in rows]

    def changed(self, session: Session, values: Mapping[str, Any]) -> int:
        """How many rows were changed."""
        return self._run(session, values)[1]

    def do(self, session: Session, values: Mapping[str, Any]) -> None:
        """Run it; nobody reads its answer. See `each`."""
        self.each(session, [values])

    def each(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run once for each of these, such as the rows of an INSERT, in one call of the driver.

        On PostgreSQL it travels with the next statement or with COMMIT, and what is wrong with it is told then: not for
        a write that may conflict with somebody else's, unless within a savepoint, where it is sent at once.
        """
        lean = cast("LeanSession", session)
        ready = self._ready(lean)
        if rows:
            lean.run_each(ready.sql, [ready.bound(values) for values in rows])

    def _run(self, session: Session, values: Mapping[str, Any]) -> tuple[list[Any], int]:
        lean = cast("LeanSession", session)  # every session of ours is one
        ready = self._ready(lean)
        ((answered, changed),) = lean.run([ready.asked_with(values)])
        return ready.rows(answered), changed

    def _ready(self, lean: LeanSession) -> _Ready:
        known = vars(lean.dialect).setdefault("anydoor_prepared", {})  # beside the keys, which the conversions use
        ready: _Ready | None = known.get(self)
        if ready is None:
            ready = known[self] = _made(self._statement, self._inserted, lean.dialect)
        return ready


def together(session: Session, *asked: tuple[Prepared, Mapping[str, Any]]) -> list[tuple[list[Any], int]]:
    """Statements that do not need each other's answers, in this order: of each the rows, and how many were found or changed.

    On PostgreSQL one journey to the server.
    """
    lean = cast("LeanSession", session)
    ready = [(one._ready(lean), values) for one, values in asked]
    answers = lean.run([one.asked_with(values) for one, values in ready])
    return [(one.rows(rows), count) for (one, _), (rows, count) in zip(ready, answers, strict=True)]


class PreparedList:
    """A statement about a list ("… IN ids"), put into SQL once for each length of the list."""

    def __init__(self, make: Callable[[list[Any]], Executable]) -> None:
        """`make` is given what stands for the list."""
        self._make = make
        self._by_length: dict[int, Prepared] = {}

    def all(self, session: Session, ids: Sequence[Any], values: Mapping[str, Any] = MappingProxyType({})) -> list[Any]:
        """Every row, as a named tuple; none for an empty list."""
        if not ids:
            return []
        statement = self._by_length.get(len(ids))
        if statement is None:
            stand_for: list[Any] = [bindparam(f"id{number}") for number in range(len(ids))]
            statement = self._by_length[len(ids)] = Prepared(self._make(stand_for))
        return statement.all(session, {**values, **{f"id{number}": id for number, id in enumerate(ids)}})


def by_key(session: Session, model: Any, key: Any) -> Any | None:
    """`Session.get` of a table with one column for its key, at a tenth of its cost; None when there is no such row."""
    found = session.identity_map.get(_identity(model, key))
    if found is None:
        if session.autoflush:
            session.flush()
        rows = _by_key(model).objects(session, {"key": key})
        return rows[0] if rows else None
    if instance_state(found).expired:
        return Session.get(session, model, key)
    return found


@cache
def _by_key(model: type[Any]) -> Prepared:
    return Prepared(select(model).where(inspect(model).primary_key[0] == bindparam("key")))


def _identity(model: type[Any], key: Any) -> Any:
    return inspect(model).identity_key_from_primary_key((key,))


def object_of(session: Session, model: type[_Kind], values: Mapping[str, Any], *, anew: bool = False) -> _Kind:
    """The session's object of a row that was just read, with every column of it; made as the ORM makes what it loads.

    `anew`: one that was there is brought up to date.
    """
    key = _identity(model, values[inspect(model).primary_key[0].key])
    found: _Kind | None = session.identity_map.get(key)
    if found is None:
        made: _Kind = manager_of_class(model).new_instance()
        vars(made).update(values)
        state = instance_state(made)
        state.key, state.session_id = key, session.hash_key
        session.identity_map.add(state)
        return made
    if anew:
        written(found, **values)
    return found


def written(row: Any, **values: Any) -> None:
    """Set what stands in the database by now, so that it is not written again."""
    for name, value in values.items():
        set_committed_value(row, name, value)


def _made(statement: Any, inserted: list[str] | None, dialect: Any) -> _Ready:
    compiled = statement.compile(dialect=dialect, column_keys=inserted)
    assert isinstance(compiled, SQLCompiler)
    converts = {name: _binds(bind.type, dialect) for bind, name in compiled.bind_names.items()}
    asked = {name: None for bind, name in compiled.bind_names.items() if bind.required}
    whole = compiled.construct_expanded_state(asked)  # with the values of an IN written out
    converts |= {name: whole.processors.get(name) for name in whole.parameters if name not in converts}
    defaults: dict[str, Any] = {one.key: getattr(one.default, "arg", None) for one in compiled.insert_prefetch}
    fixed = {**whole.parameters, **dict.fromkeys(asked, _ASKED), **defaults}
    names = whole.positiontup or list(fixed)
    given = {place if compiled.positional else name: name for place, name in enumerate(names)}
    held = {place: _converted(fixed[name], converts[name]) for place, name in given.items()}
    columns = [] if statement.is_dml and not statement._returning else list(statement.exported_columns)
    reads = ((place, _reads(column.type, dialect)) for place, column in enumerate(columns))
    return _Ready(
        whole.statement if compiled.positional else _numbered(whole.statement, names),
        fixed=list(held.values()) if compiled.positional else held,
        asked=tuple((place, name, converts[name]) for place, name in given.items() if fixed[name] is _ASKED),
        row=_named([column.key for column in columns]) if columns else None,
        converts=tuple((place, convert) for place, convert in reads if convert),
        only_reads=statement.is_select and statement._for_update_arg is None,
    )


def _numbered(sql: str, names: Sequence[str]) -> str:
    """With the $1, $2 that PostgreSQL itself knows, in place of psycopg's %(name)s."""
    return sql % {name: f"${number}" for number, name in enumerate(names, start=1)}


def _named(columns: list[str]) -> Callable[..., Any]:
    row: Any = namedtuple("Row", columns, rename=True)  # type: ignore[misc]
    make: Callable[..., Any] = row._make
    return make


def _converted(value: Any, convert: Convert | None) -> Any:
    return value if value is None or value is _ASKED or not convert else convert(value)


def _binds(kind: Any, dialect: Any) -> Convert | None:
    convert: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _reads(kind: Any, dialect: Any) -> Convert | None:
    convert: Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return convert
