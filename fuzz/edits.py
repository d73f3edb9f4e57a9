"""Edits of any workbook, and what they are to leave behind: the planned cells, and nothing else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.parsers import expat

from actiontrack_spreadsheet.workbook import (
    AddColumn,
    AppendRow,
    DefineName,
    Edit,
    Grid,
    SetCell,
    SetCustomProperty,
    Writable,
)
from actiontrack_spreadsheet.workbook.plan import same_value
from actiontrack_spreadsheet.workbook.values import CellValue
from fuzz.choices import Choices

Place = tuple[str, int, int]
_MOST_EDITS = 12


def wished(choices: Choices, grids: Mapping[str, Grid]) -> list[Edit]:
    """Edits at and around what the sheets hold."""
    edits: list[Edit] = []
    appended: dict[str, int] = {}
    while choices and len(edits) < _MOST_EDITS:
        grid = grids[choices.one_of(list(grids))]
        rows, columns = list(grid.rows) or [1], list(grid.columns) or [1]
        kind = choices.below(8)
        if kind < 4:
            row, col = choices.one_of(rows) + choices.below(3), choices.one_of(columns) + choices.below(3)
            edits.append(SetCell(grid.name, row, col, choices.value()))
        elif kind == 4:
            row = appended[grid.name] = appended.get(grid.name, rows[-1]) + 1
            values: dict[int, Writable] = {col: choices.value() for col in columns[: choices.below(5)]}
            edits.append(AppendRow(grid.name, row, values, rows[-1]))
        elif kind == 5:
            edits.append(AddColumn(grid.name, choices.one_of(rows), columns[-1] + 1 + choices.below(2), choices.text()))
        elif kind == 6:
            edits.append(DefineName(choices.one_of(("_key", "Key.2", choices.text())), "'Plan'!$A$1"))
        else:
            edits.append(SetCustomProperty(choices.text(), choices.text()))
    return edits


def planned_cells(edits: Sequence[Edit]) -> dict[Place, Writable]:
    """What stands where after the edits."""
    cells: dict[Place, Writable] = {}
    for edit in edits:
        if isinstance(edit, SetCell):
            cells[edit.sheet, edit.row, edit.col] = edit.value
        elif isinstance(edit, AppendRow):
            cells.update({(edit.sheet, edit.row, col): value for col, value in edit.values.items()})
        elif isinstance(edit, AddColumn):
            cells[edit.sheet, edit.header_row, edit.col] = edit.heading
    return cells


def exactly(old: Grid, new: Grid, planned: Mapping[tuple[int, int], Writable]) -> None:
    """Every cell of a sheet is as planned or as it was."""
    for row, col in {*_filled(old), *_filled(new), *planned}:
        found = new.cell(row, col)
        if (row, col) in planned:
            assert same_value(found, planned[row, col]), f"row {row}, column {col} is not as planned"
        else:
            assert said(found) == said(old.cell(row, col)), f"row {row}, column {col} changed unplanned"
            assert old.text(row, col) == new.text(row, col)
    assert sorted(map(str, old.merges)) == sorted(map(str, new.merges))


def said(value: CellValue) -> str:
    """A value with its type: 1, 1.0 and True differ."""
    return f"{type(value).__name__} {value!r}"


def others_identical(original: bytes, result: bytes, changed: Sequence[str]) -> None:
    """Parts that were not named are the same bytes in the same order; those that were are XML."""
    with zipfile.ZipFile(io.BytesIO(original)) as old, zipfile.ZipFile(io.BytesIO(result)) as new:
        assert result.count(b"PK\5\6") >= 1
        assert [name for name in new.namelist() if name in old.namelist()] == old.namelist()
        touched = {name.lower() for name in changed}
        for name in new.namelist():
            content = new.read(name)
            if name.lower() in touched:
                expat.ParserCreate().Parse(content, True)
            else:
                assert content == old.read(name), f"{name} changed unplanned"


def _filled(grid: Grid) -> list[tuple[int, int]]:
    return [(row, col) for row in grid.rows for col in grid.row(row)]
