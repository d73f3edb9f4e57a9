"""Fixtures: LibreOffice, one a module, and a board whose rich workbook was adopted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from board_suite import AGENCIES, BOARD, POLICE, Suite, row
from office import Office, uno_python
from rich_plan import make_rich_plan

ROWS = 40


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A running LibreOffice."""
    if not uno_python():
        why = "no Python here can import uno (Debian: python3-uno)"
        pytest.fail(why) if "office" in os.environ.get("AT_REQUIRE", "") else pytest.skip(why)
    running = Office(tmp_path_factory.mktemp("profile"))
    yield running
    running.close()


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """A board's rich workbook of forty actions, not adopted yet; sync will make the police's."""
    monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
    monkeypatch.setenv("ACTIONTRACK_USER", "manager")
    suite = Suite(tmp_path, monkeypatch)
    suite.configure(BOARD, POLICE)
    make_rich_plan(suite.plan, [row(number) for number in range(1, ROWS + 1)], list(AGENCIES.values()))
    return suite


@pytest.fixture
def adopted(board: Suite) -> Suite:
    """The same, adopted."""
    board.adopt()
    board.run("review", "set", "SAR-2026-01", "publication=published")
    board.sync()
    return board
