"""The check of a result before it replaces the file: exactly the planned cells changed, every other part identical."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .columns import Column
from .comments import comments_differ, read_comments
from .edits import Writable
from .errors import WorkbookRefused, refuse_file, xml_faults
from .grid import Grid
from .longpart import Part, changed_pieces, pieces_of
from .ownsheet import same_cells
from .package import Package, part_key
from .plan import Cell, Plan, same_value
from .workbook import Workbook
from .xml import new_parser, parse_with

_PLAIN_LIMIT = 4 << 20
"""Bytes of a sheet up to which it is read again by the XML parser alone, not by the patterns it was read with."""


def verify(workbook: Workbook, plan: Plan, result: bytes) -> Workbook:
    """The result as it reads, its changed sheets read.

    Raises WorkbookRefused (``check-failed``) unless it is the workbook with the plan and nothing else.
    """
    try:
        after = Workbook(Package(workbook.path, result))
        check_parts(workbook.package, after.package, plan)
        if [*workbook.sheets, *plan.new_sheets] != after.sheets:
            raise Differs("the list of sheets changed")
        after.share_strings(workbook)
        for sheet in workbook.sheets:
            if sheet.part in plan.parts and sheet.name not in plan.own:
                small = after.package.member(sheet.part).size <= _PLAIN_LIMIT
                new = after.read(sheet, fast=not small)
                check_cells(workbook.read(sheet), new, plan.cells.get(sheet.name, {}))
        for title, cells in plan.own.items():
            _own_sheet(after, title, cells)
        for title, wanted in plan.comments.items():
            before, now = (read_comments(book, book.sheet(title)) for book in (workbook, after))
            if comments_differ(before, now, wanted):
                raise Differs(f"{title}: its comments are not as planned")
    except Differs as differs:
        raise check_failed(workbook.path, differs) from None
    return after


class Differs(Exception):  # noqa: N818 - never leaves the checks
    """What is not as planned."""


def check_failed(path: Path, differs: Differs) -> WorkbookRefused:
    """The refusal of a result that is not as planned."""
    return refuse_file(path, "check-failed", f"the result did not pass its check ({differs}); file left as it was")


def check_parts(before: Package, after: Package, plan: Plan) -> None:
    """Raise Differs unless the parts are those that were there, in their order, but for the planned ones."""
    changed = {part_key(part) for part in plan.parts}
    before_names = [member.name for member in before.members]
    with zipfile.ZipFile(io.BytesIO(after.data)) as archive:
        names = [info.filename for info in archive.infolist()]
        if names[: len(before_names)] != before_names:
            raise Differs("its parts are not in their order")
        if {part_key(name) for name in names[len(before_names) :]} - changed:
            raise Differs("it has a part that was not planned")
        for part, content in plan.parts.items():
            with xml_faults(before.path, part), archive.open(after.member(part).name) as written:
                _compare(part, written, content)
                parse_with(new_parser(), changed_pieces(content))
    for member in before.members:
        if part_key(member.name) not in changed:
            copy = after.member(member.name)
            if before.packed(member) != after.packed(copy) or member.crc != copy.crc:
                raise Differs(f"part {member.name} changed")


def _compare(part: str, written: IO[bytes], content: Part) -> None:
    """Raise Differs unless what was written is what was planned."""
    if any(written.read(len(piece)) != piece for piece in pieces_of(content)) or written.read(1):
        raise Differs(f"part {part} is not as planned")


def check_cells(old: Grid, new: Grid, planned: dict[Cell, Writable]) -> None:
    """Raise Differs unless a sheet has the planned values and all else as it was."""
    for row, col in changed_cells(old, new):
        if (row, col) not in planned:
            raise Differs(f"{old.name}: a cell in row {row}, column {col} changed unplanned")
    for (row, col), value in planned.items():
        if not same_value(new.cell(row, col), value):
            raise Differs(f"{old.name}: row {row}, column {col} is not as planned")
    if old.merges != new.merges or old.protected != new.protected or old.calculated != new.calculated:
        raise Differs(f"{old.name}: merged cells or protection changed")


def _own_sheet(after: Workbook, title: str, planned: dict[Cell, Writable]) -> None:
    new = after.read_sheet(after.sheet(title), fast=False)
    if not same_cells({(row, col): value for row in new.rows for col, value in new.row(row).items()}, planned):
        raise Differs(f"{title}: its rows are not as planned")


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
