"""How wide the columns of a table on paper are: the page's width is shared out by what they hold."""

from __future__ import annotations

import math
from collections.abc import Sequence

from actiontrack.domain.report import Table

_IN_TEXT, _IN_WORD, _CAPITAL = 0.52, 0.56, 0.68
"""How wide a letter is in the mean of a text, in one word, and in a word of capitals or figures; one is its height."""
_SPARE = 1
"""Letters: a short text may be of wide ones."""
_PADDING = 3.2
"""Millimetres beside a cell's text."""
_LONGEST_WORD, _LONGEST_TEXT = 28.0, 150.0
"""Millimetres: no column is made wider for the sake of one word, or of one text."""
_ROUNDED = 0.01
_FRAME = 3.0
"""Millimetres that the frame of a rating may take."""


def column_widths(table: Table, rows: Sequence[Sequence[str]], room: float, height: float) -> list[float]:
    """Millimetres of each column, together at most `room`; `rows` are the cells as shown, letters are `height` mm high.

    Codes and dates stand on one line, and no column is narrower than its longest word, where there is room for it. A
    table that holds little does not spread over the page.
    """
    least, most = [], []
    for place, column in enumerate(table.columns):
        texts = [row[place] for row in rows]
        word = max(
            (word_width(word, height) for text in (column.title, *texts) for word in text.split(" ")), default=0.0
        )
        longest = (max(map(len, texts), default=0) + _SPARE) * height
        beside = _PADDING + (_FRAME if column.key == "rating" else 0.0)
        if column.kind in ("code", "date"):
            least.append(max(longest * _IN_WORD, word) + beside)
            most.append(least[-1])
        else:
            title = len(column.title) * height * _CAPITAL / 2
            least.append(min(word, _LONGEST_WORD) + beside)
            most.append(max(least[-1], min(max(longest * _IN_TEXT, word, title), _LONGEST_TEXT) + beside))
    if sum(least) > room:
        return [round(width * room / sum(least), 2) for width in least]
    return [round(width, 2) for width in _shared(room, least, most)]


def word_width(word: str, height: float) -> float:
    """Millimetres, rather too many than too few."""
    small = word[1:].islower() or (not word.isascii() and word.islower())
    return len(word) * height * (_IN_WORD if small else _CAPITAL)


def fits(word: str, width: float, height: float) -> bool:
    """Whether a word stands in a column of that width unbroken."""
    return word_width(word, height) <= width - _PADDING + _ROUNDED


def _shared(room: float, least: Sequence[float], most: Sequence[float]) -> list[float]:
    """Widths between the least and the most: a column that lacks four times as much gets twice as much of the rest."""
    widths = list(least)
    growing = [place for place in range(len(widths)) if most[place] > least[place]]
    while growing:
        parts = {place: math.sqrt(most[place] - least[place]) for place in growing}
        share = (room - sum(widths)) / sum(parts.values())
        full = [place for place in growing if least[place] + share * parts[place] >= most[place]]
        if not full:
            for place in growing:
                widths[place] += share * parts[place]
            break
        for place in full:
            widths[place] = most[place]
        growing = [place for place in growing if place not in full]
    return widths
