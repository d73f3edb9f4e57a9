"""Statements made ready once for a kind of database, and run as its driver takes them.

SQLAlchemy builds, looks up and prepares a statement of any kind each time it is run: for one of a few rows, and for a
row of hundreds of thousands, that takes far longer than the database does.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

from actiontrack.adapters.store.schema import Instant

T = TypeVar("T", bound=Hashable)
Statement = sa.Insert | sa.Update | sa.Delete
Selection: TypeAlias = "sa.Select[*tuple[Any, ...]]"

_ROWS_AT_ONCE = 1000
_VALUES_AT_ONCE = 900
"""Below any SQLite's limit of values in one statement."""
_REMEMBERED = 1024


class _Prepared:
    """A statement with a place for each of its values."""

    def __init__(self, statement: Statement | Selection, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        made = {compiled.bind_names[bind]: _binding(bind.type, dialect) for bind in compiled.binds.values()}
        self._sql = str(compiled)
        self._by_place = bool(dialect.positional)
        self._names: Sequence[str] = (compiled.positiontup or ()) if self._by_place else tuple(made)
        self._processors = [(at, made[name]) for at, name in enumerate(self._names) if made[name]]

    def _values(self, given: Mapping[str, Any]) -> Any:
        """As the driver takes them; `given` has one for each name in the statement."""
        values = [given[name] for name in self._names]
        for at, process in self._processors:
            values[at] = process(values[at])
        return tuple(values) if self._by_place else dict(zip(self._names, values, strict=True))


def _binding(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Any:
    """What makes a value one of the driver's."""
    return _remembering(kind, kind.dialect_impl(dialect).bind_processor(dialect))


def _reading(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Any:
    """What makes a value of the driver's one of ours."""
    return _remembering(kind, kind.dialect_impl(dialect).result_processor(dialect, None))


def _remembering(kind: sa.types.TypeEngine[Any], process: Any) -> Any:
    """Dates and instants are remembered: thousands of rows hold the same few."""
    return lru_cache(_REMEMBERED)(process) if process and isinstance(kind, (sa.Date, Instant)) else process


class Change(_Prepared):
    """A change of many rows at once."""

    def run(self, connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it once a row; a row has a value for each name in the statement."""
        connection.exec_driver_sql(self._sql, [self._values(row) for row in rows])

    def insert(self, connection: sa.Connection, names: Sequence[str], columns: Sequence[Iterable[Any]]) -> None:
        """As `run`, of an insert whose rows are given column by column: these names' values, one a row."""
        if not self._by_place:
            self.run(connection, (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)))
            return
        placed = [columns[names.index(name)] for name in self._names]
        for at, process in self._processors:
            placed[at] = map(process, placed[at])
        values = chain.from_iterable(zip(*placed, strict=True))
        # Many rows a statement: with one, the driver's work on it takes as long as the database's.
        wide = len(placed) * max(1, _VALUES_AT_ONCE // len(placed))
        whole = list(iter(lambda: tuple(islice(values, wide)), ()))
        last = [whole.pop()] if whole and len(whole[-1]) < wide else []
        for rows in filter(None, (whole, last)):
            more = len(rows[0]) // len(placed) - 1
            connection.exec_driver_sql(self._sql + f", {self._sql.rpartition('VALUES')[2]}" * more, rows)


class Question(_Prepared):
    """A selection of rows."""

    def __init__(self, statement: Selection, dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        made = [_reading(column.type, dialect) for column in statement.selected_columns]
        self._readers = [(at, read) for at, read in enumerate(made) if read]

    def run(self, connection: sa.Connection, given: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        """The rows, to be gone through at once. Raises SQLAlchemy's exceptions, without values."""
        base = connection.dialect.loaded_dbapi.Error
        try:
            with closing(connection.connection.cursor()) as cursor:
                cursor.execute(self._sql, self._values(given))
                while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                    yield from self._read(rows) if self._readers else rows
        except base as error:
            raise DBAPIError.instance(self._sql, None, error, base, hide_parameters=True) from None

    def _read(self, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
        """Column by column: of thousands of rows that is the quickest way."""
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for at, read in self._readers:
            columns[at] = map(read, columns[at])
        return zip(*columns, strict=True)


_made: dict[tuple[type[Dialect], Any, Any], Any] = {}
"""By the kind of database: stores of one kind are all opened alike (`opening.make_engine`)."""


def change(connection: sa.Connection, statement: Callable[[T], Statement], about: T) -> Change:
    """`statement(about)`, made ready once."""
    return _once(Change, connection, statement, about)


def question(connection: sa.Connection, statement: Callable[[T], Selection], about: T) -> Question:
    """`statement(about)`, made ready once."""
    return _once(Question, connection, statement, about)


P = TypeVar("P", Change, Question)


def _once(kind: type[P], connection: sa.Connection, statement: Callable[[T], Any], about: T) -> P:
    key = (type(connection.dialect), statement, about)
    made: P | None = _made.get(key)
    if made is None:
        made = _made[key] = kind(statement(about), connection.dialect)
    return made
