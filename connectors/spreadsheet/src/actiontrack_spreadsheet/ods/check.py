"""Which edits an OpenDocument workbook can take, and why not the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from actiontrack_spreadsheet.workbook.cellxml import NotWritableError, check_value
from actiontrack_spreadsheet.workbook.check import CellEdit, Checker, Fault, SheetChecker, refusals_of
from actiontrack_spreadsheet.workbook.edits import (
    Edit,
    PutComments,
    PutSheet,
    Refusal,
    SetCell,
    SetCustomProperty,
    Writable,
)
from actiontrack_spreadsheet.workbook.refs import Area, ref
from actiontrack_spreadsheet.workbook.workbook import Sheet

from .places import CellStyles
from .text import unwritable
from .workbook import OdsWorkbook


def check_ods(workbook: OdsWorkbook, edits: Sequence[Edit], *, own_sheet: str = "") -> list[Refusal]:
    """``check_edits`` for OpenDocument; two more reasons: ``link``, a text that holds one, and ``linked-table``."""
    return refusals_of(_OdsChecker(workbook, own_sheet), workbook.path, edits)


class _OdsChecker(Checker):
    def __init__(self, workbook: OdsWorkbook, own_sheet: str) -> None:
        super().__init__(workbook, own_sheet)
        self._ods = workbook

    def sheet_checker(self, sheet: Sheet, *, own: bool) -> SheetChecker:
        return _OdsSheetChecker(self._ods, sheet, own=own)

    def property_faults(self, edit: SetCustomProperty) -> Iterator[Fault]:
        yield from super().property_faults(edit)
        if unwritable(edit.name + edit.value):
            yield "bad-text", f"property {edit.name!r}: it has a character that no XML file can hold; take it out"

    def own_faults(self, edit: PutSheet | PutComments) -> Iterator[Fault]:
        yield "not-here", "sheets and comments are added to .xlsx and .xlsm only; save it as one of those"


class _OdsSheetChecker(SheetChecker):
    def __init__(self, workbook: OdsWorkbook, sheet: Sheet, *, own: bool) -> None:
        super().__init__(sheet, workbook.read(sheet), own=own)
        self._styles = workbook.styles
        self._named = CellStyles(workbook, sheet.name)
        self._pivots: Sequence[Area] = workbook.pivots.get(sheet.name, ())
        self._linked = sheet.name in workbook.linked

    @property
    def pivots(self) -> Sequence[Area]:
        return self._pivots

    def faults(self, edit: CellEdit) -> Iterator[Fault]:
        if self._linked:
            yield "linked-table", f"sheet {edit.sheet} is filled from another file; change it there"
        if isinstance(edit, SetCell) and self._grid.hyperlink(edit.row, edit.col):
            where = f"{edit.sheet}!{ref(edit.row, edit.col)}"
            yield "link", f"{where} holds a link in its text, which would be lost; change it in LibreOffice"
        yield from super().faults(edit)

    def is_rich(self, row: int, col: int) -> bool:
        return False

    def locked(self, row: int, col: int) -> bool:
        """By the cell's own style or its row's, as the XML has them, else its column's."""
        named = self._named.style(row, col)
        return self._grid.locked(row, col) if named is None else self._styles[self._styles.number(named)].locked

    def value_faults(self, where: str, value: Writable) -> Iterator[Fault]:
        try:
            check_value(value)
        except NotWritableError as error:
            yield error.reason, f"{where}: {error}"
        if isinstance(value, str) and unwritable(value):
            yield "bad-text", f"{where}: the text has a character that no XML file can hold; take it out"
