"""CSV files: read with whatever encoding and delimiter they have, written back with the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .edits import Edit, WriteResult
from .grid import Grid


def read_csv(path: Path | str) -> Grid:
    """A CSV file as a Grid named after the file; every value is a ``str``. Raises WorkbookRefused or WorkbookBusy."""
    raise NotImplementedError


def write_csv(
    path: Path | str,
    edits: Sequence[Edit],
    *,
    expected_sha256: str,
    backup_dir: Path | str,
    dry_run: bool = False,
) -> WriteResult:
    """``plan_and_write`` for CSV: SetCell, AppendRow and AddColumn; untouched rows stay the same bytes."""
    raise NotImplementedError
