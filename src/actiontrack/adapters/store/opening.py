"""Connecting: engines, transactions, migrations, and faults told in a person's words."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy import event, exc
from sqlalchemy.pool import ConnectionPoolEntry

from actiontrack.adapters.store.schema import BOARD, REVISION, boards, table_of
from actiontrack.domain import chain
from actiontrack.domain.ledger import Setting
from actiontrack.errors import ActionTrackError, ConfigurationError, PreconditionFailed, RetryableError, UserError

BUSY_SECONDS = 10
"""How long a writer waits for another one's transaction to end."""
WRITING = {"sqlite_begin": "BEGIN IMMEDIATE"}
"""SQLite: take the write lock at once, so that two writers queue instead of one failing half-way."""

_VERSIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""Every schema this version knows."""


def make_engine(url: str, *, lasting: bool, create: bool) -> sa.Engine:
    """An engine whose exceptions hold no values. `lasting` False spares a throw-away database its disk writes."""
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            _place(parsed, create=create)
        engine = sa.create_engine(
            parsed, hide_parameters=True, json_serializer=_write_json, json_deserializer=_read_json
        )
    except exc.ArgumentError:
        raise ConfigurationError("[store] url: not a database URL; say sqlite:///actiontrack.db, for one") from None
    except (ImportError, exc.NoSuchModuleError):
        raise ConfigurationError(
            f"[store] url: {url.partition(':')[0]} can't be used here; for PostgreSQL install actiontrack[postgresql] "
            "and say postgresql+psycopg://…"
        ) from None
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine, lasting=lasting)
    return engine


def _write_json(value: Any) -> str:
    """Most lists and mappings are empty: those are known at a glance."""
    if value == []:
        return "[]"
    return "{}" if value == {} else to_json(value, inf_nan_mode="constants").decode()


def _read_json(text: str | bytes) -> Any:
    """As above. (psycopg hands over bytes.)"""
    if text == "[]":
        return []
    return {} if text == "{}" else json.loads(text)


def reading_options(engine: sa.Engine) -> dict[str, Any]:
    """What makes a transaction see one state from beginning to end; SQLite's always do."""
    if engine.dialect.name == "sqlite":
        return {}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _place(url: sa.URL, *, create: bool) -> None:
    """Make the file, readable by its owner only; SQLite's side files take its rights over."""
    path = Path(url.database or "")
    if path.exists():
        return
    if not create:
        raise UserError(f"There is no store at {path}: check [store] url, or make one with `actiontrack init`")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise UserError(f"The store {path} can't be made: {error.strerror}") from None


def _tune_sqlite(engine: sa.Engine, *, lasting: bool) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions begin and end where we say, not where the driver guesses
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'OFF'}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")  # what was erased is overwritten, not just let go of
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def prepare(engine: sa.Engine, board_id: str, *, create: bool, called: str = "") -> None:
    """Bring the schema up to date and see that the board is there. Quick where there is nothing to do."""
    called = called or place(engine)
    with engine.connect() as connection:
        version = _version(connection)
        if version == REVISION and _has_board(connection, board_id):
            return
    if version is not None and version not in _VERSIONS:
        raise UserError(f"The store {called} was made by a newer actiontrack: update this one")
    if version is None and not create:
        raise UserError(f"{called} holds no actiontrack store: choose another file")
    if version != REVISION:
        migrate(engine)
    with engine.connect() as connection, connection.execution_options(**WRITING).begin():
        if not _has_board(connection, board_id):
            if not create:
                raise UserError(f"{called} holds no store of this board: choose another file")
            _add_board(connection, board_id)


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _has_board(connection: sa.Connection, board_id: str) -> bool:
    return connection.execute(sa.select(boards.c.id).where(boards.c.id == board_id)).first() is not None


def _add_board(connection: sa.Connection, board_id: str) -> None:
    connection.execute(sa.insert(boards), {"id": board_id, "position": 0, "hash": chain.START})
    setting = {BOARD: board_id, "name": "store_id", "value": secrets.token_hex(16)}
    connection.execute(sa.insert(table_of(Setting)), setting)


def migrate(engine: sa.Engine) -> None:
    """Run the migrations that are missing, all in one transaction."""
    from alembic import command  # only where there is something to migrate

    config = migration_config()
    with engine.connect() as connection, connection.execution_options(**WRITING).begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def migration_config() -> Any:
    """Alembic's configuration for the migrations shipped in this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "actiontrack.adapters.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def place(engine: sa.Engine) -> str:
    """Where the store is, as a person knows it; never with a password."""
    return engine.url.database or "" if engine.dialect.name == "sqlite" else engine.url.render_as_string()


@contextmanager
def translated(engine: sa.Engine, called: str = "") -> Iterator[None]:
    """Turn the database's faults into ours, without any value that was being stored."""
    try:
        yield
    except exc.IntegrityError:
        raise PreconditionFailed("Another record of the same key is in the store already") from None
    except exc.DatabaseError as error:
        fault = _fault(error, called or place(engine))
        if fault is None:
            raise
        raise fault from None


def _fault(error: exc.DatabaseError, where: str) -> ActionTrackError | None:
    """What it means to a person; None where it is our own fault."""
    said = str(error.orig)
    if "locked" in said or "busy" in said:
        return RetryableError(f"The store {where} is in use by another actiontrack: try again in a moment")
    if "not a database" in said or "malformed" in said:
        return UserError(f"The store {where} is damaged or no store: move it away, then `actiontrack restore BACKUP`")
    if "readonly" in said:
        return UserError(f"The store {where} can't be written: ask for the right to write the file and its folder")
    if "unable to open" in said:
        return UserError(f"The store {where} can't be opened: check that it is a file you may read")
    if "disk is full" in said:
        return RetryableError(f"The disk that holds the store {where} is full: make room, then try again")
    if "disk I/O error" in said:
        return RetryableError(f"The disk that holds the store {where} fails or is full: see to it, then try again")
    if error.connection_invalidated or "connection" in said:
        return RetryableError(f"The store {where} can't be reached: check that the database runs, then try again")
    return None
