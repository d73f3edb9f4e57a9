"""Which edits a workbook can take, and why not the others."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from .book import Book
from .cellxml import NotWritableError, check_value
from .comments import comment_faults
from .edits import (
    AddColumn,
    AppendRow,
    DefineName,
    Edit,
    PutComments,
    PutSheet,
    Refusal,
    SetCell,
    SetCustomProperty,
    Writable,
)
from .errors import WorkbookRefused, one_line, xml_faults
from .grid import Grid, Table
from .growth import meets_columns
from .ownsheet import put_faults
from .refs import MAX_COL, MAX_ROW, Area, parse_area, ref
from .relations import package_elements, relations
from .sheetxml import SheetXml
from .values import ErrorValue, Formula
from .words import parse_reference
from .workbook import Sheet, Workbook, as_utf8_part

_NAME = re.compile(r"[A-Za-z_\\][\w.\\]{0,254}\Z")
_LOOKS_LIKE_CELL = re.compile(r"(?:[A-Za-z]{1,3}\d{1,7}|[RrCc]|[Rr]\d*[Cc]\d*)\Z")

CellEdit = SetCell | AppendRow | AddColumn
Fault = tuple[str, str]
"""(reason, what is wrong and what to do)."""


def check_edits(workbook: Workbook, edits: Sequence[Edit], *, own_sheet: str = "") -> list[Refusal]:
    """The edits that would be refused, each with its reason, in the order given. Changes nothing.

    ``own_sheet`` is a sheet whose protection the caller itself put on: without a password it binds people, not them.
    """
    return refusals_of(_ExcelChecker(workbook, own_sheet), workbook.path, edits)


def refusals_of(checker: Checker, path: Path, edits: Sequence[Edit]) -> list[Refusal]:
    """What a checker says of these edits, in their order."""
    refusals = []
    for edit in edits:
        fault = next(checker.faults(edit), None)
        if fault:
            reason, message = fault
            refusals.append(Refusal(edit, reason, one_line(f"{path.name}: {message}")))
    return refusals


class Checker(ABC):
    """The checks that do not depend on the format. ``own_sheet``: as in ``check_edits``."""

    def __init__(self, workbook: Book, own_sheet: str) -> None:
        self._workbook = workbook
        self._own_sheet = own_sheet
        self._sheets: dict[str, SheetChecker] = {}
        self._names: set[tuple[str, str]] = set()

    @abstractmethod
    def sheet_checker(self, sheet: Sheet, *, own: bool) -> SheetChecker:
        """The checker of one sheet."""

    @abstractmethod
    def own_faults(self, edit: PutSheet | PutComments) -> Iterator[Fault]:
        """What is wrong with a sheet, or comments, of ours."""

    def faults(self, edit: Edit) -> Iterator[Fault]:
        """What is wrong with an edit, the weightiest first."""
        if self._workbook.signed:
            yield "signed", "digitally signed, a change would break the signature; ask the signer for an unsigned copy"
        elif isinstance(edit, DefineName):
            yield from self._name_faults(edit)
        elif isinstance(edit, SetCustomProperty):
            yield from self.property_faults(edit)
        elif isinstance(edit, PutSheet | PutComments):
            yield from self.own_faults(edit)
        else:
            yield from self._cell_faults(edit)

    def _name_faults(self, edit: DefineName) -> Iterator[Fault]:
        if not _NAME.match(edit.name) or _LOOKS_LIKE_CELL.match(edit.name):
            yield "bad-name", f"{edit.name!r} cannot be a defined name"
        reference = parse_reference(edit.refers_to)
        if reference is None or reference[0] is None:
            yield "bad-name", f"name {edit.name}: {edit.refers_to!r} is not a place such as 'Plan'!$A$1"
        yield from self.twice("name", edit.name)

    def property_faults(self, edit: SetCustomProperty) -> Iterator[Fault]:
        """What is wrong with a property of the file."""
        if not 0 < len(edit.name) < 256:
            yield "bad-name", f"{edit.name!r} cannot be the name of a property"
        try:
            check_value(edit.value)
        except NotWritableError as error:
            yield error.reason, f"property {edit.name}: {error}"
        yield from self.twice("property", edit.name)

    def twice(self, kind: str, name: str) -> Iterator[Fault]:
        """The fault of setting something twice in one go."""
        if (kind, name.casefold()) in self._names:
            yield "twice", f"{kind} {name} is set twice in one go"
        self._names.add((kind, name.casefold()))

    def _cell_faults(self, edit: CellEdit) -> Iterator[Fault]:
        try:
            sheet = self._workbook.sheet(edit.sheet)
            if sheet.name not in self._sheets:
                self._sheets[sheet.name] = self.sheet_checker(sheet, own=sheet.name == self._own_sheet)
        except WorkbookRefused as refused:
            yield refused.reason, str(refused).partition(": ")[2]
            return
        yield from self._sheets[sheet.name].faults(edit)


class SheetChecker(ABC):
    """The checks of one sheet's cells that do not depend on the format."""

    def __init__(self, sheet: Sheet, grid: Grid, *, own: bool) -> None:
        self._sheet = sheet
        self._grid = grid
        self._binds = self._grid.protected and not (own and not self._grid.has_password)
        self._taken: set[tuple[int, int]] = set()
        self._appended: set[int] = set()

    @property
    @abstractmethod
    def pivots(self) -> Sequence[Area]:
        """Where output of pivot tables stands."""

    @abstractmethod
    def is_rich(self, row: int, col: int) -> bool:
        """The cell shows an error and holds a picture or a linked data type."""

    @abstractmethod
    def locked(self, row: int, col: int) -> bool:
        """On this protected sheet the cell is locked."""

    @abstractmethod
    def value_faults(self, where: str, value: Writable) -> Iterator[Fault]:
        """What is wrong with a value in this format."""

    def faults(self, edit: CellEdit) -> Iterator[Fault]:
        """What is wrong with an edit, the weightiest first."""
        if isinstance(edit, SetCell):
            yield from self._cell(edit.row, edit.col, edit.value)
        elif isinstance(edit, AppendRow):
            yield from self._append(edit)
        else:
            yield from self._column(edit)

    def _cell(self, row: int, col: int, value: Writable) -> Iterator[Fault]:
        if not (1 <= row <= MAX_ROW and 1 <= col <= MAX_COL):
            yield "outside-sheet", f"{self._sheet.name}: row {row}, column {col} is outside the sheet"
            return
        where = f"{self._sheet.name}!{ref(row, col)}"
        yield from self._content_faults(row, col, where)
        if self._binds and self.locked(row, col):
            yield "locked", f"{where} is locked on a protected sheet; unlock it or ask the owner to unprotect"
        yield from self.value_faults(where, value)
        if (row, col) in self._taken:
            yield "twice", f"{where} is set twice in one go"
        self._taken.add((row, col))

    def _content_faults(self, row: int, col: int, where: str) -> Iterator[Fault]:
        """What is in the cell, or stands over it, that is not a person's text."""
        if isinstance(self._grid.cell(row, col), Formula) or self._within(row, col, self._grid.calculated):
            yield "formula", f"{where} holds a formula; it is never overwritten"
        if isinstance(self._grid.cell(row, col), ErrorValue) and self.is_rich(row, col):
            yield "rich-value", f"{where} holds a picture or a linked data type; change it in Excel"
        anchor = self._grid.anchor(row, col)
        if anchor != (row, col):
            yield "merged", f"{where} is inside a merged cell; write {ref(*anchor)} instead"
        for table in self._grid.tables:
            if (row, col) in table.area and row < table.area.top + table.header_rows:
                yield "table-heading", f"{where} is a heading of table {table.name}; change it in Excel"
            if (row, col) in table.area and row > table.area.bottom - table.totals_rows:
                yield "totals-row", f"{where} is in the totals row of table {table.name}; change it in Excel"
        if self._within(row, col, self.pivots):
            yield "pivot", f"{where} is output of a pivot table; change its source"

    def _append(self, edit: AppendRow) -> Iterator[Fault]:
        where = f"{self._sheet.name}: row {edit.row}"
        if self._grid.row(edit.row) or edit.row in self._appended:
            yield "row-occupied", f"{where} is not empty; a row is appended below the last one only"
        for table in self._grid.tables:
            below = edit.row > table.area.bottom and meets_columns(table.area, edit)
            if below and self._appended.issuperset(range(table.area.bottom + 1, edit.row)):
                yield from self._table_row_faults(table, edit.row, where)
        for col, value in edit.values.items():
            yield from self._cell(edit.row, col, value)
        self._appended.add(edit.row)

    def _table_row_faults(self, table: Table, row: int, where: str) -> Iterator[Fault]:
        """Why a table cannot take in the row below it."""
        if table.totals_rows:
            yield "totals-row", f"{where} is below a table's totals row; move the totals or add the row in Excel"
        if table.linked:
            yield "linked-table", f"{where}: table {table.name} is filled by a query, its rows are added there"
        taken = replace(table.area, top=row, bottom=row)
        if any(taken.meets(merge) for merge in self._grid.merges):
            yield "merged", f"{where}: cells below table {table.name} are merged, which it cannot take in; unmerge them"
        if any(taken.meets(other.area) for other in self._grid.tables):
            yield "row-occupied", f"{where} belongs to another table"

    def _column(self, edit: AddColumn) -> Iterator[Fault]:
        where = f"{self._sheet.name}: column {ref(edit.header_row, edit.col)}"
        if any(value is not None for value in self._grid.column(edit.col)):
            yield "column-occupied", f"{where} is not empty; a column is added in a free one only"
        for table in self._grid.tables:
            if table.area.left <= edit.col <= table.area.right:
                yield "column-occupied", f"{where} belongs to table {table.name}"
            if extends(table.area, edit) and edit.heading.casefold() in map(str.casefold, table.columns):
                yield "column-occupied", f"{where}: table {table.name} has a column {edit.heading!r} already"
            if extends(table.area, edit) and table.linked:
                yield "linked-table", f"{where}: table {table.name} is filled by a query, its columns are set there"
            taken = replace(table.area, left=edit.col, right=edit.col)
            if extends(table.area, edit) and any(taken.meets(merge) for merge in self._grid.merges):
                yield (
                    "merged",
                    f"{where}: cells of it are merged, which table {table.name} cannot take in; unmerge them",
                )
        yield from self._cell(edit.header_row, edit.col, edit.heading)

    @staticmethod
    def _within(row: int, col: int, areas: Sequence[Area]) -> bool:
        return any((row, col) in area for area in areas)


