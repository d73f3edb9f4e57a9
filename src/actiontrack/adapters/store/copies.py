"""Backups of a SQLite store, and putting one in its place: by SQLite's own backup, page by page under its locks."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from actiontrack.errors import UserError


def backup(engine: sa.Engine, target: Path) -> None:
    """Copy the store into a file: written beside its place under another name, then moved there."""
    _only_sqlite(engine)
    if not target.parent.is_dir():
        raise UserError(f"The backup {target} can't be written: there is no folder {target.parent}")
    if target.exists() and target.samefile(str(engine.url.database)):
        raise UserError(f"{target} is the store itself: name another file for the backup")
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # 0600
    os.close(handle)
    try:
        with closing(sqlite3.connect(name)) as copy, _raw(engine) as connection:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without side files
        with Path(name).open("rb") as written:
            os.fsync(written.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


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
        connection.backup(target)


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
