"""The words a list validation allows: written out, in a range, on another sheet, or behind a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .grid import Grid
from .refs import Area, parse_area

_SHEET = r"""(?:'((?:[^']|'')+)'|([^'!\[\]"(),:\s]+))!"""
_CORNER = r"\$?[A-Z]{0,3}\$?\d*"
_REFERENCE = re.compile(rf"(?:{_SHEET})?({_CORNER}(?::{_CORNER})?)\Z", re.IGNORECASE)
_MOST = 5_000
"""Words; a longer list is none a person picks from."""


def parse_reference(formula: str) -> tuple[str | None, Area] | None:
    """ "'My list'!$A$1:$A$4" -> ('My list', area); the sheet is None when not written. None for anything else."""
    found = _REFERENCE.match(formula.lstrip("=").strip())
    if not found or not re.search(r"[:\d]", found[3]):  # a lone word is a name, not a column
        return None
    sheet = found[1].replace("''", "'") if found[1] else found[2]
    try:
        return sheet, parse_area(found[3])
    except ValueError:
        return None


def list_words(
    formula: str,
    home: str,
    read: Callable[[str], Grid | None],
    names: Callable[[str], str | None],
) -> tuple[str, ...] | None:
    """The words, in order and once each. ``home``: the sheet the formula is on; None when it cannot be worked out."""
    formula = formula.lstrip("=").strip()
    if formula.startswith('"') and formula.endswith('"') and len(formula) > 1:
        return _once([word.strip() for word in formula[1:-1].replace('""', '"').split(",")])
    reference = parse_reference(formula) or parse_reference(names(formula) or "")
    if reference is None:
        return None
    grid = read(reference[0] or home)
    return None if grid is None else _cell_words(grid, reference[1])


def _cell_words(grid: Grid, area: Area) -> tuple[str, ...] | None:
    rows = [row for row in grid.rows if area.top <= row <= area.bottom]
    cols = [col for col in grid.columns if area.left <= col <= area.right]
    if len(rows) * len(cols) > _MOST:
        return None
    return _once([grid.text(row, col) for row in rows for col in cols])


def _once(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))
