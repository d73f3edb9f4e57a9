"""A backup is whole, private and checked before it replaces anything; after a restore nothing is written unseen."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from actiontrack.adapters.store import open_store
from actiontrack.adapters.store.store import SqlStore
from actiontrack.domain.ledger import Instance, Setting
from actiontrack.domain.nouns import Agency
from actiontrack.errors import RetryableError, UserError
from actiontrack.ports import Store
from actiontrack.services.audit import verify
from actiontrack.services.backup import backup, restore

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


class FixedClock:
    def now(self) -> datetime:
        return AT

    def today(self) -> date:
        return AT.date()


def opened(path: Path, board: str = "board") -> SqlStore:
    return open_store(f"sqlite:///{path}", board, clock=FixedClock())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with closing(opened(tmp_path / "live" / "s.db")) as made:
        yield made


def add(store: Store, *codes: str) -> None:
    with store.writing("me", "test") as writer:
        writer.put(*(Agency(code=code, name=code) for code in codes))


def codes(store: Store) -> list[str]:
    with store.reading() as reader:
        return [each.code for each in reader.find(Agency)]


def files(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if not each.name.endswith(("-wal", "-shm"))}


def test_a_backup_is_one_private_file_with_everything(store: SqlStore, tmp_path: Path) -> None:
    add(store, "POL", "HLT")
    told = backup(store, tmp_path / "b.db")
    assert told["entries"] == 2
    assert told["head"] == verify(store)["head"]
    assert told["bytes"] == (tmp_path / "b.db").stat().st_size
    assert json.dumps(told)
    assert stat.S_IMODE((tmp_path / "b.db").stat().st_mode) == 0o600
    assert files(tmp_path) == {"live", "b.db"}
    with closing(opened(tmp_path / "b.db")) as copy:
        assert codes(copy) == ["HLT", "POL"]


def test_a_backup_holds_only_what_is_committed(store: SqlStore, tmp_path: Path) -> None:
    add(store, "POL")
    with store.writing("me", "test") as writer:
        writer.put(Agency(code="HLT", name="Health"))
        assert writer.head() == 2
        assert backup(store, tmp_path / "b.db")["entries"] == 1
    assert codes(store) == ["HLT", "POL"]


def test_a_backup_replaces_an_older_one_and_never_the_store(store: SqlStore, tmp_path: Path) -> None:
    backup(store, tmp_path / "b.db")
    add(store, "POL")
    assert backup(store, tmp_path / "b.db")["entries"] == 1
    with pytest.raises(UserError, match="the store itself"):
        backup(store, tmp_path / "live" / "s.db")
    assert codes(store) == ["POL"]


def test_a_backup_that_can_not_be_written_leaves_nothing(store: SqlStore, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be written"):
        backup(store, tmp_path / "no" / "b.db")
    (tmp_path / "taken").mkdir()
    with pytest.raises(UserError, match="can't be written"):
        backup(store, tmp_path / "taken")
    assert files(tmp_path) == {"live", "taken"}


def test_a_restore_goes_back_and_keeps_what_was_there(store: SqlStore, tmp_path: Path) -> None:
    add(store, "POL")
    with store.writing("me", "test") as writer:
        writer.put(Instance(name="plan", settled=1), Instance(name="police"))
    backup(store, tmp_path / "b.db")
    add(store, "HLT")
    with closing(opened(tmp_path / "live" / "s.db")) as other, other.reading():
        told = restore(store, tmp_path / "b.db", at=AT)
        assert codes(other) == ["POL"], "a process that had the store open sees the restored one"
    assert told["same_store"] is True
    assert (told["entries"], told["actions"]) == (1, 0)
    assert Path(told["kept"]).name == "s.replaced-20260304T050607Z.db"
    with closing(opened(Path(told["kept"]))) as kept:
        assert codes(kept) == ["HLT", "POL"]
    with store.reading() as reader:
        restored_at = reader.get(Setting, "restored_at")
        assert restored_at is not None
        assert restored_at.value == AT.isoformat()
        assert [bool(each.must_confirm) for each in reader.find(Instance)] == [True, True]
    add(store, "EDU")
    assert verify(store)["broken_at"] is None
    again = restore(store, tmp_path / "b.db", at=AT)
    assert Path(again["kept"]).name == "s.replaced-20260304T050607Z-2.db"
    with closing(opened(Path(again["kept"]))) as kept:
        assert codes(kept) == ["EDU", "POL"]


def test_a_dry_run_changes_nothing(store: SqlStore, tmp_path: Path) -> None:
    add(store, "POL")
    backup(store, tmp_path / "b.db")
    add(store, "HLT")
    told = restore(store, tmp_path / "b.db", at=AT, dry_run=True)
    assert (told["entries"], told["kept"]) == (1, "")
    assert codes(store) == ["HLT", "POL"]
    assert files(tmp_path / "live") == {"s.db"}
    with store.reading() as reader:
        assert reader.get(Setting, "restored_at") is None


def test_another_stores_backup_is_told_as_such(store: SqlStore, tmp_path: Path) -> None:
    with closing(opened(tmp_path / "other.db")) as other:
        backup(other, tmp_path / "b.db")
    assert restore(store, tmp_path / "b.db", at=AT, dry_run=True)["same_store"] is False


def refused(store: SqlStore, file: Path, why: str) -> None:
    add(store, "POL")
    with pytest.raises(UserError, match=why) as raised:
        restore(store, file, at=AT)
    assert file.name in str(raised.value)
    assert codes(store) == ["POL"]
    assert files(Path(str(store.engine.url.database)).parent) == {"s.db"}


def test_no_backup_there(store: SqlStore, tmp_path: Path) -> None:
    refused(store, tmp_path / "b.db", "no backup")


def test_a_file_that_is_no_backup(store: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "b.db").write_text("certainly not a database " * 100)
    refused(store, tmp_path / "b.db", "no backup of a store")


def test_a_database_that_is_no_store(store: SqlStore, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "b.db")) as connection, connection:
        connection.execute("CREATE TABLE something (id)")
    refused(store, tmp_path / "b.db", "holds no actiontrack store")


def test_a_backup_of_another_board(store: SqlStore, tmp_path: Path) -> None:
    opened(tmp_path / "b.db", board="other").close()
    refused(store, tmp_path / "b.db", "no store of this board")


def test_a_truncated_backup(store: SqlStore, tmp_path: Path) -> None:
    file = tmp_path / "b.db"
    add(store, *(f"A{number}" for number in range(300)))
    with closing(opened(tmp_path / "live" / "s.db")) as again:
        backup(again, file)
    file.write_bytes(file.read_bytes()[:-8192])
    with pytest.raises(UserError, match=r"damaged|no backup"):
        restore(store, file, at=AT)
    assert len(codes(store)) == 300


def test_a_backup_whose_chain_was_altered(store: SqlStore, tmp_path: Path) -> None:
    with closing(opened(tmp_path / "other.db")) as other:
        add(other, "POL", "HLT")
        backup(other, tmp_path / "b.db")
    with closing(sqlite3.connect(tmp_path / "b.db")) as connection, connection:
        connection.execute("UPDATE audit SET who = 'nobody' WHERE position = 2")
    refused(store, tmp_path / "b.db", r"was altered: .*\(entry 2\)")


def test_a_restore_waits_for_a_writer_only_so_long(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from actiontrack.adapters.store import copies

    backup(store, tmp_path / "b.db")
    monkeypatch.setattr(copies, "BUSY_SECONDS", 0)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(str(store.engine.url.database))) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RetryableError, match="in use"):
            restore(store, tmp_path / "b.db", at=AT)
        other.rollback()
    restore(store, tmp_path / "b.db", at=AT)
