"""The cells of one sheet, by column."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import islice

from .columns import NO_STYLE, Columns
from .facts import Link, SheetFacts
from .numberformat import general, shown
from .refs import Area
from .styles import Style, Styles, StyleTable
from .values import NO_VALUE, BadDate, CellValue, ErrorValue, Formula

_MOST_LINKS = 100
_HYPERLINK = re.compile(r'\s*HYPERLINK\(\s*"((?:[^"]|"")*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """A table ("ListObject"): ``area`` takes in heading and totals rows."""

    name: str
    area: Area
    columns: tuple[str, ...]
    header_rows: int
    totals_rows: int
    part: str = ""
    linked: bool = False
    """Filled by a query or an XML map."""


class Grid:
    """A sheet's non-empty cells. Rows and columns count from 1. Everything is as stored; nothing is recalculated."""

    def __init__(
        self,
        name: str,
        cells: Columns,
        *,
        facts: SheetFacts | None = None,
        styles: StyleTable | None = None,
        tables: Sequence[Table] = (),
        targets: Mapping[str, str] | None = None,
        words: Callable[[str], tuple[str, ...] | None] = lambda _formula: None,
    ) -> None:
        """``targets``: relationship id -> link target; ``words``: the list a validation's formula means."""
        self.cells = cells
        self._facts = facts or SheetFacts()
        self._styles: StyleTable = styles or Styles([])
        self._targets = targets or {}
        self._words = words
        self._links_by_column: dict[int, list[Link]] = {}
        self.name = name
        self.rows: Sequence[int] = cells.rows
        """Numbers of the rows that have a non-empty cell, ascending."""
        self.merges: Sequence[Area] = self._facts.merges
        self._merges_by_column: dict[int, tuple[list[int], list[Area]]] = {}
        self.hidden_rows = frozenset(cells.hidden)
        """Of those in ``rows``."""
        self.hidden_columns = frozenset(self._facts.hidden_columns)
        self.tables = tables
        self.calculated: Sequence[Area] = cells.arrays
        """Ranges of array formulas and data tables."""
        self.autofilter = self._facts.autofilter
        self.protected = self._facts.protected
        """The sheet is protected: only cells that are not locked can be written."""
        self.has_password = self._facts.password
        """Its protection can be taken off only by who knows the password."""

    @property
    def surroundings(self) -> tuple[object, ...]:
        """What the sheet says beside its cells, plain, for telling whether it still says so."""
        facts = self._facts
        links = [(str(each.area), each.location, self._targets.get(each.relation, "")) for each in facts.links]
        areas = (sorted(self.merges, key=str), sorted(self.calculated, key=str), facts.autofilter)
        return (*areas, links, facts.lists, self.tables, facts.protected, facts.password)

    @cached_property
    def columns(self) -> Sequence[int]:
        """Numbers of the columns that have a non-empty cell, ascending."""
        found = self.cells.columns.items()
        return sorted(col for col, column in found if any(value is not None for value in column.values))

    def column(self, col: int) -> Sequence[CellValue]:
        """The column's values, aligned with ``rows`` (``None`` for blank)."""
        column = self.cells.columns.get(col)
        return column.values if column else [None] * len(self.rows)

    def texts(self, col: int) -> list[str]:
        """The column as shown (see ``text``), aligned with ``rows``."""
        values = self.column(col)
        return [
            value if isinstance(value, str) else self._shown(value, self._style_at(index, col))
            for index, value in enumerate(values)
        ]

    def shows_as_they_are(self, col: int) -> Sequence[bool]:
        """For each of ``rows``, whether a whole number in the column shows as its digits: in the general format.

        Empty where cells of the column are merged: each has to be asked for then.
        """
        column = self.cells.columns.get(col)
        if column is None or any(area.left <= col <= area.right for area in self.merges):
            return ()
        general_ones = {each: self.style_numbered(each, col).format == "General" for each in set(column.styles)}
        return list(map(general_ones.__getitem__, column.styles))

    def row(self, row: int) -> Mapping[int, CellValue]:
        """column -> value of the row's non-empty cells, by ascending column."""
        index = self._index(row)
        if index is None:
            return {}
        cells = ((col, self.cells.columns[col].values[index]) for col in self.columns)
        return {col: value for col, value in cells if value is not None}

    def cell(self, row: int, col: int) -> CellValue:
        """One value; ``None`` for blank."""
        index, column = self._index(row), self.cells.columns.get(col)
        return column.values[index] if column and index is not None else None

    def text(self, row: int, col: int) -> str:
        """What the cell shows: 1.10 in style 0.00 is '1.10', a date is ISO, an error its code, blank ''."""
        index, column = self._index(row), self.cells.columns.get(col)
        value = column.values[index] if column and index is not None else None
        return value if isinstance(value, str) else self._shown(value, self._style_at(index, col))

    def anchor(self, row: int, col: int) -> tuple[int, int]:
        """The top left cell of the merge that (row, col) is in, or (row, col) itself."""
        area = self.merge(row, col)
        return (area.top, area.left) if area else (row, col)

    def merge(self, row: int, col: int) -> Area | None:
        """The merge that (row, col) is in, None when it is in none."""
        tops, areas = self._merges_over(col)
        at = bisect_right(tops, row) - 1
        return areas[at] if at >= 0 and row <= areas[at].bottom else None

    def filled(self, row: int, col: int) -> CellValue:
        """The value with vertical merges filled down; merges across (band rows) are not filled to the right."""
        top, left = self.anchor(row, col)
        return self.cell(top, col) if left == col else self.cell(row, col)

    def hyperlink(self, row: int, col: int) -> str | None:
        """The link's target (a URL, a path, or '#Sheet!A1'), also of a HYPERLINK("...") formula."""
        link = self._links.get((row, col))
        if link is None:
            link = next((each for each in self._wide_links_over(col) if each.area.top <= row <= each.area.bottom), None)
        if link is not None:
            place = f"#{link.location}" if link.location else ""
            return self._targets.get(link.relation, "") + place or None
        value = self.cell(row, col)
        written = _HYPERLINK.match(value.text) if isinstance(value, Formula) else None
        return written[1].replace('""', '"') if written else None

    @property
    def has_links(self) -> bool:
        """Whether any cell of the sheet, even a blank one, has a link that is no formula."""
        return bool(self._facts.links)

    def allowed(self, row: int, col: int) -> tuple[str, ...] | None:
        """The words a list validation lets the cell hold, in order; None: no list, or not to be worked out."""
        for validation in self._facts.lists:
            if any((row, col) in area for area in validation.areas):
                return self._words(validation.formula)
        return None

    def locked(self, row: int, col: int) -> bool:
        """The sheet is protected and this cell is locked."""
        return self.protected and self.style(row, col).locked

    def is_date_style(self, row: int, col: int) -> bool:
        """The cell (blank or not) has a date style."""
        return self.style(row, col).date

    def style(self, row: int, col: int) -> Style:
        """The cell's style; its column's where there is no cell."""
        index = self._index(row)
        return self._style_at(index, col)

    def date_style(self, col: int) -> int | None:
        """The style index of the column's last date, None when it has no date."""
        column = self.cells.columns.get(col)
        for index in range(len(self.rows) - 1, -1, -1) if column else ():
            if column and isinstance(column.values[index], date):
                return column.styles[index]
        return None

    def column_style(self, col: int) -> int:
        """The style index of the column, for cells that are not there."""
        return self._facts.column_styles.get(col, 0)

    def _style_at(self, index: int | None, col: int) -> Style:
        column = self.cells.columns.get(col)
        return self.style_numbered(column.styles[index] if column and index is not None else NO_STYLE, col)

    def style_numbered(self, number: int, col: int) -> Style:
        """The style of a cell with this number; its column's where it has none."""
        return self._styles[self._facts.column_styles.get(col, 0) if number == NO_STYLE else number]

    def _index(self, row: int) -> int | None:
        index = bisect_left(self.rows, row)
        return index if index < len(self.rows) and self.rows[index] == row else None

    @cached_property
    def _links(self) -> dict[tuple[int, int], Link]:
        """The links of single cells, by place; the first where there are several."""
        return {(each.area.top, each.area.left): each for each in reversed(self._facts.links) if _is_single(each.area)}

    def _wide_links_over(self, col: int) -> list[Link]:
        """Links of more than a cell; the first few, where a sheet has no end of them."""
        if col not in self._links_by_column:
            wide = (each for each in self._facts.links if each.area.left <= col <= each.area.right)
            self._links_by_column[col] = list(islice((each for each in wide if not _is_single(each.area)), _MOST_LINKS))
        return self._links_by_column[col]

    def _merges_over(self, col: int) -> tuple[list[int], list[Area]]:
        """The first rows of the merges over a column, and the merges; worked out for the columns that are asked for."""
        if col not in self._merges_by_column:
            areas = [area for area in self._sorted_merges if area.left <= col <= area.right]
            self._merges_by_column[col] = [area.top for area in areas], areas
        return self._merges_by_column[col]

    @cached_property
    def _sorted_merges(self) -> Sequence[Area]:
        return sorted(self.merges, key=lambda area: area.top)

    @staticmethod
    def _shown(value: CellValue, style: Style) -> str:
        if isinstance(value, Formula):
            return Grid._shown(None if value.value is NO_VALUE else value.value, style)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, int | float):
            return shown(value, style.format)
        if isinstance(value, ErrorValue):
            return value.code
        if isinstance(value, BadDate):
            return general(value.serial)
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()


def _is_single(area: Area) -> bool:
    return area.top == area.bottom and area.left == area.right


def fill_down(grid: Grid, col: int) -> list[CellValue]:
    """``grid.column(col)`` with vertical merges filled down."""
    return [grid.filled(row, col) for row in grid.rows]
