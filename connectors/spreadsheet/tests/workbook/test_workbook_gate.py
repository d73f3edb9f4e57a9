"""The gate: one cell edited in place in every odd workbook costs nothing else, or is refused by name."""

from __future__ import annotations

import shutil
import zipfile
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineError, WorksheetNotFound, load_workbook

from actiontrack_spreadsheet.workbook import (
    Grid,
    SetCell,
    Workbook,
    WorkbookRefused,
    check_edits,
    open_workbook,
    plan_and_write,
)

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(path for folder in ("odd", "real") for path in (DATA / folder).glob("*.xls*"))
REFUSED = {
    "poi__60320-protected.xlsx": "encrypted",
    "poi__poc-xmlbomb.xlsx": "dtd",
    "poi__sample-beta.xlsx": "unknown-namespace",
    "poi__xlsx-corrupted.xlsx": "bad-xml",
}
NEW = "Edited in place"


def _target(workbook: Workbook) -> SetCell:
    """The first cell that can take a text, in a sheet with data if there is one."""
    for sheet in workbook.sheets:
        if sheet.kind == "worksheet":
            grid = workbook.read(sheet)
            places = [(row, col) for row in grid.rows[:20] for col in grid.columns[:10]]
            for row, col in [*places, (grid.rows[-1] + 2 if grid.rows else 1, 1)]:
                edit = SetCell(sheet.name, row, col, NEW)
                if not check_edits(workbook, [edit]):
                    return edit
    raise AssertionError("no cell to write")


@pytest.mark.parametrize("source", FILES, ids=lambda path: path.name)
def test_one_cell_in_place(source: Path, tmp_path: Path) -> None:
    path = tmp_path / source.name
    shutil.copy(source, path)
    if source.name in REFUSED:
        with pytest.raises(WorkbookRefused) as refused:
            open_workbook(path)
        assert refused.value.reason == REFUSED[source.name]
        assert source.name in str(refused.value)
        return
    before = open_workbook(path)
    edit = _target(before)
    result = plan_and_write(path, [edit], expected_sha256=before.sha256, backup_dir=tmp_path / "backups")
    assert result.written
    assert result.changed_cells == ((edit.sheet, edit.row, edit.col),)
    assert open_workbook(path).sha256 == result.sha256
    assert _parts_that_differ(source, path) == set(result.changed_parts)
    assert len(result.changed_parts) <= 2, "the sheet, and the request to calculate"
    _check_independently(source, path, edit)


def _parts_that_differ(before: Path, after: Path) -> set[str]:
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after) as new:
        assert [info.filename for info in old.infolist()] == [info.filename for info in new.infolist()]
        return {name.replace("\\", "/") for name in old.namelist() if old.read(name) != new.read(name)}


def _check_independently(before: Path, after: Path, edit: SetCell) -> None:
    """Another reader sees that edit and no other change, on every sheet it can read."""
    old, new = _read_elsewhere(before), _read_elsewhere(after)
    assert old.keys() == new.keys()
    assert edit.sheet in new
    for name, now in new.items():
        was = old[name]
        changed = {
            (row, col): _at(now, row, col)
            for row in range(max(len(was), len(now)))
            for col in range(max(len(line) for line in (*was, *now)))
            if _at(was, row, col) != _at(now, row, col)
        }
        assert changed == ({(edit.row - 1, edit.col - 1): NEW} if name == edit.sheet else {})


def _read_elsewhere(path: Path) -> dict[str, list[list[object]]]:
    """All sheets through calamine, or openpyxl where that gives up on the file."""
    try:
        book = load_workbook(path)
    except CalamineError:
        sheets = openpyxl.load_workbook(path).worksheets
        return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in sheets}
    found: dict[str, list[list[object]]] = {}
    for name in book.sheet_names:
        with suppress(CalamineError, WorksheetNotFound):
            found[name] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return found


def _at(rows: list[list[object]], row: int, col: int) -> object:
    return rows[row][col] if row < len(rows) and col < len(rows[row]) else ""


@pytest.mark.parametrize("source", [path for path in FILES if path.name not in REFUSED], ids=lambda path: path.name)
def test_the_fast_reader_reads_what_the_parser_reads(source: Path) -> None:
    workbook = open_workbook(source)
    for sheet in workbook.sheets:
        if sheet.kind == "worksheet":
            assert _digest(workbook.read(sheet)) == _digest(workbook.read_sheet(sheet, fast=False))


def _digest(grid: Grid) -> object:
    cells = [
        (col, [(type(value), value) for value in column.values], column.styles)
        for col, column in sorted(grid.cells.columns.items())
    ]
    return grid.rows, cells, grid.hidden_rows, grid.merges, grid.calculated
