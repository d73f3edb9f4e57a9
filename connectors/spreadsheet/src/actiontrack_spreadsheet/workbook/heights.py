"""How high a row must be for its wrapped texts: not every program works it out when it opens a file."""

from __future__ import annotations

import math
from collections.abc import Iterable

from .sheetxml import RowXml, SheetXml

LINE = 15.0
"""Points of one line at the usual size of letters."""
_TALLEST = 409.0
"""Points of the tallest row there is."""
_SPARE = 1.2
"""Lines break at words, and letters differ in width: so much more room than characters."""
_WIDTH = 8.43
"""Of a column without a width of its own, in characters."""


def height_of(texts: Iterable[tuple[str, float]]) -> float:
    """Points for the longest of wrapped texts, each given with its column's width in characters."""
    lines = (
        sum(max(1, math.ceil(len(line) * _SPARE / max(width, 1.0))) for line in text.splitlines())
        for text, width in texts
    )
    return min(LINE * max(lines, default=1), _TALLEST)


class Heights:
    """The heights of a sheet's rows that are written."""

    def __init__(self, sheet: SheetXml) -> None:
        self._columns = [
            (int(e.attrs["min"]), int(e.attrs["max"]), _number(e.attrs["width"], _WIDTH))
            for e in sheet.named("col")
            if e.path() == "worksheet/cols/col" and "width" in e.attrs
        ]
        own = next((e.attrs for e in sheet.named("sheetFormatPr")), {})
        self._width = _number(own.get("defaultColWidth", ""), _WIDTH)

    def needed(self, wrapped: Iterable[tuple[int, str]], there: RowXml | None, model: RowXml | None) -> str | None:
        """The ``ht`` a row must get for the (column, text) put into it; None where it fits or a person has set one.

        Where a sheet's rows have no heights at all, each program works them out, and a new row has none either.
        """
        if there is not None and there.row.attrs.get("customHeight") in ("1", "true"):
            return None
        if not any(row is not None and "ht" in row.row.attrs for row in (there, model)):
            return None
        points = height_of((text, self._width_of(col)) for col, text in wrapped)
        has = _number(there.row.attrs.get("ht", ""), LINE) if there is not None else LINE
        return f"{points:g}" if points > has else None

    def _width_of(self, col: int) -> float:
        return next((width for first, last, width in self._columns if first <= col <= last), self._width)


def _number(written: str, otherwise: float) -> float:
    """A measure as written; ``otherwise`` where it is none that a program could use."""
    try:
        found = float(written)
    except ValueError:
        return otherwise
    return found if 0 < found < math.inf else otherwise
