"""The tables: one a class of the domain, one column a field, and beside them the boards and the audit chain."""

from __future__ import annotations

import threading
import types
import typing
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from actiontrack.domain import ledger, nouns
from actiontrack.domain.catalogue import LEDGERS, NOUNS, noun_name
from actiontrack.domain.nouns import Stored

REVISION = "0007"
"""The newest migration: a database that shows it needs none."""

BOARD = "board_id"
"""The column that every table's primary key begins with (a review has a field `board` of its own)."""


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware instant in UTC, also where the database keeps no time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC."""
        return None if value is None else utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc(value: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError where it is naive: that is a fault of the caller's."""
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("an instant without a time zone can't be stored")
    return value.astimezone(UTC)


TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Ordered by code point on every database, as Python orders it."""
JSON = sa.JSON(none_as_null=True)

_SQL_TYPES: dict[type, sa.types.TypeEngine[Any]] = {
    str: TEXT,
    bool: sa.Boolean(),
    int: sa.BigInteger(),
    date: sa.Date(),
    datetime: Instant(),
}


def plain_type(annotation: Any) -> tuple[Any, bool]:
    """An annotation without its `| None`, and whether it had one."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = [each for each in typing.get_args(annotation) if each is not type(None)]
        return members[0], True
    return annotation, annotation is Any


def _column(name: str, annotation: Any, *, key: bool) -> sa.Column[Any]:
    kind, nullable = plain_type(annotation)
    if isinstance(kind, type) and issubclass(kind, Enum):
        kind = str
    sql_type = _SQL_TYPES.get(kind, JSON)
    return sa.Column(name, sql_type, primary_key=key, nullable=nullable, autoincrement=False)


def _board_column() -> sa.Column[Any]:
    return sa.Column(BOARD, TEXT, sa.ForeignKey("board.id"), primary_key=True)


_metadata = sa.MetaData(naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"})

boards = sa.Table(
    "board",
    _metadata,
    sa.Column("id", TEXT, primary_key=True),
    sa.Column("position", sa.BigInteger(), nullable=False),
    sa.Column("hash", TEXT, nullable=False),
)
"""One row a board, with the head of its chain: a writer locks it, so that entries are chained one after another."""

audit = sa.Table(
    "audit",
    _metadata,
    _board_column(),
    sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("at", Instant(), nullable=False),
    sa.Column("who", TEXT, nullable=False),
    sa.Column("source", TEXT, nullable=False),
    sa.Column("noun", TEXT, nullable=False),
    sa.Column("ref", TEXT, nullable=False),
    sa.Column("salt", TEXT, nullable=True),
    sa.Column("payload", TEXT, nullable=True),
    sa.Column("digest", TEXT, nullable=False),
    sa.Column("hash", TEXT, nullable=False),
    sa.Index("ix_audit_record", BOARD, "noun", "ref", "position"),
    sa.Index("ix_audit_since", BOARD, "position", "noun", "ref"),
)
"""The chain. `payload` is text, not JSON: its bytes are what the digest was made of."""

_one_at_a_time = threading.Lock()

_INDEXED: dict[type[Stored], tuple[tuple[str, ...], ...]] = {
    nouns.KeyPracticeEpisode: (("review",),),
    nouns.Finding: (("review",),),
    nouns.Recommendation: (("review",),),
    nouns.Action: (("status", "current_due"), ("review",), ("number",)),
    nouns.Leg: (("agency",),),
    nouns.Update: (("action", "position"),),
    nouns.Comment: (("action", "position"),),
    nouns.Evidence: (("action", "position"),),
    nouns.SignOff: (("action",),),
    nouns.ImpactCheck: (("action",),),
    nouns.Decision: (("about",),),
    nouns.DateChange: (("action",),),
    ledger.Link: (("action",), ("instance", "dirty")),
    ledger.Intent: (("instance", "state"), ("action",)),
    ledger.Conflict: (("closed_at", "action"),),
    ledger.Proposal: (("closed_at", "action"),),
    ledger.Send: (("state",),),
}


@cache
def table_of(kind: type[Stored]) -> sa.Table:
    """The table of a class, made when it is first asked for: a quiet command needs few of them."""
    with _one_at_a_time:  # two threads may be the first
        made = _metadata.tables.get(noun_name(kind))
        return _table(kind) if made is None else made


def _table(kind: type[Stored]) -> sa.Table:
    """The key's columns come first, JSON last: SQLite reads a row from its front, and long values spill over."""
    columns = [_column(name, field.annotation, key=name in kind.key) for name, field in kind.model_fields.items()]
    columns.sort(key=lambda column: (not column.primary_key, isinstance(column.type, sa.JSON)))
    table = sa.Table(noun_name(kind), _metadata, _board_column(), *columns)
    for fields in _INDEXED.get(kind, ()):
        sa.Index(f"ix_{table.name}_{'_'.join(fields)}", table.c[BOARD], *(table.c[name] for name in fields))
    if kind is ledger.Link:
        # The migration says the same of PostgreSQL; said here, it would load PostgreSQL's whole dialect (0.1 s).
        one, where = (table.c.instance, table.c.remote_id), table.c.remote_id != ""
        sa.Index("uq_link_remote_id", table.c[BOARD], *one, unique=True, sqlite_where=where)
        # What tells whether a link moved. Of SQLite only: elsewhere an index takes no version of any length.
        brief = ("instance", "action", "remote_id", "digest", "state", "dirty", "row", "failures")
        sa.Index("ix_link_brief", table.c[BOARD], *(table.c[name] for name in brief)).ddl_if(dialect="sqlite")
        sa.Index("ix_link_missing", table.c[BOARD], table.c.instance, sqlite_where=table.c.missing_since.is_not(None))
    return table


def whole_schema() -> sa.MetaData:
    """Every table there is."""
    for kind in (*NOUNS.values(), *LEDGERS.values()):
        table_of(kind)
    return _metadata
