"""Writing: one transaction, gathered and sent in bulk, with the audit entries that belong to it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from actiontrack.adapters.store.asked import CHUNK, alternatives
from actiontrack.adapters.store.mapping import Codec, Row, codec, plain
from actiontrack.adapters.store.prepared import Selection, change
from actiontrack.adapters.store.reader import SqlReader, head_of_chain
from actiontrack.adapters.store.schema import BOARD, audit, boards, utc
from actiontrack.domain import chain
from actiontrack.domain.catalogue import SEPARATOR, noun_name
from actiontrack.domain.nouns import Noun, Stored
from actiontrack.errors import NotFound, PreconditionFailed
from actiontrack.ports import Clock

_QUEUE_LIMIT = 10_000
"""Records gathered before they are sent, so that memory stays bounded."""
_SALT_BYTES = 16

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Queued:
    """One record to be stored: added (must be new) or put."""

    coder: Codec[Any]
    key: Key
    row: Row
    adds: bool


class SqlWriter(SqlReader):
    """`ports.Writer`: what is gathered is sent before it could be asked for, and at the end."""

    def __init__(self, connection: sa.Connection, board: str, *, who: str, source: str, clock: Clock) -> None:
        super().__init__(connection, board)
        self._who = who
        self._source = source
        self._clock = clock
        self._queue: list[_Queued] = []
        self._gathered: set[Codec[Any]] = set()
        self._failed = False
        # Locks the board's row where a database has row locks (SQLite has let in one writer only): no other entry
        # can come between the head read here and those chained to it.
        [(self._position, self._hash)] = self._ask(_head_for_update, None)

    # --- ports.Writer ---------------------------------------------------------------------------------------------

    def add(self, *items: Stored) -> None:
        """Store new records. PreconditionFailed comes when they are sent: at the next read, or at the end."""
        self._gather(items, adds=True)

    def put(self, *items: Stored) -> None:
        """Store records anew, added where new; one that equals what is stored leaves no trace."""
        self._gather(items, adds=False)

    def add_rows(self, noun: type[Stored], rows: Sequence[tuple[Any, ...]]) -> None:
        """Store new bookkeeping records, each as the values of its class's fields in their order."""
        coder = codec(noun)
        if coder.audited:
            raise TypeError(f"{coder.name} is a record of the domain: each has an entry in the chain")
        self.flush()
        for start in range(0, len(rows), _QUEUE_LIMIT):
            some = rows[start : start + _QUEUE_LIMIT]
            columns = [itertools.repeat(self._board, len(some)), *zip(*some, strict=True)]
            change(self._connection, sa.insert, coder.table).insert(self._connection, (BOARD, *coder.fields), columns)

    def attribute(self, source: str) -> None:
        """From here on changes came this way."""
        self.flush()
        self._source = source

    def remove(self, *items: Stored) -> None:
        """Forget bookkeeping records."""
        if not items:
            return
        self.flush()
        for coder, group in _by_class(items).items():
            if coder.audited:
                raise TypeError(f"{coder.name} is a record of the domain: it is closed, never removed")
            rows = [self._key_parameters(coder, coder.row_key(coder.encode(item))) for item in group]
            change(self._connection, _delete, coder).run(self._connection, rows)

    def erase(self, noun: type[Noun], *key: str) -> int:
        """Blank what the chain holds of one record; how many entries were blanked."""
        self.flush()
        item = self.get(noun, *key)
        name, ref = noun_name(noun), SEPARATOR.join(key)
        if item is None:
            raise NotFound(f"There is no {name} {ref}: nothing was erased")
        query = (
            sa.update(audit)
            .where(audit.c[BOARD] == self._board, audit.c.noun == name, audit.c.ref == ref)
            .where(audit.c.payload.is_not(None))
            .values(salt=None, payload=None)
        )
        blanked = self._connection.execute(query).rowcount
        present = {field: plain(value) for field, value in codec(noun).encode(item).items()}
        self._chain_on(
            [
                (chain.ERASURE, f"{name}{SEPARATOR}{ref}", None, {"noun": name, "ref": ref, "upto": self._position}),
                (name, ref, None, present),
            ]
        )
        return blanked

    # --- sending --------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Send what was gathered. Once that failed the transaction is lost, whoever swallows the error."""
        if self._failed:
            raise PreconditionFailed("A change before this one failed, so that none of them can be kept")
        queue, self._queue = self._queue, []
        self._gathered.clear()
        if not queue:
            return
        self._failed = True
        self._send(queue)
        self._failed = False

    def _send(self, queue: Sequence[_Queued]) -> None:
        """Look up what is there, write what differs, chain the entries."""
        stored: dict[Codec[Any], dict[Key, Row | None]] = {}
        for coder, group in _grouped(queue).items():
            stored[coder] = dict(self._stored(coder, list(dict.fromkeys(each.key for each in group))))
        latest: dict[Codec[Any], dict[Key, Row]] = {coder: {} for coder in stored}
        entries = []
        for each in queue:
            before = latest[each.coder].get(each.key) or stored[each.coder].get(each.key)
            known = before is not None or each.key in stored[each.coder]
            if each.adds and known:
                raise PreconditionFailed(f"There is already {each.coder.name} {SEPARATOR.join(map(str, each.key))}")
            if each.coder.audited:
                change = _change(before, each.row)
                if change is None:
                    continue
                entries.append((each.coder.name, SEPARATOR.join(each.key), *change))
            latest[each.coder][each.key] = each.row
        for coder, rows in latest.items():
            self._write(coder, rows, stored[coder])
        self._chain_on(entries)

    def _gather(self, items: Sequence[Stored], *, adds: bool) -> None:
        for item in items:
            coder = codec(type(item))
            row = coder.encode(item)
            self._gathered.add(coder)
            self._queue.append(_Queued(coder, coder.row_key(row), row, adds))
            if len(self._queue) >= _QUEUE_LIMIT:
                self.flush()

    def _before_asking(self, coder: Codec[Any] | None) -> None:
        """A question is answered with what was gathered; one about other classes needs nothing sent first."""
        if coder is None or coder in self._gathered or self._failed:
            self.flush()

    def _stored(self, coder: Codec[Any], keys: Sequence[Key]) -> Iterator[tuple[Key, Row | None]]:
        """What is there of these keys: whole rows where they are compared, else just that they exist."""
        fields = coder.fields if coder.audited else coder.key
        for start in range(0, len(keys), CHUNK):
            some = set(keys[start : start + CHUNK])
            [asked] = alternatives(_near(coder, some))
            for values in self._selected(coder, fields, asked):
                row = dict(zip(fields, values, strict=True))
                key = coder.row_key(row)
                if key in some:
                    yield key, row if coder.audited else None

    def _write(self, coder: Codec[Any], rows: dict[Key, Row], stored: dict[Key, Row | None]) -> None:
        new = [{BOARD: self._board, **row} for key, row in rows.items() if key not in stored]
        if new:
            change(self._connection, sa.insert, coder.table).run(self._connection, new)
        changed = [{**row, **self._key_parameters(coder, key)} for key, row in rows.items() if key in stored]
        if changed and len(coder.fields) > len(coder.key):
            change(self._connection, _update, coder).run(self._connection, changed)

    def _key_parameters(self, coder: Codec[Any], key: Key) -> Row:
        parts = {f"key_{name}": value for name, value in zip(coder.key, key, strict=True)}
        return {"key_board": self._board, **parts}

    # --- the chain ------------------------------------------------------------------------------------------------

    def _chain_on(self, changes: Sequence[tuple[str, str, Row | None, Row | None]]) -> None:
        if not changes:
            return
        at = utc(self._clock.now())
        salts = os.urandom(_SALT_BYTES * len(changes)).hex()
        wide = 2 * _SALT_BYTES
        rows = [
            self._entry(at, salts[wide * number : wide * (number + 1)], *change)
            for number, change in enumerate(changes)
        ]
        change(self._connection, sa.insert, audit).run(self._connection, rows)
        head = {"key_board": self._board, "position": self._position, "hash": self._hash}
        change(self._connection, _move_head, boards).run(self._connection, [head])

    def _entry(self, at: datetime, salt: str, noun: str, ref: str, before: Row | None, after: Row | None) -> Row:
        self._position += 1
        text = chain.payload(before, after)
        digest = chain.digest(salt, text)
        self._hash = chain.entry_hash(
            self._hash, self._board, self._position, at, self._who, self._source, noun, ref, digest
        )
        return {
            BOARD: self._board,
            "position": self._position,
            "at": at,
            "who": self._who,
            "source": self._source,
            "noun": noun,
            "ref": ref,
            "salt": salt,
            "payload": text,
            "digest": digest,
            "hash": self._hash,
        }


