"""The check of a result before it replaces the file: exactly the planned cells changed, every other part identical."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import IO

from .columns import Column
from .edits import Writable
from .errors import refuse_file, xml_faults
from .grid import Grid
from .package import Package, part_key
from .plan import Cell, Plan, same_value
from .workbook import Sheet, Workbook
from .xml import new_parser, parse_with

_PIECE = 1 << 20
_PLAIN_LIMIT = 4 << 20
"""Bytes of a sheet up to which it is read again by the XML parser alone, not by the patterns it was read with."""


def verify(workbook: Workbook, plan: Plan, result: bytes) -> Workbook:
    """The result as it reads, its changed sheets read.

    Raises WorkbookRefused (``check-failed``) unless it is the workbook with the plan and nothing else.
    """
    try:
        after = Workbook(Package(workbook.path, result))
        _parts(workbook, after, plan)
        after.share_strings(workbook)
        for sheet in workbook.sheets:
            if sheet.part in plan.parts:
                _sheet(workbook, after, sheet, plan.cells.get(sheet.name, {}))
    except _Differs as differs:
        raise refuse_file(
            workbook.path, "check-failed", f"the result did not pass its check ({differs}); file left as it was"
        ) from None
    return after


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
            with xml_faults(workbook.path, part), archive.open(after.package.member(part).name) as written:
                parse_with(new_parser(), _as_planned(part, written, data))
    for member in workbook.package.members:
        if part_key(member.name) not in changed:
            copy = after.package.member(member.name)
            if workbook.package.packed(member) != after.package.packed(copy) or member.crc != copy.crc:
                raise _Differs(f"part {member.name} changed")
    if workbook.sheets != after.sheets:
        raise _Differs("the list of sheets changed")


def _as_planned(part: str, written: IO[bytes], data: bytes) -> Iterator[bytes]:
    """What was written, piece by piece, each compared with what was planned."""
    at = 0
    while piece := written.read(_PIECE):
        if piece != data[at : at + len(piece)]:
            raise _Differs(f"part {part} is not as planned")
        yield piece
        at += len(piece)
    if at != len(data):
        raise _Differs(f"part {part} is not as planned")


def _sheet(workbook: Workbook, after: Workbook, sheet: Sheet, planned: dict[Cell, Writable]) -> None:
    small = after.package.member(sheet.part).size <= _PLAIN_LIMIT
    old, new = workbook.read(sheet), after.read(sheet, fast=not small)
    for row, col in changed_cells(old, new):
        if (row, col) not in planned:
            raise _Differs(f"{sheet.name}: a cell in row {row}, column {col} changed unplanned")
    for (row, col), value in planned.items():
        if not same_value(new.cell(row, col), value):
            raise _Differs(f"{sheet.name}: row {row}, column {col} is not as planned")
    if old.merges != new.merges or old.protected != new.protected or old.calculated != new.calculated:
        raise _Differs(f"{sheet.name}: merged cells or protection changed")


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
