"""Where the rows of a sheet lie in content.xml."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from .reader import repeats
from .rowxml import ROWS_ALIKE
from .scan import Node


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
