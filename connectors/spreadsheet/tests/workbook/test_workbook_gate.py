"""The gate: one cell edited in place in every odd workbook costs nothing else, or is refused by name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from benchmarks.fidelity import judge
from benchmarks.fidelity.edit import edit_in_place
from python_calamine import CalamineError

from actiontrack_spreadsheet.workbook import Grid, WorkbookRefused, open_workbook

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(path for folder in ("odd", "real") for path in (DATA / folder).glob("*.xls*"))
REFUSED = {
    "poi__60320-protected.xlsx": "encrypted",
    "poi__poc-xmlbomb.xlsx": "dtd",
    "poi__sample-beta.xlsx": "unknown-namespace",
    "poi__xlsx-corrupted.xlsx": "bad-xml",
}


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
    edit = edit_in_place(path, tmp_path / "backups")
    assert judge.parts_harmed(source, path, edit) == ([], [])
    assert judge.wrong_cells(_seen(source), _seen(path), edit) == []


def _seen(path: Path) -> dict[str, judge.Cells]:
    """All sheets through calamine, or openpyxl where that gives up on the file."""
    try:
        return judge.seen_by_calamine(path)
    except CalamineError:
        return judge.seen_by_openpyxl(path)


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
