"""The cells of one sheet, by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .refs import Area
from .values import CellValue


@dataclass(frozen=True, slots=True)
class Table:
    """A table ("ListObject"): ``area`` takes in heading and totals rows."""

    name: str
    area: Area
    columns: tuple[str, ...]
    header_rows: int
    totals_rows: int


class Grid:
    """A sheet's non-empty cells. Rows and columns count from 1. Everything is as stored; nothing is recalculated."""

    name: str
    rows: Sequence[int]
    """Numbers of the rows that have a non-empty cell, ascending."""
    columns: Sequence[int]
    """Numbers of the columns that have a non-empty cell, ascending."""
    merges: Sequence[Area]
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    tables: Sequence[Table]
    autofilter: Area | None
    protected: bool
    """The sheet is protected: only cells that are not locked can be written."""

    def column(self, col: int) -> Sequence[CellValue]:
        """The column's values, aligned with ``rows`` (``None`` for blank)."""
        raise NotImplementedError

    def texts(self, col: int) -> list[str]:
        """The column as shown (see ``text``), aligned with ``rows``."""
        raise NotImplementedError

    def row(self, row: int) -> Mapping[int, CellValue]:
        """column -> value of the row's non-empty cells."""
        raise NotImplementedError

    def cell(self, row: int, col: int) -> CellValue:
        """One value; ``None`` for blank."""
        raise NotImplementedError

    def text(self, row: int, col: int) -> str:
        """What the cell shows: 1.10 in style 0.00 is '1.10', a date is ISO, an error its code, blank ''."""
        raise NotImplementedError

    def anchor(self, row: int, col: int) -> tuple[int, int]:
        """The top left cell of the merge that (row, col) is in, or (row, col) itself."""
        raise NotImplementedError

    def filled(self, row: int, col: int) -> CellValue:
        """The value with vertical merges filled down: a cell of a merge shows its anchor's value."""
        raise NotImplementedError

    def hyperlink(self, row: int, col: int) -> str | None:
        """The link's target (a URL, a path, or '#Sheet!A1'), also of a HYPERLINK("...") formula."""
        raise NotImplementedError

    def allowed(self, row: int, col: int) -> tuple[str, ...] | None:
        """The words a list validation lets the cell hold, in order; None: no list, or not to be worked out."""
        raise NotImplementedError

    def locked(self, row: int, col: int) -> bool:
        """The sheet is protected and this cell is locked."""
        raise NotImplementedError

    def is_date_style(self, row: int, col: int) -> bool:
        """The cell (blank or not) has a date style."""
        raise NotImplementedError


def fill_down(grid: Grid, col: int) -> Iterable[CellValue]:
    """``grid.column(col)`` with vertical merges filled down."""
    return [grid.filled(row, col) for row in grid.rows]
