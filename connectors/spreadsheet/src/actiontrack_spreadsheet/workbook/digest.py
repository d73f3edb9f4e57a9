"""A digest of what sheets say, whatever program saved them: the order of shared strings and styles is left aside."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from functools import lru_cache

from .book import Book
from .columns import Column
from .grid import Grid
from .styles import Style

_BITS = 0xFFFF_FFFF_FFFF_FFFF


def content_digest(workbook: Book, sheets: Iterable[str]) -> str:
    """The digest of these sheets' cells, and of what the workbook says of itself: names, properties, sheets.

    Equal if and only if every cell has the same value, formula, number format and lock, and the sheets the same merges,
    links, lists of words, tables and protection. Raises WorkbookRefused.
    """
    digest = hashlib.blake2b(digest_size=16)
    tabs = [(tab.name, tab.state, tab.kind) for tab in workbook.sheets]
    names = sorted((name.name, name.refers_to, name.scope or "") for name in workbook.defined_names)
    digest.update(repr((tabs, names, sorted(workbook.custom_properties.items()), workbook.signed)).encode())
    for sheet in sheets:
        grid = workbook.read(sheet)
        digest.update(repr((sheet, grid.surroundings)).encode("utf-8", "surrogatepass"))
        digest.update(array("l", grid.rows).tobytes())
        for col in grid.columns:
            _feed(digest, grid, grid.cells.columns[col], col)
    return digest.hexdigest()


def _feed(digest: hashlib.blake2b, grid: Grid, column: Column, col: int) -> None:
    digest.update(f"{col}:{len(column.values)}".encode())
    digest.update(repr(column.values).encode("utf-8", "surrogatepass"))
    looks = {number: _look(grid.style_numbered(number, col)) for number in set(column.styles)}
    # A blank that one program leaves out and another writes, in the style it has anyway, is the same to a reader.
    alike = len(set(looks.values())) <= 1
    shown = set(looks.values()) if alike else map(looks.__getitem__, column.styles)
    digest.update(array("Q", shown).tobytes())


@lru_cache(maxsize=1024)
def _look(style: Style) -> int:
    """What a style shows of a value, and whether it is locked; not its number in the file."""
    shown = repr((style.format, style.date, style.time_only, style.locked)).encode()
    return int.from_bytes(hashlib.blake2b(shown, digest_size=8).digest()) & _BITS
