"""Any parts as an OpenDocument workbook: refused, or read as a plain reader would; edits change what they say only."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest.mock import patch
from xml.etree.ElementTree import Element

from actiontrack_spreadsheet.ods import ODS, OdsWorkbook, check_ods, open_ods, reader
from actiontrack_spreadsheet.ods.places import CellStyles
from actiontrack_spreadsheet.ods.text import settled
from actiontrack_spreadsheet.ods.workbook import CONTENT
from actiontrack_spreadsheet.workbook import (
    AddColumn,
    AppendRow,
    DefineName,
    Edit,
    SetCell,
    SetCustomProperty,
    WorkbookRefused,
    Writable,
    WriteResult,
)
from actiontrack_spreadsheet.workbook.package import Package
from actiontrack_spreadsheet.workbook.values import Formula
from actiontrack_spreadsheet.workbook.workbook import as_utf8_part
from actiontrack_spreadsheet.workbook.write import write_in_place
from fuzz.choices import Choices
from fuzz.edits import Place, exactly, others_identical, planned_cells, said, wished
from fuzz.ods_parts import workbook
from fuzz.ods_reading import Table, around, attributes, beside, tables, whole
from fuzz.parts import sections
from fuzz.targets.reader import ask, plain_line

_PATH = Path("plan.ods")
_MOST = 40
"""Rows and columns of a sheet that are looked at one by one."""
_MOST_UNROLLED = 20_000
"""Cells that may stand for others: less than in life, so that the limit is met and a run is short."""


def run(data: bytes) -> None:
    """Read the workbook of a seed; then write into it what its section `edits` says."""
    with patch.object(reader, "MOST_UNROLLED", _MOST_UNROLLED):
        _run(sections(data))


def _run(named: Mapping[str, bytes]) -> None:
    content = workbook(named)
    try:
        book = OdsWorkbook(Package(_PATH, content))
        assert book.custom_properties is not None
    except WorkbookRefused as refused:
        plain_line(refused)
        return
    _agree(book)
    for sheet in book.sheets:
        ask(book, sheet)
    choices = Choices(named.get("edits", b""))
    if choices:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            path = Path(folder) / "plan.ods"
            path.write_bytes(content)
            _edit(path, choices)


def _agree(book: OdsWorkbook) -> None:
    """The reader, the plain one and the writer's say the same of each cell."""
    plain = tables(as_utf8_part(book.package, CONTENT))
    assert [sheet.name for sheet in book.sheets] == [table.name for table in plain]
    for table in plain:
        grid, styles = book.grid(table.name), CellStyles(book, table.name)
        rows, columns = table.corners()
        places = {(row, col) for row in sorted(rows)[:_MOST] for col in sorted(columns)[:_MOST]}
        places |= {(row, col) for row in grid.rows[:_MOST] for col in grid.row(row)}
        for row, col in places:
            value, found = table.value(row, col), grid.cell(row, col)
            if isinstance(found, Formula) and any((row, col) in area for area in grid.calculated):
                found = found.value if isinstance(found.value, type(value)) else found
            assert said(found) == said(value), f"{table.name}: row {row}, column {col} reads otherwise"
            if value is not None:
                name = styles.style(row, col)
                style = book.styles.number(name) if name else grid.column_style(col)
                assert grid.style(row, col) == book.styles[style], f"row {row}, column {col}: its style is another"


def _edit(path: Path, choices: Choices) -> None:
    original, before = path.read_bytes(), open_ods(path)
    asked = wished(choices, {sheet.name: before.read(sheet) for sheet in before.sheets})
    try:
        refusals = check_ods(before, asked)
    except WorkbookRefused as refused:
        plain_line(refused)
        return
    assert all(len(refusal.message.splitlines()) == 1 for refusal in refusals)
    refused_edits = {id(refusal.edit) for refusal in refusals}
    edits = [edit for edit in asked if id(edit) not in refused_edits]
    try:
        result = _write(path, edits, before.sha256)
    except WorkbookRefused as refused:
        assert refused.reason != "check-failed", str(refused)
        assert path.read_bytes() == original, "a refused write changes nothing"
        return
    after = open_ods(path)
    assert after.sha256 == result.sha256
    planned = _planned(edits)
    for sheet in before.sheets:
        here = {(row, col): value for (name, row, col), value in planned.items() if name == sheet.name}
        exactly(before.grid(sheet.name), after.grid(sheet.name), here)
    _agree(after)
    others_identical(original, path.read_bytes(), result.changed_parts)
    _nothing_else(before, after, edits)
    _kept(after, edits)
    again: list[Edit] = [edit for edit in edits if isinstance(edit, (DefineName, SetCustomProperty))]
    cells = [SetCell(*place, value) for place, value in planned.items()]
    locked = {id(refusal.edit) for refusal in check_ods(after, cells)}
    second = _write(path, [*again, *(cell for cell in cells if id(cell) not in locked)], after.sha256)
    assert not second.changed_cells, "the same cells once more change nothing"
    assert not second.written, "the same edits once more leave the file alone"


