"""Backups of a SQLite store, and putting one in its place: by SQLite's own backup, page by page under its locks."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from actiontrack.adapters.store.opening import BUSY_SECONDS
from actiontrack.errors import RetryableError, UserError

_HEADS = "SELECT id, position, hash FROM board"


def backup(engine: sa.Engine, target: Path) -> dict[str, tuple[int, str]]:
    """Copy the store into a file: written beside its place under another name, then moved there.

    Gives the head of each board's chain in the copy: (position, hash).
    """
    _only_sqlite(engine)
    if target.exists() and target.samefile(str(engine.url.database)):
        raise UserError(f"{target} is the store itself: name another file for the backup")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # 0600
    except OSError as error:
        raise UserError(f"The backup {target} can't be written: {error.strerror}") from None
    os.close(handle)
    written = Path(name)
    try:
        with closing(sqlite3.connect(written)) as copy, _raw(engine) as connection:
            _copy(connection, copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without side files
            heads = {board: (position, head) for board, position, head in copy.execute(_HEADS)}
        with written.open("rb") as file:
            os.fsync(file.fileno())
        written.replace(target)
        return heads
    except (sqlite3.Error, OSError) as error:
        raise UserError(f"The backup {target} can't be written: {error}") from None
    finally:
        written.unlink(missing_ok=True)


def name_for_old(engine: sa.Engine, at: datetime) -> Path:
    """Where to keep a store that is about to be replaced: beside it, under a name that is free."""
    store = Path(str(engine.url.database))
    names = (f"{store.stem}.replaced-{at:%Y%m%dT%H%M%SZ}{again}{store.suffix}" for again in _numbers())
    return next(path for name in names if not (path := store.with_name(name)).exists())


def _numbers() -> Iterator[str]:
    yield ""
    yield from (f"-{number}" for number in itertools.count(2))


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """SQLite's backup, all pages in one step. It would wait for a lock for ever; we give up as any writer does."""
    until = time.monotonic() + BUSY_SECONDS

    def waited(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise RetryableError("The store is in use by another actiontrack: try again in a moment")

    source.backup(target, progress=waited)


@contextmanager
def private_copy(engine: sa.Engine, source: Path) -> Iterator[Path]:
    """A copy of a backup in a folder of its own, for its owner only, found whole by SQLite."""
    _only_sqlite(engine)
    if not source.is_file():
        raise UserError(f"There is no backup {source}")
    with tempfile.TemporaryDirectory(prefix="actiontrack-restore-") as folder:
        copy = Path(folder) / "store.db"
        shutil.copyfile(source, copy)
        _check(copy, source)
        yield copy


def replace(engine: sa.Engine, candidate: sa.Engine) -> None:
    """Copy the candidate over the store in one transaction of SQLite's: others see the old content or the new."""
    with _raw(candidate) as connection, _raw(engine) as target:
        _copy(connection, target)


def _check(copy: Path, source: Path) -> None:
    try:
        with closing(sqlite3.connect(copy)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError:
        raise UserError(f"{source} is no backup of a store: choose another file") from None
    if found != "ok":
        raise UserError(f"The backup {source} is damaged: choose another one")


@contextmanager
def _raw(engine: sa.Engine) -> Iterator[sqlite3.Connection]:
    with engine.connect() as connection:
        yield cast("sqlite3.Connection", connection.connection.driver_connection)


def _only_sqlite(engine: sa.Engine) -> None:
    if engine.dialect.name != "sqlite":
        raise UserError(
            "This store is on PostgreSQL, whose own tools copy it: pg_dump --format=custom --file=FILE DATABASE, "
            "and pg_restore --clean --dbname=DATABASE FILE"
        )
