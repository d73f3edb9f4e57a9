"""Opening: migrations, faults told in a person's words, and what a killed process leaves."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from actiontrack.adapters.store import open_store
from actiontrack.domain.ledger import Instance, Setting
from actiontrack.domain.nouns import Agency
from actiontrack.errors import ConfigurationError, RetryableError, UserError
from actiontrack.services.audit import verify


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 3, 4, tzinfo=UTC)

    def today(self) -> date:
        return date(2026, 3, 4)


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_the_migrations_make_exactly_the_tables_the_code_uses(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from actiontrack.adapters.store.opening import migration_config
    from actiontrack.adapters.store.schema import REVISION, whole_schema

    assert ScriptDirectory.from_config(migration_config()).get_heads() == [REVISION]
    with (
        closing(open_store(url(tmp_path / "s.db"), "b", clock=FixedClock())) as store,
        store.engine.connect() as connection,
    ):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, whole_schema()) == []


def test_a_store_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    import sqlalchemy as sa
    from alembic import command

    from actiontrack.adapters.store.opening import migration_config

    engine = sa.create_engine(url(tmp_path / "s.db"))
    with engine.connect() as connection, connection.begin():
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(sa.text("INSERT INTO board VALUES ('b', 0, '')"))
        columns = [each["name"] for each in sa.inspect(connection).get_columns("instance")]
        known = {"name": "plan", "board_id": "b", "columns": "{}", "settled": 7, "adopted_at": None, "seen_at": None}
        values = dict.fromkeys(columns, "") | known
        names = ", ".join(columns)
        connection.execute(sa.text(f"INSERT INTO instance ({names}) VALUES (:{', :'.join(columns)})"), values)
    engine.dispose()
    with closing(open_store(url(tmp_path / "s.db"), "b", clock=FixedClock())) as store, store.reading() as reader:
        instance = reader.get(Instance, "plan")
        assert instance is not None
        assert (instance.settled, instance.issued_to, instance.agency, instance.still) == (7, "", "", {})
        assert (instance.keyed, instance.scanned_at, instance.failures, instance.stopped) == ("", None, 0, "")


def test_opening_again_keeps_the_identity_and_runs_no_migration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def identity() -> str:
        with closing(open_store(url(tmp_path / "s.db"), "b", clock=FixedClock())) as store, store.reading() as reader:
            setting = reader.get(Setting, "store_id")
            assert setting is not None
            return setting.value

    first = identity()
    monkeypatch.setitem(sys.modules, "alembic", None)  # an import of it would fail
    assert identity() == first
    assert len(first) == 32


def test_the_file_is_its_owners_alone_and_safe_against_power_loss(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "s.db"
    with closing(open_store(url(path), "b", clock=FixedClock())) as store:
        with store.writing("me", "test") as writer:
            writer.put(Agency(code="POL", name="Police"))
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        with store.engine.connect() as connection:
            pragmas = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            }
    assert set(modes.values()) == {0o600}, modes
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_throw_away_store_leaves_nothing() -> None:
    with closing(open_store("sqlite://", "b", clock=FixedClock())) as store:
        folder = Path(str(store.engine.url.database)).parent
        with closing(open_store("sqlite://", "b", clock=FixedClock())) as another:
            with store.writing("me", "test") as writer:
                writer.put(Agency(code="POL", name="Police"))
            with another.reading() as reader:
                assert reader.count(Agency) == 0
        assert folder.is_dir()
    assert not folder.exists()


def test_no_store_where_none_may_be_made(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no store at .*s\.db"):
        open_store(url(tmp_path / "s.db"), "b", clock=FixedClock(), create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(b"PK\x03\x04 a workbook, say" * 300)
    with pytest.raises(UserError, match=r"s\.db is damaged or no store"):
        open_store(url(path), "b", clock=FixedClock())
    assert path.read_bytes().startswith(b"PK")


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    open_store(url(path), "b", clock=FixedClock()).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UserError, match="newer actiontrack"):
        open_store(url(path), "b", clock=FixedClock())


def test_another_boards_database_is_no_store_of_this_board(tmp_path: Path) -> None:
    open_store(url(tmp_path / "s.db"), "b", clock=FixedClock()).close()
    with pytest.raises(UserError, match="no store of this board"):
        open_store(url(tmp_path / "s.db"), "other", clock=FixedClock(), create=False)


@pytest.mark.parametrize("wrong", ["not a url", "nosuchdatabase://host/db"])
def test_a_url_that_names_no_database(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match=r"\[store\] url"):
        open_store(wrong, "b", clock=FixedClock())


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="can't be made"):
        open_store(url(tmp_path / "file" / "s.db"), "b", clock=FixedClock())


def test_a_place_that_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be opened"):
        open_store(url(tmp_path), "b", clock=FixedClock())


def test_a_full_disk_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    with closing(open_store(url(tmp_path / "s.db"), "b", clock=FixedClock())) as store:
        with store.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(RetryableError, match="full: make room"), store.writing("me", "test") as writer:
            writer.put(*(Agency(code=f"A{number}", name="x" * 500) for number in range(200)))
        with store.reading() as reader:
            assert (reader.count(Agency), reader.head()) == (0, 0)


def test_a_database_server_that_does_not_answer() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(RetryableError, match="can't be reached") as raised:
        open_store("postgresql+psycopg://me:hidden@127.0.0.1:1/db", "b", clock=FixedClock())
    assert "hidden" not in str(raised.value)


def test_a_store_in_use_says_so_and_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from actiontrack.adapters.store import opening

    monkeypatch.setattr(opening, "BUSY_SECONDS", 0)
    path = tmp_path / "s.db"
    with closing(open_store(url(path), "b", clock=FixedClock())) as store, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RetryableError, match=r"s\.db is in use"), store.writing("me", "test"):
            pass
        with store.reading() as reader:
            assert reader.count(Agency) == 0, "a writer keeps nobody from reading"
        other.rollback()
        with store.writing("me", "test") as writer:
            writer.put(Agency(code="POL", name="Police"))


def test_faults_never_hold_what_was_being_stored(tmp_path: Path) -> None:
    from sqlalchemy.exc import DBAPIError

    with closing(open_store(url(tmp_path / "s.db"), "b", clock=FixedClock())) as store:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE agency")
        with pytest.raises(DBAPIError) as raised, store.writing("me", "test") as writer:
            writer.put(Agency(code="SECRETCODE", name="Secret name"))
    assert "secret" not in str(raised.value).lower()


def test_stores_opened_at_once_agree_on_one_identity(tmp_path: Path) -> None:
    found: list[str] = []

    def opening() -> None:
        with closing(open_store(url(tmp_path / "s.db"), "b", clock=FixedClock())) as store, store.reading() as reader:
            setting = reader.get(Setting, "store_id")
            found.append(setting.value if setting else "")

    threads = [threading.Thread(target=opening) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_writers_queue_and_lose_no_entry(tmp_path: Path) -> None:
    def write(name: str) -> None:
        with closing(open_store(url(tmp_path / "s.db"), "b", clock=FixedClock())) as store:
            for number in range(10):
                with store.writing(name, "test") as writer:
                    writer.put(Agency(code=f"{name}{number}", name=name))

    open_store(url(tmp_path / "s.db"), "b", clock=FixedClock()).close()
    threads = [threading.Thread(target=write, args=(name,)) for name in "XYZ"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(open_store(url(tmp_path / "s.db"), "b", clock=FixedClock())) as store:
        assert verify(store)["entries"] == 30
        assert verify(store)["broken_at"] is None


_WRITE_UNTIL_KILLED = """
import sys
from datetime import UTC, date, datetime
from actiontrack.adapters.store import open_store
from actiontrack.domain.nouns import Agency

