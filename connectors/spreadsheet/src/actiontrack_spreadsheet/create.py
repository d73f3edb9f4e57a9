"""Making a new workbook: one sheet that people can fill in, filter and print, without formulas or macros."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from actiontrack.api import Batch, InstanceContext, Plain
from actiontrack_spreadsheet.headings import DATE_FIELDS, FIELDS, vocabulary
from actiontrack_spreadsheet.source import BINDING_PROPERTY, KEY_NAME, KEY_PROPERTY, KeyPlace, refer
from actiontrack_spreadsheet.workbook import letters

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

SHEET = "Actions"
LISTS = "Lists"

_HEADER_ROW = 1
_LAST_ROW = 2000
"""Drop-downs and date checks reach down to here."""

_FIRST = (
    "ref", "number", "text", "status", "progress", "evidence", "current_due", "lead_officer", "status_reason",
    "look_again",
)  # fmt: skip
_ORDER = (*_FIRST, *(name for name in FIELDS if name not in _FIRST))
"""What an agency reads and fills in comes first, what the Board keeps after it."""

_OWN, _OTHERS = "1F4E79", "6B7280"
"""Fill of a heading that the file's own people may fill in, and of one that is somebody else's."""
_DATE_FORMAT = "dd mmm yyyy"
_WIDTHS = {"ref": 19, "recommendation_text": 40, "text": 50, "progress": 50, "evidence": 30, "comments": 40}
_USUAL_WIDTH = 16
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_RATINGS = ("Blue", "White", "Red", "Amber", "Green")


def columns_made() -> dict[str, tuple[str, str]]:
    """field → its heading and column letter in a workbook made here."""
    labels = vocabulary().labels
    return {name: (labels[name], letters(col)) for col, name in enumerate(_ORDER, 1)}


def make_workbook(path: Path, batch: Batch, context: InstanceContext) -> dict[str, int]:
    """Make the file with a row for each create of the batch; gives the row of each op_id.

    Made beside its place and put there in one step. The same batch gives the same bytes.
    Raises FileExistsError where a file has come up there meanwhile.
    """
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has a sheet
    sheet.title = SHEET
    writes = [write for write in batch.writes if write.creates]
    _head(sheet, context)
    rows = {}
    for row, write in enumerate(writes, _HEADER_ROW + 1):
        rows[write.op_id] = row
        for col, name in enumerate(_ORDER, 1):
            _fill(sheet.cell(row, col), name, write.after.get(name))
    if not writes:
        for col, name in enumerate(_ORDER, 1):
            _fill(sheet.cell(_HEADER_ROW + 1, col), name, None)
    sheet.auto_filter.ref = f"A{_HEADER_ROW}:{letters(len(FIELDS))}{max(_HEADER_ROW + len(writes), _HEADER_ROW + 1)}"
    _validate(book, sheet, context)
    _print(sheet, context.board_name)
    _bind(book, batch.binding)
    now = context.clock.now()
    book.properties.creator = "actiontrack"
    book.properties.title = context.board_name or SHEET
    _put(path, _steady(book, now.replace(tzinfo=None, microsecond=0)))
    return rows


def _head(sheet: Worksheet, context: InstanceContext) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for col, (name, (heading, letter)) in enumerate(columns_made().items(), 1):
        cell = sheet.cell(_HEADER_ROW, col)
        cell.value = heading
        cell.font = Font(bold=True, color="FFFFFF")
        own = name in context.theirs or not context.theirs
        cell.fill = PatternFill("solid", fgColor=_OWN if own else _OTHERS)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[letter].width = _WIDTHS.get(name, _USUAL_WIDTH)
    sheet.row_dimensions[_HEADER_ROW].height = 30  # points: two lines
    sheet.freeze_panes = f"B{_HEADER_ROW + 1}"


def _fill(cell: Cell | MergedCell, name: str, value: Plain) -> None:
    """A value in its cell: dates as dates, everything else as text, whatever sign it starts with."""
    from openpyxl.styles import Alignment

    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if name in DATE_FIELDS:
        cell.number_format = _DATE_FORMAT
    if value is None or value == "":
        return
    if isinstance(value, (date, int, float)):
        cell.value = value
        if name in DATE_FIELDS:
            cell.number_format = _DATE_FORMAT
        return
    cell.value = value
    cell.data_type = "s"
    if value[0] in "=+-@":
        cell.quotePrefix = True


def _validate(book: Workbook, sheet: Worksheet, context: InstanceContext) -> None:
    """Drop-downs (their words on a sheet of their own where they don't fit in), and dates that must be dates."""
    from openpyxl.worksheet.datavalidation import DataValidation

    places = columns_made()
    for name, words in (("status", context.statuses), ("lead_agency", context.agencies), ("self_rating", _RATINGS)):
        if words:
            check = DataValidation("list", formula1=_word_list(book, words), allow_blank=True)
            check.errorTitle, check.error = places[name][0], "Choose one of the words in the list."
            # An agency may write a name that no list holds yet; a person is asked what it means.
            check.errorStyle = "warning" if name == "lead_agency" else "stop"
            _over_column(sheet, check, places[name][1])
    dates = DataValidation("date", operator="between", formula1="36526", formula2="73050", allow_blank=True)
    dates.errorTitle, dates.error = "Date", "Type a date, such as 31 Jan 2027."
    for name in sorted(DATE_FIELDS):
        _over_column(sheet, dates, places[name][1])
    _tell_whose(sheet, context)


def _tell_whose(sheet: Worksheet, context: InstanceContext) -> None:
    """A line beside the cell, when it is entered, in columns that are the Board's; nothing is locked."""
    from openpyxl.worksheet.datavalidation import DataValidation

    note = DataValidation(allow_blank=True, showInputMessage=True)
    note.promptTitle, note.prompt = "The Board's", "What you change here is put to the Board as a proposal."
    for check in sheet.data_validations.dataValidation:
        check.showInputMessage = True
    for name, (_, letter) in columns_made().items():
        checked = any(f"{letter}{_HEADER_ROW + 1}" in check.sqref for check in sheet.data_validations.dataValidation)
        if context.theirs and name not in context.theirs and name != "ref" and not checked:
            _over_column(sheet, note, letter)


def _over_column(sheet: Worksheet, check: object, letter: str) -> None:
    check.add(f"{letter}{_HEADER_ROW + 1}:{letter}{_LAST_ROW}")  # type: ignore[attr-defined]
    if check not in sheet.data_validations.dataValidation:
        sheet.add_data_validation(check)  # type: ignore[arg-type]


def _word_list(book: Workbook, words: Sequence[str]) -> str:
    """The words inline, or a range of the sheet "Lists" where they are too long for that or hold commas."""
    inline = ",".join(words)
    if len(inline) <= 250 and not any(mark in word for word in words for mark in ',"'):
        return f'"{inline}"'
    lists = book[LISTS] if LISTS in book.sheetnames else book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    col = lists.max_column + 1 if lists["A1"].value is not None else 1
    for row, word in enumerate(words, 1):
        lists.cell(row, col, word).data_type = "s"
    return f"{LISTS}!${letters(col)}$1:${letters(col)}${len(words)}"


def _print(sheet: Worksheet, board_name: str) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_area = f"A1:{letters(len(_FIRST))}{max(sheet.max_row, _HEADER_ROW + 1)}"
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    for part, text in ((sheet.oddHeader, board_name.replace("&", "&&")), (sheet.oddFooter, "&P / &N")):
        if part is not None:
            part.center.text = text


def _bind(book: Workbook, binding: str) -> None:
    from openpyxl.packaging.custom import StringProperty
    from openpyxl.workbook.defined_name import DefinedName

    if not binding:
        return
    book.defined_names[KEY_NAME] = DefinedName(KEY_NAME, attr_text=refer(KeyPlace(SHEET, _HEADER_ROW, 1)))
    for name, value in ((BINDING_PROPERTY, binding), (KEY_PROPERTY, "ref")):
        book.custom_doc_props.append(StringProperty(name=name, value=value))  # type: ignore[attr-defined]


def _steady(book: Workbook, now: datetime) -> bytes:
    """The workbook's bytes without the moment of saving in them, other than `now`."""
    saved = io.BytesIO()
    book.properties.created = now
    book.save(saved)
    modified = f"{book.properties.modified.isoformat(timespec='seconds')}Z".encode()
    steady = io.BytesIO()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = content.replace(modified, f"{now.isoformat(timespec='seconds')}Z".encode())
            part = zipfile.ZipInfo(name, _ZIP_TIME)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, content)
    return steady.getvalue()


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and never over another. Raises FileExistsError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".actiontrack-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        if os.name == "nt":
            Path(temporary).rename(path)  # raises FileExistsError there
        else:
            os.link(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
