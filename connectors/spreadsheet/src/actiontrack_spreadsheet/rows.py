"""The rows of a plan: which of them are actions, and what their cells say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from actiontrack.api import Fixed, Plain, Raw, Unread
from actiontrack_spreadsheet.detect import Layout
from actiontrack_spreadsheet.headings import normal, vocabulary
from actiontrack_spreadsheet.workbook import NO_VALUE, BadDate, CellValue, ErrorValue, Formula, Grid

FORMULA = "it holds a formula"
LINK = "it holds a link"

_DIGIT = re.compile(r"\d")
_TOTAL_TAIL = re.compile(r"[\s\d:=]*")
_PLAIN_TYPES = (str, type(None), date, datetime)


@dataclass(frozen=True, slots=True)
class Rows:
    """The action rows of a layout. `at` holds their places in `grid.rows`; `values` each field's column, aligned with it."""

    at: Sequence[int]
    numbers: Sequence[int]
    values: Mapping[str, Sequence[Raw]]


def read_rows(grid: Grid, layout: Layout, fill_down: Collection[str] = ()) -> Rows:
    """Every action of the sheet, hidden and filtered rows included."""
    at = _action_rows(grid, layout)
    numbers = [grid.rows[i] for i in at]
    values = {}
    for name, heading in layout.columns.items():
        column = _column(grid, heading.col, layout.bottom)
        if name in fill_down:
            _fill_blanks(column, grid, layout.bottom)
        cells = [column[i] for i in at]
        values[name] = _raw(grid, heading.col, numbers, cells, links=name == "evidence")
    return Rows(at, numbers, values)


def versions(columns: Sequence[Sequence[Raw]], keys: Sequence[str]) -> list[str]:
    """A digest a row: it changes if and only if a value or the key does, whatever style or shared string holds it."""
    marked = [[value if type(value) is str else _mark(value) for value in column] for column in columns]
    return [
        hashlib.blake2b("\x1f".join(row).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        for row in zip(keys, *marked, strict=True)
    ]


def _mark(value: Raw) -> str:
    """A value that is no plain text, so that it can't be taken for one."""
    if value is None:
        return ""
    if isinstance(value, (date, datetime)):
        return f"\x02{value.isoformat()}"
    if isinstance(value, Fixed):
        return f"\x03{value.value if isinstance(value.value, str) else _mark(value.value)}"
    if isinstance(value, Unread):
        return f"\x04{value.shown}"
    return f"\x05{value!r}"


# --- which rows are actions -----------------------------------------------------------------------------------------


def _action_rows(grid: Grid, layout: Layout) -> list[int]:
    text_col = layout.row_column.col
    words = vocabulary().words
    spread = {
        area.top
        for area in grid.merges
        if area.left < area.right and area.left <= text_col <= area.right and _is_wide(area.left, area.right, layout)
    }
    totals = {
        row for table in grid.tables if table.totals_rows for row in _totals(table.area.bottom, table.totals_rows)
    }
    headings = {normal(heading.text) for heading in layout.columns.values()}
    own = normal(layout.row_column.text)
    found = []
    for i, (row, value) in enumerate(zip(grid.rows, grid.column(text_col), strict=True)):
        if value is None or row <= layout.bottom or row in spread or row in totals:
            continue
        if isinstance(value, str):
            if not value.strip() or (
                len(value) <= 80 and _is_furniture(grid, layout, row, value, own, headings, words)
            ):
                continue
        elif _is_total(grid, row, words):
            continue
        found.append(i)
    return found


def _is_wide(left: int, right: int, layout: Layout) -> bool:
    """Whether a merge takes in at least half of the columns with a field: a band, not an action that needed room."""
    inside = sum(1 for heading in layout.columns.values() if left <= heading.col <= right)
    return 2 * inside >= len(layout.columns) and inside > 1


def _totals(bottom: int, count: int) -> range:
    return range(bottom - count + 1, bottom + 1)


def _is_furniture(
    grid: Grid,
    layout: Layout,
    row: int,
    value: str,
    own: str,
    headings: Collection[str],
    words: Mapping[str, frozenset[str]],
) -> bool:
    """Headings said again, a band ("Recommendation 2"), a total."""
    text = normal(value)
    if text == own:
        said = [normal(grid.text(row, heading.col)) for heading in layout.columns.values()]
        return sum(1 for each in said if each in headings) > 1
    if len(text.split()) <= 3 and any(text.startswith(f"{word} ") for word in words["band"]) and _DIGIT.search(text):
        return sum(1 for heading in layout.columns.values() if grid.cell(row, heading.col) is not None) == 1
    return _is_total(grid, row, words)


def _is_total(grid: Grid, row: int, words: Mapping[str, frozenset[str]]) -> bool:
    """Whether the first thing in a row says that it sums the others up."""
    for col in sorted(grid.row(row)):
        text = normal(grid.text(row, col))
        return any(
            text == word or (text.startswith(word) and _TOTAL_TAIL.fullmatch(text[len(word) :]))
            for word in words["total"]
        )
    return False


# --- what the cells say ---------------------------------------------------------------------------------------------


def _column(grid: Grid, col: int, bottom: int) -> list[CellValue]:
    """A column with vertical merges filled down."""
    column = list(grid.column(col))
    areas = [area for area in grid.merges if area.left == col and area.top < area.bottom and area.bottom > bottom]
    if areas:
        places = {row: i for i, row in enumerate(grid.rows)}
        for area in areas:
            if area.top in places:
                shown = column[places[area.top]]
                for row in range(area.top + 1, area.bottom + 1):
                    if row in places:
                        column[places[row]] = shown
    return column


def _fill_blanks(column: list[CellValue], grid: Grid, bottom: int) -> None:
    last: CellValue = None
    for i, row in enumerate(grid.rows):
        if row > bottom:
            last = column[i] if column[i] is not None else last
            column[i] = last


def _raw(grid: Grid, col: int, rows: Sequence[int], cells: Sequence[CellValue], *, links: bool) -> list[Raw]:
    values: list[Raw] = [
        cell if type(cell) in _PLAIN_TYPES else _odd(grid, row, col, cell)  # type: ignore[misc]
        for row, cell in zip(rows, cells, strict=True)
    ]
    if links:
        for i, row in enumerate(rows):
            target = grid.hyperlink(row, col)
            if target:
                values[i] = Fixed(target, LINK)
    return values


def _odd(grid: Grid, row: int, col: int, cell: CellValue) -> Raw:
    """A cell that is neither blank, text nor a date."""
    if isinstance(cell, Formula):
        return _of_formula(grid, row, col, cell)
    if isinstance(cell, ErrorValue):
        return Unread(cell.code, "the cell shows an error", "type the value, or mend what the cell refers to")
    if isinstance(cell, BadDate):
        return Unread(f"{cell.serial:g}", "the number is no date", "type the date again")
    return _shown(grid, row, col, cell)


def _of_formula(grid: Grid, row: int, col: int, cell: Formula) -> Raw:
    value = cell.value
    if value is NO_VALUE:
        return Unread(
            f"={cell.text}" if cell.text else "a formula",
            "the formula was never calculated",
            "open the workbook in Excel or LibreOffice and save it",
        )
    if isinstance(value, (ErrorValue, BadDate)):
        return _odd(grid, row, col, value)
    if isinstance(value, (str, date)):
        return Fixed(value, FORMULA)
    return Fixed(_shown(grid, row, col, cell), FORMULA)


def _shown(grid: Grid, row: int, col: int, cell: CellValue) -> Plain:
    """A number, truth value or time of day as the cell shows it."""
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    anchor = grid.anchor(row, col)
    return grid.text(*anchor)
