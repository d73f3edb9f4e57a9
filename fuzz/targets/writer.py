"""Any edits of any workbook: refused with a reason, or exactly those cells changed and nothing else did."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from actiontrack_spreadsheet.workbook import (
    DefineName,
    SetCell,
    SetCustomProperty,
    Workbook,
    WorkbookRefused,
    Writable,
    check_edits,
    open_workbook,
    plan_and_write,
)
from fuzz.choices import Choices
from fuzz.edits import Place, exactly, others_identical, planned_cells, wished
from fuzz.parts import sections, workbook

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
        asked = wished(choices, grids)
        refused = {id(refusal.edit) for refusal in check_edits(before, asked)}
    except WorkbookRefused:
        return
    edits = [edit for edit in asked if id(edit) not in refused]
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
    others_identical(original, path.read_bytes(), result.changed_parts)
    _no_formula_more(original, path.read_bytes(), result.changed_parts)
    again = [edit for edit in edits if isinstance(edit, (SetCell, DefineName, SetCustomProperty))]
    second = plan_and_write(path, again, expected_sha256=after.sha256, backup_dir=path.parent / "backups")
    assert not second.changed_cells, "the same cells once more change nothing"
    assert not second.written, "the same edits once more leave the file alone"


def _exactly(before: Workbook, after: Workbook, planned: dict[Place, Writable]) -> None:
    """Read by the parser alone, every cell is as planned or as it was."""
    assert [sheet.name for sheet in before.sheets] == [sheet.name for sheet in after.sheets]
    for sheet in before.sheets:
        if sheet.kind == "worksheet":
            old, new = before.read_sheet(sheet, fast=False), after.read_sheet(sheet, fast=False)
            exactly(old, new, {(row, col): value for (name, row, col), value in planned.items() if name == sheet.name})


def _no_formula_more(original: bytes, result: bytes, changed: Sequence[str]) -> None:
    with zipfile.ZipFile(io.BytesIO(original)) as old, zipfile.ZipFile(io.BytesIO(result)) as new:
        touched = {name.lower() for name in changed}
        for name in new.namelist():
            if name.lower() in touched:
                was = old.read(name) if name in old.namelist() else b""
                assert len(_FORMULA.findall(new.read(name))) <= len(_FORMULA.findall(was)), "a formula was made"
