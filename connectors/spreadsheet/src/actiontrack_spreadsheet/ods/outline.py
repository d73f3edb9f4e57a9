"""What stands in content.xml beside the rows: names, ranges that grow, widths of columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from actiontrack_spreadsheet.workbook.growth import Grow
from actiontrack_spreadsheet.workbook.words import parse_reference
from actiontrack_spreadsheet.workbook.xml import Splices

from .addresses import Place, parse_place, split_places
from .reader import columns_of, repeats
from .rowxml import CELLS_ALIKE, STYLE
from .scan import Document, Node
from .stylebook import add_child
from .tags import NAMED, retag, tag

_MANY = 50
"""A run of so many columns is no choice of anybody's."""
_CM_A_CHARACTER = 0.21
_WIDE = "atwide"


class Outline:
    """Changes to a document outside its rows."""

    def __init__(self, document: Document, splices: Splices) -> None:
        self._document = document
        self._splices = splices
        self._book = document.root.first("office:body", "office:spreadsheet")
        self._widths: set[str] = set()

    def grow(self, table: Node, down: Grow, both: Grow) -> None:
        """Filters and database ranges grow with rows and columns; formats and print areas with rows."""
        sheet = table.attrs.get("table:name", "")
        for node in self._nodes("table:database-range"):
            self._set(node, "table:target-range-address", sheet, both)
        self._set(table, "table:print-ranges", sheet, down)
        for node in table.walk():
            if node.name == "calcext:conditional-format":
                self._set(node, "calcext:target-range-address", sheet, down)

    def _set(self, node: Node, name: str, sheet: str, grow: Grow) -> None:
        """Let the places an attribute lists grow; a list with anything else in it stays."""
        parts = list(split_places(node.attrs.get(name, "")))
        grown = [_grown(parse_place(part), part, sheet, grow) for part in parts]
        if parts and None not in grown and grown != parts:
            written = " ".join(filter(None, grown))
            self._splices.set_attributes(node, {self._document.name(name): written})

    def _nodes(self, name: str) -> Iterator[Node]:
        return (node for node in (self._book.walk() if self._book else ()) if node.name == name)

    def define(self, names: Mapping[str, str]) -> None:
        """Make or move names of the workbook; ``names``: name -> a place such as 'Plan'!$A$1."""
        if not names or self._book is None:
            return
        group = self._book.first("table:named-expressions")
        added = ""
        for name, refers_to in names.items():
            written = self._named_range(name, refers_to)
            folded = name.casefold()
            known = [n for n in group.children if n.attrs.get("table:name", "").casefold() == folded] if group else []
            if not known:
                added += written
            elif not _is_at(known[0], refers_to):
                self._splices.replace(known[0].start, known[0].end, written)
        if group is not None and added:
            add_child(self._splices, self._document, group, added)
        elif added:
            own = self._document.name("table:named-expressions")
            at = self._book.named("table:table")[-1].end
            self._splices.replace(at, at, f"<{own}>{added}</{own}>")

    def _named_range(self, name: str, refers_to: str) -> str:
        sheet, area = parse_reference(refers_to) or (None, None)
        if sheet is None or area is None:
            raise ValueError(f"{refers_to!r} is not a place")
        address = Place(sheet, area, fixed=True).written()
        base = Place(sheet, replace(area, bottom=area.top, right=area.left), fixed=True).written()
        attrs = {"table:name": name, "table:base-cell-address": base, "table:cell-range-address": address}
        return tag("table:named-range", attrs, self._document, empty=True)

    def widen(self, table: Node, widths: Mapping[int, float]) -> None:
        """Give columns a width, in characters, where they have none but one they share with all that follow."""
        first = 1
        for node in columns_of(table):
            count = repeats(node.attrs, CELLS_ALIKE)
            within = sorted(col for col in widths if first <= col < first + count)
            if within and count >= _MANY:
                text, pieces, at = self._document.data[node.start : node.end].decode(), "", first
                for col in within:
                    pieces += self._columns(text, col - at, {})
                    pieces += self._columns(text, 1, {STYLE: self._wide(widths[col])})
                    at = col + 1
                pieces += self._columns(text, first + count - at, {})
                self._splices.replace(node.start, node.end, pieces)
            first += count

    def _columns(self, text: str, count: int, changes: Mapping[str, str]) -> str:
        repeated = {CELLS_ALIKE: str(count) if count > 1 else None, NAMED: None}
        return retag(text, {**repeated, **changes}, self._document) if count else ""

    def _wide(self, width: float) -> str:
        """The name of a column style of that width, made where it is not there yet."""
        styles = self._document.root.first("office:automatic-styles")
        name = f"{_WIDE}{width:g}".replace(".", "-")
        known = {node.attrs.get("style:name") for node in styles.children} if styles else set()
        if styles is not None and name not in known | self._widths:
            self._widths.add(name)
            head = tag("style:style", {"style:name": name, "style:family": "table-column"}, self._document)
            size = {"style:column-width": f"{width * _CM_A_CHARACTER:.2f}cm"}
            inner = tag("style:table-column-properties", size, self._document, empty=True)
            add_child(self._splices, self._document, styles, f"{head}{inner}</{self._document.name('style:style')}>")
        return name


def _is_at(name: Node, refers_to: str) -> bool:
    """Whether a name of the workbook stands for that place already."""
    place = parse_place(name.attrs.get("table:cell-range-address", ""))
    return place is not None and (place.sheet, place.area) == parse_reference(refers_to)


def _grown(place: Place | None, part: str, sheet: str, grow: Grow) -> str | None:
    """A part of a list as it is to be; the same where it does not grow, None where it is no place."""
    if place is None:
        return None
    if place.sheet.casefold() != sheet.casefold():
        return part
    area = grow(place.area)
    return part if area == place.area else replace(place, area=area).written()
