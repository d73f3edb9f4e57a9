"""Finding the headings: which sheet, which row or two rows, which column is which field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from actiontrack_spreadsheet.assign import Assignment, Heading, Wanted, assign
from actiontrack_spreadsheet.headings import contains, normal, variants, vocabulary
from actiontrack_spreadsheet.workbook import Area, Grid, letters, ref

_DEPTH = 200
"""Rows with something in them that are looked at for headings."""

_LONGEST_HEADING = 300


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the actions of a sheet are: headings in rows `top` to `bottom` (often one), actions below."""

    sheet: str
    top: int
    bottom: int
    headings: Sequence[Heading]
    assignment: Assignment = field(default_factory=Assignment)

    @property
    def columns(self) -> Mapping[str, Heading]:
        """Each field's heading."""
        return self.assignment.columns

    @property
    def score(self) -> float:
        """How well the headings are understood; 0 without the actions' text (unless it was agreed and is gone)."""
        named = self.assignment.named
        if "text" in self.columns:
            return self.assignment.score if len(self.columns) > 1 or named else 0.0
        return self.assignment.score if "text" in self.assignment.absent and named > 1 else 0.0

    @property
    def row_column(self) -> Heading:
        """The column that shows which rows are actions: the text, or the key where somebody took the text's away."""
        return next(self.columns[name] for name in ("text", "ref", "number", *self.columns) if name in self.columns)


def detect(grid: Grid, wanted: Wanted, header_row: int = 0) -> Layout | None:
    """The best reading of a sheet; None where no row of it could be headings. A `score` of 0 is only a guess."""
    best: Layout | None = None
    rank: tuple[float, float, int] = (-1.0, -1.0, 0)
    for top, bottom in _candidates(grid, wanted, header_row):
        headings = _headings(grid, top, bottom)
        layout = Layout(grid.name, top, bottom, headings, assign(headings, grid, bottom, wanted))
        found = (layout.score, layout.assignment.score, top - bottom)
        if found > rank:
            best, rank = layout, found
    return best


def is_plan_name(sheet: str) -> bool:
    """Whether a sheet's name speaks against its holding the plan: "Guidance", "Lists", "Example" …"""
    return not contains(sheet, vocabulary().words["other_sheet"])


def _candidates(grid: Grid, wanted: Wanted, header_row: int) -> Iterable[tuple[int, int]]:
    """Top and bottom of each row, or pair of rows, that could be headings."""
    if header_row:
        yield header_row - 1 if _is_second_line(grid, header_row - 1) else header_row, header_row
        return
    known = vocabulary().known
    rows = grid.rows[:_DEPTH]
    for at, top in enumerate(rows):
        cells = [grid.text(top, col) for col, value in grid.row(top).items() if isinstance(value, str)]
        hits = sum(1 for text in cells if _is_known(text, known, wanted))
        if not hits or _is_data(grid, top):
            continue
        lower = rows[at + 1] if at + 1 < len(rows) and rows[at + 1] == top + 1 else 0
        if not lower or not _is_second_line(grid, top):
            yield top, top
        if lower and not any(isinstance(value, (date, int, float)) for value in grid.row(lower).values()):
            yield top, lower


def _is_known(text: str, known: frozenset[str], wanted: Wanted) -> bool:
    return len(text) <= _LONGEST_HEADING and (
        normal(text) in wanted.headings or any(form in known for form in variants(text))
    )


def _is_data(grid: Grid, row: int) -> bool:
    """Dates and numbers stand in rows of data; a few may head columns too (the months of a year)."""
    cells = grid.row(row).values()
    return 2 * sum(isinstance(value, (date, int, float)) for value in cells) > len(cells)


def _is_second_line(grid: Grid, top: int) -> bool:
    """Whether all that stands in the row below is under headings merged across: "Timescale" over "Start" and "End"."""
    below = grid.row(top + 1)
    return bool(below) and all(_is_across(grid.merge(top, col)) for col in below)


def _is_across(area: Area | None) -> bool:
    return area is not None and area.top == area.bottom and area.left < area.right


def _headings(grid: Grid, top: int, bottom: int) -> list[Heading]:
    """What stands in the heading row, or in both: "Timescale" above "End" is the heading "Timescale End"."""
    headings = []
    for col in grid.columns:
        row, left = grid.anchor(bottom, col)
        if left != col or row < top:
            continue
        lower = grid.text(row, col)
        upper = ""
        if top < row == bottom:
            above = grid.anchor(top, col)
            upper = grid.text(*above) if lower or above[1] == col else ""
        text = " ".join(f"{upper} {lower}".split())
        if text:
            turned = variants(f"{lower} {upper}") if upper and lower else ()
            forms = dict.fromkeys([*variants(f"{upper} {lower}"), *turned, *variants(lower)])
            headings.append(Heading(row if lower else top, col, text, tuple(forms)))
    return headings


def describe(headings: Sequence[Heading], most: int = 8) -> str:
    """Headings for a message: “Ref” (A4), “Action” (B4) …"""
    shown = [f"“{_short(heading.text)}” ({ref(heading.row, heading.col)})" for heading in headings[:most]]
    return ", ".join(shown) + (" …" if len(headings) > most else "")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def saved_name(heading: Heading, headings: Sequence[Heading]) -> str:
    """What a mapping calls this column: its heading, or its letter where another has the same."""
    twins = [other for other in headings if normal(other.text) == normal(heading.text)]
    return heading.text if heading.text and len(twins) == 1 else letters(heading.col)
