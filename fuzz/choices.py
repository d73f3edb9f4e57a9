"""Decisions taken from bytes, the same for the same bytes; when they run out, the first choice is taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

TEXTS = (
    "", "Open", "=1+1", "+44 20 7946 0000", "-5", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "'=1", "''", '"', '"a"',
    "a;b,c|d\te", "line\nline", "line\r\nline", "_x000D_", "_x005F_x000D_", "\x01", "\ufffe", "\u00a0", " x ", "]]>",
    "<b>&amp;</b>", "Ä\u0308😀", "0", "1e5", "TRUE", "2026-01-31", "x" * 300, "\x00", "\x85", "\u2028", "'", "=",
)  # fmt: skip
"""Texts that have been trouble somewhere."""

NUMBERS = (0, 1, -1, 5, 59, 60, 61, 1.1, 1.1000000000000001, 1e-300, 1e300, -0.0, 46023, 46023.5, 2**53, True)


class Choices:
    """Reads decisions off some bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        """There are bytes left."""
        return self._at < len(self._data)

    def byte(self) -> int:
        """0 to 255."""
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def below(self, count: int) -> int:
        """0 to count - 1."""
        wide = self.byte() if count <= 256 else self.byte() << 8 | self.byte()
        return wide % max(count, 1)

    def one_of(self, options: Sequence[T]) -> T:
        """One of them."""
        return options[self.below(len(options))]

    def text(self) -> str:
        """A known troublemaker, two of them, or whatever the bytes say."""
        kind = self.below(8)
        if kind < 5:
            return self.one_of(TEXTS)
        if kind < 7:
            return self.one_of(TEXTS) + self.one_of(TEXTS)
        length = self.below(20)
        taken = self._data[self._at : self._at + length]
        self._at += length
        return taken.decode("utf-8", "replace")

    def value(self) -> str | int | float | date | datetime | None:
        """Anything a cell can be asked to hold."""
        kind = self.below(10)
        if kind < 6:
            return self.text()
        if kind == 6:
            return None
        if kind == 7:
            return self.one_of(NUMBERS)
        day = date(1899, 12, 30) + timedelta(days=self.below(65_536) * 3)
        if kind == 8:
            return day
        return datetime(day.year, day.month, day.day, self.below(24), self.below(60))  # noqa: DTZ001 - as cells hold it
