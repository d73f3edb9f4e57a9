"""The rows of a plan that are actions, and what their cells say."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from actiontrack.api import Fixed, Plain, Raw, Unread
from actiontrack_spreadsheet.actions import action_rows
from actiontrack_spreadsheet.detect import Layout
from actiontrack_spreadsheet.workbook import NO_VALUE, BadDate, CellValue, ErrorValue, Formula, Grid

FORMULA = "it holds a formula"
LINK = "it holds a link"

_PLAIN_TYPES = frozenset({str, type(None), date, datetime})


@dataclass(frozen=True, slots=True)
class Rows:
    """The action rows of a layout. `at` holds their places in `grid.rows`; `values` each field's column, aligned.

    `notes` are the numbers of the rows left aside as notes below the plan.
    """

    at: Sequence[int]
    numbers: Sequence[int]
    values: Mapping[str, Sequence[Raw]]
    notes: Sequence[int] = ()


def read_rows(grid: Grid, layout: Layout, fill_down: Collection[str] = (), only: Collection[int] | None = None) -> Rows:
    """Every action of the sheet, hidden and filtered rows included; `only` those in these rows, where it is given."""
    at, notes = action_rows(grid, layout)
    if only is not None:
        at = [i for i in at if grid.rows[i] in only]
    numbers = [grid.rows[i] for i in at]
    values = {}
    for name, heading in layout.columns.items():
        column = _column(grid, heading.col, layout.bottom)
        if name in fill_down:
            _fill_blanks(column, grid, layout.bottom)
        cells = [column[i] for i in at]
        values[name] = _raw(grid, heading.col, at, cells, links=name == "evidence")
    return Rows(at, numbers, values, notes)


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


# --- what the cells say ---------------------------------------------------------------------------------------------


def _column(grid: Grid, col: int, bottom: int) -> list[CellValue]:
    """A column with vertical merges filled down."""
    column = list(grid.column(col))
    areas = [area for area in grid.merges if area.left == col and area.top < area.bottom and area.bottom > bottom]
    done = 0  # merges that overlap are no program's; each row is filled once
    for area in sorted(areas, key=lambda area: area.top):
        first, after = bisect_left(grid.rows, area.top), bisect_right(grid.rows, area.bottom)
        if first < after and grid.rows[first] == area.top:
            shown = column[first]
            for at in range(max(first + 1, done), after):
                column[at] = shown
            done = max(done, after)
    return column


def _fill_blanks(column: list[CellValue], grid: Grid, bottom: int) -> None:
    last: CellValue = None
    for i, row in enumerate(grid.rows):
        if row > bottom:
            last = column[i] if column[i] is not None else last
            column[i] = last


def _raw(grid: Grid, col: int, at: Sequence[int], cells: Sequence[CellValue], *, links: bool) -> list[Raw]:
    """What a column's cells say; `at` are their places in `grid.rows`."""
    kinds = set(map(type, cells))
    if kinds <= _PLAIN_TYPES:
        values: list[Raw] = list(cells)  # type: ignore[arg-type]
    else:
        whole = grid.shows_as_they_are(col) if int in kinds else ()
        values = [
            str(cell) if whole and type(cell) is int and whole[i] else _value(grid, grid.rows[i], col, cell)
            for i, cell in zip(at, cells, strict=True)
        ]
    if links and (grid.has_links or Formula in kinds):
        for n, (i, cell) in enumerate(zip(at, cells, strict=True)):
            row = grid.rows[i]
            target = grid.hyperlink(row, col) if cell is not None or grid.has_links else None
            if target and not target.startswith("#"):
                values[n] = Fixed(target, LINK)
    return values


def _value(grid: Grid, row: int, col: int, cell: CellValue) -> Raw:
    return cell if type(cell) in _PLAIN_TYPES else _odd(grid, row, col, cell)  # type: ignore[return-value]


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
