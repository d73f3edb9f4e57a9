"""Cell addresses. Rows and columns are counted from 1 everywhere in this package: A1 is (1, 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_ROW = 1_048_576
MAX_COL = 16_384

_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})\Z")
_AREA = re.compile(r"(\$?[A-Za-z]{0,3}\$?[0-9]{0,7})(?::(\$?[A-Za-z]{0,3}\$?[0-9]{0,7}))?\Z")
_CORNER = re.compile(r"\$?([A-Za-z]{0,3})\$?([0-9]{0,7})\Z")


@lru_cache(maxsize=MAX_COL)
def letters(col: int) -> str:
    """3 -> 'C'."""
    text = ""
    while col:
        col, rest = divmod(col - 1, 26)
        text = chr(65 + rest) + text
    return text


@lru_cache(maxsize=MAX_COL)
def column_number(name: str) -> int:
    """'C' -> 3."""
    number = 0
    for char in name.upper():
        number = number * 26 + ord(char) - 64
    return number


def ref(row: int, col: int) -> str:
    """(7, 2) -> 'B7'."""
    return f"{letters(col)}{row}"


def parse_ref(text: str) -> tuple[int, int]:
    """'B7' or '$B$7' -> (7, 2); ValueError for anything else, or outside the sheet."""
    match = _REF.match(text)
    if match:
        row, col = int(match[2]), column_number(match[1])
        if 1 <= row <= MAX_ROW and col <= MAX_COL:
            return row, col
    raise ValueError(f"{text!r} is not a cell address")


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, corners included."""

    top: int
    left: int
    bottom: int
    right: int

    def __contains__(self, cell: tuple[int, int]) -> bool:
        return self.top <= cell[0] <= self.bottom and self.left <= cell[1] <= self.right

    def meets(self, other: Area) -> bool:
        """Whether the two have a cell in common."""
        across = self.left <= other.right and other.left <= self.right
        return across and self.top <= other.bottom and other.top <= self.bottom

    def __str__(self) -> str:
        first, last = ref(self.top, self.left), ref(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"

    @property
    def absolute(self) -> str:
        """'$A$1:$C$9'."""
        first, last = f"${letters(self.left)}${self.top}", f"${letters(self.right)}${self.bottom}"
        return first if first == last else f"{first}:{last}"


def parse_area(text: str) -> Area:
    """'A1:C9', 'B7', 'A:C' or '2:5' -> Area; ValueError for anything else."""
    match = _AREA.match(text.strip())
    if not match or not match[1]:
        raise ValueError(f"{text!r} is not an area")
    first = _corner(match[1], 1, 1)
    last = _corner(match[2] or match[1], MAX_ROW, MAX_COL)
    rows, cols = sorted((first[0], last[0])), sorted((first[1], last[1]))
    return Area(rows[0], cols[0], rows[1], cols[1])


def parse_areas(text: str) -> list[Area]:
    """A space-separated list of areas (``sqref``); parts that are no areas are left out."""
    areas = []
    for part in text.split():
        try:
            areas.append(parse_area(part))
        except ValueError:
            continue
    return areas


def _corner(text: str, row: int, col: int) -> tuple[int, int]:
    match = _CORNER.match(text)
    if not match:
        raise ValueError(f"{text!r} is not an area")
    row = int(match[2]) if match[2] else row
    col = column_number(match[1]) if match[1] else col
    if not (1 <= row <= MAX_ROW and 1 <= col <= MAX_COL):
        raise ValueError(f"{text!r} is outside the sheet")
    return row, col