class FixedClock:
    def now(self): return datetime(2026, 3, 4, tzinfo=UTC)
    def today(self): return date(2026, 3, 4)

store = open_store(sys.argv[1], "b", clock=FixedClock())
for batch in range(1_000_000):
    with store.writing("me", "test") as writer:
        for number in range(50):
            writer.put(Agency(code=f"{batch:07}-{number:02}", name="x" * 200))
            if number == 25:
                writer.head()
                if batch == int(sys.argv[2]):
                    print("in the middle", flush=True)
                    sys.stdin.read()
"""


@pytest.mark.parametrize("batch", [0, 3])
def test_a_killed_process_leaves_whole_transactions_only(tmp_path: Path, batch: int) -> None:
    path = tmp_path / "s.db"
    with subprocess.Popen(
        [sys.executable, "-c", _WRITE_UNTIL_KILLED, url(path), str(batch)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in the middle\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    with closing(open_store(url(path), "b", clock=FixedClock(), create=False)) as store:
        with store.reading() as reader:
            assert reader.count(Agency) == 50 * batch
            assert reader.head() == 50 * batch
        assert verify(store)["broken_at"] is None
        with store.writing("me", "test") as writer:
            writer.put(Agency(code="after", name="after"))
        assert verify(store)["entries"] == 50 * batch + 1
