"""Which rows of a plan are actions, and which are bands, totals, headings said again, or notes below it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence

from actiontrack.api import is_ref
from actiontrack_spreadsheet.detect import Layout
from actiontrack_spreadsheet.headings import normal, vocabulary
from actiontrack_spreadsheet.workbook import Grid

_START = 3
"""Characters of a quick test."""

_BAND_WORDS = 3
_BAND_MARK = re.compile(r"\s*\w+(?: \w+)? \d+(?:\.\d+)*\s*[:–—-]")
_NO_LETTERS = re.compile(r"[\d\s]+")

_OWN_ROW = ("lead_agency", "agencies", "lead_officer")
"""Where text is merged down over several rows, one of these makes each of them an action of its own."""

_TELLING = (
    *_OWN_ROW, "priority", "original_due", "current_due", "status", "response", "progress", "evidence", "self_rating",
)  # fmt: skip
"""What a row has that is more than a note below the plan."""


def action_rows(grid: Grid, layout: Layout) -> tuple[list[int], list[int]]:
    """Places in `grid.rows` of the actions; and the numbers of the rows left aside as notes below the plan.

    An action is a row whose text is not blank, less bands, totals and headings said again. A row with an Action ID of
    ours is one without any text too: it was cleared, or is withheld.
    """
    known = _known_by_id(grid, layout)
    places = sorted({*_rows_with_text(grid, layout, known), *_rows_of_merged_text(grid, layout)})
    notes = _notes(grid, layout, [grid.rows[i] for i in places])
    return [i for i in places if grid.rows[i] not in notes], sorted(notes)


def _rows_with_text(grid: Grid, layout: Layout, known: Collection[int]) -> list[int]:
    column = layout.row_column
    no_actions = _totals(grid, layout) | _bands(grid, layout)
    bottom, starts = layout.bottom, _starts(column.text)
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
        (len(text.split()) <= _BAND_WORDS or _BAND_MARK.match(value) is not None)
        and any(text.startswith(f"{word} ") for word in vocabulary().words["band"])
        and any(char.isdigit() for char in text)
        and sum(1 for cell in cells if cell) == 1
    )


def _bands(grid: Grid, layout: Layout) -> set[int]:
    """Rows merged across at least half of the columns: "Recommendation 2: …" above its actions."""
    cols = [heading.col for heading in layout.columns.values()]
    spans = []
    for area in grid.merges:
        inside = sum(1 for col in cols if area.left <= col <= area.right)
        if area.left <= layout.row_column.col <= area.right and inside > 1 and 2 * inside >= len(cols):
            spans.append((area.top, area.bottom))
    return set(_rows_within(grid.rows, spans))


def _rows_within(rows: Sequence[int], spans: Iterable[tuple[int, int]]) -> list[int]:
    """Those of the ascending rows that lie in any of the spans (first, last): merges may cover one another."""
    found: list[int] = []
    at = 0
    for first, last in sorted(spans):
        at = bisect_left(rows, first, at)
        stop = bisect_right(rows, last, at)
        found += rows[at:stop]
        at = stop
    return found


def _totals(grid: Grid, layout: Layout) -> set[int]:
    """Rows that sum the others up: a table's own, and those that begin with the word."""
    own = [(table.area.bottom - table.totals_rows + 1, table.area.bottom) for table in grid.tables if table.totals_rows]
    found = set(_rows_within(grid.rows, own))
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


def _rows_of_merged_text(grid: Grid, layout: Layout) -> list[int]:
    """Lower rows of a text merged down: actions of their own where each has an agency or a person."""
    text = layout.row_column
    areas = [area for area in grid.merges if area.left == text.col == area.right and area.bottom > layout.bottom]
    if not areas:
        return []
    own = [grid.column(layout.columns[name].col) for name in _OWN_ROW if name in layout.columns]
    spans = [(area.top + 1, area.bottom) for area in areas if grid.cell(area.top, area.left) is not None]
    places = (bisect_left(grid.rows, row) for row in _rows_within(grid.rows, spans))
    return [place for place in places if any(column[place] is not None for column in own)]


def _notes(grid: Grid, layout: Layout, rows: Sequence[int]) -> set[int]:
    """Text alone, below a gap under the last row that says more: signatures, keys to colours, remarks.

    Right below the last action it is a new one; so it is with a number or an Action ID beside it.
    """
    cols = [layout.columns[name].col for name in _TELLING if name in layout.columns]
    numbers = [layout.columns[name].col for name in ("ref", "number", "recommendation") if name in layout.columns]
    merged = {col for area in grid.merges for col in range(area.left, area.right + 1)}
    own = [grid.column(col) for col in cols if col not in merged]
    # Most rows say more in cells of their own, which is told at a glance.
    told = {row for row, *cells in zip(grid.rows, *own, strict=True) if cells.count(None) < len(own)}
    full = [
        row
        for row in rows
        if row in told
        or any(grid.filled(row, col) is not None for col in cols)
        or any(char.isdigit() for col in numbers for char in grid.text(*grid.anchor(row, col)))
    ]
    if not full or 2 * len(full) < sum(1 for row in rows if row <= full[-1]):
        return set()
    last = full[-1]
    below = [row for row in rows if row > last]
    for row in below:
        if row > last + 1:
            return {each for each in below if each >= row}
        last = row
    return set()
