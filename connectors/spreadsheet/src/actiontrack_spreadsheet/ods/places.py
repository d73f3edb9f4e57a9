"""Where the rows of a sheet lie in content.xml."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from actiontrack_spreadsheet.workbook.errors import xml_faults
from actiontrack_spreadsheet.workbook.workbook import as_utf8_part

from .reader import repeats
from .rowxml import ROWS_ALIKE, RowXml
from .scan import Document, Node, scan
from .workbook import CONTENT, OdsWorkbook


@dataclass(frozen=True, slots=True)
class RowPlace:
    """An element standing for the rows ``first`` to ``last``."""

    first: int
    last: int
    start: int
    end: int


class RowPlaces:
    """Where the rows of a sheet lie (see ``scan.Rows``)."""

    def __init__(self, table: Node) -> None:
        self.table = table
        self.next_row = 1
        """The first row that no element stands for."""
        self._firsts: list[int] = []
        self._spans: list[tuple[int, int]] = []

    def begin(self, attrs: Mapping[str, str]) -> None:
        """A row starts."""
        self._count = repeats(attrs, ROWS_ALIKE)

    def start(self, name: str, attrs: Mapping[str, str]) -> None:
        """Of no interest."""

    def text(self, text: str) -> None:
        """Of no interest."""

    def stop(self, name: str) -> None:
        """Of no interest."""

    def finish(self, start: int, end: int) -> None:
        """The row ends."""
        self._firsts.append(self.next_row)
        self._spans.append((start, end))
        self.next_row += self._count

    def find(self, row: int) -> RowPlace | None:
        """The element that stands for a row, among others perhaps."""
        if row >= self.next_row:
            return None
        at = bisect_right(self._firsts, row) - 1
        last = self._firsts[at + 1] - 1 if at + 1 < len(self._firsts) else self.next_row - 1
        return RowPlace(self._firsts[at], last, *self._spans[at])

    def after_last(self) -> int:
        """Where a row after all others goes: behind what holds the last, a group perhaps."""
        end = self._spans[-1][1] if self._spans else self.table.inner
        return next((node.end for node in self.table.children if node.start < end <= node.end), end)


class CellStyles:
    """The styles that a sheet's cells name, blank ones too. Nothing is read before it is asked."""

    def __init__(self, workbook: OdsWorkbook, sheet: str) -> None:
        self._workbook = workbook
        self._sheet = sheet
        self._rows: dict[RowPlace, RowXml] = {}

    def style(self, row: int, col: int) -> str | None:
        """The name of the cell's style, or of its row's for cells; None where the column's counts."""
        with xml_faults(self._workbook.path, CONTENT):
            document, places = self._content
            place = places.find(row) if places else None
            if place is None:
                return None
            if place not in self._rows:
                self._rows[place] = RowXml(document.data[place.start : place.end].decode(), document)
            return self._rows[place].style(col)

    @cached_property
    def _content(self) -> tuple[Document, RowPlaces | None]:
        found: list[RowPlaces] = []

        def rows_of(table: Node) -> RowPlaces | None:
            if table.attrs.get("table:name", "") != self._sheet:
                return None
            found.append(RowPlaces(table))
            return found[-1]

        document = scan(as_utf8_part(self._workbook.package, CONTENT), rows_of)
        return document, next(iter(found), None)
