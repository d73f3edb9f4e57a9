"""Places as OpenDocument writes them: ``$'Action plan'.$A$4:.$H$16``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from actiontrack_spreadsheet.workbook.refs import Area, letters, parse_ref

_SHEET = r"\$?(?:'(?:[^']|'')+'|[^.'\s:\[\]]+)"
_CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_PLACE = re.compile(rf"({_SHEET})?\.?({_CELL})(?::({_SHEET})?\.?({_CELL}))?\Z")
_PARTS = re.compile(r"(?:'(?:[^']|'')*'|\S)+")


@dataclass(frozen=True, slots=True)
class Place:
    """An area of a sheet ('' where it says none). ``fixed``: written with $ before every row and column."""

    sheet: str
    area: Area
    fixed: bool

    def written(self) -> str:
        """As OpenDocument has it, the sheet named once."""
        quoted = "'" + self.sheet.replace("'", "''") + "'"
        mark = "$" if self.fixed else ""
        area = self.area
        corners = dict.fromkeys([(area.top, area.left), (area.bottom, area.right)])
        cells = [f".{mark}{letters(col)}{mark}{row}" for row, col in corners]
        return f"{mark if self.sheet else ''}{quoted if self.sheet else ''}" + ":".join(cells)

    def reference(self) -> str:
        """As a formula of Excel has it: 'Action plan'!$A$4:$H$16."""
        quoted = "'" + self.sheet.replace("'", "''") + "'!" if self.sheet else ""
        return f"{quoted}{self.area.absolute}"


def parse_place(text: str) -> Place | None:
    """A cell or a range on one sheet, with or without brackets; None for anything else."""
    found = _PLACE.match(text.strip().removeprefix("[").removesuffix("]"))
    if not found:
        return None
    sheet, other = _bare(found[1]), _bare(found[3])
    if other not in ("", sheet):
        return None
    try:
        first, last = parse_ref(found[2]), parse_ref(found[4] or found[2])
    except ValueError:
        return None
    rows, cols = sorted((first[0], last[0])), sorted((first[1], last[1]))
    cells = [cell for cell in (found[2], found[4]) if cell]
    return Place(sheet, Area(rows[0], cols[0], rows[1], cols[1]), all(cell.count("$") == 2 for cell in cells))


def split_places(text: str) -> Iterator[str]:
    """The parts of a list of places, which blanks divide."""
    for found in _PARTS.finditer(text):
        yield found[0]


def _bare(sheet: str | None) -> str:
    name = (sheet or "").removeprefix("$")
    return name[1:-1].replace("''", "'") if name.startswith("'") else name
