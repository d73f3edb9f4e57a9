"""`ports.Store` over a SQL database."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from actiontrack.adapters.store import copies, opening
from actiontrack.adapters.store.reader import SqlReader
from actiontrack.adapters.store.writer import SqlWriter
from actiontrack.ports import Clock, Reader, Store, Writer


class SqlStore:
    """The records, ledgers and audit chain of one board. Made by `open_store`."""

    def __init__(self, engine: sa.Engine, board_id: str, clock: Clock) -> None:
        self.engine = engine
        self.board_id = board_id
        self._clock = clock

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A read-only transaction: what others commit meanwhile isn't seen."""
        with self._transaction(opening.reading_options(self.engine)) as connection:
            yield SqlReader(connection, self.board_id)

    @contextmanager
    def writing(self, who: str, source: str) -> Iterator[Writer]:
        """A transaction: all of it or none. Raises RetryableError where another writer doesn't end in time."""
        with self._transaction(opening.WRITING) as connection:
            writer = SqlWriter(connection, self.board_id, who=who, source=source, clock=self._clock)
            yield writer
            writer.flush()

    def backup(self, target: Path) -> None:
        """Write a consistent copy, readable by its owner only, at once or not at all."""
        with opening.translated(self.engine):
            copies.backup(self.engine, target)

    @contextmanager
    def candidate(self, source: Path) -> Iterator[Store]:
        """A private copy of a backup, checked and opened as a store of this board."""
        with copies.private_copy(self.engine, source) as copy:
            store = open_sql_store(f"sqlite:///{copy}", self.board_id, clock=self._clock, create=False)
            try:
                yield store
            finally:
                store.close()

    def replace_with(self, candidate: Store, keep: Path) -> None:
        """Put the candidate's content in this store's place; `keep` gets what was there."""
        if not isinstance(candidate, SqlStore):
            raise TypeError("a store is replaced by a candidate of its own")
        with opening.translated(self.engine):
            copies.backup(self.engine, keep)
            copies.replace(self.engine, candidate.engine)

    @contextmanager
    def _transaction(self, options: dict[str, Any]) -> Iterator[sa.Connection]:
        with (
            opening.translated(self.engine),
            self.engine.connect() as connection,
            connection.execution_options(**options).begin(),
        ):
            yield connection

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_sql_store(url: str, board_id: str, *, clock: Clock, create: bool) -> SqlStore:
    """See `open_store`."""
    folder = None
    if url in ("sqlite://", "sqlite:///:memory:"):
        # A file that goes with the store: readers and writers meet as they do in one that stays.
        folder = tempfile.mkdtemp(prefix="actiontrack-")
        url = f"sqlite:///{folder}/store.db"
    engine = opening.make_engine(url, lasting=folder is None, create=create)
    store = SqlStore(engine, board_id, clock)
    if folder is not None:
        weakref.finalize(store, _let_go, engine, folder)
    with opening.translated(engine):
        opening.prepare(engine, board_id, create=create)
    return store


def _let_go(engine: sa.Engine, folder: str) -> None:
    engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)
