"""What a workbook we make tells and allows those who fill it in: guidance, words to choose from, locks, colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING

from actiontrack.api import InstanceContext
from actiontrack_spreadsheet.headings import DATE_FIELDS
from actiontrack_spreadsheet.workbook import Area, letters

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

LISTS = "Lists"

_LAST_ROW = 2000
"""Drop-downs and date checks reach down to here."""

FONT = "Calibri"
_OWN, _OTHERS = "1F4E79", "595959"
"""Fill of a heading that the file's own people may fill in, and of one that is somebody else's."""
_WIDTHS = {
    "ref": 20, "number": 9, "recommendation_text": 40, "text": 50, "progress": 50, "evidence": 30, "comments": 40,
    "current_due": 13, "original_due": 13, "look_again": 13,
}  # fmt: skip
_USUAL_WIDTH = 16
"""In characters."""
_EXAMPLE = "31 Jan 2027"

_RATINGS = {
    "Blue": ("1D70B8", "FFFFFF"), "White": ("FFFFFF", "000000"), "Red": ("B10E1E", "FFFFFF"),
    "Amber": ("FFBF47", "000000"), "Green": ("00703C", "FFFFFF"),
}  # fmt: skip
"""Fill and ink of each rating; the word stands in the cell, so that no colour speaks alone (WCAG 2.2, 1.4.1)."""

_GUIDANCE = f"""\
{{board}}: actions for {{agency}}
Fill in the columns with a blue heading. Choose the status from the list in its cell; type a date as {_EXAMPLE}.
The columns with a grey heading are the Board's, and locked. To ask for a new action, type it in the first empty row \
below the last one and leave its Action ID blank.
Delete no row: say under Progress what has become of the action. Name no child, no adult at risk and no family.
Issued by {{board}} to {{agency}} on {{issued:%d %b %Y at %H:%M}} UTC. Keep the name of this sheet, the headings and \
the Action IDs as they are.""".splitlines()

Columns = Mapping[str, tuple[str, str]]
"""field → its heading and column letter."""


def head_lines(context: InstanceContext) -> list[str]:
    """What stands above the headings of an agency's workbook; nothing in one of the Board's."""
    if not context.agency:
        return []
    board, issued = context.board_name or "The Board", context.clock.now()
    return [line.format(board=board, agency=context.agency, issued=issued) for line in _GUIDANCE]


def guide(book: Workbook, sheet: Worksheet, context: InstanceContext, columns: Columns, table: Area) -> None:
    """Style, guide and lock the sheet whose `table` has its headings in its first row."""
    own = {name for name in columns if name in context.theirs or not context.theirs}
    _headings(sheet, columns, own, table.top)
    _lists(book, sheet, context, columns, table.top + 1)
    _dates(sheet, columns, table.top + 1)
    _ratings(sheet, columns["self_rating"][1], table.top + 1)
    if context.agency:
        _style_guidance(sheet, table.top)
        _lock(sheet, columns, own, table)


def _headings(sheet: Worksheet, columns: Columns, own: set[str], header: int) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for name, (_, letter) in columns.items():
        cell = sheet[f"{letter}{header}"]
        cell.font = Font(name=FONT, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_OWN if name in own else _OTHERS)
        cell.alignment = Alignment(horizontal="left", wrap_text=True, vertical="center")
        sheet.column_dimensions[letter].width = width_of(name)


def width_of(name: str) -> int:
    """How wide a field's column is, in characters."""
    return _WIDTHS.get(name, _USUAL_WIDTH)


def _style_guidance(sheet: Worksheet, header: int) -> None:
    """Each line runs on over the cells to its right; none is merged."""
    from openpyxl.styles import Alignment, Font

    last = header - 2
    for row in range(1, last + 1):
        cell = sheet.cell(row, 1)
        cell.font = Font(name=FONT, bold=row == 1, italic=row == last, size=14 if row == 1 else 11)
        cell.alignment = Alignment(wrap_text=False, vertical="top")


def _lists(book: Workbook, sheet: Worksheet, context: InstanceContext, columns: Columns, first: int) -> None:
    """Drop-downs, their words on a sheet of their own where they don't fit in."""
    from openpyxl.worksheet.datavalidation import DataValidation

    lists = (("status", context.statuses), ("lead_agency", context.agencies), ("self_rating", tuple(_RATINGS)))
    for name, words in lists:
        if words:
            check = DataValidation("list", formula1=_word_list(book, words), allow_blank=True)
            check.errorTitle, check.error = columns[name][0], "Choose one of the words in the list."
            # An agency may write a name that no list holds yet; a person is asked what it means.
            check.errorStyle = "warning" if name == "lead_agency" else "stop"
            _over_column(sheet, check, columns[name][1], first)


def _dates(sheet: Worksheet, columns: Columns, first: int) -> None:
    """Dates must be dates, 2000 to 2099."""
    from openpyxl.worksheet.datavalidation import DataValidation

    check = DataValidation("date", operator="between", formula1="36526", formula2="73050", allow_blank=True)
    check.errorTitle, check.error = "Date", f"Type a date, such as {_EXAMPLE}."
    check.promptTitle, check.prompt, check.showInputMessage = "Date", f"Type a date, such as {_EXAMPLE}.", True
    for name in sorted(DATE_FIELDS):
        _over_column(sheet, check, columns[name][1], first)


def _over_column(sheet: Worksheet, check: DataValidation, letter: str, first: int) -> None:
    check.showErrorMessage = True
    check.add(f"{letter}{first}:{letter}{_LAST_ROW}")
    if check not in sheet.data_validations.dataValidation:
        sheet.add_data_validation(check)


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


def _ratings(sheet: Worksheet, letter: str, first: int) -> None:
    """A rating's colour goes with its word, whoever chooses it."""
    from openpyxl.formatting.rule import CellIsRule
    from openpyxl.styles import Font, PatternFill

    for word, (fill, ink) in _RATINGS.items():
        font, colour = Font(color=ink), PatternFill("solid", bgColor=fill)
        rule = CellIsRule("equal", [f'"{word}"'], font=font, fill=colour)  # type: ignore[no-untyped-call]
        sheet.conditional_formatting.add(f"{letter}{first}:{letter}{_LAST_ROW}", rule)


def _lock(sheet: Worksheet, columns: Columns, own: set[str], table: Area) -> None:
    """The Board's cells of each action are locked, and the Action IDs; the rows below are free for requests.

    Without a password: it keeps from mistakes, and whoever has a reason can take it off.
    """
    from openpyxl.styles import Protection

    free = Protection(locked=False)
    for name, (_, letter) in columns.items():
        sample = sheet[f"{letter}{table.bottom}"]
        column = sheet.column_dimensions[letter]
        column.number_format, column.alignment = sample.number_format, copy(sample.alignment)
        if name != "ref":
            column.protection = free
        for row in range(table.top + 1, table.bottom + 1):
            if name in own and name != "ref":
                sheet[f"{letter}{row}"].protection = free
    allowed = ("formatCells", "formatColumns", "formatRows", "autoFilter", "sort")
    for name in allowed:
        setattr(sheet.protection, name, False)  # in the format, what is True is forbidden
    sheet.protection.enable()
