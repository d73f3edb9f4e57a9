"""`actiontrack run` as a process of its own, while people save files as their programs do. Waits are generous."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from board_suite import BOARD, Suite, row
from running import Running, starting

RETURNS = '[[connector]]\nname = "returns"\ntype = "spreadsheet"\npath = "returns/"\nside = "agency"\n'
FIRST = "Do the thing numbered 1"


@pytest.fixture
def board(suite: Suite) -> Suite:
    """The police's workbook was issued into the folder of returns."""
    suite.configure(BOARD, RETURNS)
    suite.make_plan(row(number) for number in range(1, 10))
    (suite.folder / "returns").mkdir()
    suite.adopt()
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    suite.sync()
    suite.run("workbook", "issue", "--agency", "POL", "--out", str(suite.folder / "returns" / "police.xlsx"))
    suite.sync()
    suite.sync()
    return suite


@pytest.fixture
def start(board: Suite) -> Iterator[Callable[..., Running]]:
    with starting(board) as begin:
        yield begin


def edited(board: Suite, path: Path, progress: str, copy: Path) -> Path:
    """A copy of the workbook in which the police report progress, as a program has it in hand before it saves."""
    shutil.copy(path, copy)
    with board.edit(str(copy.relative_to(board.folder))) as sheet:
        sheet.set(FIRST, "Progress", progress)
    return copy


def test_it_syncs_what_excel_and_libreoffice_save(board: Suite, start: Callable[..., Running]) -> None:
    path = board.folder / "returns" / "police.xlsx"
    work = board.folder / "work"
    work.mkdir()
    running = start()
    running.wait_for("watching .*returns")

    # Excel: a temporary file beside it, the old one renamed away, the new one renamed to its name, the old one deleted.
    new = edited(board, path, "Trained the night shift", work / "new.xlsx")
    shutil.copy(new, path.with_name("A1B2C3D4"))
    path.rename(path.with_name("5E6F.tmp"))
    path.with_name("A1B2C3D4").rename(path)
    path.with_name("5E6F.tmp").unlink()
    told = running.wait_for("returns/police: synced; .*1 updated here")
    assert "gone" not in told
    assert board.action(FIRST)["progress"] == "Trained the night shift"

    # LibreOffice: its mark beside the file while it is open, and the file written over in place.
    lock = path.with_name(f".~lock.{path.name}#")
    lock.write_text(",Jo Bloggs,desk,24.11.2026 09:00,file:///x;")
    path.write_bytes(edited(board, path, "Trained the day shift", work / "new.xlsx").read_bytes())
    running.wait_for("returns/police: police.xlsx: it is open by Jo Bloggs; it is left alone until it is closed")
    told = {each["name"]: each for each in board.run("sync", code=4)["connectors"]}
    assert told["returns/police"]["status"] == "deferred"
    assert "open by Jo Bloggs" in told["returns/police"]["why"]
    assert board.action(FIRST)["progress"] == "Trained the night shift"
    lock.unlink()
    running.wait_for("returns/police: synced; .*1 updated here")
    assert board.action(FIRST)["progress"] == "Trained the day shift"

    # What goes out to it is written, and is no reason to sync it again.
    board.run("action", "set", board.action(FIRST)["ref"], "priority=Urgent")
    board.sync()
    with board.edit("returns/police.xlsx") as sheet:
        assert sheet.value(sheet.find(FIRST), "Priority") == "Urgent"
    new = edited(board, board.plan, "Heard by the board", work / "plan.xlsx")
    new.replace(board.plan)
    running.wait_for("master: synced")
    since = running.text()[running.read :]
    assert running.stop() == 0
    assert "returns/police: synced; nothing new" not in since
    assert running.text().endswith("stopped\n")


def test_new_files_missing_folders_and_the_end(board: Suite, start: Callable[..., Running]) -> None:
    (board.folder / "returns").rename(board.folder / "away")
    (board.folder / "away/police.xlsx").rename(board.folder / "police.kept")
    running = start()
    running.wait_for("returns/police: .*no such folder")
    (board.folder / "away").rename(board.folder / "returns")
    (board.folder / "police.kept").rename(board.folder / "returns/q3.xlsx")
    running.wait_for("returns/q3: synced")
    board.make_plan([row(2)], board.folder / "returns/norchester health trust.xlsx")
    told = running.wait_for("returns/norchester health trust: first sync: 1 actions .* --approve ([0-9a-f]+)")
    approved = told.split()[-1]
    (board.folder / "returns/half.xlsx").write_bytes(b"PK\3\4")
    running.wait_for("returns/half: .*whose it is can't be told")
    board.sync("returns/norchester health trust", "--approve", approved, code=None)
    assert running.stop(signal.SIGINT) == 0


def test_polling_and_not_watching(board: Suite, start: Callable[..., Running]) -> None:
    board.configure(BOARD + 'watch = "off"\n', RETURNS + 'watch = "poll"\n')
    path = board.folder / "returns" / "police.xlsx"
    running = start()
    with board.edit() as sheet:
        sheet.set(FIRST, "Progress", "Heard by the board")
    with board.edit("returns/police.xlsx") as sheet:
        sheet.set(FIRST, "Lead officer", "Head of Custody")
    running.wait_for("returns/police: synced; .*1 updated here")
    assert "watching" not in running.text()
    assert "master" not in running.text()
    assert path.exists()
    assert running.stop() == 0
    running = start("--no-watch")
    running.wait_for("running; the schedule has 0 rules")
    assert running.stop() == 0
    assert "watching" not in running.text()


def test_once_does_not_watch(board: Suite) -> None:
    assert json.dumps(board.run("run", "--once")) == "[]"
