"""`ports.Store` over a SQL database."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from actiontrack.adapters.store import copies, opening
from actiontrack.adapters.store.reader import SqlReader
from actiontrack.adapters.store.writer import SqlWriter
from actiontrack.ports import Clock, Reader, Store, Writer


class SqlStore:
    """The records, ledgers and audit chain of one board. Made by `open_store`."""

    def __init__(self, engine: sa.Engine, board_id: str, clock: Clock, *, folder: str = "") -> None:
        """`folder` holds a throw-away store, and goes with it."""
        self.engine = engine
        self.board_id = board_id
        self._clock = clock
        self._let_go = weakref.finalize(self, _let_go, engine, folder)

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

    def backup(self, target: Path) -> tuple[int, str]:
        """Write a consistent copy, readable by its owner only, at once or not at all."""
        with opening.translated(self.engine):
            return copies.backup(self.engine, target)[self.board_id]

    @contextmanager
    def candidate(self, source: Path) -> Iterator[Store]:
        """A private copy of a backup, checked and opened as a store of this board."""
        with (
            copies.private_copy(self.engine, source) as copy,
            closing(_open(f"sqlite:///{copy}", self.board_id, self._clock, called=str(source))) as store,
        ):
            yield store

    def replace_with(self, candidate: Store, at: datetime) -> Path:
        """Put the candidate's content in this store's place. Gives where the old is kept, beside it."""
        if not isinstance(candidate, SqlStore):
            raise TypeError("a store is replaced by a candidate of its own")
        with opening.translated(self.engine):
            kept = copies.name_for_old(self.engine, at)
            copies.backup(self.engine, kept)
            copies.replace(self.engine, candidate.engine)
        return kept

    @contextmanager
    def _transaction(self, options: dict[str, Any]) -> Iterator[sa.Connection]:
        with (
            opening.translated(self.engine),
            self.engine.connect() as connection,
            connection.execution_options(**options).begin(),
        ):
            yield connection

    def close(self) -> None:
        """Let go of the database; a throw-away one is gone."""
        self._let_go()


def open_sql_store(url: str, board_id: str, *, clock: Clock, create: bool) -> SqlStore:
    """See `open_store`."""
    if url in ("sqlite://", "sqlite:///:memory:"):
        return _throwaway(board_id, clock)
    engine = opening.make_engine(url, lasting=True, create=create)
    with opening.translated(engine):
        opening.prepare(engine, board_id, create=create)
    return SqlStore(engine, board_id, clock)


def _open(url: str, board_id: str, clock: Clock, *, called: str) -> SqlStore:
    """A candidate: told of by the name of the file it was copied from, and spared the disk's pace."""
    engine = opening.make_engine(url, lasting=False, create=False)
    with opening.translated(engine, called):
        opening.prepare(engine, board_id, create=False, called=called)
    return SqlStore(engine, board_id, clock)


def _throwaway(board_id: str, clock: Clock) -> SqlStore:
    """A store in a file that goes with it: readers and writers meet there just as they do in one that stays."""
    folder = tempfile.mkdtemp(prefix="actiontrack-")
    file = Path(folder) / "store.db"
    file.write_bytes(_blank())
    engine = opening.make_engine(f"sqlite:///{file}", lasting=False, create=False)
    opening.prepare(engine, board_id, create=True)
    return SqlStore(engine, board_id, clock, folder=folder)


@cache
def _blank() -> bytes:
    """The file of a store without a board, migrated once a process."""
    with tempfile.TemporaryDirectory(prefix="actiontrack-") as folder:
        engine = opening.make_engine(f"sqlite:///{folder}/made.db", lasting=False, create=True)
        opening.migrate(engine)
        copies.backup(engine, Path(folder) / "blank.db")
        engine.dispose()
        return (Path(folder) / "blank.db").read_bytes()


def _let_go(engine: sa.Engine, folder: str) -> None:
    engine.dispose()
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
