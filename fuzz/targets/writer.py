"""Any edits of any workbook: refused with a reason, or exactly those cells changed and nothing else did."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.parsers import expat

from actiontrack_spreadsheet.workbook import (
    AddColumn,
    AppendRow,
    DefineName,
    Edit,
    Grid,
    SetCell,
    SetCustomProperty,
    Workbook,
    WorkbookRefused,
    Writable,
    check_edits,
    open_workbook,
    plan_and_write,
)
from actiontrack_spreadsheet.workbook.plan import same_value
from fuzz.choices import Choices
from fuzz.parts import sections, workbook
from fuzz.targets.reader import said

Place = tuple[str, int, int]
_MOST_EDITS = 12
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s>/]")


def run(data: bytes) -> None:
    """Write some edits into the workbook of a seed; its section `edits` says which."""
    named = sections(data)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / "plan.xlsx"
        path.write_bytes(workbook(named))
        _try(path, Choices(named.get("edits", b"")))


def _try(path: Path, choices: Choices) -> None:
    try:
        before = open_workbook(path)
        grids = {sheet.name: before.read(sheet) for sheet in before.sheets if sheet.kind == "worksheet"}
        parts = {sheet.part.lower() for sheet in before.sheets}
        if not grids or len(parts) < len(before.sheets):
            return  # two tabs of one part can't but change together
        for name in grids:
            before.read_sheet(before.sheet(name), fast=False)
        wished = _edits(choices, grids)
        refused = {id(refusal.edit) for refusal in check_edits(before, wished)}
    except WorkbookRefused:
        return
    edits = [edit for edit in wished if id(edit) not in refused]
    original = path.read_bytes()
    try:
        result = plan_and_write(path, edits, expected_sha256=before.sha256, backup_dir=path.parent / "backups")
    except WorkbookRefused as refusal:
        assert refusal.reason != "check-failed", str(refusal)
        assert path.read_bytes() == original, "a refused write changes nothing"
        return
    assert [file.name for file in path.parent.iterdir() if file.name not in ("plan.xlsx", "backups")] == []
    after = open_workbook(path)
    _exactly(before, after, planned_cells(edits))
    _others_identical(original, path.read_bytes(), result.changed_parts)
    again = [edit for edit in edits if isinstance(edit, (SetCell, DefineName, SetCustomProperty))]
    second = plan_and_write(path, again, expected_sha256=after.sha256, backup_dir=path.parent / "backups")
    assert not second.changed_cells, "the same cells once more change nothing"
    assert not second.written, "the same edits once more leave the file alone"


def _edits(choices: Choices, grids: dict[str, Grid]) -> list[Edit]:
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


def _exactly(before: Workbook, after: Workbook, planned: dict[Place, Writable]) -> None:
    """Read by the parser alone, every cell is as planned or as it was."""
    assert [sheet.name for sheet in before.sheets] == [sheet.name for sheet in after.sheets]
    for sheet in before.sheets:
        if sheet.kind != "worksheet":
            continue
        old, new = before.read_sheet(sheet, fast=False), after.read_sheet(sheet, fast=False)
        here = {(row, col): value for (name, row, col), value in planned.items() if name == sheet.name}
        for row, col in {*_filled(old), *_filled(new), *here}:
            found = new.cell(row, col)
            if (row, col) in here:
                assert same_value(found, here[row, col]), f"row {row}, column {col} is not as planned"
            else:
                assert said(found) == said(old.cell(row, col)), f"row {row}, column {col} changed unplanned"
                assert old.text(row, col) == new.text(row, col)
        assert sorted(map(str, old.merges)) == sorted(map(str, new.merges))


def _filled(grid: Grid) -> list[tuple[int, int]]:
    return [(row, col) for row in grid.rows for col in grid.row(row)]


def _others_identical(original: bytes, result: bytes, changed: Sequence[str]) -> None:
    """Parts that were not named are the same bytes; those that were are XML, with no formula more."""
    with zipfile.ZipFile(io.BytesIO(original)) as old, zipfile.ZipFile(io.BytesIO(result)) as new:
        assert result.count(b"PK\5\6") >= 1
        assert [name for name in new.namelist() if name in old.namelist()] == old.namelist()
        touched = {name.lower() for name in changed}
        for name in new.namelist():
            content = new.read(name)
            if name.lower() in touched:
                expat.ParserCreate().Parse(content, True)
                was = old.read(name) if name in old.namelist() else b""
                assert len(_FORMULA.findall(content)) <= len(_FORMULA.findall(was)), "a formula was made"
            else:
                assert content == old.read(name), f"{name} changed unplanned"
