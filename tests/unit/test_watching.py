"""When a watched file is synced, on real files and a real store; the seconds are the test's own."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from board_suite import BOARD, POLICE, Suite, row

from actiontrack.adapters.watching import watching
from actiontrack.domain.ledger import Lease
from actiontrack.errors import UserError
from actiontrack.ports import Place
from actiontrack.runtime import Runtime, open_runtime
from actiontrack.services.hints import Hints
from actiontrack.services.sync.engine import sync
from actiontrack.services.watching import AGAIN, LOOK, PATIENCE, POLL, QUIET, STEP, Watch

FIRST = "Do the thing numbered 1"
SYNCED = "police: synced; "


@dataclass
class Seconds:
    """Time that passes only while somebody waits, and the waits themselves."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)
    places: frozenset[Place] = frozenset()
    tells: bool = True
    meanwhile: Callable[[], None] = lambda: None

    def watch(self, places: Collection[Place]) -> bool:
        self.places = frozenset(places)
        return self.tells

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
        self.meanwhile()


@dataclass
class Bench:
    """A board's folder under watch."""

    suite: Suite
    runtime: Runtime
    seconds: Seconds
    watch: Watch
    told: list[str]

    def pass_time(self, seconds: float) -> list[str]:
        """What is told meanwhile."""
        self.told.clear()
        self.watch.pause(seconds)
        return list(self.told)

    def type(self, progress: str, name: str = "police.xlsx") -> None:
        with self.suite.edit(name) as sheet:
            sheet.set(FIRST, "Progress", progress)

    @property
    def police(self) -> Path:
        return self.suite.folder / "police.xlsx"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
    suite = Suite(tmp_path, monkeypatch)
    suite.configure(BOARD, POLICE)
    suite.make_plan(row(number) for number in range(1, 10))
    suite.adopt()
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    suite.sync()
    suite.sync()
    with open_runtime(str(tmp_path / "actiontrack.toml")) as runtime:
        seconds, told = Seconds(), []
        hints = Hints(lambda: seconds.now)
        watch = Watch(
            runtime.core, tmp_path, seconds, lambda: seconds.now, runtime.look_again, told.append, "scheduler", hints
        )
        made = Bench(suite, runtime, seconds, watch, told)
        assert made.pass_time(QUIET + STEP) == [f"watching {tmp_path}"], "what says what it said needs no sync"
        yield made


def test_a_burst_of_changes_is_one_sync(bench: Bench) -> None:
    versions = iter([b"", b"PK\3\4", b"PK\3\4 half of it"])
    bench.type("Trained all shifts")
    whole = bench.police.read_bytes()
    mark = bench.police.stat().st_mtime_ns

    def save() -> None:
        nonlocal mark
        content = next(versions, None)
        if content is not None:
            mark += 1
            bench.police.write_bytes(content)
            os.utime(bench.police, ns=(mark, mark))
        elif bench.police.stat().st_size != len(whole):
            bench.police.write_bytes(whole)

    bench.seconds.meanwhile = save
    assert bench.pass_time(30) == [f"{SYNCED}1 updated here", "master: synced; 1 updated there"]
    assert bench.suite.action(FIRST)["progress"] == "Trained all shifts"


def test_what_a_sync_wrote_is_not_synced_again(bench: Bench) -> None:
    bench.type("Trained all shifts")
    assert bench.pass_time(QUIET + STEP) == [f"{SYNCED}1 updated here", "master: synced; 1 updated there"]
    assert bench.pass_time(120) == []


def test_a_file_saved_again_without_a_change_is_synced_once_and_says_nothing_new(bench: Bench) -> None:
    bench.type("Trained all shifts")
    bench.pass_time(60)
    with bench.suite.edit("police.xlsx") as sheet:
        sheet.book.properties.description = "Saved again"
    assert bench.pass_time(60) == [f"{SYNCED}nothing new"]
    os.utime(bench.police, ns=(1, 1))
    assert bench.pass_time(60) == []


