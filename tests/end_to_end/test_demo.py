"""The demo: the whole main job, again and again."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from actiontrack.cli.front import run


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00Z")

    def go(*arguments: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert run((*arguments, "--json")) == code
        return json.loads(capsys.readouterr().out)

    return go


def test_the_demo_does_the_whole_job_twice(play: Any, tmp_path: Path) -> None:
    first = play("demo", "d")
    assert {"dir", "files", "sync", "sweep", "report"} <= first.keys()
    second = play("demo", "d")
    assert second["report"]["figures"] == first["report"]["figures"]
    assert all((tmp_path / file).is_file() for file in second["files"])
    assert {Path(file).suffix for file in second["report"]["files"]} >= {".html", ".xlsx", ".json"}
    connectors = second["sync"]["connectors"]
    assert [each["status"] for each in connectors] == ["ok", "ok", "ok"]
    assert sum(each["conflicts"] for each in connectors) == len(second["conflicts"]) == 1
    assert sum(each["proposals"] for each in connectors) == len(second["proposals"]) == 1
    assert second["sweep"]["overdue"] == second["report"]["figures"]["overdue"] == 3
    assert len(second["sweep"]["raised"]) > 0


def test_edits_of_every_side_arrive_and_the_next_sync_changes_no_byte(play: Any, tmp_path: Path) -> None:
    play("demo", "d")
    config = ("--config", "d/actiontrack.toml")
    actions = {each["number"]: each for each in play(*config, "action", "list")}
    assert len(actions) == 14
    assert actions["1.2"]["priority"] == "Medium"
    assert actions["1.2"]["progress"].startswith("Supplier chosen")
    assert actions["3.1"]["status"] == "reported_complete"
    assert actions["1.3"]["lead_officer"] == "Chief clinical information officer"
    assert actions["4.3"]["text"].endswith("care or food.")
    board = openpyxl.load_workbook(tmp_path / "d" / "board-plan.xlsx")
    shown = {row[0]: row for row in board["Action plan"].iter_rows(min_row=5, values_only=True)}
    assert shown["1.2"][9].startswith("Supplier chosen")
    assert shown["2.2"][3].endswith("train every response team.")
    files = sorted((tmp_path / "d").glob("*.xlsx"))
    before = [file.read_bytes() for file in files]
    again = play(*config, "sync", code=1)
    assert all(each["updated_here"] == each["updated_there"] == 0 for each in again["connectors"])
    assert [file.read_bytes() for file in files] == before


def test_what_the_manager_made_is_still_in_the_workbook(play: Any, tmp_path: Path) -> None:
    play("demo", "d")
    with zipfile.ZipFile(tmp_path / "d" / "board-plan.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        summary = book.read("xl/worksheets/sheet2.xml").decode()
        names = book.namelist()
    assert "xl/charts/chart1.xml" in names
    assert sheet.count("<conditionalFormatting") == 5 or sheet.count("<cfRule") == 5
    assert "<dataValidation " in sheet
    assert "<f>COUNTIF(" in summary


def test_a_folder_that_is_not_the_demos_is_left_alone(play: Any, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "mine.xlsx").write_bytes(b"mine")
    told = play("demo", "d", code=2)
    assert "not the demo's" in told["error"]
    assert (tmp_path / "d" / "mine.xlsx").read_bytes() == b"mine"


def test_a_demo_workbook_that_is_open_is_not_pulled_away(play: Any, tmp_path: Path) -> None:
    play("demo", "d")
    (tmp_path / "d" / "~$police.xlsx").write_bytes(b"")
    told = play("demo", "d", code=2)
    assert "police.xlsx is open" in told["error"]
