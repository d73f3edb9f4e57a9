"""Where the readers put cells: values and styles by column, one entry a row."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import compress, pairwise

from .refs import MAX_COL, MAX_ROW, Area
from .values import CellValue, Formula
from .xml import RepeatedCellError, TooMuchError, XmlError

MOST_CELLS = 6_000_000
"""Rows with a value times columns with one, of all sheets of a workbook that are read: 100,000 rows of 60 columns."""
NO_STYLE = -1
"""No cell here; column or row styles apply."""


class Column:
    """``values`` and ``styles`` (the ``s`` attribute or NO_STYLE), aligned with the sheet's rows."""

    def __init__(self) -> None:
        self.values: list[CellValue] = []
        self.styles = array("i")

    def extend(self, at: int, values: Sequence[CellValue], styles: Iterable[int]) -> None:
        """Add cells from row index ``at`` on; the gap before is filled with nothing."""
        self.pad(at)
        self.values += values
        self.styles.extend(styles)

    def pad(self, length: int) -> None:
        """Fill up with nothing."""
        gap = length - len(self.values)
        if gap > 0:
            self.values += [None] * gap
            self.styles.extend([NO_STYLE] * gap)


class Columns:
    """The cells of a sheet under construction. Rows without a value are left out."""

    def __init__(self, room: int = MOST_CELLS) -> None:
        """``room``: how many rows times columns there may be."""
        self._room = room
        self.rows: list[int] = []
        self.columns: dict[int, Column] = {}
        self.hidden: set[int] = set()
        self.arrays: list[Area] = []
        """Ranges of array formulas and data tables: their members are calculated, whatever their own XML says."""
        self.last_row = 0
        """The number of the row read last, empty ones included."""

    def add(
        self, rows: Sequence[int], cells: dict[int, tuple[Sequence[CellValue], Sequence[int]]], hidden: Iterable[int]
    ) -> None:
        """Add rows: column -> (values, styles), each aligned with ``rows``."""
        self.last_row = rows[-1]
        keep = _filled(len(rows), [values for values, _ in cells.values()])
        if keep is not None:
            rows = list(compress(rows, keep))
            cells = {c: (list(compress(v, keep)), list(compress(s, keep))) for c, (v, s) in cells.items()}
            if not rows:
                return
        at = len(self.rows)
        self.rows += rows
        self.hidden.update(hidden)
        if len(self.rows) * len(cells.keys() | self.columns.keys()) > self._room:
            raise TooMuchError("more cells than any plan has")
        for col, (values, styles) in cells.items():
            if col not in self.columns:
                self.columns[col] = Column()
            self.columns[col].extend(at, values, styles)

    def finish(self) -> None:
        """Bring rows into order, complete the columns and mark array members. Raises XmlError for repeated rows."""
        for column in self.columns.values():
            column.pad(len(self.rows))
        if any(a >= b for a, b in pairwise(self.rows)):
            self._sort()
        if self.rows and not 1 <= self.rows[0] <= self.rows[-1] <= MAX_ROW:
            raise XmlError("a row outside the sheet")
        self.hidden.intersection_update(self.rows)
        self.arrays.sort(key=lambda area: (area.top, area.left))  # a batch finds them by column, the parser by row
        if self.arrays:
            for col, column in self.columns.items():
                self._mark(column, [area for area in self.arrays if area.left <= col <= area.right])

    def _sort(self) -> None:
        order = sorted(range(len(self.rows)), key=self.rows.__getitem__)
        self.rows = [self.rows[index] for index in order]
        for a, b in pairwise(self.rows):
            if a == b:
                raise RepeatedCellError(f"row {a} is there twice")
        for column in self.columns.values():
            column.values = [column.values[index] for index in order]
            column.styles = array("i", [column.styles[index] for index in order])

    def _mark(self, column: Column, areas: Iterable[Area]) -> None:
        """Members of these areas, which come by their first rows, are calculated. Each row is looked at once."""
        done = 0
        for area in areas:
            first, done = max(done, bisect_left(self.rows, area.top)), max(done, bisect_right(self.rows, area.bottom))
            for index in range(first, done):
                value = column.values[index]
                if value is not None and not isinstance(value, Formula):
                    column.values[index] = Formula(value)


def _filled(count: int, columns: list[Sequence[CellValue]]) -> list[bool] | None:
    """Which of the rows have a value; None when all have."""
    if any(None not in values for values in columns):
        return None
    if not columns:
        return [False] * count
    keep = [any(value is not None for value in row) for row in zip(*columns, strict=True)]
    return None if all(keep) else keep


def check_column(col: int) -> int:
    """The column number, or XmlError when there is no such column."""
    if not 1 <= col <= MAX_COL:
        raise XmlError("a column outside the sheet")
    return col