def test_a_file_that_stays_half_written_is_told_after_a_while(bench: Bench) -> None:
    bench.police.write_bytes(bench.police.read_bytes()[:2000])
    assert bench.pass_time(PATIENCE - STEP) == []
    (told,) = bench.pass_time(2 * STEP)
    assert "police.xlsx: damaged or cut short" in told
    assert bench.pass_time(300) == []


def test_an_open_file_is_left_alone_and_says_who_once(bench: Bench) -> None:
    lock = bench.suite.folder / ".~lock.police.xlsx#"
    lock.write_text(",Jo Bloggs,desk,x;")
    assert bench.pass_time(60) == [], "nothing has changed in it"
    bench.type("Trained all shifts")
    assert bench.pass_time(300) == ["police: police.xlsx: it is open by Jo Bloggs; it is left alone until it is closed"]
    lock.unlink()
    assert bench.pass_time(STEP)[0] == f"{SYNCED}1 updated here"


def test_what_had_to_wait_goes_out_when_the_file_is_closed(bench: Bench) -> None:
    lock = bench.suite.folder / "~$plan.xlsx"
    lock.write_bytes(b"\x06Sam Li")
    bench.type("Trained all shifts")
    assert bench.pass_time(300) == [
        f"{SYNCED}1 updated here", "master: plan.xlsx: it is open by Sam Li; it is left alone until it is closed",
    ]  # fmt: skip
    lock.unlink()
    assert bench.pass_time(AGAIN) == ["master: synced; 1 updated there"]
    with bench.suite.edit() as sheet:
        assert sheet.value(sheet.find(FIRST), "Progress") == "Trained all shifts"


def test_what_the_schedules_sync_had_to_leave_goes_out_too(bench: Bench) -> None:
    lock = bench.suite.folder / "~$police.xlsx"
    lock.write_bytes(b"\x06Sam Li")
    bench.suite.run("action", "set", bench.suite.action(FIRST)["ref"], "priority=Urgent")
    bench.watch.take(sync(bench.runtime.core, who="scheduler"))
    bench.pass_time(60)
    lock.unlink()
    assert bench.pass_time(AGAIN) == [f"{SYNCED}1 updated there"]


def test_a_write_that_was_cut_off_is_made_at_the_next_start(bench: Bench) -> None:
    lock = bench.suite.folder / "~$police.xlsx"
    bench.suite.run("action", "set", bench.suite.action(FIRST)["ref"], "priority=Urgent")
    connector = bench.runtime.core.connectors["police"]
    apply = connector.apply

    def opened_meanwhile(batch: object) -> object:
        lock.write_bytes(b"\x06Sam Li")
        return apply(batch)  # type: ignore[arg-type]

    connector.apply = opened_meanwhile  # type: ignore[method-assign, assignment]
    assert {each.name: each.status for each in sync(bench.runtime.core, who="x").connectors}["police"] == "deferred"
    lock.unlink()
    anew = Watch(
        bench.runtime.core, bench.suite.folder, bench.seconds, lambda: bench.seconds.now, bench.runtime.look_again,
        bench.told.append, "scheduler", Hints(lambda: bench.seconds.now),
    )  # fmt: skip
    bench.told.clear()
    anew.pause(10)
    assert f"{SYNCED}1 updated there" in bench.told


def test_it_tries_again_while_another_sync_is_at_work(bench: Bench) -> None:
    core = bench.runtime.core
    with core.store.writing("x", "x") as writer:
        held = writer.get(Lease, "sync")
        assert held is not None
        writer.put(held.model_copy(update={"holder": "elsewhere:1", "until": core.clock.now() + timedelta(hours=1)}))
    bench.type("Trained all shifts")
    assert bench.pass_time(60) == []
    with core.store.writing("x", "x") as writer:
        writer.put(held.model_copy(update={"holder": ""}))
    assert bench.pass_time(AGAIN)[0] == f"{SYNCED}1 updated here"


