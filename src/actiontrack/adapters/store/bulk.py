"""One statement for many rows, its values made ready column by column.

SQLAlchemy prepares every row for itself, as statements of any kind may need: for hundreds of thousands of rows that
takes longer than the database takes to store them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

T = TypeVar("T")
Statement = sa.Insert | sa.Update


class Bulk:
    """A statement as the database's driver takes it."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        made = {
            compiled.bind_names[bind]: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for bind in compiled.binds.values()
        }
        self._sql = str(compiled)
        self._by_place = bool(dialect.positional)
        self._names: Sequence[str] = (compiled.positiontup or ()) if self._by_place else tuple(made)
        self._processors = [(at, made[name]) for at, name in enumerate(self._names) if made[name]]

    def run(self, connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it once a row; a row has a value for each name in the statement."""
        connection.exec_driver_sql(self._sql, [self._prepared(row) for row in rows])

    def _prepared(self, row: Mapping[str, Any]) -> Any:
        values = [row[name] for name in self._names]
        for at, process in self._processors:
            values[at] = process(values[at])  # type: ignore[misc]
        return tuple(values) if self._by_place else dict(zip(self._names, values, strict=True))


_made: WeakKeyDictionary[Dialect, dict[tuple[Any, Any], Bulk]] = WeakKeyDictionary()


def bulk(connection: sa.Connection, statement: Callable[[T], Statement], about: T) -> Bulk:
    """`statement(about)`, made ready once a database."""
    known = _made.setdefault(connection.dialect, {})
    if (statement, about) not in known:
        known[statement, about] = Bulk(statement(about), connection.dialect)
    return known[statement, about]
