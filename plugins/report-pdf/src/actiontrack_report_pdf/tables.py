"""A table's cells as they are shown, and how wide its columns are: the page's width is shared out by what they hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from actiontrack.api import Table, shown
from actiontrack_report_pdf.letters import heading

PAGE_WIDTH = 267.0
"""Millimetres between the margins of a landscape A4 page."""
_EM = 3.2
"""Millimetres: the size of the letters, a little over 9 points."""
_IN_TEXT, _IN_WORD, _CAPITAL = 0.52 * _EM, 0.56 * _EM, 0.68 * _EM
"""Millimetres: how wide a letter is in the mean of a text, in one word, and in a word of capitals or figures."""
_PADDING = 3.2
"""Millimetres beside a cell's text."""
_BADGE = 3.0
"""Millimetres that the frame of a rating takes."""
_LONGEST_WORD, _LONGEST_TEXT = 28.0, 150.0
"""Millimetres: no column is made wider for the sake of one word, or of one text."""
_PIECE = 5
"""Letters that stay together in a word too long for its column."""
_FEW, _LITTLE = 9, 2_000
"""A table of fewer rows than so many, and less text, stays on one page."""


def table_data(table: Table) -> dict[str, Any]:
    """The table for the template; a cell is a text, or a list of pieces between which a line may end."""
    rows = [[shown(*cell) for cell in zip(row, table.columns, strict=True)] for row in table.rows]
    widths = column_widths(table, rows)
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


def column_widths(table: Table, rows: Sequence[Sequence[str]]) -> list[float]:
    """Millimetres; together at most the page's width. Codes and dates stand on one line where there is room for it."""
    least, most = [], []
    for place, column in enumerate(table.columns):
        texts = [row[place] for row in rows]
        word = max((_length(word) for text in (column.title, *texts) for word in text.split(" ")), default=0.0)
        longest = max(map(len, texts), default=0)
        beside = _PADDING + (_BADGE if column.key == "rating" else 0.0)
        if column.kind in ("code", "date"):
            least.append(max(longest * _IN_WORD, word) + beside)
            most.append(least[-1])
        else:
            title = len(column.title) * _CAPITAL / 2
            least.append(min(word, _LONGEST_WORD) + beside)
            most.append(min(max(longest * _IN_TEXT, word, title), _LONGEST_TEXT) + beside)
    if sum(least) > PAGE_WIDTH:
        return [round(width * PAGE_WIDTH / sum(least), 2) for width in least]
    return [round(width, 2) for width in _shared(PAGE_WIDTH, least, most)]


def _shared(room: float, least: Sequence[float], most: Sequence[float]) -> list[float]:
    """Widths between the least and the most: a column four times as long gets twice as much of what is left over."""
    widths = list(least)
    growing = [place for place in range(len(widths)) if most[place] > least[place]]
    while growing:
        left = room - sum(widths)
        parts = {place: math.sqrt(most[place] - least[place]) for place in growing}
        share = left / sum(parts.values())
        full = [place for place in growing if widths[place] + share * parts[place] >= most[place]]
        if not full:
            for place in growing:
                widths[place] += share * parts[place]
            break
        for place in full:
            widths[place] = most[place]
        growing = [place for place in growing if place not in full]
    return widths


def _broken(text: str, width: float) -> str | list[str]:
    """The text, in pieces where a word is longer than its column is wide."""
    words = text.split(" ")
    if all(_length(word) <= width - _PADDING for word in words):
        return text
    pieces: list[str] = []
    for number, word in enumerate(words):
        start = len(pieces)
        step = _PIECE if _length(word) > width - _PADDING else len(word) or 1
        pieces += [word[at : at + step] for at in range(0, len(word), step)] or [""]
        if number:
            pieces[start] = f" {pieces[start]}"
    return pieces


def _length(word: str) -> float:
    """Millimetres, rather too many than too few."""
    return len(word) * (_IN_WORD if word[1:].islower() or (not word.isascii() and word.islower()) else _CAPITAL)