def test_a_file_that_goes_is_told_and_one_that_comes_back_too(bench: Bench) -> None:
    kept = bench.police.read_bytes()
    bench.police.unlink()
    assert [line.partition(":")[0] for line in bench.pass_time(60)] == ["police"]
    bench.police.write_bytes(kept)
    assert bench.pass_time(60) == ["police: as it was; nothing is to be done"]


def test_no_error_ends_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = iter([ValueError("Jane Doe"), ValueError("Jane Doe"), UserError("the store is gone")])

    def fresh() -> None:
        for fault in faults:
            raise fault
        bench.runtime.look_again()

    bench.watch.fresh = fresh
    bench.type("Trained all shifts")
    assert bench.pass_time(60) == [
        "watching: ValueError", "watching: the store is gone", f"{SYNCED}1 updated here",
        "master: synced; 1 updated there",
    ]  # fmt: skip


def test_how_often_it_looks(bench: Bench) -> None:
    bench.seconds.waits.clear()
    bench.pass_time(LOOK)
    assert bench.seconds.waits == [LOOK]
    bench.seconds.tells = False
    bench.pass_time(POLL)
    bench.seconds.waits.clear()
    bench.pass_time(3 * POLL)
    assert bench.seconds.waits == [POLL] * 3
    assert bench.seconds.places == {Place(bench.suite.folder)}


# --- the folders themselves -----------------------------------------------------------------------------------------


def wakes(folder: Path, change: Callable[[], object], *, deep: bool = False) -> bool:
    """Whether a change wakes who waits, long before the time is up."""
    with watching(lambda path: path.suffix == ".xlsx") as watcher:
        assert watcher.watch([Place(folder, deep)])
        threading.Timer(0.2, change).start()
        woken = threading.Event()

        def wait() -> None:
            watcher.wait(600)
            woken.set()

        threading.Thread(target=wait, daemon=True).start()
        return woken.wait(60)


def test_what_wakes(tmp_path: Path) -> None:
    plan = tmp_path / "plan.xlsx"
    assert wakes(tmp_path, lambda: plan.write_text("x"))
    assert wakes(tmp_path, lambda: plan.write_text("y"))
    assert wakes(tmp_path, lambda: plan.rename(tmp_path / "plan.tmp"))
    assert wakes(tmp_path, lambda: (tmp_path / "plan.tmp").rename(plan))
    assert wakes(tmp_path, plan.unlink)
    (tmp_path / "below").mkdir()
    assert wakes(tmp_path, lambda: (tmp_path / "below" / "plan.xlsx").write_text("x"), deep=True)


def test_other_files_are_not_asked_about_and_reading_is_no_change(tmp_path: Path) -> None:
    asked: list[str] = []

    def matters(path: Path) -> bool:
        asked.append(path.name)
        return path.suffix == ".xlsx"

    (tmp_path / "read.xlsx").write_text("x")
    with watching(matters) as watcher:
        watcher.watch([Place(tmp_path)])
        (tmp_path / "read.xlsx").read_text()
        (tmp_path / "at.db").write_text("x")
        (tmp_path / "last.xlsx").write_text("x")
        watcher.wait(60)
    assert "last.xlsx" in asked
    assert "read.xlsx" not in asked


def test_a_folder_that_is_missing_is_said_and_one_that_was_replaced_is_watched_anew(tmp_path: Path) -> None:
    folder = tmp_path / "returns"
    with watching(lambda path: True) as watcher:
        assert not watcher.watch([Place(folder)])
        folder.mkdir()
        assert watcher.watch([Place(folder)])
        shutil.rmtree(folder)
        watcher.wait(60)
        assert not watcher.watch([Place(folder)])
        folder.mkdir()
        assert watcher.watch([Place(folder)])
        assert watcher.watch([])
    assert wakes(folder, lambda: (folder / "plan.xlsx").write_text("x"))