class _ExcelChecker(Checker):
    def __init__(self, workbook: Workbook, own_sheet: str) -> None:
        super().__init__(workbook, own_sheet)
        self._excel = workbook

    def sheet_checker(self, sheet: Sheet, *, own: bool) -> SheetChecker:
        return _ExcelSheetChecker(self._excel, sheet, own=own)

    def own_faults(self, edit: PutSheet | PutComments) -> Iterator[Fault]:
        if isinstance(edit, PutSheet):
            yield from put_faults(self._excel, edit)
            yield from self.twice("sheet", edit.mark)
            return
        try:
            yield from comment_faults(self._excel, edit)
        except WorkbookRefused as refused:
            yield refused.reason, str(refused).partition(": ")[2]
        yield from self.twice("comments of sheet", edit.sheet)


class _ExcelSheetChecker(SheetChecker):
    def __init__(self, workbook: Workbook, sheet: Sheet, *, own: bool) -> None:
        super().__init__(sheet, workbook.read(sheet), own=own)
        self._workbook = workbook

    @property
    def pivots(self) -> Sequence[Area]:
        return self._pivots

    def is_rich(self, row: int, col: int) -> bool:
        """Excel stores it as #VALUE! with the number of its true value (``vm``, ECMA-376 18.3.1.4)."""
        with xml_faults(self._workbook.path, self._sheet.part):
            parsed = self._xml.row(row)
            return parsed is not None and "vm" in parsed.cells[col].attrs

    def value_faults(self, where: str, value: Writable) -> Iterator[Fault]:
        if isinstance(value, date) and not self._workbook.styles.entries:
            yield "bad-date", f"{where}: the workbook has no styles to show a date with; save it anew in Excel"
        try:
            check_value(value, date1904=self._workbook.date1904)
        except NotWritableError as error:
            yield error.reason, f"{where}: {error}"

    def locked(self, row: int, col: int) -> bool:
        """By the cell's own style, its row's, or its column's, as the XML has them."""
        with xml_faults(self._workbook.path, self._sheet.part):
            parsed = self._xml.row(row)
            style = parsed.style_of(col) if parsed else None
        return self._grid.locked(row, col) if style is None else self._workbook.styles[style].locked

    @cached_property
    def _xml(self) -> SheetXml:
        return SheetXml(as_utf8_part(self._workbook.package, self._sheet.part))

    @cached_property
    def _pivots(self) -> Sequence[Area]:
        package = self._workbook.package
        parts = [r.target for r in relations(package, self._sheet.part) if r.kind == "pivotTable"]
        found = [e for part in parts for e in package_elements(package, part)]
        return [_pivot_area(e.attrs) for e in found if e.name == "location" and "ref" in e.attrs]


def _pivot_area(place: Mapping[str, str]) -> Area:
    """A pivot table with its page fields: pairs of cells, a free row above the body (ECMA-376 18.10.1.49).

    LibreOffice lays out anew all the width of it, whatever stands beside the page fields.
    """
    body = parse_area(place["ref"])
    rows, pairs = int(place.get("rowPageCount", "0")), int(place.get("colPageCount", "0"))
    if not rows or not pairs:
        return body
    return replace(body, top=max(1, body.top - 1 - rows), right=max(body.right, body.left + 3 * pairs - 2))


def extends(area: Area, edit: AddColumn) -> bool:
    """Whether a new column continues a table or filter of that area."""
    return area.right == edit.col - 1 and area.top == edit.header_row
