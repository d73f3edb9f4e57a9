"""The same edit, a text in one cell, made in place by us and by openpyxl's load and save."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

NEW = "Edited in place"


@dataclass(frozen=True, slots=True)
class Edited:
    """Where the text went. Rows and columns count from 1; `part` is the sheet's."""

    sheet: str
    row: int
    col: int
    part: str = ""

    def told(self) -> dict[str, Any]:
        return asdict(self)


class RefusedError(Exception):
    """The file can't be edited soundly; `reason` is a short code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason, message)  # both, so that it can cross to another process
        self.reason = reason

    def __str__(self) -> str:
        return str(self.args[1])


def edit_in_place(path: Path, backups: Path) -> Edited:
    """Put the text into the first cell that can take it. Raises RefusedError."""
    from actiontrack_spreadsheet.workbook import WorkbookRefused, open_workbook, plan_and_write

    try:
        workbook = open_workbook(path)
        edit = first_edit(workbook)
        plan_and_write(path, [edit], expected_sha256=workbook.sha256, backup_dir=backups, opened=workbook)
    except WorkbookRefused as refused:
        raise RefusedError(refused.reason, str(refused)) from None
    return Edited(edit.sheet, edit.row, edit.col, workbook.sheet(edit.sheet).part)


def first_edit(workbook: Any) -> Any:
    """A SetCell that the workbook can take, on a cell with a value if there is one. Raises RefusedError."""
    from actiontrack_spreadsheet.workbook import SetCell, WorkbookRefused, check_edits

    why: list[tuple[str, str]] = []
    for sheet in workbook.sheets:
        try:
            grid = workbook.read(sheet)
        except WorkbookRefused as refused:
            if refused.reason != "not-a-worksheet":
                why.append((refused.reason, str(refused)))
            continue
        for row, col in _places(grid):
            edit = SetCell(sheet.name, row, col, NEW)
            refusals = check_edits(workbook, [edit])
            if not refusals:
                return edit
            if refusals[0].reason == "signed":
                raise RefusedError("signed", refusals[0].message)
    if why:
        raise RefusedError(*why[0])
    raise RefusedError("no-writable-cell", f"{workbook.path.name}: no cell of it can take a text")


def _places(grid: Any) -> Iterator[tuple[int, int]]:
    """Cells with a value near the top, then one below and one right of all."""
    yield from ((row, col) for row in grid.rows[:20] for col in grid.columns[:10])
    yield (grid.rows[-1] + 2 if grid.rows and grid.rows[-1] < 1_000_000 else 1), 1
    yield 1, (grid.columns[-1] + 2 if grid.columns and grid.columns[-1] < 16_000 else 1)


def edit_by_openpyxl(path: Path, edit: Edited | None) -> Edited:
    """The same edit by load and save; into the first cell of the first sheet where we made none."""
    import openpyxl

    warnings.simplefilter("ignore")
    try:
        book = openpyxl.load_workbook(path, keep_vba=path.suffix.lower() in (".xlsm", ".xltm"), rich_text=True)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - it has no errors of its own for most of what it can't read
        raise RefusedError(type(error).__name__, str(error)[:200]) from None
    if not book.worksheets:
        raise RefusedError("no-sheets", "it sees none")
    sheet = book[edit.sheet] if edit and edit.sheet in book.sheetnames else book.worksheets[0]
    row, col = (edit.row, edit.col) if edit else (1, 1)
    sheet.cell(row, col).value = NEW
    book.save(path)
    return Edited(edit.sheet if edit else sheet.title, row, col)
