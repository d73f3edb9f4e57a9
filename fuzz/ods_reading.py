"""Another reader of content.xml, written from the standard alone: a tree of everything, each cell by its place."""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from actiontrack_spreadsheet.ods.values import cell_value
from actiontrack_spreadsheet.workbook.values import CellValue
from fuzz.ods_parts import SPACES

_USUAL = {uri: prefix for prefix, uri in SPACES.items()} | {"http://www.w3.org/XML/1998/namespace": "xml"}
_GROUPS = ("table:table-rows", "table:table-header-rows", "table:table-row-group")
_CELLS = ("table:table-cell", "table:covered-table-cell")
_TEXTS = ("text:p", "text:h", "text:list")
_ASIDE = ("office", "draw", "table", "dr3d", "form", "svg")
_REPEATED = ("table:number-rows-repeated", "table:number-columns-repeated", "xml:id")
_OF_A_VALUE = (
    "office:value-type", "office:value", "office:date-value", "office:time-value", "office:boolean-value",
    "office:string-value", "office:currency", "calcext:value-type", "table:style-name", *_REPEATED,
)  # fmt: skip


def name(written: str) -> str:
    """'{urn:…:table:1.0}table' -> 'table:table'."""
    uri, closed, bare = written[1:].partition("}")
    return f"{_USUAL.get(uri, uri)}:{bare}" if closed else written


def attributes(element: Element) -> dict[str, str]:
    """An element's attributes by their usual names."""
    return {name(key): value for key, value in element.attrib.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """The rows ``first`` up to the next one's; cells by their first column."""

    first: int
    element: Element
    columns: list[int]
    cells: list[Element]
    width: int


class Table:
    """One sheet."""

    def __init__(self, element: Element) -> None:
        self.name = attributes(element).get("table:name", "")
        self.rows: list[Row] = []
        self.next_row = 1
        for row in _rows(element):
            columns, cells, col = [], [], 1
            for cell in row:
                if name(cell.tag) in _CELLS:
                    columns.append(col)
                    cells.append(cell)
                    col += _count(cell, "table:number-columns-repeated")
            self.rows.append(Row(self.next_row, row, columns, cells, col - 1))
            self.next_row += _count(row, "table:number-rows-repeated")
        self._firsts = [row.first for row in self.rows]

    def row(self, number: int) -> Row | None:
        """The element that stands for a row."""
        return self.rows[bisect_right(self._firsts, number) - 1] if 1 <= number < self.next_row else None

    def cell(self, number: int, col: int) -> Element | None:
        """The element that stands for a cell."""
        row = self.row(number)
        if row is None or not 1 <= col <= row.width:
            return None
        return row.cells[bisect_right(row.columns, col) - 1]

    def corners(self) -> tuple[set[int], set[int]]:
        """Rows and columns at which something begins or ends."""
        rows = {end for row in self.rows for end in (row.first - 1, row.first)} | {self.next_row - 1, self.next_row}
        columns = {end for row in self.rows for col in (*row.columns, row.width + 1) for end in (col - 1, col)}
        return {row for row in rows if row > 0}, {col for col in columns if col > 0}

    def value(self, number: int, col: int) -> CellValue:
        """What the cell holds."""
        cell = self.cell(number, col)
        return None if cell is None else cell_value(attributes(cell), text_of(cell))


def tables(content: bytes) -> list[Table]:
    """The sheets of a content.xml."""
    root = ElementTree.fromstring(content)
    book = next((each for body in root if name(body.tag) == "office:body" for each in body
                 if name(each.tag) == "office:spreadsheet"), None)  # fmt: skip
    return [Table(each) for each in (book if book is not None else ()) if name(each.tag) == "table:table"]


def text_of(cell: Element) -> str:
    """What a cell shows: its paragraphs, without notes, drawings and all else that stands beside."""
    return "\n".join(_shown(_pieces(each)) for each in _paragraphs(cell))


def whole(element: Element | None) -> str:
    """All of an element, but for how many it stands for; a blank cell is no element."""
    if element is None:
        return ""
    bare = copy.deepcopy(element)
    bare.tail = None
    bare.attrib = {key: value for key, value in bare.attrib.items() if name(key) not in _REPEATED}
    is_blank = name(bare.tag) == "table:table-cell" and not bare.attrib and not len(bare) and not bare.text
    return "" if is_blank else ElementTree.tostring(bare, encoding="unicode")


def beside(element: Element | None) -> tuple[Mapping[str, str], list[str]]:
    """What of a cell has nothing to do with its value: other attributes, notes, drawings."""
    if element is None:
        return {}, []
    kept = {key: value for key, value in attributes(element).items() if key not in _OF_A_VALUE}
    return kept, [whole(each) for each in element if name(each.tag) not in _TEXTS]


def around(content: bytes, *, grown: bool) -> str:
    """The document without rows, names of places, and styles of ours. ``grown``: without what grows and widens, too."""
    root = ElementTree.fromstring(content)
    for parent in list(root.iter()):
        for child in list(parent):
            kind, said = name(child.tag), attributes(child)
            ours = name(parent.tag) == "office:automatic-styles" and said.get("style:name", "").startswith("at")
            wide = grown and kind == "table:table-column"
            if ours or wide or kind in ("table:table-row", "table:named-expressions"):
                _cut(parent, child)
        if grown:
            ranges = ("target-range-address", "print-ranges")
            parent.attrib = {key: value for key, value in parent.attrib.items() if not key.endswith(ranges)}
    return ElementTree.tostring(root, encoding="unicode")


def _cut(parent: Element, child: Element) -> None:
    """Take a child out, and leave the text behind it."""
    at = list(parent).index(child)
    if at:
        parent[at - 1].tail = (parent[at - 1].tail or "") + (child.tail or "")
    else:
        parent.text = (parent.text or "") + (child.tail or "")
    parent.remove(child)


def _rows(parent: Element) -> Iterator[Element]:
    for child in parent:
        if name(child.tag) == "table:table-row":
            yield child
        elif name(child.tag) in _GROUPS:
            yield from _rows(child)


def _count(element: Element, attribute: str) -> int:
    return max(int(attributes(element).get(attribute, "1")), 1)


def _is_aside(element: Element) -> bool:
    own = name(element.tag)
    return own in ("text:note", "text:ruby-text") or own.partition(":")[0] in _ASIDE


def _paragraphs(parent: Element) -> Iterator[Element]:
    for child in parent:
        if name(child.tag) in ("text:p", "text:h"):
            yield child
        elif not _is_aside(child):
            yield from _paragraphs(child)


def _pieces(element: Element) -> Iterator[tuple[str, bool]]:
    """Texts, and whether each is written as an element."""
    yield element.text or "", False
    for child in element:
        own = name(child.tag)
        if own == "text:s":
            yield " " * max(int(attributes(child).get("text:c", "1")), 1), True
        elif own in ("text:tab", "text:line-break"):
            yield "\t" if own == "text:tab" else "\n", True
        if not _is_aside(child):
            yield from _pieces(child)
        yield child.tail or "", False


def _shown(pieces: Iterator[tuple[str, bool]]) -> str:
    """Blanks count once, and not at the start (OpenDocument 1.3, 6.1.2)."""
    shown, after_blank = "", True
    for text, is_element in pieces:
        for char in text:
            is_blank = not is_element and char in " \t\r\n"
            if not (is_blank and after_blank):
                shown += " " if is_blank else char
            after_blank = is_blank
    return shown
