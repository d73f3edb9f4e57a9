"""Reading the rows of a sheet into a grid's columns. Blank cells and rows that stand for many stay one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from actiontrack_spreadsheet.workbook.columns import NO_STYLE, Column, Columns
from actiontrack_spreadsheet.workbook.facts import Link, ListValidation, SheetFacts
from actiontrack_spreadsheet.workbook.refs import MAX_COL, MAX_ROW, Area
from actiontrack_spreadsheet.workbook.values import CellValue
from actiontrack_spreadsheet.workbook.xml import XmlError

from .scan import Node
from .styles import OdsStyles
from .text import BREAK, SPACE, TAB, paragraph
from .values import cell_value

_NOTED = frozenset(
    f"table:{name}"
    for name in ("content-validation-name", "number-rows-spanned", "number-columns-spanned",
                 "number-matrix-rows-spanned", "number-matrix-columns-spanned")
)  # fmt: skip
"""Attributes of a cell that say more than its value."""
CELLS = ("table:table-cell", "table:covered-table-cell")
_PARAGRAPHS = ("text:p", "text:h")
_ASIDE = ("office", "draw", "table", "dr3d", "form", "svg")
"""Prefixes of what a cell holds beside its text: notes, drawings, controls."""
_ASIDE_NAMES = ("text:note", "text:ruby-text")
MOST_UNROLLED = 2_000_000
"""Cells and blanks that may stand for others in one file."""
_MERGED_BLANK_ROWS = 1000
"""Rows alike, without values, whose merged cells are listed."""


class Budget:
    """How much may still be unrolled; a small file can say that it means a million cells alike."""

    def __init__(self) -> None:
        self._left = MOST_UNROLLED

    def spend(self, count: int) -> None:
        """Raises XmlError when it is used up."""
        self._left -= count
        if self._left < 0:
            raise XmlError("cells repeated more often than a plan needs")


@dataclass(slots=True)
class _Run:
    """Cells alike, side by side."""

    col: int
    count: int
    value: CellValue
    style: int
    attrs: Mapping[str, str]
    links: tuple[str, ...] = ()


@dataclass(slots=True)
class _Cell:
    attrs: Mapping[str, str]
    paragraphs: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    open: list[str] | None = None
    """The pieces of the paragraph being read."""


class SheetRows:
    """Takes the rows of one sheet (see ``scan.Rows``)."""

    def __init__(self, table: Node, styles: OdsStyles, budget: Budget) -> None:
        self._table = table
        self._styles = styles
        self._budget = budget
        self._row = 1
        self._width = 0
        """The last column that had a value so far."""
        self.cells = Columns()
        self.facts = SheetFacts()
        self._validated: dict[tuple[str, int, int], list[Area]] = {}

    # --- a row, told piece by piece ---------------------------------------------------------------------------------

    def begin(self, attrs: Mapping[str, str]) -> None:
        """A row starts."""
        self._attrs = attrs
        self._runs: list[_Run] = []
        self._col = 1
        self._cell: _Cell | None = None
        self._aside = 0

    def start(self, name: str, attrs: Mapping[str, str]) -> None:
        """An element inside a row starts."""
        if self._aside:
            self._aside += 1
        elif self._cell is None and name in CELLS:
            self._cell = _Cell(attrs)
        elif self._cell is None or name in _ASIDE_NAMES or name.partition(":")[0] in _ASIDE:
            self._aside = 1
        elif name in _PARAGRAPHS and self._cell.open is not None:
            raise XmlError("a paragraph inside another")
        elif name in _PARAGRAPHS:
            self._cell.open = []
        elif self._cell.open is not None:
            self._inside(self._cell, self._cell.open, name, attrs)

    def _inside(self, cell: _Cell, pieces: list[str], name: str, attrs: Mapping[str, str]) -> None:
        if name == "text:s":
            count = repeats(attrs, "text:c")
            self._budget.spend(count)
            pieces.append(SPACE * count)
        elif name == "text:tab":
            pieces.append(TAB)
        elif name == "text:line-break":
            pieces.append(BREAK)
        elif name == "text:a" and attrs.get("xlink:href"):
            cell.links.append(attrs["xlink:href"])

    def text(self, text: str) -> None:
        """Text inside a row."""
        if self._cell is not None and not self._aside and self._cell.open is not None:
            self._cell.open.append(text)

    def stop(self, name: str) -> None:
        """An element inside a row ends."""
        cell = self._cell
        if self._aside:
            self._aside -= 1
        elif cell is not None and name in _PARAGRAPHS and cell.open is not None:
            cell.paragraphs.append(paragraph("".join(cell.open)))
            cell.open = None
        elif cell is not None and name in CELLS:
            self._complete(cell)
            self._cell = None

    def _complete(self, cell: _Cell) -> None:
        count = repeats(cell.attrs, "table:number-columns-repeated")
        value = cell_value(cell.attrs, "\n".join(cell.paragraphs))
        if value is not None and self._col + count - 1 > MAX_COL:
            raise XmlError("a column outside the sheet")
        if len(self._runs) > MAX_COL:
            raise XmlError("a row with more cells than a sheet has columns")
        name = cell.attrs.get("table:style-name") or self._attrs.get("table:default-cell-style-name")
        style = self._styles.number(name) if name else NO_STYLE
        links = tuple(dict.fromkeys(cell.links))
        self._runs.append(_Run(self._col, count, value, style, cell.attrs, links))
        self._col += count

    def finish(self, start: int, end: int) -> None:
        """The row ends."""
        count = repeats(self._attrs, "table:number-rows-repeated")
        filled = [run for run in self._runs if run.value is not None]
        if filled and self._row + count - 1 > MAX_ROW:
            raise XmlError("a row outside the sheet")
        if self._row <= MAX_ROW:
            self._note(count, blank=not filled)
        if filled:
            self._width = max(self._width, *(run.col + run.count - 1 for run in filled))
            self._budget.spend(count * sum(run.count for run in filled) - len(filled))
            for row in range(self._row, self._row + count):
                self._add(row)
        self._row += count

    def _add(self, row: int) -> None:
        at = len(self.cells.rows)
        self.cells.rows.append(row)
        if self._attrs.get("table:visibility", "visible") != "visible":
            self.cells.hidden.add(row)
        for run in self._runs:
            if run.value is None and run.style == NO_STYLE:
                continue
            last = run.col + run.count - 1
            for col in range(run.col, (min(last, self._width) if run.value is None else last) + 1):
                if col not in self.cells.columns:
                    self.cells.columns[col] = Column()
                self.cells.columns[col].extend(at, (run.value,), (run.style,))

    # --- what a row says beside its values --------------------------------------------------------------------------

    def _note(self, count: int, *, blank: bool) -> None:
        last = min(self._row + count - 1, MAX_ROW)
        for run in self._runs:
            if run.col > MAX_COL:
                break
            if not run.links and _NOTED.isdisjoint(run.attrs):
                continue
            right = min(run.col + run.count - 1, MAX_COL)
            name = run.attrs.get("table:content-validation-name")
            if name:
                self._validate(name, Area(self._row, run.col, last, right))
            down = repeats(run.attrs, "table:number-rows-spanned")
            across = repeats(run.attrs, "table:number-columns-spanned")
            if (down, across) != (1, 1):
                self._merge(run.col, down, across, min(count, _MERGED_BLANK_ROWS) if blank else count)
            if "table:number-matrix-rows-spanned" in run.attrs or "table:number-matrix-columns-spanned" in run.attrs:
                self.cells.arrays.append(
                    self._area(run.col, *(repeats(run.attrs, f"table:number-matrix-{way}-spanned")
                                          for way in ("rows", "columns")))
                )  # fmt: skip
            if run.links:
                self.facts.links.append(Link(Area(self._row, run.col, last, right), "\n".join(run.links), ""))

    def _merge(self, col: int, down: int, across: int, count: int) -> None:
        self._budget.spend(count)
        self.facts.merges += [self._area(col, down, across, below) for below in range(count)]

    def _area(self, col: int, down: int, across: int, below: int = 0) -> Area:
        top = self._row + below
        return Area(top, col, min(top + down - 1, MAX_ROW), min(col + across - 1, MAX_COL))

    def _validate(self, name: str, area: Area) -> None:
        areas = self._validated.setdefault((name, area.left, area.right), [])
        if areas and areas[-1].bottom == area.top - 1:
            areas[-1] = Area(areas[-1].top, area.left, area.bottom, area.right)
        else:
            areas.append(area)

    # --- the whole sheet --------------------------------------------------------------------------------------------

    def complete(self, conditions: Mapping[str, str]) -> None:
        """Call once, after the last row. ``conditions``: the condition of each validation by name."""
        self.cells.finish()
        facts = self.facts
        for (name, _, _), areas in self._validated.items():
            facts.lists.append(ListValidation(tuple(areas), conditions.get(name, "")))
        facts.protected = self._table.attrs.get("table:protected", self._table.attrs.get("table:protect")) == "true"
        facts.password = facts.protected and bool(self._table.attrs.get("table:protection-key"))
        col = 1
        for node in columns_of(self._table):
            last = min(col + repeats(node.attrs, "table:number-columns-repeated") - 1, MAX_COL)
            if node.attrs.get("table:visibility", "visible") != "visible":
                facts.hidden_columns.update(range(col, last + 1))
            style = self._styles.number(node.attrs.get("table:default-cell-style-name", ""))
            if style:
                facts.column_styles.update(dict.fromkeys(range(col, last + 1), style))
            col = last + 1


def columns_of(table: Node) -> list[Node]:
    """The columns a sheet declares, those in groups included, in order."""
    return [node for node in table.walk() if node.name == "table:table-column"]


def repeats(attrs: Mapping[str, str], name: str) -> int:
    """How often something stands there by an attribute; 1 where it does not say. Raises XmlError."""
    raw = attrs.get(name)
    if raw is None:
        return 1
    if not (raw.isascii() and raw.isdecimal()) or len(raw) > 9:
        raise XmlError(f"{raw[:20]!r} is no number of repeats")
    return max(int(raw), 1)
