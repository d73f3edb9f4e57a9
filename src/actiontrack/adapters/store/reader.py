"""Reading: a consistent view of one board's records and chain."""

from __future__ import annotations

import itertools
import json
import operator
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias, TypeVar, cast

import sqlalchemy as sa

from actiontrack.adapters.store.mapping import Codec, codec
from actiontrack.adapters.store.schema import BOARD, audit, boards
from actiontrack.domain.nouns import Stored
from actiontrack.ports import AuditEntry, SealedEntry

S = TypeVar("S", bound=Stored)

Query: TypeAlias = "sa.Select[*tuple[Any, ...]]"

CHUNK = 500
"""Values in one IN list: far below any database's limit of parameters."""
_ROWS_AT_ONCE = 1000

_COMPARE = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}
_SEALED = [audit.c[name] for name in SealedEntry.__dataclass_fields__]


class SqlReader:
    """`ports.Reader` over one open transaction."""

    def __init__(self, connection: sa.Connection, board: str) -> None:
        self._connection = connection
        self._board = board

    def get(self, noun: type[S], *key: str) -> S | None:
        """The record of that key, or None."""
        coder = codec(noun)
        if len(key) != len(coder.key):
            raise TypeError(f"{coder.name} is named by {', '.join(coder.key)}")
        found = self.find(noun, **dict(zip(coder.key, key, strict=True)))
        return found[0] if found else None

    def find(self, noun: type[S], **where: Any) -> list[S]:
        """Every record that fits, ordered by key."""
        coder = codec(noun)
        return [coder.decode(row) for row in self._select(coder, coder.columns, where)]

    def pick(self, noun: type[Stored], fields: Sequence[str], **where: Any) -> list[tuple[Any, ...]]:
        """Just these fields of every record that fits, ordered by key."""
        coder = codec(noun)
        columns = [_column(coder, name) for name in fields]
        return list(map(coder.picker(fields), self._select(coder, columns, where)))

    def count(self, noun: type[Stored], **where: Any) -> int:
        """How many fit."""
        coder = codec(noun)
        return sum(
            self._rows(sa.select(sa.func.count()).select_from(coder.table).where(*conditions), coder).scalar_one()
            for conditions in self._conditions(coder, where)
        )

    def head(self) -> int:
        """The position of the newest audit entry; 0 in an empty chain."""
        return self.seal()[1]

    def entries(
        self, *, after: int = 0, upto: int | None = None, noun: str | None = None, ref: str | None = None
    ) -> Iterator[AuditEntry]:
        """Audit entries in order of position; an erased one has neither `before` nor `after`."""
        query = self._chain(audit.c.position > after)
        if upto is not None:
            query = query.where(audit.c.position <= upto)
        if noun is not None:
            query = query.where(audit.c.noun == noun)
        if ref is not None:
            query = query.where(audit.c.ref == ref)
        for position, at, who, source, of, name, _, payload, *_ in self._streamed(query):
            held = json.loads(payload) if payload is not None else {"before": None, "after": None}
            yield AuditEntry(position, at, who, source, of, name, held["before"], held["after"])

    def changed_since(self, position: int) -> set[tuple[str, str]]:
        """(noun, ref) of every record with an audit entry above that position."""
        query = sa.select(audit.c.noun, audit.c.ref).where(audit.c[BOARD] == self._board, audit.c.position > position)
        return {(noun, ref) for noun, ref in self._rows(query)}

    def position_at(self, instant: datetime) -> int:
        """The position of the newest entry made at or before that instant: read backwards, for it is seldom far."""
        query = (
            sa.select(audit.c.position)
            .where(audit.c[BOARD] == self._board, audit.c.at <= instant)
            .order_by(audit.c.position.desc())
            .limit(1)
        )
        return self._rows(query).scalar_one_or_none() or 0

    def seal(self) -> tuple[str, int, str]:
        """(board, position, hash) of the chain's head as the board keeps it."""
        query = sa.select(boards.c.position, boards.c.hash).where(boards.c.id == self._board)
        position, head = self._rows(query).one()
        return self._board, position, head

    def sealed(self) -> Iterator[SealedEntry]:
        """The whole chain as stored, in order."""
        for row in self._streamed(self._chain()):
            yield SealedEntry(*row)

    # --- the SQL --------------------------------------------------------------------------------------------------

    def _chain(self, *conditions: sa.ColumnElement[bool]) -> Query:
        return sa.select(*_SEALED).where(audit.c[BOARD] == self._board, *conditions).order_by(audit.c.position)

    def _streamed(self, query: Query) -> Iterable[Sequence[Any]]:
        return self._rows(query.execution_options(yield_per=_ROWS_AT_ONCE))

    def _rows(self, query: Query, about: Codec[Any] | None = None) -> sa.CursorResult[*tuple[Any, ...]]:
        """Ask the database; `about` says which class the question is of, None the chain."""
        return self._connection.execute(query)

    def _select(
        self, coder: Codec[Any], columns: Sequence[sa.Column[Any]], where: dict[str, Any]
    ) -> Iterable[Sequence[Any]]:
        """Rows ordered by key, to be gone through once and at once.

        A long IN list is asked for in chunks, and their answers are put in order here.
        """
        keys = [coder.table.c[name] for name in coder.key]
        chunks = list(self._conditions(coder, where))
        if len(chunks) == 1:
            found = self._rows(sa.select(*columns).where(*chunks[0]).order_by(*keys), coder)
            return itertools.chain.from_iterable(found.partitions(_ROWS_AT_ONCE))
        wide = len(columns)
        named = [key.label(f"key_{key.name}") for key in keys]
        rows: list[Sequence[Any]] = []
        for conditions in chunks:
            rows += self._rows(sa.select(*columns, *named).where(*conditions), coder)
        rows.sort(key=lambda row: tuple(row[wide:]))
        return [row[:wide] for row in rows]

    def _conditions(self, coder: Codec[Any], where: dict[str, Any]) -> Iterator[list[sa.ColumnElement[bool]]]:
        """One list of conditions, or several that exclude each other where an IN list is long."""
        alternatives = [list(_condition(coder, name, wanted)) for name, wanted in where.items()]
        mine = coder.table.c[BOARD] == self._board
        for chosen in itertools.product(*alternatives):
            yield [mine, *chosen]


