"""Making a new workbook: one sheet that people can fill in, filter and print, without formulas or macros."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from actiontrack.api import Batch, InstanceContext, Plain
from actiontrack_spreadsheet.guide import FONT, guide, head_lines, width_of
from actiontrack_spreadsheet.headings import DATE_FIELDS, FIELDS, vocabulary
from actiontrack_spreadsheet.newfile import put, steady_bytes
from actiontrack_spreadsheet.source import (
    BINDING_PROPERTY,
    KEY_NAME,
    KEY_PROPERTY,
    LOCKS_PROPERTY,
    WROTE_PROPERTY,
    KeyPlace,
    refer,
)
from actiontrack_spreadsheet.workbook import TRIGGERS, Area, height_of, letters

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

SHEET = "Actions"

_FIRST = (
    "ref", "number", "text", "status", "progress", "evidence", "current_due", "lead_officer", "status_reason",
    "look_again",
)  # fmt: skip
_ORDER = (*_FIRST, *(name for name in FIELDS if name not in _FIRST))
"""What an agency reads and fills in comes first, what the Board keeps after it."""

DATE_FORMAT = "dd mmm yyyy"
"""Which is the day and which the month cannot be mistaken."""


def columns_made() -> dict[str, tuple[str, str]]:
    """field → its heading and column letter in a workbook made here."""
    labels = vocabulary().labels
    return {name: (labels[name], letters(col)) for col, name in enumerate(_ORDER, 1)}


def make_workbook(path: Path, batch: Batch, context: InstanceContext) -> dict[str, int]:
    """Make the file with a row for each create of the batch; gives the row of each op_id.

    An agency's has guidance above the headings, and the Board's cells are locked (without a password).
    Made beside its place and put there in one step. The same batch gives the same bytes.
    Raises FileExistsError where a file has come up there meanwhile.
    """
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has a sheet
    sheet.title = SHEET
    writes = [write for write in batch.writes if write.creates]
    lines = head_lines(context)
    header = len(lines) + 2 if lines else 1
    for row, line in enumerate(lines, 1):
        sheet.cell(row, 1, line).data_type = "s"
    rows = {write.op_id: header + 1 + at for at, write in enumerate(writes)}
    blank: Mapping[str, Plain] = {}
    for row, values in enumerate([write.after for write in writes] or [blank], header + 1):
        for col, name in enumerate(_ORDER, 1):
            _fill(sheet.cell(row, col), name, values.get(name))
        sheet.row_dimensions[row].height = height_of(
            (str(value or ""), width_of(name)) for name, value in values.items()
        )
    _head(sheet, header)
    table = Area(header, 1, max(header + len(writes), header + 1), len(_ORDER))
    _as_table(sheet, table)
    guide(book, sheet, context, columns_made(), table)
    _print(sheet, context.board_name, table)
    if batch.binding:
        wrote = batch.writes[0].op_id if batch.writes else ""
        _bind(book, batch.binding, header, locks=SHEET if sheet.protection.sheet else "", wrote=wrote)
    now = context.clock.now().replace(tzinfo=None, microsecond=0)
    book.properties.creator = "actiontrack"
    book.properties.language = "en-GB"
    book.properties.title = lines[0] if lines else context.board_name or SHEET
    put(path, steady_bytes(book, now))
    return rows


def _head(sheet: Worksheet, header: int) -> None:
    for col, (heading, _) in enumerate(columns_made().values(), 1):
        sheet.cell(header, col).value = heading
    sheet.row_dimensions[header].height = 30  # points: two lines
    sheet.freeze_panes = f"B{header + 1}"


def _as_table(sheet: Worksheet, area: Area) -> None:
    """A table of the program: screen readers are told its headings, and each has a filter."""
    from openpyxl.worksheet.table import Table, TableStyleInfo

    table = Table(displayName="ActionPlan", ref=str(area))
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    sheet.add_table(table)


def _fill(cell: Cell | MergedCell, name: str, value: Plain) -> None:
    """A value in its cell: dates as dates, everything else as text, whatever sign it starts with."""
    from openpyxl.styles import Alignment, Border, Font, Side

    cell.font = Font(name=FONT, size=11)
    cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)
    cell.border = Border(bottom=Side("thin", color="BFBFBF"))
    if name in DATE_FIELDS:
        cell.number_format = DATE_FORMAT
    if value is None or value == "":
        return
    if isinstance(value, (date, int, float)):
        cell.value = value
        if name in DATE_FIELDS:
            cell.number_format = DATE_FORMAT
        return
    cell.value = value
    cell.data_type = "s"
    if value.startswith(TRIGGERS):
        cell.quotePrefix = True


def _print(sheet: Worksheet, board_name: str, table: Area) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_area = f"A1:{letters(len(_FIRST))}{table.bottom}"
    sheet.print_title_rows = f"{table.top}:{table.top}"
    for part, text in ((sheet.oddHeader, board_name.replace("&", "&&")), (sheet.oddFooter, "&P / &N")):
        if part is not None:
            part.center.text = text


def _bind(book: Workbook, binding: str, header: int, *, locks: str, wrote: str) -> None:
    from openpyxl.packaging.custom import StringProperty
    from openpyxl.workbook.defined_name import DefinedName

    book.defined_names[KEY_NAME] = DefinedName(KEY_NAME, attr_text=refer(KeyPlace(SHEET, header, 1)))
    properties = {BINDING_PROPERTY: binding, KEY_PROPERTY: "ref", LOCKS_PROPERTY: locks, WROTE_PROPERTY: wrote}
    for name, value in properties.items():
        if value:
            book.custom_doc_props.append(StringProperty(name=name, value=value))  # type: ignore[attr-defined]
