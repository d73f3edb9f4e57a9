"""The store: one SQL database of canonical records, ledgers and the audit chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actiontrack.adapters.store.store import SqlStore
    from actiontrack.ports import Clock


def open_store(url: str, board_id: str, *, clock: Clock, create: bool = True) -> SqlStore:
    """Open the store of one board, brought up to this version's schema.

    `url` is SQLAlchemy's: "sqlite:////absolute/path.db", "postgresql+psycopg://…", or "sqlite://" for one that is gone
    when it is closed. `create` False refuses a database that holds no such board yet.
    Raises UserError (no database, damaged, of a newer version), RetryableError (locked, unreachable).
    """
    from actiontrack.adapters.store.store import open_sql_store  # SQLAlchemy: not for `--help`

    return open_sql_store(url, board_id, clock=clock, create=create)
