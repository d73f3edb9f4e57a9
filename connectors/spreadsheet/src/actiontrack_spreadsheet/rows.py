"""The rows of a plan: which of them are actions, and what their cells say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from actiontrack.api import Fixed, Plain, Raw, Unread, is_ref
from actiontrack_spreadsheet.detect import Layout
from actiontrack_spreadsheet.headings import normal, vocabulary
from actiontrack_spreadsheet.workbook import NO_VALUE, BadDate, CellValue, ErrorValue, Formula, Grid

FORMULA = "it holds a formula"
LINK = "it holds a link"

_START = 3
"""Characters of a quick test."""

_BAND_WORDS = 3
_NO_LETTERS = re.compile(r"[\d\s]+")
_PLAIN_TYPES = (str, type(None), date, datetime)


@dataclass(frozen=True, slots=True)
class Rows:
    """The action rows of a layout. `at` holds their places in `grid.rows`; `values` each field's column, aligned."""

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
    """Places in `grid.rows` of the rows whose text is not blank, less bands, totals and headings said again.

    A row with an Action ID of ours is one without any text too: it was cleared, or is withheld.
    """
    column = layout.row_column
    no_actions = _totals(grid, layout) | _bands(grid, layout)
    bottom, starts = layout.bottom, _starts(column.text)
    known = _known_by_id(grid, layout)
    return [
        i
        for i, (row, value) in enumerate(zip(grid.rows, grid.column(column.col), strict=True))
        if row in known
        or (
            value is not None
            and row > bottom
            and row not in no_actions
            and (
                type(value) is not str
                or (
                    not value.isspace()
                    and (value[:_START].casefold() not in starts or not _is_furniture(grid, layout, row, value))
                )
            )
        )
    ]


def _known_by_id(grid: Grid, layout: Layout) -> set[int]:
    """Rows below the headings whose text is blank and that carry an Action ID."""
    ref = layout.columns.get("ref")
    if ref is None or ref.col == layout.row_column.col:
        return set()
    texts, ids = grid.column(layout.row_column.col), grid.column(ref.col)
    return {
        row
        for row, text, key in zip(grid.rows, texts, ids, strict=True)
        if type(key) is str and row > layout.bottom and (text is None or text == "") and is_ref(key)
    }


def _starts(own: str) -> frozenset[str]:
    """How headings said again and bands begin: a quick test, so that few rows need the slow one."""
    return frozenset(word[:_START].casefold() for word in (own.strip(), *vocabulary().words["band"]))


def _is_furniture(grid: Grid, layout: Layout, row: int, value: str) -> bool:
    """The headings said again on a new page, or a band such as "Recommendation 2" with nothing else in its row."""
    cells = [grid.text(row, heading.col) for heading in layout.columns.values()]
    if normal(value) == normal(layout.row_column.text):
        headings = {normal(heading.text) for heading in layout.columns.values()}
        return sum(1 for text in cells if normal(text) in headings) > 1
    text = normal(value)
    return (
        len(text.split()) <= _BAND_WORDS
        and any(text.startswith(f"{word} ") for word in vocabulary().words["band"])
        and any(char.isdigit() for char in text)
        and sum(1 for cell in cells if cell) == 1
    )


def _bands(grid: Grid, layout: Layout) -> set[int]:
    """Rows merged across at least half of the columns: "Recommendation 2: …" above its actions."""
    cols = [heading.col for heading in layout.columns.values()]
    found: set[int] = set()
    for area in grid.merges:
        inside = sum(1 for col in cols if area.left <= col <= area.right)
        if area.left <= layout.row_column.col <= area.right and inside > 1 and 2 * inside >= len(cols):
            found.update(range(area.top, area.bottom + 1))
    return found


def _totals(grid: Grid, layout: Layout) -> set[int]:
    """Rows that sum the others up: a table's own, and those that begin with the word."""
    found = {
        row
        for table in grid.tables
        for row in range(table.area.bottom - table.totals_rows + 1, table.area.bottom + 1)
        if table.totals_rows
    }
    words = vocabulary().words["total"]
    starts = {word[:_START] for word in words}
    for col in grid.columns:
        if col > layout.row_column.col:
            break
        for row, value in zip(grid.rows, grid.column(col), strict=True):
            if type(value) is str and value[:_START].casefold() in starts and col == min(grid.row(row)):
                text = _NO_LETTERS.sub(" ", normal(value)).strip()
                if text in words:
                    found.add(row)
    return found


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
            if target and not target.startswith("#"):
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
