"""A board to bring reviews to."""

from __future__ import annotations

from pathlib import Path

import pytest
from learning_board import LearningBoard


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LearningBoard:
    """An empty one."""
    monkeypatch.setenv("AT_NOW", "2026-09-21T09:00:00Z")
    monkeypatch.setenv("ACTIONTRACK_USER", "manager")
    made = LearningBoard(tmp_path, monkeypatch)
    made.configure()
    return made
