"""Fixtures: an empty board's folder, and one with an adopted plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from board_suite import BOARD, POLICE, Suite, row


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """An empty folder with a configuration: a board's workbook and one that sync makes for the police."""
    monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
    monkeypatch.setenv("ACTIONTRACK_USER", "manager")
    made = Suite(tmp_path, monkeypatch)
    made.configure(BOARD, POLICE)
    return made


@pytest.fixture
def adopted(suite: Suite) -> Suite:
    """The same with a plan of nine actions adopted, its review published, and the police's workbook made."""
    suite.make_plan(row(number) for number in range(1, 10))
    suite.adopt()
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    suite.sync()
    return suite