def _condition(coder: Codec[Any], name: str, wanted: Any) -> Iterator[sa.ColumnElement[bool]]:
    field, _, how = name.partition("__")
    column = _column(coder, field)
    if isinstance(column.type, sa.JSON):
        raise TypeError(f"{coder.name}.{field} holds several values and can't be compared")
    if isinstance(wanted, Collection) and not isinstance(wanted, str):
        if how:
            raise TypeError(f"{name} compares with one value, not with several")
        yield from _among(column, wanted)
    elif how == "ne":
        yield _differs(column, _bound(wanted))
    elif how:
        yield cast("sa.ColumnElement[bool]", _COMPARE[how](column, _bound(wanted)))
    else:
        yield column == _bound(wanted)


def _among(column: sa.Column[Any], wanted: Collection[Any]) -> Iterator[sa.ColumnElement[bool]]:
    values = list(dict.fromkeys(_bound(value) for value in wanted if value is not None))
    for start in range(0, len(values), CHUNK):
        yield column.in_(values[start : start + CHUNK])
    if any(value is None for value in wanted):
        yield column.is_(None)


def _differs(column: sa.Column[Any], value: Any) -> sa.ColumnElement[bool]:
    """As Python's `!=`: no value differs from any value."""
    differs = column.is_distinct_from(value) if column.nullable else column != value
    return cast("sa.ColumnElement[bool]", differs)


def _column(coder: Codec[Any], name: str) -> sa.Column[Any]:
    if name not in coder.fields:
        raise TypeError(f"{coder.name} has no field {name}")
    return coder.table.c[name]


def _bound(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
