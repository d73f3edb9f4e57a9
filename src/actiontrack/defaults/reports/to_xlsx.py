"""The report as a workbook: one table a sheet, Excel's own kind, dates as dates, nothing merged, nothing computed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from actiontrack.domain.report import Cell, Column, Report, Section, Table, day_in_words

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_WIDTHS = {"text": 28, "code": 20, "number": 11, "rate": 11, "date": 19}
_WIDE_KEYS = ("action", "recommendation", "meaning", "what", "hash")
_WIDE = 60
_COVER_WIDTHS = (44, 12, 100)
_LINE, _TALLEST = 15, 409
"""Points: a line of text, and the tallest row that Excel takes."""
_LONGEST_CELL = 32_767
"""Excel's limit; XlsxWriter leaves a longer text out without a word."""
_LONGEST_NAME = 31


def render(report: Report) -> bytes:
    """The same report gives the same bytes: the file's own dates are the report's as-at day."""
    from xlsxwriter import Workbook

    buffer = BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_date_format": "d mmmm yyyy",
    }
    book = Workbook(buffer, options)
    made = datetime(report.as_at.year, report.as_at.month, report.as_at.day)  # noqa: DTZ001 - written as a plain date
    book.set_properties({"title": report.title, "company": report.board, "author": report.board, "created": made})
    styles = _styles(book)
    _cover(book, report, styles)
    taken = {"summary"}
    for table in report.tables():
        if table is report.key_figures or not table.rows:  # A list without rows is a line of the summary.
            continue
        sheet = book.add_worksheet(_sheet_name(table, taken))
        _write_table(sheet, table, [_width_of(column) for column in table.columns], styles)
        sheet.freeze_panes(1, 0)
        _paper(sheet, report, table.caption)
        sheet.repeat_rows(0)
    book.close()
    return buffer.getvalue()


def _styles(book: Workbook) -> dict[str, Any]:
    top = {"valign": "top"}
    return {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bg_color": "#D9E5F2"}),
        "text": book.add_format({**top, "text_wrap": True}),
        # A text that begins like a formula keeps being a text when somebody edits its cell.
        "quoted": book.add_format({**top, "text_wrap": True, "quote_prefix": True}),
        "number": book.add_format({**top, "num_format": "0", "align": "right", "indent": 1}),
        "rate": book.add_format({**top, "num_format": "0%", "align": "right", "indent": 1}),
        "date": book.add_format({**top, "num_format": "d mmmm yyyy", "align": "left"}),
    }


def _cover(book: Workbook, report: Report, styles: dict[str, Any]) -> None:
    """The first sheet: the key figures as a table, then what the report is and what needs a decision, line by line."""
    sheet = book.add_worksheet("Summary")
    row = 0
    if report.key_figures:
        _write_table(sheet, report.key_figures, _COVER_WIDTHS, styles)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        row = len(report.key_figures.rows) + 2
    for place, width in enumerate(_COVER_WIDTHS):
        sheet.set_column(place, place, width)
    for label, value in (
        ("Report", report.title),
        ("Board", report.board),
        ("As at", day_in_words(report.as_at)),
        ("Period", report.period),
        *((f"Needs a decision: {one.label}", one.text) for one in report.headlines),
        *(line for section in report.sections for line in _lines(section)),
    ):
        _set_height(sheet, row, (label, "", value), _COVER_WIDTHS)
        _write(sheet, row, 0, label, Column("", ""), styles)
        _write(sheet, row, 2, value, Column("", ""), styles)
        row += 1
    _paper(sheet, report, report.key_figures.caption if report.key_figures else report.title)


def _lines(section: Section) -> Iterator[tuple[str, str]]:
    """What a section says, and which of its lists are empty."""
    for sentence in section.says:
        yield section.title, sentence
    for table in (*([section.chart.table] if section.chart else []), *section.tables):
        if not table.rows:
            yield section.title, f"{table.caption}: {table.empty}"


def _write_table(sheet: Worksheet, table: Table, widths: Sequence[int], styles: dict[str, Any]) -> None:
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    _set_height(sheet, 0, [column.title for column in table.columns], widths)
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.title, styles["head"])
    for offset, row in enumerate(table.rows, start=1):
        _set_height(sheet, offset, row, widths)
        for place, (value, column) in enumerate(zip(row, table.columns, strict=True)):
            _write(sheet, offset, place, value, column, styles)
    if table.rows:
        _mark_table(sheet, table, styles)


def _mark_table(sheet: Worksheet, table: Table, styles: dict[str, Any]) -> None:
    """Excel's own table, with filters, its first row told as the headers. Its titles have to differ, or it is none."""
    last, across = len(table.rows), len(table.columns) - 1
    titles = [column.title for column in table.columns]
    if len({title.casefold() for title in titles if title}) < len(titles):
        sheet.autofilter(0, 0, last, across)
        return
    heads = [{"header": title, "header_format": styles["head"]} for title in titles]
    sheet.add_table(0, 0, last, across, {"columns": heads, "style": "Table Style Light 1", "first_column": True})


def _width_of(column: Column) -> int:
    """In characters."""
    return _WIDE if column.key in _WIDE_KEYS else _WIDTHS[column.kind]


def _set_height(sheet: Worksheet, row: int, values: Sequence[Cell], widths: Sequence[int]) -> None:
    """Room for wrapped text: not every program makes it when it opens a file."""
    lines = max(
        (len(value) // width + 1 for value, width in zip(values, widths, strict=False) if isinstance(value, str)),
        default=1,
    )
    if lines > 1:
        sheet.set_row(row, min(lines * _LINE, _TALLEST))


def _write(sheet: Worksheet, row: int, place: int, value: Cell, column: Column, styles: dict[str, Any]) -> None:
    """Every value by the method of its own type: a text never becomes a formula, a link or a number."""
    if value is None or value == "":
        value = column.missing
        if not value:
            return
    if isinstance(value, date):
        sheet.write_datetime(row, place, value, styles["date"])
    elif isinstance(value, str):
        text = value if len(value) <= _LONGEST_CELL else f"{value[: _LONGEST_CELL - 1]}…"
        risky = text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r", "\n", "'")
        sheet.write_string(row, place, text, styles["quoted" if risky else "text"])
    else:
        sheet.write_number(row, place, value, styles["rate" if column.kind == "rate" else "number"])


def _sheet_name(table: Table, taken: set[str]) -> str:
    """A name Excel takes: at most 31 characters, none of its own signs, unique without regard to case."""
    name = re.sub(r"[\[\]:*?/\\']", " ", table.key.replace("_", " ")).strip().capitalize()[:_LONGEST_NAME]
    free, number = name, 1
    while free.lower() in taken:
        number += 1
        free = f"{name[: _LONGEST_NAME - 1 - len(str(number))]} {number}"
    taken.add(free.lower())
    return free


def _paper(sheet: Worksheet, report: Report, caption: str) -> None:
    """A4 landscape, as wide as one page; the caption is the page's header (doubled signs: & starts a code there)."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_header("&L" + caption.replace("&", "&&")[:200])
    sheet.set_footer(f"&L{report.board.replace('&', '&&')[:120]}, as at {day_in_words(report.as_at)}&RPage &P of &N")
