"""The check of a result before it replaces the file: exactly the planned cells changed, every other part identical."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from .columns import Column
from .edits import Writable
from .errors import refuse_file, xml_faults
from .grid import Grid
from .ownsheet import same_cells
from .package import Package, part_key
from .plan import Cell, Plan, same_value
from .workbook import Sheet, Workbook
from .xml import new_parser, parse_with

_PLAIN_LIMIT = 4 << 20
"""Bytes of a sheet up to which it is read again by the XML parser alone, not by the patterns it was read with."""


def verify(workbook: Workbook, plan: Plan, result: bytes) -> None:
    """Raise WorkbookRefused (``check-failed``) unless the result is the workbook with the plan and nothing else."""
    try:
        after = Workbook(Package(workbook.path, result))
        _parts(workbook, after, plan)
        after.share_strings(workbook)
        for sheet in workbook.sheets:
            if sheet.part in plan.parts and sheet.name not in plan.own:
                _sheet(workbook, after, sheet, plan.cells.get(sheet.name, {}))
        for title, cells in plan.own.items():
            _own_sheet(after, title, cells)
    except _Differs as differs:
        raise refuse_file(
            workbook.path, "check-failed", f"the result did not pass its check ({differs}); file left as it was"
        ) from None


class _Differs(Exception):  # noqa: N818 - never leaves this module
    """What is not as planned."""


def _parts(workbook: Workbook, after: Workbook, plan: Plan) -> None:
    changed = {part_key(part) for part in plan.parts}
    before_names = [member.name for member in workbook.package.members]
    with zipfile.ZipFile(io.BytesIO(after.package.data)) as archive:
        names = [info.filename for info in archive.infolist()]
        if names[: len(before_names)] != before_names:
            raise _Differs("its parts are not in their order")
        if {part_key(name) for name in names[len(before_names) :]} - changed:
            raise _Differs("it has a part that was not planned")
        for part, data in plan.parts.items():
            if archive.read(after.package.member(part).name) != data:
                raise _Differs(f"part {part} is not as planned")
            with xml_faults(workbook.path, part):
                parse_with(new_parser(), [data])
    for member in workbook.package.members:
        if part_key(member.name) not in changed:
            copy = after.package.member(member.name)
            if workbook.package.packed(member) != after.package.packed(copy) or member.crc != copy.crc:
                raise _Differs(f"part {member.name} changed")
    if [*workbook.sheets, *plan.new_sheets] != after.sheets:
        raise _Differs("the list of sheets changed")


def _sheet(workbook: Workbook, after: Workbook, sheet: Sheet, planned: dict[Cell, Writable]) -> None:
    small = len(after.package.read(sheet.part)) <= _PLAIN_LIMIT
    old, new = workbook.read(sheet), after.read_sheet(sheet, fast=not small)
    for row, col in changed_cells(old, new):
        if (row, col) not in planned:
            raise _Differs(f"{sheet.name}: a cell in row {row}, column {col} changed unplanned")
    for (row, col), value in planned.items():
        if not same_value(new.cell(row, col), value):
            raise _Differs(f"{sheet.name}: row {row}, column {col} is not as planned")
    if old.merges != new.merges or old.protected != new.protected or old.calculated != new.calculated:
        raise _Differs(f"{sheet.name}: merged cells or protection changed")


def _own_sheet(after: Workbook, title: str, planned: dict[Cell, Writable]) -> None:
    new = after.read_sheet(after.sheet(title), fast=False)
    if not same_cells({(row, col): value for row in new.rows for col, value in new.row(row).items()}, planned):
        raise _Differs(f"{title}: its rows are not as planned")


def changed_cells(old: Grid, new: Grid) -> Iterator[Cell]:
    """The places where two readings of a sheet differ in value, or in style where neither is blank."""
    if old.rows == new.rows:
        for col in sorted({*old.cells.columns, *new.cells.columns}):
            a, b = old.cells.columns.get(col), new.cells.columns.get(col)
            yield from ((old.rows[index], col) for index in _differences(a, b, len(old.rows)))
        return
    for row in sorted({*old.rows, *new.rows}):
        before, now = old.row(row), new.row(row)
        if before != now:
            yield from ((row, col) for col in sorted({*before, *now}) if before.get(col) != now.get(col))


def _differences(old: Column | None, new: Column | None, count: int) -> Iterator[int]:
    blank = Column()
    blank.pad(count)
    old, new = old or blank, new or blank
    if old.values == new.values and old.styles == new.styles:
        return
    for index in range(count):
        a, b = old.values[index], new.values[index]
        if a != b or (a is not None and old.styles[index] != new.styles[index]):
            yield index