def _planned(edits: Sequence[Edit]) -> dict[Place, Writable]:
    return {place: settled(value) if isinstance(value, str) else value for place, value in planned_cells(edits).items()}


def _write(path: Path, edits: Sequence[Edit], sha256: str) -> WriteResult:
    return write_in_place(ODS, path, edits, expected_sha256=sha256, backup_dir=path.parent / "backups")


def _nothing_else(before: OdsWorkbook, after: OdsWorkbook, edits: Sequence[Edit]) -> None:
    """What stands in and around the cells is as it was: notes, drawings, styles, formulas, spans, filters."""
    old, new = (as_utf8_part(book.package, CONTENT) for book in (before, after))
    grown = any(isinstance(edit, (AppendRow, AddColumn)) for edit in edits)
    assert around(old, grown=grown) == around(new, grown=grown), "something around the rows changed"
    planned = _planned(edits)
    dressed = {(edit.sheet, edit.row) for edit in edits if isinstance(edit, AppendRow)}
    headings = {(edit.sheet, edit.header_row, edit.col) for edit in edits if isinstance(edit, AddColumn)}
    for was, now in zip(tables(old), tables(new), strict=True):
        here = {(row, col): value for (name, row, col), value in planned.items() if name == was.name}
        appended = {row for name, row in dressed if name == was.name}
        rows, columns = (a | b for a, b in zip(was.corners(), now.corners(), strict=True))
        for row in set(sorted(rows)[:_MOST]) - appended:
            assert _said_of_row(was, row) == _said_of_row(now, row), f"row {row} changed"
            for col in sorted(columns)[:_MOST]:
                same = (row, col) in here or whole(was.cell(row, col)) == whole(now.cell(row, col))
                assert same, f"row {row}, column {col} changed unplanned"
        for (row, col), value in here.items():
            if row not in appended:
                assert beside(was.cell(row, col)) == beside(now.cell(row, col)), "more than its value changed"
            if (
                row not in appended
                and (was.name, row, col) not in headings
                and (value is None or isinstance(value, str))
            ):
                styles = [_said_of(table.cell(row, col)).get("table:style-name") for table in (was, now)]
                assert styles[0] == styles[1], f"row {row}, column {col} has another style"
            if isinstance(value, str) and value and was.value(row, col) != now.value(row, col):
                _text_only(now, row, col)


def _said_of(element: Element | None) -> dict[str, str]:
    return {} if element is None else attributes(element)


def _said_of_row(table: Table, number: int) -> dict[str, str]:
    row = table.row(number)
    said_of = _said_of(row.element if row else None)
    return {key: value for key, value in said_of.items() if key not in ("table:number-rows-repeated", "xml:id")}


def _text_only(table: Table, row: int, col: int) -> None:
    said_of = _said_of(table.cell(row, col))
    assert "table:formula" not in said_of, "a text is a formula"
    assert said_of.get("office:value-type") == "string", "a text is no text"


def _kept(after: OdsWorkbook, edits: Sequence[Edit]) -> None:
    """Properties and names are there as they were given."""
    for edit in edits:
        if isinstance(edit, SetCustomProperty):
            assert after.custom_properties.get(edit.name) == edit.value, f"property {edit.name!r} reads otherwise"
        elif isinstance(edit, DefineName):
            found = {name.name.casefold(): name.refers_to for name in after.defined_names if name.scope is None}
            assert found.get(edit.name.casefold()) == edit.refers_to, f"name {edit.name} is elsewhere"
