"""Faults of a disk, each raised in the place of one step of a sync, or made by the system itself."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

FAULTS = {errno.ENOSPC: "database or disk is full", errno.EIO: "disk I/O error"}
"""What the system says, and what SQLite says of it."""


@dataclass
class Failing:
    """One step fails: nothing of it is done. `at` counts from 0; `failed` names it once it was come to."""

    at: int
    number: int
    failed: str = ""
    passed: list[str] = field(default_factory=list)

    def __call__(self, name: str, when: str) -> None:
        """Raise before the step, as the system would."""
        if when == "after":
            return
        self.passed.append(name)
        if len(self.passed) - 1 != self.at:
            return
        self.failed = name
        if name.startswith("commit "):
            raise sa.exc.OperationalError("COMMIT", {}, sqlite3.OperationalError(FAULTS[self.number]))
        raise OSError(self.number, os.strerror(self.number))


@contextmanager
def full_store(pages: int) -> Iterator[None]:
    """Every store opened in the block can grow by so many pages and no more: SQLite itself says that it is full."""

    def limit(connection: sqlite3.Connection, _entry: object) -> None:
        (now,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {now + pages}")

    sa.event.listen(sa.Pool, "connect", limit)
    try:
        yield
    finally:
        sa.event.remove(sa.Pool, "connect", limit)


def is_sound(store: Path) -> bool:
    """Whether SQLite finds the store whole."""
    with closing(sqlite3.connect(store)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
