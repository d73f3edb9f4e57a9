"""Writing edits into a file in place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .edits import Edit, Refusal, WriteResult
from .workbook import Workbook


def check_edits(workbook: Workbook, edits: Sequence[Edit]) -> list[Refusal]:
    """The edits that would be refused, each with its reason, in the order given. Changes nothing."""
    raise NotImplementedError


def plan_and_write(
    path: Path | str,
    edits: Sequence[Edit],
    *,
    expected_sha256: str,
    backup_dir: Path | str,
    dry_run: bool = False,
) -> WriteResult:
    """Make all edits in one atomic replace of the file, or none.

    Raises StaleWorkbook if the file is not ``expected_sha256`` (at the start or just before the replace),
    WorkbookRefused if any edit is refused (``check_edits`` tells which) or the result fails its check,
    WorkbookBusy if another program holds the file.
    """
    raise NotImplementedError


def open_elsewhere(path: Path | str) -> str | None:
    """Who seems to have the file open (from Excel's ``~$`` or LibreOffice's ``.~lock`` file), or None."""
    raise NotImplementedError


def is_lock_file(path: Path | str) -> bool:
    """``~$plan.xlsx`` and ``.~lock.plan.xlsx#`` are no workbooks."""
    raise NotImplementedError
