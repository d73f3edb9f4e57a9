"""A table's cells as they are shown on a page."""

from __future__ import annotations

from typing import Any

from actiontrack.api import Table, column_widths, fits, shown
from actiontrack_report_pdf.letters import heading

_PAGE, _LETTERS = 267.0, 3.2
"""Millimetres: between the margins of a landscape A4 page, and how high letters are (a little over 9 points)."""
_PIECE = 5
"""Letters that stay together in a word too long for its column."""
_FEW, _LITTLE = 9, 2_000
"""A table of fewer rows than so many, and less text, stays on one page."""


def table_data(table: Table) -> dict[str, Any]:
    """The table for the template; a cell is a text, or a list of pieces between which a line may end."""
    rows = [[shown(*cell) for cell in zip(row, table.columns, strict=True)] for row in table.rows]
    widths = column_widths(table, rows, _PAGE, _LETTERS)
    cells = [[_broken(cell, width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    return {
        "caption": heading(table.caption),
        "count": len(rows) if len(rows) > 1 and len(table.columns) > 3 else None,
        "empty": table.empty,
        "together": len(rows) < _FEW and sum(len(cell) for row in rows for cell in row) < _LITTLE,
        "columns": [
            {"title": _broken(column.title, width), "kind": column.kind, "width": width}
            for column, width in zip(table.columns, widths, strict=True)
        ],
        "rows": cells,
        "ratings": [place for place, column in enumerate(table.columns) if column.key == "rating"],
        "pieces": [place for place in range(len(widths)) if any(isinstance(row[place], list) for row in cells)],
    }


def _broken(text: str, width: float) -> str | list[str]:
    """The text, in pieces where a word is longer than its column is wide."""
    words = text.split(" ")
    if all(fits(word, width, _LETTERS) for word in words):
        return text
    pieces: list[str] = []
    for number, word in enumerate(words):
        start = len(pieces)
        step = len(word) or 1 if fits(word, width, _LETTERS) else _PIECE
        pieces += [word[at : at + step] for at in range(0, len(word), step)] or [""]
        if number:
            pieces[start] = f" {pieces[start]}"
    return pieces
