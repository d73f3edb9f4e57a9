"""A workbook of any parts: what the XML parser alone reads, the fast reader reads the same.

What the parser refuses, the fast reader may let pass (an attribute without a value, an empty cell in the wrong row): a
program would not open it, and the check of a write refuses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from actiontrack_spreadsheet.workbook import Grid, Sheet, Workbook, WorkbookRefused, content_digest
from actiontrack_spreadsheet.workbook.book import Book
from actiontrack_spreadsheet.workbook.package import Package
from actiontrack_spreadsheet.workbook.values import CellValue
from fuzz.edits import said
from fuzz.parts import sections, workbook

_PATH = Path("plan.xlsx")


def run(data: bytes) -> None:
    """Read each sheet both ways and compare; then ask the grid all that it is ever asked."""
    try:
        opened = Workbook(Package(_PATH, workbook(sections(data))))
        assert opened.custom_properties is not None
    except WorkbookRefused as refused:
        plain_line(refused)
        return
    for sheet in opened.sheets:
        fast, slow = _read(opened, sheet, fast=True), _read(opened, sheet, fast=False)
        if slow is not None:
            assert fast is not None, f"the fast reader refuses {sheet.name!r}, the parser does not"
            assert everything(fast) == everything(slow), f"the readers differ on {sheet.name!r}"
            ask(opened, sheet)


def everything(grid: Grid) -> dict[str, object]:
    """All a grid says, in a form in which 1, 1.0 and True differ."""
    columns = {col: grid.cells.columns[col] for col in grid.columns}
    return {
        "rows": list(grid.rows),
        "values": {col: [said(value) for value in column.values] for col, column in columns.items()},
        "styles": {
            col: [style for style, value in zip(column.styles, column.values, strict=True) if value is not None]
            for col, column in columns.items()
        },
        "hidden": sorted(grid.hidden_rows),
        "around": repr(grid.surroundings),
    }


def _read(opened: Workbook, sheet: Sheet, *, fast: bool) -> Grid | None:
    try:
        return opened.read_sheet(sheet, fast=fast)
    except WorkbookRefused as refused:
        plain_line(refused)
        return None


def ask(opened: Book, sheet: Sheet) -> None:
    """Texts, links, lists, locks and the digest can be had of every cell."""
    grid = opened.read(sheet)
    for col in grid.columns[:30]:
        assert len(grid.texts(col)) == len(grid.rows)
        for row in grid.rows[:30]:
            said_of: Mapping[int, CellValue] = grid.row(row)
            assert (grid.cell(row, col) is None) == (col not in said_of)
            assert grid.text(row, col) is not None
            top, left = grid.anchor(row, col)
            assert 1 <= top <= row
            assert 1 <= left <= col
            grid.hyperlink(row, col)
            grid.allowed(row, col)
            grid.locked(row, col)
            grid.filled(row, col)
    assert content_digest(opened, [sheet.name]) == content_digest(opened, [sheet.name])


def plain_line(refused: WorkbookRefused) -> None:
    """A refusal is one line that names the file."""
    message = str(refused)
    assert message.startswith("plan.")
    assert len(message.splitlines()) == 1, "a refusal is one line"
    assert len(message) < 1000, "and not a long one"
