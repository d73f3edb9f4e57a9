"""Reading: a consistent view of one board's records and chain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from actiontrack.adapters.store.asked import Asked, alternatives, counting, selecting, selecting_without, tallying
from actiontrack.adapters.store.mapping import Codec, codec
from actiontrack.adapters.store.prepared import Selection, question
from actiontrack.adapters.store.schema import BOARD, audit, boards
from actiontrack.domain.nouns import Stored
from actiontrack.ports import AuditEntry, SealedEntry

S = TypeVar("S", bound=Stored)
T = TypeVar("T")

_ROWS_AT_ONCE = 1000
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
        return [coder.decode(row) for row in self._select(coder, coder.fields, where)]

    def pick(self, noun: type[Stored], fields: Sequence[str], **where: Any) -> list[tuple[Any, ...]]:
        """Just these fields of every record that fits, ordered by key."""
        coder = codec(noun)
        return coder.picked(fields, self._select(coder, tuple(fields), where))

    def count(self, noun: type[Stored], **where: Any) -> int:
        """How many fit."""
        coder = codec(noun)
        self._before_asking(coder)
        return sum(
            many
            for asked in alternatives(where)
            for (many,) in self._ask(counting, (coder, asked.shape), **asked.values)
        )

    def pick_without(
        self, noun: type[Stored], fields: Sequence[str], other: type[Stored], named: Mapping[str, Any], **where: Any
    ) -> list[tuple[Any, ...]]:
        """As `pick`, in any order, but for those of which there is a record of `other` that fits `named`."""
        coder, beside = codec(noun), codec(other)
        for each in (coder, beside):
            self._before_asking(each)
        [asked], [told] = alternatives(where), alternatives(named)
        about = (coder, tuple(fields), asked.shape, beside, told.shape)
        return coder.picked(fields, self._ask(selecting_without, about, **asked.values, **told.renamed()))

    def tally(self, noun: type[Stored], field: str, **where: Any) -> dict[Any, int]:
        """How many of those that fit have each value of the field, in the order of the values."""
        coder = codec(noun)
        self._before_asking(coder)
        [asked] = alternatives(where)
        found = list(self._ask(tallying, (coder, field, asked.shape), **asked.values))
        values = coder.picked([field], [(value,) for value, _ in found])
        return {value: many for (value,), (_, many) in zip(values, found, strict=True)}

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
        self._before_asking(None)
        return set(self._ask(_changed_since, None, position=position))

    def position_at(self, instant: datetime) -> int:
        """The position of the newest entry made at or before that instant: read backwards, for it is seldom far."""
        self._before_asking(None)
        query = (
            sa.select(audit.c.position)
            .where(audit.c[BOARD] == self._board, audit.c.at <= instant)
            .order_by(audit.c.position.desc())
            .limit(1)
        )
        return self._connection.execute(query).scalar_one_or_none() or 0

    def seal(self) -> tuple[str, int, str]:
        """(board, position, hash) of the chain's head as the board keeps it."""
        self._before_asking(None)
        [(position, head)] = self._ask(head_of_chain, None)
        return self._board, position, head

    def sealed(self) -> Iterator[SealedEntry]:
        """The whole chain as stored, in order."""
        for row in self._streamed(self._chain()):
            yield SealedEntry(*row)

    # --- the SQL ---------------------------------------------------------------------------------------------------

    def _chain(self, *conditions: sa.ColumnElement[bool]) -> Selection:
        return sa.select(*_SEALED).where(audit.c[BOARD] == self._board, *conditions).order_by(audit.c.position)

    def _streamed(self, query: Selection) -> Iterable[Sequence[Any]]:
        self._before_asking(None)
        return self._connection.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))

    def _before_asking(self, coder: Codec[Any] | None) -> None:
        """Called before the database is asked about records of a class; None: about the chain."""

    def _ask(self, selection: Callable[[T], Selection], about: T, **values: Any) -> Iterator[tuple[Any, ...]]:
        """Rows, to be gone through once and at once; `selection(about)` says which."""
        return question(self._connection, selection, about).run(self._connection, {BOARD: self._board, **values})

    def _select(self, coder: Codec[Any], fields: tuple[str, ...], where: dict[str, Any]) -> Iterable[Sequence[Any]]:
        """Rows ordered by key, to be gone through once and at once.

        A long IN list is asked for in chunks, and their answers are put in order here.
        """
        self._before_asking(coder)
        chunks = list(alternatives(where))
        if len(chunks) == 1:
            return self._selected(coder, fields, chunks[0], coder.key)
        wide = len(fields)
        rows = [row for asked in chunks for row in self._selected(coder, (*fields, *coder.key), asked)]
        rows.sort(key=lambda row: row[wide:])
        return [row[:wide] for row in rows]

    def _selected(
        self, coder: Codec[Any], fields: tuple[str, ...], asked: Asked, by: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        return self._ask(selecting, (coder, fields, asked.shape, by), **asked.values)


def head_of_chain(_: None) -> Selection:
    """The head of a board's chain as it keeps it."""
    return sa.select(boards.c.position, boards.c.hash).where(boards.c.id == sa.bindparam(BOARD))


def _changed_since(_: None) -> Selection:
    mine, later = audit.c[BOARD] == sa.bindparam(BOARD), audit.c.position > sa.bindparam("position")
    return sa.select(audit.c.noun, audit.c.ref).where(mine, later)