def _change(before: Row | None, after: Row) -> tuple[Row | None, Row] | None:
    """The fields that differ, before and after; None where none does."""
    if before is None:
        return None, {name: plain(value) for name, value in after.items()}
    names = [name for name, value in after.items() if before[name] != value]
    if not names:
        return None
    return {name: plain(before[name]) for name in names}, {name: plain(after[name]) for name in names}


def _near(coder: Codec[Any], keys: Collection[Key]) -> dict[str, set[Any]]:
    """Conditions that fit these keys and few others, and that an index answers (SQLite scans for lists of pairs)."""
    parts = {name: {key[at] for key in keys} for at, name in enumerate(coder.key)}
    widest = max(map(len, parts.values()))
    # The first is what the primary key's index begins with.
    return {name: values for name, values in parts.items() if name == coder.key[0] or len(values) in (1, widest)}


def _head_for_update(_: None) -> Selection:
    return head_of_chain(None).with_for_update()


def _this_key(coder: Codec[Any]) -> list[sa.ColumnElement[bool]]:
    parts = [coder.table.c[name] == sa.bindparam(f"key_{name}") for name in coder.key]
    return [coder.table.c[BOARD] == sa.bindparam("key_board"), *parts]


def _update(coder: Codec[Any]) -> sa.Update:
    others = [name for name in coder.fields if name not in coder.key]
    return sa.update(coder.table).where(*_this_key(coder)).values({name: sa.bindparam(name) for name in others})


def _delete(coder: Codec[Any]) -> sa.Delete:
    return sa.delete(coder.table).where(*_this_key(coder))


def _move_head(boards: sa.Table) -> sa.Update:
    query = sa.update(boards).where(boards.c.id == sa.bindparam("key_board"))
    return query.values({name: sa.bindparam(name) for name in ("position", "hash")})


def _grouped(queue: Iterable[_Queued]) -> dict[Codec[Any], list[_Queued]]:
    groups: dict[Codec[Any], list[_Queued]] = {}
    for each in queue:
        groups.setdefault(each.coder, []).append(each)
    return groups


def _by_class(items: Iterable[Stored]) -> dict[Codec[Any], list[Stored]]:
    groups: dict[Codec[Any], list[Stored]] = {}
    for item in items:
        groups.setdefault(codec(type(item)), []).append(item)
    return groups
