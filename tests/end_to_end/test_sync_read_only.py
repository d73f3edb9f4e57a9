"""A plan kept in the old binary format: what comes in flows, nothing goes out, and it is said once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from board_suite import BOARD, Suite

DATA = Path(__file__).parents[2] / "connectors" / "spreadsheet" / "tests" / "data" / "binary"
COUNTS = ("created_here", "updated_here", "created_there", "updated_there", "conflicts", "proposals", "quarantined")


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """A board whose plan has numbers of its own, in .xls."""
    monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
    monkeypatch.setenv("ACTIONTRACK_USER", "manager")
    shutil.copy(DATA / "plan.xls", tmp_path)
    made = Suite(tmp_path, monkeypatch)
    made.configure(BOARD.replace("plan.xlsx", "plan.xls"))
    return made


def test_in_flows_and_out_is_told_once(suite: Suite) -> None:
    path = suite.folder / "plan.xls"
    before = path.read_bytes()
    waiting = suite.sync(code=1)["master"]
    assert "Nothing is written" in waiting["setup"][-1]
    assert suite.adopt()["master"]["created_here"] == 3
    assert suite.action("Train all staff")["current_due"] == "2027-01-15"
    suite.run("action", "set", "R1.2", "priority=High", "lead_officer=Post 1")
    suite.run("action", "add", "text=A new one", "review=SAR-2026-01", "lead_agency=POL")
    for _ in range(3):
        told = suite.sync()["master"]
        assert [told[name] for name in COUNTS] == [0] * len(COUNTS)
        (problem,) = told["problems"]
        assert "only read" in problem["why"]
        assert "it as .xlsx" in problem["do"]
    assert path.read_bytes() == before
    (checked,) = suite.run("connector", "check", "master", code=None)
    assert "only read" in str(checked["problems"])


def test_without_numbers_to_know_rows_by_it_can_only_be_imported(suite: Suite) -> None:
    shutil.copy(DATA / "counted.xls", suite.folder)
    suite.configure(BOARD.replace("plan.xlsx", "counted.xls"))
    told = suite.sync(code=None)["master"]
    assert told["status"] == "failed"
    assert "actiontrack import" in told["why"]
    made = suite.run("import", str(suite.folder / "counted.xls"), "--review", "SAR-2026-01")
    assert (made["rows"], made["created"]["actions"], made["problems"]) == (3, 3, [])
    again = suite.run("import", str(suite.folder / "counted.xls"), "--review", "SAR-2026-01")
    assert again["created"]["actions"] == 0
